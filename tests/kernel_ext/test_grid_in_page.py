"""The table of any number of rows, on a page of its own."""

from typing import Any

import pytest
from playwright.sync_api import Page

from muserlab.kernel_ext.widgets.live import static

from .mounted import blank

pytestmark = pytest.mark.browser

KEYS = """async ([esm, keys, leaves]) => {
    const url = URL.createObjectURL(new Blob([esm], { type: "text/javascript" }));
    const { grid } = await import(url);
    const pressed = [];
    const table = grid({ label: "rows", columns: [{ title: "row" }], wanted: () => {},
        fill: (element, row) => { element.firstChild.textContent = row; },
        activated: (row) => pressed.push(row) });
    document.body.append(table.frame);
    table.draw(0, () => undefined);
    table.focus();
    const event = (key) => new KeyboardEvent("keydown", { key, cancelable: true });
    const taken = keys.filter((key) => !table.frame.dispatchEvent(event(key)));
    if (leaves) table.frame.blur();
    table.draw(3, (at) => `row ${at}`);
    return [taken, table.active, pressed];
}"""


def pressed(page: Page, *keys: str, leaves: bool = False) -> Any:
    """Press keys in a table without rows, maybe leave it, and let three rows come.

    Return which keys the table took, the row that is active, and those that were activated.
    """
    blank(page)
    esm = static("watching.js", "grid.js") + "\nexport { grid };"
    return page.evaluate(KEYS, [esm, keys, leaves])


def test_keys_that_come_before_the_rows_wait_for_them(page: Page) -> None:
    assert pressed(page, "ArrowDown", "ArrowDown", "Enter", "End") == [
        ["ArrowDown", "ArrowDown", "Enter", "End"],
        2,
        ["row 1"],
    ]
    assert pressed(page, "Tab", "x") == [[], -1, []]


def test_keys_that_come_before_the_rows_are_dropped_when_the_focus_goes(page: Page) -> None:
    assert pressed(page, "End", "Enter", leaves=True)[1:] == [-1, []]
