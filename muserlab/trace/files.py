"""Traces in files: JSON Lines and CSV, both with the names of Event.

Data is in hexadecimal.  Where an event has no offset, it is null in JSON and empty in CSV.
"""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from io import TextIOWrapper
from pathlib import Path
from typing import Any, Literal

from muserlab.trace.event import Event, Kind


def write_events(path: Path, events: Iterable[Event]) -> None:
    """Write events in the format that the path's suffix says.  Raises ValueError for another."""
    write = _write_csv if _is_csv(path) else _write_json_lines
    with _open(path, "w") as file:
        write(file, ({**event._asdict(), "data": event.data.hex()} for event in events))


def read_events(path: Path) -> list[Event]:
    """Return a file's events.  Raises ValueError naming the first that is none."""
    read = _read_csv if _is_csv(path) else _read_json_lines
    events: list[Event] = []
    with _open(path, "r") as file:
        try:
            for record in read(file):
                event = _event(record)
                if events and event.seq <= events[-1].seq:
                    raise ValueError(f"number {event.seq} comes after {events[-1].seq}")
                events.append(event)
        except (ValueError, KeyError, TypeError, csv.Error) as error:
            raise ValueError(
                f"{path}: event {len(events) + 1} cannot be read: {error!r}"
            ) from error
    return events


def _is_csv(path: Path) -> bool:
    if path.suffix not in (".jsonl", ".csv"):
        raise ValueError(f"{path}: a trace's file ends in .jsonl (JSON Lines) or .csv")
    return path.suffix == ".csv"


def _open(path: Path, mode: Literal["r", "w"]) -> TextIOWrapper:
    # A note is any str, even one that UTF-8 cannot encode; line ends are csv's business.
    return path.open(mode, encoding="utf-8", errors="surrogatepass", newline="")


def _event(record: Mapping[str, Any]) -> Event:
    offset = record["offset"]
    return Event(
        _int(record["seq"]),
        _int(record["time_ns"]),
        Kind(record["kind"]),
        str(record["where"]),
        None if offset in (None, "") else _int(offset),
        bytes.fromhex(record["data"]),
        str(record["note"]),
    )


def _int(value: object) -> int:
    """Return JSON's ints and CSV's texts of them as ints; refuse floats, which int() rounds."""
    return int(str(value))


def _write_json_lines(file: TextIOWrapper, records: Iterable[Mapping[str, Any]]) -> None:
    file.writelines(json.dumps(record) + "\n" for record in records)


def _read_json_lines(file: TextIOWrapper) -> Iterator[Mapping[str, Any]]:
    return (json.loads(line) for line in file)


def _write_csv(file: TextIOWrapper, records: Iterable[Mapping[str, Any]]) -> None:
    writer = csv.DictWriter(file, Event._fields)
    writer.writeheader()
    writer.writerows(records)


def _read_csv(file: TextIOWrapper) -> Iterator[Mapping[str, Any]]:
    return csv.DictReader(file)
