"""Regions as text: what is in them now, found by peeking only."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from muserlab.device.region.bank import Bank

_ROWS = 64


def table(bank: "Bank") -> str:
    """Return a table of a region's registers with their values and fields."""
    lines = [f"{bank.name}: {type(bank).__name__}, {bank.size:#x} bytes"]
    shown = bank.registers[:_ROWS]
    width = max((len(register.label) for register in shown), default=0)
    for register in shown:
        value = repr(register.placed.value(register.stored)).partition("=")[2]
        lines.append(f"  {register.start:#06x}  {register.label:<{width}}  {value}")
    if left := len(bank.registers) - len(shown):
        lines.append(f"  … and {left} more registers")
    for memory in bank.memories():
        mapped = ", mappable" if memory.mappable else ""
        lines.append(f"  {memory.offset:#06x}  {memory.name}: {memory.size:#x} bytes{mapped}")
    return "\n".join(lines)
