"""The whole command once, as short as it can be: every server, every case, everything written."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from benchmarks import __main__ as command
from benchmarks import plan
from benchmarks.cases import scrolling
from benchmarks.rig.chromium import lacking
from benchmarks.rounds import Effort
from muserlab.device import PCIDevice
from muserlab.lab import Lab


@pytest.fixture(scope="module")
def patched() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(command, "QUICK", Effort(rounds=1, seconds=0.001))
        patch.setattr(plan, "DEVICES", (1, 2))
        patch.setattr(plan, "REGISTERS", (2, 3))
        patch.setattr(scrolling, "EVENTS", 2000)
        yield patch


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, patched: pytest.MonkeyPatch) -> Path:
    folder = tmp_path_factory.mktemp("run")
    patched.setenv("XDG_CACHE_HOME", str(folder))
    return folder


def run(folder: Path, *arguments: str) -> Result:
    options = [*arguments, "--quick", "--output", str(folder)]
    return CliRunner().invoke(command.main, options, catch_exceptions=False)


@pytest.fixture(scope="module")
def results(folder: Path) -> dict[str, Any]:
    done = run(folder)
    assert done.exit_code == 0, done.output
    written: dict[str, Any] = json.loads((folder / "results.json").read_text())
    return written


def test_every_case_measures_every_subject(results: dict[str, Any]) -> None:
    figures = results["figures"]
    subjects = {figure["subject"] for figure in figures}
    assert {"floor", "minimal trio", "memory", "register", "hook", "hook, no trace"} <= subjects
    moved = [one for one in figures if one["condition"] not in {plan.IDLE, plan.SCROLLING}]
    assert all(value > 0 for figure in moved for value in figure["rounds"])
    conditions = {figure["condition"] for figure in figures}
    assert {plan.ONE_CPU, plan.PANEL, plan.BUSY, plan.INSIDE, plan.SIZE, plan.IDLE} <= conditions


@pytest.mark.skipif(lacking() != "", reason=lacking())
def test_a_browser_tells_of_scrolling(results: dict[str, Any]) -> None:
    figures = [one for one in results["figures"] if one["condition"] == plan.SCROLLING]
    told = {one["case"]: one["value"] for one in figures}
    for view in scrolling.VIEWS:
        for name in (scrolling.LONGEST, scrolling.WORK, scrolling.SETTLED, scrolling.RECEIVED):
            assert told[scrolling.case(view, scrolling.DRAGGED, name)] > 0, (view, name)
        assert told[scrolling.case(view, scrolling.WHEEL, scrolling.LONGEST)] > 0


def test_where_no_browser_is_nothing_is_said_of_scrolling(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert lacking()
    assert plan.in_a_browser() == []


def test_the_targets_are_told_of(results: dict[str, Any]) -> None:
    told = {target["text"] for target in results["targets"]}
    assert "4-byte read of memory, one CPU: rate over the floor's" in told
    assert "DMA write of 1 MiB: over a memoryview copy" in told


def test_what_a_hook_adds_is_counted(results: dict[str, Any]) -> None:
    executed = {path: counts["opcodes"] for path, counts in results["executed"].items()}
    assert executed["write to a hooked register, trusted"] > executed["write to a register"] > 0


def test_a_picture_shows_what_the_terminal_did(results: dict[str, Any], folder: Path) -> None:
    assert results
    picture = (folder / "picture.svg").read_text()
    assert picture.startswith("<svg")
    assert "minimal" in picture


def test_the_run_is_remembered(results: dict[str, Any], folder: Path) -> None:
    (line,) = (folder / "muserlab" / "benchmarks.jsonl").read_text().splitlines()
    run = json.loads(line)
    assert run["circumstances"] == results["circumstances"]
    assert run["numbers"]["read of a register / opcodes"] > 0


def test_any_server_is_measured_by_its_socket(folder: Path, tmp_path: Path) -> None:
    device = PCIDevice("foreign", id=(0x1234, 1), bar1=8192)
    with Lab() as lab:
        lab.serve(device, folder / "foreign")
        done = run(tmp_path, "--socket", str(folder / "foreign"), "--region", "1", "--offset", "8")
    assert done.exit_code == 0, done.output
    cases = {one["case"] for one in json.loads((tmp_path / "results.json").read_text())["figures"]}
    assert "posted 4-byte write" in cases
    assert "4 KiB read" in cases
    assert "64 KiB read" not in cases, "the region is smaller than that"
