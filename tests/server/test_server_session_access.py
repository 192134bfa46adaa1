import errno
import os
from collections.abc import Callable

import pytest
import trio

from muserlab.device import PCIDevice
from muserlab.proto import (
    Capabilities,
    Fds,
    RegionData,
    RegionRead,
    RegionWrite,
    RegionWriteMulti,
    RegionWritten,
    RegionWrittenMulti,
    Version,
)
from muserlab.server import Answer

from .conftest import Steps

A, CTRL = 0x00, 0x08


def test_register_is_read_back_as_written(step: Steps) -> None:
    assert step(RegionWrite(A, 0, b"\x01\x02\x03\x04")).body == RegionWritten(A, 0, 4)
    assert step(RegionRead(A, 0, 4)).body == RegionData(A, 0, b"\x01\x02\x03\x04")


def test_configuration_space_is_read_as_a_whole(step: Steps) -> None:
    data = step(RegionRead(0, 7, 256)).body
    assert isinstance(data, RegionData)
    assert data.data[:4] == bytes.fromhex("34120100")


@pytest.mark.parametrize(
    "body",
    [
        RegionRead(0x4000, 0, 1),
        RegionRead(0x3FFF, 0, 2),
        RegionRead(1 << 63, 0, 4),
        RegionRead(0, 1, 4),
        RegionRead(0, 9, 4),
        RegionRead(0, 0xFFFFFFFF, 4),
        RegionWrite(0x4000, 0, b"x"),
        RegionWrite(0, 1, b"x"),
        RegionWrite(0, 99, b"x"),
    ],
)
def test_access_out_of_bounds_is_refused(step: Steps, body: RegionRead | RegionWrite) -> None:
    assert step(body).errno == errno.EINVAL


def test_access_is_as_large_as_agreed_and_no_larger(
    device: PCIDevice, new_steps: Callable[[PCIDevice], Steps]
) -> None:
    step = new_steps(device)
    step(Version(0, 0, Capabilities(max_data_xfer_size=0x100)))
    assert step(RegionRead(0, 2, 0x100)).errno is None
    assert step(RegionRead(0, 2, 0x101)).errno == errno.EINVAL
    assert step(RegionWrite(0, 2, bytes(0x101))).errno == errno.EINVAL


def test_posted_write_is_never_answered(step: Steps, device: PCIDevice) -> None:
    assert step.raw(RegionWrite(A, 0, b"\7\0\0\0"), posted=True) is None
    assert device.bar0.A.peek() == 7


def test_posted_write_that_is_refused_leaves_a_trace_and_no_answer(
    step: Steps, device: PCIDevice
) -> None:
    assert step.raw(RegionWrite(0x9000, 0, b"x"), posted=True) is None
    assert device.trace[-1].where == "REGION_WRITE"
    assert "EINVAL" in device.trace[-1].note


def test_descriptors_with_an_access_are_refused_and_closed(step: Steps) -> None:
    reading, writing = os.pipe()
    assert step(RegionRead(A, 0, 4), Fds([writing])).errno == errno.EINVAL
    assert os.read(reading, 1) == b""
    os.close(reading)


def test_hook_that_fails_costs_an_error_and_not_the_session(
    step: Steps, device: PCIDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hook's own failures end in the device; this stands for a fault of ours."""

    def broken(index: int) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr(device, "region", broken)
    assert step(RegionRead(A, 0, 4)).errno == errno.EIO
    assert step(RegionRead(A, 0, 4)).errno == errno.EIO
    assert step.raw(RegionWrite(A, 0, b"x"), posted=True) is None
    assert [event.note for event in device.trace.select(kind="fault")] == [
        "failed: ZeroDivisionError('oops')"
    ] * 3
    reads = [line for line in step.log if "REGION_READ failed" in line]
    assert len(reads) == 1
    assert "ZeroDivisionError: oops" in reads[0]
    monkeypatch.undo()
    assert step(RegionRead(A, 0, 4)).errno is None


def test_async_hook_gives_its_answer_later(step: Steps, device: PCIDevice) -> None:
    @device.bar0.CTRL.on_read
    async def slow(dev: PCIDevice, value: int) -> int:
        await trio.lowlevel.checkpoint()
        return 0x55

    async def main() -> Answer | None:
        pending = step.raw(RegionRead(CTRL, 0, 4))
        assert pending is not None
        assert not isinstance(pending, Answer)
        return await pending

    answer = trio.run(main)
    assert answer is not None
    assert answer.body == RegionData(CTRL, 0, b"\x55\0\0\0")


def test_async_hook_of_a_posted_write_gives_no_answer(step: Steps, device: PCIDevice) -> None:
    seen: list[int] = []

    @device.bar0.CTRL.on_write
    async def slow(dev: PCIDevice, new: int, old: int) -> None:
        await trio.lowlevel.checkpoint()
        seen.append(int(new))

    async def main() -> Answer | None:
        pending = step.raw(RegionWrite(CTRL, 0, b"\1\0\0\0"), posted=True)
        assert pending is not None
        assert not isinstance(pending, Answer)
        return await pending

    assert trio.run(main) is None
    assert seen == [1]


@pytest.fixture
def multi(device: PCIDevice, new_steps: Callable[..., Steps]) -> Steps:
    step = new_steps(device, Capabilities(write_multiple=True))
    step(Version(0, 0, Capabilities(write_multiple=True)))
    return step


def one(value: int, offset: int = A) -> RegionWrite:
    return RegionWrite(offset, 0, value.to_bytes(4, "little"))


def test_several_writes_are_made_in_order(multi: Steps, device: PCIDevice) -> None:
    answer = multi(RegionWriteMulti((one(1), one(2), one(3))))
    assert answer.body == RegionWrittenMulti(3)
    assert device.bar0.A.peek() == 3
    assert [event.data[0] for event in device.trace.select(kind="write")] == [1, 2, 3]


def test_several_writes_are_refused_where_not_agreed(step: Steps) -> None:
    assert step(RegionWriteMulti((one(1),))).errno == errno.ENOTSUP


def test_one_write_of_several_that_is_refused_keeps_none_back(
    multi: Steps, device: PCIDevice
) -> None:
    assert multi(RegionWriteMulti((one(1), one(2, 0x9000), one(3)))).errno == errno.EINVAL
    assert device.bar0.A.peek() == 3


def test_several_writes_wait_for_async_hooks_among_them(multi: Steps, device: PCIDevice) -> None:
    @device.bar0.CTRL.on_write
    async def slow(dev: PCIDevice, new: int, old: int) -> None:
        before = dev.bar0.A.peek()
        await trio.lowlevel.checkpoint()
        assert dev.bar0.A.peek() == before

    async def main() -> Answer | None:
        writes = (one(1), one(1, CTRL), one(2), one(0, CTRL), one(3))
        pending = multi.raw(RegionWriteMulti(writes))
        assert pending is not None
        assert not isinstance(pending, Answer)
        return await pending

    answer = trio.run(main)
    assert answer is not None
    assert answer.body == RegionWrittenMulti(5)
    assert device.bar0.A.peek() == 3
