"""Fair turns on the event loop for tasks that find something to do without waiting."""

import time

import trio

SECONDS = 0.0005
"""How long a task goes on. Passing the turn on costs as much as half an access."""


class Turn:
    """A task's time until the others get theirs.

    end: when it is over, in the time of `time.monotonic`. A step that has been begun is finished.
    """

    __slots__ = ("end",)

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Count from now on: the others have just had their turns."""
        self.end = time.monotonic() + SECONDS

    async def pass_on(self) -> None:
        """Let the others run, and begin the next turn."""
        await trio.lowlevel.checkpoint()
        self.begin()
