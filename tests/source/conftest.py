"""A notebook's cells without a notebook, and saved files served as `muserlab serve` does."""

import linecache
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

import muserlab as ml
from muserlab.lab.files.definitions import run_file
from muserlab.source import saved


class Session:
    """Cells that share their names, and whose text Python keeps as IPython lets it."""

    def __init__(self) -> None:
        self.names: dict[str, Any] = {"__name__": "__main__", "ml": ml}
        self.files: list[str] = []

    def run(self, cell: str) -> None:
        """Run a cell."""
        text = dedent(cell).lstrip("\n")
        name = f"<ipython-input-{len(self.files) + 1}-{abs(hash(text)):012x}>"
        linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
        self.files.append(name)
        exec(compile(text, name, "exec"), self.names)

    def __getitem__(self, name: str) -> Any:
        return self.names[name]


@pytest.fixture
def session() -> Iterator[Session]:
    """Give an empty notebook, whose texts are forgotten afterwards."""
    made = Session()
    yield made
    for name in made.files:
        del linecache.cache[name]


DEVICE = """
class Bar(ml.BAR, size=4096):
    A  = ml.RW(0x00)
    B  = ml.RW(0x04)
    CH = ml.RW(0x10, count=4, go=ml.bit(0))

dev = ml.PCIDevice("thing", id=(0x1234, 0x5678), bar0=Bar, msi=4, bar2=0x1000)
"""


@pytest.fixture
def notebook(session: Session) -> Session:
    """Give a session that has a device."""
    session.run(DEVICE)
    return session


class Saved:
    """A file that was written from a device, and the device that it defines."""

    def __init__(self, path: Path, device: ml.PCIDevice) -> None:
        self.text = saved(device)
        path.write_text(self.text)
        (self.device,) = run_file(path).devices
        self.module = sys.modules[f"served_{path.stem}"]


@pytest.fixture
def save(tmp_path: Path) -> Iterator[Any]:
    """Give a function that saves a device, loads the file, and returns both."""
    modules = set(sys.modules)
    count = iter(range(1000))

    def saving(device: ml.PCIDevice) -> Saved:
        return Saved(tmp_path / f"saved{next(count)}.py", device)

    yield saving
    for name in set(sys.modules) - modules:
        if name.startswith("served_"):
            del sys.modules[name]
