"""`lab.save`: a file from what is served."""

from pathlib import Path

import pytest

import muserlab as ml
from muserlab.source import SaveError


class Bar(ml.BAR, size=4096):
    A = ml.RW(0x00)
    B = ml.RO(0x04)


@pytest.fixture
def device(lab: ml.Lab) -> ml.PCIDevice:
    """Give a device that is served."""
    made = ml.PCIDevice("thing", id=(0x1234, 0x0001), bar0=Bar)
    lab.serve(made)
    return made


def double(dev: ml.PCIDevice, new: int, old: int) -> None:
    dev.bar0.B.poke(new * 2)


def test_a_saved_device_is_served_from_the_file(
    lab: ml.Lab, device: ml.PCIDevice, tmp_path: Path
) -> None:
    device.bar0.A.on_write(double)
    lab.save(tmp_path / "thing.py")
    lab.withdraw("thing")
    lab.serve_file(tmp_path / "thing.py")
    with lab.connect("thing") as drv:
        drv.bar0.A.write(21)
        assert drv.bar0.B.read() == 42


def test_saving_again_replaces_the_file_and_leaves_no_other(
    lab: ml.Lab, device: ml.PCIDevice, tmp_path: Path
) -> None:
    path = tmp_path / "thing.py"
    lab.save(path, "thing")
    path.chmod(0o640)
    device.bar0.A.on_write(double)
    lab.save(str(path), "thing")
    assert "def double" in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o640
    assert [*tmp_path.iterdir()] == [path]


@pytest.mark.parametrize("text", [b"", b"dev = 1\n", b"\xff\xfe"])
def test_what_somebody_wrote_is_not_overwritten_unless_told(
    lab: ml.Lab, device: ml.PCIDevice, tmp_path: Path, text: bytes
) -> None:
    path = tmp_path / "thing.py"
    path.write_bytes(text)
    with pytest.raises(FileExistsError, match="say overwrite=True"):
        lab.save(path)
    assert path.read_bytes() == text
    lab.save(path, overwrite=True)
    assert "class Bar" in path.read_text()


def test_an_edit_of_a_saved_file_is_not_overwritten(
    lab: ml.Lab, device: ml.PCIDevice, tmp_path: Path
) -> None:
    path = tmp_path / "thing.py"
    lab.save(path)
    path.write_text(path.read_text().replace("0x04", "0x08"))
    with pytest.raises(FileExistsError, match="or edited since"):
        lab.save(path)


def test_what_cannot_be_written_leaves_the_file_as_it_was(
    lab: ml.Lab, device: ml.PCIDevice, tmp_path: Path
) -> None:
    path = tmp_path / "thing.py"
    lab.save(path)
    before = path.read_text()
    device.bar0.A.on_write(eval("lambda dev, new, old: None"))
    with pytest.raises(SaveError, match=r"A\.on_write: the source of <lambda> is not known"):
        lab.save(path)
    assert path.read_text() == before


def test_a_folder_must_exist(lab: ml.Lab, device: ml.PCIDevice, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        lab.save(tmp_path / "none" / "thing.py")
