"""What a person looks for, as bytes."""

import re
import struct
from collections.abc import Mapping

_INTEGER = re.compile(r"(u)(8|16|32|64)(le|be)")

KINDS: Mapping[str, str] = {
    "bytes": "bytes",
    "text": "text",
    **{f"u{bits}{order}": f"u{bits} {order}" for bits in (16, 32, 64) for order in ("le", "be")},
    "f32le": "f32 le",
    "f64le": "f64 le",
}
"""The kinds of things to look for, and what they are called."""


def pattern(kind: str, text: str) -> bytes:
    """Return the bytes that a text of a kind stands for; raises ValueError where it is none.

    "bytes" are hexadecimal ("de ad be ef", "0xdeadbeef"); an integer may be negative, and then is
    its two's complement.
    """
    if kind == "text":
        found = text.encode()
    elif kind == "bytes":
        found = _hexadecimal(text)
    elif kind in ("f32le", "f64le"):
        found = struct.pack("<f" if kind == "f32le" else "<d", float(text))
    else:
        found = _integer(kind, text)
    if not found:
        raise ValueError("there is nothing to look for")
    return found


def _hexadecimal(text: str) -> bytes:
    digits = re.sub(r"0[xX]|[\s,:_]", "", text)
    try:
        return bytes.fromhex(digits)
    except ValueError:
        raise ValueError(f"{text!r} is not hexadecimal; want bytes such as: de ad be ef") from None


def _integer(kind: str, text: str) -> bytes:
    known = _INTEGER.fullmatch(kind)
    if known is None:
        raise ValueError(f"nothing is known of {kind!r}")
    bits, number = int(known[2]), int(text, 0)
    if not -(1 << bits - 1) <= number < 1 << bits:
        raise ValueError(f"{text} does not fit into {bits} bits")
    little = (number % (1 << bits)).to_bytes(bits // 8, "little")
    return little if known[3] == "le" else little[::-1]
