"""The call that makes a device, with the arguments that are not the constructor's own."""

from collections.abc import Callable, Sequence
from typing import Any

from muserlab.device import Capability, Definition, PCIDevice
from muserlab.source.errors import SaveError
from muserlab.source.lines import call, display
from muserlab.source.literals import number, octets, string
from muserlab.source.making import making
from muserlab.source.members import NameOf


def check_writable(device: PCIDevice) -> None:
    """Raise SaveError where the constructor's call says not all of a device."""
    if type(device) is not PCIDevice:
        problem = f"it is a {type(device).__name__}, not a PCIDevice"
        raise SaveError([device.name], problem, "write what that adds as functions of a device")


def constructor(definition: Definition, kind: str, name_of: NameOf, before: str) -> str:
    """Return the expression that makes a device of a definition; ``kind`` is the class's name."""
    arguments: list[str] = []
    for name, value in definition.given.items():
        written = _WRITERS.get(name, _part)(value, name_of)
        arguments.append(written if name == "name" else f"{name}={written}")
    return call(kind, arguments, before)


def _pair(value: tuple[int, int], _name_of: NameOf) -> str:
    return f"({number(value[0], 4)}, {number(value[1], 4)})"


def _part(value: Any, name_of: NameOf) -> str:
    """Return a region, what makes one, a switch, or a capability."""
    if isinstance(value, type):
        return name_of(value)
    if isinstance(value, bytes):
        return octets(value)
    if isinstance(value, Capability):
        return _capability(value, name_of)
    return repr(value) if isinstance(value, bool) else number(value)


def _parts(value: Sequence[Any], name_of: NameOf) -> str:
    return display("[]", [_part(one, name_of) for one in value], " " * len("    capabilities="))


def _capability(capability: Capability, name_of: NameOf) -> str:
    made = making(capability)
    assert made is not None, capability
    arguments = [_part(value, name_of) for value in made.arguments]
    options = [f"{name}={_part(value, name_of)}" for name, value in made.options.items()]
    return call(name_of(made.function), [*arguments, *options])


_WRITERS: dict[str, Callable[[Any, NameOf], str]] = {
    "name": lambda value, _: string(value),
    "id": _pair,
    "subsystem": _pair,
    "class_code": lambda value, _: f"0x{value:06x}",
    "revision": lambda value, _: f"0x{value:02x}",
    "msi": lambda value, name_of: str(value) if isinstance(value, int) else _part(value, name_of),
    "msix": lambda value, name_of: str(value) if isinstance(value, int) else _part(value, name_of),
    "regions": _parts,
    "capabilities": _parts,
}
