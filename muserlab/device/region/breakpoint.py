"""Places at which an access waits before it takes effect."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from muserlab.device.region.register import RegisterPart
from muserlab.device.region.site import Site
from muserlab.device.region.slot import Slot

Condition = Callable[[Any, Any], object]
"""Takes (new, old): what a write would leave, and what there is; of a read, twice what there is."""


class Place(Protocol):
    """What a breakpoint is at: bytes of a region, or a register or field in them."""

    label: str

    def touches(self, start: int, end: int) -> bool:
        """Tell whether an access of those bytes is one of the place."""
        ...

    def views(self, offset: int, count: int, data: bytes | None) -> tuple[Any, Any]:
        """Return (new, old) for a condition; data is what a write carries."""
        ...


@dataclass(eq=False)
class Breakpoint:
    """Lets accesses of a place wait, those of which `when` says so, until it is removed."""

    site: Site
    place: Place
    read: bool
    write: bool
    when: Condition | None
    drop: Callable[["Breakpoint"], None] = field(repr=False)
    enabled: bool = True
    hits: int = 0

    def remove(self) -> None:
        """Let accesses pass from now on; what waits still waits. Again is harmless."""
        self.drop(self)

    def stops(self, offset: int, count: int, data: bytes | None) -> tuple[str, Any, Any] | None:
        """Return why an access has to wait, with (new, old); None where it does not.

        A condition that raises lets it wait: whoever wrote it wants to see that.
        """
        wanted = self.read if data is None else self.write
        if not (self.enabled and wanted and self.place.touches(offset, offset + count)):
            return None
        new, old = self.place.views(offset, count, data)
        reason = f"breakpoint at {self.place.label}"
        if self.when is not None:
            try:
                if not self.when(new, old):
                    return None
            except Exception as error:  # noqa: BLE001 - whatever a person's condition raises
                reason += f", whose condition raised {error!r}"
        self.hits += 1
        return reason, new, old

    def __repr__(self) -> str:
        verbs = " and ".join(v for v, on in (("reads", self.read), ("writes", self.write)) if on)
        state = "" if self.enabled else ", disabled"
        return f"<breakpoint at {verbs} of {self.place.label}, {self.hits} hits{state}>"


class ByteRange:
    """Bytes of a region from start up to stop."""

    def __init__(
        self, label: str, start: int, stop: int, peek: Callable[[int, int], bytes]
    ) -> None:
        self.label = label
        self._start = start
        self._stop = stop
        self._peek = peek

    def touches(self, start: int, end: int) -> bool:
        """Tell whether any of the bytes are the place's."""
        return start < self._stop and end > self._start

    def views(self, offset: int, count: int, data: bytes | None) -> tuple[bytes, bytes]:
        """Return the bytes of the whole access."""
        old = self._peek(offset, count)
        return (old if data is None else data), old


class BitRange:
    """A register, or one of its fields; of an array, in every element."""

    def __init__(self, label: str, parts: Sequence[RegisterPart], name: str | None) -> None:
        self.label = label
        fields = (None if name is None else part.placed.register.fields[name] for part in parts)
        self._slots = [
            (part, Slot(part.placed, one)) for part, one in zip(parts, fields, strict=True)
        ]

    def touches(self, start: int, end: int) -> bool:
        """Tell whether any of the bits are the place's."""
        return self._touched(start, end) is not None

    def views(self, offset: int, count: int, data: bytes | None) -> tuple[Any, Any]:
        """Return what a hook there would get."""
        touched = self._touched(offset, offset + count)
        assert touched is not None
        part, slot = touched
        if data is None:
            return slot.view(part.stored), slot.view(part.stored)
        first, last = max(offset, part.start), min(offset + count, part.end)
        written = part.on_bus(first, data[first - offset : last - offset])
        new = part.placed.register.write(
            part.stored, written, part.placed.lanes(first, last - first)
        )
        return slot.view_new(new, written), slot.view(part.stored)

    def _touched(self, start: int, end: int) -> tuple[RegisterPart, Slot] | None:
        """Return the first element of which bits are accessed."""
        for part, slot in self._slots:
            first, last = max(start, part.start), min(end, part.end)
            if first < last and part.placed.lanes(first, last - first) & slot.mask:
                return part, slot
        return None
