"""Fair turns on the event loop for tasks that find something to do without waiting."""

import time

import trio

STEPS = 64
SECONDS = 0.01


class Turn:
    """How long a task may go on before the others get their turn: so many steps, or seconds."""

    __slots__ = ("_end", "_left")

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self._left = STEPS
        self._end = time.monotonic() + SECONDS

    def is_over(self) -> bool:
        """Count one more step, and tell whether to pass the turn on."""
        self._left -= 1
        return self._left <= 0 or time.monotonic() > self._end

    async def pass_on(self) -> None:
        """Let the others run, and begin the next turn."""
        await trio.lowlevel.checkpoint()
        self._begin()
