"""What becomes of readings: figures, ratios, verdicts, history, tables."""

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks import plan, report
from benchmarks.cases import access
from benchmarks.client import Reading, percentile
from benchmarks.figures import Case, Figure, Figures
from benchmarks.history import COMPARED, History, Run, change
from benchmarks.instructions import check
from benchmarks.rounds import Effort, Group, carry_out
from benchmarks.targets import verdicts


def figures(*values: tuple[str, tuple[float, ...]]) -> Figures:
    all_of_them = Figures()
    for subject, rounds in values:
        readings = tuple(Reading(value, 10.0, 20.0) for value in rounds)
        all_of_them.add(Figure(plan.ONE_CPU, access.READ, "/s", subject, readings))
    return all_of_them


def shown(part: object) -> str:
    console = Console(file=StringIO(), width=150)
    console.print(part)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_a_percentile_is_a_time_that_so_many_do_not_exceed() -> None:
    times = [float(i) for i in range(1, 201)]
    assert percentile(times, 99) == 198
    assert percentile(times[:1], 99) == 1


def test_ratios_compare_within_rounds() -> None:
    # In the second round the machine was half as fast for both.
    both = figures(("floor", (100, 50, 100)), ("memory", (80, 40, 90)))
    floor, memory = both
    assert both.ratio(floor) is None
    assert both.ratio(memory) == pytest.approx(0.8)
    assert both.numbers() == {floor.key: 100, memory.key: pytest.approx(0.8)}


def test_a_ratio_to_nothing_is_none() -> None:
    both = figures(("floor", (0, 0)), ("memory", (1, 2)))
    assert both.ratio(list(both)[1]) is None


def test_each_round_measures_every_subject_and_begins_with_another() -> None:
    order: list[str] = []

    def subject(name: str) -> Reading:
        order.append(name)
        return Reading(len(order))

    case = Case("case", "/s", {name: lambda _, name=name: subject(name) for name in "abc"})
    measured = Figures()
    carry_out(Group("group", plan.nullcontext, [case]), Effort(3, 0.1), measured, lambda _: None)
    assert "".join(order) == "abcbcacab"
    assert [figure.subject for figure in measured] == ["a", "b", "c"]


def test_targets_are_judged_where_they_were_measured() -> None:
    (one,) = verdicts(figures(("floor", (100,)), ("memory", (80,))))
    assert one.met
    assert one.measured == pytest.approx(0.8)
    assert one.reached == pytest.approx(0.8 / 0.75)
    (other,) = verdicts(figures(("floor", (100,)), ("memory", (50,))))
    assert not other.met
    assert "below" in shown(report.verdict_table([other]))
    assert "below" not in shown(report.verdict_table([one]))


def test_a_table_has_a_row_for_each_case_and_says_what_changed() -> None:
    both = figures(("floor", (100_000,)), ("memory", (80_000,)))
    (table,) = report.tables(both, {list(both)[1].key: 1.0})
    text = shown(table)
    assert "100,000 /s" in text
    assert "0.80 -20%" in text
    assert "10.0 / 20.0 µs" in text


def test_history_compares_with_the_median_of_the_last_runs_of_its_kind(tmp_path: Path) -> None:
    history = History(tmp_path / "new" / "history.jsonl")
    assert history.usual("here") == {}
    history.add(Run.now("elsewhere", {"a": 100}))
    for number in (1000, *range(COMPARED)):
        history.add(Run.now("here", {"a": number}))
    assert history.usual("here") == {"a": 4.5}
    assert change(5, history.usual("here")["a"]) == pytest.approx(1 / 9)
    assert change(5, None) is None


def test_a_path_that_became_longer_is_named() -> None:
    counts = {"read": {"opcodes": 112.0}, "write": {"opcodes": 109.0}}
    usual = {"read / opcodes": 100.0, "write / opcodes": 100.0}
    (line,) = check.risen(counts, usual)
    assert line == "read / opcodes: 112, 12% more than the usual 100"
    assert "112 +12%" in shown(report.count_table(counts, usual))
