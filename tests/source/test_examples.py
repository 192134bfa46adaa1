"""The examples, made in cells, patched in other cells, saved: the file's device does the same."""

import random
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest

import muserlab as ml
from muserlab.device import InlineHost
from muserlab.source import saved
from muserlab.trace import Kind

EXAMPLES = Path(__file__).parents[2] / "examples"

PATCHES = {
    "adder": """
        BONUS = 3

        def total(dev):
            # more than the datasheet says
            return dev.bar0.A.peek() + BONUS

        @dev.bar0.CTRL.on_write
        def start(dev, new, old):
            if new.go:
                dev.bar0.SUM.poke(total(dev) & 0xFFFF_FFFF)
                dev.bar0.STAT.poke(done=1)
                dev.msi[0].fire()

        @dev.bar0.A.on_read
        def seen(dev, value):
            dev.state.seen = getattr(dev.state, "seen", 0) + 1
            return value ^ dev.state.seen
    """,
    "gpio_pci_idio_16": """
        @IdioBar.FILTER_CTL.on_read
        def activate_filters(dev, value):
            dev.state.filtered = True
            return 0x5a

        @dev.bar2.OUT0_7.on_write
        def loop_back(dev, new, old):
            set_inputs(dev, new | new << 8)
    """,
    "edu": """
        @EduBar.LIVENESS.on_write
        def invert(dev, new, old):
            dev.bar0.LIVENESS.poke(new ^ dev.state.mask)

        dev.state.mask = 0xFFFF_0000

        @dev.on_reset
        def count(dev, kind):
            dev.state.resets = getattr(dev.state, "resets", 0) + 1
    """,
}


class Work:
    """What a device does later, unless it is cancelled."""

    def __init__(self, call: Callable[[], object]) -> None:
        self.call = call

    def cancel(self) -> None:
        self.call = lambda: None


class Clock(InlineHost):
    """A host on which time passes when a test says so."""

    def __init__(self) -> None:
        self.waiting: list[Work] = []

    def after(self, _seconds: float, fn: Callable[..., object], *args: object) -> Any:
        self.waiting.append(Work(lambda: fn(*args)))
        return self.waiting[-1]

    def pass_time(self) -> None:
        """Run what waits; async work of an unserved device never waits itself."""
        waiting, self.waiting = self.waiting, []
        for work in waiting:
            pending = work.call()
            if isinstance(pending, Coroutine):
                with pytest.raises((StopIteration, ValueError)):
                    pending.send(None)


def driven(device: ml.PCIDevice, bar: Any, seed: int) -> Iterator[Any]:
    """Drive a device at random; yield what it answers, and at last its interrupts and state."""
    clock = device.host = Clock()
    chance = random.Random(seed)
    for _ in range(300):
        offset, count = chance.randrange(0, min(bar.size, 0xA0)), chance.choice([1, 2, 4, 8])
        if offset % count or offset + count > bar.size:
            continue
        match chance.randrange(8):
            case 0 | 1 | 2 | 3:
                yield bar.read(offset, count)
            case 4 | 5 | 6:
                small = chance.randrange(8) if count > 1 else chance.randrange(256)
                bar.write(offset, small.to_bytes(count, "little"))
            case _:
                clock.pass_time()
    device.reset()
    yield [(event.kind, event.where, event.note) for event in device.trace.select(Kind.IRQ)]
    yield vars(device.state)


@pytest.mark.parametrize("name", PATCHES)
def test_a_patched_example_is_saved_with_its_patches(session: Any, save: Any, name: str) -> None:
    session.run((EXAMPLES / f"{name}.py").read_text())
    session.run(PATCHES[name])
    made = save(session["dev"])
    interrupts: list[Any] = []
    for seed in range(4):
        session.run((EXAMPLES / f"{name}.py").read_text())
        session.run(PATCHES[name])
        fresh = save(session["dev"])
        assert fresh.text == made.text
        bars = [dev.bar0 or dev.bar2 for dev in (session["dev"], fresh.device)]
        answers = [list(driven(bar.owner.device, bar, seed)) for bar in bars]
        assert answers[0] == answers[1]
        interrupts += answers[0][-2]
    assert interrupts, "or the test shows little"


def test_saving_again_changes_nothing(session: Any, save: Any) -> None:
    for name, patch in PATCHES.items():
        session.run((EXAMPLES / f"{name}.py").read_text())
        session.run(patch)
        made = save(session["dev"])
        assert saved(made.device) == made.text
