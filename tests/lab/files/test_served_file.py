"""A served file is patched when it is run again: all of it, or nothing."""

from collections.abc import Callable
from pathlib import Path

import pytest

import muserlab as ml
from muserlab.lab import DefinitionFailed, Lab, LabError, Report, ServedFile

from .conftest import TEXT

Save = Callable[[str], list[str]]

HOOK = TEXT[TEXT.index("@AdderBar") : TEXT.index("if __name__")]


@pytest.fixture
def served(lab: Lab, file: Path) -> ServedFile:
    """The file, whose saves these tests tell of themselves."""
    served = lab.serve_file(file)
    served._watch.stop()
    return served


@pytest.fixture
def told(lab: Lab) -> list[str]:
    lines: list[str] = []

    def hear(report: Report) -> None:
        if report.text.startswith("adder.py"):
            lines.extend(report.text.splitlines())

    lab.reports.attach(hear)
    return lines


@pytest.fixture
def save(file: Path, served: ServedFile, told: list[str]) -> Save:
    """Write the file anew and re-load it; return what is told."""

    def write_and_reload(text: str) -> list[str]:
        file.write_text(text)
        told.clear()
        served.reload()
        return told.copy()

    return write_and_reload


def added(lab: Lab, a: int) -> int:
    """Let a driver add one; nothing is added where there is no hook."""
    lab.devices["adder"].bar0.SUM.poke(0)
    with lab.connect() as drv:
        drv.bar0.A.write(a)
        return drv.bar0.SUM.read()


@pytest.mark.parametrize("place", ["AdderBar", "dev.bar0"])
def test_a_hook_that_was_deleted_answers_no_more(lab: Lab, save: Save, place: str) -> None:
    save(TEXT.replace(HOOK, HOOK.replace("@AdderBar", f"@{place}")))
    assert save(TEXT.replace(HOOK, "")) == [
        "adder.py re-loaded",
        "  adder: bar0 A.on_write is gone",
    ]
    assert added(lab, 10) == 0
    save(TEXT)
    assert added(lab, 10) == 11


FAMILY = TEXT.replace("class AdderBar(ml.BAR, size=4096)", "class BaseBar(ml.BAR)").replace(
    "dev =",
    """class AdderBar(BaseBar, size=4096):
    pass

class AdderBar2(AdderBar):
    EXTRA = ml.RW(0x10)

dev =""",
)


@pytest.mark.parametrize("known", ["", "\nAdderBar2.A.on_write\nAdderBar.A.on_write\n"])
def test_a_hook_is_found_and_deleted_however_far_up_the_classes_it_is(
    lab: Lab, save: Save, known: str
) -> None:
    base = HOOK.replace("@AdderBar", "@BaseBar")
    family = FAMILY.replace("bar0=AdderBar", "bar0=AdderBar2") + known
    save(family.replace(HOOK, base))
    assert added(lab, 10) == 11
    assert save(family.replace(HOOK, base.replace("+ 1", "+ 2"))) == [
        "adder.py re-loaded",
        "  adder: bar0 A.on_write v2 (adder.py:15)",
    ]
    assert added(lab, 10) == 12
    save(family.replace(HOOK, base + base.replace("@BaseBar", "@AdderBar").replace("+ 1", "+ 3")))
    assert added(lab, 10) == 13
    save(family.replace(HOOK, base))
    assert added(lab, 10) == 11
    save(family.replace(HOOK, ""))
    assert added(lab, 10) == 0


def test_a_hook_put_there_from_elsewhere_outlives_a_save(lab: Lab, save: Save) -> None:
    seen: list[int] = []
    lab.devices["adder"].bar0.SUM.on_read(lambda dev, value: seen.append(value))
    save(TEXT.replace("+ 1", "+ 2"))
    assert added(lab, 10) == 12
    assert seen == [12]


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


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (TEXT + "x = (\n", r"adder.py:15: SyntaxError"),
        (
            TEXT.replace("AdderBar.A.on_write", "AdderBar.AA.on_write"),
            r"adder.py:9: .*AdderBar has no register 'AA'; did you mean 'A'",
        ),
        (TEXT.replace("new, old", "new"), r"adder.py:9: .*A.on_write takes a function of"),
        (TEXT + "raise SystemExit(3)\n", r"adder.py:15: SystemExit: 3"),
        (TEXT.replace(HOOK, "raise ValueError\n"), r"adder.py:9: ValueError"),
        ("import muserlab as ml\n", r"defines no PCIDevice at its top level"),
    ],
)
def test_a_broken_file_is_refused_and_the_former_one_goes_on(
    lab: Lab, save: Save, text: str, why: str
) -> None:
    with pytest.raises(DefinitionFailed, match=why):
        save(text)
    assert added(lab, 1) == 2


def test_a_new_structure_is_refused_only_while_a_client_is_connected(lab: Lab, save: Save) -> None:
    larger = TEXT.replace("size=4096", "size=8192")
    with lab.connect(), pytest.raises(ml.BusyError, match="adder cannot change its structure"):
        save(larger)
    assert save(larger)[0] == "adder.py re-loaded"
    with lab.connect() as drv:
        assert drv.bar0.size == 8192


TWO = TEXT + 'two = ml.PCIDevice("two", id=(0x1234, 2))\n'


def test_a_new_device_is_served_and_a_vanished_one_is_told(lab: Lab, save: Save) -> None:
    lines = save(TEXT.replace('"adder"', '"other"'))
    assert lines[1].startswith(f"  other ready at {lab.socket_path('other')}  qemu-system-x86_64 ")
    assert lines[2] == "  adder: not defined any more, withdrawn"


def test_a_new_device_is_not_served_where_the_file_is_refused(lab: Lab, save: Save) -> None:
    with lab.connect("adder"), pytest.raises(ml.BusyError):
        save(TWO.replace("size=4096", "size=8192"))
    assert set(lab.devices) == {"adder"}


def test_a_device_that_was_withdrawn_by_hand_stays_so(lab: Lab, save: Save) -> None:
    save(TWO)
    lab.withdraw("two")
    save(TWO + "# again\n")
    assert set(lab.devices) == {"adder"}


def test_devices_are_picked_by_name(lab: Lab, file: Path) -> None:
    file.write_text(TWO)
    with pytest.raises(DefinitionFailed, match="no device named three, but adder, two"):
        lab.serve_file(file, "three")
    assert not lab.running
    assert set(lab.serve_file(file, "two").devices) == {"two"}


def test_a_socket_is_for_one_device(lab: Lab, file: Path, sockets: Path) -> None:
    file.write_text(TWO)
    with pytest.raises(LabError, match="a socket is for one device, not 2"):
        lab.serve_file(file, socket=sockets / "s")


def test_serving_a_file_again_runs_it_again(lab: Lab, file: Path, served: ServedFile) -> None:
    file.write_text(TEXT.replace("+ 1", "+ 2"))
    assert lab.serve_file(file) is served
    assert added(lab, 10) == 12
    file.write_text(TWO)
    other = lab.serve_file(file, "adder")
    assert served.closed
    assert added(lab, 10) == 11
    assert repr(other) == f"<ServedFile {file}: adder>"


def test_a_path_is_served_as_a_device_is(file: Path, sockets: Path) -> None:
    with ml.serve(str(file), ml.PCIDevice("other", id=(0x1234, 2))) as lab:
        assert set(lab.devices) == {"adder", "other"}
