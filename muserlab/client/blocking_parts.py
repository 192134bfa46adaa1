"""Regions, interrupts and memory for scripts and notebooks: they block instead of awaiting.

Each is a thin face of the coroutines in `region`, `irq` and `dma`, where the behaviour is told.
"""

from muserlab.client.dma import AsyncDma, AsyncMemory
from muserlab.client.face import Face, blocking
from muserlab.client.irq import AsyncIrq, AsyncVector
from muserlab.client.mapping import Mapping
from muserlab.client.memory import Memory
from muserlab.client.region import AsyncRegion, AsyncRegister, RegionFacts
from muserlab.client.runner import Runner


class Register(Face[AsyncRegister]):
    """A register of a region, by its name in a layout; `placed` is its place and bits there."""

    def __init__(self, core: AsyncRegister, run: Runner) -> None:
        self.placed = core.placed
        super().__init__(core, run)

    read = blocking(AsyncRegister.read)
    write = blocking(AsyncRegister.write)
    modify = blocking(AsyncRegister.modify)


class Region(Face[AsyncRegion], RegionFacts[Register]):
    """One region of the device. `size` is 0 where the device has no such region.

    Offsets count bytes from the region's start, numbers are little-endian. A read or write is one
    message, as a guest's access is; whether the device accepts it is for the server to say.
    With a layout, its registers are attributes (`region.CTRL`) and items (`region["CH[2].CTRL"]`).
    """

    def __init__(self, core: AsyncRegion, run: Runner) -> None:
        super().__init__(core, run)
        # Not a method of ours: a reference to itself would keep a dropped driver open for a while.
        self._learn(
            core.info, core.layout, lambda placed: Register(AsyncRegister(core, placed), run)
        )

    read = blocking(AsyncRegion.read)
    write = blocking(AsyncRegion.write)
    read_bytes = blocking(AsyncRegion.read_bytes)
    write_bytes = blocking(AsyncRegion.write_bytes)

    @property
    def mappable(self) -> bool:
        """Whether the server gave an fd for it, so that `map` may work."""
        return self._core.mappable

    def map(self) -> Mapping:
        """Map what of the region may be mapped. Raises NotMappable where nothing may."""
        return self._core.map()


class Vector(Face[AsyncVector]):
    """One enabled interrupt vector; `fd` is the eventfd that its server signals."""

    def __init__(self, core: AsyncVector, run: Runner) -> None:
        self.number = core.number
        self.name = core.name
        super().__init__(core, run)

    wait = blocking(AsyncVector.wait)
    mask = blocking(AsyncVector.mask)
    unmask = blocking(AsyncVector.unmask)
    trigger = blocking(AsyncVector.trigger)

    @property
    def fd(self) -> int:
        """The eventfd, -1 where the vector is not enabled any more."""
        return self._core.fd

    def poll(self) -> int:
        """Return how many interrupts have come since the last time, without waiting."""
        return self._core.poll()


class Irq(Face[AsyncIrq]):
    """One type of interrupts: INTx, MSI, MSI-X, ERR or REQ. `count` is 0 where there is none.

    `info` is what the server told about it, `index` its VFIO index, and `name` is `intx`, `msi`,
    `msix`, `err`, `req`, `irq5` and up.
    """

    def __init__(self, core: AsyncIrq, run: Runner) -> None:
        self.info = core.info
        self.index = core.index
        self.name = core.name
        self.count = core.count
        super().__init__(core, run)

    disable = blocking(AsyncIrq.disable)
    mask = blocking(AsyncIrq.mask)
    unmask = blocking(AsyncIrq.unmask)
    trigger = blocking(AsyncIrq.trigger)

    @property
    def vectors(self) -> tuple[Vector, ...]:
        """The vectors that are enabled."""
        return tuple(Vector(vector, self._run) for vector in self._core.vectors)

    def enable(self, count: int = 1) -> tuple[Vector, ...]:
        """Have the first `count` vectors signalled to us, and return them.

        Vectors that were enabled before are disabled first. Raises ClientError where the device
        has fewer vectors, or refuses.
        """
        self._run(self._core.enable(count))
        return self.vectors

    def __len__(self) -> int:
        return len(self._core)

    def __getitem__(self, number: int) -> Vector:
        return Vector(self._core[number], self._run)


class Dma(Face[AsyncDma]):
    """The memory that the device may reach, by IOVA."""

    @property
    def memories(self) -> tuple[Memory, ...]:
        """What is mapped now, by address."""
        return self._core.memories

    def share(
        self, size: int, iova: int | None = None, *, readable: bool = True, writable: bool = True
    ) -> "DmaMemory":
        """Share new memory with the server: a memfd, sealed, which the server can map.

        The size is rounded up to whole pages. `iova` is where the device sees the memory; by
        default the lowest free place from 1 MiB up. `readable` and `writable` say what the device
        may do. Raises ClientError (EEXIST where the place is taken).
        """
        core = self._run(self._core.share(size, iova, readable=readable, writable=writable))
        return DmaMemory(core, self._run)

    def offer(
        self, size: int, iova: int | None = None, *, readable: bool = True, writable: bool = True
    ) -> "DmaMemory":
        """Offer new memory without an fd: the server has to ask for its contents by messages.

        It is answered while a call of this driver waits for something; in between, `Driver.idle`
        does nothing else. The same as `share` otherwise.
        """
        core = self._run(self._core.offer(size, iova, readable=readable, writable=writable))
        return DmaMemory(core, self._run)


class DmaMemory(Face[AsyncMemory]):
    """Memory that the device may reach, until `unmap`; also a context manager.

    `view` is all of it, as long as it is mapped.
    """

    def __init__(self, core: AsyncMemory, run: Runner) -> None:
        self.iova = core.iova
        self.size = core.size
        self.view = core.view
        super().__init__(core, run)

    def read(self, offset: int = 0, count: int | None = None) -> bytes:
        """Copy bytes out; to the end by default. Raises IndexError outside of the memory."""
        return self._core.read(offset, count)

    def write(self, offset: int, data: bytes | bytearray | memoryview) -> None:
        """Copy bytes in. Raises IndexError where they do not fit."""
        self._core.write(offset, data)

    unmap = blocking(AsyncMemory.unmap)

    def __enter__(self) -> "DmaMemory":
        return self

    def __exit__(self, *_: object) -> None:
        self._run(self._core.__aexit__())
