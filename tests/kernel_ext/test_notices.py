"""Where the lab's news appear: under the cell that they are about."""

from types import SimpleNamespace
from typing import Any

import pytest

import muserlab as ml
from muserlab.kernel_ext.notices import PageNotices, TerminalNotices
from muserlab.lab import Report, ReportKind


class Display:
    """A page that shows what was published, and what it was updated to."""

    def __init__(self) -> None:
        self.order: list[str] = []
        self.shown: dict[str, dict[str, str]] = {}
        self.updates = 0

    def publish(
        self, data: dict[str, str], *, transient: dict[str, str] | None = None, update: bool = False
    ) -> None:
        name = transient["display_id"] if transient else f"line {len(self.order)}"
        assert (name in self.shown) == update
        self.shown[name] = data
        if update:
            self.updates += 1
        else:
            self.order.append(name)

    def texts(self) -> list[str]:
        return [self.shown[name]["text/plain"] for name in self.order]


@pytest.fixture
def shell() -> Any:
    """As much of a shell as notices need."""

    def structured_traceback(kind: type, error: BaseException, _tb: object) -> list[str]:
        return [f"traceback of {kind.__name__}: {error}"]

    return SimpleNamespace(
        display_pub=Display(),
        execution_count=1,
        InteractiveTB=SimpleNamespace(structured_traceback=structured_traceback),
    )


def notice(text: str, device: str = "adder") -> Report:
    return Report(ReportKind.NOTICE, text, device)


def failure(number: int = 1, place: str = "cell In[1]") -> ml.Failure:
    version = ml.Version(number, print, "", place, 1)
    return ml.Failure("CTRL.on_write", version, ValueError("no"))


def fault(failed: ml.Failure, device: str = "adder") -> Report:
    return Report(ReportKind.FAULT, str(failed), device, failed.exception, failed)


def test_a_patch_is_answered_in_one_line(shell: Any) -> None:
    PageNotices(shell).heard(notice("CTRL.on_write v1, from access <1>"))
    (data,) = shell.display_pub.shown.values()
    assert data["text/plain"] == "CTRL.on_write v1, from access <1>"
    assert "access &lt;1&gt;" in data["text/html"]


def test_a_fault_goes_under_the_notice_of_the_version_that_failed(shell: Any) -> None:
    notices = PageNotices(shell)
    for number in (1, 2, 3):
        shell.execution_count = number
        notices.heard(notice(f"CTRL.on_write v{number}, from access {number}"))
    notices.heard(fault(failure(2, "cell In[2]")))
    first, second, third = shell.display_pub.texts()
    assert first == "CTRL.on_write v1, from access 1"
    assert third == "CTRL.on_write v3, from access 3"
    assert second.splitlines() == [
        "CTRL.on_write v2, from access 2",
        "traceback of ValueError: no",
        "",
        "CTRL.on_write v2 (cell In[2]) raised ValueError: no",
    ]
    red = ["application/vnd.jupyter.stderr" in data for data in shell.display_pub.shown.values()]
    assert red == [False, True, False]


def test_of_hooks_with_one_name_the_one_in_the_cell_is_meant(shell: Any) -> None:
    notices = PageNotices(shell)
    for number in (1, 2):  # bar0.CTRL, then bar1.CTRL
        shell.execution_count = number
        notices.heard(notice("CTRL.on_write v1, from access 1"))
    notices.heard(fault(failure(1, "cell In[1]")))
    first, second = shell.display_pub.texts()
    assert "traceback" in first
    assert "traceback" not in second


def test_a_hook_of_another_device_is_not_meant(shell: Any) -> None:
    notices = PageNotices(shell)
    notices.heard(notice("CTRL.on_write v1, from access 1", "other"))
    notices.heard(fault(failure()))
    other, own = shell.display_pub.texts()
    assert "traceback" not in other
    assert own.startswith("traceback of ValueError: no")


def test_a_fault_of_nothing_that_was_shown_is_shown_where_people_are(shell: Any) -> None:
    notices = PageNotices(shell)
    notices.heard(Report(ReportKind.FAULT, "the trio thread ended by itself", error=OSError("x")))
    notices.heard(Report(ReportKind.FAULT, "its server ended", "adder"))
    assert shell.display_pub.texts() == [
        "traceback of OSError: x\n\nthe trio thread ended by itself",
        "adder: its server ended",
    ]


def test_a_cell_that_is_run_again_has_lost_its_notices(shell: Any) -> None:
    notices = PageNotices(shell)
    notices.begin(SimpleNamespace(cell_id="a"))
    notices.heard(notice("CTRL.on_write v1, from access 1"))
    notices.begin(SimpleNamespace(cell_id="b"))
    notices.begin(SimpleNamespace(cell_id="a"))
    notices.heard(notice("CTRL.on_write v2, from access 1"))
    notices.heard(fault(failure(1)))
    texts = shell.display_pub.texts()
    assert len(texts) == 3
    assert texts[2].startswith("traceback")
    assert shell.display_pub.updates == 0


def test_what_happens_again_is_counted_after_the_next_cell(shell: Any) -> None:
    notices = PageNotices(shell)
    notices.heard(notice("CTRL.on_write v1, from access 1"))
    failed = failure()
    notices.heard(fault(failed))
    notices.refresh()
    assert shell.display_pub.updates == 1, "nothing new, nothing shown"
    failed.count = 7
    notices.refresh()
    notices.refresh()
    assert shell.display_pub.updates == 2
    (text,) = shell.display_pub.texts()
    assert "raised ValueError: no (7 times)" in text


def test_the_log_is_left_to_the_magic(shell: Any) -> None:
    for notices in (PageNotices(shell), TerminalNotices(shell)):
        notices.heard(Report(ReportKind.LOG, "connected"))
    assert shell.display_pub.texts() == []


def test_a_terminal_prints_a_fault_once_and_then_its_count(shell: Any) -> None:
    notices = TerminalNotices(shell)
    notices.heard(notice("CTRL.on_write v1, from access 1"))
    failed = failure()
    notices.heard(fault(failed))
    notices.refresh()
    failed.count = 2
    notices.refresh()
    notices.refresh()
    assert shell.display_pub.texts() == [
        "CTRL.on_write v1, from access 1",
        "traceback of ValueError: no\n\nCTRL.on_write v1 (cell In[1]) raised ValueError: no",
        "CTRL.on_write v1 (cell In[1]) raised ValueError: no (2 times)",
    ]


def test_a_failing_hook_is_blamed_in_a_real_session(page_shell: Any) -> None:
    display = page_shell.display_pub = Display()
    run = page_shell.run_cell
    run("%load_ext muserlab").raise_error()
    run(
        "import muserlab as ml\n"
        "class Bar(ml.BAR, size=4096):\n    CTRL = ml.RW(0)\n"
        "lab = ml.serve(dev := ml.PCIDevice('adder', id=(0x1234, 2), bar0=Bar))"
    ).raise_error()
    run("@dev.bar0.CTRL.on_write\ndef start(dev, new, old):\n    pass").raise_error()
    broken = "@dev.bar0.CTRL.on_write\ndef start(dev, new, old):\n    dev.nonsense"
    run(broken).raise_error()
    run("with lab.connect() as drv: drv.bar0.CTRL.write(1)").raise_error()
    run("lab.stop()").raise_error()  # which delivers what waits
    good, bad = display.texts()
    assert good == "CTRL.on_write v1, from access 1"
    assert bad.startswith("CTRL.on_write v2, from access 1\n")
    assert "dev.nonsense" in bad
    assert "v1 answered and is current again" in bad
