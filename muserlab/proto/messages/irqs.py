"""Interrupts: what the device has, and how they are to be delivered."""

from dataclasses import dataclass
from struct import Struct
from typing import ClassVar, Self

from ..constants import Command, IrqInfoFlags, IrqSetFlags
from ..errors import BodyError
from .body import Body, RequestBody, require_room, unpack

_INFO = Struct("=IIII")
_SET = Struct("=IIIII")

_DATA = IrqSetFlags.DATA_NONE | IrqSetFlags.DATA_BOOL | IrqSetFlags.DATA_EVENTFD
_ACTION = IrqSetFlags.MASK | IrqSetFlags.UNMASK | IrqSetFlags.TRIGGER


@dataclass(frozen=True, slots=True)
class GetIrqInfo(RequestBody):
    """Ask about one type of interrupts by its VFIO index (VFIO_USER_DEVICE_GET_IRQ_INFO)."""

    command: ClassVar[Command] = Command.DEVICE_GET_IRQ_INFO

    argsz: int
    index: int

    def encode(self) -> bytes:
        """Lay the request out in the reply's shape."""
        return _INFO.pack(self.argsz, 0, self.index, 0)

    @classmethod
    def decode(cls, payload: memoryview) -> Self:
        """Read a request."""
        argsz, _, index, _ = unpack(_INFO, payload)
        require_room(argsz, _INFO.size)
        return cls(argsz, index)


@dataclass(frozen=True, slots=True)
class IrqInfo(Body):
    """How many interrupts of a type there are, and how they behave."""

    index: int
    flags: IrqInfoFlags
    count: int

    def encode(self) -> bytes:
        """Lay argsz and the fields out."""
        return _INFO.pack(_INFO.size, self.flags, self.index, self.count)

    @classmethod
    def decode(cls, payload: memoryview) -> Self:
        """Read a reply."""
        _, flags, index, count = unpack(_INFO, payload)
        return cls(index, IrqInfoFlags(flags), count)


@dataclass(frozen=True, slots=True)
class SetIrqs(RequestBody):
    """Act on a range of interrupts (VFIO_USER_DEVICE_SET_IRQS); eventfds come as fds.

    flags: exactly one DATA flag and one action.
    index: the VFIO index of the interrupts' type.
    start: the first vector.
    count: the number of vectors.
    data: one byte per vector with DATA_BOOL, nothing otherwise.
    """

    command: ClassVar[Command] = Command.DEVICE_SET_IRQS

    flags: IrqSetFlags
    index: int
    start: int
    count: int
    data: bytes = b""

    def encode(self) -> bytes:
        """Lay argsz, which covers the data too, and the fields out."""
        argsz = _SET.size + len(self.data)
        return _SET.pack(argsz, self.flags, self.index, self.start, self.count) + self.data

    @classmethod
    def decode(cls, payload: memoryview) -> Self:
        """Read a request; its argsz is its own size, as it has no reply payload."""
        argsz, flags, index, start, count = unpack(_SET, payload)
        require_room(argsz, _SET.size)
        _check_flags(flags)
        data = b""
        if flags & IrqSetFlags.DATA_BOOL:
            if len(payload) - _SET.size < count:
                msg = f"{count} booleans announced, {len(payload) - _SET.size} came"
                raise BodyError(msg)
            data = bytes(payload[_SET.size : _SET.size + count])
        return cls(IrqSetFlags(flags), index, start, count, data)


def _check_flags(flags: int) -> None:
    data, action = flags & _DATA, flags & _ACTION
    if data.bit_count() != 1 or action.bit_count() != 1 or flags != data | action:
        msg = f"SET_IRQS flags {flags:#x}: one DATA flag and one action are needed"
        raise BodyError(msg)
