"""The names of a notebook: what a cell can use without defining it."""

import inspect
from collections.abc import Collection, Mapping
from types import ModuleType

from muserlab.device import PCIDevice


class Session:
    """Classes, functions, modules and devices by the names that a person gave them.

    ``names`` are those of the notebook. Of a class that is about to be defined again (``anew``) the
    name is free.
    """

    def __init__(
        self, names: Mapping[str, object] | None = None, anew: Collection[type] = ()
    ) -> None:
        known = {
            name: value
            for name, value in dict(names or {}).items()
            if not name.startswith("_") and not any(value is cls for cls in anew)
        }
        self.taken = frozenset(known)
        self._devices = {
            value.name: name for name, value in known.items() if isinstance(value, PCIDevice)
        }
        self._by_id = {id(value): name for name, value in known.items() if _is_meant(value)}

    def __contains__(self, value: object) -> bool:
        return self.name(value) is not None

    def device(self, device: PCIDevice) -> str | None:
        """Return what a device, or another definition of it, is called."""
        return self._devices.get(device.name)

    def name(self, value: object) -> str | None:
        """Return what a value is called there, None where it has no name."""
        return self._by_id.get(id(value))


def _is_meant(value: object) -> bool:
    """Tell whether a value is meant by itself, not by what it equals."""
    return isinstance(value, type | ModuleType) or inspect.isroutine(value)
