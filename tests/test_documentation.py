"""The documentation's code, run as it stands: what a page shows has to work."""

import linecache
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import muserlab as ml

ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Work in a folder of the test's own, and leave nothing served."""
    monkeypatch.chdir(tmp_path)
    before = {*linecache.cache}
    yield
    ml.current().stop()
    for name in {*linecache.cache} - before:
        del linecache.cache[name]


def run(page: str, skip_from: str = "") -> dict[str, object]:
    """Run a page's Python blocks in order, in one namespace, as cells; return that."""
    names: dict[str, object] = {"__name__": "page"}
    blocks = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    for number, block in enumerate(blocks):
        code = block.partition(skip_from)[0] if skip_from else block
        name = f"<documentation {number}>"
        linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)
        exec(compile(code, name, "exec"), names)
    return names


def test_the_guide_works(capsys: pytest.CaptureFixture[str]) -> None:
    run((ROOT / "docs" / "guide.md").read_text())
    shown = capsys.readouterr().out
    assert "engine" in shown
    assert "bar0.CH[1].CTRL" in shown


def test_the_readme_device_adds(capsys: pytest.CaptureFixture[str]) -> None:
    run((ROOT / "README.md").read_text(), skip_from="vm = lab.vm()")
    assert capsys.readouterr().out.strip() == "42"


@pytest.mark.parametrize("page", ["README.md", "docs/architecture.md", "docs/guide.md"])
def test_links_lead_somewhere(page: str) -> None:
    path = ROOT / page
    for target in re.findall(r"\]\(([^)#]+)\)", path.read_text()):
        if not target.startswith("http"):
            assert (path.parent / target).exists(), target
