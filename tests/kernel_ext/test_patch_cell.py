"""A hook's body as a cell."""

from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

import muserlab as ml
from muserlab.client import ServerRefused
from muserlab.lab import current


class Bar(ml.BAR, size=4096):
    """Two registers."""

    CTRL = ml.RW(0x00, go=ml.bit(0))
    SUM = ml.RO(0x04)


@pytest.fixture
def shell(page_shell: InteractiveShell) -> InteractiveShell:
    page_shell.run_cell("%load_ext muserlab").raise_error()
    page_shell.user_ns |= {"ml": ml, "dev": ml.PCIDevice("adder", id=(0x1234, 1), bar0=Bar)}
    page_shell.run_cell("lab = ml.serve(dev)\nten = 10").raise_error()
    return page_shell


def run(shell: InteractiveShell, text: str) -> Any:
    return shell.run_cell(text, store_history=True)


def drive() -> int:
    with current().connect() as drv:
        drv.bar0.CTRL.write(go=1)
        return int(drv.bar0.SUM.read())


def test_the_lines_of_a_cell_are_the_body_of_a_hook(shell: InteractiveShell) -> None:
    patch = "%%patch dev.bar0.CTRL.on_write\nif new.go:\n    dev.bar0.SUM.poke(ten + old)\n"
    run(shell, patch).raise_error()
    hook = shell.user_ns["dev"].bar0.CTRL.on_write
    assert drive() == 10
    assert hook.current.source.startswith("def on_write(dev, new, old):\n    if new.go:")
    assert hook.current.place.startswith("cell In[")
    run(shell, patch).raise_error()
    assert [version.number for version in hook.versions] == [1]
    run(shell, patch.replace("ten", "11")).raise_error()
    assert "+        dev.bar0.SUM.poke(11 + old)" in hook.diff()


def test_it_is_async_where_it_awaits(shell: InteractiveShell) -> None:
    run(shell, "import trio").raise_error()
    run(
        shell,
        "%%patch dev.bar0.CTRL.on_write\nawait trio.sleep(0)\ndev.bar0.SUM.poke(3)\n",
    ).raise_error()
    assert drive() == 3


def test_the_cells_own_lines_are_told(shell: InteractiveShell) -> None:
    run(shell, "%%patch dev.bar0.CTRL.on_write\nx = 1\nx / 0\n").raise_error()
    with current().connect() as drv, pytest.raises(ServerRefused):
        drv.bar0.CTRL.write(go=1)
    failure = shell.user_ns["dev"].bar0.CTRL.on_write.current.failed_with[0]
    assert failure.exception.__traceback__.tb_lineno == 3
    failed = run(shell, "%%patch dev.bar0.CTRL.on_write\nx = = 1\n")
    assert isinstance(failed.error_in_exec, SyntaxError)
    assert failed.error_in_exec.lineno == 2


@pytest.mark.parametrize("line", ["", "dev.bar0.CTRL", "dev.bar0.CTLR.on_write", "dev.("])
def test_what_is_no_hook_is_refused(
    shell: InteractiveShell, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run(shell, f"%%patch {line}\npass\n")
    assert "as in: %%patch dev.bar0.CTRL.on_write" in capsys.readouterr().err


def test_it_goes_with_the_extension(shell: InteractiveShell) -> None:
    run(shell, "%unload_ext muserlab").raise_error()
    assert shell.find_cell_magic("patch") is None
