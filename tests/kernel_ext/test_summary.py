"""What is said of a device above its tabs, and of every device of a lab."""

from typing import Any

import pytest

import muserlab as ml
from muserlab.kernel_ext.widgets import Overview
from muserlab.kernel_ext.widgets.following import Following
from muserlab.kernel_ext.widgets.live import Shown
from muserlab.kernel_ext.widgets.rates import SAMPLES, RateHistory
from muserlab.kernel_ext.widgets.summary import Summary
from muserlab.lab import Report, ReportKind, current


@pytest.fixture
def dev() -> ml.PCIDevice:
    return ml.PCIDevice("<adder>", id=(0x1234, 0x0001), bar0=4096)


def picture(view: Shown) -> dict[str, Any]:
    """Return what a view shows at the next look."""
    view._heard(view, {"view": "a", "seen": True, "wants": {}}, [])
    assert view.said == ""
    return dict(view._views["a"].shows)


def test_a_summary_of_what_is_not_served_has_no_socket(dev: ml.PCIDevice) -> None:
    shown = picture(Summary(Following(dev)))
    assert (shown["name"], shown["ids"], shown["tone"]) == ("<adder>", "1234:0001", "off")
    assert shown["socket"] == shown["qemu"] == shown["client"] == ""


def test_what_is_served_no_more_has_no_rate(dev: ml.PCIDevice) -> None:
    summary = Summary(Following(dev))
    summary._history._rates.append(125)  # the last sample before
    assert picture(summary)["rate"] == 0


def test_a_summary_tells_the_client_and_what_was_agreed_on(dev: ml.PCIDevice) -> None:
    with ml.serve(dev) as lab, lab.connect() as drv:
        drv.bar0.write(0, 1)
        shown = picture(Summary(Following(dev)))
        assert shown["tone"] == "used"
        assert shown["client"].startswith("pid ")
        assert shown["since"] > 0
        assert "transfers of 1024 KiB" in shown["terms"]
        assert shown["accesses"] == 1
        assert shown["socket"] == str(lab.socket_path())
        assert shown["socket"] in shown["qemu"]


def test_a_summary_tells_the_last_error_of_its_own_device(dev: ml.PCIDevice) -> None:
    with ml.serve(dev):
        summary = Summary(Following(dev))
        reports = current().reports
        reports.attach(lambda report: None)
        reports.post(Report(ReportKind.FAULT, "first", dev.name))
        reports.post(Report(ReportKind.FAULT, "last", dev.name))
        reports.post(Report(ReportKind.FAULT, "not its own", "other"))
        assert picture(summary)["fault"][1] == "last"


def test_a_rate_is_sampled_twice_a_second_and_kept_for_a_minute() -> None:
    now, trace = 0.0, ml.Trace()
    history = RateHistory(lambda: now)
    for look in range(SAMPLES * 2 + 20):
        now = look / 4
        history.look(trace)
        for _ in range(25):
            trace.record(ml.Kind.READ, "bar0")
    assert history.rates == [100] * SAMPLES
    assert history.rate == 100
    history.look(ml.Trace())
    assert (history.rates, history.rate, history.accesses) == ([], 0, 0)


def test_an_overview_follows_what_a_lab_serves(dev: ml.PCIDevice) -> None:
    other = ml.PCIDevice("other", id=(0x1234, 2))
    with ml.serve(dev) as lab:
        overview = Overview(lab)
        assert [name for name in picture(overview) if name != "waits"] == ["device <adder>"]
        lab.serve(other)
        assert picture(overview)["device other"]["tone"] == "free"
        lab.withdraw("other")
        assert "device other" not in picture(overview)
        bundle, _ = overview._repr_mimebundle_()
        assert "&lt;adder&gt;" in bundle["text/html"]
    overview.look()
    assert overview.stopped == "nothing is served; ml.serve(device) serves one"
