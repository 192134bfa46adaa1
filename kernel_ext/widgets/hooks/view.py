"""The hooks of a device, live: which version answers, how it stands, and what it was before."""

from collections.abc import Mapping
from itertools import islice
from typing import Any

import muserlab as ml
from muserlab.lab import current

from ..live import Live, Picture, static, whole
from ..still import html_table, plain_table
from .versions import closer_look, hooks_of, line_of, state_of

MOST = 400  # lines that one view gets


class HooksView(Live):
    """Every hook that has versions, and a closer look at one."""

    _esm = static("watching.js", "grid.js", "source.js", "hooks.js")
    _css = static("common.css", "grid.css", "hooks.css")

    def picture(self, wants: Mapping[str, Any], /) -> Picture:
        """Return the hooks of a window, and a closer look at the one that is selected."""
        hooks = hooks_of(self.following.device)
        paused = self._paused()
        first, count = whole(wants.get("first")), min(whole(wants.get("count")), MOST)
        shows: Picture = {"caption": self._caption(len(hooks)), "total": len(hooks)}
        for at, (name, hook) in islice(enumerate(hooks.items()), first, first + count):
            shows[f"line {at}"] = line_of(name, hook, paused)
        selected = hooks.get(str(wants.get("selected")))
        if selected is not None:
            number = whole(wants.get("version"))
            shows["selected"] = closer_look(str(wants["selected"]), selected, number)
        return shows

    def _paused(self) -> frozenset[str]:
        """Return the names of the hooks whose failure keeps an access waiting."""
        device = self.following.device.name
        waiting = (one.failure for one in current().paused if one.device == device)
        return frozenset(failure.hook for failure in waiting if failure is not None)

    def _caption(self, count: int) -> str:
        counted = "1 hook" if count == 1 else f"{count or 'no'} hooks"
        return f"{counted}{self.following.note()}"

    def handle(self, content: dict[str, Any]) -> None:
        """Undo or redo a patch of one hook."""
        match content:
            case {"undo": str(name)}:
                self.act(self._hook(name).undo)
            case {"redo": str(name)}:
                self.act(self._hook(name).redo)
            case _:
                pass

    def _hook(self, name: str) -> ml.Hook:
        hook = hooks_of(self.following.device).get(name)
        if hook is None:
            raise ValueError(f"{self.following.device.name} has no {name} any more")
        return hook

    def still(self) -> tuple[str, str]:
        """Return a table of the hooks."""
        hooks, paused = hooks_of(self.following.device), self._paused()
        head = ["hook", "version", "of", "state", "from"]
        lines = [head, *(_still_line(name, hook, paused) for name, hook in hooks.items())]
        table = self._caption(len(hooks)), lines
        return plain_table(*table), html_table(*table)


def _still_line(name: str, hook: ml.Hook, paused: frozenset[str]) -> list[str]:
    version = hook.current
    shown = f"v{version.number}" if version is not None else "none"
    place = version.place if version is not None else ""
    return [name, shown, str(len(hook.versions)), state_of(hook, paused)[1], place]
