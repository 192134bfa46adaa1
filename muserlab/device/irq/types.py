"""The five interrupt types that VFIO knows of a PCI function."""

from collections.abc import Callable, Iterator, Sequence
from typing import ClassVar, Generic, TypeVar

from muserlab.device.errors import IrqError
from muserlab.device.irq.eventfd import EventFd
from muserlab.device.irq.gate import Gate, OpenGate
from muserlab.device.irq.level import LevelVector
from muserlab.device.irq.vector import Action, Counts, Outcome, State, Vector
from muserlab.device.journal import assign
from muserlab.device.mastering import Mastering
from muserlab.live import Hook, Owner

V = TypeVar("V", bound=Vector)


class IrqType(Generic[V]):
    """One VFIO interrupt index: its vectors, and how the client may set them up.

    `on_state` is the hook that hears of a vector being masked, unmasked, enabled, disabled.
    """

    name: ClassVar[str]
    index: ClassVar[int]
    definition: ClassVar[str]
    """What to write to have (more of) it, for error messages."""
    maskable: ClassVar[bool] = True
    automasked: ClassVar[bool] = False
    noresize: ClassVar[bool] = False
    eventfd: ClassVar[bool] = True

    def __init__(self, gate: Gate | None, owner: Owner, emit: Callable[..., None]) -> None:
        self.gate: Gate = gate or OpenGate(0)
        self.gate.on_change = self.update
        self.owner = owner
        self.on_state = Hook(owner, f"{self.name}.on_state", ("dev", "vector", "state"))
        self.vectors = tuple(self._vector(i) for i in range(self.gate.count))
        self._emit = emit
        self._extent = 0

    def _vector(self, index: int) -> V:
        raise NotImplementedError

    @property
    def count(self) -> int:
        """Number of vectors."""
        return len(self.vectors)

    def name_of(self, _vector: int) -> str:
        """Return what the trace calls a vector."""
        return self.name

    def remark(self, _outcome: Outcome) -> str:
        """Return what else is to be said of a fire."""
        return ""

    def tell(self, vector: int, state: State) -> None:
        """Let people hear of a vector's new state."""
        self._emit(self.on_state, vector, state)

    # -- what SET_IRQS does, checked by its caller -------------------------------------------------

    def check_resize(self, end: int) -> None:
        """Raise IrqError where vectors up to end cannot be added to those that are set up.

        A NORESIZE type is set up as a whole, and the first eventfds say how large. Vectors that the
        guest has turned on in configuration space belong to the whole too: a client that may send
        few fds in one message sends the whole in pieces.
        """
        if self.noresize and 0 < self._extent < end and not self.gate.enabled(end - 1):
            raise IrqError(
                f"{self.name} is set up with {self._extent} vectors, which cannot grow to {end}: "
                "disable it first"
            )

    def assign(self, action: Action, start: int, events: Sequence[EventFd | None]) -> None:
        """Signal these events from now on when the action happens to vectors from start."""
        vectors = self.vectors[start : start + len(events)]
        if action == "trigger" and any(events):
            self._extent = max(self._extent, start + len(events))
        for vector, event in zip(vectors, events, strict=True):
            vector.assign(action, event)
        for vector in vectors:
            vector.update()

    def act(self, action: Action, vectors: Sequence[V]) -> None:
        """Mask, unmask or fire vectors, as the client says."""
        for vector in vectors:
            if action == "trigger":
                vector.fire()
            else:
                vector.held = action == "mask"
                vector.update()

    def disable(self) -> None:
        """Close every eventfd and forget the client's masks."""
        self._extent = 0
        for vector in self.vectors:
            vector.release()
        self.update(range(self.count))

    # -- what the guest and the device do ----------------------------------------------------------

    def update(self, vectors: range) -> None:
        """Do what switches that the guest turned now call for."""
        for vector in self.vectors[vectors.start : vectors.stop]:
            vector.update()

    def reset(self) -> None:
        """Lose what waits; the client's eventfds and masks are not the device's to reset."""
        for vector in self.vectors:
            vector.drop()

    def succeed(self, former: "IrqType[V]") -> None:
        """Have what a former definition's interrupts have; see `take_over` for the rest."""
        assign(self, _extent=former._extent)
        for vector, its in zip(self.vectors, former.vectors, strict=False):
            vector.succeed(its)

    def take_over(self, former: "IrqType[V]") -> None:
        """Be the only one that has it, and deliver what waits; let go of vectors that are gone."""
        for its in former.vectors[: self.count]:
            its.forget()
        former.disable()
        self.update(range(self.count))

    def __repr__(self) -> str:
        """List the vectors."""
        return "\n".join([f"{self.name}: {self.count} vectors", *map(repr, self.vectors)])


class VectorSet(IrqType[Vector]):
    """MSI or MSI-X: vectors by number, each a message that the function sends."""

    message: ClassVar[str]
    """What PCI calls it."""

    def __init__(
        self,
        gate: Gate | None,
        owner: Owner,
        emit: Callable[..., None],
        mastering: Mastering | None = None,
    ) -> None:
        self._mastering = mastering or Mastering()
        super().__init__(gate, owner, emit)

    def remark(self, outcome: Outcome) -> str:
        """Say where the driver has not let the function send messages, and this is one."""
        sent = outcome != "lost"
        return self._mastering.note(self.message) if sent and self._mastering.off else ""

    def _vector(self, index: int) -> Vector:
        return Vector(self, index)

    def name_of(self, vector: int) -> str:
        """Return "msi[0]"."""
        return f"{self.name}[{vector}]"

    def __getitem__(self, vector: int) -> Vector:
        """Return one vector; raises IrqError where there is no such one."""
        if not 0 <= vector < self.count:
            raise IrqError(
                f"{self.name}[{vector}]: the device has {self.count} vectors; "
                f"define it with {self.definition}"
            )
        return self.vectors[vector]

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[Vector]:
        return iter(self.vectors)


class Msi(VectorSet):
    """Message-signalled interrupts (PCI Local Bus 3.0, 6.8.1), set up as a whole."""

    name = "msi"
    index = 1
    message = "MSI"
    definition = "msi=COUNT"
    noresize = True


class Msix(VectorSet):
    """MSI-X (PCI Local Bus 3.0, 6.8.2), whose vectors come and go one by one."""

    name = "msix"
    index = 2
    message = "MSI-X"
    definition = "msix=COUNT"


class Single(IrqType[V]):
    """A type of one vector, used without a number."""

    @property
    def vector(self) -> V:
        """The vector; raises IrqError where the device has none."""
        if not self.vectors:
            raise IrqError(f"the device has no {self.name}; define it with {self.definition}")
        return self.vectors[0]

    @property
    def counts(self) -> Counts:
        """What became of the fires."""
        return self.vector.counts

    def fire(self) -> None:
        """Interrupt the client once."""
        self.vector.fire()

    def __repr__(self) -> str:
        """Show the vector."""
        return repr(self.vectors[0]) if self.vectors else f"<{self.name}: none>"


class Intx(Single[LevelVector]):
    """The legacy interrupt line (PCI Local Bus 3.0, 2.2.6): a level."""

    name = "intx"
    index = 0
    definition = "intx=True"
    automasked = True

    def _vector(self, index: int) -> LevelVector:
        return LevelVector(self, index)

    @property
    def asserted(self) -> bool:
        """Whether the device asserts the line."""
        return self.vector.asserted

    def raise_(self) -> None:
        """Assert the line until it is lowered; nothing happens if it is asserted."""
        self.vector.raise_()

    def lower(self) -> None:
        """Release the line."""
        self.vector.lower()

    def pulse(self) -> None:
        """Interrupt the client once without holding the line; the same as `fire`."""
        self.vector.fire()

    def reset(self) -> None:
        """Release the line and lose a pulse that waits."""
        for line in self.vectors:
            line.lower()
        super().reset()


class Signal(Single[Vector]):
    """An interrupt of VFIO's own, which no guest can mask."""

    definition = "a device that has one"
    maskable = False

    def _vector(self, index: int) -> Vector:
        return Vector(self, index)


class Err(Signal):
    """An uncorrectable error of the device."""

    name = "err"
    index = 3


class Req(Signal):
    """The device asks the client to let it go."""

    name = "req"
    index = 4
