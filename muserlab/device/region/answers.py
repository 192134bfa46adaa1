"""What an on_read hook may answer, and what that means."""

from typing import Any, Final

from muserlab.live import WrongAnswer
from muserlab.regs import Field


class Pass:
    """What a raw hook returns to let what lies below it answer: use the instance, `PASS`."""

    def __repr__(self) -> str:
        return "PASS"


PASS: Final = Pass()


def raw_answer(answer: object, _offset: int, count: int) -> bytes | Pass:
    """Return the bytes that a raw hook means; raises WrongAnswer where it is not so many."""
    if isinstance(answer, Pass):
        return PASS
    if isinstance(answer, int):
        return (answer & (1 << 8 * count) - 1).to_bytes(count, "little")
    if isinstance(answer, bytes | bytearray) and len(answer) == count:
        return bytes(answer)
    raise WrongAnswer(f"returned {answer!r:.80}; want {count} bytes, an int or PASS")


def decoded_answer(answer: Any, _value: int) -> int | None:
    """Return the number that a register's or field's hook means, None for the value as it is."""
    if answer is None or isinstance(answer, int):
        return answer
    try:
        return Field.raw(answer)
    except TypeError:
        raise WrongAnswer(f"returned {answer!r:.80}; want an int or None") from None


def as_bytes(value: bytes | int, count: int) -> bytes:
    """Return count bytes of a value, little endian; too few bytes are filled up with zeros."""
    if isinstance(value, int):
        return (value & (1 << 8 * count) - 1).to_bytes(count, "little")
    return value[:count].ljust(count, b"\0")


def ones(count: int) -> bytes:
    """Return what is read where no device answers."""
    return b"\xff" * count
