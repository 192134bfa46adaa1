"""`%muser` and its subcommands in an IPython shell."""

from typing import Any

import pytest
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell

SERVE = """
%load_ext muserlab
import muserlab as ml
gpio = ml.PCIDevice("gpio", id=(0x494F, 0x0DC8), bar2=256)
lab = ml.serve(gpio)
"""


@pytest.fixture
def shell(page_shell: InteractiveShell) -> InteractiveShell:
    """Give a shell in which a device is served."""
    run(page_shell, SERVE)
    return page_shell


def run(shell: InteractiveShell, cell: str) -> Any:
    """Run a cell that must succeed; return its value."""
    done = shell.run_cell(cell)
    done.raise_error()
    return done.result


def test_alone_it_shows_what_is_served(shell: InteractiveShell) -> None:
    assert "gpio: no client" in repr(run(shell, "%muser"))


@pytest.mark.parametrize("line", ["%muser suggest", "%muser suggest gpio"])
def test_suggest_inserts_a_cell_that_runs(shell: InteractiveShell, line: str) -> None:
    run(shell, "with lab.connect() as drv: drv.bar2.write(0x10, 0x42)")
    assert run(shell, line) is None
    cell = shell.rl_next_input
    assert cell is not None
    run(shell, cell)
    assert run(shell, "gpio.bar2.REG_10.peek()") == 0x42
    assert run(shell, "lab.devices['gpio'] is gpio")


def test_suggest_says_that_there_is_nothing(shell: InteractiveShell) -> None:
    shown = run(shell, "%muser suggest")
    assert repr(shown).startswith("# Nothing to suggest: gpio has answered all")
    assert not hasattr(shell, "rl_next_input")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("%muser sugest", r"does not know 'sugest'; did you mean suggest\?\n%muser  "),
        ("%muser suggest a b", r"does not know 'suggest a b'\n%muser  "),
        ("%muser suggest nic", "nic is not served; this lab serves gpio"),
    ],
)
def test_what_makes_no_sense_is_told_in_a_line(
    shell: InteractiveShell, line: str, told: str
) -> None:
    with pytest.raises(UsageError, match=told):
        run(shell, line)
