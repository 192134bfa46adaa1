"""What a person does to a register by hand: pokes, and accesses as a client makes them."""

from collections.abc import Awaitable, Callable
from contextvars import Context
from typing import Any, ParamSpec, TypeVar

import muserlab as ml

P = ParamSpec("P")
T = TypeVar("T")

Done = Callable[[str], None]


def poke(part: ml.RegisterPart, text: str) -> None:
    """Poke a number ("0x1f"), or fields by number or name ("go=1 mode=FAST").

    Raises ValueError, telling what is wrong; call it on the device's thread.
    """
    value, fields = understood(part, text)
    part.change(value, fields)


def write(
    device: ml.PCIDevice, bank: ml.Bank, part: ml.RegisterPart, text: str, done: Done
) -> None:
    """Write a whole register as a client does: fields that are not given keep what is stored.

    Call it on the device's thread; done hears what came of it, later where a hook is async.
    """
    value, fields = understood(part, text)
    base = part.stored if value is None else value
    data = part.placed.encode(base, **fields).to_bytes(part.placed.size, "little")
    _tell(device, bank, part, "write")
    _finish(device, "write", _as_a_client(bank.write, part.start, data), done)


def read(device: ml.PCIDevice, bank: ml.Bank, part: ml.RegisterPart, done: Done) -> None:
    """Read a whole register as a client does; see write."""
    _tell(device, bank, part, "read")
    _finish(device, "read", _as_a_client(bank.read, part.start, part.placed.size), done)


def understood(part: ml.RegisterPart, text: str) -> tuple[int | None, dict[str, Any]]:
    """Return the value and the fields that a person typed; raises ValueError."""
    if "=" not in text:
        return int(text, 0), {}
    fields = part.placed.register.fields
    changed: dict[str, Any] = {}
    for word in text.replace(",", " ").split():
        name, _, value = word.partition("=")
        known = fields[name].enum if name in fields else None
        named = known.__members__.get(value) if known is not None else None
        changed[name] = int(value, 0) if named is None else named
    return None, changed


def _tell(device: ml.PCIDevice, bank: ml.Bank, part: ml.RegisterPart, verb: str) -> None:
    """Let the trace say that the access that follows is no client's."""
    where = bank.described(part.start, part.placed.size)[0]
    device.trace.record(ml.Kind.LOG, where, part.start, note=f"{verb} by hand")


def _as_a_client(access: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Make an access in a context of its own: what hooks poke there is not by hand."""
    return Context().run(access, *args, **kwargs)


def _finish(
    device: ml.PCIDevice, verb: str, answer: bytes | Awaitable[Any] | None, done: Done
) -> None:
    if isinstance(answer, bytes) or answer is None:
        done(_said(verb, answer))
        return

    async def finish(_device: ml.PCIDevice) -> None:
        try:
            done(_said(verb, await answer))
        except Exception as error:
            done(f"the {verb} failed: {type(error).__name__}: {error}")
            raise

    device.spawn(finish, name=f"a {verb} by hand", until_reset=False)


def _said(verb: str, data: bytes | None) -> str:
    if verb == "write" or data is None:
        return "written"
    return f"read 0x{int.from_bytes(data, 'little'):0{2 * len(data)}x}"
