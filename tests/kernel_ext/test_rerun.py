"""Cells of a notebook may be run again, in any order, any number of times."""

import itertools
from typing import Any

import pytest

SETUP = "import muserlab as ml\n%load_ext muserlab"
CELLS = {
    "layout": """
class RerunBar(ml.BAR, size=4096):
    A = ml.RW(0x00)
    B = ml.RW(0x04)

    @A.on_write
    def double(dev, new, old):
        dev.bar0.B.poke(2 * new)
""",
    "device": """
dev = ml.PCIDevice("rerun", id=(0x1234, 2), bar0=RerunBar)
lab = ml.serve(dev)
""",
    "hook": """
@dev.bar0.B.on_read
def plus(dev, value):
    return value + 1
""",
    "drive": """
with lab.connect("rerun") as drv:
    drv.bar0.A.write(10)
    answer = drv.bar0.B.read()
""",
}


@pytest.mark.parametrize("order", list(itertools.permutations(CELLS)), ids=" ".join)
def test_any_order_twice_over_ends_in_the_same(page_shell: Any, order: tuple[str, ...]) -> None:
    run = page_shell.run_cell
    run(SETUP).raise_error()
    for name in (*CELLS, *order, *order):
        run(CELLS[name]).raise_error()
    run(CELLS["drive"]).raise_error()
    names = page_shell.user_ns
    assert names["answer"] == 21
    assert names["lab"].devices == {"rerun": names["dev"]}
    for hook in (names["RerunBar"].A.on_write, names["dev"].bar0.B.on_read):
        assert [version.number for version in hook.versions] == [1], "nothing stacks"
