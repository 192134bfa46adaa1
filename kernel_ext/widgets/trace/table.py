"""The rows of a trace's table, as the page gets them."""

from collections.abc import Iterable, Mapping
from typing import Any

import muserlab as ml
from muserlab.trace import Found, Index, event_of, tone_of

from .meaning import meaning

_MOST_SHOWN = 256  # bytes of data in a closer look


def rows_of(found: Iterable[Found], origin_ns: int, devices: Mapping[str, ml.PCIDevice]) -> Any:
    """Return the cells of some rows; times are in nanoseconds from the origin."""
    return [
        [
            number,
            tone_of(record[2]),
            record[1] - origin_ns,
            device,
            record[0],
            record[2],
            record[3],
            "" if record[4] is None else f"{record[4]:#x}",
            event.shown_data,
            meaning(devices.get(device), event),
            " ".join(event.note.split()),
            event.took_ns,
        ]
        for number, device, record in found
        for event in (event_of(record),)
    ]


def closer_look(
    index: Index, number: int, origin_ns: int, epoch_ns: int, devices: Mapping[str, ml.PCIDevice]
) -> Any:
    """Return everything about one event; None where it is not kept any more."""
    found = index.found(number, number + 1)
    if not found:
        return None
    _, device, record = found[0]
    event = event_of(record)
    data = event.data[:_MOST_SHOWN]
    return {
        "number": number,
        "seq": event.seq,
        "time": event.time_ns - origin_ns,
        "clock": (event.time_ns + epoch_ns) // 1000,
        "device": device,
        "kind": event.kind.value,
        "where": event.where,
        "offset": "" if event.offset is None else f"{event.offset:#x}",
        "data": data.hex(" ") + (" …" if len(event.data) > len(data) else ""),
        "text": "".join(chr(byte) if 32 <= byte < 127 else "·" for byte in data),
        "size": len(event.data),
        "meaning": meaning(devices.get(device), event),
        "note": event.note,
        "took": event.took_ns,
        "client": index.traces[device].client_of(event.seq),
    }
