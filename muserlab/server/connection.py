"""One client: requests off the socket into the session, answers back.

The hot path is `_read`, `_take`, the lane (`proto.Lane`) and the wire: an ordinary access meets no
message object, no task and no lock. These leave the lane:

- Whatever is no ordinary access goes through the connection and the session, by itself.
- An access with an `async def` hook becomes a task, and delays its own answer alone.
- A request that must find the device at rest waits for it, and so does everything behind it
  (`_serve_held`). Reading goes on meanwhile, since the device may need the client's answer to a
  DMA request of ours to come to rest.
- While the client does not read what we send, its requests are held too.

Held requests are limited; beyond the limit nothing is read, so that memory and descriptors stay
bounded. However much a client sends, after each turn (`Turn`) other tasks get theirs.
"""

import socket
from collections import deque
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any

import trio

from muserlab import proto
from muserlab.device import PCIDevice
from muserlab.proto import Lane, ProtocolError, Reply, Request, Role, Version, size_at
from muserlab.server.answer import Answer
from muserlab.server.calls import WireClosed
from muserlab.server.client import ClientStatus
from muserlab.server.messenger import Messenger
from muserlab.server.quiesce import TIME_LIMIT, Access, Quiescence
from muserlab.server.session import Session, describe
from muserlab.server.wire import Wire

MAX_HELD = 1024
MAX_HELD_BYTES = 8 << 20
MAX_HELD_FDS = 64
"""Requests that wait, and what came with them; beyond any of these numbers nothing is read until
all of them are served."""

HANDSHAKE_LIMIT = 5.0
"""Seconds that a client has for its VERSION message; until then it keeps others away."""

_POLL = 0.001


class ClientConnection:
    """Serves one connected client until either side ends it.

    Resource handling: owns the socket and the session, and closes both when `run` ends.
    """

    def __init__(self, sock: socket.socket, session: Session, quiescence: Quiescence) -> None:
        self._session = session
        self._quiescence = quiescence
        self._wire = Wire(sock)
        self._protocol = proto.Connection(Role.SERVER, session.state.limits)
        self._lane = Lane(self._wire.outbox)
        self._twin: Wire | None = None
        self._messenger: Messenger | None = None
        self._stalled = False
        self._held: deque[tuple[Request, float]] = deque()
        self._held_bytes = 0
        self._held_fds = 0
        self._none_held = trio.Event()
        self._nursery: trio.Nursery
        self._ending = ""

    @property
    def client(self) -> str:
        """Who is served."""
        return self._session.state.client

    @property
    def status(self) -> ClientStatus:
        """Who is served, since when, and what was agreed on."""
        state = self._session.state
        agreed = state.limits if state.connected else None
        return ClientStatus(state.client, state.since, agreed, state.passes_fds)

    @property
    def hung_up(self) -> bool:
        """Whether the client has left, even if we have not come to that yet."""
        return self._wire.hung_up

    async def run(self) -> str:
        """Serve the client to its end, and return what the end was."""
        try:
            async with trio.open_nursery() as self._nursery:
                self._nursery.start_soon(self._guard, self._expect_version)
                await self._guard(self._read)
        finally:
            if self._messenger is not None:
                self._messenger.close()
            if self._twin is not None:
                self._twin.close()
            self._wire.close()
            self._protocol.close()
            self._session.close()
        return self._ending

    def adopt(self, device: PCIDevice) -> None:
        """Go on with another definition of the device, which has taken over this client."""
        self._session.state.device = device
        if self._session.state.connected:
            self._lead(device)
        device.dma.messenger = self._messenger

    async def _guard(self, part: Callable[..., Awaitable[None]], *args: Any) -> None:
        """Run a part of the connection; with the first that cannot go on, all of it ends."""
        try:
            await part(*args)
        except (WireClosed, ProtocolError) as error:
            self._ending = self._ending or str(error)
            self._nursery.cancel_scope.cancel()

    async def _read(self) -> None:
        wire, protocol, held, quiescence = self._wire, self._protocol, self._held, self._quiescence
        calls, outbox, turn = wire.calls, wire.outbox, wire.turn
        receive, carry_out = calls.receive, self._lane.carry_out
        while True:
            end = receive() or await wire.arrival()
            position = 0
            while position < end:
                start, begun = position, None
                if not (calls.fds or protocol.lacks or quiescence.closed or self._stalled or held):
                    position, begun = carry_out(calls.buffer, start, end, turn.end)
                if begun is not None:
                    await self._handle(begun.request, self._session.go_on(begun))
                elif position == start:
                    position = await self._serve_message(start, end)
                if wire.backlog or (outbox.filled and calls.send()):
                    self._flush()
                if monotonic() > turn.end:
                    await turn.pass_on()
            if held and self._holds_too_much():
                await self._none_held.wait()

    async def _serve_message(self, start: int, end: int) -> int:
        """Serve a message of what was received, or several that descriptors came with.

        Returns where they end. The next may be ordinary again.
        """
        calls = self._wire.calls
        if not calls.fds:
            end = min(end, start + (self._protocol.lacks or size_at(calls.buffer, start)))
        data, fds = memoryview(calls.buffer)[start:end], calls.take_fds()
        if self._held:
            self._held_bytes += len(data)
            self._held_fds += len(fds)
        for message in self._protocol.receive(data, fds):
            if isinstance(message, Reply):
                self._deliver(message)
            elif self._must_wait(message):
                self._hold(message)
            else:
                await self._handle(message, self._session.step(message))
        return end

    def _holds_too_much(self) -> bool:
        return (
            len(self._held) >= MAX_HELD
            or self._held_bytes >= MAX_HELD_BYTES
            or self._held_fds >= MAX_HELD_FDS
        )

    async def _handle(
        self, request: Request, answer: Answer | Awaitable[Answer | None] | None
    ) -> None:
        """Do with the answer to a request what it needs: send it, or make a task of it."""
        if isinstance(answer, Answer):
            self._send(request, answer)
        elif answer is not None:
            access = self._quiescence.begin(request, answer)
            self._nursery.start_soon(self._guard, self._serve_later, access, answer)
            await _let_begin()

    async def _serve_later(self, access: Access, pending: Awaitable[Answer | None]) -> None:
        answer = None
        self._quiescence.enter(access)
        try:
            with access.scope:
                answer = await pending
        finally:
            self._quiescence.end(access)
        if access.scope.cancelled_caught:
            answer = self._session.abandon(access.request, access.reason)
        if answer is not None:
            self._send(access.request, answer)
            self._flush()

    def _send(self, request: Request, answer: Answer) -> None:
        if answer.errno is not None:
            self._wire.post(self._protocol.error(request, answer.errno).data)
        elif isinstance(answer.body, Version):
            self._agree(request, answer.body)
        else:
            message = self._protocol.reply(request, answer.body, answer.fds)
            self._wire.post(message.data, message.fds)

    def _flush(self) -> None:
        if not self._wire.flush():
            self._stall()

    def _stall(self) -> None:
        if not self._stalled:
            self._stalled = True
            self._nursery.start_soon(self._guard, self._drain)

    async def _drain(self) -> None:
        await self._wire.drain()
        self._stalled = False

    def _is_held_up(self) -> bool:
        return self._quiescence.closed or self._stalled or bool(self._held)

    def _must_wait(self, request: Request) -> bool:
        return self._is_held_up() or (
            self._session.needs_quiet(request)
            and bool(self._quiescence.in_flight or self._session.in_use(request))
        )

    def _hold(self, request: Request) -> None:
        if not self._held:
            self._none_held = trio.Event()
            self._nursery.start_soon(self._guard, self._serve_held)
        self._held.append((request, trio.current_time() + TIME_LIMIT))

    async def _serve_held(self) -> None:
        """Serve what is held, in order, each as soon as nothing keeps it any more."""
        while self._held:
            request, deadline = self._held[0]
            if self._stalled:
                await self._wire.drain()
            await trio.lowlevel.checkpoint()
            await self._quiescence.room()
            if self._quiescence.suspensions:
                await self._quiescence.resumed()
                deadline = trio.current_time() + TIME_LIMIT
            if self._session.needs_quiet(request):
                await self._quiescence.rest(describe(request), deadline)
                await self._until_unused(request, deadline)
                if self._quiescence.suspensions:
                    continue
            self._held.popleft()
            await self._handle(request, self._session.step(request))
            self._flush()
        self._held_bytes = self._held_fds = 0
        self._none_held.set()

    async def _until_unused(self, request: Request, deadline: float) -> None:
        """Wait for the memory that a request takes away; in vain, it is refused by the device."""
        with trio.move_on_at(deadline):
            while self._session.in_use(request):  # noqa: ASYNC110  (a window's end tells nobody)
                await trio.sleep(_POLL)

    async def _expect_version(self) -> None:
        await trio.sleep(HANDSHAKE_LIMIT)
        if self._protocol.agreed is None:
            raise WireClosed(f"the client sent no VERSION message within {HANDSHAKE_LIMIT:g} s")

    def _agree(self, request: Request, version: Version) -> None:
        """Answer VERSION, and open the way for our own requests to the client."""
        if version.capabilities.twin_socket is None:
            self._wire.post(self._protocol.reply(request, version).data)
            connection, wire = self._protocol, self._wire
        else:
            ours, theirs = socket.socketpair()
            with theirs:
                message = self._protocol.reply(request, version, (theirs.fileno(),))
                self._wire.post(message.data, message.fds)
            connection, wire = self._protocol.twin(), Wire(ours)
            self._twin = wire
            self._nursery.start_soon(self._guard, self._read_twin, connection, wire)
        limit = version.capabilities.max_data_xfer_size
        self._messenger = Messenger(connection, wire, limit, self._why_blocked)
        self._session.state.device.dma.messenger = self._messenger
        self._lead(self._session.state.device)

    def _lead(self, device: PCIDevice) -> None:
        """Have ordinary accesses go to a device's regions."""
        regions = {region.index: region for region in device.regions if region is not None}
        self._lane.lead_to(regions, self._protocol.max_data_xfer_size)

    async def _read_twin(self, connection: proto.Connection, wire: Wire) -> None:
        calls, turn = wire.calls, wire.turn
        try:
            while True:
                count = calls.receive() or await wire.arrival()
                data = memoryview(calls.buffer)[:count]
                for message in connection.receive(data, calls.take_fds()):
                    if not isinstance(message, Reply):
                        raise WireClosed("the client made a request on the twin socket")
                    self._deliver(message)
                if monotonic() > turn.end:
                    await turn.pass_on()
        finally:
            connection.close()

    def _deliver(self, reply: Reply) -> None:
        reply.fds.close()  # no reply of a client's has any
        if self._messenger is not None:
            self._messenger.deliver(reply)

    def _why_blocked(self) -> str | None:
        """Tell which request of the client would keep it from answering one of ours."""
        if self._twin is not None:
            return None
        in_flight = [access.request for access in self._quiescence.in_flight]
        for request in in_flight + [request for request, _ in self._held]:
            if not request.no_reply:
                return (
                    f"the client waits for the reply to its {describe(request)} and answers "
                    f"nothing before; reply first, and do the transfer from a task (dev.spawn)"
                )
        return None


async def _let_begin() -> None:
    """Let a task that has just been started run up to where it has to wait.

    So what an async hook does before its first await is done before the next request, as a guest
    expects that reads what it has written. Tasks of one turn run in any order: hence two.
    """
    await trio.lowlevel.checkpoint()
    await trio.lowlevel.checkpoint()
