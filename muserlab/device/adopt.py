"""Putting a new definition of a device in the place of one that is used.

Values of registers and memory with the same names are kept, new ones are reset, and what has no
place any more goes to the region's `migrate` hook, or to the device's. Hooks are carried over, even
those that the new definition does not have: they may have been written in another cell. Where it
has its own, that one comes after them, so that it can be undone. The client, its memory, its
eventfds, what it mapped, the trace and the state move.

It is all or nothing. The new definition takes its place step by step, each step noted in a journal,
while the former one still has everything; only when nothing speaks against it any more, which may
be later, at the end of a batch, does the former let go, and does anything reach the client.
"""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from muserlab.device.errors import BusyError
from muserlab.device.host import ReplacedHost
from muserlab.device.journal import assign, noted, when_returned
from muserlab.device.migration import Dropped, hand_over
from muserlab.device.outcome import Outcome
from muserlab.device.region import ROM, Bank, Region
from muserlab.device.structure import differences
from muserlab.live import History, Hook
from muserlab.trace import Kind

if TYPE_CHECKING:
    from muserlab.device.function import PCIDevice


def adopt(new: "PCIDevice", former: "PCIDevice") -> Outcome:
    """Put new in the place of former, which is an unused device afterwards; tell what became of it.

    Raises BusyError where a client is connected and its structure differs, MigrationFailed where a
    hook could not deal with what has no place any more. Nothing has changed then. Nothing of former
    may be in use at the moment: see PCIDevice.quiet.
    """
    outcome = Outcome()
    if new is former:
        return outcome
    if former.client is not None:
        _check(new, former)
    owner = former.hook_owner
    journal = owner.transaction()
    try:
        _succeed(new, former, outcome)
    except BaseException as error:
        journal.rollback()
        former.trace.record(Kind.PATCH, former.name, note=f"new definition refused: {error}")
        raise
    finally:
        owner.trusted()
    journal.commit()
    return outcome


def _check(new: "PCIDevice", former: "PCIDevice") -> None:
    changes = differences(new, former)
    if changes:
        raise BusyError(
            f"{former.name} cannot change its structure while {former.client} uses it: "
            f"{'; '.join(changes)}. lab.restart(DEVICE) unplugs it from the guest and plugs the new"
            " one in; or disconnect the client first"
        )


def _succeed(new: "PCIDevice", former: "PCIDevice", outcome: Outcome) -> None:
    """Give new all that former has, which keeps it too until nothing speaks against new."""
    when_returned(partial(_let_go, new, former, outcome))
    _keep_lines(new)
    _share_state(new, former)
    with new.history.as_one():
        _carry_hooks(new, former, outcome)
    dropped = _carry_contents(new, former, outcome)
    for region, its in _pairs(new, former):
        region.succeed_guard(its)
        region.poller.succeed(its.poller)
    new.config.space.succeed(former.config.space)
    if new.msix_table is not None and former.msix_table is not None:
        new.msix_table.succeed(former.msix_table)
    new.interrupts.succeed(former.interrupts)
    new.dma.succeed(former.dma)
    assign(new, client=former.client)
    hand_over(new, dropped)


def _let_go(new: "PCIDevice", former: "PCIDevice", outcome: Outcome) -> None:
    """Take from former what new has, and let the client meet new: nothing speaks against it."""
    for region in former.present:
        region.poller.leave()
    former.dma.forget()
    former.client = None
    former.host = ReplacedHost(former.name)
    new.config.space.take_over()
    new.interrupts.take_over(former.interrupts)
    for region in new.present:
        region.poller.restart()
    new.trace.record(Kind.PATCH, new.name, note=str(outcome))


def _share_state(new: "PCIDevice", former: "PCIDevice") -> None:
    """Keep what former's state holds; what only new's has is added to it."""
    state = former.state
    for name, value in vars(new.state).items():
        if name not in vars(state):
            setattr(state, name, value)
    history = History(new.hook_owner.restore, new.hook_owner.run)
    history.succeed(former.history)
    assign(new, state=state, probation=former.probation, history=history)
    noted(partial(new.record_to, new.trace))
    new.record_to(former.trace)


def _keep_lines(device: "PCIDevice") -> None:
    """Note the versions of every hook that the device and its classes have now, or will have."""
    before = {hook: hook.line.keep() for hook in _every_hook(device)}

    def put_back() -> None:
        for hook in _every_hook(device):
            before.get(hook, hook.line.empty)()

    noted(put_back)


def _every_hook(device: "PCIDevice") -> Iterator[Hook]:
    yield from device.own_hooks
    for region in device.present:
        yield from tuple(region.hooks.hooks.values())
        for level in region.class_hooks.lineage:
            yield from tuple(level.hooks.values())


def _carry_hooks(new: "PCIDevice", former: "PCIDevice", outcome: Outcome) -> None:
    for mine, its in zip(new.own_hooks, former.own_hooks, strict=True):
        mine.succeed(its)
    for region, other in _pairs(new, former):
        if type(region) is not type(other):
            region.class_hooks.succeed(other.class_hooks)
        region.hooks.succeed(other.hooks)
        outcome.homeless += region.hooks.homeless(other.hooks)
    for gone in _gone(new, former):
        outcome.homeless += gone.hooks.defined()


def _carry_contents(new: "PCIDevice", former: "PCIDevice", outcome: Outcome) -> Dropped:
    """Move what registers and memory hold; return what has no place any more, by region."""
    dropped: Dropped = {}
    for region, its in _pairs(new, former):
        if isinstance(region, Bank) and isinstance(its, Bank):
            plan = region.succeed(its, memory=not isinstance(region, ROM))
            outcome.add(region, its, plan)
            dropped[region.name] = plan.dropped
    for gone in _gone(new, former):
        if isinstance(gone, Bank):
            dropped[gone.name] = {one.label: one.value for one in gone.registers}
            outcome.dropped += [f"{gone.name}.{label}" for label in dropped[gone.name]]
    return dropped


def _pairs(new: "PCIDevice", former: "PCIDevice") -> Iterator[tuple[Region, Region]]:
    """Yield the regions that both have."""
    for mine, its in zip(new.regions, former.regions, strict=False):
        if mine is not None and its is not None:
            yield mine, its


def _gone(new: "PCIDevice", former: "PCIDevice") -> Iterator[Region]:
    """Yield the regions that only former has."""
    names = {region.name for region in new.present}
    return (region for region in former.present if region.name not in names)
