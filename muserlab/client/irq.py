"""Interrupts, received by eventfd."""

import os
from contextlib import suppress
from dataclasses import replace

from muserlab.client.errors import ClientError, ServerGone, ServerRefused, ServerTimeout
from muserlab.client.link import Link
from muserlab.client.names import irq_name
from muserlab.proto import Empty, GetIrqInfo, IrqInfo, IrqInfoFlags, IrqSetFlags, SetIrqs

DEFAULT_WAIT = 5.0
"""How long `wait` waits for an interrupt unless told otherwise, in seconds."""

_ARGSZ = 16
_EVENTFD_SIZE = 8


class AsyncIrq:
    """One type of interrupts: INTx, MSI, MSI-X, ERR or REQ. `count` is 0 where there is none.

    `vectors` are those that are enabled.
    """

    def __init__(self, link: Link, info: IrqInfo) -> None:
        self.info = info
        self.index = info.index
        self.name = irq_name(info.index)
        self.count = info.count
        self.vectors: tuple[AsyncVector, ...] = ()
        self._link = link
        link.at_close.callback(self.close)

    @classmethod
    async def load(cls, link: Link, index: int) -> "AsyncIrq":
        """Ask the server about a type; one that it refuses to tell about is an absent one."""
        try:
            info = await link.request(GetIrqInfo(_ARGSZ, index), IrqInfo)
        except ServerRefused:
            return cls.absent(link, index)
        return cls(link, replace(info, index=index))

    @classmethod
    def absent(cls, link: Link, index: int) -> "AsyncIrq":
        """Stand for a type that the device does not have."""
        return cls(link, IrqInfo(index, IrqInfoFlags(0), 0))

    async def enable(self, count: int = 1) -> "tuple[AsyncVector, ...]":
        """Have the first `count` vectors signalled to us, and return them.

        Vectors that were enabled before are disabled first. Raises ClientError where the device
        has fewer vectors, or refuses.
        """
        if not 0 < count <= self.count:
            raise ClientError(f"{self.name} has {self.count} vectors, {count} cannot be enabled")
        await self.disable()
        try:
            for number in range(count):
                self.vectors += (AsyncVector(self, self._link, number),)
            await self._assign()
        except ClientError:
            with suppress(ClientError):
                await self.disable()
            raise
        except BaseException:
            self.close()
            raise
        return self.vectors

    async def disable(self) -> None:
        """Stop the interrupts of this type, and close the eventfds of its vectors."""
        if not self.vectors:
            return
        self.close()
        await self._set(IrqSetFlags.DATA_NONE | IrqSetFlags.TRIGGER, 0, 0)

    async def mask(self, start: int = 0, count: int = 1) -> None:
        """Mask vectors."""
        await self._set(IrqSetFlags.DATA_NONE | IrqSetFlags.MASK, start, count)

    async def unmask(self, start: int = 0, count: int = 1) -> None:
        """Unmask vectors; INTx masks itself with every interrupt and waits for this."""
        await self._set(IrqSetFlags.DATA_NONE | IrqSetFlags.UNMASK, start, count)

    async def trigger(self, start: int = 0, count: int = 1) -> None:
        """Have the server fire vectors, as a loop-back test."""
        await self._set(IrqSetFlags.DATA_NONE | IrqSetFlags.TRIGGER, start, count)

    def close(self) -> None:
        """Close the eventfds of the vectors."""
        for vector in self.vectors:
            vector.close()
        self.vectors = ()

    def __len__(self) -> int:
        return len(self.vectors)

    def __getitem__(self, number: int) -> "AsyncVector":
        if not 0 <= number < len(self.vectors):
            raise IndexError(f"{self.name}[{number}] is not enabled; {len(self)} vectors are")
        return self.vectors[number]

    def __repr__(self) -> str:
        return f"<{describe_irq(self)}>"

    async def _assign(self) -> None:
        """Send the eventfds, in as many messages as the server's limit of fds asks for."""
        flags = IrqSetFlags.DATA_EVENTFD | IrqSetFlags.TRIGGER
        step = self._link.max_fds
        if len(self.vectors) > step:
            # Says how many there will be: a server may not let their number grow afterwards.
            await self._set(flags, 0, len(self.vectors))
        for start in range(0, len(self.vectors), step):
            fds = [vector.fd for vector in self.vectors[start : start + step]]
            await self._set(flags, start, len(fds), fds)

    async def _set(
        self, flags: IrqSetFlags, start: int, count: int, fds: list[int] | None = None
    ) -> None:
        body = SetIrqs(flags, self.index, start, count)
        about = f"{self.name}[{start}:{start + count}] ({flags!r})"
        await self._link.request(body, Empty, fds or (), about)


class AsyncVector:
    """One enabled interrupt vector, with the eventfd that its server signals."""

    def __init__(self, irq: AsyncIrq, link: Link, number: int) -> None:
        self.number = number
        self.name = f"{irq.name}[{number}]"
        self.fd = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._irq = irq
        self._link = link

    async def wait(self, timeout: float | None = DEFAULT_WAIT) -> int:  # noqa: ASYNC109 - as in Vector
        """Wait for an interrupt; return how many have come since the last time, at least 1.

        `timeout` in seconds, None for ever. Raises ServerTimeout where none comes, and ServerGone
        where the connection ends first.
        """
        while not (count := self.poll()):
            if await self._link.transport.readable(self.fd, timeout):
                continue
            if count := self.poll():
                return count
            if (failure := self._link.peer.failure) is not None:
                raise ServerGone(f"no interrupt on {self.name}: {failure}")
            raise ServerTimeout(f"no interrupt on {self.name} in {timeout} s")
        return count

    def poll(self) -> int:
        """Return how many interrupts have come since the last time, without waiting."""
        if self.fd < 0:
            raise ClientError(f"{self.name} is not enabled any more")
        counter = bytearray(_EVENTFD_SIZE)
        with suppress(BlockingIOError):
            # The server shares the eventfd and may make its reads block; this one never does.
            os.preadv(self.fd, [counter], -1, os.RWF_NOWAIT)
        return int.from_bytes(counter, "little")

    async def mask(self) -> None:
        """Mask this vector."""
        await self._irq.mask(self.number)

    async def unmask(self) -> None:
        """Unmask this vector."""
        await self._irq.unmask(self.number)

    async def trigger(self) -> None:
        """Have the server fire this vector."""
        await self._irq.trigger(self.number)

    def close(self) -> None:
        """Close the eventfd."""
        fd, self.fd = self.fd, -1
        if fd >= 0:
            self._link.transport.release(fd)
            os.close(fd)

    def __repr__(self) -> str:
        return f"<{self.name}{'' if self.fd >= 0 else ', disabled'}>"


def describe_irq(irq: AsyncIrq) -> str:
    """Return a type of interrupts on one line: name, number of vectors, how many are enabled."""
    if not irq.count:
        return f"{irq.name} absent"
    return f"{irq.name} {irq.count} vectors, {len(irq)} enabled"
