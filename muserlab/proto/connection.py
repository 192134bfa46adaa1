"""One end of a vfio-user connection, without the I/O."""

import errno as errnos
from collections.abc import Sequence
from struct import error as StructError  # noqa: N812 - it is an exception

from .capabilities import Capabilities
from .codec import EXCHANGES, SENT_BY, decode_reply, decode_request, encode_reply, transfer_size
from .constants import MAX_MSG_FDS, Command, Role
from .envelopes import Outgoing, Reply, Request
from .errors import BodyError, ProtocolError
from .fds import Custody, Fds
from .header import ERROR, HEADER, NO_REPLY, TYPE_COMMAND, TYPE_REPLY, Header, frame
from .inbox import Inbox
from .messages import (
    Body,
    Malformed,
    RegionWriteMulti,
    RequestBody,
    Version,
)
from .negotiate import check_agreement
from .state import Event, Phase, advance

OFFER = Capabilities(max_msg_fds=16)
"""What an end can do unless told otherwise: QEMU takes no server that says more than 16 fds."""

_CONTROL = 64 << 10
"""Payload that is accepted however small data transfers are: JSON, lists, several writes."""

_FIXED = 64
"""Room for the header and the fixed part of any message, in bytes."""

_IDS = 1 << 16


class Connection:
    """One end of a vfio-user connection: bytes and fds in, messages out, and the other way round.

    The fds of received messages are the connection's until somebody takes them; `close` closes
    those that nobody took.

    role: which end this is.
    offer: what this end can do, for the VERSION exchange.
    agreed: the VERSION reply once it was sent or received; until then only VERSION is allowed.
    peer: what the other end said of itself in that exchange.
    lacks: how many bytes the message under way lacks, or its header; 0 where none is under way.
    max_data_xfer_size: the largest transfer in either direction, in bytes.
    max_send_fds: how many fds the other end takes with one message.
    """

    def __init__(self, role: Role, offer: Capabilities = OFFER) -> None:
        self.role = role
        self.offer = offer
        self.agreed: Version | None = None
        self.peer: Version | None = None
        self.lacks = 0
        self.max_data_xfer_size = 0
        self.max_send_fds = MAX_MSG_FDS
        self._phase = Phase.FRESH
        self._accepted = SENT_BY[Role.CLIENT if role is Role.SERVER else Role.SERVER]
        self._sendable = SENT_BY[role]
        self._largest = _FIXED + _CONTROL
        self._custody = Custody()
        self._inbox = Inbox(self._custody, offer.max_msg_fds)
        self._outstanding: dict[int, RequestBody] = {}
        self._next_id = 0
        self._said = offer

    # Receiving

    def receive(self, data: bytes | memoryview, fds: Sequence[int] = ()) -> list[Request | Reply]:
        """Take bytes as they arrived, with the fds that came with them; return whole messages.

        The fds are the connection's from here on, whatever happens. Nothing of `data` is kept in
        place: its buffer can be used again. A request that cannot be understood is returned as
        `Malformed`. Raises `ProtocolError` where the stream itself is broken: the connection is
        closed then, with every fd.
        """
        messages: list[Request | Reply] = []
        try:
            self._read(data, fds, messages)
        except ProtocolError:
            self.close()
            raise
        self.lacks = self._inbox.lacks
        return messages

    def _read(
        self, data: bytes | memoryview, fds: Sequence[int], messages: list[Request | Reply]
    ) -> None:
        view = self._inbox.add(data, fds)
        if self._phase in (Phase.REFUSED, Phase.CLOSED):
            msg = f"nothing may arrive {self._phase.value}"
            raise ProtocolError(msg)
        if view is None:
            return
        position, end = 0, len(view)
        while True:
            size = HEADER.size
            if end - position < size:
                break
            header = Header.read(view, position)
            size = self._checked_size(header)
            if end - position < size:
                break
            payload = view[position + HEADER.size : position + size]
            its_fds = self._inbox.fds_at(position)
            if header.kind == TYPE_COMMAND:
                messages.append(self._requested(header, payload, its_fds))
            elif header.kind == TYPE_REPLY:
                messages.append(self._replied(header, payload, its_fds))
            else:
                msg = f"neither command nor reply: {header}"
                raise ProtocolError(msg)
            position += size
        self._inbox.keep(view, position, size)

    def _checked_size(self, header: Header) -> int:
        if header.size < HEADER.size:
            msg = f"message smaller than its header: {header}"
            raise ProtocolError(msg)
        if header.size > self._largest:
            msg = f"message larger than the {self._largest} bytes that are taken: {header}"
            raise ProtocolError(msg, errnos.EMSGSIZE)
        return header.size

    def _requested(self, header: Header, payload: memoryview, fds: Fds) -> Request:
        command = header.command
        self._advance(command in self._accepted and command == Command.VERSION)
        body = self._check(decode_request(command, payload), fds)
        if isinstance(body, Version):
            self.peer = body
        return Request(header.message_id, body, bool(header.flags & NO_REPLY), fds)

    def _check(self, body: RequestBody | Malformed, fds: Fds) -> RequestBody | Malformed:
        """Return a request's body, or why it is refused though it can be read."""
        if isinstance(body, Malformed):
            return body
        if fds.too_many:
            reason = f"more than {self._inbox.fd_limit} fds came with it"
        elif body.command not in self._accepted:
            reason = f"a {self.role.value} takes no {body.command.name} on this socket"
        elif transfer_size(body) > self.max_data_xfer_size:
            reason = f"{transfer_size(body)} bytes: {self.max_data_xfer_size} were agreed on"
        elif isinstance(body, RegionWriteMulti) and not self._writes_multiple():
            reason = "several writes at once were not agreed on"
        else:
            return body
        return Malformed(body.command, errnos.EINVAL, reason)

    def _writes_multiple(self) -> bool:
        return self.agreed is not None and self.agreed.capabilities.write_multiple

    def _replied(self, header: Header, payload: memoryview, fds: Fds) -> Reply:
        message_id = header.message_id
        asked = self._outstanding.pop(message_id, None)
        if asked is None or asked.command != header.command:
            msg = f"reply to nothing that was asked: {header}"
            raise ProtocolError(msg)
        if fds.too_many:
            msg = f"reply to {asked.command.name} with more than {self._inbox.fd_limit} fds"
            raise ProtocolError(msg)
        if header.flags & ERROR:
            if asked.command is Command.VERSION:
                self._phase = advance(self._phase, Event.REFUSE)
            return Reply(message_id, asked.command, None, header.errno or errnos.EIO, fds)
        try:
            body = decode_reply(asked, payload)
        except BodyError as error:
            msg = f"reply to {asked.command.name}: {error}"
            raise ProtocolError(msg) from error
        if isinstance(asked, Version) and isinstance(body, Version):
            check_agreement(asked, body, len(fds))
            self._agree(said=asked, heard=body, agreed=body)
        return Reply(message_id, asked.command, body, None, fds)

    # Sending

    def request(
        self, body: RequestBody, fds: Sequence[int] = (), *, no_reply: bool = False
    ) -> Outgoing:
        """Ask the peer for something.

        no_reply: post it, so that no reply comes.

        Raises `ProtocolError` before the VERSION exchange, or where 65536 requests wait for their
        replies, and `ValueError` for what this end must not or cannot send.
        """
        command = body.command
        if command not in self._sendable:
            msg = f"a {self.role.value} sends no {command.name} on this socket"
            raise ValueError(msg)
        self._check_fds(fds)
        try:
            payload = body.encode()
        except StructError as error:
            msg = f"{body} does not fit into its message: {error}"
            raise ValueError(msg) from error
        self._advance(command is Command.VERSION)
        message_id = self._free_id()
        if not no_reply:
            self._outstanding[message_id] = body
        flags = TYPE_COMMAND | (NO_REPLY if no_reply else 0)
        return Outgoing(message_id, frame(message_id, command, flags, payload), tuple(fds))

    def reply(self, request: Request, body: Body, fds: Sequence[int] = ()) -> Outgoing:
        """Answer a request.

        Where the requester has no room for all of the reply, only its fixed part is sent, without
        the fds. Raises `ValueError` for a posted request and for a body that answers another one.
        """
        asked, message_id = request.body, request.message_id
        self._check_replied(request)
        if isinstance(asked, Malformed) or not isinstance(body, EXCHANGES[asked.command][1]):
            msg = f"{type(body).__name__} is no reply to {asked}"
            raise ValueError(msg)
        self._check_fds(fds)
        if isinstance(asked, Version) and isinstance(body, Version):
            self._agree(said=body, heard=asked, agreed=body)
        payload, whole = encode_reply(asked, body)
        data = frame(message_id, asked.command, TYPE_REPLY, payload)
        return Outgoing(message_id, data, tuple(fds) if whole else ())

    def error(self, request: Request, errno: int) -> Outgoing:
        """Refuse a request; refusing VERSION ends the connection's use."""
        self._check_replied(request)
        if request.body.command == Command.VERSION:
            self._phase = advance(self._phase, Event.REFUSE)
        data = frame(request.message_id, request.body.command, TYPE_REPLY | ERROR, errno=errno)
        return Outgoing(request.message_id, data)

    def _check_replied(self, request: Request) -> None:
        if request.no_reply:
            msg = f"request {request.message_id} is posted: a reply to it would break the stream"
            raise ValueError(msg)

    def _check_fds(self, fds: Sequence[int]) -> None:
        if len(fds) > self.max_send_fds:
            msg = f"{len(fds)} fds with one message: the peer takes {self.max_send_fds}"
            raise ValueError(msg)

    def _free_id(self) -> int:
        if len(self._outstanding) == _IDS:
            msg = f"{_IDS} requests wait for their replies"
            raise ProtocolError(msg, errnos.EBUSY)
        while self._next_id in self._outstanding:
            self._next_id = (self._next_id + 1) % _IDS
        message_id = self._next_id
        self._next_id = (message_id + 1) % _IDS
        return message_id

    # Agreeing

    def _advance(self, proposes: bool) -> None:
        self._phase = advance(self._phase, Event.PROPOSE if proposes else Event.COMMAND)

    def _agree(self, said: Version, heard: Version, agreed: Version) -> None:
        self._phase = advance(self._phase, Event.ACCEPT)
        self._settle(said.capabilities, heard, agreed)

    def _settle(self, said: Capabilities, heard: Version, agreed: Version) -> None:
        """Put the limits into force that follow from what either end said."""
        self.agreed, self.peer = agreed, heard
        self.max_send_fds = heard.capabilities.max_msg_fds
        self.max_data_xfer_size = min(
            said.max_data_xfer_size, heard.capabilities.max_data_xfer_size
        )
        self._said = said
        self._inbox.fd_limit = said.max_msg_fds
        self._largest = _FIXED + max(_CONTROL, self.max_data_xfer_size)

    def twin(self) -> "Connection":
        """Return the connection for this end of the twin socket.

        It has the same role and agreement and needs no VERSION exchange, but carries only what the
        server asks of the client. Raises `ProtocolError` before the agreement.
        """
        if self.agreed is None or self.peer is None:
            msg = "there is no twin socket before the VERSION exchange"
            raise ProtocolError(msg)
        twin = Connection(self.role, self.offer)
        twin._accepted &= SENT_BY[Role.SERVER]
        twin._sendable &= SENT_BY[Role.SERVER]
        twin._phase = Phase.OPEN
        twin._settle(self._said, self.peer, self.agreed)
        return twin

    def close(self) -> None:
        """End the connection: close every fd that came and that nobody took."""
        self._phase = Phase.CLOSED
        self._custody.close()
