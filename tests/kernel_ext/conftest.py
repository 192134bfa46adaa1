"""A real JupyterLab, and a real browser on it."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

# What keeps Chromium to itself: no sandbox (root), no GPU, nothing fetched behind the test's back.
CHROMIUM_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]

PAGE_CONFIG = {
    "disabledExtensions": {
        "@jupyterlab/apputils-extension:announcements": True,
        "@jupyterlab/extensionmanager-extension:plugin": True,
    }
}
OVERRIDES = {"@jupyterlab/apputils-extension:notification": {"doNotDisturbMode": True}}

SECONDS = 60_000  # the most that anything here may take, in milliseconds


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


@pytest.fixture(scope="session")
def browser(chromium: Path) -> Iterator[Browser]:
    """Run Chromium."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        yield started
        started.close()


@dataclass(frozen=True)
class Notebook:
    """A notebook that is open in JupyterLab, with its kernel ready."""

    page: Page

    def run_all(self) -> None:
        """Start every cell; wait for what they show, not for this."""
        self.page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Open an empty page, wide enough for a notebook and its widgets."""
    with browser.new_page(viewport={"width": 1280, "height": 1400}) as opened:
        opened.set_default_timeout(SECONDS)
        yield opened


def open_notebook(lab: JupyterLab, page: Page, name: str, cells: list[str]) -> Notebook:
    """Write a notebook of these cells, open it, and wait until its kernel answers."""
    import nbformat.v4 as nb

    content = nb.new_notebook(
        cells=[nb.new_code_cell(cell) for cell in cells],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )
    import nbformat

    nbformat.write(content, lab.folder / name)
    page.goto(f"{lab.url}/lab/tree/{name}?token={lab.token}&reset")
    page.wait_for_function(
        """() => {
            const context = window.jupyterapp?.shell?.currentWidget?.sessionContext;
            return context?.isReady && context.session?.kernel?.connectionStatus === 'connected'
                && context.session.kernel.status === 'idle';
        }"""
    )
    return Notebook(page)


@pytest.fixture
def notebook(jupyterlab: JupyterLab, page: Page, request: pytest.FixtureRequest):  # noqa: ANN201
    """Give a function that opens a notebook of given cells."""
    name = re.sub(r"\W+", "_", request.node.name) + ".ipynb"
    return lambda cells: open_notebook(jupyterlab, page, name, cells)
