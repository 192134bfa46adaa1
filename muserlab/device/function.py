"""A PCI function: what a person defines, and what a client drives."""

from collections.abc import Hashable, Sequence
from typing import Any, ParamSpec, Self

from muserlab.device.adopt import adopt
from muserlab.device.assembly import (
    CONFIG_INDEX,
    ROM_INDEX,
    VGA_INDEX,
    assemble,
    configuration,
)
from muserlab.device.clone import clone
from muserlab.device.config import (
    MSI,
    MSIX,
    Capability,
    Config,
    LiveMSI,
    LiveMSIX,
    LivePCIExpress,
    LivePowerManagement,
)
from muserlab.device.definition import BarDefinition, Definition
from muserlab.device.describe import describe
from muserlab.device.dma import DMA
from muserlab.device.errors import BusyError, RegionError
from muserlab.device.hooks import PROBATION, HookOwner
from muserlab.device.host import Host, InlineHost, ReplacedHost
from muserlab.device.irq import Action, Data, Interrupts, MSIXTable
from muserlab.device.mastering import Mastering
from muserlab.device.methods import HookMethods
from muserlab.device.outcome import Outcome
from muserlab.device.plan import BARS, plan
from muserlab.device.region import (
    ROM,
    VGA,
    Breakpoint,
    Condition,
    ConfigRegion,
    DeviceRegion,
    Region,
    hooks_told,
    site_of,
)
from muserlab.device.reset import ResetKind
from muserlab.device.state import State
from muserlab.device.unhandled import Unhandled
from muserlab.device.work import Working
from muserlab.live import Batch, History, Hook
from muserlab.trace import Kind, Trace

P = ParamSpec("P")

_D0, _D3_HOT = 0, 3


class PCIDevice(Working, HookMethods):
    """A PCI or PCI Express function of one's own.

    id, subsystem  vendor and device numbers
    class_code     24 bits: base class, subclass, programming interface
    bar0 … bar5    a BAR subclass, or the size in bytes of one that is memory
    rom            an expansion ROM: its bytes, its size, or a ROM subclass
    vga            a VGA subclass, for a function that answers at the legacy VGA addresses
    regions        DeviceRegion subclasses, from VFIO index 9 on
    express        whether it is PCI Express: 4096 bytes of configuration space, and its capability
    intx           whether it has a legacy interrupt line
    msi, msix      numbers of vectors, or MSI(…) and MSIX(…) for more control
    capabilities   what else is in configuration space, placed in this order

    Raises DefinitionError, saying what to mend, where there can be no such function.

    Everything lives on it as an attribute: `bar0` … `bar5`, `rom`, `vga`, `config`, `interrupts`
    (each type also by name: `intx`, `msi`, `msix`, `err`, `req`), `dma`, `trace`, `unhandled`.
    Hooks get it as their first argument; `state` is theirs to keep what has to outlive a patch.
    """

    def __init__(
        self,
        name: str,
        *,
        id: tuple[int, int],  # noqa: A002 - the datasheet's word
        subsystem: tuple[int, int] = (0, 0),
        class_code: int = 0xFF0000,
        revision: int = 0,
        bar0: BarDefinition = None,
        bar1: BarDefinition = None,
        bar2: BarDefinition = None,
        bar3: BarDefinition = None,
        bar4: BarDefinition = None,
        bar5: BarDefinition = None,
        rom: bytes | int | type[ROM] | None = None,
        vga: type[VGA] | None = None,
        regions: Sequence[type[DeviceRegion]] = (),
        express: bool = False,
        intx: bool = False,
        msi: int | MSI = 0,
        msix: int | MSIX = 0,
        capabilities: Sequence[Capability] = (),
    ) -> None:
        self.build(
            Definition(
                name=name,
                id=id,
                subsystem=subsystem,
                class_code=class_code,
                revision=revision,
                bar0=bar0,
                bar1=bar1,
                bar2=bar2,
                bar3=bar3,
                bar4=bar4,
                bar5=bar5,
                rom=rom,
                vga=vga,
                regions=tuple(regions),
                express=express,
                intx=intx,
                msi=msi,
                msix=msix,
                capabilities=tuple(capabilities),
            )
        )

    def build(self, definition: Definition) -> None:
        """Make every part of the device anew: for the constructor, and for a copy."""
        parts = plan(definition)
        config = configuration(definition, parts)
        self.definition = definition
        """What the constructor was given."""
        self.name = name = definition.name
        self.state = State()
        self.trace = Trace()
        self.probation = PROBATION
        """How many accesses a new version of a hook has to answer before it is trusted."""
        self.client: str | None = None
        self.batch: Batch | None = None
        self._host: Host = InlineHost()
        self.begin_work()
        self.hook_owner = owner = HookOwner(self)
        self.history = History(owner.restore, owner.run)

        self.mastering = Mastering(lambda text: owner.announce(f"{name}: {text}"))
        self.mastering.follow(config.header)
        switches = config.find(LiveMSIX)
        self.msix_table = None if switches is None else MSIXTable(switches)
        self.interrupts = Interrupts(
            owner,
            owner.emit,
            intx=config.intx,
            msi=config.find(LiveMSI),
            msix=self.msix_table,
            mastering=self.mastering,
        )
        self.dma = DMA(owner, owner.emit, mastering=self.mastering)
        self.config = ConfigRegion(owner, CONFIG_INDEX, config)
        self.regions = assemble(owner, parts, self.config, self.msix_table)
        self.unhandled = Unhandled(lambda: self.present)
        self._name_parts()
        self._watch_for_resets(config)

        self.on_reset = Hook(owner, "on_reset", ("dev", "kind"))
        """Called after a reset."""
        self.on_connect = Hook(owner, "on_connect", ("dev", "client"))
        """Called when a client has come."""
        self.on_disconnect = Hook(owner, "on_disconnect", ("dev", "client"))
        """Called when it has gone."""
        self.on_migrate = Hook(owner, "on_migrate", ("dev", "dropped"))
        """Called with the values, by name, that have no place in this definition of the device."""
        self.define_methods()

    def _name_parts(self) -> None:
        self.bar0: Any
        self.bar1: Any
        self.bar2: Any
        self.bar3: Any
        self.bar4: Any
        self.bar5: Any
        self.bar0, self.bar1, self.bar2, self.bar3, self.bar4, self.bar5 = self.regions[:BARS]
        self.rom: Any = self.regions[ROM_INDEX]
        self.vga: Any = self.regions[VGA_INDEX]
        interrupts = self.interrupts
        self.intx, self.msi, self.msix = interrupts.intx, interrupts.msi, interrupts.msix
        self.err, self.req = interrupts.err, interrupts.req

    def _watch_for_resets(self, config: Config) -> None:
        express = config.find(LivePCIExpress)
        if express is not None:
            express.on_flr = lambda: self.reset(ResetKind.FUNCTION_LEVEL)
        power = config.find(LivePowerManagement)
        if power is not None and not power.definition.no_soft_reset:
            power.on_power = self._power_changed

    def _power_changed(self, old: int, new: int) -> None:
        """Reset the function that loses its state in D3hot (PCI Power Management 1.2, 5.4.1)."""
        if (old, new) == (_D3_HOT, _D0):
            self.reset(ResetKind.FUNCTION_LEVEL)

    # -- what a client does ------------------------------------------------------------------------

    def region(self, index: int) -> Region:
        """Return the region with a VFIO index; raises RegionError where there is none."""
        region = self.regions[index] if 0 <= index < len(self.regions) else None
        if region is None:
            raise RegionError(f"{self.name} has no region {index}")
        return region

    def region_named(self, name: str) -> Region:
        """Return the region of that name, such as "bar0"; raises RegionError if there is none."""
        for region in self.present:
            if region.name == name:
                return region
        raise RegionError(f"{self.name} has no region {name}")

    def set_irqs(self, index: int, action: Action, start: int, count: int, data: Data) -> None:
        """Carry out VFIO_USER_DEVICE_SET_IRQS; fds belong to this call. Raises IrqError."""
        self.interrupts.set(index, action, start, count, data)

    def connect(self, client: str) -> None:
        """Let a client have the device; raises BusyError, naming it, while another has it."""
        if self.client is not None:
            raise BusyError(f"{self.name} is in use by {self.client}; one client at a time")
        self.client = client
        self.mastering.begin()
        self.trace.connected(self.name, client)
        for region in self.present:
            region.poller.start()
        self.hook_owner.emit(self.on_connect, client)

    def disconnect(self) -> None:
        """Take the device from its client: its memory and eventfds go, the device's state stays.

        Harmless where no client is connected. (vfio-user specification, Device reset and lost
        connection.)
        """
        client, self.client = self.client, None
        if client is None:
            return
        for region in self.present:
            region.poller.stop()
        self.dma.messenger = None
        self.dma.release()
        self.interrupts.release()
        self.trace.disconnected(self.name, client)
        self.reset(ResetKind.LOST_CONNECTION)
        self.hook_owner.emit(self.on_disconnect, client)

    def reset(self, kind: ResetKind = ResetKind.DEVICE) -> None:
        """Reset the device: registers and configuration space get their reset values.

        Work that lasts until a reset is cancelled, waiting interrupts are lost; memory keeps what
        it holds, as RAM does. A lost connection changes nothing of the device's own. In each case
        on_reset is called at the end.
        """
        self.hook_owner.run(self._reset, ResetKind(kind))

    def _reset(self, kind: ResetKind) -> None:
        self.trace.record(Kind.RESET, self.name, note=kind)
        if kind is not ResetKind.LOST_CONNECTION:
            self.end_work()
            self.interrupts.reset()
            if self.msix_table is not None:
                self.msix_table.reset()
            self.config.reset_space(function_level=kind is ResetKind.FUNCTION_LEVEL)
            for region in self.present:
                region.reset()
        self.hook_owner.emit(self.on_reset, kind)

    @property
    def quiet(self) -> bool:
        """Whether no DMA is in flight and no window open.

        Accesses whose hook has not returned are counted by whoever awaits them.
        """
        return not self.dma.busy

    # -- what a person or a hook does --------------------------------------------------------------

    @property
    def host(self) -> Host:
        """Who runs the device: its thread, its clock, and where its news goes."""
        return self._host

    @host.setter
    def host(self, host: Host) -> None:
        # A replaced device stays one when it is taken from its host, and until it has another.
        if not (isinstance(self._host, ReplacedHost) and isinstance(host, InlineHost)):
            self._host = host
        for region in self.present:
            region.poller.restart()

    # -- hooks -------------------------------------------------------------------------------------

    def hook_named(self, key: Hashable) -> Hook | None:
        """Return the hook with this key (Hook.line.key), its classes' included, if there is one."""
        if isinstance(key, str):
            return next((hook for hook in self.own_hooks if hook.line.key == key), None)
        for region in self.present:
            hooks = region.hooks.hooks.values()
            hook = next((hook for hook in hooks if hook.line.key == key), None)
            if hook is not None or (hook := region.class_hooks.named(key)) is not None:
                return hook
        return None

    def break_on(
        self,
        place: object,
        *,
        read: bool = False,
        write: bool = True,
        when: Condition | None = None,
    ) -> Breakpoint:
        """Let a client's accesses of a place wait before they take effect; `remove()` ends it.

        A place is a register, a field, an array of registers, a range or a whole region of this
        device. `when(new, old)` tells which accesses: new is what the write would leave (a Value,
        a field's value, or bytes), old what there is; of a read both are what there is. What waits
        is in `lab.paused`. Raises RegionError where the place is none of this device.
        """
        region, site = site_of(self.present, place)
        return self.hook_owner.run(region.break_on, site, read=read, write=write, when=when)

    def adopt(self, former: "PCIDevice") -> Outcome:
        """Take the place of a former definition of this device; see adopt.adopt.

        Return what became of its parts. Raises BusyError where a client is connected and would see
        another structure, and MigrationFailed; nothing has changed then.
        """
        return adopt(self, former)

    def clone(self) -> Self:
        """Return a copy of the device as it is now: definition, contents, state and hooks.

        Nobody serves the copy, nothing that it does reaches this device or its client, and later
        patches of either are not the other's. A hook that a global name leads to this device still
        reaches it. Raises CloneError, naming it, where something in `state` cannot be copied.
        """
        return clone(self).device

    def describe(self) -> str:
        """Return what `lspci -v` would say of the function, found by peeking only."""
        return describe(self)

    @property
    def own_hooks(self) -> tuple[Hook, ...]:
        """The hooks that belong to no region."""
        return (
            *(self.on_reset, self.on_connect, self.on_disconnect, self.on_migrate),
            *(self.dma.on_map, self.dma.on_unmap),
            *(irq.on_state for irq in self.interrupts),
        )

    def record_to(self, trace: Trace) -> None:
        """Record everything there from now on."""
        self.trace = trace
        for region in self.present:
            region.record_to(trace)

    def getdoc(self) -> str:
        """Return what IPython shows for `?`: what a guest finds, and the device's own hooks."""
        return "\n".join([self.describe(), *hooks_told(self.own_hooks)])

    @property
    def present(self) -> tuple[Region, ...]:
        """The regions that there are."""
        return tuple(region for region in self.regions if region is not None)

    def __repr__(self) -> str:
        return self.describe()
