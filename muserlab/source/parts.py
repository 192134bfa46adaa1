"""What belongs to a device, and how it is reached from there."""

from collections.abc import Iterator

from muserlab.device import Bank, PCIDevice, Region
from muserlab.source.session import Session

FIRST_SPECIFIC = 9
"""VFIO index of the first region of a device's own; those have no attribute."""


class Parts:
    """The parts of one device that code may have given names to: `regs = dev.bar0`."""

    def __init__(self, device: PCIDevice) -> None:
        self._device = device
        self._paths = {id(part): path for part, path in _parts(device)}

    def __contains__(self, value: object) -> bool:
        return self.path(value) is not None

    def known_as(self, session: Session) -> str | None:
        """Return what a session calls the device, None if it has no name there."""
        return session.device(self._device)

    def path(self, value: object) -> str | None:
        """Return what follows the device's name in the expression of a part: ".bar0.CTRL".

        Another definition of the same device is taken for it: code that names one means the
        present one. None where the value is no part.
        """
        if isinstance(value, PCIDevice) and value.name == self._device.name:
            return ""
        return self._paths.get(id(value))


def region_path(region: Region) -> str:
    """Return what follows the device's name in the expression of a region."""
    if region.index < FIRST_SPECIFIC:
        return f".{region.name}"
    return f".regions[{region.index}]"


def _parts(device: PCIDevice) -> Iterator[tuple[object, str]]:
    yield device.state, ".state"
    yield device.dma, ".dma"
    yield device.trace, ".trace"
    yield device.interrupts, ".interrupts"
    for irq in device.interrupts:
        yield irq, f".{irq.name}"
        for number, vector in enumerate(irq.vectors):
            yield vector, f".{irq.name}[{number}]"
    for region in device.present:
        path = region_path(region)
        yield region, path
        if isinstance(region, Bank):
            for name in type(region).__members__:
                yield getattr(region, name), f"{path}.{name}"
