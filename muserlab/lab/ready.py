"""The line that tells that a device is served."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from muserlab.lab.lab import Lab


def ready_line(lab: "Lab", name: str) -> str:
    """Return a device's ready line: name, socket, and QEMU's command line to paste."""
    arguments = lab.qemu_args(name)
    return f"{name} ready at {lab.socket_path(name)}  qemu-system-x86_64 {arguments}"
