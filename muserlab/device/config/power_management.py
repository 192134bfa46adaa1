"""The power management capability (PCI Bus Power Management 1.2, 3.2)."""

from collections.abc import Callable
from dataclasses import dataclass

from muserlab.device.config.capability import Capability, LiveCapability
from muserlab.device.config.image import Image
from muserlab.device.config.space import ConfigSpace

_CONTROL = 4
_STATE = 0b11
_NO_SOFT_RESET = 1 << 3
_PME_ENABLE = 1 << 8
_PME_STATUS = 1 << 15
_PME_FROM_D3_COLD = 1 << 4


@dataclass(frozen=True, slots=True)
class PowerManagement(Capability):
    """Power states D0 and D3hot, and D1 and D2 where they are supported.

    `no_soft_reset` says that the function keeps its state when it comes back from D3hot; without
    it, coming back is a reset. `pme` has a bit for each state (D0, D1, D2, D3hot, D3cold) in which
    the function can ask to be woken.
    """

    d1: bool = False
    d2: bool = False
    no_soft_reset: bool = True
    pme: int = 0

    @property
    def capability_id(self) -> int:
        """PCI's number."""
        return 0x01

    @property
    def states(self) -> frozenset[int]:
        """Numbers of the supported states."""
        supported = (True, self.d1, self.d2, True)
        return frozenset(state for state in range(4) if supported[state])

    def image(self) -> Image:
        """Return its bytes."""
        pme = (_PME_ENABLE | _PME_STATUS) if self.pme else 0
        image = Image(8)
        image.field(2, 2, 3 | self.d1 << 9 | self.d2 << 10 | self.pme << 11)
        image.field(
            _CONTROL,
            2,
            _NO_SOFT_RESET * self.no_soft_reset,
            writable=_STATE | pme & _PME_ENABLE,
            clearable=pme & _PME_STATUS,
            sticky=pme if self.pme & _PME_FROM_D3_COLD else 0,
        )
        return image

    def live(self, space: ConfigSpace, offset: int) -> "LivePowerManagement":
        """Return the capability of one device."""
        return LivePowerManagement(self, space, offset)


class LivePowerManagement(LiveCapability):
    """A device's power state. `on_power(old, new)` is called after the guest changed it."""

    definition: PowerManagement

    def __init__(self, definition: PowerManagement, space: ConfigSpace, offset: int) -> None:
        super().__init__(definition, space, offset)
        self.state = 0
        """The number of the state: 3 for D3hot."""
        self.on_power: Callable[[int, int], None] = lambda _old, _new: None

    def written(self) -> None:
        """Change the state, unless to one that is not supported: that write is ignored."""
        old, new = self.state, self.number(_CONTROL, 2) & _STATE
        if new not in self.definition.states:
            self.put(_CONTROL, 2, old, _STATE)
        elif new != old:
            self.state = new
            self.on_power(old, new)

    def after_reset(self) -> None:
        """Be in D0."""
        self.state = 0
