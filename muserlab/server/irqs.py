"""Setting interrupts up: VFIO_USER_DEVICE_SET_IRQS in all of its forms."""

from collections.abc import Sequence
from typing import Literal

from muserlab.device import IrqError
from muserlab.proto import Fds, IrqSetFlags, SetIrqs
from muserlab.server.answer import Answer, State

_ACTIONS: dict[IrqSetFlags, Literal["mask", "unmask", "trigger"]] = {
    IrqSetFlags.MASK: "mask",
    IrqSetFlags.UNMASK: "unmask",
    IrqSetFlags.TRIGGER: "trigger",
}
_ANY_ACTION = IrqSetFlags.MASK | IrqSetFlags.UNMASK | IrqSetFlags.TRIGGER


def set_irqs(state: State, body: SetIrqs, fds: Fds) -> Answer:
    """Mask, unmask or trigger vectors, or give them the eventfds that do it.

    Eventfds come one for each vector, or not at all, which takes away those that the vectors have.
    """
    action = _ACTIONS[body.flags & _ANY_ACTION]
    data = _data(body, fds)
    state.device.set_irqs(body.index, action, body.start, body.count, data)
    return Answer()


def _data(body: SetIrqs, fds: Fds) -> Sequence[bool] | Sequence[int] | None:
    if IrqSetFlags.DATA_EVENTFD in body.flags:
        if len(fds) not in (0, body.count):
            raise IrqError(f"{body.count} vectors cannot share {len(fds)} eventfds")
        return fds.take_all()
    if len(fds):
        raise IrqError(f"{len(fds)} file descriptors came, but flags {body.flags!r} need none")
    if IrqSetFlags.DATA_BOOL in body.flags:
        return [bool(value) for value in body.data]
    return None
