"""Summaries of an index's rows at two scales, so that a million events are looked at in a moment.

Rows are summed up in blocks, and blocks in larger ones, when somebody asks and once each, but where
an access had no answer yet. What a range holds is then the sum of some blocks, and of the rows at
its ends.
"""

from collections.abc import Iterator

from muserlab.trace.index.index import Found, Index
from muserlab.trace.index.summary import Summary, summary_of

_SMALL, _LARGE = 256, 4096
_FOR_EVER = 1 << 63


class Overview:
    """What there is to say of any rows of an index."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._restarts = index.restarts
        self._blocks: dict[tuple[int, int], Summary] = {}
        self._allowance = 0

    @property
    def short(self) -> bool:
        """Whether rows were asked for that were not allowed to be looked at yet."""
        return self._allowance < 0

    def begin(self, allowance: int) -> None:
        """Allow about so many rows to be looked at that never were; forget those that have left."""
        self._allowance = allowance
        if self._index.restarts != self._restarts:
            self._restarts = self._index.restarts
            self._blocks.clear()
        first = self._index.rows.first
        for key in [key for key in self._blocks if key[0] < first]:
            del self._blocks[key]

    def sum(self, first: int, end: int) -> Summary:
        """Return what there is to say of the rows from one number to another."""
        total = Summary()
        for piece in reversed(list(self.pieces(first, end))):
            total.add(piece if isinstance(piece, Summary) else summary_of(piece))
        return total

    def pieces(
        self, first: int, end: int, longest_ns: int = _FOR_EVER
    ) -> Iterator[Summary | list[Found]]:
        """Return the rows from one number to another in pieces, the last first.

        A summary stands for rows that are not further apart than `longest_ns`. Where it is `short`,
        the pieces end early.
        """
        first, end = max(first, self._index.rows.first), min(end, self._index.rows.end)
        while end > first:
            for size in (_LARGE, _SMALL):
                if end % size or end - size < first:
                    continue
                block = self._block(end - size, size)
                if block is None and size == _SMALL:
                    return
                if block is not None and block.last_ns - block.first_ns <= longest_ns:
                    end -= size
                    yield block
                    break
            else:
                start = max(first, (end - 1) // _SMALL * _SMALL)
                yield self._index.found(start, end)
                end = start

    def _block(self, start: int, size: int) -> Summary | None:
        """Return the summary of a block; None where that is more than is allowed now."""
        block = self._blocks.get((start, size))
        if block is None:
            block = self._made(start) if size == _SMALL else self._combined(start)
            if block is not None and not block.going_on:
                self._blocks[start, size] = block
        return block

    def _made(self, start: int) -> Summary | None:
        self._allowance -= _SMALL
        if self.short:
            return None
        return summary_of(self._index.found(start, start + _SMALL))

    def _combined(self, start: int) -> Summary | None:
        total = Summary()
        parts = [
            self._block(at, _SMALL) for at in range(start + _LARGE - _SMALL, start - 1, -_SMALL)
        ]
        for part in reversed(parts):
            if part is None:
                return None
            total.add(part)
        return total
