"""Listeners: told of every event, and put out where they raise."""

import pytest

from muserlab.trace import Event, Kind, Trace


def test_a_listener_is_told_of_every_event_until_it_unsubscribes() -> None:
    trace = Trace()
    heard: list[int] = []
    unsubscribe = trace.subscribe(lambda event: heard.append(event.seq))
    trace.record(Kind.READ, "a")
    trace.record(Kind.READ, "a")
    unsubscribe()
    trace.record(Kind.READ, "a")
    assert heard == [1, 2]


def test_the_same_listener_twice_is_two_subscriptions() -> None:
    trace = Trace()
    heard: list[Event] = []
    first = trace.subscribe(heard.append)
    trace.subscribe(heard.append)
    trace.record(Kind.READ, "a")
    first()
    first()
    trace.record(Kind.READ, "a")
    assert [event.seq for event in heard] == [1, 1, 2]


def test_a_listener_that_raises_is_evicted_and_the_others_hear_of_it() -> None:
    trace = Trace()
    before: list[Event] = []
    after: list[Event] = []

    def faulty(event: Event) -> None:
        raise RuntimeError(f"cannot bear {event.where}")

    trace.subscribe(before.append)
    trace.subscribe(faulty)
    trace.subscribe(after.append)
    assert trace.record(Kind.READ, "a") == 1
    trace.record(Kind.READ, "b")

    assert [(event.kind, event.where) for event in trace] == [
        (Kind.READ, "a"),
        (Kind.FAULT, "trace"),
        (Kind.READ, "b"),
    ]
    assert "faulty evicted: RuntimeError('cannot bear a')" in trace[1].note
    assert before == after == list(trace)


def test_what_a_listener_records_is_kept_but_not_announced() -> None:
    trace = Trace()

    def echo(event: Event) -> None:
        trace.record(Kind.LOG, "echo", note=event.where)

    trace.subscribe(echo)
    trace.record(Kind.READ, "a")
    trace.record(Kind.READ, "b")
    assert [event.where for event in trace] == ["a", "echo", "b", "echo"]


def test_a_listener_may_unsubscribe_itself_and_others_while_it_is_told() -> None:
    trace = Trace()
    heard: list[str] = []

    def once(event: Event) -> None:
        heard.append(event.where)
        unsubscribe()

    unsubscribe = trace.subscribe(once)
    trace.record(Kind.READ, "a")
    trace.record(Kind.READ, "b")
    assert heard == ["a"]


def test_an_interrupt_is_no_failure_of_the_listener() -> None:
    trace = Trace()
    heard: list[int] = []

    def interrupted(event: Event) -> None:
        heard.append(event.seq)
        if event.seq == 1:
            raise KeyboardInterrupt

    trace.subscribe(interrupted)
    with pytest.raises(KeyboardInterrupt):
        trace.record(Kind.READ, "a")
    trace.record(Kind.READ, "b")
    assert heard == [1, 2]
