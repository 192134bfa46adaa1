"""Which of the registers that somebody sees have changed, and who changed them."""

from dataclasses import dataclass, replace

import muserlab as ml


@dataclass(frozen=True, slots=True)
class Seen:
    """A register as it was seen at a look.

    `change` counts the changes that were seen. `by` is who made the last one: "guest" by a write
    or a read with a side effect, "hook" for the device's own doing, "person" by hand.
    """

    value: int
    pokes: int
    change: int = 0
    by: str = ""


class Changes:
    """The registers in view from look to look; what was out of sight in between begins anew."""

    def __init__(self) -> None:
        self._now: dict[ml.RegisterPart, Seen] = {}
        self._before: dict[ml.RegisterPart, Seen] = {}

    def next_look(self) -> None:
        """Begin a look: what is not asked for in it is forgotten at the next."""
        self._now, self._before = {}, self._now

    def seen(self, part: ml.RegisterPart) -> Seen:
        """Peek at a register, and compare it with the look before."""
        known = self._now.get(part)
        if known is None:
            value, pokes = part.stored, part.pokes
            before = self._before.get(part)
            if before is None:
                known = Seen(value, pokes)
            elif value == before.value:
                known = before if pokes == before.pokes else replace(before, pokes=pokes)
            else:
                by = part.poker if pokes != before.pokes else "guest"
                known = Seen(value, pokes, before.change + 1, by)
            self._now[part] = known
        return known
