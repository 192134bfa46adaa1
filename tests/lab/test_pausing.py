"""A client waits while a person looks, patches and decides; other devices go on."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

import muserlab as ml
from muserlab.client import ClientError
from muserlab.device import BusyError
from muserlab.lab import Lab, PauseError

LIMIT = 10.0


class AdderBar(ml.BAR, size=4096, policy="pause"):
    """The quickstart device's registers, and what to do where a hook fails."""

    A = ml.RW(0x00)
    CTRL = ml.RW(0x08, go=ml.bit(0))
    SUM = ml.RO(0x0C)


def adder(name: str = "adder", bar: Any = AdderBar) -> Any:
    return ml.PCIDevice(name, id=(0x1234, 1), bar0=bar)


class InBackground:
    """What a client does meanwhile, and what came of it."""

    def __init__(self, work: Callable[[], object]) -> None:
        self.result: object = None
        self._work = work
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            self.result = self._work()
        except (ml.LabError, OSError, ClientError) as error:
            self.result = error

    def ended(self) -> Any:
        self._thread.join(LIMIT)
        assert not self._thread.is_alive()
        return self.result


class Pauses:
    """Waits until something is paused: the lab tells of it."""

    def __init__(self, lab: Lab) -> None:
        self._told = threading.Semaphore(0)
        self._lab = lab
        lab.reports.attach(self._heard)

    def _heard(self, report: Any) -> None:
        if report.text.startswith("paused: "):
            self._told.release()

    def next(self) -> Any:
        assert self._told.acquire(timeout=LIMIT)
        return self._lab.paused[-1]


@pytest.fixture
def pauses(lab: Lab) -> Pauses:
    return Pauses(lab)


def test_pause_patch_retry(lab: Lab, pauses: Pauses) -> None:
    dev = adder()
    lab.serve(dev)

    @dev.bar0.CTRL.on_write
    def start(dev: Any, new: Any, old: Any) -> None:
        dev.bar0.SUM.poke(dev.bar0.A.peek() + dev.nonsense)

    with lab.connect() as drv:
        drv.bar0.A.write(41)
        writing = InBackground(lambda: drv.bar0.CTRL.write(go=1))
        paused = pauses.next()
        assert paused.new.go == 1
        assert "no attribute 'nonsense'" in paused.reason
        assert list(lab.paused) == [paused]

        @dev.bar0.CTRL.on_write
        def mended(dev: Any, new: Any, old: Any) -> None:
            dev.bar0.SUM.poke(dev.bar0.A.peek() + 1)

        lab.paused.retry()
        assert writing.ended() is None
        assert drv.bar0.SUM.read() == 42
    assert len(lab.paused) == 0
    with pytest.raises(PauseError, match="no access is paused"):
        lab.paused.resume()


def test_what_comes_after_a_paused_write_waits_and_other_devices_go_on(
    lab: Lab, pauses: Pauses
) -> None:
    dev, other = adder(), adder("other")
    lab.serve(dev)
    lab.serve(other)
    dev.break_on(dev.bar0.CTRL)
    with lab.connect("adder") as drv, lab.connect("other") as elsewhere:
        drv.bar0.write(8, 1, posted=True)
        paused = pauses.next()
        reading = InBackground(drv.bar0.CTRL.read)
        elsewhere.bar0.A.write(5)
        assert elsewhere.bar0.A.read() == 5
        assert (dev.bar0.CTRL.peek(), reading.result) == (0, None)
        paused.resume(value=0x11)
        assert reading.ended() == 0x11


def test_hooks_can_be_patched_together_and_a_definition_not_replaced(
    lab: Lab, pauses: Pauses
) -> None:
    dev = adder()
    lab.serve(dev)
    dev.break_on(dev.bar0.CTRL)
    with lab.connect() as drv:
        writing = InBackground(lambda: drv.bar0.CTRL.write(go=1))
        pauses.next()
        with lab.patch():
            dev.bar0.CTRL.on_write(lambda dev, new, old: dev.bar0.SUM.poke(7))
            dev.bar0.A.on_write(lambda dev, new, old: None)
        with pytest.raises(BusyError, match="cannot change while an access is paused"):
            lab.serve(adder())
        lab.paused.resume()
        assert writing.ended() is None
        assert drv.bar0.SUM.read() == 7
        lab.serve(adder())


def test_a_script_that_waits_only_so_long_is_answered_before(lab: Lab, pauses: Pauses) -> None:
    dev = adder()
    lab.serve(dev)
    dev.break_on(dev.bar0.CTRL)
    with lab.connect(timeout=0.5) as drv:
        drv.bar0.CTRL.write(go=1)
        assert drv.bar0.CTRL.read() == 1
    assert any("nobody had decided in time" in report.text for report in lab.reports.recent)


def test_stopping_ends_what_waits(lab: Lab, pauses: Pauses) -> None:
    dev = adder()
    lab.serve(dev)
    dev.break_on(dev.bar0.CTRL)
    drv = lab.connect()
    writing = InBackground(lambda: drv.bar0.CTRL.write(go=1))
    paused = pauses.next()
    lab.stop()
    assert isinstance(writing.ended(), Exception)
    assert paused.over
    drv.close()
