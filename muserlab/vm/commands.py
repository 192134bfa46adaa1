"""Commands in the guest, several at a time, over one connection with its agent."""

import math
from dataclasses import dataclass, field

import trio

from muserlab.vm.agent import Agent, Done, Ready
from muserlab.vm.errors import CommandTimeout, GuestGone, VmError
from muserlab.vm.result import Result

_KILL_SECONDS = 5


@dataclass(frozen=True, slots=True)
class _Loss:
    kind: type[GuestGone]
    reason: str

    def error(self) -> GuestGone:
        return self.kind(self.reason)


@dataclass(slots=True)
class _Pending:
    outcome: Done | _Loss | None = None
    settled: trio.Event = field(default_factory=trio.Event)

    def settle(self, outcome: Done | _Loss) -> None:
        self.outcome = outcome
        self.settled.set()


class Commands:
    """Runs commands through the guest's agent; `listen` and `speak` are its two tasks.

    It is up from the agent's first word until it is told of a loss, and again from the next one:
    a guest may reboot at any time, and nothing sent before will then be answered.
    """

    def __init__(self, stream: trio.SocketStream) -> None:
        self._stream = stream
        self._agent = Agent()
        self._pending: dict[int, _Pending] = {}
        self._requests, self._to_send = trio.open_memory_channel[bytes](math.inf)
        self._loss: _Loss | None = _Loss(GuestGone, "the guest has not booted yet")
        self._decided = trio.Event()

    @property
    def up(self) -> bool:
        """Whether commands can be run."""
        return self._loss is None

    async def run(self, command: str, seconds: float, given: bytes) -> Result:
        """Run a command; see Guest.run."""
        if self._loss is not None:
            raise self._loss.error()
        command_id, request = self._agent.run(command, given)
        pending = self._pending[command_id] = _Pending()
        self._requests.send_nowait(request)
        try:
            with trio.move_on_after(seconds):
                await pending.settled.wait()
        finally:
            if pending.outcome is None:
                self._requests.send_nowait(self._agent.kill(command_id))
        if pending.outcome is None:
            with trio.move_on_after(_KILL_SECONDS):
                await pending.settled.wait()
            raise CommandTimeout(_timeout_text(command, seconds, pending.outcome))
        if isinstance(pending.outcome, _Loss):
            raise pending.outcome.error()
        return _result(command, pending.outcome)

    async def until_up(self, seconds: float) -> None:
        """Wait for the agent's first word.

        Raises GuestGone when there will be none, trio.TooSlowError when it is late.
        """
        with trio.fail_after(seconds):
            await self._decided.wait()
        if self._loss is not None:
            raise self._loss.error()

    def expect_restart(self, reason: str) -> None:
        """Fail what is under way, because the guest is about to start anew."""
        self._fail(_Loss(GuestGone, reason))
        self._decided = trio.Event()

    def lose(self, kind: type[GuestGone], reason: str) -> None:
        """Fail what is under way and what comes, unless and until the agent speaks again."""
        self._fail(_Loss(kind, reason))
        self._decided.set()

    async def listen(self) -> None:
        """Take in what the agent says, until QEMU ends or the guest makes no sense."""
        try:
            async for data in self._stream:
                for event in self._agent.receive(bytes(data)):
                    self._heard(event)
        except trio.BrokenResourceError:
            pass  # QEMU has ended, which its process tells better
        except VmError as error:
            self.lose(GuestGone, str(error))

    async def speak(self) -> None:
        """Send what is to be sent, each request whole."""
        try:
            async for request in self._to_send:
                await self._stream.send_all(request)
        except trio.BrokenResourceError:
            pass  # as above

    def _heard(self, event: Ready | Done) -> None:
        match event:
            case Ready():
                self._fail(_Loss(GuestGone, "the guest started anew"))
                self._loss = None
                self._decided.set()
            case Done(command_id):
                self._pending.pop(command_id).settle(event)

    def _fail(self, loss: _Loss) -> None:
        self._loss = loss
        for pending in self._pending.values():
            pending.settle(loss)
        self._pending.clear()


def _result(command: str, done: Done) -> Result:
    return Result(command, done.status, done.stdout, done.stderr)


def _timeout_text(command: str, seconds: float, outcome: Done | _Loss | None) -> str:
    text = f"`{command}` had not ended after {seconds:g} s"
    match outcome:
        case Done():
            said = _result(command, outcome).last_words
            return f"{text} and was killed; its last words: {said or '(none)'}"
        case _Loss(_, reason):
            return f"{text}; then {reason}"
        case None:
            return f"{text}, and the guest did not say that it was killed: it may hang"
