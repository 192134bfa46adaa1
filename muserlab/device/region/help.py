"""What a shell tells of a place when asked: datasheet, hooks and values, by peeking only."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from muserlab.live import Hook

if TYPE_CHECKING:
    from muserlab.device.region.bank import Bank
    from muserlab.device.region.register import RegisterPart


def help_of_register(part: "RegisterPart") -> str:
    """Return the datasheet of a register, what it holds, and the versions of its hooks."""
    register = part.placed.register
    lines = [
        f"{part.label} at {part.start:#x}: {register.size} bytes, {register.access},"
        f" reset {register.reset:#x}",
        *([register.doc] if register.doc else []),
        f"holds {part.value!r}",
    ]
    for field in register.fields.values():
        names = "" if field.enum is None else ": " + ", ".join(one.name for one in field.enum)
        access = f" {field.access}" if field.access is not None else ""
        lines.append(f"  [{field.bits}] {field.name}{access}{names}  {field.doc}".rstrip())
    return "\n".join([*lines, *hooks_told(part.hooks)])


def help_of_bank(bank: "Bank") -> str:
    """Return a region's registers with what they hold, and its hooks."""
    doc = type(bank).__doc__
    hooks = (hook for hook in bank.hooks.hooks.values() if hook)
    return "\n".join([*([doc, ""] if doc else []), repr(bank), *hooks_told(hooks)])


def hooks_told(hooks: Iterable[Hook]) -> Iterator[str]:
    """Yield a line for each hook that has a version: which, from where, and how it stands."""
    for hook in hooks:
        version = hook.current
        if version is not None:
            yield f"{hook.name} {version}: {version.state}"
