"""A cell that declares what a driver asked for and nobody answered."""

import types
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from muserlab.device import BAR, Bank, Definition, Memory, PCIDevice, UnhandledAccess
from muserlab.regs import Member
from muserlab.source.constructor import check_writable, constructor
from muserlab.source.definitions import Definitions
from muserlab.source.expressions import Expressions
from muserlab.source.imports import in_sections
from muserlab.source.lines import call, comment
from muserlab.source.literals import number, octets
from muserlab.source.methods import is_ours
from muserlab.source.naming import Naming
from muserlab.source.parts import FIRST_SPECIFIC, Parts, region_path
from muserlab.source.proposals import Proposal, proposals
from muserlab.source.reach import Reach, follow_definition
from muserlab.source.session import Session
from muserlab.source.statements import Statement, in_order, joined


class Suggestion(str):
    """The text of a cell, which shows itself as it is; `found` tells whether there is any."""

    __slots__ = ("found",)

    found: bool

    def __repr__(self) -> str:
        return str(self)


def suggest(device: PCIDevice, names: Mapping[str, object] | None = None) -> Suggestion:
    """Return a cell that declares the accesses in `device.unhandled` as registers.

    It runs as it is in the session that has these names: it defines the layouts with what they
    have already and what was asked for, makes the device with its own arguments, has hooks to fill
    in, and serves it in the place of the present one, whose client stays. Raises SaveError where
    something of the layouts has no form as text.
    """
    check_writable(device)
    accesses: dict[str, list[UnhandledAccess]] = defaultdict(list)
    for access in device.unhandled:
        accesses[access.region].append(access)
    if not accesses:
        text = f"Nothing to suggest: {device.name} has answered all that its driver asked for."
        suggestion = Suggestion(comment(text))
        suggestion.found = False
        return suggestion
    grown = [
        _Grown(region, proposals(accesses[region.name]))
        for region in device.present
        if isinstance(region, Bank) and region.name in accesses
    ]
    suggestion = Suggestion(_Suggesting(device, grown, names or {}).text())
    suggestion.found = True
    return suggestion


class _Grown:
    """A region, with what its driver asked for as members of a new class of it."""

    def __init__(self, region: Bank, found: list[Proposal]) -> None:
        self.region = region
        self.proposals = {self._name(proposal, found): proposal for proposal in found}
        members = {name: _member(proposal) for name, proposal in self.proposals.items()}
        self.kind = _subclass(region, members)
        self.remarks = {name: proposal.remark for name, proposal in self.proposals.items()}

    def _name(self, proposal: Proposal, found: list[Proposal]) -> str:
        digits = max(2, len(f"{found[-1].offset:x}"))
        stem = "MEM" if proposal.is_memory else "REG"
        name = f"{stem}_{proposal.offset:0{digits}X}"
        return name if name not in dir(type(self.region)) else f"{name}_"


class _Suggesting:
    """The making of one cell."""

    def __init__(self, device: PCIDevice, grown: list[_Grown], names: Mapping[str, object]) -> None:
        self._device = device
        self._grown = grown
        self._definition = _with(device.definition, grown)
        used = [type(region) for region in device.present]
        kept = used[:]
        for one in grown:
            kept.remove(type(one.region))
        anew = [type(one.region) for one in grown if type(one.region) not in kept]
        session, parts = Session(names, anew), Parts(device)
        self._reach = Reach(lambda value: value in parts or value in session, at_hand=names)
        follow_definition(self._reach, self._definition)
        self._reach.settle()
        self._naming = Naming(parts, self._reach.names, session=session)
        for thing in self._reach.things.values():
            self._naming.add(thing)
        self._write = Expressions(self._naming.of, self._naming.register_of)

    def text(self) -> str:
        """Return all of it."""
        dev, must = self._naming.device, self._naming.must
        remarks = {id(one.kind): one.remarks for one in self._grown}
        definitions = Definitions(self._reach, self._naming, self._write, remarks)
        made = constructor(self._definition, must(PCIDevice), must, f"{dev} = ")
        body = in_order(
            [
                *definitions.constants(),
                *definitions.classes(),
                Statement(f"{dev} = {made}\n", dev, line=True),
                *self._contents(dev),
                *self._stubs(dev),
                Statement(f"{self._naming.ml}.serve({dev})\n", line=True),
            ]
        )
        imports = in_sections(self._naming.imports)
        gap = "" if body[0].line else "\n"
        return f"{self._heading()}{imports}\n{gap}{joined(body)}"

    def _heading(self) -> str:
        unhandled = self._device.unhandled
        told = [f"What the driver of {self._device.name} asked for: {unhandled.caption}."]
        told += [
            f"{one.region.name} was memory as a whole: what nothing is declared at reads 0 now."
            for one in self._grown
            if not type(one.region).__members__
        ]
        return "".join(comment(line) for line in told)

    def _contents(self, dev: str) -> Iterator[Statement]:
        """Yield pokes of what the driver has left where a register is now."""
        for one in self._grown:
            for name, proposal in one.proposals.items():
                for place, data in _pieces(proposal, one.region):
                    value = octets(data) if proposal.is_memory else _number(data)
                    path = f"{dev}{region_path(one.region)}.{name}{place}"
                    yield Statement(f"{call(f'{path}.poke', [value])}\n", line=True)

    def _stubs(self, dev: str) -> Iterator[Statement]:
        """Yield hooks to fill in: of what was written, and of what seems to be waited for."""
        for one in self._grown:
            prefix = "" if len(self._grown) == 1 else f"{one.region.name}_"
            for name, proposal in one.proposals.items():
                place, stem = f"{dev}{region_path(one.region)}.{name}", f"{prefix}{name.lower()}"
                if proposal.is_memory:
                    continue
                if proposal.is_polled:
                    yield _stub(f"{place}.on_read", self._naming.free(f"{stem}_polled"), _POLLED)
                if proposal.writes:
                    yield _stub(f"{place}.on_write", self._naming.free(f"{stem}_written"), _WRITTEN)


_POLLED = "(dev, value):\n    return value  # what does the driver wait for?\n"
_WRITTEN = "(dev, new, old):\n    pass  # what does it do?\n"


def _stub(place: str, name: str, rest: str) -> Statement:
    return Statement(f"@{place}\ndef {name}{rest}", name)


def _member(proposal: Proposal) -> Member:
    if proposal.is_memory:
        return Memory(proposal.offset, proposal.size)
    return proposal.access(proposal.offset, size=proposal.size, count=proposal.count)


def _subclass(region: Bank, members: Mapping[str, Member]) -> type[Bank]:
    """Return a class like a region's with more members; nothing that lives has to do with it."""
    kind, size = type(region), {}
    name, base = kind.__name__, kind
    if is_ours(kind):
        name, size = region.name.capitalize(), {"size": region.size}
        base = BAR if isinstance(region, BAR) else kind
    # No module has it, so that it is not taken for the class that it is a proposal for.
    content: dict[str, Any] = {"__module__": "", "__qualname__": name, **members}
    return types.new_class(name, (base,), size, lambda body: body.update(content))


def _with(definition: Definition, grown: list[_Grown]) -> Definition:
    """Return a definition with new classes in the place of regions' old ones."""
    regions: list[Any] = [*definition.regions]
    changed: dict[str, Any] = {}
    for one in grown:
        if one.region.index < FIRST_SPECIFIC:
            changed[one.region.name] = one.kind
        else:
            regions[one.region.index - FIRST_SPECIFIC] = one.kind
            changed["regions"] = regions
    return replace(definition, **changed)


def _pieces(proposal: Proposal, region: Bank) -> Iterator[tuple[str, bytes]]:
    """Yield subscript and content of each element that holds anything."""
    for i in range(proposal.count or 1):
        data = region.peek(proposal.offset + i * proposal.size, proposal.size)
        if any(data):
            yield ("" if proposal.count is None else f"[{i}]"), data


def _number(data: bytes) -> str:
    return number(int.from_bytes(data, "little"), 2 * len(data))
