"""The notebooks, run as a reader runs them, and held to what they promise."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def run(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run a notebook in a kernel of its own; return what it showed, as text."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    monkeypatch.setenv("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    notebook = nbformat.read(NOTEBOOKS / name, as_version=4)
    NotebookClient(notebook, timeout=180, kernel_name="python3").execute()
    shown = [
        output.get("text") or output.get("data", {}).get("text/plain", "")
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
    ]
    return "\n".join(shown)


@pytest.mark.guest
@pytest.mark.usefixtures("guest_software")
def test_quickstart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = run("quickstart.ipynb", tmp_path, monkeypatch)
    assert "CTRL.on_write v2, from access" in shown
    assert "no_such_thing" in shown, "the traceback of the broken patch"
    assert "v2 answered and is current again" in shown
    assert "Kernel driver in use: uio_pci_generic" in shown
    assert "\n80\n" in shown, "the guest met the last patch"


@pytest.mark.guest
@pytest.mark.usefixtures("guest_software")
def test_guest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = run("guest.ipynb", tmp_path, monkeypatch)
    assert "Kernel driver in use: pci-idio-16" in shown
    assert '"IIN0"=active "IIN1"=inactive "IIN2"=active "IIN3"=inactive' in shown
    assert "rising" in shown, "the interrupt reached gpiomon"
    assert '"IIN0"=inactive "IIN1"=inactive "IIN2"=inactive "IIN3"=active' in shown


@pytest.mark.guest
@pytest.mark.usefixtures("guest_software")
def test_patching(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = run("patching.ipynb", tmp_path, monkeypatch)
    assert "[2, 20, 200]" in shown, "the guest got right answers in spite of the broken patch"
    assert "has no attribute 'divisor'" in shown
    assert "write of 0x00000001 to bar0.GO at 0x8, from pid" in shown
    assert "(False, INPUT=0x0000002a" in shown, "the guest was blocked in the access"
    assert "\n42\n" in shown, "and went on with the mended hook"
    assert "breakpoint at bar0.INPUT" in shown
    assert "\n7\n" in shown, "what the guest wrote was changed on the way"
    assert "differences in" in shown


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.name)
def test_notebooks_are_kept_without_outputs(path: Path) -> None:
    for cell in nbformat.read(path, as_version=4).cells:
        assert not cell.get("outputs"), (
            "clear the outputs before committing: they are not reviewable"
        )
        assert cell.get("execution_count") is None
