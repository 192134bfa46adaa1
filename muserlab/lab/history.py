"""The patches of every served device together."""

from collections.abc import Callable, Iterator, Mapping
from typing import overload

from muserlab.device import PCIDevice
from muserlab.live import COLUMNS, Entry, History, PatchError


class LabHistory:
    """What was patched in a lab, by whom and when, oldest first; `history["adder"]` is a device's.

    Undo and redo are of whichever device was patched last. The entries' numbers are their device's.
    """

    def __init__(self, devices: Mapping[str, PCIDevice]) -> None:
        self._histories = {name: device.history for name, device in devices.items()}

    def undo(self) -> None:
        """Take the last patch back that is not taken back yet; raises PatchError without one."""
        self._latest(lambda history: history.last_done, "undo").undo()

    def redo(self) -> None:
        """Make the patch again that was taken back last; raises PatchError without one."""
        self._latest(lambda history: history.last_undone, "redo").redo()

    def back_to(self, when: float) -> None:
        """Bring every hook of every device back to what it was at a time, in seconds since 1970.

        Devices that were not patched since are left alone.
        """
        for history in self._histories.values():
            if any(entry.when > when for entry in history):
                history.back_to(float(when))

    def _latest(self, last: Callable[[History], Entry | None], verb: str) -> History:
        found = [(entry.changed, h) for h in self._histories.values() if (entry := last(h))]
        if not found:
            raise PatchError(f"there is nothing to {verb}")
        return max(found, key=lambda one: one[0])[1]

    def _all(self) -> list[tuple[str, Entry]]:
        named = ((name, entry) for name, history in self._histories.items() for entry in history)
        return sorted(named, key=lambda one: one[1].when)

    @overload
    def __getitem__(self, at: str) -> History: ...
    @overload
    def __getitem__(self, at: int) -> Entry: ...
    def __getitem__(self, at: str | int) -> History | Entry:
        return self._histories[at] if isinstance(at, str) else self._all()[at][1]

    def __iter__(self) -> Iterator[Entry]:
        return (entry for _, entry in self._all())

    def __len__(self) -> int:
        return sum(map(len, self._histories.values()))

    def rows(self) -> list[tuple[str, ...]]:
        """Return a table of it as text: the titles first, then a line for each entry."""
        several = len(self._histories) > 1
        lines = [("device", COLUMNS), *((name, entry.cells()) for name, entry in self._all())]
        return [(name, *cells) if several else cells for name, cells in lines]

    def __repr__(self) -> str:
        """Show a line for each patch, in columns."""
        lines = self.rows()
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        rows = ("  ".join(c.ljust(w) for c, w in zip(one, widths, strict=True)) for one in lines)
        return "\n".join(row.rstrip() for row in rows)
