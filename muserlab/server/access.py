"""Reading and writing regions: the requests that a device spends its life on."""

import errno
from collections.abc import Awaitable, Sequence
from typing import Any

from muserlab.device import DeviceError, PCIDevice, RegionError
from muserlab.proto import (
    Fds,
    RegionData,
    RegionRead,
    RegionWrite,
    RegionWriteMulti,
    RegionWritten,
    RegionWrittenMulti,
)
from muserlab.server.answer import Answer, State

_NO_ANSWER = Answer()


def read(state: State, body: RegionRead, _fds: Fds) -> Answer | Awaitable[Answer]:
    """Read from a region."""
    if body.count > state.limits.max_data_xfer_size:
        raise _too_large(body.count, state)
    data = state.device.region(body.region).read(body.offset, body.count)
    if isinstance(data, bytes):
        return Answer(RegionData(body.offset, body.region, data))
    return _read_later(body, data)


def write(state: State, body: RegionWrite, _fds: Fds) -> Answer | Awaitable[Answer]:
    """Write to a region."""
    answer = Answer(RegionWritten(body.offset, body.region, len(body.data)))
    return _write(state, body, answer)


def post(state: State, body: RegionWrite, _fds: Fds) -> Answer | Awaitable[Answer]:
    """Write to a region, without the trouble of an answer that nobody gets."""
    return _write(state, body, _NO_ANSWER)


def _write(state: State, body: RegionWrite, answer: Answer) -> Answer | Awaitable[Answer]:
    if len(body.data) > state.limits.max_data_xfer_size:
        raise _too_large(len(body.data), state)
    pending = state.device.region(body.region).write(body.offset, body.data)
    return answer if pending is None else _write_later(pending, answer)


def write_multi(state: State, body: RegionWriteMulti, _fds: Fds) -> Answer | Awaitable[Answer]:
    """Write to regions again and again, in order.

    Each is a write of its own: one that is refused keeps none of the others back, and the first
    refusal is the answer to the whole.
    """
    if not state.limits.write_multiple:
        raise DeviceError("several writes in one message were not agreed on", errno.ENOTSUP)
    series = _Series(state.device, body.writes)
    pending = series.go_on()
    return series.answer() if pending is None else _series_later(series, pending)


class _Series:
    """Writes that are being made one after the other."""

    def __init__(self, device: PCIDevice, writes: Sequence[RegionWrite]) -> None:
        self.refused: DeviceError | None = None
        self._device = device
        self._count = len(writes)
        self._writes = iter(writes)

    def go_on(self) -> Awaitable[None] | None:
        """Write up to the one that takes time, and return what to wait for; None at the end."""
        for write in self._writes:
            try:
                pending = self._device.region(write.region).write(write.offset, write.data)
            except DeviceError as error:
                self.refused = self.refused or error
            else:
                if pending is not None:
                    return pending
        return None

    def answer(self) -> Answer:
        if self.refused is not None:
            raise self.refused
        return Answer(RegionWrittenMulti(self._count))


async def _series_later(series: _Series, pending: Awaitable[None] | None) -> Answer:
    while pending is not None:
        try:
            await pending
        except DeviceError as error:
            series.refused = series.refused or error
        pending = series.go_on()
    return series.answer()


def later(body: object, pending: Awaitable[Any]) -> Awaitable[Answer]:
    """Return the answer to an access that was begun and has to be waited for."""
    match body:
        case RegionRead():
            return _read_later(body, pending)
        case RegionWrite(offset, region, data):
            return _write_later(pending, Answer(RegionWritten(offset, region, len(data))))
        case _:
            raise TypeError(f"{body} is no access")


async def _read_later(body: RegionRead, data: Awaitable[bytes]) -> Answer:
    return Answer(RegionData(body.offset, body.region, await data))


async def _write_later(pending: Awaitable[None], answer: Answer) -> Answer:
    await pending
    return answer


def _too_large(count: int, state: State) -> RegionError:
    limit = state.limits.max_data_xfer_size
    return RegionError(f"an access of {count} bytes is more than the {limit} agreed on")
