"""Files that define devices: running them, and patching what is served when they change."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from muserlab.cli.definitions import DefinitionFailed, devices_in, run_file
from muserlab.cli.reload import reload
from muserlab.lab import Lab

TEXT = """\
import muserlab as ml

class AdderBar(ml.BAR, size=4096):
    A = ml.RW(0x00)
    SUM = ml.RO(0x04)

dev = ml.PCIDevice("adder", id=(0x1234, 1), bar0=AdderBar)

@AdderBar.A.on_write
def add(dev, new, old):
    dev.bar0.SUM.poke(new + 1)

if __name__ == "__main__":
    raise SystemExit("not a script here")
"""

Save = Callable[[str], list[str]]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "adder.py"
    path.write_text(TEXT)
    return path


@pytest.fixture
def lab(file: Path) -> Iterator[Lab]:
    with Lab() as running:
        for device in devices_in(run_file(file, TEXT), ()):
            running.serve(device)
        yield running


@pytest.fixture
def save(file: Path, lab: Lab) -> Save:
    """Write the file anew and re-load it."""

    def write_and_reload(text: str) -> list[str]:
        file.write_text(text)
        return reload(file, text, lab, ())

    return write_and_reload


HOOK = TEXT[TEXT.index("@AdderBar") : TEXT.index("if __name__")]


@pytest.mark.parametrize("place", ["AdderBar", "dev.bar0"])
def test_a_hook_that_was_deleted_answers_no_more(lab: Lab, save: Save, place: str) -> None:
    save(TEXT.replace(HOOK, HOOK.replace("@AdderBar", f"@{place}")))
    assert save(TEXT.replace(HOOK, "")) == [
        "adder.py re-loaded",
        "  adder: bar0 A.on_write is gone",
    ]
    with lab.connect() as drv:
        drv.bar0.A.write(10)
        assert drv.bar0.SUM.read() == 0
    save(TEXT)
    with lab.connect() as drv:
        drv.bar0.A.write(10)
        assert drv.bar0.SUM.read() == 11


def test_a_deleted_hook_stays_where_the_file_is_refused(lab: Lab, save: Save) -> None:
    save(TEXT.replace(HOOK, "raise ValueError"))
    with lab.connect() as drv:
        drv.bar0.A.write(10)
        assert drv.bar0.SUM.read() == 11


def test_a_changed_hook_answers_the_next_access_of_a_connected_client(lab: Lab, save: Save) -> None:
    with lab.connect() as drv:
        drv.bar0.A.write(10)
        assert drv.bar0.SUM.read() == 11
        assert save(TEXT.replace("new + 1", "new + 2")) == [
            "adder.py re-loaded",
            "  adder: bar0 A.on_write v2 (adder.py:9)",
        ]
        assert drv.bar0.A.read() == 10
        drv.bar0.A.write(20)
        assert drv.bar0.SUM.read() == 22


def test_what_did_not_change_is_not_told(save: Save) -> None:
    assert save(TEXT + "\n# a remark\n") == ["adder.py re-loaded"]


def test_a_broken_file_is_refused_and_the_former_one_goes_on(lab: Lab, save: Save) -> None:
    (line,) = save(TEXT + "x = (\n")
    assert line.startswith("adder.py refused, what was served goes on: ")
    assert "adder.py:15: SyntaxError" in line
    (line,) = save(TEXT.replace("AdderBar.A.on_write", "AdderBar.AA.on_write"))
    assert "adder.py:9: " in line
    assert "AdderBar has no register 'AA'; did you mean 'A'" in line
    (line,) = save(TEXT + "raise SystemExit(3)\n")
    assert "adder.py:15: SystemExit: 3" in line
    (line,) = save("import muserlab as ml\n")
    assert "defines no PCIDevice at its top level" in line
    with lab.connect() as drv:
        drv.bar0.A.write(1)
        assert drv.bar0.SUM.read() == 2


def test_a_new_structure_is_refused_only_while_a_client_is_connected(lab: Lab, save: Save) -> None:
    larger = TEXT.replace("size=4096", "size=8192")
    with lab.connect():
        (line,) = save(larger)
        assert "adder cannot change its structure while" in line
    assert save(larger)[0] == "adder.py re-loaded"
    with lab.connect() as drv:
        assert drv.bar0.size == 8192


def test_a_new_device_is_served_and_a_vanished_one_is_told(lab: Lab, save: Save) -> None:
    renamed = TEXT.replace('"adder"', '"other"')
    lines = save(renamed)
    assert lines[1].startswith(f"  other ready at {lab.socket_path('other')}  qemu-system-x86_64 ")
    assert lines[2] == "  adder: not defined any more, withdrawn"


def test_devices_are_picked_by_name(file: Path) -> None:
    text = TEXT + 'two = ml.PCIDevice("two", id=(0x1234, 2))\n'
    module = run_file(file, text)
    assert [device.name for device in devices_in(module, ())] == ["adder", "two"]
    assert [device.name for device in devices_in(module, ("two",))] == ["two"]
    with pytest.raises(DefinitionFailed, match="no device named three, but adder, two"):
        devices_in(module, ("three",))
