"""The arguments that put served devices into a QEMU guest."""

import json
import shlex
from collections.abc import Iterable
from pathlib import Path


class QemuArguments(tuple[str, ...]):
    """Arguments of qemu-system-x86_64, shown as one line to paste into a shell."""

    __slots__ = ()

    def __str__(self) -> str:
        """Join the arguments, quoted for a shell."""
        return shlex.join(self)

    __repr__ = __str__


def qemu_arguments(sockets: Iterable[Path], memory: str = "256M") -> QemuArguments:
    """Return the arguments for a guest with the device behind each socket.

    The guest's memory is shared with us, which DMA without messages needs; `memory` is its size as
    QEMU writes it. vfio-user-pci exists in QEMU from 10.1 on and takes its socket as JSON only.
    An access waits longer for its answer than QEMU's own 5 s, so that a person may stop in a hook.
    """
    from muserlab.vm import REPLY_SECONDS  # late: most labs start no QEMU

    arguments = ["-M", "q35,memory-backend=mem", "-m", memory]
    arguments += ["-object", f"memory-backend-memfd,id=mem,size={memory},share=on"]
    for path in sockets:
        device = {
            "driver": "vfio-user-pci",
            "socket": {"type": "unix", "path": str(path)},
            "x-msg-timeout": round(REPLY_SECONDS * 1000),
        }
        arguments += ["-device", json.dumps(device)]
    return QemuArguments(arguments)
