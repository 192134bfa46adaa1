"""Context managers that stay open on the trio thread."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
import trio

from muserlab.lab import LabStopped, Portal
from muserlab.lab.held import Held
from muserlab.lab.thread import TrioThread


class Room:
    """Something to open and close."""

    def __init__(self) -> None:
        self.log: list[str] = []

    @asynccontextmanager
    async def open(self, *, fails: bool = False) -> AsyncGenerator[str]:
        self.log.append("entered")
        try:
            async with trio.open_nursery():
                if fails:
                    raise LookupError("it cannot be opened")
                yield "value"
        finally:
            self.log.append("left")


def test_it_is_open_until_it_is_closed(portal: Portal) -> None:
    room = Room()
    held = Held(portal, room.open())
    assert held.value == "value"
    assert not held.closed
    assert room.log == ["entered"]
    held.close()
    held.close()
    assert held.closed
    assert room.log == ["entered", "left"]


def test_what_entering_raises_is_raised_without_the_nurserys_wrapping(portal: Portal) -> None:
    with pytest.raises(LookupError, match="it cannot be opened"):
        Held(portal, Room().open(fails=True))


def test_it_is_left_when_the_thread_stops(thread: TrioThread) -> None:
    room = Room()
    held = Held(thread.portal, room.open())
    thread.stop()
    assert held.closed
    assert room.log == ["entered", "left"]


def test_it_cannot_be_opened_after_the_thread_has_stopped(thread: TrioThread) -> None:
    portal = thread.portal
    thread.stop()
    with pytest.raises(LabStopped):
        Held(portal, Room().open())
