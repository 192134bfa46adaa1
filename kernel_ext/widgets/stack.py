"""Views below each other, and in tabs."""

from collections.abc import Mapping, Sequence
from typing import Any

import ipywidgets

from .live import Shown


def stacked(views: Sequence[Shown]) -> ipywidgets.DOMWidget:
    """Return views below each other; a single one is itself."""
    return views[0] if len(views) == 1 else Stack(views, views)


class Stack(ipywidgets.VBox):
    """Widgets below each other, and what stands for them where no widget can run."""

    def __init__(self, children: Sequence[ipywidgets.DOMWidget], shown: Sequence[Shown]) -> None:
        super().__init__(children)
        self._shown = shown

    def still(self) -> tuple[str, str]:
        """Return what there is now as text and as HTML."""
        stills = [one.still() for one in self._shown]
        return "\n\n".join(plain for plain, _ in stills), "".join(html for _, html in stills)

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        plain, html = self.still()
        live: Any = super()._repr_mimebundle_(**kwargs) or {}
        return {**live, "text/plain": plain, "text/html": html}


class Tabbed(Stack):
    """A view, and others below it in tabs."""

    def __init__(self, top: Shown, tabs: Mapping[str, Sequence[Shown]]) -> None:
        contents = [stacked(views) for views in tabs.values()]
        super().__init__([top, ipywidgets.Tab(contents, titles=list(tabs))], [top])
        self._tabs = tabs
        self.add_class("muser-panel")

    def still(self) -> tuple[str, str]:
        """Return what is on top as text, and with what is in the tabs as HTML."""
        plain, html = super().still()
        sections = (
            f"<h4>{title}</h4>{''.join(view.still()[1] for view in views)}"
            for title, views in self._tabs.items()
        )
        return plain, html + "".join(sections)
