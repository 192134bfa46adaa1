"""What is played when: memory is as it was read before the access that found it so."""

from muserlab.device import ResetKind
from muserlab.lab.rehearsal.script import Script, script
from muserlab.trace import Event, Kind

REGIONS = {"bar0"}


def event(seq: int, ms: int, kind: Kind, **fields: object) -> Event:
    known = {"where": "bar0.A", "offset": 0, "data": b"\0\0\0\0", "note": ""} | fields
    return Event(seq, 10**9 + ms * 10**6, kind, **known)  # type: ignore[arg-type]


def dma(seq: int, ms: int, iova: int = 0x1000) -> Event:
    return event(seq, ms, Kind.DMA_READ, where="dma", offset=iova)


def order(played: Script) -> list[tuple[float, int]]:
    return [(round(cue.at * 1000), cue.event.seq) for cue in played.cues]


def test_events_are_played_at_their_times_from_the_first_on() -> None:
    played = script([event(5, 0, Kind.WRITE), event(6, 20, Kind.READ)], REGIONS)
    assert order(played) == [(0, 5), (20, 6)]
    assert played.end == 0.02


def test_memory_is_there_before_the_write_whose_hook_read_it() -> None:
    played = script([event(5, 0, Kind.READ), event(6, 10, Kind.WRITE), dma(7, 11)], REGIONS)
    assert order(played) == [(0, 5), (10, 7), (10, 6)]


def test_memory_that_a_reads_hook_read_is_there_after_the_access_before() -> None:
    events = [event(5, 0, Kind.READ), dma(6, 9), event(7, 10, Kind.READ)]
    assert order(script(events, REGIONS)) == [(0, 5), (0, 6), (10, 7)]


def test_memory_that_is_read_again_changes_after_it_was_read() -> None:
    events = [event(5, 0, Kind.WRITE), dma(6, 10), dma(7, 20), dma(8, 30), dma(9, 35, 0x2000)]
    assert order(script(events, REGIONS)) == [(0, 6), (0, 9), (0, 5), (10, 7), (20, 8)]


def test_the_trace_says_from_where_on() -> None:
    write = event(5, 1, Kind.WRITE)
    reset = event(6, 2, Kind.RESET, note=ResetKind.DEVICE)
    lost = event(7, 3, Kind.RESET, note=ResetKind.LOST_CONNECTION)
    assert script([write, lost], REGIONS).start == "the device as it is now"
    played = script([write, reset, lost], REGIONS)
    assert (played.start, played.skipped) == ("the reset that is event 6", 1)
    assert not played.reset_first
    whole = script([write._replace(seq=1), reset], REGIONS)
    assert whole.reset_first
    assert (len(whole.cues), whole.skipped) == (2, 0)


def test_an_empty_trace_is_a_script_too() -> None:
    assert script([], REGIONS).cues == ()


def test_what_only_tells_is_not_played() -> None:
    kinds = (Kind.IRQ, Kind.DMA_WRITE, Kind.PATCH, Kind.FAULT, Kind.LOG)
    events = [event(number, number, kind) for number, kind in enumerate(kinds, 5)]
    played = script(events, REGIONS)
    assert played.cues == ()
    assert played.end == 0.004
