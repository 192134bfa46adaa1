"""What a region takes over of a former definition's: registers by name, memory by name.

Everything is noted, so that a refused definition has what it had, and a client that has mapped the
memory finds in it what was there.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from muserlab.device.region.part import Plain
from muserlab.device.region.register import RegisterPart
from muserlab.live import Migration, migrate
from muserlab.regs import Register, Value

if TYPE_CHECKING:
    from muserlab.device.region.bank import Bank

_PIECE = 1 << 16


def carry_over(bank: "Bank", former: "Bank", *, memory: bool) -> Migration[Value]:
    """Hold what a former definition's registers of the same names hold, and its memory.

    Registers of new names keep what they hold, which is their reset value unless somebody poked
    them. Where the client may map the same as before it goes on in the same memory. Return which
    registers are new, and the values of those that are gone.
    """
    olds = {one.label: one for one in former.registers}
    news = {one.label: one for one in bank.registers}
    plan = migrate({label: one.value for label, one in olds.items()}, news)
    values = {label: news[label].stored for label in plan.reset}
    for label, value in plan.kept.items():
        values[label] = _translated(value, olds[label].placed.register, news[label].placed.register)
    if memory:
        _carry_memory(bank, former)
    for label, register in news.items():
        register.take(values[label])
    return plan


def _carry_memory(bank: "Bank", former: "Bank") -> None:
    same = bank.mappable_areas() == former.mappable_areas() and bank.size == former.size
    if same:
        bank.backing.take_over(former.backing)
        for part in bank.parts:
            if isinstance(part, RegisterPart | Plain):
                part.move(*bank.backing.at(part.start))
    theirs = former.memory_parts()
    for name, mine in bank.memory_parts().items():
        its = theirs.get(name)
        if its is not None and not (same and bank.backing.shares(mine.start)):
            for offset, data in _pieces(mine, bank, its, former):
                mine.take(offset, data)


def _pieces(mine: Plain, bank: "Bank", its: Plain, former: "Bank") -> Iterator[tuple[int, bytes]]:
    """Yield offset in its new region and bytes of what may differ; untouched memory is zero."""
    count = min(mine.end - mine.start, its.end - its.start)
    shift = mine.start - its.start
    touched = [
        *bank.backing.touched(mine.start, mine.start + count),
        *((a + shift, b + shift) for a, b in former.backing.touched(its.start, its.start + count)),
    ]
    for start, end in touched:
        for at in range(max(start, mine.start), min(end, mine.start + count), _PIECE):
            size = min(_PIECE, end - at, mine.start + count - at)
            yield at, its.peek(at - shift, size)


def _translated(value: Value, old: Register, new: Register) -> int:
    """Return a register's value in its new definition: as it is, or field by field."""
    if {n: f.mask for n, f in old.fields.items()} == {n: f.mask for n, f in new.fields.items()}:
        return value & new.mask
    moved = new.reset
    for name, field in new.fields.items():
        if name in old.fields:
            raw = old.fields[name].extract(value) & field.limit
            moved = moved & ~field.mask | raw << field.lsb
    return moved
