"""An event among those of several devices."""

from typing import NamedTuple

from muserlab.trace.event import Event


class Entry(NamedTuple):
    """An event and the device whose trace it is of; "" where there is only one trace."""

    device: str
    event: Event
