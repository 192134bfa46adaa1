"""Putting a new definition of a device in the place of one that is used.

Values of registers and memory with the same names are kept, new ones are reset, and what has no
place any more goes to `on_migrate`. Hooks are carried over, even those that the new definition does
not have: they may have been written in another cell. Where it has its own, that one comes after
them, so that it can be undone. Those whose place is gone are told of. The client, its memory, its
eventfds, what it mapped, the trace and the state move.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from muserlab.device.errors import BusyError
from muserlab.device.host import ReplacedHost
from muserlab.device.region import ROM, Bank, Region, RegisterPart
from muserlab.device.succession import differences
from muserlab.live import migrate
from muserlab.regs import Register, Value
from muserlab.trace import Kind

if TYPE_CHECKING:
    from muserlab.device.function import PCIDevice


def adopt(new: "PCIDevice", former: "PCIDevice") -> None:
    """Put new in the place of former, which is an unused device afterwards.

    Raises BusyError, and changes nothing, where a client is connected and its structure differs.
    Nothing of former may be in use at the moment: see PCIDevice.quiet.
    """
    if new is former:
        return
    if former.client is not None:
        _check(new, former)
    for region in former.present:
        region.poller.stop()
    _move_state(new, former)
    with new.history.as_one():
        homeless = _move_hooks(new, former)
    dropped = _move_contents(new, former)
    for region, other in _pairs(new, former):
        region.succeed_guard(other)
    new.config.space.succeed(former.config.space)
    if new.msix_table is not None and former.msix_table is not None:
        new.msix_table.succeed(former.msix_table)
    new.interrupts.succeed(former.interrupts)
    new.dma.succeed(former.dma)
    new.client, former.client = former.client, None
    if new.client is not None:
        for region in new.present:
            region.poller.start()
    former.host = ReplacedHost(former.name)
    _tell(new, [*dropped, *homeless])
    if dropped:
        new.hook_owner.emit(new.on_migrate, dropped)


def _check(new: "PCIDevice", former: "PCIDevice") -> None:
    changes = differences(new, former)
    if changes:
        raise BusyError(
            f"{former.name} cannot change its structure while {former.client} uses it: "
            f"{'; '.join(changes)}. Disconnect the client first, or serve it under another name"
        )


def _tell(new: "PCIDevice", dropped: list[str]) -> None:
    """Record the new definition, and let people hear of what has no place in it."""
    if not dropped:
        new.trace.record(Kind.PATCH, new.name, note="new definition")
        return
    gone = f"new definition; dropped {', '.join(dropped)}"
    new.trace.record(Kind.PATCH, new.name, note=gone)
    new.hook_owner.announce(f"{new.name}: {gone}")


def _move_state(new: "PCIDevice", former: "PCIDevice") -> None:
    """Keep what former's state holds; what only new's has is added to it."""
    vars(former.state).update({**vars(new.state), **vars(former.state)})
    new.state = former.state
    new.record_to(former.trace)
    new.probation = former.probation
    new.history.succeed(former.history)


def _pairs(new: "PCIDevice", former: "PCIDevice") -> Iterator[tuple[Region, Region]]:
    """Yield the regions that both have."""
    for mine, its in zip(new.regions, former.regions, strict=False):
        if mine is not None and its is not None:
            yield mine, its


# -- hooks -----------------------------------------------------------------------------------------


def _move_hooks(new: "PCIDevice", former: "PCIDevice") -> list[str]:
    """Carry hooks over; return the names of those that have no place any more."""
    homeless: list[str] = []
    for mine, its in zip(new.own_hooks, former.own_hooks, strict=True):
        mine.succeed(its)
    for region, other in _pairs(new, former):
        if type(region) is not type(other):
            region.class_hooks.succeed(other.class_hooks)
        region.hooks.succeed(other.hooks)
        homeless += region.hooks.homeless(other.hooks)
    return homeless


# -- contents --------------------------------------------------------------------------------------


def _move_contents(new: "PCIDevice", former: "PCIDevice") -> dict[str, Value]:
    """Move what registers and memory hold; return the values of registers that are gone."""
    olds, news = _registers(former), _registers(new)
    values = {name: register.value for name, register in olds.items()}
    plan = migrate(values, news)
    for region, other in _pairs(new, former):
        if isinstance(region, Bank) and isinstance(other, Bank) and not isinstance(region, ROM):
            region.succeed(other)
    for name, value in plan.kept.items():
        news[name].assign(
            _translated(value, olds[name].placed.register, news[name].placed.register)
        )
    return plan.dropped


def _registers(device: "PCIDevice") -> dict[str, RegisterPart]:
    """Return every register by its region's name and its path."""
    banks = (region for region in device.present if isinstance(region, Bank))
    return {f"{bank.name}.{one.label}": one for bank in banks for one in bank.registers}


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
