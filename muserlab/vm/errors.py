"""What can go wrong between asking for a guest and hearing from it."""


class VmError(Exception):
    """The base of every error that this room raises."""


class QemuNotFound(VmError):
    """No QEMU with a vfio-user client, or nothing to boot in it, is on this machine."""


class InstallError(VmError):
    """QEMU and the guest's software could not be fetched; the text says which step failed."""


class UnsupportedHost(InstallError):
    """A machine that the installer cannot fetch for."""


class ImageError(VmError):
    """The guest's first file system could not be built from what was asked for."""


class BootError(VmError):
    """The guest did not come up; the text holds QEMU's messages or the console's last lines."""


class GuestGone(VmError):
    """The guest panicked, was reset or ended, so that a command can have no answer."""


class GuestPanic(GuestGone):
    """The guest's kernel panicked; the text holds the console's last lines."""


class CommandTimeout(VmError):
    """A command ran for longer than it was given, and was killed in the guest."""


class CommandFailed(VmError):
    """A command that was to succeed ended with a status other than 0."""


class MonitorError(VmError):
    """QEMU refused a request on its machine protocol, or did not answer it."""
