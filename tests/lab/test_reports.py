"""How what the lab has to say gets to people."""

import logging
import threading
from collections.abc import Iterator

import pytest

from muserlab.lab import Report, ReportKind, Reports
from muserlab.lab.reports import WAITING

LIMIT = 10.0


@pytest.fixture
def reports() -> Iterator[Reports]:
    reports = Reports()
    reports.start()
    yield reports
    reports.stop(LIMIT)


def notice(text: str) -> Report:
    return Report(ReportKind.NOTICE, text, device="adder")


def test_a_posted_report_is_delivered_on_a_thread_of_its_own(reports: Reports) -> None:
    heard: list[tuple[str, int]] = []
    reports.attach(lambda report: heard.append((str(report), threading.get_ident())))
    reports.post(notice("hello"))
    reports.stop(LIMIT)
    ((text, thread),) = heard
    assert text == "adder: hello"
    assert thread != threading.get_ident()


def test_a_told_report_is_delivered_before_telling_returns(reports: Reports) -> None:
    heard: list[int] = []
    reports.attach(lambda _: heard.append(threading.get_ident()))
    reports.tell(notice("hello"))
    assert heard == [threading.get_ident()]


def test_what_was_posted_is_delivered_when_reports_have_settled(reports: Reports) -> None:
    heard: list[str] = []
    go_on = threading.Event()

    def slowly(report: Report) -> None:
        go_on.wait(LIMIT)
        heard.append(report.text)

    reports.attach(slowly)
    reports.post(notice("one"))
    reports.post(notice("two"))
    reports.settle(0)
    assert heard == [], "no longer than one is willing to"
    go_on.set()
    reports.settle(LIMIT)
    assert heard == ["one", "two"]


def test_reports_settle_at_once_where_nothing_delivers_them_or_the_deliverer_asks(
    reports: Reports,
) -> None:
    Reports().settle(LIMIT)
    asked = threading.Event()

    def ask(_: Report) -> None:
        reports.settle(LIMIT)
        asked.set()

    reports.attach(ask)
    reports.post(notice("hello"))
    assert asked.wait(LIMIT)


def test_the_last_reports_are_kept(reports: Reports) -> None:
    reports.post(notice("one"))
    reports.tell(notice("two"))
    assert [report.text for report in reports.recent] == ["one", "two"]


def test_a_detached_listener_hears_no_more(reports: Reports) -> None:
    heard: list[Report] = []
    detach = reports.attach(heard.append)
    detach()
    reports.tell(notice("hello"))
    assert heard == []


def test_a_listener_that_raises_is_detached_and_logged(
    reports: Reports, caplog: pytest.LogCaptureFixture
) -> None:
    heard: list[Report] = []

    def broken(report: Report) -> None:
        raise RuntimeError("broken display")

    reports.attach(broken)
    reports.attach(heard.append)
    reports.tell(notice("one"))
    reports.tell(notice("two"))
    assert len(heard) == 2
    assert caplog.text.count("hears no more") == 1


def test_where_nobody_listens_faults_are_errors_with_their_traceback_and_the_rest_is_information(
    reports: Reports, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "muserlab")
    try:
        _ = 1 // 0
    except ZeroDivisionError as error:
        reports.tell(Report(ReportKind.FAULT, "it failed", "adder", error))
    reports.tell(Report(ReportKind.LOG, "a client connected"))
    assert [(r.levelname, r.message) for r in caplog.records] == [
        ("ERROR", "adder: it failed"),
        ("INFO", "a client connected"),
    ]
    assert "ZeroDivisionError" in caplog.text


def test_reports_beyond_what_a_slow_listener_takes_are_dropped_and_counted(
    reports: Reports,
) -> None:
    busy, release = threading.Event(), threading.Event()

    def slow(report: Report) -> None:
        busy.set()
        release.wait(LIMIT)

    reports.attach(slow)
    reports.post(notice("the one being shown"))
    assert busy.wait(LIMIT)
    for _ in range(WAITING + 3):
        reports.post(notice("more"))
    assert reports.dropped == 3
    release.set()


def test_starting_twice_is_the_same_as_once_and_so_is_stopping(reports: Reports) -> None:
    reports.start()
    assert [t.name for t in threading.enumerate()].count("muserlab reports") == 1
    reports.stop(LIMIT)
    reports.stop(LIMIT)
    assert "muserlab reports" not in [t.name for t in threading.enumerate()]


def test_a_listener_may_stop_the_reports(reports: Reports) -> None:
    stopped = threading.Event()

    def stopping(report: Report) -> None:
        reports.stop(LIMIT)
        stopped.set()

    reports.attach(stopping)
    reports.post(notice("stop"))
    assert stopped.wait(LIMIT)
