"""The registers of a device, of which a page gets those that it shows."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import muserlab as ml

from ..accesses import AccessLog
from ..following import Following
from ..live import Live, Picture, static, whole
from ..sizes import size_text
from ..still import html_table, plain_table
from . import hand
from .changes import Changes
from .lines import closer_look, digits, heading, hooks_of, line_of, shown
from .listing import Group, Line, Listing, Wish

MOST = 400  # lines that one view gets
STILL = 256  # registers in a still picture


class RegistersView(Live):
    """A table of the registers of one region, or of whichever region a view chooses."""

    _esm = static("watching.js", "grid.js", "numbers.js", "bits.js", "inspector.js", "registers.js")
    _css = static("common.css", "grid.css", "registers.css")

    def __init__(self, following: Following, only: int | None = None) -> None:
        self._only = only
        self._kept: defaultdict[int, Kept] = defaultdict(Kept)
        self._changes = Changes()
        self._accesses = AccessLog()
        super().__init__(following)

    # -- what a page gets --------------------------------------------------------------------------

    def refresh(self) -> None:
        """Begin a look."""
        self._changes.next_look()

    def picture(self, wants: Mapping[str, Any], /) -> Picture:
        """Return the lines of a window, and a closer look at the register that is selected."""
        banks = self._banks()
        names = [[bank.index, bank.name, len(bank.registers)] for bank in banks]
        bank = _chosen(banks, wants.get("bank"))
        if bank is None:
            return {"banks": names, "bank": -1, "caption": self._nothing(), "total": 0, "widest": 4}
        kept = self._kept[bank.index]
        lines = kept.listing.lines(bank.registers, Wish.of(wants, kept.pinned))
        first, count = whole(wants.get("first")), min(whole(wants.get("count")), MOST)
        shows: Picture = {
            "banks": names,
            "bank": bank.index,
            "caption": f"{bank.name}: {size_text(bank.size)}{self.following.note()}",
            "total": len(lines),
            "widest": kept.listing.widest,
        }
        for at, line in enumerate(lines[first : first + count], first):
            shows[f"line {at}"] = self._line(bank, kept, line)
        selected = _part(bank, wants.get("selected"))
        if selected is not None:
            label, seen = selected.label, self._changes.seen(selected)
            shows["selected"] = closer_look(selected, seen, label in kept.pinned)
            shows["answer"] = kept.answers.get(label, "")
        return shows

    def _line(self, bank: ml.Bank, kept: "Kept", line: Line) -> Any:
        if isinstance(line, Group):
            return heading(line)
        accesses = self._accesses.at(bank.owner.trace, f"{bank.name}.{line.label}")
        return line_of(line, self._changes.seen(line), accesses, line.label in kept.pinned)

    def _nothing(self) -> str:
        return f"{self.following.device.name} has no registers{self.following.note()}"

    # -- what a person does ------------------------------------------------------------------------

    def handle(self, content: dict[str, Any]) -> None:
        """Pin, poke, or access as a client does."""
        match content:
            case {"bank": int(index), "pin": str(label)}:
                self._kept[index].pin(label)
            case {"bank": int(index), "poke": [str(label), str(text)]}:
                self.act(self._poke, index, label, text)
            case {"bank": int(index), "write": [str(label), str(text)]}:
                self.act(self._write, index, label, text)
            case {"bank": int(index), "read": str(label)}:
                self.act(self._read, index, label)
            case _:
                pass

    def _poke(self, index: int, label: str, text: str) -> None:
        hand.poke(self._named(index, label)[1], text)
        self._kept[index].answers[label] = "poked"

    def _write(self, index: int, label: str, text: str) -> None:
        answered = partial(self._kept[index].answers.__setitem__, label)
        hand.write(self.following.device, *self._named(index, label), text, answered)

    def _read(self, index: int, label: str) -> None:
        answered = partial(self._kept[index].answers.__setitem__, label)
        hand.read(self.following.device, *self._named(index, label), answered)

    # -- inside ------------------------------------------------------------------------------------

    def _banks(self) -> list[ml.Bank]:
        """Return the regions that can be shown."""
        every = (region for region in self.following.device.present if isinstance(region, ml.Bank))
        return [bank for bank in every if bank.registers and self._only in (None, bank.index)]

    def _named(self, index: int, label: str) -> tuple[ml.Bank, ml.RegisterPart]:
        bank = next((bank for bank in self._banks() if bank.index == index), None)
        part = None if bank is None else _part(bank, label)
        if bank is None or part is None:
            raise ValueError(f"there is no register {label} any more")
        return bank, part

    def still(self) -> tuple[str, str]:
        """Return a table of every region's registers."""
        tables = [_still(bank, self.following.note()) for bank in self._banks()]
        plain = "\n\n".join(plain_table(*table) for table in tables)
        html = "".join(html_table(*table) for table in tables)
        return plain or self._nothing(), html or self._nothing()


@dataclass
class Kept:
    """What a widget keeps of a region from look to look."""

    listing: Listing = field(default_factory=Listing)
    pinned: list[str] = field(default_factory=list[str])
    """Names of the registers that are kept on top."""
    answers: dict[str, str] = field(default_factory=dict[str, str])
    """What came of the last thing that was done by hand, by register."""

    def pin(self, label: str) -> None:
        """Keep a register on top, or no more."""
        if label in self.pinned:
            self.pinned.remove(label)
        else:
            self.pinned.append(label)


def _part(bank: ml.Bank, label: object) -> ml.RegisterPart | None:
    return bank.hooks.register_at(label) if isinstance(label, str) else None


def _chosen(banks: Sequence[ml.Bank], index: object) -> ml.Bank | None:
    return next((bank for bank in banks if bank.index == index), banks[0] if banks else None)


def _still(bank: ml.Bank, note: str) -> tuple[str, list[list[str]]]:
    head = ["offset", "register", "access", "value", "fields", "hooks", "description"]
    total = len(bank.registers)
    most = f", the first {STILL} of {total} registers" if total > STILL else ""
    caption = f"{bank.name}: {size_text(bank.size)}{most}{note}"
    return caption, [head, *(_still_line(part) for part in bank.registers[:STILL])]


def _still_line(part: ml.RegisterPart) -> list[str]:
    register, stored = part.placed.register, part.stored
    fields = ((field.name, shown(value)) for field, value in register.decode(stored))
    return [
        f"{part.start:#06x}",
        part.label,
        str(register.access),
        digits(stored, part.placed.size),
        "  ".join(f"{name}={value}" for name, value in fields),
        "  ".join(f"{verb} v{version.number}" for verb, version in hooks_of(part)),
        register.doc,
    ]
