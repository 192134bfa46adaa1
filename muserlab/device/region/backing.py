"""What a region's registers and memory are stored in: the client's part, and the device's own."""

from collections.abc import Iterator, Sequence
from mmap import mmap

from muserlab.device.journal import Bytes, noted
from muserlab.device.memory import Span
from muserlab.device.region.changes import Poller, Watch
from muserlab.device.region.storage import Storage


class Backing:
    """Storage of one region of size bytes, of which a client may map areas of (offset, size).

    Those lie in a memfd of the region's size; everything else is kept out of it, so that no client
    reaches registers round their access types.
    """

    def __init__(
        self, name: str, size: int, areas: Sequence[tuple[int, int]], poller: Poller
    ) -> None:
        self.areas = tuple(areas)
        self._poller = poller
        self._private = None if self.areas == ((0, size),) else Storage(size)
        self._share(Storage(size, name=name, shared=True) if areas else None)

    @property
    def fd(self) -> int | None:
        """The memfd, if there is one."""
        return None if self._shared is None else self._shared.fd

    def at(self, offset: int) -> tuple[mmap, Bytes]:
        """Return what the byte at offset is stored in, and what pokes of it go through."""
        for watch in self._watches:
            if watch.start <= offset < watch.end:
                return watch.data, watch
        assert self._private is not None
        return self._private.data, self._private.data

    def shares(self, offset: int) -> bool:
        """Tell whether a client may map the byte at offset."""
        return any(watch.start <= offset < watch.end for watch in self._watches)

    def touched(self, start: int, end: int) -> Iterator[Span]:
        """Yield what may hold something other than zeros of a range on one side of all borders."""
        storage = self._shared if self.shares(start) else self._private
        return iter(()) if storage is None else storage.touched(start, end)

    def take_over(self, former: "Backing") -> None:
        """Use the former's memfd, which a client has mapped, in place of an own one."""
        own = self._shared
        noted(lambda: self._share(own))
        self._share(former._shared)

    def copy_from(self, original: "Backing") -> None:
        """Hold what an original of the same shape holds."""
        for mine, its in ((self._private, original._private), (self._shared, original._shared)):
            if mine is not None and its is not None:
                mine.copy_from(its)

    def _share(self, storage: Storage | None) -> None:
        self._shared = storage
        self._watches: tuple[Watch, ...] = ()
        if storage is not None:
            spans = ((start, start + size) for start, size in self.areas)
            self._watches = tuple(Watch(storage.data, start, end) for start, end in spans)
        self._poller.watches = self._watches
