import errno
import os
import socket
from typing import Any

import pytest

from muserlab.device.errors import IrqError

INTX, MSI, MSIX, ERR, REQ = range(5)


@pytest.mark.parametrize(
    ("index", "action", "start", "count", "data"),
    [
        (5, "trigger", 0, 0, None),
        (-1, "trigger", 0, 0, None),
        (MSIX, "mask", 69, 2, None),
        (MSIX, "mask", 71, 1, None),
        (MSIX, "trigger", 28, 0xFFFFFFFF, ()),
        (MSIX, "mask", 0, 0, None),
        (MSIX, "unmask", 0, 0, None),
        (MSIX, "trigger", 1, 0, None),
        (MSIX, "trigger", 0, 0, ()),
        (MSIX, "trigger", 0, 2, [True]),
        (MSIX, "trigger", 0, 2, [True, False, True]),
        (ERR, "mask", 0, 1, None),
        (REQ, "unmask", 0, 1, None),
        (ERR, "trigger", 0, 2, None),
        (REQ, "trigger", 0, 2, None),
    ],
)
def test_a_request_that_makes_no_sense_is_refused(
    bench: Any, index: int, action: Any, start: int, count: int, data: Any
) -> None:
    with pytest.raises(IrqError) as refused:
        bench.interrupts.set(index, action, start, count, data)
    assert refused.value.errno == errno.EINVAL


@pytest.mark.parametrize(("index", "count"), [(MSI, 2), (MSI, 5), (ERR, 2), (9, 1)])
def test_eventfds_of_a_refused_request_are_closed(bench: Any, index: int, count: int) -> None:
    fds = [bench.eventfd() for _ in range(3)]
    with pytest.raises(IrqError):
        bench.interrupts.set(index, "trigger", 0, count, fds)
    for fd in fds:
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(fd)


def test_what_is_not_an_eventfd_is_refused_and_closed_with_the_others(bench: Any) -> None:
    ours, theirs = socket.socketpair()
    good = bench.eventfd()
    with pytest.raises(IrqError, match="eventfd; the client sent socket"):
        bench.interrupts.set(MSI, "trigger", 0, 2, [good, theirs.detach()])
    assert ours.recv(1) == b""
    ours.close()
    bench.interrupts.msi[0].fire()
    assert bench.count(good) == 0


def test_the_same_fd_twice_is_refused_and_closed_once(bench: Any) -> None:
    fd = bench.eventfd()
    with pytest.raises(IrqError, match="same fd"):
        bench.interrupts.set(MSI, "trigger", 0, 2, [fd, fd])


def test_a_closed_fd_is_refused(bench: Any) -> None:
    fd = os.eventfd(0)
    os.close(fd)
    with pytest.raises(IrqError, match="closed fd"):
        bench.interrupts.set(MSI, "trigger", 0, 1, [fd])


def test_no_data_acts_on_the_whole_range(bench: Any) -> None:
    fds = bench.give(MSIX, 0, 3)
    bench.interrupts.set(MSIX, "trigger", 1, 2, None)
    assert [bench.count(fd) for fd in fds] == [0, 1, 1]


def test_booleans_act_where_they_are_true(bench: Any) -> None:
    fds = bench.give(MSIX, 0, 3)
    bench.interrupts.set(MSIX, "trigger", 0, 3, [True, False, True])
    assert [bench.count(fd) for fd in fds] == [1, 0, 1]
    bench.interrupts.set(MSIX, "mask", 0, 3, [False, True, True])
    assert [bench.interrupts.msix[i].masked for i in range(3)] == [False, True, True]


def test_a_new_eventfd_takes_the_place_of_the_former(bench: Any) -> None:
    (former,) = bench.give(MSI)
    (new,) = bench.give(MSI)
    bench.interrupts.msi[0].fire()
    assert (bench.count(former), bench.count(new)) == (0, 1)


def test_eventfds_without_fds_take_the_triggers_of_the_range_away(bench: Any) -> None:
    fds = bench.give(MSIX, 0, 3)
    bench.interrupts.set(MSIX, "trigger", 1, 1, ())
    for vector in range(3):
        bench.interrupts.msix[vector].fire()
    assert [bench.count(fd) for fd in fds] == [1, 0, 1]
    assert [bench.interrupts.msix[i].enabled for i in range(3)] == [True, False, True]


def test_disabling_takes_everything_of_the_type_away(bench: Any) -> None:
    (trigger,) = bench.give(INTX)
    (error,) = bench.give(ERR)
    bench.interrupts.set(INTX, "mask", 0, 1, None)
    bench.interrupts.set(INTX, "trigger", 0, 0, None)
    assert not bench.interrupts.intx.vector.masked
    bench.interrupts.intx.pulse()
    bench.interrupts.err.fire()
    assert (bench.count(trigger), bench.count(error)) == (0, 1)


def test_msi_does_not_grow_until_it_was_disabled(bench: Any) -> None:
    bench.give(MSI, 0, 2)
    with pytest.raises(IrqError, match="disable it first"):
        bench.give(MSI, 2, 1)
    bench.give(MSI, 1, 1)
    bench.interrupts.set(MSI, "trigger", 0, 0, None)
    bench.give(MSI, 0, 4)


def test_msi_may_be_set_up_in_pieces_up_to_what_the_guest_turned_on(bench: Any) -> None:
    bench.msi_gate.turn(on=True)
    bench.give(MSI, 0, 2)
    bench.give(MSI, 2, 2)
    assert all(vector.enabled for vector in bench.interrupts.msi)


def test_msix_grows_one_vector_at_a_time(bench: Any) -> None:
    bench.give(MSIX, 0, 1)
    bench.give(MSIX, 69, 1)
    assert bench.interrupts.msix[69].enabled


@pytest.mark.parametrize("index", [INTX, MSI, MSIX])
def test_mask_and_unmask_eventfds_hear_of_each_change_once(bench: Any, index: int) -> None:
    (masked,) = bench.give(index, action="mask")
    (unmasked,) = bench.give(index, action="unmask")
    for _ in range(2):
        bench.interrupts.set(index, "mask", 0, 1, None)
    assert (bench.count(masked), bench.count(unmasked)) == (1, 0)
    bench.interrupts.set(index, "unmask", 0, 1, None)
    assert (bench.count(masked), bench.count(unmasked)) == (0, 1)
    bench.interrupts.set(index, "mask", 0, 1, ())
    bench.interrupts.set(index, "mask", 0, 1, None)
    assert bench.count(masked) == 0


def test_mask_eventfds_hear_of_the_guests_masks_too(bench: Any) -> None:
    (masked,) = bench.give(MSI, 1, action="mask")
    bench.msi_gate.turn(masked={1})
    assert bench.count(masked) == 1


def test_the_types_say_what_vfio_tells_clients_about_them(bench: Any) -> None:
    flags = [(t.eventfd, t.maskable, t.automasked, t.noresize) for t in bench.interrupts]
    assert flags == [
        (True, True, True, False),
        (True, True, False, True),
        (True, True, False, False),
        (True, False, False, False),
        (True, False, False, False),
    ]
    assert [t.count for t in bench.interrupts] == [1, 4, 70, 1, 1]


def test_the_hook_hears_of_each_vectors_states(bench: Any) -> None:
    bench.give(MSI, 0, 2)
    bench.give(MSI, 0, 2)
    bench.interrupts.set(MSI, "mask", 1, 1, None)
    bench.interrupts.set(MSI, "trigger", 0, 0, None)
    assert bench.heard == [
        ("msi.on_state", 0, "enabled"),
        ("msi.on_state", 1, "enabled"),
        ("msi.on_state", 1, "masked"),
        ("msi.on_state", 0, "disabled"),
        ("msi.on_state", 1, "disabled"),
        ("msi.on_state", 1, "unmasked"),
    ]
