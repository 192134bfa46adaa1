"""How a view looks to everybody: in light and in dark, and to those who do not see it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Locator, Page

SCREENSHOTS = Path(__file__).parents[2] / "build" / "screenshots"

THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}

_MARK_ALIKE = """element => {
    const looks = new Map();
    const look = (one) => {
        if (!looks.has(one)) {
            const { color, backgroundColor, backgroundImage, opacity, fontSize, fontWeight } =
                getComputedStyle(one);
            const around = one === element ? "" : look(one.parentElement);
            looks.set(one, [around, color, backgroundColor, backgroundImage, opacity, fontSize,
                fontWeight].join());
        }
        return looks.get(one);
    };
    const text = (node) => node.nodeType === Node.TEXT_NODE && node.data.trim() !== "";
    const seen = new Set();
    const inSight = (one) => {
        const { left, top, width, height } = one.getBoundingClientRect();
        return document.elementFromPoint(left + width / 2, top + height / 2) === one;
    };
    for (const one of element.querySelectorAll("*")) {
        const known = [...one.childNodes].some(text) && inSight(one);
        one.toggleAttribute("data-alike", known && seen.has(look(one)));
        if (known) seen.add(look(one));
    }
}"""
"""Marks text that has the colours and the size of other text in sight.

Contrast takes axe-core most of its time, a thousand bytes of memory as many times as there are
bytes. Of what is alike, one is enough; what is not in sight for certain is never marked.
"""


def check_looks(view: Locator, name: str) -> None:
    """Have axe-core find nothing to mend in a view, light and dark."""
    for look in each_theme(view.page):
        check_look(view, f"{name}-{look}")


def check_look(view: Locator, name: str) -> None:
    """Have axe-core find nothing to mend in a view as it is; keep a picture of it.

    The pictures are for people to look at, in build/screenshots.
    """
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    view.scroll_into_view_if_needed()
    view.screenshot(path=SCREENSHOTS / f"{name}.png", animations="disabled")
    found = violations(view)
    assert not found, f"{name}:\n" + "\n".join(found)


def each_theme(page: Page) -> Iterator[str]:
    """Give JupyterLab one theme after the other, and the names by which pictures tell them."""
    page.emulate_media(reduced_motion="reduce")  # colours in between are nobody's to read
    for look, theme in reversed(THEMES.items()):
        page.evaluate(
            "theme => window.jupyterapp.commands.execute('apputils:change-theme', { theme })", theme
        )
        page.wait_for_function(
            "light => document.body.dataset.jpThemeLight === light",
            arg=str(look == "light").lower(),
        )
        yield look
    page.emulate_media(reduced_motion="no-preference")


def violations(view: Locator) -> list[str]:
    """Return what axe-core finds wrong, a line for each element.

    JupyterLab's body has no height and hides what overflows it, so that axe-core would take all
    that is in it for hidden, and find nothing wrong.
    The prompts beside outputs are JupyterLab's own.
    """
    if not view.page.evaluate("() => 'axe' in window"):
        view.page.evaluate(AXE_SCRIPT)
    view.evaluate(_MARK_ALIKE)
    results: Any = view.evaluate(
        """async element => {
            document.body.style.height = "100vh";
            axe.setup(document.documentElement);
            const seen = axe.commons.dom.isVisibleOnScreen(element);
            axe.teardown();
            axe.configure({ rules: [{ id: "color-contrast", selector: ":not([data-alike])" }] });
            const ours = { include: [element], exclude: [".jp-OutputPrompt"] };
            const found = await axe.run(ours, { resultTypes: ["violations"], iframes: false });
            return { seen, violations: found.violations };
        }"""
    )
    assert results["seen"], "axe-core takes the view for hidden"
    return [
        f"{rule['id']}: {node['html'][:200]}\n    {node['failureSummary'].splitlines()[-1].strip()}"
        for rule in results["violations"]
        for node in rule["nodes"]
    ]
