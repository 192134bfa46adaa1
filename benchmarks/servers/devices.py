"""The devices that are measured, by kind: a function each of how many, or how large."""

from collections.abc import Callable, Mapping
from types import new_class
from typing import Any
from unittest.mock import patch

from benchmarks.traffic import BYTE, MIB, Place
from muserlab.device import BAR, PCIDevice
from muserlab.regs import RW
from muserlab.trace import Recorder, Trace


class Registers(BAR, size=4096):
    """A register without and one with hooks."""

    PLAIN = RW(0x00)
    HOOKED = RW(0x04)


class Window(BAR, size=MIB, mappable=True):
    """Memory that a client may map."""


REGISTER = Place(region=0, offset=0x00)
HOOK = Place(region=0, offset=0x04)
MEMORY = Place(region=2)


def usual(count: int) -> list[PCIDevice]:
    """Return devices as people write them: registers, hooks, memory, an interrupt."""
    made = [_usual(f"device{i}") for i in range(count)]
    made[0].bar2.poke(0, BYTE * (2 * MIB))  # of the others no memory is read
    return made


def answer(_dev: PCIDevice, value: int) -> int:
    """Read as stored: the least that a hook can do."""
    return value


def accept(_dev: PCIDevice, _new: int, _old: int) -> None:
    """Hear of a write."""


def _usual(name: str, *, probation: int | None = None) -> PCIDevice:
    device = PCIDevice(name, id=(0x1234, 1), bar0=Registers, bar2=2 * MIB, bar4=Window, msi=1)
    if probation is not None:
        device.probation = probation
    register: Any = device.bar0.HOOKED
    register.on_read(answer)
    register.on_write(accept)
    return device


class _Silent(Trace):
    """A trace that keeps nothing, to see what keeping costs: muserlab itself always keeps one."""

    def record(self, *_event: object, **_named: object) -> int:
        """Do nothing."""
        return 0

    def recorder(self, *_place: object, **_named: object) -> Recorder:
        """Return what does nothing."""
        return lambda _offset, _data, _began: 0

    def answered(self, seq: int) -> None:
        """Do nothing."""


def untraced(count: int) -> list[PCIDevice]:
    """Return usual devices whose accesses nobody records."""
    with patch("muserlab.device.function.Trace", _Silent):
        return usual(count)


def wide(registers: int) -> list[PCIDevice]:
    """Return a device with so many registers of 4 bytes in BAR 0, each with a name of its own."""
    size = max(4096, 1 << (4 * registers - 1).bit_length())

    def define(names: dict[str, Any]) -> None:
        names.update((f"R{i}", RW(4 * i)) for i in range(registers))

    bar = new_class("Wide", (BAR,), {"size": size}, define)
    return [PCIDevice("wide", id=(0x1234, 2), bar0=bar)]


TRUSTED = "trusted"
ON_PROBATION = "on probation"
DIRECT = "direct call"


def patchable(_count: int) -> list[PCIDevice]:
    """Return a device whose hooks are trusted, one whose are not yet, and one without patching."""
    direct = PCIDevice(DIRECT, id=(0x1234, 1), bar0=Registers)
    _call_directly(direct)
    return [_usual(TRUSTED, probation=0), _usual(ON_PROBATION, probation=1 << 60), direct]


def _call_directly(device: PCIDevice) -> None:
    """Have accesses of the hooked register call the functions, with what hooks get, and no hook."""
    ((part, _, _),) = device.bar0.parts_in(HOOK.offset, HOOK.offset + 4)
    placed, register, mask = part.placed, part.placed.register, part.placed.register.mask

    def read(_offset: int, _count: int) -> bytes:
        value, _ = register.read(part.stored, mask)
        return answer(device, placed.value(value)).to_bytes(4, "little")

    def write(_offset: int, data: bytes) -> None:
        written, old = int.from_bytes(data, "little"), part.stored
        new = register.write(old, written, mask)
        part.assign(new)
        accept(device, placed.value(new).carry(written), placed.value(old))

    part.read, part.write = read, write


KINDS: Mapping[str, Callable[[int], list[PCIDevice]]] = {
    "usual": usual,
    "untraced": untraced,
    "patchable": patchable,
    "wide": wide,
}
