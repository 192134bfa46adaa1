"""Signalling an eventfd without waiting, whatever its other end does.

A write to an eventfd waits while its counter is full, unless the file is in non-blocking mode; and
both are the client's, which can change them between a look and a write. The kernel itself never
waits: it signals an eventfd where asynchronous I/O has ended that asked for that (io_submit(2),
IOCB_FLAG_RESFD). So what is submitted here is I/O that ends at once and does nothing: a read of no
bytes from the eventfd itself, which the kernel refuses.

As the calls do not wait, they are made with the GIL kept (PyDLL). Giving it up, as `os` does,
would let a busy cell run for a switch interval before each interrupt.
"""

import ctypes
import platform
from collections.abc import Callable
from functools import partial
from typing import NamedTuple


class Numbers(NamedTuple):
    """System calls of asynchronous I/O, which the C library has no functions for."""

    setup: int
    submit: int
    events: int


_GENERIC = Numbers(0, 2, 4)
_NUMBERS = {
    "x86_64": Numbers(206, 209, 208),
    "aarch64": _GENERIC,
    "riscv64": _GENERIC,
    "loongarch64": _GENERIC,
}
"""By machine (asm/unistd.h); elsewhere there is no signalling by this way."""

_RESULTS = 64
_RESULT_SIZE = 32
"""How many results of reads the kernel is to keep, to be thrown away together; bytes of one."""

_PREAD = 0
_TELL_EVENTFD = 1


class Submission(ctypes.Structure):
    """`struct iocb` of linux/aio_abi.h on a little-endian machine."""

    _fields_ = (
        ("data", ctypes.c_uint64),
        ("key", ctypes.c_uint32),
        ("rw_flags", ctypes.c_uint32),
        ("opcode", ctypes.c_uint16),
        ("priority", ctypes.c_int16),
        ("fd", ctypes.c_uint32),
        ("buffer", ctypes.c_uint64),
        ("count", ctypes.c_uint64),
        ("offset", ctypes.c_int64),
        ("reserved", ctypes.c_uint64),
        ("flags", ctypes.c_uint32),
        ("eventfd", ctypes.c_uint32),
    )


class Signals:
    """The kernel's asynchronous I/O in this process, as far as it signals eventfds."""

    def __init__(self) -> None:
        self._numbers = _NUMBERS.get(platform.machine())
        self._call = ctypes.PyDLL(None).syscall
        self._context = ctypes.c_ulong()

    def to(self, eventfd: int) -> Callable[[], int] | None:
        """Return what signals an eventfd, never waiting; None where that cannot be done here.

        It returns 1 where it has, and something else where `make_room` has to be called first.
        """
        numbers = self._numbers
        if numbers is None or not (self._context or self._set_up(numbers)):
            return None
        read = Submission(opcode=_PREAD, fd=eventfd, flags=_TELL_EVENTFD, eventfd=eventfd)
        reads = (ctypes.POINTER(Submission) * 1)(ctypes.pointer(read))
        # What the call takes is laid out once: an interrupt should not wait for that.
        submit, one = ctypes.c_long(numbers.submit), ctypes.c_long(1)
        return partial(self._call, submit, self._context, one, reads)

    def make_room(self) -> None:
        """Throw results away; or begin anew in a forked child, which has inherited no room."""
        numbers = self._numbers
        if numbers is not None and not self._throw_away(numbers):
            self._set_up(numbers)

    def _throw_away(self, numbers: Numbers) -> bool:
        results = ctypes.create_string_buffer(_RESULT_SIZE * _RESULTS)
        least, most = ctypes.c_long(0), ctypes.c_long(_RESULTS)
        events = ctypes.c_long(numbers.events)
        return bool(self._call(events, self._context, least, most, results, None) > 0)

    def _set_up(self, numbers: Numbers) -> bool:
        self._context.value = 0
        setup, room = ctypes.c_long(numbers.setup), ctypes.c_long(_RESULTS)
        return bool(self._call(setup, room, ctypes.byref(self._context)) == 0)


SIGNALS = Signals()
"""Those of this process: the kernel keeps their results until it ends."""
