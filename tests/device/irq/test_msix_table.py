from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muserlab.device.config import MSIX, Config, Identity, LiveMSIX
from muserlab.device.errors import RegionError
from muserlab.device.irq import Interrupts, MSIXTable

CONTROL = 0x42
MASK = 12
WRITABLE = int.from_bytes(b"\xfc" + b"\xff" * 11 + b"\x01\0\0\0", "little")


class Board:
    """A real MSI-X capability, its table, and the vectors behind them."""

    def __init__(self, bench: Any, count: int) -> None:
        self.config = Config(Identity(0x1234, 2), capabilities=[MSIX(count, bar=0)])
        capability = self.config.find(LiveMSIX)
        assert capability is not None
        self.table = MSIXTable(capability)
        self.interrupts = Interrupts(bench.interrupts.msi.owner, lambda *_: None, msix=self.table)

    def control(self, *, on: bool, all_masked: bool = False) -> None:
        self.config.space.write(CONTROL, (on << 15 | all_masked << 14).to_bytes(2, "little"))

    def pending(self) -> int:
        return int.from_bytes(self.table.read_pba(0, self.table.pba_size), "little")


@pytest.fixture
def board(bench: Any) -> Any:
    board = Board(bench, 70)
    yield board
    board.interrupts.release()


def test_sizes_follow_the_count_of_vectors(board: Board) -> None:
    assert (board.table.size, board.table.pba_size) == (70 * 16, 16)


def test_entries_read_as_masked_after_a_reset_and_mask_nothing_yet(board: Board) -> None:
    assert board.table.read(MASK, 4) == b"\1\0\0\0"
    assert not board.table.blocked(0)


def test_a_client_that_writes_the_table_masks_single_vectors(board: Board, bench: Any) -> None:
    fds = [bench.eventfd(), bench.eventfd()]
    board.interrupts.set(2, "trigger", 0, 2, fds)
    board.control(on=True)
    board.table.write(MASK, b"\1")
    board.interrupts.msix[0].fire()
    board.interrupts.msix[1].fire()
    assert [bench.count(fd) for fd in fds] == [0, 1]
    assert board.pending() == 1
    board.table.write(MASK, b"\0")
    assert [bench.count(fd) for fd in fds] == [1, 0]
    assert board.pending() == 0


def test_the_function_mask_holds_all_vectors_back(board: Board, bench: Any) -> None:
    fd = bench.eventfd()
    board.interrupts.set(2, "trigger", 69, 1, [fd])
    board.control(on=True, all_masked=True)
    board.interrupts.msix[69].fire()
    assert board.pending() == 1 << 69
    board.control(on=True)
    assert bench.count(fd) == 1


def test_a_guest_that_masks_nothing_here_gets_its_first_interrupt_with_the_eventfd(
    board: Board, bench: Any
) -> None:
    """What QEMU does: MSI-X on, triggers taken away, and given when a vector is unmasked there."""
    board.control(on=True)
    board.interrupts.set(2, "trigger", 0, 1, ())
    board.interrupts.msix[3].fire()
    assert board.pending() == 1 << 3
    fds = [bench.eventfd(), bench.eventfd()]
    board.interrupts.set(2, "trigger", 0, 0, None)
    board.interrupts.set(2, "trigger", 0, 1, fds[:1])
    board.interrupts.set(2, "trigger", 1, 2, ())
    board.interrupts.set(2, "trigger", 3, 1, fds[1:])
    assert [bench.count(fd) for fd in fds] == [0, 1]
    assert board.pending() == 0


def test_a_reset_brings_the_table_back(board: Board) -> None:
    board.control(on=True)
    board.table.write(0, b"\xff" * 16)
    board.interrupts.msix[0].fire()
    board.interrupts.reset()
    board.config.reset()
    board.table.reset()
    assert board.table.read(0, 16) == bytes(12) + b"\1\0\0\0"
    assert board.pending() == 0
    assert not board.table.blocked(0)


@pytest.mark.parametrize(("offset", "count"), [(-1, 1), (70 * 16, 1), (70 * 16 - 1, 2), (0, -1)])
def test_accesses_outside_of_the_table_are_refused(board: Board, offset: int, count: int) -> None:
    with pytest.raises(RegionError):
        board.table.read(offset, count)
    with pytest.raises(RegionError):
        board.table.read_pba(offset, count)
    if count > 0:
        with pytest.raises(RegionError):
            board.table.write(offset, bytes(count))


@given(st.lists(st.tuples(st.integers(0, 63), st.binary(min_size=1, max_size=24)), max_size=6))
def test_writes_of_any_size_change_the_writable_bits_only(
    writes: list[tuple[int, bytes]],
) -> None:
    capability = Config(Identity(0x1234, 2), capabilities=[MSIX(4, bar=0)]).find(LiveMSIX)
    assert capability is not None
    table = MSIXTable(capability)
    model = int.from_bytes(table.read(0, 64), "little")
    mask = sum(WRITABLE << 128 * i for i in range(4))
    for offset, data in writes:
        fitting = data[: 64 - offset]
        table.write(offset, fitting)
        lanes = (1 << 8 * len(fitting)) - 1 << 8 * offset
        given_bits = int.from_bytes(fitting, "little") << 8 * offset
        model = model & ~(lanes & mask) | given_bits & lanes & mask
    assert table.read(0, 64) == model.to_bytes(64, "little")


def test_a_successors_table_holds_what_the_former_one_did(board: Board, bench: Any) -> None:
    board.control(on=True)
    board.table.write(16 + MASK, b"\1")
    board.interrupts.msix[1].fire()
    heir = Board(bench, 2)
    heir.table.succeed(board.table)
    heir.interrupts.succeed(board.interrupts)
    assert heir.table.blocked(1)
    assert not heir.table.blocked(0)
    assert heir.table.read(0, 32) == board.table.read(0, 32)
