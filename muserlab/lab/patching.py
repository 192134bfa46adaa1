"""Changing several things of what is served at once, or nothing."""

from collections.abc import Generator, Sequence
from contextlib import AsyncExitStack, contextmanager

from muserlab.device import Journal
from muserlab.lab.errors import LabError
from muserlab.lab.portal import Portal
from muserlab.lab.served import Served
from muserlab.live import Batch, Step


class Patching:
    """The batch that is open in a lab, if there is one."""

    def __init__(self) -> None:
        self._batch: Batch | None = None

    @contextmanager
    def opened(self, portal: Portal, served: Sequence[Served]) -> Generator[None]:
        """Collect what is patched in the block, at these devices, and make it at its end."""
        self.check_closed()
        self._batch = batch = Batch()
        for one in served:
            one.device.batch = batch
        try:
            with batch.collecting():
                yield
        finally:
            self._batch = None
            for one in served:
                one.device.batch = None
        _make(batch, portal, served)

    def check_closed(self) -> None:
        """Raise LabError where a patch is open."""
        if self._batch is not None:
            raise LabError("a patch is open already; patches do not nest")

    def make(self, step: Step, portal: Portal, served: Served) -> None:
        """Make a step of a device now, or with the batch that the caller has opened."""
        if self._batch is not None and self._batch.is_open_here:
            self._batch.add(step)
            return
        batch = Batch()
        batch.add(step)
        _make(batch, portal, [served])


def _make(batch: Batch, portal: Portal, served: Sequence[Served]) -> None:
    portal.run(_apply, batch, served)
    batch.announce()


async def _apply(batch: Batch, served: Sequence[Served]) -> None:
    """Make the steps of a batch while all these devices are at rest.

    What a new definition does while it takes a device's place is in the journal, and taken back
    with the steps; what reaches clients is held back until nothing speaks against any of them.
    """
    async with AsyncExitStack() as stack:
        for one in served:
            await stack.enter_async_context(one.server.suspended())
        journal = Journal()
        try:
            batch.apply()
        except BaseException:
            journal.rollback()
            raise
        journal.commit()
