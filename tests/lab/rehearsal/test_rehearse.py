"""A version is tried on copies: what would come out differently is shown, and nothing is live."""

from typing import Any

import pytest
import trio

from muserlab.device import CloneError, PCIDevice, ResetKind
from muserlab.live import PatchError, Rehearsal
from muserlab.trace import Kind


def add(dev: PCIDevice, new: Any, old: Any) -> None:
    if new.go:
        dev.bar0.SUM.poke(dev.bar0.A.peek() + 1)
        dev.bar0.STAT.poke(done=1)
        dev.msi[0].fire()


def found(rehearsal: Rehearsal) -> list[tuple[str, str, object, object]]:
    return [(one.what, one.where, one.before, one.after) for one in rehearsal.differences]


def drive(recording: Any) -> None:
    for number in (3, 7, 9):
        recording.write(0x00, number)
        recording.write(0x08, 1)
        recording.read(0x0C)
        recording.write(0x10, 1)


@pytest.fixture
def added(recording: Any) -> Any:
    """A recording of a device that adds."""
    recording.dev.bar0.CTRL.on_write(add)
    drive(recording)
    return recording


def test_the_same_version_makes_no_difference(added: Any, tried: Any) -> None:
    rehearsal = tried(added, added.dev.bar0.CTRL.on_write, add)
    assert rehearsal.same
    assert (rehearsal.replayed, rehearsal.answered, rehearsal.strayed) == (12, 3, 0)
    assert rehearsal.start == "the device as it is now"


def test_registers_replies_and_interrupts_that_differ_are_shown(added: Any, tried: Any) -> None:
    def wrong(dev: PCIDevice, new: Any, old: Any) -> None:
        if new.go:
            dev.bar0.SUM.poke(dev.bar0.A.peek() + (2 if dev.bar0.A.peek() == 7 else 1))
            dev.bar0.STAT.poke(done=1)
            dev.msi[1 if dev.bar0.A.peek() == 9 else 0].fire()

    rehearsal = tried(added, added.dev.bar0.CTRL.on_write, wrong)
    assert found(rehearsal) == [
        ("register", "bar0.SUM", 8, 9),
        ("reply", "bar0.SUM", b"\x08\0\0\0", b"\x09\0\0\0"),
        ("interrupt", "", ("msi[0]",), ("msi[1]",)),
    ]
    assert [one.access for one in rehearsal.differences] == [
        "write bar0.CTRL 0x00000001",
        "read bar0.SUM",
        "write bar0.CTRL 0x00000001",
    ]
    seqs = [one.seq for one in rehearsal.differences]
    assert [added.dev.trace.window(seq, 1)[0].where for seq in seqs] == [
        "bar0.CTRL",
        "bar0.SUM",
        "bar0.CTRL",
    ]


def test_nothing_live_is_touched(added: Any, tried: Any) -> None:
    dev = added.dev
    dev.state.starts = [1]

    def meddling(dev: PCIDevice, new: Any, old: Any) -> None:
        dev.bar0.A.poke(0)
        dev.bar0.BUF.poke(b"meddled")
        dev.state.starts.append(2)
        dev.msi[1].fire()

    def everything() -> tuple[object, ...]:
        regions = [region.peek(0, region.size) for region in dev.present]
        versions = dev.bar0.CTRL.on_write.versions
        vectors = repr(dev.interrupts)
        return regions, vectors, list(dev.state.starts), versions, dev.trace[:], len(dev.history)

    before = everything()
    assert not tried(added, dev.bar0.CTRL.on_write, meddling).same
    assert everything() == before


def test_an_error_is_shown_with_its_lines_and_the_version_before_answers(
    added: Any, tried: Any
) -> None:
    def failing(dev: PCIDevice, new: Any, old: Any) -> None:
        dev.bar0.SUM.poke(99)
        dev.bar0.A.peek() // 0

    rehearsal = tried(added, added.dev.bar0.CTRL.on_write, failing)
    (fault,) = rehearsal.differences
    assert (fault.what, fault.before) == ("fault", ())
    assert fault.after == ("CTRL.on_write: ZeroDivisionError: integer division or modulo by zero",)
    assert "dev.bar0.A.peek() // 0" in repr(rehearsal)
    assert "CTRL.on_write v2 (test_rehearse.py" in repr(rehearsal)


def test_a_function_that_does_not_fit_is_refused(added: Any, tried: Any) -> None:
    with pytest.raises(PatchError, match=r"takes a function of \(dev, new, old\)"):
        tried(added, added.dev.bar0.CTRL.on_write, lambda dev: None)


def test_what_cannot_be_copied_is_named(added: Any, tried: Any) -> None:
    added.dev.state.stream = (number for number in range(3))
    with pytest.raises(CloneError, match=r"adder\.state\.stream"):
        tried(added, added.dev.bar0.CTRL.on_write, add)


def test_timed_work_runs_at_the_times_that_were_recorded(recording: Any, tried: Any) -> None:
    recording.dev.bar0.CTRL.on_write(lambda dev, new, old: dev.after(0.010, add, new, old))
    recording.dev.host = Timeless()
    recording.write(0x00, 4)
    recording.write(0x08, 1)
    recording.read(0x0C, after_ms=5)
    recording.read(0x0C, after_ms=6)
    recording.wait(60)

    def slower(dev: PCIDevice, new: Any, old: Any) -> None:
        dev.after(0.050, add, new, old)

    rehearsal = tried(recording, recording.dev.bar0.CTRL.on_write, slower)
    first, second = [event.seq for event in recording.dev.trace if event.kind is Kind.READ]
    assert [one.seq for one in rehearsal.differences] == [first, first, first, second, second]
    assert found(rehearsal) == [
        ("register", "bar0.SUM", 5, 0),
        ("register", "bar0.STAT", 1, 0),
        ("interrupt", "", ("msi[0]",), ()),
        ("reply", "bar0.SUM", b"\x05\0\0\0", b"\0\0\0\0"),
        ("interrupt", "", (), ("msi[0]",)),
    ]


class Timeless:
    """A host that runs hooks, and no timed work: what was recorded came from elsewhere."""

    def __getattr__(self, name: str) -> Any:
        return lambda *args, **kwargs: args[0](*args[1:], **kwargs) if name == "run" else Nothing()


class Nothing:
    def cancel(self) -> None:
        pass


def test_an_async_version_answers_in_its_own_time(recording: Any, tried: Any) -> None:
    hook = recording.dev.bar0.SUM.on_read
    hook(lambda dev, value: 42)
    recording.read(0x0C)
    recording.read(0x00, after_ms=1)
    recording.wait(30)

    async def later(dev: PCIDevice, value: Any) -> int:
        await trio.sleep(0.020)
        return 42

    async def never(dev: PCIDevice, value: Any) -> int:
        await trio.sleep(60)
        return 42

    assert tried(recording, hook, later).same
    assert found(tried(recording, hook, never)) == [
        ("reply", "bar0.SUM", b"\x2a\0\0\0", "no answer")
    ]


def test_hooks_of_every_altitude_can_be_tried(bar: Any, recording: Any, tried: Any) -> None:
    dev = recording.dev
    recording.record(Kind.RESET, "adder", note=ResetKind.DEVICE)
    recording.write(0x08, 1)
    recording.read(0x0C)
    recording.read(0x20, region=1)
    recording.read(0x00)
    hooks = [
        (dev.bar0.CTRL.on_write, lambda dev, new, old: dev.bar0.A.poke(1)),
        (dev.bar0.CTRL.go.on_write, lambda dev, new, old: dev.bar0.A.poke(1)),
        (dev.bar0[0x0C:0x10].on_read, lambda dev, offset, count: 1),
        (dev.bar1.on_read, lambda dev, offset, count: 1),
        (bar.SUM.on_read, lambda dev, value: 1),
        (bar[0x08:0x10].on_read, lambda dev, offset, count: 1),
        (dev.on_reset, lambda dev, kind: dev.bar0.A.poke(1)),
    ]
    for hook, function in hooks:
        rehearsal = tried(recording, hook, function)
        assert not rehearsal.same, hook
        assert rehearsal.answered == 1, hook
        assert not hook, hook


def test_a_hook_that_nothing_recorded_meets_is_not_called(added: Any, tried: Any) -> None:
    rehearsal = tried(added, added.dev.msi.on_state, lambda dev, vector, state: None)
    assert rehearsal.same
    assert rehearsal.answered == 0


def test_reads_that_the_present_versions_answer_otherwise_are_counted(
    added: Any, tried: Any
) -> None:
    added.dev.bar0.CTRL.on_write(lambda dev, new, old: dev.bar0.SUM.poke(0))
    rehearsal = tried(added, added.dev.bar0.CTRL.on_write, add)
    assert rehearsal.strayed == 3
    assert "3 reads were answered otherwise than recorded" in repr(rehearsal)


def test_failures_of_the_present_versions_are_told_too(added: Any, tried: Any) -> None:
    added.dev.bar0.SUM.on_read(lambda dev, value: value.nonsense)
    rehearsal = tried(added, added.dev.bar0.CTRL.on_write, add)
    assert rehearsal.same
    assert "with the present versions, too: SUM.on_read v1" in repr(rehearsal)


def test_an_access_that_would_be_paused_fails(recording: Any, tried: Any) -> None:
    hook = recording.dev.bar0.SUM.on_read
    recording.read(0x0C)
    recording.dev.bar0.policy = "pause"
    rehearsal = tried(recording, hook, lambda dev, value: value.nonsense)
    reply = rehearsal.differences[0]
    assert reply.what == "reply"
    assert "it would be paused" in str(reply.after)
