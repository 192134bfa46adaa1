"""The hex view: whatever part of whatever address space somebody looks at."""

from collections.abc import Mapping
from functools import partial
from itertools import islice
from typing import Any

import traitlets

import muserlab as ml

from ...jobs import Job, Work
from ..following import Following
from ..live import Live, Picture, static
from ..still import preformatted
from .lastwrite import LastWrite
from .patterns import KINDS, pattern
from .spaces import Spaces
from .window import blocks, places, ranges
from .work import find, load, save

NAMES = 500  # that are proposed
COPIED = 1 << 20  # bytes, at most


class Memory(Live):
    """A live hex view of address spaces, of which each view shows one."""

    _esm = static(
        "watching.js",
        "bytes.js",
        "hexrows.js",
        "hexblocks.js",
        "hexscroll.js",
        "hexcells.js",
        "hexselect.js",
        "hexgrid.js",
        "hexinspect.js",
        "memorytools.js",
        "memory.js",
    )
    _css = static("common.css", "hex.css", "memory.css")
    spaces = traitlets.List[str]().tag(sync=True)
    """What there is to choose from."""
    note = traitlets.Unicode().tag(sync=True)
    kinds = traitlets.List[tuple[str, str]]().tag(sync=True)
    """Of what can be looked for: what they are called here, and by people."""
    home = traitlets.Unicode().tag(sync=True)
    """The address at which a view begins, in hexadecimal."""
    job: "traitlets.Dict[str, Any]" = traitlets.Dict().tag(sync=True)
    """The search or file that is under way, or was last."""

    def __init__(self, following: Following, spaces: Spaces, home: int = 0) -> None:
        self._spaces = spaces
        self._was = tuple(spaces(following.device))
        self._job: Job | None = None
        self._last_writes: dict[str, LastWrite] = {}
        super().__init__(following, home=f"{home:x}", kinds=list(KINDS.items()))
        self.refresh()

    # -- what is seen ------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Take what there is to choose from, and how the work goes that is under way."""
        self.spaces = list(self._spaces(self.following.device)) or list(self._was)
        self.note = self.following.note()
        self.job = {} if self._job is None else self._job.shown()

    def picture(self, wants: Mapping[str, Any], /) -> Picture:
        """Return the blocks that a view wants, what has a name there, and the last write."""
        name = str(wants.get("space"))
        space = self._spaces(self.following.device).get(name)
        if space is None:
            return {"space": name, "gone": _gone(name)}
        picture: Picture = {
            "space": name,
            "asked": wants.get("asked"),
            "ranges": ranges(space),
            "names": list(islice(space.names(), NAMES)),
            "places": places(space, wants),
            **blocks(space, wants),
        }
        if wants.get("follow"):
            picture["written"] = self._last_writes.setdefault(name, LastWrite()).look(space)
        return picture

    def still(self) -> tuple[str, str]:
        """Return the first lines of the first space."""
        spaces = self._spaces(self.following.device).values()
        text = next(map(repr, spaces), _gone(self._was[0]))
        return text, preformatted(text)

    # -- what a person does ------------------------------------------------------------------------

    def handle(self, content: dict[str, Any]) -> None:
        """Go somewhere, poke, copy, search, save or load, as a person asked for."""
        match content:
            case {"cancel": True} if self._job is not None:
                self._job.cancel()
            case {"space": str(space), "name": str(name), **question}:
                self._answer(self._space(space), name, question)
            case _:
                pass

    def _answer(self, space: ml.AddressSpace, name: str, question: dict[str, Any]) -> None:
        match question:
            case {"go": str(text)}:
                self.send({"answer": name, "at": f"{space.locate(text):x}"})
            case {"poke": [str(at), str(digits)]}:
                self.act(space.poke, int(at, 16), bytes.fromhex(digits))
            case {"copy": [str(at), int(count)]}:
                data = space.peek(int(at, 16), min(count, COPIED))
                self.send({"answer": name}, buffers=[data])
            case {"find": [str(kind), str(text)], "at": str(at), **how}:
                backwards = how.get("backwards") is True
                work = partial(find, space, pattern(kind, text), int(at, 16), backwards)
                self._start(Job(name, "searching"), work)
            case {"save": str(path), "range": [str(start), str(end)], **how}:
                overwrite = how.get("overwrite") is True
                work = partial(save, space, path, int(start, 16), int(end, 16), overwrite)
                self._start(Job(name, "saving"), work)
            case {"load": str(path), "at": str(at)}:
                self._start(Job(name, "loading"), partial(load, space, path, int(at, 16)))
            case _:
                pass

    def _space(self, name: str) -> ml.AddressSpace:
        space = self._spaces(self.following.device).get(name)
        if space is None:
            raise LookupError(_gone(name))
        return space

    def reveal(self, address: int, count: int = 1) -> None:
        """Have every view of it go to bytes and select them."""
        self.send({"show": f"{address:x}", "count": count})

    def _start(self, job: Job, work: Work) -> None:
        if self._job is not None:
            self._job.cancel()
        self._job = job
        job.start(work)


def _gone(name: str) -> str:
    return f"{name}, which this definition does not have"
