"""The one lab of this process."""

from muserlab.device import PCIDevice
from muserlab.lab.lab import Lab

_lab = Lab()


def current() -> Lab:
    """Return the process's lab, running or not."""
    return _lab


def serve(*devices: PCIDevice) -> Lab:
    """Serve devices in the process's lab, and return it; see `Lab.serve`."""
    for device in devices:
        _lab.serve(device)
    return _lab
