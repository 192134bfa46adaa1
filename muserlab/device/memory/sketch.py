"""A few lines that give an idea of what is in an address space of any size."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from muserlab.device.memory.hexdump import PER_LINE, hexdump
from muserlab.device.memory.place import Span

if TYPE_CHECKING:
    from muserlab.device.memory.space import AddressSpace

_LINES = 16
_PAGE = 4096
_PAGES = 256
"""How many of them are looked through: untouched memory is none, memory full of zeros may be."""


def sketch(space: "AddressSpace", spans: Sequence[Span]) -> Iterator[str]:
    """Yield the first lines of bytes that hold something; `*` stands for lines of zeros."""
    digits = 8 if not spans or spans[-1][1] <= 1 << 32 else 16
    at = spans[0][0] if spans else 0
    for start, line in islice(_lines(space, spans), _LINES):
        if start > at:
            yield "*"
        yield from hexdump(start, line, digits)
        at = start + len(line)
    if spans and at < spans[-1][1]:
        yield "*"
        yield f"{spans[-1][1]:0{digits}x}"


def _lines(space: "AddressSpace", spans: Sequence[Span]) -> Iterator[tuple[int, bytes]]:
    for start, page in islice(_pages(space, spans), _PAGES):
        first = start - start % PER_LINE
        for at in range(first, start + len(page), PER_LINE):
            line = page[max(at - start, 0) : at + PER_LINE - start]
            if any(line):
                yield max(at, start), line


def _pages(space: "AddressSpace", spans: Sequence[Span]) -> Iterator[tuple[int, bytes]]:
    for span in spans:
        for start, end in space.touched(*span):
            for at in range(start, end, _PAGE):
                yield at, space.peek(at, min(_PAGE, end - at))
