"""Regions and their registers, as a driver uses them."""

import os
import weakref
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Generic, TypeVar

from muserlab.client.errors import ClientError, NotMappable, ServerRefused
from muserlab.client.integers import pack, unpack
from muserlab.client.link import Link
from muserlab.client.mapping import Mapping
from muserlab.client.names import format_size, region_name
from muserlab.client.registers import Group, LayoutLike, PlacedLike
from muserlab.proto import (
    GetRegionInfo,
    RegionCapability,
    RegionData,
    RegionFlags,
    RegionInfo,
    RegionRead,
    RegionType,
    RegionWrite,
    RegionWritten,
    SparseMmap,
    UnknownCapability,
)

R = TypeVar("R")

_ARGSZ = 32
_MAX_ARGSZ = 1 << 20
_ATTEMPTS = 3  # a server that never stops asking for more room has nothing to tell


class RegionFacts(Generic[R]):
    """What the server told about a region, and its registers by name.

    `name` is `bar0` … `bar5`, `rom`, `config`, `vga`, `region9` and up, `index` its VFIO index.
    With a layout, its registers are attributes (`region.CTRL`) and items (`region["CH[2].CTRL"]`).
    """

    def _learn(
        self, info: RegionInfo, layout: LayoutLike | None, register: Callable[[PlacedLike], R]
    ) -> None:
        """Take in what there is to know; `register` makes what a name stands for."""
        self.info = info
        self.index = info.index
        self.name = region_name(info.index)
        self.size = info.size
        self.layout = layout
        self.registers = Group[R].of(self.name, layout, register)

    @property
    def readable(self) -> bool:
        """Whether the server allows reads."""
        return RegionFlags.READ in self.info.flags

    @property
    def writable(self) -> bool:
        """Whether the server allows writes."""
        return RegionFlags.WRITE in self.info.flags

    @property
    def type(self) -> tuple[int, int] | None:
        """Type and subtype of a device-specific region (VFIO_REGION_INFO_CAP_TYPE)."""
        for capability in self.info.capabilities:
            if isinstance(capability, RegionType):
                return capability.type, capability.subtype
        return None

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self.registers, name)

    def __getitem__(self, path: str) -> Any:
        return self.registers.find(path)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self.registers.names()]


class AsyncRegion(RegionFacts["AsyncRegister"]):
    """One region of the device. `size` is 0 where the device has no such region.

    Offsets count bytes from the region's start, numbers are little-endian. A read or write is one
    message, as a guest's access is; whether the device accepts it is for the server to say.
    """

    def __init__(self, link: Link, info: RegionInfo, layout: LayoutLike | None = None) -> None:
        self._learn(info, layout, self._register)
        self._link = link
        self._fd: int | None = None
        self._mappings = weakref.WeakSet[Mapping]()

    @classmethod
    async def load(cls, link: Link, index: int, layout: LayoutLike | None) -> "AsyncRegion":
        """Ask the server about a region; one that it refuses to tell about is an absent one."""
        argsz = _ARGSZ
        for _ in range(_ATTEMPTS):
            try:
                info, fds = await link.ask(GetRegionInfo(argsz, index), RegionInfo)
            except ServerRefused:
                break
            with fds:
                if info.argsz > argsz:
                    argsz = min(info.argsz, _MAX_ARGSZ)
                    continue
                region = cls(link, replace(info, index=index), layout)
                if len(fds) and RegionFlags.MMAP in info.flags:
                    region._fd = fds.take(0)
                    link.at_close.callback(region.close)
                return region
        return cls.absent(link, index, layout)

    @classmethod
    def absent(cls, link: Link, index: int, layout: LayoutLike | None) -> "AsyncRegion":
        """Stand for a region that the device does not have."""
        return cls(link, RegionInfo(index, RegionFlags(0), 0, 0), layout)

    @property
    def mappable(self) -> bool:
        """Whether the server gave an fd for it, so that `map` may work."""
        return self._fd is not None

    async def read(self, offset: int, size: int = 4) -> int:
        """Read a number of `size` bytes. Raises ClientError where the server refuses."""
        return unpack(await self._read(offset, size))

    async def write(self, offset: int, value: int, size: int = 4, *, posted: bool = False) -> None:
        """Write a number of `size` bytes. Raises ClientError where the server refuses.

        A posted write is sent without waiting for it to be done, and its errors are never heard
        of; requests after it still meet it done.
        """
        await self._write(offset, pack(value, size), posted=posted)

    async def read_bytes(self, offset: int, count: int) -> bytes:
        """Read bytes, in as few messages as the server allows."""
        step = self._link.max_transfer
        return b"".join(
            [
                await self._read(offset + done, min(step, count - done))
                for done in range(0, count, step)
            ]
        )

    async def write_bytes(self, offset: int, data: bytes) -> None:
        """Write bytes, in as few messages as the server allows."""
        step = self._link.max_transfer
        for done in range(0, len(data), step):
            await self._write(offset + done, data[done : done + step], posted=False)

    def map(self) -> Mapping:
        """Map what of the region may be mapped. Raises NotMappable where nothing may."""
        if self._fd is None:
            raise NotMappable(f"the server lets nobody map {self.name}")
        mapping = Mapping(self.name, self.info, self._fd)
        self._mappings.add(mapping)
        return mapping

    def close(self) -> None:
        """Close its mappings and its fd."""
        for mapping in tuple(self._mappings):
            mapping.close()
        fd, self._fd = self._fd, None
        if fd is not None:
            os.close(fd)

    def __repr__(self) -> str:
        return f"<{describe(self)}>"

    def _register(self, placed: PlacedLike) -> "AsyncRegister":
        return AsyncRegister(self, placed)

    async def _read(self, offset: int, count: int) -> bytes:
        answer = await self._link.request(
            RegionRead(offset, self.index, count), RegionData, about=self._about(offset, count)
        )
        self._require_all(offset, count, len(answer.data))
        return answer.data

    async def _write(self, offset: int, data: bytes, *, posted: bool) -> None:
        body = RegionWrite(offset, self.index, data)
        if posted:
            await self._link.post(body)
            return
        about = self._about(offset, len(data))
        answer = await self._link.request(body, RegionWritten, about=about)
        self._require_all(offset, len(data), answer.count)

    def _about(self, offset: int, count: int) -> str:
        return f"{self.name}+{offset:#x} ({count} bytes)"

    def _require_all(self, offset: int, count: int, done: int) -> None:
        if done != count:
            raise ClientError(f"the server did {done} bytes of {self._about(offset, count)}")


class AsyncRegister:
    """A register of a region, by its name in a layout."""

    def __init__(self, region: AsyncRegion, placed: PlacedLike) -> None:
        self.region = region
        self.placed = placed

    async def read(self) -> Any:
        """Read it; the result is an int with the fields as attributes."""
        return self.placed.value(await self.region.read(self.placed.offset, self.placed.size))

    async def write(self, value: int = 0, /, *, posted: bool = False, **fields: Any) -> None:
        """Write `value` with the given fields put into it, in one access.

        Fields that are not given are written as they are in `value`, that is as 0 by default:
        nothing is read or remembered. `modify` keeps them.
        """
        number = self.placed.encode(value, **fields)
        await self.region.write(self.placed.offset, number, self.placed.size, posted=posted)

    async def modify(self, /, **fields: Any) -> None:
        """Read it, replace the given fields, write it: two accesses, with all of their effects.

        A field that clears what is written as 1 (W1C) is read as 1 and written as 1, as in any
        driver: write such a register with `write`.
        """
        value = await self.region.read(self.placed.offset, self.placed.size)
        await self.write(self.placed.encode(value, **fields))

    def __repr__(self) -> str:
        return describe_register(self.region.name, self.placed)


def describe(region: AsyncRegion) -> str:
    """Return a region on one line: name, size, access, and how many names it has."""
    if not region.size:
        return f"{region.name} absent"
    access = ("r" if region.readable else "-") + ("w" if region.writable else "-")
    words = [region.name, format_size(region.size), access]
    if region.mappable:
        words.append("mappable")
    if region.type is not None:
        words.append("type {:#x}.{:#x}".format(*region.type))
    if names := region.registers.names():
        words.append(f"({', '.join(names)})")
    return " ".join(words)


def describe_capability(capability: RegionCapability) -> str:
    """Return one of a region's capabilities (`RegionInfo.capabilities`) in a few words."""
    match capability:
        case SparseMmap(areas):
            return " ".join(["mmap", *(f"{at:#x}-{at + size - 1:#x}" for at, size in areas)])
        case RegionType(kind, subtype):
            return f"type {kind:#x}.{subtype:#x}"
        case UnknownCapability(number, version, data):
            return f"capability {number} v{version} ({len(data)} bytes)"


def describe_register(region: str, placed: PlacedLike) -> str:
    """Return where a register is; its value would take a read."""
    return f"<{region}.{placed.path} at {placed.offset:#x}, {placed.size} bytes>"
