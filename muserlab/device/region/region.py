"""The base of every region: bounds, trace, and the chain of who answers."""

from bisect import bisect_right
from collections.abc import Awaitable, Iterable, Iterator
from errno import EIO, EPERM
from typing import Any, ClassVar

from muserlab.device.errors import RegionError
from muserlab.device.hooks import HookOwner
from muserlab.device.region.answers import PASS
from muserlab.device.region.chain import Chain, Piece, asked, cuts, defined
from muserlab.device.region.changes import Poller
from muserlab.device.region.classhooks import ClassHooks
from muserlab.device.region.hooktable import HookTable
from muserlab.device.region.part import Gap, Part
from muserlab.device.region.ranges import Range, RawHook, SpanPlace, bounds
from muserlab.device.region.site import Span
from muserlab.device.region.spaces import RegionMemory
from muserlab.device.region.steps import Steps, ask, drive
from muserlab.live import Hook, HookFailed
from muserlab.trace import Kind, Trace


class Region:
    """An address range of one device, which a client reads and writes.

    Who answers an access, first to last: a range's hook, the smallest range first; the region's
    hook; the part that lies there. A hook returns PASS to let the next one answer. An access that
    crosses a border, of a hooked range or between parts, is carried out in pieces, in ascending
    order; if one must be waited for, those after it wait too.

    What a client may map of `fd` begins at `fd_offset`: `areas` of (offset, size) or, if there are
    none, all of it.
    """

    # As slots they are attributes of the class, whose names no register can take.
    __slots__ = (
        "_direct",
        "_exact",
        "_index",
        "_name",
        "_record",
        "_starts",
        "hooks",
        "owner",
        "parts",
        "poller",
    )

    class_hooks: ClassVar[ClassHooks]

    size: int = 0
    readable: bool = True
    writable: bool = True
    fd_offset: int = 0
    areas: tuple[tuple[int, int], ...] = ()
    region_type: tuple[int, int] | None = None

    on_read = RawHook(
        "on_read", "Called with (dev, offset, count): returns bytes, an int, or PASS."
    )
    on_write = RawHook("on_write", "Called with (dev, offset, data): None or PASS.")
    on_change = RawHook(
        "on_change", "Called with (dev, offset, data) that the client put in mapped memory."
    )

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        ancestors = (vars(base).get("class_hooks") for base in cls.__mro__[1:])
        cls.class_hooks = ClassHooks(cls.__name__, tuple(hooks for hooks in ancestors if hooks))

    def __init__(self, owner: HookOwner, index: int, name: str) -> None:
        self.owner = owner
        self._index = index
        self._name = name
        self.poller = Poller(owner, name)
        self._record = owner.trace.record
        self.hooks = HookTable(owner, name, self.size, self.class_hooks, self.poller)
        self.parts: tuple[Part, ...] = ()
        self._starts: tuple[int, ...] = ()
        self._direct: tuple[tuple[Part, str] | None, ...] = ()
        self._exact: dict[tuple[int, int], tuple[Part, str] | None] = {}

    @property
    def index(self) -> int:
        """Its VFIO index."""
        return self._index

    @property
    def name(self) -> str:
        """What the trace calls it: "bar0"."""
        return self._name

    @property
    def fd(self) -> int | None:
        """A sealed memfd that the client may map, if there is one."""
        return None

    def lay_out(self, parts: tuple[Part, ...]) -> None:
        """Take what the region is made of: parts that cover every byte of it, in order."""
        self.parts = parts
        self._starts = tuple(part.start for part in parts)
        if self.readable and self.writable:
            self._direct = tuple(self._reached(part) for part in parts)
            wholes = ((part.start, part.end - part.start) for part in parts)
            self._exact = dict(zip(wholes, self._direct, strict=True))
        self.class_hooks.attach(self.hooks)

    # -- what a guest does -------------------------------------------------------------------------

    def read(self, offset: int, count: int) -> bytes | Awaitable[bytes]:
        """Return count bytes from offset; something to await where a hook is async.

        Raises RegionError: EINVAL where the bytes are not all in the region, EPERM where it cannot
        be read, EIO where a raw hook failed.
        """
        direct = self._exact.get((offset, count)) or self._inside(offset, count)
        if direct is None or (self.hooks.reads and defined(self.hooks.reads)):
            self._check(offset, count)
            if not self.readable:
                raise RegionError(f"{self.name} cannot be read", EPERM)
            return drive(self._read(offset, count))
        part, where = direct
        data = part.read(offset, count)
        if isinstance(data, bytes):
            self._record(Kind.READ, where, offset, data)
            return data
        return self._read_later(where, offset, data)

    def write(self, offset: int, data: bytes) -> Awaitable[None] | None:
        """Write data at offset; return something to await where a hook is async.

        Raises RegionError: EINVAL where the bytes are not all in the region, EPERM where it cannot
        be written, EIO where a raw hook failed.
        """
        direct = self._exact.get((offset, len(data))) or self._inside(offset, len(data))
        if direct is None or (self.hooks.writes and defined(self.hooks.writes)):
            self._check(offset, len(data))
            if not self.writable:
                raise RegionError(f"{self.name} cannot be written", EPERM)
            where, note = self.described(offset, len(data))
            self._record(Kind.WRITE, where, offset, data, note)
            return drive(self._write(offset, data))
        part, where = direct
        self._record(Kind.WRITE, where, offset, data)
        return part.write(offset, data)

    def _reached(self, part: Part) -> tuple[Part, str] | None:
        """Return a part and where the trace says it is, if it can be accessed without more ado."""
        return None if isinstance(part, Gap) else (part, self.described(part.start, 1)[0])

    def _inside(self, offset: int, count: int) -> tuple[Part, str] | None:
        """Return the part in which an access lies entirely, if it can be accessed directly."""
        if not self._direct or not 0 <= offset < self.size or count < 1:
            return None
        direct = self._direct[bisect_right(self._starts, offset) - 1]
        return direct if direct is not None and offset + count <= direct[0].end else None

    async def _read_later(self, where: str, offset: int, pending: Awaitable[bytes]) -> bytes:
        data = await pending
        self._record(Kind.READ, where, offset, data)
        return data

    def _read(self, offset: int, count: int) -> Steps[bytes]:
        where, note = self.described(offset, count)
        pieces: list[bytes] = []
        try:
            for start, end, hooks in self.pieces(self.hooks.reads, offset, offset + count):
                pieces.append((yield from self._read_piece(start, end, hooks)))
        except RegionError as error:
            self._record(Kind.READ, where, offset, b"", str(error))
            raise
        data = b"".join(pieces)
        self._record(Kind.READ, where, offset, data, note)
        return data

    def _read_piece(self, start: int, end: int, hooks: Iterable[Hook]) -> Steps[bytes]:
        for hook in hooks:
            try:
                answer = yield from ask(hook, start, end - start)
            except HookFailed as failed:
                raise RegionError(f"{hook.name} failed", EIO) from failed
            if answer is not PASS:
                return answer  # type: ignore[no-any-return]  # bytes, as answers.raw_answer says
        pieces: list[bytes] = []
        for part, first, last in self.parts_in(start, end):
            data = part.read(first, last - first)
            pieces.append(data if isinstance(data, bytes) else (yield data))
        return b"".join(pieces)

    def _write(self, offset: int, data: bytes) -> Steps[None]:
        for start, end, hooks in self.pieces(self.hooks.writes, offset, offset + len(data)):
            yield from self._write_piece(start, data[start - offset : end - offset], hooks)

    def _write_piece(self, start: int, data: bytes, hooks: Iterable[Hook]) -> Steps[None]:
        for hook in hooks:
            try:
                answer = yield from ask(hook, start, data)
            except HookFailed as failed:
                raise RegionError(f"{hook.name} failed", EIO) from failed
            if answer is not PASS:
                return
        for part, first, last in self.parts_in(start, start + len(data)):
            pending = part.write(first, data[first - start : last - start])
            if pending is not None:
                yield pending

    def pieces(self, chain: Chain, start: int, end: int) -> Iterator[Piece]:
        """Yield the pieces in which an access is carried out, with the raw hooks to ask."""
        return ((at, to, asked(chain, at, to)) for at, to in cuts(chain, start, end))

    def _check(self, offset: int, count: int) -> None:
        if count < 1 or offset < 0 or offset + count > self.size:
            raise RegionError(
                f"{self.name} has {self.size:#x} bytes; {count} at {offset:#x} are not in it"
            )

    def parts_in(self, start: int, end: int) -> Iterator[tuple[Part, int, int]]:
        """Yield each part that has some of the bytes from start to end, with those that it has."""
        at = bisect_right(self._starts, start) - 1
        while start < end:
            part = self.parts[at]
            last = min(end, part.end)
            yield part, start, last
            start, at = last, at + 1

    def described(self, offset: int, count: int) -> tuple[str, str]:
        """Return where the trace says that an access was, and a note on it."""
        labels = [part.label for part, _, _ in self.parts_in(offset, offset + count)]
        first, last = labels[0], labels[-1]
        if len(labels) > 1:
            return self.name, f"{first or 'memory'}..{last or 'memory'}"
        if first == Gap.label:
            return self.name, first
        return (f"{self.name}.{first}" if first else self.name), ""

    # -- what a person or a hook does --------------------------------------------------------------

    def peek(self, offset: int, count: int) -> bytes:
        """Return count bytes from offset, without side effects; raises RegionError."""
        self._check(offset, count)
        parts = self.parts_in(offset, offset + count)
        return b"".join(part.peek(first, last - first) for part, first, last in parts)

    def poke(self, offset: int, data: bytes) -> None:
        """Put data at offset, without side effects, from any thread; raises RegionError."""
        self._check(offset, len(data))
        self.owner.run(self._poke, offset, bytes(data))

    def _poke(self, offset: int, data: bytes) -> None:
        for part, first, last in self.parts_in(offset, offset + len(data)):
            part.poke(first, data[first - offset : last - offset])

    @property
    def memory(self) -> RegionMemory:
        """Its bytes, to look at: a hexdump in a terminal, a hex view in a notebook."""
        return RegionMemory(self)

    def reset(self) -> None:
        """Do nothing: what a reset changes is for those regions to say that hold something."""

    def record_to(self, trace: Trace) -> None:
        """Record accesses there from now on."""
        self._record = trace.record

    def poll_every(self, seconds: float | None) -> None:
        """Look that often for what a connected client changed in mapped memory; None: never."""
        self.owner.run(self.poller.every, seconds)

    def __getitem__(self, span: slice) -> Range:
        return Range(self, *bounds(span, self.size, self.name))

    def __class_getitem__(cls, span: slice) -> SpanPlace:
        return SpanPlace(cls.class_hooks, Span(*bounds(span, cls.size, cls.__name__)))
