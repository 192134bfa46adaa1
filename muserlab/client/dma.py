"""Memory that a driver hands to its device."""

import os

from muserlab.client.link import Link
from muserlab.client.memory import Memory, make_memfd
from muserlab.proto import DmaFlags, DmaMap, DmaUnmap, Empty

_UNMAP_SIZE = 24


class AsyncMemory(Memory):
    """Memory that the device may reach, until `unmap`; also an async context manager."""

    def __init__(
        self, link: Link, iova: int, size: int, *, readable: bool, writable: bool, fd: int | None
    ) -> None:
        super().__init__(iova, size, readable=readable, writable=writable, fd=fd)
        self._link = link

    async def unmap(self) -> None:
        """Take the memory back: the server has let go of it when this returns.

        Where the server refuses, it may still use the memory, which stays as it is.
        """
        if not self.closed:
            body = DmaUnmap(_UNMAP_SIZE, 0, self.iova, self.size)
            await self._link.request(body, DmaUnmap, about=repr(self))
            self._link.peer.memory.remove(self)
            self.close()

    async def __aenter__(self) -> "AsyncMemory":
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._link.peer.failure is None:
            await self.unmap()


class AsyncDma:
    """The memory that the device may reach, by IOVA."""

    def __init__(self, link: Link) -> None:
        self._link = link
        link.at_close.callback(self.close)

    @property
    def memories(self) -> tuple[Memory, ...]:
        """What is mapped now, by address."""
        return tuple(self._link.peer.memory)

    async def share(
        self, size: int, iova: int | None = None, *, readable: bool = True, writable: bool = True
    ) -> AsyncMemory:
        """Share new memory with the server: a memfd, sealed, which the server can map.

        The size is rounded up to whole pages. `iova` is where the device sees the memory; by
        default the lowest free place from 1 MiB up. `readable` and `writable` say what the device
        may do. Raises ClientError (EEXIST where the place is taken).
        """
        size = self._round_up(size)
        fd = make_memfd(size)
        try:
            return await self._map(size, iova, readable, writable, fd)
        finally:
            os.close(fd)

    async def offer(
        self, size: int, iova: int | None = None, *, readable: bool = True, writable: bool = True
    ) -> AsyncMemory:
        """Offer new memory without an fd: the server has to ask for its contents by messages.

        The same as `share` otherwise.
        """
        return await self._map(self._round_up(size), iova, readable, writable, None)

    def close(self) -> None:
        """Let go of all of it, without telling the server."""
        for memory in self.memories:
            self._link.peer.memory.remove(memory)
            memory.close()

    def __repr__(self) -> str:
        return f"<DMA: {', '.join(map(repr, self.memories)) or 'no memory'}>"

    async def _map(
        self, size: int, iova: int | None, readable: bool, writable: bool, fd: int | None
    ) -> AsyncMemory:
        table = self._link.peer.memory
        where = table.find_gap(size, self._link.page_size) if iova is None else iova
        table.require_free(where, size)
        memory = AsyncMemory(self._link, where, size, readable=readable, writable=writable, fd=fd)
        flags = (DmaFlags.READ if readable else DmaFlags(0)) | (
            DmaFlags.WRITE if writable else DmaFlags(0)
        )
        table.add(memory)  # before the server knows: it may ask before its reply is read
        try:
            body = DmaMap(flags, 0, where, size)
            await self._link.request(body, Empty, () if fd is None else (fd,), repr(memory))
        except BaseException:
            table.remove(memory)
            memory.close()
            raise
        return memory

    def _round_up(self, size: int) -> int:
        page = self._link.page_size
        return -(-size // page) * page
