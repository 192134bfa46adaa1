"""One copy of a device goes through a script, on a clock that does not wait."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import trio
from trio.testing import MockClock

from muserlab.device import (
    DeviceError,
    InlineHost,
    PCIDevice,
    Pending,
    Region,
    ResetKind,
    Verdict,
)
from muserlab.lab.host import TrioHost
from muserlab.lab.isolation import Isolated
from muserlab.lab.portal import Portal
from muserlab.lab.rehearsal.client import RecordedClient
from muserlab.lab.rehearsal.memory import noted
from muserlab.lab.rehearsal.observed import NO_REPLY, Observed, Observer
from muserlab.lab.rehearsal.registers import RegisterWatch
from muserlab.lab.rehearsal.script import Script
from muserlab.live import Failure
from muserlab.trace import Event, Kind, Trace

Thread = Isolated[Any]


@dataclass(frozen=True, slots=True)
class Log:
    """What was seen of one copy: before the first event, and from each one to the next."""

    start: Observed
    each: list[tuple[Event, Observed]]
    failures: list[Failure]


def play(device: PCIDevice, script: Script, client: RecordedClient, thread: Thread) -> Log:
    """Let a copy that nobody serves go through a script; return what was seen of it.

    Time is virtual: timed work runs when it is due, and where there is none to do, time jumps to
    the next event. All ends when the trace does; what still waits then has no answer.
    """
    clock = MockClock(autojump_threshold=0)
    player = _Player(device, client, thread, clock)
    try:
        return trio.run(player.play, script, clock=clock)
    finally:
        device.interrupts.release()
        device.host = InlineHost()


class _Player:
    def __init__(
        self, device: PCIDevice, client: RecordedClient, thread: Thread, clock: MockClock
    ) -> None:
        self._device = device
        self._client = client
        self._memory = client.memory
        self._thread = thread
        self._clock = clock
        self._waiting = 0
        self._host: TrioHost
        self._nursery: trio.Nursery
        self._regions = {region.name: region for region in device.present}
        trace = Trace(clock=lambda: round(clock.current_time() * 1e9))
        device.record_to(trace)
        self._observer = Observer(trace)

    async def play(self, script: Script) -> Log:
        device, observer = self._device, self._observer
        each: list[tuple[Event, Observed]] = []
        start = observer.now
        async with Portal.opened() as portal, trio.open_nursery() as self._nursery:
            self._thread.stop = portal.close
            self._host = TrioHost(device, portal, self._nursery, observer, _refuse)
            device.host = self._host
            for region in device.present:
                region.poll_every(None)  # what the client changed in mapped memory, is recorded
            for mapped in self._memory.mapped:
                self._memory.map(device.dma, mapped)
            self._client.listen(device)
            watch = RegisterWatch(device)
            if script.reset_first:
                self._reset(ResetKind.DEVICE)
            for at, event in script.cues:
                await self._reach(at)
                if event.kind is Kind.DMA_READ:
                    self._memory.put(event.offset or 0, event.data)
                    continue
                observer.now.registers = watch.changes()
                observer.now = Observed()
                each.append((event, observer.now))
                self._thread.reach(f"event {event.seq}, {event.kind} {event.where}")
                self._do(event)
            await self._reach(script.end)
            observer.now.registers = watch.changes()
            self._nursery.cancel_scope.cancel()
        return Log(start, each, observer.failures)

    async def _reach(self, at: float) -> None:
        """Let what is due until then run, if there is anything; else it is then at once."""
        if self._host.tasks or self._waiting:
            await trio.sleep_until(at)
        elif at > trio.current_time():
            self._clock.jump(at - trio.current_time())

    def _do(self, event: Event) -> None:
        device, dma = self._device, self._device.dma
        match event.kind:
            case Kind.READ:
                self._access(self._region(event).read, event.offset or 0, event.size)
            case Kind.WRITE:
                self._access(self._region(event).write, event.offset or 0, event.data)
            case Kind.CHANGE:
                self._change(self._region(event), event.offset or 0, event.data)
            case Kind.RESET:
                self._reset(ResetKind(event.note))
            case Kind.CONNECT if device.client is None:
                self._client.listen(device)
                device.connect(event.note)
            case Kind.DISCONNECT:
                device.client = device.client or event.note
                device.disconnect()
            case Kind.DMA_MAP:
                self._memory.map(dma, noted(event))
            case Kind.DMA_UNMAP:
                gone = noted(event)
                with suppress(DeviceError):  # a window that the new version left open, perhaps
                    dma.unmap(gone.iova, gone.size)
            case _:
                pass

    def _region(self, event: Event) -> Region:
        return self._regions[event.where.partition(".")[0]]

    def _access(
        self, act: Callable[[int, Any], Awaitable[bytes | None] | bytes | None], *args: Any
    ) -> None:
        observed = self._observer.now
        try:
            answer = act(*args)
        except Exception as error:  # noqa: BLE001 - a refusal, or whatever a device's code raises
            observed.reply = _refusal(error)
            return
        if isinstance(answer, Awaitable):
            observed.reply = NO_REPLY
            self._waiting += 1
            self._nursery.start_soon(self._finish, observed, answer)
        else:
            observed.reply = answer or b""

    async def _finish(self, observed: Observed, answer: Awaitable[bytes | None]) -> None:
        try:
            observed.reply = await answer or b""
        except Exception as error:  # noqa: BLE001 - as in _access
            observed.reply = _refusal(error)
        finally:
            self._waiting -= 1

    def _change(self, region: Region, offset: int, data: bytes) -> None:
        """Put data into memory as a client does that has mapped it, and let it be found."""
        self._scan(region)
        for part, first, last in region.parts_in(offset, offset + len(data)):
            part.write(first, data[first - offset : last - offset])
        self._scan(region)

    def _scan(self, region: Region) -> None:
        pending = region.poller.scan()
        if pending is not None:
            self._device.hook_owner.let_finish(pending, f"{region.name}.on_change")

    def _reset(self, kind: ResetKind) -> None:
        """Reset the device, unless it has done so itself: a function-level one is a write, too."""
        if not self._observer.resets:
            self._device.reset(kind)
        self._observer.resets -= 1


async def _refuse(pending: Pending) -> Verdict:
    return Verdict("fail", reason=f"it would be paused, {pending.reason}")


def _refusal(error: Exception) -> str:
    kind = "refused" if isinstance(error, DeviceError) else f"failed with {type(error).__name__}"
    return f"{kind}: {error}"
