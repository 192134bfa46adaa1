"""`%muser suggest` in a real JupyterLab: the cell appears below, and runs."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from .conftest import Notebook

pytestmark = pytest.mark.browser

CELLS = [
    """
%load_ext muserlab
import muserlab as ml
dev = ml.PCIDevice("card", id=(0x1234, 0x0001), bar0=0x1000)
lab = ml.serve(dev)
with lab.connect() as drv:
    drv.bar0.write(0x10, 0x42)
""",
    "%muser suggest",
    "print('the last cell')",
]


def test_the_suggested_cell_appears_below_and_runs(
    open_notebook: Callable[[str, list[str]], Notebook],
) -> None:
    notebook = open_notebook("suggestion", [cell.strip() for cell in CELLS])
    notebook.finish(0)
    notebook.finish(1)
    suggested = notebook.cell(2)
    expect(suggested).to_contain_text("class Bar0(ml.BAR, size=0x1000):")
    expect(suggested).to_contain_text("REG_10 = ml.WO(0x10)  # written 1× (0x00000042)")
    expect(notebook.cell(3)).to_contain_text("the last cell")
    expect(notebook.finish(2)).to_contain_text("1234:0001")
