"""What a lab refuses, and why."""


class LabError(Exception):
    """Base of this room's errors."""


class PortalError(LabError):
    """Code on the trio thread tried to wait for the trio thread, which would be for ever."""


class LabStopped(LabError):
    """The lab was stopped before the work was done, or was never started."""


class LabStuck(LabError):
    """The trio thread did not end in time: something on it never returns."""


class NotServed(LabError, LookupError):
    """The lab serves no such device."""


class PauseError(LabError):
    """No access waits for a decision, or it has been decided about already."""


class BusyError(LabError):
    """The device has a client already, and a device has one at a time."""


class RestartFailed(LabError):
    """A device could not be given to its guest anew; the message tells how things are now."""
