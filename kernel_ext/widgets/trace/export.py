"""Writing a trace to a file a bit at a time, so that nothing waits for a large one."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

from muserlab.trace import Entry, Index, event_of, writer

_CHUNK = 1024
SUFFIXES = (".jsonl", ".csv", ".json")


class Export:
    """Events between two times, or all there are, on their way into a file.

    Making one creates the file: ValueError for a suffix that is none of a trace's, OSError where it
    cannot be written or exists. Times are the traces' own. The file is complete when `go_on`
    returns False.
    """

    def __init__(self, path: Path, span: tuple[int, int] | None) -> None:
        if path.exists():
            raise FileExistsError(f"{path} exists already; choose another name")
        self._path = path.absolute()
        self._writer = writer(path)
        self._span = span
        self._rest: range | None = None
        self._written = 0

    def go_on(self, index: Index) -> bool:
        """Write some more; return whether there is any left. Raises OSError."""
        if self._rest is None:
            self._rest = self._rows(index)
        try:
            entries = list(_entries(index, self._rest[:_CHUNK]))
            self._rest = self._rest[_CHUNK:]
            self._writer.write(entries)
            self._written += len(entries)
        except BaseException:
            self._rest = range(0)
            self._writer.close()
            raise
        if not self._rest:
            self._writer.close()
        return bool(self._rest)

    def __str__(self) -> str:
        """Tell what was written, and where."""
        so_far = " so far" if self._rest else ""
        return f"{self._written:,} events written to {self._path}{so_far}"

    def _rows(self, index: Index) -> range:
        rows = index.rows
        if self._span is None:
            return range(rows.first, rows.end)
        return range(rows.at_time(self._span[0]), rows.at_time(self._span[1] + 1))


def proposed(title: str) -> str:
    """Return a name for a file that does not exist yet in the current folder."""
    stem = "".join(letter if letter.isalnum() else "-" for letter in title).strip("-") or "trace"
    return next(
        f"{stem}-{number}.jsonl"
        for number in count(1)
        if not any(Path(f"{stem}-{number}{suffix}").exists() for suffix in SUFFIXES)
    )


def _entries(index: Index, rows: range) -> Iterator[Entry]:
    if rows:
        for found in index.found(rows[0], rows[-1] + 1):
            yield Entry(found.device, event_of(found.record))
