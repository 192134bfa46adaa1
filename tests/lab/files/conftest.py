"""A file that defines the adder."""

from pathlib import Path

import pytest

TEXT = """\
import muserlab as ml

class AdderBar(ml.BAR, size=4096):
    A = ml.RW(0x00)
    SUM = ml.RO(0x04)

dev = ml.PCIDevice("adder", id=(0x1234, 1), bar0=AdderBar)

@AdderBar.A.on_write
def add(dev, new, old):
    dev.bar0.SUM.poke(new + 1)

if __name__ == "__main__":
    raise SystemExit("not a script here")
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "adder.py"
    path.write_text(TEXT)
    return path
