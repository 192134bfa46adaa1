"""What a device refuses, and which errno its client is told."""

from errno import EBUSY, EDEADLK, EFAULT, EINVAL

from muserlab.live import Blameless


class DeviceError(Exception):
    """A device cannot do what it was asked to.

    `errno` is what a client's request is answered with; each class has its usual one.
    """

    errno: int = EINVAL

    def __init__(self, message: str, errno: int | None = None) -> None:
        super().__init__(message)
        if errno is not None:
            self.errno = errno


class DefinitionError(DeviceError, ValueError):
    """A device is defined in a way that no PCI function can be (EINVAL)."""


class CloneError(DeviceError):
    """Something that a device keeps cannot be copied, and so the device neither (EINVAL)."""


class RegionError(DeviceError):
    """An access lies outside of a region, or is not allowed there (EINVAL)."""


class IrqError(DeviceError):
    """There is no such interrupt, or it cannot be set up like that (EINVAL)."""


class DmaError(DeviceError):
    """Memory cannot be mapped or reached (EFAULT unless a better one is given)."""

    errno = EFAULT


class DmaFault(DmaError, Blameless):
    """The client has not mapped what it told the device to reach, or has gone: its doing."""


class BusyError(DeviceError):
    """Something is in use that is about to change or go away (EBUSY)."""

    errno = EBUSY


class MigrationFailed(DeviceError):
    """A hook could not deal with what has no place in a new definition, which is refused (EINVAL).

    What the hook raised is its cause.
    """


class DeadlockError(DmaError):
    """Waiting here would wait for a client that waits for us (EDEADLK)."""

    errno = EDEADLK
