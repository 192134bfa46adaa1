"""One end of a vfio-user connection, without the I/O (being written)."""

from collections.abc import Sequence

from .capabilities import Capabilities
from .constants import Role
from .envelopes import Outgoing, Reply, Request
from .messages import Body, RequestBody, Version


class Connection:
    """One end of a vfio-user connection: bytes and fds in, messages out, and back."""

    def __init__(self, role: Role, offer: Capabilities = Capabilities(max_msg_fds=16)) -> None:  # noqa: B008
        self.role = role
        self.offer = offer
        self.agreed: Version | None = None

    def receive(self, data: bytes | memoryview, fds: Sequence[int] = ()) -> list[Request | Reply]:
        """Take what has arrived; return the messages that it completes."""
        raise NotImplementedError

    def request(
        self, body: RequestBody, fds: Sequence[int] = (), *, no_reply: bool = False
    ) -> Outgoing:
        """Ask the peer for something."""
        raise NotImplementedError

    def reply(self, request: Request, body: Body, fds: Sequence[int] = ()) -> Outgoing:
        """Answer a request."""
        raise NotImplementedError

    def error(self, request: Request, errno: int) -> Outgoing:
        """Refuse a request."""
        raise NotImplementedError

    def twin(self) -> "Connection":
        """Return the connection for the twin socket."""
        raise NotImplementedError

    def close(self) -> None:
        """Close every fd that nobody took."""
        raise NotImplementedError
