"""Signalling an eventfd: by the kernel, and where it does not do that."""

import os
from collections.abc import Callable, Iterator

import pytest

from muserlab.device.irq import aio, eventfd
from muserlab.device.irq.aio import Signals
from muserlab.device.irq.eventfd import EventFd

FULL = 2**64 - 2


@pytest.fixture(params=["the kernel", "a write", "a kernel that ceases to"])
def new(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Callable[[int], EventFd]:
    """How eventfds are made, for each way of signalling them."""
    if request.param == "a write":
        monkeypatch.setattr(aio.platform, "machine", lambda: "a machine that nobody knows")
        monkeypatch.setattr(eventfd, "SIGNALS", Signals())
    elif request.param == "a kernel that ceases to":
        monkeypatch.setattr(eventfd, "SIGNALS", Refusing())
    return EventFd


class Refusing(Signals):
    def to(self, eventfd: int) -> Callable[[], int] | None:
        return lambda: -1


@pytest.fixture(params=[0, os.EFD_NONBLOCK], ids=["blocking", "non-blocking"])
def theirs(request: pytest.FixtureRequest) -> Iterator[int]:
    fd = os.eventfd(0, request.param)
    yield fd
    os.close(fd)


def test_each_signal_adds_one(new: Callable[[int], EventFd], theirs: int) -> None:
    ours = new(os.dup(theirs))
    for _ in range(1000):  # more than there is room for results of
        ours.signal()
    assert os.eventfd_read(theirs) == 1000
    ours.close()


def test_a_full_counter_holds_nobody_up(new: Callable[[int], EventFd], theirs: int) -> None:
    os.eventfd_write(theirs, FULL)
    ours = new(os.dup(theirs))
    for _ in range(3):
        ours.signal()
    assert os.eventfd_read(theirs) >= FULL
    ours.signal()
    assert os.eventfd_read(theirs) == 1
    ours.close()


def test_it_closes_once() -> None:
    fd = os.eventfd(0)
    ours = EventFd(fd)
    ours.close()
    ours.close()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(fd)


def test_a_forked_child_asks_the_kernel_anew(theirs: int) -> None:
    signals = Signals()
    signal = signals.to(theirs)
    assert signal is not None, "Linux has had this for long, at least on the usual machines"
    signals._context.value = 1  # what a child inherits is worth nothing there
    assert signal() != 1
    signals.make_room()
    assert signal() == 1
    assert os.eventfd_read(theirs) == 1
