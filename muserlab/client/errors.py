"""What can go wrong between a driver and its server."""

import errno as errnos
import os

from muserlab.proto import Command


class ClientError(Exception):
    """A request that was refused, or that cannot be made.

    `errno` is the server's answer or the nearest description of a local refusal (`errno` module);
    `command` is the command that was under way, None where there was none.
    """

    errno: int | None
    command: Command | None

    def __init__(
        self, message: str, errno: int = errnos.EINVAL, command: Command | None = None
    ) -> None:
        super().__init__(message)
        self.errno = errno
        self.command = command


class ServerRefused(ClientError):
    """The server answered with an error reply; an errno of 0 ("no reason given") becomes EIO.

    `about` says what was asked for, such as `bar0+0x10 (4 bytes)`.
    """

    def __init__(self, command: Command, errno: int, about: str = "") -> None:
        code = errno or errnos.EIO
        name = errnos.errorcode.get(code, f"errno {code}")
        where = f" of {about}" if about else ""
        super().__init__(
            f"{command.name}{where} refused: {name}, {os.strerror(code)}", code, command
        )


class ServerGone(ClientError):
    """The connection is over: closed by the server, broken by its messages, or closed here."""

    def __init__(self, message: str, command: Command | None = None) -> None:
        super().__init__(message, errnos.ECONNRESET, command)


class ServerTimeout(ClientError, TimeoutError):
    """What was waited for did not happen in time: a reply, or an interrupt.

    The driver stays usable: a reply that comes late is dropped.
    """

    def __init__(self, message: str, command: Command | None = None) -> None:
        super().__init__(message, errnos.ETIMEDOUT, command)


class NotMappable(ClientError):
    """The region has no memory that this process may map or read through its fd."""

    def __init__(self, message: str) -> None:
        super().__init__(message, errnos.ENODEV)


class DriverBusy(ClientError):
    """The driver is inside another call: one thread at a time, and none from within a call."""

    def __init__(self, message: str) -> None:
        super().__init__(message, errnos.EBUSY)
