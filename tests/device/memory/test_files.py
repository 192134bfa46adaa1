"""Address spaces saved to files and loaded again."""

import os
from pathlib import Path

import pytest

from muserlab.device import BAR, MSIX, Memory, PCIDevice, RegionError
from muserlab.regs import RO, RW


class Bar(BAR, size=0x4000):
    A = RW(0x00)
    ID = RO(0x04, reset=0xC0FFEE)
    BUF = Memory(0x1000, 0x1000)


@pytest.fixture
def dev() -> PCIDevice:
    return PCIDevice(
        "files", id=(0x1234, 1), bar0=Bar, bar2=1 << 30, msix=MSIX(2, bar=0, table=0x2000)
    )


def test_what_was_saved_is_what_there_was(dev: PCIDevice, tmp_path: Path) -> None:
    dev.bar0.A.poke(0x11223344)
    dev.bar0.poke(0x1800, b"Hello")
    assert dev.bar0.memory.save(tmp_path / "bar0.bin") == 0x4000
    assert (tmp_path / "bar0.bin").read_bytes() == dev.bar0.peek(0, 0x4000)
    assert dev.trace.accesses == 0


def test_a_range_is_saved_by_itself(dev: PCIDevice, tmp_path: Path) -> None:
    dev.bar0.poke(0x1800, b"Hello")
    assert dev.bar0.memory.save(tmp_path / "part", 0x1801, 0x1804) == 3
    assert (tmp_path / "part").read_bytes() == b"ell"


def test_a_file_is_not_overwritten_unless_it_is_said(dev: PCIDevice, tmp_path: Path) -> None:
    file = tmp_path / "there"
    file.write_bytes(b"precious")
    with pytest.raises(FileExistsError, match="there already"):
        dev.bar0.memory.save(file)
    assert file.read_bytes() == b"precious"
    dev.bar0.memory.save(file, 0, 4, overwrite=True)
    assert file.read_bytes() == bytes(4)


def test_a_save_that_is_ended_leaves_nothing_behind(dev: PCIDevice, tmp_path: Path) -> None:
    dev.bar0.poke(0x1000, b"x")
    with pytest.raises(ZeroDivisionError):
        dev.bar0.memory.save(tmp_path / "never", tick=lambda _done: 1 // 0)
    assert list(tmp_path.iterdir()) == []


def test_a_gibibyte_that_is_all_but_untouched_takes_no_room(dev: PCIDevice, tmp_path: Path) -> None:
    dev.bar2.poke(0x2000_0000, b"middle")
    file = tmp_path / "sparse"
    assert dev.bar2.memory.save(file) == 1 << 30
    assert file.stat().st_blocks * 512 < 1 << 20
    with file.open("rb") as saved:
        assert os.pread(saved.fileno(), 6, 0x2000_0000) == b"middle"


def test_what_was_saved_can_be_loaded_where_parts_cannot_be_poked(
    dev: PCIDevice, tmp_path: Path
) -> None:
    file = tmp_path / "bar0.bin"
    dev.bar0.A.poke(7)
    dev.bar0.poke(0x1FFF, b"!")
    dev.bar0.memory.save(file)
    dev.bar0.A.poke(8)
    dev.bar0.poke(0x1FFF, b"?")
    assert dev.bar0.memory.load(file) == 0x4000
    assert dev.bar0.A.peek() == 7
    assert dev.bar0.peek(0x1FFF, 1) == b"!"


def test_a_file_that_wants_something_where_nothing_is_is_refused(
    dev: PCIDevice, tmp_path: Path
) -> None:
    file = tmp_path / "gap"
    file.write_bytes(b"\0\0\0\0\x01")
    with pytest.raises(RegionError, match="nothing is declared at 0x8"):
        dev.bar0.memory.load(file, 0x04)


def test_a_file_that_does_not_fit_changes_nothing(dev: PCIDevice, tmp_path: Path) -> None:
    file = tmp_path / "large"
    file.write_bytes(b"x" * 0x1001)
    with pytest.raises(ValueError, match="has 0x1001 bytes; 0x1000 fit into bar0 at 0x3000"):
        dev.bar0.memory.load(file, 0x3000)
    assert dev.bar0.peek(0x3000, 0x1000) == bytes(0x1000)


@pytest.mark.parametrize(("start", "end"), [(4, 4), (0, (1 << 34) + 1)])
def test_no_bytes_and_too_many_are_refused(
    dev: PCIDevice, tmp_path: Path, start: int, end: int
) -> None:
    with pytest.raises(ValueError, match="cannot be saved: 1 byte to 16 GiB can"):
        dev.bar0.memory.save(tmp_path / "none", start, end)
