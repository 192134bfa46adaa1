"""What brings a device back to its beginning."""

from enum import StrEnum


class ResetKind(StrEnum):
    """Why a device is reset, and so what of it.

    DEVICE          everything that the device holds (VFIO_USER_DEVICE_RESET; a system reset)
    FUNCTION_LEVEL  the same, but for what PCI Express keeps (PCI Express Base 3.0, 6.6.2)
    LOST_CONNECTION nothing by itself: the client has gone, and its memory and eventfds with it
    """

    DEVICE = "device"
    FUNCTION_LEVEL = "function-level"
    LOST_CONNECTION = "lost connection"
