"""Regions as text: what is in them now, found by peeking only."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from muserlab.device.region.bank import Bank
    from muserlab.device.region.register import RegisterPart

_ROWS = 64


def table(bank: "Bank") -> str:
    """Return a table of what a region holds: its registers, and the memory that has names."""
    lines = [f"{bank.name}: {type(bank).__name__}, {bank.size:#x} bytes"]
    lines += register_lines(bank.registers)
    for memory in bank.memories():
        mapped = ", mappable" if memory.mappable else ""
        lines.append(f"  {memory.offset:#06x}  {memory.name}: {memory.size:#x} bytes{mapped}")
    return "\n".join(lines)


def register_lines(registers: "Sequence[RegisterPart]") -> Iterator[str]:
    """Yield a line for each register: offset, name, access type, value and fields."""
    shown = registers[:_ROWS]
    width = max((len(register.label) for register in shown), default=0)
    for register in shown:
        value = repr(register.value).partition("=")[2]
        access = str(register.placed.register.access)
        yield f"  {register.start:#06x}  {register.label:<{width}}  {access:<4}  {value}"
    if left := len(registers) - len(shown):
        yield f"  … and {left} more registers"
