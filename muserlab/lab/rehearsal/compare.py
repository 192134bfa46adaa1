"""Where two copies that went through the same script came out differently."""

from collections.abc import Iterator

from muserlab.device import PCIDevice
from muserlab.lab.rehearsal.observed import Observed
from muserlab.lab.rehearsal.play import Log
from muserlab.lab.rehearsal.registers import Changes, decoded
from muserlab.live import Difference, Failure, What
from muserlab.trace import Event, Kind


class Comparison:
    """Two logs of the same script: of a copy with the present versions, and of one with another."""

    def __init__(self, device: PCIDevice, before: Log, after: Log) -> None:
        self._device = device
        self._before = before
        self._after = after
        self._held: dict[str, tuple[int, int]] = {}  # in both, by register, once it has changed

    def differences(self) -> Iterator[Difference]:
        """Yield what is different, in the order of the events.

        A register that stays different is told of when that begins, and again when one changes.
        """
        yield from self._between(0, "the start", "", self._before.start, self._after.start)
        for (event, one), (_, other) in zip(self._before.each, self._after.each, strict=True):
            yield from self._between(event.seq, _told(event), event.where, one, other)

    @property
    def present_failures(self) -> list[Failure]:
        """How the present versions failed."""
        return self._before.failures

    @property
    def strayed(self) -> int:
        """How many reads the present versions answered otherwise than was recorded."""
        return sum(
            isinstance(seen.reply, bytes) and seen.reply[: len(event.data)] != event.data
            for event, seen in self._before.each
            if event.kind is Kind.READ
        )

    @property
    def accesses(self) -> int:
        """How many reads and writes there were."""
        return sum(event.kind in (Kind.READ, Kind.WRITE) for event, _ in self._before.each)

    def _between(
        self, seq: int, access: str, where: str, one: Observed, other: Observed
    ) -> Iterator[Difference]:
        if one.reply != other.reply:
            yield Difference(seq, access, "reply", where, one.reply, other.reply)
        if one.registers or other.registers:
            yield from self._registers(seq, access, one.registers or {}, other.registers or {})
        lists: tuple[tuple[What, tuple[str, ...], tuple[str, ...]], ...] = (
            ("interrupt", one.interrupts, other.interrupts),
            ("DMA", one.transfers, other.transfers),
            ("fault", one.faults, other.faults),
        )
        for what, before, after in lists:
            if before != after:
                yield Difference(seq, access, what, "", before, after)

    def _registers(
        self, seq: int, access: str, one: Changes, other: Changes
    ) -> Iterator[Difference]:
        for name in one | other:
            at_first = (one.get(name) or other[name])[0]
            mine, its = self._held.get(name, (at_first, at_first))
            mine, its = one.get(name, (0, mine))[1], other.get(name, (0, its))[1]
            self._held[name] = mine, its
            if mine != its:
                before, after = (decoded(self._device, name, held) for held in (mine, its))
                yield Difference(seq, access, "register", name, before, after)


def _told(event: Event) -> str:
    """Return what an event was, in words: "write bar0.CTRL 0x00000001"."""
    _, _, kind, where, offset, data, *_ = event.cells(0)
    place = where if "." in where or not offset else f"{where}+{offset}"
    return " ".join([kind, place, data] if event.kind is Kind.WRITE else [kind, place])
