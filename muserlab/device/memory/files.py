"""Address spaces to files and back, a piece at a time."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from muserlab.device.memory.space import AddressSpace

PIECE = 1 << 18
MOST = 1 << 34
"""Bytes of a file, 16 GiB: beyond that a slip of the finger is likelier than a wish."""


def save(
    space: "AddressSpace",
    path: str | os.PathLike[str],
    start: int,
    end: int,
    overwrite: bool,
    tick: Callable[[int], object],
) -> int:
    """Write start up to end of a space to a file; what is not readable there is left zero.

    The file appears under its name when it is complete.
    """
    file = Path(path).expanduser()
    size = end - start
    if not 0 < size <= MOST:
        raise ValueError(f"{size:#x} bytes of {space.name} cannot be saved: 1 byte to 16 GiB can")
    if file.exists() and not overwrite:
        raise FileExistsError(f"{file} is there already")
    partial = file.with_name(f".{file.name}.{os.getpid()}.partial")
    try:
        with partial.open("wb") as out:
            out.truncate(size)
            for first, last in space.readable():
                for low, high in space.touched(max(first, start), min(last, end)):
                    for at in range(low, high, PIECE):
                        out.seek(at - start)
                        out.write(space.peek(at, min(PIECE, high - at)))
                        tick(at - start)
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)
    return size


def load(
    space: "AddressSpace",
    path: str | os.PathLike[str],
    address: int,
    tick: Callable[[int], object],
) -> int:
    """Poke a file's bytes at an address, where they differ from what is there."""
    file = Path(path).expanduser()
    size = file.stat().st_size
    room = next((end - address for start, end in space.readable() if start <= address < end), 0)
    if size > room:
        raise ValueError(
            f"{file} has {size:#x} bytes; {room:#x} fit into {space.name} at {address:#x}"
        )
    with file.open("rb") as data:
        for at in range(address, address + size, PIECE):
            part = data.read(min(PIECE, address + size - at))
            _poke_differences(space, at, part)
            tick(at - address + len(part))
    return size


def _poke_differences(space: "AddressSpace", address: int, data: bytes) -> None:
    now = space.peek(address, len(data))
    if now == data:
        return
    for start, end in space.pieces(address, address + len(data)):
        wanted = slice(start - address, end - address)
        if now[wanted] != data[wanted]:
            space.poke(start, data[wanted])
