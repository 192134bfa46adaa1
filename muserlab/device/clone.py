"""A copy of a device: the same definition, the same contents, the same hooks, and nobody's.

What the copy does stays in the copy: it has no client, no memory of a client, no host, no trace of
what was before. Its hooks are the versions that are current when it is made, those of its classes
too; what is patched later on the one does not reach the other.
"""

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from types import MethodType
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from muserlab.device.errors import CloneError
from muserlab.device.region import Bank
from muserlab.live import Copies, Hook
from muserlab.trace import Trace

if TYPE_CHECKING:
    from muserlab.device.function import PCIDevice

D = TypeVar("D", bound="PCIDevice")

Memo = dict[int, Any]
"""What stands in a copy for an object of the original, by its id, as deepcopy wants it."""


@dataclass(frozen=True, slots=True)
class Clone(Generic[D]):
    """A copy of a device, and its hooks by those of the original and of the original's classes."""

    device: D
    hooks: Copies

    def hook(self, original: Hook) -> Hook:
        """Return a hook whose patches reach the copy alone, as those of original reach a device."""
        return original.copy(self.device.hook_owner, self.hooks)


def clone(original: D) -> Clone[D]:
    """Return a copy of a device as it is between two accesses.

    Raises CloneError, naming it, where something that `state` or the device's own attributes hold
    cannot be copied.
    """
    return original.host.run(_clone, original)


def _clone(original: D) -> Clone[D]:
    kind = type(original)
    device = kind.__new__(kind)  # what its own __init__ wants, nobody knows any more
    device.build(original.definition)
    _copy_contents(device, original)
    device.record_to(Trace())  # without what filling the copy has recorded
    device.history.succeed(original.history)
    device.probation = original.probation
    memo = {id(its): mine for its, mine in _twins(original, device)}
    _copy_attributes(device, original, memo)
    hooks = Copies(_bound_in(memo))
    for mine, its in zip(device.own_hooks, original.own_hooks, strict=True):
        mine.line = hooks.line(its.line)
    for region, its_region in zip(device.present, original.present, strict=True):
        region.hooks.copy_from(its_region.hooks, hooks)
        region.policy = its_region.policy
    return Clone(device, hooks)


def _copy_contents(device: "PCIDevice", original: "PCIDevice") -> None:
    device.config.space.copy_from(original.config.space)
    if device.msix_table is not None and original.msix_table is not None:
        device.msix_table.succeed(original.msix_table)
    device.interrupts.copy_from(original.interrupts)
    device.dma.limit = original.dma.limit
    for bank, its in _banks(device, original):
        bank.backing.copy_from(its.backing)


def _copy_attributes(device: "PCIDevice", original: "PCIDevice", memo: Memo) -> None:
    """Copy what people keep on a device, its state, and the regions of their own classes."""
    name = original.name
    for what, value in vars(original.state).items():
        setattr(device.state, what, _copied(f"{name}.state.{what}", value, memo))
    for what in vars(original).keys() - vars(device).keys():
        setattr(device, what, _copied(f"{name}.{what}", vars(original)[what], memo))
    for bank, its in _banks(device, original):
        for what, value in vars(its).items():
            setattr(bank, what, _copied(f"{name}.{its.name}.{what}", value, memo))


def _banks(device: "PCIDevice", original: "PCIDevice") -> Iterator[tuple[Bank, Bank]]:
    for mine, its in zip(device.present, original.present, strict=True):
        if isinstance(mine, Bank) and isinstance(its, Bank):
            yield mine, its


def _copied(what: str, value: object, memo: Memo) -> object:
    try:
        return deepcopy(value, memo)
    except Exception as error:  # whatever a class makes of being copied
        raise CloneError(
            f"{what} cannot be copied ({type(error).__name__}: {error}): keep it outside of the"
            " device, or give its class a __deepcopy__"
        ) from error


def _twins(original: "PCIDevice", device: "PCIDevice") -> Iterator[tuple[object, object]]:
    """Yield the parts of the original that something may refer to, each with the copy's own."""
    yield original, device
    yield original.state, device.state
    yield original.trace, device.trace
    yield original.hook_owner, device.hook_owner
    yield original.dma, device.dma
    yield original.interrupts, device.interrupts
    yield from zip(original.interrupts, device.interrupts, strict=True)
    yield from zip(original.interrupts.vectors, device.interrupts.vectors, strict=True)
    for its, mine in zip(original.present, device.present, strict=True):
        yield its, mine
        yield its.hooks, mine.hooks
        yield from zip(its.parts, mine.parts, strict=True)


def _bound_in(memo: Memo) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return what makes of a method of the original, or of a region of it, the copy's method."""

    def function(original: Callable[..., Any]) -> Callable[..., Any]:
        if isinstance(original, MethodType) and id(original.__self__) in memo:
            return MethodType(original.__func__, memo[id(original.__self__)])
        return original

    return function
