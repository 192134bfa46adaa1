"""All interrupts of a function, and the request that sets them up."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from muserlab.device.errors import IrqError
from muserlab.device.irq.eventfd import EventFd, check_eventfds, close_all
from muserlab.device.irq.gate import Gate, OpenGate
from muserlab.device.irq.show import table
from muserlab.device.irq.types import Err, Intx, IrqType, Msi, Msix, Req
from muserlab.device.irq.vector import Action, Vector
from muserlab.device.mastering import Mastering
from muserlab.live import Owner

Data = Sequence[bool] | Sequence[int] | None
"""None: every vector of the range. Booleans: those that are true. Fds: eventfds to signal from now
on, one for each vector; an empty sequence takes them away."""


class Interrupts:
    """The interrupt types by VFIO index: 0 INTx, 1 MSI, 2 MSI-X, 3 ERR, 4 REQ.

    A type without a gate has no vectors. `emit(hook, *args)` calls a hook whose answer nobody
    waits for.
    """

    def __init__(
        self,
        owner: Owner,
        emit: Callable[..., None],
        *,
        intx: Gate | None = None,
        msi: Gate | None = None,
        msix: Gate | None = None,
        mastering: Mastering | None = None,
    ) -> None:
        self.intx = Intx(intx, owner, emit)
        self.msi = Msi(msi, owner, emit, mastering)
        self.msix = Msix(msix, owner, emit, mastering)
        self.err = Err(OpenGate(1), owner, emit)
        self.req = Req(OpenGate(1), owner, emit)
        self.owner = owner
        self._types: tuple[IrqType[Any], ...] = (self.intx, self.msi, self.msix, self.err, self.req)

    def __len__(self) -> int:
        return len(self._types)

    def __iter__(self) -> Iterator[IrqType[Any]]:
        return iter(self._types)

    def __getitem__(self, index: int) -> IrqType[Any]:
        """Return the type with a VFIO index; raises IrqError where there is no such one."""
        if not 0 <= index < len(self._types):
            raise IrqError(f"no interrupt type has index {index}; there are {len(self._types)}")
        return self._types[index]

    @property
    def vectors(self) -> tuple[Vector, ...]:
        """Every vector of every type."""
        return tuple(vector for irq in self._types for vector in irq.vectors)

    def set(self, index: int, action: Action, start: int, count: int, data: Data) -> None:
        """Carry out vfio-user's VFIO_USER_DEVICE_SET_IRQS, all of it or nothing.

        Fds belong to this call from its beginning and are closed where it fails. Raises IrqError.
        """
        fds = [item for item in data or () if not isinstance(item, bool)]
        try:
            irq = self[index]
            _check(irq, action, start, count, data)
            check_eventfds(fds)
            if action == "trigger" and fds:
                irq.check_resize(start + count)
        except IrqError:
            close_all(fds)
            raise
        if count == 0:
            irq.disable()
        elif fds:
            irq.assign(action, start, [EventFd(fd) for fd in fds])
        elif data is None:
            irq.act(action, irq.vectors[start : start + count])
        elif not data:
            irq.assign(action, start, [None] * count)
        else:
            vectors = irq.vectors[start : start + count]
            irq.act(action, [v for v, wanted in zip(vectors, data, strict=True) if wanted])

    def release(self) -> None:
        """Let go of everything that is the client's: it has left."""
        for irq in self._types:
            irq.disable()

    def succeed(self, former: "Interrupts") -> None:
        """Have what a former definition's interrupts have, which still have it too."""
        for irq, its in zip(self._types, former._types, strict=True):
            irq.succeed(its)

    def take_over(self, former: "Interrupts") -> None:
        """Be the only ones that have it, and deliver what waits: nothing speaks against it."""
        for irq, its in zip(self._types, former._types, strict=True):
            irq.take_over(its)

    def copy_from(self, original: "Interrupts") -> None:
        """Have asserted, waiting and counted what an original has; its client stays its own."""
        for vector, its in zip(self.vectors, original.vectors, strict=True):
            vector.copy_from(its)

    def reset(self) -> None:
        """Bring the device's own part to its state after a reset: nothing asserted or waiting.

        To be called before configuration space is reset, which opens the gates.
        """
        for irq in self._types:
            irq.reset()

    def __repr__(self) -> str:
        """Show every vector's state and counts."""
        return table(self.vectors)


def _check(irq: IrqType[Any], action: Action, start: int, count: int, data: Data) -> None:
    """Raise IrqError where the request makes no sense for this type."""
    if start >= irq.count or count > irq.count - start:
        raise IrqError(f"{irq.name} has {irq.count} vectors, not {start} to {start + count}")
    if count == 0 and (start, action, data) != (0, "trigger", None):
        raise IrqError(f"{irq.name}: no vectors means all only for disabling: trigger, no data")
    if action != "trigger" and not irq.maskable:
        raise IrqError(f"{irq.name} cannot be masked")
    if data and len(data) != count:
        raise IrqError(f"{irq.name}: {len(data)} values or eventfds for {count} vectors")
