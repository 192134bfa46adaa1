"""The base of every region: bounds, trace, and the chain of who answers."""

from bisect import bisect_right
from collections.abc import Awaitable, Iterable, Iterator
from errno import EPERM
from functools import partial
from typing import Any, ClassVar

from muserlab.device.access import Access
from muserlab.device.errors import RegionError
from muserlab.device.holding import Verdict
from muserlab.device.hooks import HookOwner
from muserlab.device.journal import assign, noted
from muserlab.device.redefined import defined_before
from muserlab.device.region.answers import PASS, as_bytes, ones
from muserlab.device.region.breakpoint import Breakpoint, Condition
from muserlab.device.region.chain import Chain, Piece, asked, cuts, defined
from muserlab.device.region.changes import Poller
from muserlab.device.region.classhooks import ClassHooks
from muserlab.device.region.guard import Absent, Guard, Policy, policy_of
from muserlab.device.region.hooktable import HookTable
from muserlab.device.region.part import Gap, Part, Plain
from muserlab.device.region.ranges import Range, RawHook, SpanPlace, bounds
from muserlab.device.region.site import Site, Span
from muserlab.device.region.spaces import RegionMemory
from muserlab.device.region.steps import Steps, answering, drive
from muserlab.device.region.ways import Detour, Reader, Straight, Writer, straight_to
from muserlab.live import COROUTINE, Hook
from muserlab.trace import DATA_KEPT, GOES_ON, Kind, Trace, abridged


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
        "_detour",
        "_index",
        "_name",
        "_starts",
        "_straight",
        "_trace",
        "guard",
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
    default_policy: ClassVar[Policy] = Policy.ERRNO

    on_read = RawHook(
        "on_read", "Called with (dev, offset, count): returns bytes, an int, or PASS."
    )
    on_write = RawHook("on_write", "Called with (dev, offset, data): None or PASS.")
    on_change = RawHook(
        "on_change", "Called with (dev, offset, data) that the client put in mapped memory."
    )

    def __init_subclass__(cls, *, policy: Policy | str | None = None, **options: Any) -> None:
        super().__init_subclass__(**options)
        if policy is not None:
            cls.default_policy = policy_of(cls.__name__, policy)
        ancestors = (vars(base).get("class_hooks") for base in cls.__mro__[1:])
        bases = tuple(hooks for hooks in ancestors if hooks)
        former = defined_before(cls)
        if former is not None and issubclass(former, Region):
            cls.class_hooks = former.class_hooks.again(bases)
        else:
            cls.class_hooks = ClassHooks(cls.__name__, bases)

    def __init__(self, owner: HookOwner, index: int, name: str) -> None:
        self.owner = owner
        self._index = index
        self._name = name
        self.poller = Poller(owner, name)
        self.guard = Guard(owner, name, self.default_policy)
        self.hooks = HookTable(owner, name, self.size, self.class_hooks, self.poller, self.guard)
        self._detour = Detour(self.hooks, self._read_by_steps, self._write_by_steps)
        self.record_to(owner.trace)
        self.parts: tuple[Part, ...] = ()
        self._starts: tuple[int, ...] = ()

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

    @property
    def policy(self) -> Policy:
        """Who answers an access where no version of its hook can: see Policy."""
        return self.guard.policy

    @policy.setter
    def policy(self, policy: Policy | str) -> None:
        self.guard.policy = policy_of(self.name, policy)

    def lay_out(self, parts: tuple[Part, ...]) -> None:
        """Take what the region is made of: parts that cover every byte of it, in order."""
        self.parts = parts
        self._starts = tuple(part.start for part in parts)
        self.class_hooks.attach(self.hooks)

    # -- what a guest does -------------------------------------------------------------------------

    def read(self, offset: int, count: int) -> bytes | Awaitable[bytes]:
        """Return count bytes from offset; something to await where a hook is async.

        Raises RegionError: EINVAL where the bytes are not all in the region, EPERM where it cannot
        be read, EIO where a raw hook failed.
        """
        return self.reader(offset, count)(offset, count)

    def reader(self, offset: int, count: int) -> Reader:
        """Return what reads there, called with offset and count, as often as wanted.

        It stays right whatever is patched, and wherever the region records.
        """
        part = self._inside(offset, count) if self.readable else None
        return self._read_by_steps if part is None else self._way(part).read

    def lend(self, offset: int, count: int) -> memoryview | None:
        """Return what `read` would, but memory where it lies; None where it is not just copied.

        It is for who sends it at once, and for more than the trace keeps.
        """
        began = self._trace.clock()
        part = self._inside(offset, count) if self.readable else None
        if not isinstance(part, Plain) or count <= DATA_KEPT or self.guard.breakpoints:
            return None
        if self.hooks.reads and defined(self.hooks.reads):
            return None
        where, _ = self.described(offset, count)
        lent = part.lend(offset, count)
        self._trace.record(Kind.READ, where, offset, *abridged(lent), began)
        return lent

    def write(self, offset: int, data: bytes) -> Awaitable[None] | None:
        """Write data at offset; return something to await where a hook is async.

        Raises RegionError: EINVAL where the bytes are not all in the region, EPERM where it cannot
        be written, EIO where a raw hook failed.
        """
        return self.writer(offset, len(data))(offset, data)

    def writer(self, offset: int, count: int) -> Writer:
        """Return what writes count bytes there, called with offset and data; see `reader`."""
        part = self._inside(offset, count) if self.writable else None
        return self._write_by_steps if part is None else self._way(part).write

    def _inside(self, offset: int, count: int, /) -> Part | None:
        """Return the part in which an access lies entirely.

        None where it lies in no single part, and where a note is due to it.
        """
        if not 0 <= offset < self.size or count < 1:
            return None
        part = self.parts[bisect_right(self._starts, offset) - 1]
        return None if isinstance(part, Gap) or offset + count > part.end else part

    def _way(self, part: Part) -> Straight:
        way = self._straight.get(part.start)
        if way is None:
            where, _ = self.described(part.start, 1)
            way = self._straight[part.start] = straight_to(part, where, self._trace, self._detour)
        return way

    def _read_by_steps(self, offset: int, count: int) -> bytes | Awaitable[bytes]:
        began = self._trace.clock()
        self._check(offset, count)
        if not self.readable:
            raise RegionError(f"{self.name} cannot be read", EPERM)
        return drive(self._read(offset, count, began))

    def _write_by_steps(self, offset: int, data: bytes) -> Awaitable[None] | None:
        self._check(offset, len(data))
        if not self.writable:
            raise RegionError(f"{self.name} cannot be written", EPERM)
        where, note = self.described(offset, len(data))
        seq = self._trace.record(Kind.WRITE, where, offset, data, note, GOES_ON)
        return drive(answering(self._write(where, offset, data), self._trace.answered, seq))

    def _read(self, offset: int, count: int, began: int) -> Steps[bytes]:
        where, note = self.described(offset, count)
        try:
            data = yield from self._read_unless_held(where, offset, count)
        except RegionError as error:
            self._trace.record(Kind.READ, where, offset, b"", str(error), began)
            raise
        self._trace.record(Kind.READ, where, offset, data, note, began)
        return data

    def _read_unless_held(self, where: str, offset: int, count: int) -> Steps[bytes]:
        verdict = yield from self.guard.stop(Access(self._name, where, offset, count))
        if verdict.value is not None:
            return as_bytes(verdict.value, count)
        pieces: list[bytes] = []
        for start, end, hooks in self.pieces(self.hooks.reads, offset, offset + count):
            pieces.append((yield from self._read_piece(start, end, hooks)))
        return b"".join(pieces)

    def _read_piece(self, start: int, end: int, hooks: Iterable[Hook]) -> Steps[bytes]:
        count = end - start
        cause = (self._name, self._name, start, count, None)
        try:
            for hook in hooks:
                answer = self.guard.ask(hook, cause, start, count)
                if type(answer) is COROUTINE:
                    answer = yield answer
                if type(answer) is Verdict:
                    answer = PASS if answer.value is None else as_bytes(answer.value, count)
                if answer is not PASS:
                    return answer  # type: ignore[no-any-return]  # as answers.raw_answer says
        except Absent:
            return ones(count)
        pieces: list[bytes] = []
        for part, first, last in self.parts_in(start, end):
            data = part.read(first, last - first)
            pieces.append(data if isinstance(data, bytes) else (yield data))
        return b"".join(pieces)

    def _write(self, where: str, offset: int, data: bytes) -> Steps[None]:
        verdict = yield from self.guard.stop(Access(self._name, where, offset, len(data), data))
        if verdict.value is not None:
            data = as_bytes(verdict.value, len(data))
        for start, end, hooks in self.pieces(self.hooks.writes, offset, offset + len(data)):
            yield from self._write_piece(start, data[start - offset : end - offset], hooks)

    def _write_piece(self, start: int, data: bytes, hooks: Iterable[Hook]) -> Steps[None]:
        cause = (self._name, self._name, start, len(data), data)
        try:
            for hook in hooks:
                answer = self.guard.ask(hook, cause, start, data)
                if type(answer) is COROUTINE:
                    answer = yield answer
                if type(answer) is Verdict and answer.value is not None:
                    data, answer = as_bytes(answer.value, len(data)), PASS
                if answer is not PASS:
                    return
        except Absent:
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

    def break_on(
        self, site: Site, *, read: bool, write: bool, when: Condition | None = None
    ) -> Breakpoint:
        """Let accesses of a site wait from now on; see PCIDevice.break_on."""
        place = self.hooks.place_at(site, self.peek)
        if place is None:
            raise RegionError(f"{self.name} has nothing at {site.label(self.name)}")
        made = Breakpoint(site, place, read, write, when, self._drop_breakpoint)
        self.set_breakpoints((*self.guard.breakpoints, made))
        return made

    def set_breakpoints(self, breakpoints: tuple[Breakpoint, ...]) -> None:
        """Have these breakpoints, and no others, from now on."""
        self.guard.breakpoints = breakpoints
        self._detour.always = bool(breakpoints)

    def _drop_breakpoint(self, dropped: Breakpoint) -> None:
        left = tuple(one for one in self.guard.breakpoints if one is not dropped)
        self.owner.run(self.set_breakpoints, left)

    def succeed_guard(self, former: "Region") -> None:
        """Take over a former definition's breakpoints, whose site is here still, and its policy.

        The policy only where a person has changed it since.
        """
        if former.policy is not former.default_policy:
            assign(self, policy=former.policy)
        kept: list[Breakpoint] = []
        for one in former.guard.breakpoints:
            place = self.hooks.place_at(one.site, self.peek)
            if place is not None:
                assign(one, place=place, drop=self._drop_breakpoint)
                kept.append(one)
        noted(partial(self.set_breakpoints, self.guard.breakpoints))
        self.set_breakpoints(tuple(kept))

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
        self._trace = trace
        self._detour.always = True  # for the ways that others have: they record where it was before
        self._detour = Detour(self.hooks, self._read_by_steps, self._write_by_steps)
        self._detour.always = bool(self.guard.breakpoints)
        self._straight: dict[int, Straight] = {}

    def poll_every(self, seconds: float | None) -> None:
        """Look that often for what a connected client changed in mapped memory; None: never."""
        self.owner.run(self.poller.every, seconds)

    def __getitem__(self, span: slice) -> Range:
        return Range(self, *bounds(span, self.size, self.name))

    def __class_getitem__(cls, span: slice) -> SpanPlace:
        return SpanPlace(cls.class_hooks, Span(*bounds(span, cls.size, cls.__name__)))
