"""The kernel named muserlab, installed and really started."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager

from muserlab.kernel_ext.kernelspec import install_kernelspec, remove_kernelspec

SECONDS = 30


@pytest.fixture
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's Jupyter folder, of this test's own; `make lab` has put a kernelspec elsewhere."""
    for others in ("ENV_JUPYTER_PATH", "SYSTEM_JUPYTER_PATH"):
        monkeypatch.setattr(f"jupyter_core.paths.{others}", [])
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    return tmp_path / "data"


def test_it_is_installed_for_the_user_and_removed(data_folder: Path) -> None:
    folder = install_kernelspec()
    assert folder == data_folder / "kernels" / "muserlab"
    assert install_kernelspec() == folder, "again is harmless"
    assert remove_kernelspec() == folder
    assert not folder.exists()


def test_removing_what_is_not_there_is_told(data_folder: Path) -> None:
    assert remove_kernelspec() is None


def test_a_prefix_wins(data_folder: Path, tmp_path: Path) -> None:
    folder = install_kernelspec(prefix=str(tmp_path / "env"))
    assert folder == tmp_path / "env" / "share" / "jupyter" / "kernels" / "muserlab"
    assert (folder / "kernel.json").exists()
    assert not data_folder.exists()


@pytest.fixture
def kernel(data_folder: Path, tmp_path: Path) -> Iterator[tuple[KernelManager, Any]]:
    """A kernel that was started from the kernelspec, and a client of it."""
    folder = install_kernelspec(prefix=str(tmp_path))
    specs = KernelSpecManager(kernel_dirs=[str(folder.parent)])
    manager = KernelManager(kernel_name="muserlab", kernel_spec_manager=specs)
    manager.transport = "ipc"
    manager.ip = str(tmp_path / "k")
    manager.start_kernel()
    client: BlockingKernelClient = manager.blocking_client()
    client.start_channels()
    client.wait_for_ready(timeout=SECONDS)
    yield manager, client
    client.stop_channels()
    manager.shutdown_kernel(now=True)
    manager.cleanup_resources()


def test_its_kernel_has_the_extension_and_can_interrupt_a_cell_that_awaits(
    kernel: tuple[KernelManager, Any],
) -> None:
    manager, client = kernel
    said: list[str] = []

    def heard(message: dict[str, Any]) -> None:
        content = message["content"]
        said.append(content.get("text") or content.get("data", {}).get("text/plain", ""))
        if "waiting" in said[-1]:
            manager.interrupt_kernel()

    client.execute_interactive("%muser", output_hook=heard, timeout=SECONDS)
    assert "nothing is served; ml.serve(device) serves one" in said
    reply = client.execute_interactive(
        "import asyncio\nprint('waiting', flush=True)\nawait asyncio.sleep(600)",
        output_hook=heard,
        timeout=SECONDS,
    )
    assert reply["content"]["status"] == "error"
    assert reply["content"]["ename"] in ("KeyboardInterrupt", "CancelledError")
