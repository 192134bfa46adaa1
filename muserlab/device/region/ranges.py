"""Places for raw hooks: a whole region, a range of its bytes, memory that has a name."""

from typing import TYPE_CHECKING, Protocol

from muserlab.device.errors import RegionError
from muserlab.device.region.site import WHOLE, Site, Span, Verb
from muserlab.live import Hook

if TYPE_CHECKING:
    from muserlab.device.region.region import Region


class SpanHome(Protocol):
    """What ranges are in: a region of a device, or a class of them."""

    def hook(self, site: Site, verb: Verb) -> Hook:
        """Return the hook of a site."""
        ...


class SpanPlace:
    """A range of the regions of a class: a place for raw hooks."""

    def __init__(self, home: SpanHome, span: Span) -> None:
        self._home = home
        self._span = span

    @property
    def place(self) -> tuple[SpanHome, Span]:
        """What it is in, and where in that."""
        return self._home, self._span

    @property
    def on_read(self) -> Hook:
        """Called with (dev, offset, count): returns bytes, an int, or PASS."""
        return self._home.hook(self._span, "on_read")

    @property
    def on_write(self) -> Hook:
        """Called with (dev, offset, data): returns PASS, or None when it has dealt with it."""
        return self._home.hook(self._span, "on_write")

    @property
    def on_change(self) -> Hook:
        """Called with (dev, offset, data) of what the client changed in memory that it mapped."""
        return self._home.hook(self._span, "on_change")


class Range(SpanPlace):
    """A range of one region's bytes; offsets in its hooks are the region's."""

    def __init__(self, region: "Region", start: int, stop: int) -> None:
        super().__init__(region.hooks, Span(start, stop))
        self._region = region
        self.start = start
        self.stop = stop

    def peek(self) -> bytes:
        """Return the bytes."""
        return self._region.peek(self.start, len(self))

    def poke(self, data: bytes) -> None:
        """Put data at the start of the range; raises RegionError where it is longer."""
        if len(data) > len(self):
            raise RegionError(f"{len(data)} bytes do not fit the {len(self)} of {self!r}")
        self._region.poke(self.start, data)

    def __len__(self) -> int:
        return self.stop - self.start

    def __getitem__(self, part: slice) -> "Range":
        """Return a range within this one; its offsets count from here."""
        start, stop = bounds(part, len(self), repr(self))
        return Range(self._region, self.start + start, self.start + stop)

    def __repr__(self) -> str:
        return Span(self.start, self.stop).label(self._region.name)


def place_of(span: object) -> tuple[SpanHome, Span] | None:
    """Return what a range stands for; None where it is no range."""
    return span.place if isinstance(span, SpanPlace) else None


class RawHook:
    """The raw hook of a whole region, or of a class of them: `dev.bar0.on_write`."""

    def __init__(self, verb: Verb, doc: str) -> None:
        self._verb: Verb = verb
        self.__doc__ = doc

    def __get__(self, region: "Region | None", owner: "type[Region]") -> Hook:
        home = owner.class_hooks if region is None else region.hooks
        return home.hook(WHOLE, self._verb)


def bounds(part: slice, size: int, what: str) -> tuple[int, int]:
    """Return start and stop of a slice of size bytes.

    Raises RegionError where it has none, and TypeError for what is no slice.
    """
    if not isinstance(part, slice):  # pyright: ignore[reportUnnecessaryIsInstance] - people slip
        raise TypeError(f"{what}[{part!r}] is no range of bytes; want {what}[START:STOP]")
    start = 0 if part.start is None else part.start
    stop = size if part.stop is None else part.stop
    if part.step is not None or not 0 <= start < stop <= size:
        raise RegionError(
            f"{what} has no range [{start:#x}:{stop:#x}]; want start < stop <= {size:#x}, no step"
        )
    return start, stop
