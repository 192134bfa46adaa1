"""Configuration space as `lspci -vv` tells it: a tree of what it says, its bytes beside it."""

from typing import Any

import traitlets

import muserlab as ml

from .following import Following
from .live import Live, static
from .still import preformatted

Node = dict[str, Any]
"""An item: name, text, start and size of its bytes, and its parts."""


class ConfigView(Live):
    """A function's configuration space, decoded, with every register's bytes."""

    _esm = static(
        "watching.js",
        "bytes.js",
        "hexrows.js",
        "hexblocks.js",
        "hexscroll.js",
        "hexcells.js",
        "hexselect.js",
        "hexgrid.js",
        "tree.js",
        "config.js",
    )
    _css = static("common.css", "hex.css", "config.css")
    title = traitlets.Unicode().tag(sync=True)
    items = traitlets.List[Node]().tag(sync=True)
    data = traitlets.Bytes().tag(sync=True)

    def __init__(self, following: Following) -> None:
        super().__init__(following)
        self.refresh()

    def refresh(self) -> None:
        """Decode the bytes again if any of them changed."""
        config = self.following.device.config
        data = config.peek(0, config.size)
        if data != self.data or not self.items:
            function = config.decode()
            self.data, self.title = data, function.title
            header, *capabilities = function.items
            self.items = [_node(header), *({**_node(one), "name": ""} for one in capabilities)]

    def handle(self, content: dict[str, Any]) -> None:
        """Poke what a person typed over the bytes."""
        match content:
            case {"poke": [str(address), str(digits)]}:
                config = self.following.device.config
                self.act(config.poke, int(address, 16), bytes.fromhex(digits))
            case _:
                pass

    def still(self) -> tuple[str, str]:
        """Return what lspci would say, and the bytes."""
        text = repr(self.following.device.config)
        return text, preformatted(text)


def _node(item: ml.ConfigItem) -> Node:
    return {
        "name": item.name,
        "text": item.text,
        "start": item.offset,
        "size": item.size,
        "parts": [_node(part) for part in item.parts],
    }
