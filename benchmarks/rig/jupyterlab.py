"""A real JupyterLab with a home, configuration and runtime folder of its own."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import nbformat
from nbformat import v4

_NOTEBOOK: Any = v4  # whose functions have no types

_PAGE_CONFIG = {
    "disabledExtensions": {
        "@jupyterlab/apputils-extension:announcements": True,
        "@jupyterlab/extensionmanager-extension:plugin": True,
    }
}
_OVERRIDES = {"@jupyterlab/apputils-extension:notification": {"doNotDisturbMode": True}}

READY = """() => {
    const context = window.jupyterapp?.shell?.currentWidget?.sessionContext;
    return context?.isReady && context.session?.kernel?.connectionStatus === 'connected'
        && context.session.kernel.status === 'idle';
}"""
"""Whether the open notebook has its kernel: earlier, running a cell asks for one, for ever."""

RUN = """number => {
    const { content, context } = window.jupyterapp.shell.currentWidget;
    content.activeCellIndex = number;
    content.deselectAll();
    window.jupyterapp.commands.execute('notebook:run-cell');
}"""
"""Starts a cell by its number, from 0."""

STOP = "() => window.jupyterapp.serviceManager.sessions.shutdownAll()"
"""Ends all kernels."""


@dataclass(frozen=True)
class JupyterLab:
    """A running server: where it listens, its token, and the folder of its notebooks."""

    url: str
    token: str
    folder: Path

    def write(self, name: str, cells: Sequence[str]) -> Path:
        """Write a notebook of code cells; return its file."""
        file = self.folder / f"{name}.ipynb"
        content = _NOTEBOOK.new_notebook(
            cells=[_NOTEBOOK.new_code_cell(cell) for cell in cells],
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        )
        cast("Any", nbformat).write(content, file)
        return file

    def address(self, file: Path) -> str:
        """Return where a browser finds a notebook, alone in a fresh workspace."""
        return f"{self.url}/lab/tree/{file.name}?token={self.token}&reset"


@contextmanager
def run_jupyterlab(home: Path) -> Generator[JupyterLab]:
    """Run JupyterLab, with all that it writes in an empty folder."""
    folder = home / "notebooks"
    config = home / "config"
    settings = home / "settings"
    for made in (folder, config / "labconfig", settings):
        made.mkdir(parents=True)
    (config / "labconfig" / "page_config.json").write_text(json.dumps(_PAGE_CONFIG))
    overrides = config / "labconfig" / "default_setting_overrides.json"
    overrides.write_text(json.dumps(_OVERRIDES))
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
            status = server.wait()
            raise RuntimeError(f"JupyterLab ended with status {status} before it listened")
    finally:
        server.terminate()
        server.stderr.close()
        server.wait(timeout=30)
