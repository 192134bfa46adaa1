"""Trying a version: what is asked of the owner, and how the outcome is shown."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from muserlab.live import Difference, Hook, PatchError, Rehearsal
from muserlab.trace import Event, Kind, Trace


class Stage:
    """An owner's part in it: it notes what it was asked to try."""

    def __init__(self, bench: Any) -> None:
        self.asked: list[tuple[Hook, Any, Sequence[Event], float]] = []
        bench.rehearse = self.rehearse
        self.outcome = Rehearsal("CTRL.on_write", "a reset", 0, 0, ())

    def rehearse(
        self, hook: Hook, function: Any, events: Sequence[Event], patience: float
    ) -> Rehearsal:
        self.asked.append((hook, function, events, patience))
        return self.outcome


@pytest.fixture
def stage(bench: Any) -> Stage:
    return Stage(bench)


def answer(dev: Any, new: Any, old: Any) -> None:
    pass


def test_a_version_is_tried_against_the_owners_own_trace(bench: Any, stage: Stage) -> None:
    bench.trace.record(Kind.READ, "bar0.A", 0, b"\0")
    hook = bench.hook()
    assert hook.try_(answer) is stage.outcome
    assert stage.asked == [(hook, answer, bench.trace[:], 5.0)]
    assert hook.versions == ()
    assert bench.news == []


def test_another_trace_a_selection_or_a_file_will_do(
    bench: Any, stage: Stage, tmp_path: Path
) -> None:
    other = Trace()
    for number in range(4):
        other.record(Kind.READ, "bar0.A", number, b"\0")
    other.export(tmp_path / "other.jsonl")
    hook = bench.hook()
    for against in (other, other[1:3], list(other)[1:3], tmp_path / "other.jsonl"):
        hook.try_(answer, against, patience=1)
    events = [asked[2] for asked in stage.asked]
    assert events == [tuple(other), tuple(other[1:3]), tuple(other[1:3]), tuple(other)]


def test_what_does_not_fit_is_refused_before_anything_is_tried(bench: Any, stage: Stage) -> None:
    with pytest.raises(PatchError, match=r"takes a function of \(dev, new, old\)"):
        bench.hook().try_(lambda dev: None)
    assert stage.asked == []


def test_the_outcome_is_a_table() -> None:
    differences = (
        Difference(5, "read bar0.SUM", "reply", "bar0.SUM", b"\x2a\0\0\0", b"\x2b\0\0\0"),
        Difference(7, "write bar0.CTRL 0x1", "interrupt", "", ("msi[0]", "msi[1]"), ()),
        Difference(9, "read bar0", "reply", "bar0", "refused: no", bytes(16)),
        Difference(9, "read bar0", "fault", "", (), ("x" * 100,)),
        Difference(9, "read bar0", "register", "bar0.A", 1, 2),
    )
    rehearsal = Rehearsal("CTRL.on_write", "a reset", 12, 3, differences, strayed=1)
    assert not rehearsal.same
    assert repr(rehearsal).splitlines() == [
        "CTRL.on_write: 5 differences in 12 accesses, from a reset; the new version answered 3"
        " calls",
        "seq  access               what       where     before          after",
        "5    read bar0.SUM        reply      bar0.SUM  0x0000002a      0x0000002b",
        "7    write bar0.CTRL 0x1  interrupt            msi[0], msi[1]  none",
        "9    read bar0            reply      bar0      refused: no     00 00 00 00 00 00 00 00"
        " … 16 bytes",
        "9    read bar0            fault                none            " + "x" * 60 + "…",
        "9    read bar0            register   bar0.A    1               2",
        "1 read was answered otherwise than recorded by the present versions, too: time, chance,"
        " and what people poked is not in a trace",
    ]


def test_no_difference_is_a_line() -> None:
    rehearsal = Rehearsal("CTRL.on_write", "a reset", 12, 3, ())
    assert rehearsal.same
    assert repr(rehearsal) == (
        "CTRL.on_write: no differences in 12 accesses, from a reset; the new version answered 3"
        " calls"
    )


def test_of_many_differences_the_first_are_shown() -> None:
    many = tuple(Difference(n, "read bar0.A", "reply", "bar0.A", b"\0", b"\1") for n in range(25))
    rehearsal = Rehearsal("CTRL.on_write", "a reset", 25, 25, many)
    assert len(rehearsal.lines) == 21
    assert repr(rehearsal).endswith("… and 5 more differences")
