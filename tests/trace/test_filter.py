"""What people type to find events."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muserlab.trace import GOES_ON, Filter, FilterError, Kind, Trace
from muserlab.trace.filter import Subject


@pytest.fixture(scope="module")
def trace() -> Trace:
    trace = Trace(clock=iter(range(0, 1_000_000_000, 500_000)).__next__)
    trace.connected("adder", "pid 7 (qemu-system-x86_64)")  # 1
    trace.record(Kind.WRITE, "bar0.CTRL", 0x8, b"\x01\x00\x00\x00")  # 2
    trace.record(Kind.READ, "bar0.CH[2].STAT", 0x50, b"\xff\x00\x00\x00")  # 3
    trace.record(Kind.IRQ, "msi[0]", note="delivered")  # 4
    trace.record(Kind.DMA_WRITE, "dma", 0x1000, b"Hello, World!")  # 5
    trace.disconnected("adder", "pid 7 (qemu-system-x86_64)")  # 6
    trace.connected("adder", "pid 8 (python)")  # 7
    trace.record(Kind.READ, "bar0.CTRL", 0x8, b"\x00\x00\x00\x00", "bus master off")  # 8
    trace.record(Kind.WRITE, "bar2.CONTROL", 0x8, b"\x08\x00")  # 9
    return trace


def found(trace: Trace, text: str) -> list[int]:
    subject = Subject("adder", trace.client_of, origin_ns=0)
    return [record[0] for record in Filter(text).sieve(subject).sift(trace)]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("", [1, 2, 3, 4, 5, 6, 7, 8, 9]),
        # names
        ("where:ctr", [2, 8]),
        ("where:CONTROL", [9]),
        ("where=CTRL", [2, 8]),
        ("where=CH", [3]),
        ("where=CH[2]", [3]),
        ("where=CH[2].STAT", [3]),
        ("where:*.C*", [2, 3, 8, 9]),
        ("where:bar?.CTRL", [2, 8]),
        ("where!=CTRL", [1, 3, 4, 5, 6, 7, 9]),
        ("register:CTRL", [2, 8]),
        ("where:stat,msi", [3, 4]),
        ("device:add kind:irq", [4]),
        ("device:other", []),
        # kinds
        ("kind:write", [2, 9]),
        ("kind:w", [2, 9]),
        ("direction:access", [2, 3, 8, 9]),
        ("kind:dma", [5]),
        ("kind!=read,write", [1, 4, 5, 6, 7]),
        ("interrupts", [4]),
        ("writes bar0", [2]),
        # values
        ("data:1", [2]),
        ("data:0x1", [2]),
        ("data:ff", [3]),
        ("data>1", [3, 9]),
        ("data<=0x8", [2, 8, 9]),
        ("data:1..8", [2, 9]),
        ("data:2..", [3, 9]),
        ("data&0x8", [3, 9]),
        ("data!=0", [2, 3, 9]),
        ("-data:0 kind:irq", [4]),
        ('data:"World"', [5]),
        ('data:"57 6f"', [5]),
        ("data:57:6f:72", [5]),
        ("offset:0x8", [2, 8, 9]),
        ("offset!=8", [3, 5]),
        ("size:2", [9]),
        ("#4", [4]),
        ("seq:2..4", [2, 3, 4]),
        ("seq:2-4", [2, 3, 4]),
        ("n>7", [8, 9]),
        ("time<1ms", [1, 2]),
        ("time:0.001..0.002", [3, 4, 5]),
        ("t>=2000us kind:dma", [5]),
        # who, and what else is known
        ("client:qemu kind:access", [2, 3]),
        ("client:python", [7, 8, 9]),
        ('client:"pid 8"', [7, 8, 9]),
        ("note:master", [8]),
        # words
        ("master", [8]),
        ("irq,dma", [4, 5]),
        ("master,0xff", [3, 8]),
        ("-irq,access -pid,Hello", []),
        ("0xff", [3]),
        ("0x1000", [5]),
        ("world", [5]),
        ("pid", [1, 2, 3, 4, 5, 6, 7, 8, 9]),
        ('"kind:read"', []),
        # while it is being typed
        ("where:", [1, 2, 3, 4, 5, 6, 7, 8, 9]),
        ("where: ctr kind:", [2, 8]),
        ('data:"Wor', [5]),
        ("-", [1, 2, 3, 4, 5, 6, 7, 8, 9]),
        # turned round
        ("-where:ctr access", [3, 9]),
        ("!kind:access -pid", []),
        ("where!:ctr access", [3, 9]),
    ],
)
def test_what_is_typed_finds(trace: Trace, text: str, numbers: list[int]) -> None:
    assert found(trace, text) == numbers


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("took>10us", [3, 4]),
        ("took:>10us", [3, 4]),
        ("took:>=10us", [2, 3, 4]),
        ("took:10us", [2]),
        ("took!=10us", [1, 3, 4]),
        ("took<1ms", [1, 2]),
        ("latency:1ms..2", [3, 4]),
        ("took:700ns,1.5", [1, 4]),
        ("-took>0", [5, 6]),
    ],
)
def test_accesses_are_found_by_how_long_they_took(text: str, numbers: list[int]) -> None:
    trace = Trace(clock=lambda: 10**12)
    for took in (700, 10_000, 1_000_000, 1_500_000_000):
        trace.record(Kind.READ, "a", began=10**12 - took)
    trace.record(Kind.WRITE, "a", began=GOES_ON)
    trace.record(Kind.IRQ, "msi[0]")
    assert found(trace, text) == numbers


@pytest.mark.parametrize(
    ("text", "reason", "wrong"),
    [
        ("a wher:x", "did you mean where:", "wher:x"),
        ("go=1", "there are where, kind, data", "go=1"),
        ("kind:reed b", "did you mean read", "kind:reed"),
        ("kind:zzz", "there are read, write", "kind:zzz"),
        ("kind>3", "> compares numbers", "kind>3"),
        ("data:zz", "zz is no number", "data:zz"),
        ("data:1..x", "1..x is no number", "data:1..x"),
        ("offset:x", "x is no number", "offset:x"),
        ("time:soon", "soon is no time", "time:soon"),
        ("time:5h", "5h is no time", "time:5h"),
    ],
)
def test_what_makes_no_sense_is_told_with_its_place(text: str, reason: str, wrong: str) -> None:
    with pytest.raises(FilterError, match=reason) as error:
        Filter(text)
    assert text[error.value.start : error.value.end] == wrong


@given(st.text(st.sampled_from(" :=!<>&-,.#\"'*?[]0x1fkindwheratsm"), max_size=20))
def test_whatever_is_typed_finds_something_or_says_why(text: str) -> None:
    trace = Trace(capacity=4)
    trace.record(Kind.WRITE, "bar0.CTRL", 0, b"\x01", "note")
    trace.record(Kind.IRQ, "msi[0]")
    wrong: FilterError | None = None
    try:
        assert found(trace, text) in ([], [1], [2], [1, 2])
    except FilterError as error:
        wrong = error
    assert wrong is None or 0 <= wrong.start < wrong.end <= len(text)


def test_an_empty_filter_holds_nothing_back() -> None:
    assert not Filter(" ")
    assert not Filter("where:")
    assert Filter("x")


def test_the_client_of_an_event_is_known_when_its_connection_is_no_longer_kept() -> None:
    trace = Trace(capacity=2)
    trace.connected("adder", "qemu")
    for _ in range(5):
        trace.record(Kind.READ, "a")
    assert [trace.client_of(seq) for seq in (0, 1, 6, 99)] == ["", "qemu", "qemu", "qemu"]
    trace.disconnected("adder", "qemu")
    assert [trace.client_of(seq) for seq in (6, 7)] == ["qemu", ""]


def test_a_trace_that_begins_in_the_middle_has_its_client_from_the_end(
    tmp_path: pytest.TempPathFactory, trace: Trace
) -> None:
    path = f"{tmp_path}/late.jsonl"
    late = Trace(capacity=2)
    late.connected("adder", "qemu")
    late.record(Kind.READ, "a")
    late.disconnected("adder", "qemu")
    late.export(path)
    loaded = Trace.load(path)
    assert [loaded.client_of(seq) for seq in (2, 3)] == ["qemu", ""]
