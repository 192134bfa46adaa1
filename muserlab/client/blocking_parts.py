"""Regions, interrupts and memory for scripts and notebooks: they block instead of awaiting.

Each is a thin face of the coroutines in `region`, `irq` and `dma`, where the behaviour is told.
"""

from typing import Any

from muserlab.client.dma import AsyncDma, AsyncMemory
from muserlab.client.irq import DEFAULT_WAIT, AsyncIrq, AsyncVector, describe_irq
from muserlab.client.mapping import Mapping
from muserlab.client.memory import Memory
from muserlab.client.region import AsyncRegion, AsyncRegister, describe
from muserlab.client.registers import Group, PlacedLike
from muserlab.client.runner import Runner
from muserlab.proto import IrqInfo, RegionInfo


class Region:
    """One region of the device. `size` is 0 where the device has no such region.

    Offsets count bytes from the region's start, numbers are little-endian. A read or write is one
    message, as a guest's access is; whether the device accepts it is for the server to say.
    With a layout, its registers are attributes (`region.CTRL`) and items (`region["CH[2].CTRL"]`).
    """

    def __init__(self, core: AsyncRegion, run: Runner) -> None:
        self._core = core
        self._run = run
        self.registers = Group[Register].of(core.name, core.layout, self._register)

    @property
    def info(self) -> RegionInfo:
        """What the server told about it."""
        return self._core.info

    @property
    def index(self) -> int:
        """Its VFIO index."""
        return self._core.index

    @property
    def name(self) -> str:
        """Its name: `bar0` … `bar5`, `rom`, `config`, `vga`, `region9` and up."""
        return self._core.name

    @property
    def size(self) -> int:
        """Its size in bytes."""
        return self._core.size

    @property
    def readable(self) -> bool:
        """Whether the server allows reads."""
        return self._core.readable

    @property
    def writable(self) -> bool:
        """Whether the server allows writes."""
        return self._core.writable

    @property
    def mappable(self) -> bool:
        """Whether the server gave an fd for it, so that `map` may work."""
        return self._core.mappable

    @property
    def type(self) -> tuple[int, int] | None:
        """Type and subtype of a device-specific region."""
        return self._core.type

    def read(self, offset: int, size: int = 4) -> int:
        """Read a number of `size` bytes. Raises ClientError where the server refuses."""
        return self._run(self._core.read(offset, size))

    def write(self, offset: int, value: int, size: int = 4, *, posted: bool = False) -> None:
        """Write a number of `size` bytes. Raises ClientError where the server refuses.

        A posted write is sent without waiting for it to be done, and its errors are never heard
        of; requests after it still meet it done.
        """
        self._run(self._core.write(offset, value, size, posted=posted))

    def read_bytes(self, offset: int, count: int) -> bytes:
        """Read bytes, in as few messages as the server allows."""
        return self._run(self._core.read_bytes(offset, count))

    def write_bytes(self, offset: int, data: bytes) -> None:
        """Write bytes, in as few messages as the server allows."""
        self._run(self._core.write_bytes(offset, data))

    def map(self) -> Mapping:
        """Map what of the region may be mapped. Raises NotMappable where nothing may."""
        return self._core.map()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self.registers, name)

    def __getitem__(self, path: str) -> Any:
        return self.registers.find(path)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self.registers.names()]

    def __repr__(self) -> str:
        return f"<{describe(self._core)}>"

    def _register(self, placed: PlacedLike) -> "Register":
        return Register(AsyncRegister(self._core, placed), self._run)


class Register:
    """A register of a region, by its name in a layout."""

    def __init__(self, core: AsyncRegister, run: Runner) -> None:
        self._core = core
        self._run = run

    @property
    def placed(self) -> PlacedLike:
        """Its place and bits, from the layout."""
        return self._core.placed

    def read(self) -> Any:
        """Read it; the result is an int with the fields as attributes."""
        return self._run(self._core.read())

    def write(self, value: int = 0, /, *, posted: bool = False, **fields: Any) -> None:
        """Write `value` with the given fields put into it, in one access.

        Fields that are not given are written as they are in `value`, that is as 0 by default:
        nothing is read or remembered. `modify` keeps them.
        """
        self._run(self._core.write(value, posted=posted, **fields))

    def modify(self, **fields: Any) -> None:
        """Read it, replace the given fields, write it: two accesses, with all of their effects.

        A field that clears what is written as 1 (W1C) is read as 1 and written as 1, as in any
        driver: write such a register with `write`.
        """
        self._run(self._core.modify(**fields))

    def __repr__(self) -> str:
        return repr(self._core)


class Irq:
    """One type of interrupts: INTx, MSI, MSI-X, ERR or REQ. `count` is 0 where there is none."""

    def __init__(self, core: AsyncIrq, run: Runner) -> None:
        self._core = core
        self._run = run

    @property
    def info(self) -> IrqInfo:
        """What the server told about it."""
        return self._core.info

    @property
    def index(self) -> int:
        """Its VFIO index."""
        return self._core.index

    @property
    def name(self) -> str:
        """Its name: `intx`, `msi`, `msix`, `err`, `req`, `irq5` and up."""
        return self._core.name

    @property
    def count(self) -> int:
        """How many vectors the device has."""
        return self._core.count

    @property
    def vectors(self) -> "tuple[Vector, ...]":
        """The vectors that are enabled."""
        return tuple(Vector(vector, self._run) for vector in self._core.vectors)

    def enable(self, count: int = 1) -> "tuple[Vector, ...]":
        """Have the first `count` vectors signalled to us, and return them.

        Vectors that were enabled before are disabled first. Raises ClientError where the device
        has fewer vectors, or refuses.
        """
        self._run(self._core.enable(count))
        return self.vectors

    def disable(self) -> None:
        """Stop the interrupts of this type, and close the eventfds of its vectors."""
        self._run(self._core.disable())

    def mask(self, start: int = 0, count: int = 1) -> None:
        """Mask vectors."""
        self._run(self._core.mask(start, count))

    def unmask(self, start: int = 0, count: int = 1) -> None:
        """Unmask vectors; INTx masks itself with every interrupt and waits for this."""
        self._run(self._core.unmask(start, count))

    def trigger(self, start: int = 0, count: int = 1) -> None:
        """Have the server fire vectors, as a loop-back test."""
        self._run(self._core.trigger(start, count))

    def __len__(self) -> int:
        return len(self._core)

    def __getitem__(self, number: int) -> "Vector":
        return Vector(self._core[number], self._run)

    def __repr__(self) -> str:
        return f"<{describe_irq(self._core)}>"


class Vector:
    """One enabled interrupt vector; `fd` is the eventfd that its server signals."""

    def __init__(self, core: AsyncVector, run: Runner) -> None:
        self.number = core.number
        self.name = core.name
        self._core = core
        self._run = run

    @property
    def fd(self) -> int:
        """The eventfd, -1 where the vector is not enabled any more."""
        return self._core.fd

    def wait(self, timeout: float | None = DEFAULT_WAIT) -> int:
        """Wait for an interrupt; return how many have come since the last time, at least 1.

        `timeout` in seconds, None for ever. Raises ServerTimeout where none comes, and ServerGone
        where the connection ends first.
        """
        return self._run(self._core.wait(timeout))

    def poll(self) -> int:
        """Return how many interrupts have come since the last time, without waiting."""
        return self._core.poll()

    def mask(self) -> None:
        """Mask this vector."""
        self._run(self._core.mask())

    def unmask(self) -> None:
        """Unmask this vector."""
        self._run(self._core.unmask())

    def trigger(self) -> None:
        """Have the server fire this vector."""
        self._run(self._core.trigger())

    def __repr__(self) -> str:
        return repr(self._core)


class Dma:
    """The memory that the device may reach, by IOVA."""

    def __init__(self, core: AsyncDma, run: Runner) -> None:
        self._core = core
        self._run = run

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

    def __repr__(self) -> str:
        return repr(self._core)


class DmaMemory:
    """Memory that the device may reach, until `unmap`; also a context manager.

    `view` is all of it, as long as it is mapped.
    """

    def __init__(self, core: AsyncMemory, run: Runner) -> None:
        self.iova = core.iova
        self.size = core.size
        self.view = core.view
        self._core = core
        self._run = run

    def read(self, offset: int = 0, count: int | None = None) -> bytes:
        """Copy bytes out; to the end by default. Raises IndexError outside of the memory."""
        return self._core.read(offset, count)

    def write(self, offset: int, data: bytes | bytearray | memoryview) -> None:
        """Copy bytes in. Raises IndexError where they do not fit."""
        self._core.write(offset, data)

    def unmap(self) -> None:
        """Take the memory back: the server has let go of it when this returns.

        Where the server refuses, it may still use the memory, which stays as it is.
        """
        self._run(self._core.unmap())

    def __enter__(self) -> "DmaMemory":
        return self

    def __exit__(self, *_: object) -> None:
        self._run(self._core.__aexit__())

    def __repr__(self) -> str:
        return repr(self._core)
