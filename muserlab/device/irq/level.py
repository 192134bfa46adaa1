"""INTx: a level, and the eventfd that tells its rises."""

from muserlab.device.irq.vector import Siblings, Vector
from muserlab.device.journal import assign, running, when_returned
from muserlab.trace import Kind


class LevelVector(Vector):
    """A line that stays asserted until lowered.

    Signalling the client masks the line (VFIO's AUTOMASKED) until the client unmasks it, which is
    when the guest has acknowledged; it is signalled again if it is still asserted then. A pulse
    that meets a mask is kept, so that it is not lost between two acknowledgements.
    """

    __slots__ = ("_asserted", "_kept_pulse")

    def __init__(self, irq: Siblings, index: int) -> None:
        super().__init__(irq, index)
        self._asserted = False
        self._kept_pulse = False

    @property
    def asserted(self) -> bool:
        """Whether the device asserts the line; a hook sees at once what it has just done to it."""
        journal = running()
        return self._asserted if journal is None else journal.foreseen.get(self, self._asserted)

    def raise_(self) -> None:
        """Assert the line; nothing happens if it is asserted."""
        self._irq.owner.run(self._turn, True)

    def lower(self) -> None:
        """Release the line; what no client was told of is lost, but for a pulse kept for one."""
        self._irq.owner.run(self._turn, False)

    def _turn(self, level: bool) -> None:
        journal = running()
        if journal is not None:
            journal.foreseen[self] = level
        when_returned(self._raise if level else self._lower)

    def _raise(self) -> None:
        if not self._asserted:
            self._asserted = True
            super()._fire()

    def _lower(self) -> None:
        if self._asserted:
            self._asserted = False
            if not (self._kept_pulse and self.enabled):
                self.drop()
            self._irq.gate.show(self.index, False)
            self._irq.owner.trace.record(Kind.IRQ, self.name, note="lowered")

    def _fire(self) -> None:
        self._kept_pulse = True
        super()._fire()

    def drop(self) -> None:
        """Lose what waits; an asserted line stays so."""
        self._kept_pulse = False
        super().drop()

    def succeed(self, former: Vector) -> None:
        """Take the place of a former definition's line, its level too."""
        super().succeed(former)
        if isinstance(former, LevelVector):
            assign(self, _asserted=former._asserted, _kept_pulse=former._kept_pulse)

    def forget(self) -> None:
        """Have nothing any more, and be released."""
        super().forget()
        self._asserted = self._kept_pulse = False

    def copy_from(self, original: Vector) -> None:
        """Wait for what an original waits for, and be asserted if it is."""
        super().copy_from(original)
        if isinstance(original, LevelVector):
            self._asserted, self._kept_pulse = original._asserted, original._kept_pulse

    @property
    def _wanting(self) -> bool:
        return self._asserted or super()._wanting

    @property
    def _visible(self) -> bool:
        return self._asserted

    def _awaited(self) -> bool:
        return self._asserted

    def _delivered(self) -> None:
        super()._delivered()
        self._kept_pulse = False
        self.held = True
        self._tell_masked()
