"""A real JupyterLab, and a real browser on it."""

import atexit
import fcntl
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest
from IPython.core.interactiveshell import InteractiveShell
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright
from traitlets.config import Config

from muserlab.kernel_ext import unload

from .chromium import CHROMIUM_FLAGS

PAGE_CONFIG = {
    "disabledExtensions": {
        "@jupyterlab/apputils-extension:announcements": True,
        "@jupyterlab/extensionmanager-extension:plugin": True,
    }
}
OVERRIDES = {"@jupyterlab/apputils-extension:notification": {"doNotDisturbMode": True}}

SECONDS = 30_000  # the most that anything here may take, in milliseconds

# Earlier than this, running a cell asks for a kernel, for ever.
READY = """() => {
    const context = window.jupyterapp?.shell?.currentWidget?.sessionContext;
    return context?.isReady && context.session?.kernel?.connectionStatus === 'connected'
        && context.session.kernel.status === 'idle';
}"""


@dataclass(frozen=True)
class JupyterLab:
    """A running server: where it listens, its token, and the folder of its notebooks."""

    url: str
    token: str
    folder: Path


@pytest.fixture(scope="session")
def jupyterlab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterLab]:
    """Run JupyterLab with a home, configuration and runtime folder of its own."""
    home = tmp_path_factory.mktemp("jupyter")
    folder = home / "notebooks"
    config = home / "config"
    settings = home / "settings"
    for made in (folder, config / "labconfig", settings):
        made.mkdir(parents=True)
    (config / "labconfig" / "page_config.json").write_text(json.dumps(PAGE_CONFIG))
    overrides = config / "labconfig" / "default_setting_overrides.json"
    overrides.write_text(json.dumps(OVERRIDES))
    token = "muserlab-test"
    environment = os.environ | {
        "HOME": str(home),
        "XDG_CACHE_HOME": os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache")),
        "JUPYTER_CONFIG_DIR": str(config),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(settings),
        "IPYTHONDIR": str(home / "ipython"),
    }
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
            *("--ip=127.0.0.1", "--port=0", f"--notebook-dir={folder}"),
            f"--IdentityProvider.token={token}",
            "--LabApp.news_url=None",
            "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
            "--LabApp.extension_manager=readonly",
            "--LabApp.expose_app_in_browser=True",
        ],
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert server.stderr is not None
    try:
        for line in server.stderr:
            if found := re.search(r"(http://127\.0\.0\.1:\d+)/lab", line):
                yield JupyterLab(found.group(1), token, folder)
                break
        else:
            pytest.fail(f"JupyterLab ended with status {server.wait()} before it listened")
    finally:
        server.terminate()
        server.stderr.close()
        server.wait(timeout=30)


@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    """Run Chromium."""
    expect.set_options(timeout=SECONDS)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        yield started
        started.close()


@dataclass(frozen=True)
class Notebook:
    """A notebook that is open in JupyterLab, with its kernel ready."""

    page: Page
    file: Path

    def run(self, number: int) -> Locator:
        """Start the cell with that number, from 0; return what will show its output."""
        self.page.evaluate(
            """number => {
                const { content, context } = window.jupyterapp.shell.currentWidget;
                content.activeCellIndex = number;
                content.deselectAll();
                window.jupyterapp.commands.execute('notebook:run-cell');
            }""",
            number,
        )
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
def page(browser: Browser) -> Iterator[Page]:
    """Open an empty page, wide enough for a notebook and its widgets."""
    with browser.new_page(viewport={"width": 1280, "height": 1600}) as opened:
        opened.set_default_timeout(SECONDS)
        yield opened


@pytest.fixture(scope="module")
def open_notebook(
    jupyterlab: JupyterLab, page: Page
) -> Iterator[Callable[[str, list[str]], Notebook]]:
    """Give a function that writes a notebook, opens it, and waits until its kernel answers."""

    def opened(name: str, cells: list[str]) -> Notebook:
        file = jupyterlab.folder / f"{name}.ipynb"
        content = new_notebook(
            cells=[new_code_cell(cell) for cell in cells],
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        )
        nbformat.write(content, file)
        page.goto(f"{jupyterlab.url}/lab/tree/{file.name}?token={jupyterlab.token}&reset")
        page.wait_for_function(READY)
        return Notebook(page, file)

    yield opened
    page.evaluate("() => window.jupyterapp.serviceManager.sessions.shutdownAll()")


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
