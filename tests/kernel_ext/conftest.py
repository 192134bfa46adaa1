"""A real JupyterLab, and a real browser on it."""

import atexit
import fcntl
import json
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from playwright.sync_api import BrowserContext, Locator, Page, expect
from traitlets.config import Config

from benchmarks.rig.jupyterlab import READY, RUN, STOP, JupyterLab, run_jupyterlab
from muserlab.kernel_ext import unload


@pytest.fixture(scope="session")
def jupyterlab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterLab]:
    """Run JupyterLab."""
    with run_jupyterlab(tmp_path_factory.mktemp("jupyter")) as served:
        yield served


@dataclass(frozen=True)
class Notebook:
    """A notebook that is open in JupyterLab, with its kernel ready."""

    page: Page
    file: Path

    def run(self, number: int) -> Locator:
        """Start the cell with that number, from 0; return what will show its output."""
        self.page.evaluate(RUN, number)
        return self.output(number)

    def finish(self, number: int) -> Locator:
        """Run a cell to its end; return what shows its output."""
        output = self.run(number)
        self.ended(number)
        return output

    def ended(self, number: int) -> None:
        """Wait until a cell that runs has ended."""
        prompt = self.cell(number).locator(".jp-InputPrompt")
        expect(prompt).to_have_text(re.compile(r"\[\d+\]:"))

    def cell(self, number: int) -> Locator:
        """Return a cell."""
        return self.page.locator(f".jp-Notebook .jp-Cell[data-windowed-list-index='{number}']")

    def output(self, number: int) -> Locator:
        """Return what shows a cell's output."""
        return self.cell(number).locator(".jp-OutputArea")

    def saved(self) -> list[dict[str, Any]]:
        """Save the notebook; return its cells as the file has them."""
        self.page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
        return json.loads(self.file.read_text())["cells"]


@pytest.fixture(scope="module")
def page(browser: BrowserContext) -> Iterator[Page]:
    """Open an empty page, wide enough for a notebook and its widgets."""
    with browser.new_page() as opened:
        yield opened
    browser.clear_permissions()


@pytest.fixture(scope="module")
def open_notebook(
    jupyterlab: JupyterLab, page: Page
) -> Iterator[Callable[[str, list[str]], Notebook]]:
    """Give a function that writes a notebook, opens it, and waits until its kernel answers."""

    def opened(name: str, cells: list[str]) -> Notebook:
        file = jupyterlab.write(name, cells)
        page.goto(jupyterlab.address(file))
        page.wait_for_function(READY)
        return Notebook(page, file)

    yield opened
    page.evaluate(STOP)


@pytest.fixture
def page_shell(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[InteractiveShell]:
    """A shell as a kernel has one, without the kernel."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    InteractiveShell.clear_instance()
    settings = Config(HistoryManager={"enabled": False}, InteractiveShell={"colors": "nocolor"})
    shell = InteractiveShell.instance(config=settings)
    shell.kernel = object()
    yield shell
    unload(shell)
    shell.restore_sys_module_state()
    shell.atexit_operations()
    atexit.unregister(shell.atexit_operations)
    InteractiveShell.clear_instance()


@pytest.fixture(autouse=True)
def sockets(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep sockets to a directory of this test."""
    with tempfile.TemporaryDirectory(prefix="lab") as runtime:
        monkeypatch.setenv("XDG_RUNTIME_DIR", runtime)
        yield


@pytest.fixture
def memfd() -> Callable[[int], int]:
    """Return a function that makes memory as a client shares it: a memfd that cannot shrink."""

    def made(size: int) -> int:
        fd = os.memfd_create("client", os.MFD_ALLOW_SEALING | os.MFD_CLOEXEC)
        os.ftruncate(fd, size)
        fcntl.fcntl(fd, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK)
        return fd

    return made
