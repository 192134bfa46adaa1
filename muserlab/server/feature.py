"""What is not there: migration, dirty page logging, and messages that make no sense."""

import errno
from typing import NoReturn

from muserlab.device import DeviceError
from muserlab.proto import DeviceFeature, Fds, Malformed, MigDataRead, MigDataWrite, RequestBody
from muserlab.server.answer import State


def device_feature(_state: State, body: DeviceFeature, _fds: Fds) -> NoReturn:
    """Refuse: a probe that fails tells the client that the feature is not there."""
    raise DeviceError(f"device feature {body.feature} is not supported", errno.ENOTSUP)


def migration_data(_state: State, _body: MigDataRead | MigDataWrite, _fds: Fds) -> NoReturn:
    """Refuse: no migration was ever begun."""
    raise DeviceError("migration is not supported", errno.ENOTSUP)


def malformed(_state: State, body: Malformed, _fds: Fds) -> NoReturn:
    """Refuse what could not be decoded, with the reason found there."""
    raise DeviceError(body.reason, body.errno)


def unsupported(_state: State, body: RequestBody, _fds: Fds) -> NoReturn:
    """Refuse what only a server asks of a client."""
    raise DeviceError(f"{body.command.name} is no request to a device", errno.ENOTSUP)
