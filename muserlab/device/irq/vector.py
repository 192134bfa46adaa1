"""One interrupt vector: what becomes of a fire."""

from dataclasses import asdict, dataclass, replace
from typing import Literal, Protocol

from muserlab.device.irq.eventfd import EventFd
from muserlab.device.irq.gate import Gate
from muserlab.device.journal import assign, when_returned
from muserlab.live import Owner
from muserlab.trace import Kind

Action = Literal["mask", "unmask", "trigger"]
State = Literal["masked", "unmasked", "enabled", "disabled"]
Outcome = Literal["delivered", "masked", "pending", "lost"]


class Siblings(Protocol):
    """The interrupt type that a vector belongs to."""

    gate: Gate
    owner: Owner

    def name_of(self, vector: int, /) -> str:
        """Return what the trace calls a vector."""
        ...

    def remark(self, outcome: Outcome, /) -> str:
        """Return what else is to be said of a fire."""
        ...

    def tell(self, vector: int, state: State) -> None:
        """Let people hear of a vector's new state."""
        ...


@dataclass(slots=True)
class Counts:
    """What became of a vector's fires since the device was made.

    `fired`: how often the device fired. `delivered`: how often the client's eventfd was signalled.
    `masked`: fires that met a mask. `pending`: fires that wait at this moment, to be delivered as
    one. `lost`: fires that nobody was ever told of.
    """

    fired: int = 0
    delivered: int = 0
    masked: int = 0
    pending: int = 0
    lost: int = 0


class Vector:
    """An edge: each fire signals the client once, or waits until it can.

    A fire waits while the vector is masked, by the guest (PCI's mask bits) or by the client
    (SET_IRQS), and while the guest uses the vector but the client has given no eventfd yet. Waiting
    fires merge into one, as they do in PCI's pending bit.
    """

    __slots__ = ("_events", "_irq", "_seen_masked", "counts", "held", "index", "name")

    def __init__(self, irq: Siblings, index: int) -> None:
        self._irq = irq
        self._events: dict[Action, EventFd] = {}
        self._seen_masked = False
        self.index = index
        self.name = irq.name_of(index)
        """What the trace calls it: "msi[0]", "intx"."""
        self.counts = Counts()
        self.held = False
        """Whether the client masked the vector, or INTx itself by firing."""

    @property
    def masked(self) -> bool:
        """Whether the guest or the client holds the vector back."""
        return self.held or self._irq.gate.blocked(self.index)

    @property
    def enabled(self) -> bool:
        """Whether the client gave an eventfd to signal."""
        return "trigger" in self._events

    @property
    def pending(self) -> bool:
        """Whether a fire waits to be delivered."""
        return self.counts.pending > 0

    def fire(self) -> None:
        """Interrupt the client once; from a hook on probation, when that has returned."""
        self._irq.owner.run(when_returned, self._fire)

    def _fire(self) -> None:
        self.counts.fired += 1
        self.counts.pending += 1
        outcome = self._settle()
        if outcome == "masked":
            self.counts.masked += 1
        self._record(outcome)

    # -- what the client and the guest do ----------------------------------------------------------

    def assign(self, action: Action, event: EventFd | None) -> None:
        """Signal event from now on when the action happens; None signals nobody."""
        former = self._events.pop(action, None)
        if former is not None:
            former.close()
        if event is not None:
            self._events[action] = event
        if action == "trigger" and (former is None) != (event is None):
            self._irq.tell(self.index, "disabled" if event is None else "enabled")

    def release(self) -> None:
        """Close every eventfd and forget the client's mask."""
        for action in tuple(self._events):
            self.assign(action, None)
        self.held = False

    def update(self) -> None:
        """Do what a changed mask, switch or eventfd now calls for."""
        self._tell_masked()
        if self._wanting:
            outcome = self._settle()
            if outcome in ("delivered", "lost"):
                self._record(outcome, " after a wait")

    def drop(self) -> None:
        """Lose what waits: a reset, or the guest stopped using the vector."""
        self.counts.lost += self.counts.pending
        self.counts.pending = 0
        self._irq.gate.show(self.index, self._visible)

    def succeed(self, former: "Vector") -> None:
        """Have what a former definition's vector has: its eventfds, masks and counts."""
        assign(
            self,
            _events=dict(former._events),
            counts=replace(former.counts),
            held=former.held,
            _seen_masked=former._seen_masked,
        )

    def forget(self) -> None:
        """Have nothing any more: the vector of another definition has it all."""
        self._events.clear()
        self.counts = Counts()
        self.held = False

    def copy_from(self, original: "Vector") -> None:
        """Wait for what an original waits for; the client's eventfds and masks stay its own."""
        self.counts = replace(original.counts)

    # -- how a fire goes ---------------------------------------------------------------------------

    @property
    def _wanting(self) -> bool:
        return self.counts.pending > 0

    @property
    def _visible(self) -> bool:
        """What the guest's pending bit shows."""
        return self.counts.pending > 0

    def _awaited(self) -> bool:
        return self._irq.gate.enabled(self.index)

    def _settle(self) -> Outcome:
        """Deliver, lose or keep what waits; the client is signalled before anything else."""
        trigger = self._events.get("trigger")
        if trigger is not None and not (self.held or self._irq.gate.blocked(self.index)):
            trigger.signal()
            self._delivered()
            return "delivered"
        if trigger is None and not self._awaited():
            self.drop()
            return "lost"
        self._irq.gate.show(self.index, self._visible)
        return "masked" if self.masked else "pending"

    def _delivered(self) -> None:
        """Write down that the client was signalled."""
        self.counts.delivered += 1
        self.counts.pending = 0
        self._irq.gate.show(self.index, self._visible)

    def _record(self, outcome: Outcome, when: str = "") -> None:
        remark = self._irq.remark(outcome)
        note = f"{outcome}{when}, {remark}" if remark else f"{outcome}{when}"
        self._irq.owner.trace.record(Kind.IRQ, self.name, note=note)

    def _tell_masked(self) -> None:
        masked = self.masked
        if masked == self._seen_masked:
            return
        self._seen_masked = masked
        event = self._events.get("mask" if masked else "unmask")
        if event is not None:
            event.signal()
        self._irq.tell(self.index, "masked" if masked else "unmasked")

    def __repr__(self) -> str:
        """Show the state and the counts."""
        words = ["enabled" if self.enabled else "no eventfd"]
        words += ["masked"] if self.masked else []
        numbers = ", ".join(f"{name} {count}" for name, count in asdict(self.counts).items())
        return f"<{self.name}: {', '.join(words)}; {numbers}>"
