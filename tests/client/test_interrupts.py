"""Interrupts by eventfd."""

import errno
import os

import pytest

from muserlab.client import ClientError, ServerGone, ServerRefused, ServerTimeout, connect
from muserlab.proto import Capabilities, Command, Empty, IrqInfo, IrqInfoFlags, IrqSetFlags, SetIrqs

from .scripted import Scripted

ASSIGN = IrqSetFlags.DATA_EVENTFD | IrqSetFlags.TRIGGER


def irq_requests(server: Scripted) -> list[SetIrqs]:
    return [body for body in server.heard if isinstance(body, SetIrqs)]


def test_enabled_vectors_count_what_the_server_signals(server: Scripted) -> None:
    with connect(server.start()) as drv:
        first, second = drv.msi.enable(2)
        os.eventfd_write(server.eventfds[1], 3)
        assert second.wait() == 3
        assert second.poll() == 0
        assert first.poll() == 0
        os.eventfd_write(server.eventfds[0], 1)
        assert drv.msi[0].wait() == 1
    assert irq_requests(server) == [SetIrqs(ASSIGN, 1, 0, 2)]


def test_waiting_for_what_does_not_come_times_out(server: Scripted) -> None:
    with connect(server.start()) as drv:
        (vector,) = drv.msi.enable()
        with pytest.raises(ServerTimeout, match=r"no interrupt on msi\[0\] in 0 s"):
            vector.wait(0)
        os.eventfd_write(server.eventfds[0], 1)
        assert vector.wait(0) == 1


def test_more_vectors_than_fds_in_a_message_take_several(server: Scripted) -> None:
    server.irqs[2] = IrqInfo(2, IrqInfoFlags.EVENTFD | IrqInfoFlags.NORESIZE, 40)
    with connect(server.start()) as drv:
        vectors = drv.msix.enable(40)
        os.eventfd_write(server.eventfds[39], 1)
        assert vectors[39].wait() == 1
    runs = [(body.start, body.count) for body in irq_requests(server)]
    assert runs == [(0, 40), (0, 16), (16, 16), (32, 8)]


def test_a_server_that_takes_one_fd_at_a_time_gets_one_at_a_time(server: Scripted) -> None:
    server.offer = Capabilities(max_msg_fds=1)
    with connect(server.start()) as drv:
        drv.msi.enable(2)
    assert [(body.start, body.count) for body in irq_requests(server)] == [(0, 2), (0, 1), (1, 1)]


def test_disabling_says_so_and_closes_the_eventfds(server: Scripted) -> None:
    with connect(server.start()) as drv:
        (vector,) = drv.msi.enable()
        drv.msi.disable()
        assert drv.msi.vectors == ()
        assert irq_requests(server)[-1] == SetIrqs(
            IrqSetFlags.DATA_NONE | IrqSetFlags.TRIGGER, 1, 0, 0
        )
        with pytest.raises(ClientError, match="not enabled any more"):
            vector.wait()
        with pytest.raises(IndexError, match="0 vectors are"):
            drv.msi[0]


def test_enabling_again_starts_anew(server: Scripted) -> None:
    with connect(server.start()) as drv:
        drv.msi.enable(3)
        drv.msi.enable(1)
        assert len(drv.msi) == 1
    assert [(body.start, body.count) for body in irq_requests(server)] == [(0, 3), (0, 0), (0, 1)]


@pytest.mark.parametrize("count", [0, 4, -1])
def test_vectors_that_the_device_does_not_have_cannot_be_enabled(
    server: Scripted, count: int
) -> None:
    with connect(server.start()) as drv:
        with pytest.raises(ClientError, match="msi has 3 vectors"):
            drv.msi.enable(count)
        with pytest.raises(ClientError, match="intx has 0 vectors"):
            drv.intx.enable()


def test_a_refused_assignment_leaves_nothing_enabled(server: Scripted) -> None:
    answers = iter([Empty(), errno.EINVAL, Empty()])
    server.offer = Capabilities(max_msg_fds=1)
    server.on[Command.DEVICE_SET_IRQS] = lambda request: next(answers)
    with connect(server.start()) as drv:
        with pytest.raises(ServerRefused, match=r"msi\[0:1\]"):
            drv.msi.enable(2)
        assert drv.msi.vectors == ()
    assert irq_requests(server)[-1].count == 0


@pytest.mark.parametrize(
    ("action", "flag"),
    [("mask", IrqSetFlags.MASK), ("unmask", IrqSetFlags.UNMASK), ("trigger", IrqSetFlags.TRIGGER)],
)
def test_masking_and_triggering_are_requests_of_one_vector_or_a_range(
    server: Scripted, action: str, flag: IrqSetFlags
) -> None:
    with connect(server.start()) as drv:
        vectors = drv.msi.enable(2)
        getattr(vectors[1], action)()
        getattr(drv.msi, action)(0, 2)
    flags = IrqSetFlags.DATA_NONE | flag
    assert irq_requests(server)[1:] == [SetIrqs(flags, 1, 1, 1), SetIrqs(flags, 1, 0, 2)]


def test_an_interrupt_from_before_the_servers_end_is_still_heard(server: Scripted) -> None:
    def fire_and_leave(request: object) -> None:
        os.eventfd_write(server.eventfds[0], 1)
        server.main.leave()

    server.on[Command.DEVICE_RESET] = fire_and_leave
    with connect(server.start()) as drv:
        (vector,) = drv.msi.enable()
        with pytest.raises(ServerGone):
            drv.reset()
        assert vector.wait() == 1
        with pytest.raises(ServerGone, match=r"no interrupt on msi\[0\]"):
            vector.wait(None)


def test_a_server_that_makes_the_eventfd_block_does_not_hang_the_driver(server: Scripted) -> None:
    with connect(server.start()) as drv:
        (vector,) = drv.msi.enable()
        os.set_blocking(server.eventfds[0], True)
        assert vector.poll() == 0
