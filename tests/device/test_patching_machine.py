"""A device that is patched, fails, goes back and is defined anew in use: like its model."""

from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from muserlab.device import BAR, PCIDevice, RegionError
from muserlab.live import PatchError
from muserlab.regs import RO, RW

NAMES = ("A", "B")
OUT, PROBATION = 0x40, 3
LAYOUTS = ({"A": 0x00, "B": 0x04}, {"B": 0x00, "A": 0x10}, {"A": 0x08, "B": 0x0C, "EXTRA": 0x20})


def layout(number: int) -> type[BAR]:
    """Return a BAR with its registers at other offsets, and another one or not."""
    places = {name: RW(offset, reset=7) for name, offset in LAYOUTS[number].items()}
    bar: type[BAR] = type(BAR)("Bar", (BAR,), {**places, "OUT": RO(OUT)}, size=4096)
    return bar


def version(name: str, number: int) -> Any:
    """Return a version that answers with its number, unless its device says that it is broken."""

    def answer(dev: Any, new: Any, old: Any) -> None:
        dev.state.log.append((name, number))
        dev.bar0.OUT.poke((int(new) + number) & 0xFFFF_FFFF)
        if (name, number) in dev.state.broken:
            dev.state.log.append("half done")
            raise KeyError(number)

    answer.__wrapped__ = None  # type: ignore[attr-defined]  # no source, so that each is a new one
    return answer


class PatchingMachine(RuleBasedStateMachine):
    """The model knows values by name, and for each hook who stands before whom."""

    def __init__(self) -> None:
        super().__init__()
        self.values = dict.fromkeys(("A", "B", "EXTRA"), 7)
        self.out = 0
        self.log: list[Any] = []
        self.broken: set[tuple[str, int]] = set()
        self.current: dict[str, int] = dict.fromkeys(NAMES, 0)
        self.former: dict[tuple[str, int], int] = {}
        self.left: dict[tuple[str, int], int] = {}
        self.failed: set[tuple[str, int]] = set()
        self.done: list[tuple[str, int, int]] = []
        self.undone: list[tuple[str, int, int]] = []

    @initialize()
    def begin(self) -> None:
        self.layout = 0
        self.dev = self.define(0)
        self.dev.state.log, self.dev.state.broken = [], set()

    def define(self, number: int) -> PCIDevice:
        dev = PCIDevice("machine", id=(0x1234, 1), bar0=layout(number), msi=1)
        dev.probation = PROBATION
        dev.hook_owner.report = lambda _failure: None  # type: ignore[method-assign]
        return dev

    def hook(self, name: str) -> Any:
        return getattr(self.dev.bar0, name).on_write

    def take_up(self, name: str, number: int) -> None:
        self.current[name] = number
        if number and (self.left[name, number] or (name, number) in self.failed):
            self.left[name, number] = PROBATION

    # -- what people do --------------------------------------------------------------------------

    @rule(name=st.sampled_from(NAMES))
    def patch(self, name: str) -> None:
        number = sum(1 for known, _ in self.former if known == name) + 1
        self.hook(name)(version(name, number))
        self.former[name, number], self.left[name, number] = self.current[name], PROBATION
        self.done.append((name, self.current[name], number))
        self.undone.clear()
        self.current[name] = number

    @rule(name=st.sampled_from(NAMES), way=st.sampled_from(["undo", "redo"]))
    def go_back(self, name: str, way: str) -> None:
        source, target = (self.done, self.undone) if way == "undo" else (self.undone, self.done)
        step = next((one for one in reversed(source) if one[0] == name), None)
        if step is None:
            with pytest.raises(PatchError, match=f"nothing to {way}"):
                getattr(self.hook(name), way)()
            return
        getattr(self.hook(name), way)()
        del source[len(source) - 1 - source[::-1].index(step)]
        target.append(step)
        self.take_up(name, step[1] if way == "undo" else step[2])

    @rule(number=st.integers(0, len(LAYOUTS) - 1))
    def redefine(self, number: int) -> None:
        new = self.define(number)
        new.adopt(self.dev)
        self.dev = new
        if "EXTRA" not in LAYOUTS[number] or "EXTRA" not in LAYOUTS[self.layout]:
            self.values["EXTRA"] = 7
        self.layout = number

    @rule(name=st.sampled_from(NAMES), number=st.integers(1, 5))
    def toggle(self, name: str, number: int) -> None:
        self.broken ^= {(name, number)}
        self.dev.state.broken = set(self.broken)

    # -- what guests do --------------------------------------------------------------------------

    @rule(name=st.sampled_from(("A", "B", "EXTRA")), value=st.integers(0, 100))
    def write(self, name: str, value: int) -> None:
        offset = LAYOUTS[self.layout].get(name)
        if offset is None:
            return
        answered, trusted = self.write_to_model(name, value)
        if answered:
            self.dev.bar0.write(offset, value.to_bytes(4, "little"))
            return
        with pytest.raises(RegionError, match="failed"):
            self.dev.bar0.write(offset, value.to_bytes(4, "little"))
        if trusted:  # what a trusted version did before it raised, it did
            self.out = value + trusted
            self.log += [(name, trusted), "half done"]

    def write_to_model(self, name: str, value: int) -> tuple[bool, int]:
        """Return whether a version answers; if none, the trusted one that failed last, or 0."""
        self.values[name] = value
        number, tried = self.current.get(name, 0), 0
        if not number:
            return True, 0
        while (name, number) in self.broken:
            self.failed.add((name, number))
            tried, probation = number, self.left[name, number]
            number = self.former[name, number] if probation else 0
            if not number:
                return False, 0 if probation else tried
        self.out = value + number
        self.log.append((name, number))
        self.left[name, number] = max(0, self.left[name, number] - 1)
        if tried:
            self.put_back(name, number)
        return True, 0

    def put_back(self, name: str, number: int) -> None:
        failed = self.current[name]
        step = next(
            (one for one in reversed(self.done) if (one[0], one[2]) == (name, failed)), None
        )
        if step is not None:
            del self.done[len(self.done) - 1 - self.done[::-1].index(step)]
            self.undone.append(step)
        self.current[name] = number

    @rule(name=st.sampled_from(("A", "B", "EXTRA")))
    def read(self, name: str) -> None:
        offset = LAYOUTS[self.layout].get(name)
        if offset is not None:
            data = self.dev.bar0.read(offset, 4)
            assert isinstance(data, bytes)
            assert int.from_bytes(data, "little") == self.values[name]

    # -- what holds ------------------------------------------------------------------------------

    @invariant()
    def the_device_is_as_the_model_says(self) -> None:
        bar = self.dev.bar0
        held = {name: int(getattr(bar, name).peek()) for name in LAYOUTS[self.layout]}
        assert held == {name: self.values[name] for name in held}
        assert int(bar.OUT.peek()) == self.out
        assert self.dev.state.log == self.log
        for name in NAMES:
            now = self.hook(name).current
            assert (now.number if now else 0) == self.current[name]
            left = {(name, one.number): one.trial.left for one in self.hook(name).versions}
            assert left == {key: n for key, n in self.left.items() if key[0] == name}


def test_a_patched_device_behaves_as_the_model() -> None:
    run_state_machine_as_test(PatchingMachine)
