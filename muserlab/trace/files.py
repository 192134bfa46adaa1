"""Traces from files: JSON Lines and CSV, both with the names of Event, as `writers` writes them."""

import csv
import json
from collections.abc import Iterator, Mapping
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from muserlab.trace.event import Event, Kind


def read_events(path: Path) -> list[Event]:
    """Return a file's events.  Raises ValueError naming the first that is none."""
    read = _read_csv if _is_csv(path) else _read_json_lines
    events: list[Event] = []
    with path.open(encoding="utf-8", errors="surrogatepass", newline="") as file:
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
        raise ValueError(f"{path}: a trace is loaded from .jsonl (JSON Lines) or .csv")
    return path.suffix == ".csv"


def _event(record: Mapping[str, Any]) -> Event:
    offset, took = record["offset"], record.get("took_ns")
    if "device" in record:
        raise ValueError("it is one of several devices' events, and a trace has those of one")
    return Event(
        _int(record["seq"]),
        _int(record["time_ns"]),
        Kind(record["kind"]),
        str(record["where"]),
        None if offset in (None, "") else _int(offset),
        bytes.fromhex(record["data"]),
        str(record["note"]),
        None if took in (None, "") else _length(took),
    )


def _int(value: object) -> int:
    """Return JSON's ints and CSV's texts of them as ints; refuse floats, which int() rounds."""
    return int(str(value))


def _length(value: object) -> int:
    length = _int(value)
    if length < 0:
        raise ValueError(f"nothing takes {length} ns")
    return length


def _read_json_lines(file: TextIOWrapper) -> Iterator[Mapping[str, Any]]:
    return (json.loads(line) for line in file)


def _read_csv(file: TextIOWrapper) -> Iterator[Mapping[str, Any]]:
    return csv.DictReader(file)
