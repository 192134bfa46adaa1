"""A save is noticed, of the file and of the modules beside it, until nobody needs to."""

import queue
import sys
from pathlib import Path

import pytest

import muserlab as ml
from muserlab.lab import Lab, LabStuck, Report, ReportKind

from .conftest import TEXT

PATIENCE = 20
SPLIT = TEXT.replace("new + 1", "new + step.STEP").replace(
    "import muserlab as ml", "import muserlab as ml\nimport parts.step as step"
)


@pytest.fixture
def heard(lab: Lab) -> "queue.Queue[Report]":
    reports: queue.Queue[Report] = queue.Queue()

    def hear(report: Report) -> None:
        if report.text.startswith("adder.py"):
            reports.put(report)

    lab.reports.attach(hear)
    return reports


@pytest.fixture
def split(file: Path) -> Path:
    """The file as one that imports a module of a package beside it; return the module's."""
    (file.parent / "parts").mkdir()
    (file.parent / "parts" / "__init__.py").touch()
    step = file.parent / "parts" / "step.py"
    step.write_text("STEP = 1\n")
    file.write_text(SPLIT)
    return step


def added(lab: Lab, a: int) -> int:
    """Let a driver add."""
    with lab.connect() as drv:
        drv.bar0.A.write(a)
        return drv.bar0.SUM.read()


def test_a_save_is_noticed_until_the_lab_stops(
    lab: Lab, file: Path, heard: "queue.Queue[Report]", nothing_left: None
) -> None:
    served = lab.serve_file(file)
    fresh = file.with_suffix(".new")
    fresh.write_text(TEXT.replace("+ 1", "+ 2"))
    fresh.replace(file)  # as editors do
    report = heard.get(timeout=PATIENCE)
    assert report.kind is ReportKind.NOTICE
    assert report.text.splitlines()[1] == "  adder: bar0 A.on_write v2 (adder.py:9)"
    assert added(lab, 10) == 12
    assert str(file.parent) in sys.path
    lab.stop()
    assert served.closed
    assert str(file.parent) not in sys.path


def test_a_broken_save_is_told_with_its_own_traceback_and_mended_by_the_next(
    lab: Lab, file: Path, heard: "queue.Queue[Report]"
) -> None:
    lab.serve_file(file)
    file.write_text(TEXT + "1 / 0\n")
    report = heard.get(timeout=PATIENCE)
    assert report.kind is ReportKind.FAULT
    assert report.text.startswith("adder.py refused, what was served goes on: ")
    assert isinstance(report.error, ZeroDivisionError)
    assert report.error.__traceback__ is not None
    assert report.error.__traceback__.tb_frame.f_code.co_filename == str(file)
    assert added(lab, 10) == 11
    file.write_text(TEXT.replace("+ 1", "+ 3"))
    assert heard.get(timeout=PATIENCE).kind is ReportKind.NOTICE
    assert added(lab, 10) == 13


def test_a_save_of_a_module_beside_it_is_one_of_the_file(
    lab: Lab, file: Path, split: Path, heard: "queue.Queue[Report]"
) -> None:
    lab.serve_file(file)
    assert added(lab, 10) == 11
    split.write_text("STEP = 2\n")
    heard.get(timeout=PATIENCE)
    assert added(lab, 10) == 12
    split.write_text("STEP = \n")
    assert "step.py:1: SyntaxError" in heard.get(timeout=PATIENCE).text
    assert added(lab, 10) == 12
    split.write_text("STEP = 4\n")
    heard.get(timeout=PATIENCE)
    assert added(lab, 10) == 14


def test_a_module_that_could_not_be_imported_is_watched_too(
    lab: Lab, file: Path, heard: "queue.Queue[Report]"
) -> None:
    lab.serve_file(file)
    other = file.with_name("steps_of_adder.py")
    other.write_text("1 / 0\n")
    file.write_text("from steps_of_adder import STEP\n" + TEXT.replace("+ 1", "+ STEP"))
    assert "steps_of_adder.py:1: ZeroDivisionError" in heard.get(timeout=PATIENCE).text
    other.write_text("STEP = 5\n")
    assert heard.get(timeout=PATIENCE).kind is ReportKind.NOTICE
    assert added(lab, 10) == 15


def test_the_session_s_own_modules_stay_what_they_are(
    lab: Lab, file: Path, split: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    elsewhere = type(sys)("parts")
    elsewhere.__file__ = "/elsewhere/parts/__init__.py"
    monkeypatch.setitem(sys.modules, "parts", elsewhere)
    lab.serve_file(file)
    assert added(lab, 10) == 11
    assert sys.modules["parts"] is elsewhere
    before = dict(sys.modules)
    split.write_text("import nonsense\n")
    with pytest.raises(ml.LabError, match=r"step.py:1: ModuleNotFoundError"):
        lab.serve_file(file)
    assert dict(sys.modules) == before


def test_nobody_watches_a_file_of_which_nothing_is_served(lab: Lab, file: Path) -> None:
    served = lab.serve_file(file)
    lab.serve(ml.PCIDevice("other", id=(0x1234, 2)))
    lab.withdraw("adder")
    assert served.closed
    assert repr(served) == f"<ServedFile {file}: nothing, not watched>"
    served._watch.join(PATIENCE)


def test_a_file_that_does_not_end_is_told_of_when_the_lab_stops(
    lab: Lab, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    running, over = threading.Event(), threading.Event()
    monkeypatch.setattr(ml, "running", running, raising=False)
    monkeypatch.setattr(ml, "over", over, raising=False)
    served = lab.serve_file(file)
    file.write_text(TEXT + "ml.running.set()\nml.over.wait()\n")
    assert running.wait(PATIENCE)
    with pytest.raises(LabStuck, match=r"adder.py has been running for more than 0\.1 s"):
        lab.stop(0.1)
    over.set()
    served.join(PATIENCE)
    assert not lab.running
