"""What `?` and tab tell: layout, hooks and values, by peeking only."""

import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell

import muserlab as ml


class Bar(ml.BAR, size=4096):
    """The adder's registers."""

    CTRL = ml.RW(0x00, go=ml.bit(0, doc="start"), mode=ml.bits(3, 2), doc="what to do")
    EVENTS = ml.RC(0x04, reset=5)
    CH = ml.RW(0x10, count=2)


@pytest.fixture
def shell(page_shell: InteractiveShell) -> InteractiveShell:
    dev = ml.PCIDevice("adder", id=(0x1234, 1), bar0=Bar, msi=1)
    page_shell.run_cell("%load_ext muserlab").raise_error()
    page_shell.user_ns |= {"ml": ml, "dev": dev}
    page_shell.run_cell("@dev.bar0.CTRL.on_write\ndef start(dev, new, old):\n    pass\n")
    dev.bar0.CTRL.poke(go=1)
    return page_shell


def told(shell: InteractiveShell, name: str) -> str:
    return str(shell.object_inspect(name)["docstring"])


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("dev", ["Device 1234:0001", "MSI"]),
        ("dev.bar0", ["The adder's registers.", "EVENTS", "0x00000005", "CTRL.on_write v1"]),
        ("dev.bar0.CTRL", ["RW", "what to do", "holds CTRL=0x00000001 (go=1", "[0] go", "[3:2]"]),
        ("dev.bar0.CH[1]", ["CH[1] at 0x14"]),
        ("dev.bar0.CTRL.on_write", ["Called with (dev, new, old)"]),
    ],
)
def test_a_question_mark_tells_and_touches_nothing(
    shell: InteractiveShell, name: str, words: list[str]
) -> None:
    dev = shell.user_ns["dev"]
    events = len(dev.trace)
    text = told(shell, name)
    for word in words:
        assert word in text
    assert dev.bar0.EVENTS.peek() == 5
    assert len(dev.trace) == events


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("dev.bar0.C", {"CTRL", "CH"}),
        ("dev.bar0.CTRL.", {"go", "mode", "peek", "on_write"}),
        ("dev.bar0.CTRL.on_write.u", {"undo"}),
    ],
)
def test_tab_knows_registers_and_fields(
    shell: InteractiveShell, typed: str, wanted: set[str]
) -> None:
    dev = shell.user_ns["dev"]
    events = len(dev.trace)
    with provisionalcompleter():
        found = {
            one.text.rpartition(".")[2] for one in shell.Completer.completions(typed, len(typed))
        }
    assert wanted <= found
    assert (len(dev.trace), dev.bar0.EVENTS.peek()) == (events, 5)
