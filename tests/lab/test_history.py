"""What was patched in a lab, and the way back."""

import time

import pytest

import muserlab as ml
from muserlab.lab import Lab


class Bar(ml.BAR, size=4096):
    """Two registers."""

    A = ml.RW(0x00)
    B = ml.RW(0x04)


def test_patches_of_all_devices_are_undone_and_made_again(lab: Lab) -> None:
    one, other = (ml.PCIDevice(name, id=(0x1234, 1), bar0=Bar) for name in ("one", "other"))
    lab.serve(one)
    lab.serve(other)
    one.bar0.A.on_read(lambda dev, value: 1)
    between = time.time()
    other.bar0.A.on_read(lambda dev, value: 2)
    one.bar0.A.on_read(lambda dev, value: 3)
    history = lab.history
    assert [(entry.hook, entry.what) for entry in history] == [("A.on_read", "define")] * 3
    assert [len(history), len(history["one"]), len(one.bar0.A.on_read.history)] == [3, 2, 2]
    assert "in test_history.py:" in str(history[0])
    history.undo()
    history.undo()
    assert (one.bar0.A.on_read.current.number, bool(other.bar0.A.on_read)) == (1, False)
    history.redo()
    assert other.bar0.A.on_read.current.number == 1
    lab.history.redo()
    lab.history.back_to(between)
    assert (one.bar0.A.on_read.current.number, bool(other.bar0.A.on_read)) == (1, False)
    lab.history.undo()
    lab.history.undo()
    assert (one.bar0.A.on_read.current.number, bool(other.bar0.A.on_read)) == (2, True)
    header, *lines = repr(lab.history).splitlines()
    assert header.split() == [
        "device",
        "#",
        "time",
        "who",
        "where",
        "accesses",
        "hook",
        "patch",
        "outcome",
    ]
    assert len(lines) == len(lab.history)
    one.bar0.B.on_read(lambda dev, value: 4)
    with lab.patch():
        one.bar0.A.on_read(lambda dev, value: 5)
        one.bar0.B.on_read(lambda dev, value: 6)
    lab.history.undo()
    assert [one.bar0.A.on_read.current.number, one.bar0.B.on_read.current.number] == [2, 1]


def test_there_may_be_nothing_to_undo(lab: Lab) -> None:
    lab.serve(ml.PCIDevice("one", id=(0x1234, 1), bar0=Bar))
    with pytest.raises(ml.PatchError, match="nothing to undo"):
        lab.history.undo()
