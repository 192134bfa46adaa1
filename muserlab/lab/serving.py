"""The one lab of this process."""

import os

from muserlab.device import PCIDevice
from muserlab.lab.lab import Lab

_lab = Lab()


def current() -> Lab:
    """Return the process's lab, running or not."""
    return _lab


def serve(*what: PCIDevice | str | os.PathLike[str]) -> Lab:
    """Serve devices, or those that Python files define, in the process's lab, and return it.

    See `Lab.serve` and `Lab.serve_file`.
    """
    for one in what:
        if isinstance(one, PCIDevice):
            _lab.serve(one)
        else:
            _lab.serve_file(one)
    return _lab
