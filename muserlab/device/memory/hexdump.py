"""Bytes as lines of hexadecimal and text, for reprs."""

from collections.abc import Iterator

PER_LINE = 16


def hexdump(start: int, data: bytes, digits: int = 8) -> Iterator[str]:
    """Yield 16 bytes a line, with their address and what is printable of them.

    Lines begin at multiples of 16. Of lines that repeat the one above only the first is given, and
    `*` for the others.
    """
    before, repeated = b"", False
    first = start - start % PER_LINE
    for at in range(first, start + len(data), PER_LINE):
        missing = max(start - at, 0)
        part = data[max(at - start, 0) : at - start + PER_LINE]
        if part == before and at + PER_LINE < start + len(data):
            if not repeated:
                yield "*"
            repeated = True
            continue
        before, repeated = part, False
        yield f"{at:0{digits}x}  {_hex(missing, part)}  {' ' * missing}{_text(part)}"


def _hex(missing: int, part: bytes) -> str:
    cells = ["  "] * missing + [f"{byte:02x}" for byte in part]
    cells += ["  "] * (PER_LINE - len(cells))
    return " ".join(cells[:8]) + "  " + " ".join(cells[8:])


def _text(part: bytes) -> str:
    return "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in part)
