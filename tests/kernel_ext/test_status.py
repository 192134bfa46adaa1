"""What `%muser` shows."""

import muserlab as ml
from muserlab.kernel_ext.status import NOTHING, Status
from muserlab.lab import Lab, Report, ReportKind


def test_a_lab_without_devices_says_what_to_do() -> None:
    status = Status(Lab())
    assert repr(status) == NOTHING
    assert status.html().startswith("<i>nothing is served")


def test_a_lab_that_ended_by_itself_still_tells_why() -> None:
    lab = Lab()
    lab.reports.post(Report(ReportKind.FAULT, "the trio thread ended by itself"))
    assert repr(Status(lab)).splitlines() == [
        NOTHING,
        "fault: the trio thread ended by itself",
    ]
    assert "the trio thread ended" in Status(lab).html()


def test_what_is_served_is_told_with_client_log_and_faults() -> None:
    with Lab() as lab:
        lab.serve(ml.PCIDevice("adder", id=(0x1234, 2), bar0=4096))
        with lab.connect() as drv:
            drv.bar0.read(0)
            lab.reports.post(Report(ReportKind.FAULT, "hook <b> raised", "adder"))
            lab.reports.post(Report(ReportKind.LOG, "<i>a line</i>"))
            text, html = repr(Status(lab)), Status(lab).html()
    assert text.startswith("adder: pid ")
    assert "1 accesses" in text
    assert "fault: adder: hook <b> raised" in text
    assert text.endswith("<i>a line</i>")
    assert "adder: hook &lt;b&gt; raised" in html
    assert "&lt;i&gt;a line&lt;/i&gt;" in html
    assert "<b>" not in html
    assert ">adder</td>" in html
