"""What becomes of a device's registers from one moment to the next."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from mmap import mmap

from muserlab.device import Bank, PCIDevice, RegisterPart
from muserlab.regs import Value

_NEAR = 4096  # bytes between registers that are looked at together
_FEW = 64  # bytes that are compared register by register

Changes = dict[str, tuple[int, int]]
"""What registers held before and after, by the names that the trace has for them."""


class RegisterWatch:
    """Finds the registers that have changed since it last looked, in whichever way."""

    def __init__(self, device: PCIDevice) -> None:
        banks = [region for region in device.present if isinstance(region, Bank)]
        self._runs = [run for bank in banks for run in _runs(bank)]

    def changes(self) -> Changes | None:
        """Return what has changed since the last call, None where nothing has."""
        changes: Changes | None = None
        for run in self._runs:
            now = run.now()
            if now != run.before:
                changes = {} if changes is None else changes
                run.find(now, changes)
        return changes


class _Run:
    """Registers that lie close to each other in the same storage."""

    def __init__(self, bank: Bank, registers: Sequence[RegisterPart], data: mmap) -> None:
        self._name = bank.name
        self._registers = registers
        self._data = data
        self._first, self._end = registers[0].start, registers[-1].end
        self._starts = [register.start - self._first for register in registers]
        self.before = self.now()

    def now(self) -> bytes:
        return self._data[self._first : self._end]

    def find(self, now: bytes, changes: Changes) -> None:
        before, self.before = self.before, now
        for at in _differing(before, now, 0, len(now)):
            first = max(bisect_right(self._starts, at) - 1, 0)
            last = bisect_right(self._starts, at + _FEW - 1)
            for register in self._registers[first:last]:
                own = slice(register.start - self._first, register.end - self._first)
                if before[own] != now[own]:
                    changes[f"{self._name}.{register.label}"] = (
                        int.from_bytes(before[own], "little"),
                        int.from_bytes(now[own], "little"),
                    )


def decoded(device: PCIDevice, name: str, held: int) -> Value:
    """Return what a register with a name of the trace's holds, as a value with its fields."""
    region, _, label = name.partition(".")
    part = next(one for one in device.present if one.name == region).hooks.register_at(label)
    assert part is not None
    return part.placed.value(held)


def _runs(bank: Bank) -> Iterator[_Run]:
    run: list[RegisterPart] = []
    data: mmap | None = None
    for register in bank.registers:
        storage = bank.backing.at(register.start)[0]
        far = run and (storage is not data or register.start - run[-1].end > _NEAR)
        if far and data is not None:
            yield _Run(bank, run, data)
            run = []
        run.append(register)
        data = storage
    if run and data is not None:
        yield _Run(bank, run, data)


def _differing(before: bytes, now: bytes, start: int, end: int) -> Iterator[int]:
    """Yield where _FEW bytes begin in which the two differ, by halving what differs."""
    if before[start:end] == now[start:end]:
        return
    if end - start <= _FEW:
        yield start
        return
    middle = start + (end - start) // 2
    yield from _differing(before, now, start, middle)
    yield from _differing(before, now, middle, end)
