"""`muserlab dump`: a range of a region, read word by word and shown in hexadecimal."""

from collections.abc import Iterator

import click

from muserlab.cli.parameters import (
    driving,
    number,
    pick_region,
    region_argument,
    size_option,
    socket_argument,
)

_LINE = 16


@click.command(short_help="Read a range of a served device as a hexdump.")
@socket_argument
@region_argument
@click.argument("offset", type=number, default="0")
@click.argument("length", type=number, required=False)
@size_option
def dump(socket: str, region: str, offset: int, length: int | None, size: str) -> None:
    """Read LENGTH bytes of REGION from OFFSET on, to its end by default, and show them.

    Each word of --size bytes is one read as a guest does it, with all of its side effects: a
    register that clears when it is read is clear afterwards, and hooks run.
    """
    width = int(size)
    with driving(socket) as driver:
        chosen = pick_region(driver, region)
        end = chosen.size if length is None else offset + length
        words = ((at, chosen.read(at, width)) for at in range(offset, end, width))
        for line in hexdump(words, width):
            click.echo(line)


def hexdump(words: Iterator[tuple[int, int]], width: int) -> Iterator[str]:
    """Lay words with their offsets out, 16 bytes a line, with what is printable beside them."""
    cells: list[tuple[int, int]] = []
    for word in words:
        cells.append(word)
        if len(cells) * width == _LINE:
            yield _line(cells, width)
            cells = []
    if cells:
        yield _line(cells, width)


def _line(cells: list[tuple[int, int]], width: int) -> str:
    digits = " ".join(f"{value:0{2 * width}x}" for _, value in cells)
    data = b"".join(value.to_bytes(width, "little") for _, value in cells)
    text = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in data)
    room = (_LINE // width) * (2 * width + 1) - 1
    return f"{cells[0][0]:08x}  {digits:<{room}}  {text}"
