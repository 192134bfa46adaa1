"""A widget on an empty page, without a notebook: its messages go to and fro when a test says so.

What takes seconds in JupyterLab takes milliseconds here, and comes in an order that a test knows.
"""

import base64
import json
from typing import Any

from playwright.sync_api import Locator, Page

# What anywidget gives a view, and no more of it than our views use.
MODEL = """
window.widgets = [];
window.mount = async (esm, css, state) => {
    const style = document.createElement("style");
    style.textContent = css;
    const el = document.createElement("div");
    document.head.append(style);
    document.body.append(el);
    const listeners = {};
    const outbox = [];
    const model = {
        get: (name) => state[name],
        send: (content) => outbox.push(content),
        on: (names, fn) => names.split(" ").forEach((name) => (listeners[name] ??= []).push(fn)),
        off: (names, fn) => names.split(" ").forEach((name) => {
            listeners[name] = (listeners[name] ?? []).filter((one) => one !== fn);
        }),
    };
    const codes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    const bytes = (text) => new DataView(codes(text).buffer);
    const tell = (name, ...what) => (listeners[name] ?? []).forEach((fn) => fn(...what));
    for (const [name, text] of Object.entries(state.__bytes)) state[name] = bytes(text);
    const url = URL.createObjectURL(new Blob([esm], { type: "text/javascript" }));
    const module = await import(url);
    module.default.render({ model, el });
    widgets.push({
        el,
        outbox,
        set: (changed, raw) => {
            Object.assign(state, changed);
            for (const [name, text] of Object.entries(raw)) state[name] = bytes(text);
            const names = [...Object.keys(changed), ...Object.keys(raw)];
            for (const name of names) tell(`change:${name}`);
            if (names.length > 0) tell("change");
        },
        message: (content, buffers) => tell("msg:custom", content, buffers.map(bytes)),
    });
};
"""

THEMES = {
    "light": {"--jp-ui-font-color0": "#000", "--jp-layout-color1": "#fff"},
    "dark": {"--jp-ui-font-color0": "#fff", "--jp-layout-color1": "#111"},
}


class Mounted:
    """One widget on a page. `el` is what it is in."""

    def __init__(self, page: Page, widget: Any) -> None:
        self.page = page
        self.widget = widget
        self.bytes = 0
        """How much the widget has sent, as JSON and as bytes."""
        self._sent: list[tuple[Any, list[bytes]]] = []
        self.widget.send = lambda content, buffers=None: self._sent.append((content, buffers or []))
        self._known = self._state()
        self.number = page.evaluate("() => window.widgets?.length ?? -1")
        if self.number < 0:
            page.add_script_tag(content=MODEL)
            self.number = 0
        state, raw = _apart(self._known)
        page.evaluate(
            "([esm, css, state]) => mount(esm, css, state)",
            [str(widget._esm), str(widget._css), {**state, "__bytes": raw}],
        )
        self.el: Locator = page.locator(f"body > div >> nth={self.number}")
        page.wait_for_function("n => widgets[n].outbox.length > 0", arg=self.number)  # it is seen
        self.settle()

    def settle(self) -> None:
        """Carry messages and changes between page and widget until two frames have none."""
        quiet = 0
        for _ in range(100):
            self.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => done()))")
            heard = self.page.evaluate("n => widgets[n].outbox.splice(0)", self.number)
            for content in heard:
                self.widget._heard(self.widget, content, [])
            quiet = 0 if self._tell() or heard else quiet + 1
            if quiet == 2:
                return
        raise AssertionError("the page and the widget never come to rest")

    def look(self) -> None:
        """Let the widget look, as it does ten times a second, and the page show what it saw."""
        self.widget.look()
        self.settle()

    def _tell(self) -> bool:
        now = self._state()
        changed = {name: value for name, value in now.items() if self._known[name] != value}
        self._known = now
        if changed:
            state, raw = _apart(changed)
            self.page.evaluate(
                "([n, state, raw]) => widgets[n].set(state, raw)", [self.number, state, raw]
            )
        sent, self._sent[:] = list(self._sent), []
        for content, buffers in sent:
            self.bytes += len(json.dumps(content)) + sum(map(len, buffers))
            told = [base64.b64encode(data).decode() for data in buffers]
            self.page.evaluate(
                "([n, content, told]) => widgets[n].message(content, told)",
                [self.number, content, told],
            )
        return bool(changed or sent)

    def _state(self) -> dict[str, Any]:
        return {
            name: value
            for name, value in self.widget.get_state().items()
            if not name.startswith("_") and isinstance(value, str | int | bytes | list | dict)
        }


def blank(page: Page) -> None:
    """Make a page empty, as wide as a notebook's outputs."""
    page.goto("about:blank")
    page.set_content("<!doctype html><title>views</title><body></body>")


def theme(page: Page, name: str) -> None:
    """Give the page a theme as JupyterLab's are."""
    page.evaluate(
        """([name, variables]) => {
            document.body.dataset.jpThemeLight = String(name === "light");
            for (const [key, value] of Object.entries(variables)) {
                document.body.style.setProperty(key, value);
            }
            document.body.style.background = variables["--jp-layout-color1"];
        }""",
        [name, THEMES[name]],
    )


def _apart(state: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what JSON can say, and bytes in base64."""
    raw = {name: value for name, value in state.items() if isinstance(value, bytes)}
    said = {name: value for name, value in state.items() if name not in raw}
    return said, {name: base64.b64encode(value).decode() for name, value in raw.items()}
