"""How muserlab's things show themselves: a panel for a device, a live table for a region.

Registered with IPython's formatters while the extension is loaded, so that the devices themselves
know nothing of notebooks. In a terminal, or without the widgets' packages, each keeps its plain
repr.
"""

from collections.abc import Callable
from html import escape
from importlib.util import find_spec
from typing import Any

import muserlab as ml
from muserlab.lab import VM, Lab

from .shell import Shell, has_page
from .status import Status

Bundle = dict[str, Any]
Metadata = dict[str, Any]


def register(ip: Shell) -> Callable[[], None]:
    """Teach IPython to show muserlab's things; return what takes that back."""
    kinds: dict[type, Callable[[Any], object]] = {ml.Result: _Text, ml.Lab: _status}
    if has_page(ip) and find_spec("anywidget") is not None:
        kinds |= {
            ml.Lab: _lab,
            ml.PCIDevice: _device,
            ml.Region: _region,
            ml.AddressSpace: _memory,
            ml.ConfigRegion: _config,
            ml.DMA: _dma,
            ml.Registers: _registers,
            ml.Interrupts: _interrupts,
            ml.IrqType: _irq_type,
            ml.Trace: _trace,
            ml.TraceView: _events,
            VM: _guest,
            ml.Unhandled: _Table,
            ml.Rehearsal: _Table,
        }
    formatter = ip.display_formatter.mimebundle_formatter
    for kind, view in kinds.items():
        formatter.for_type(kind, _bundler(view))

    def unregister() -> None:
        for kind in kinds:
            formatter.pop(kind, None)

    return unregister


def _bundler(view: Callable[[Any], Any]) -> Callable[..., tuple[Bundle, Metadata] | None]:
    """Return what IPython asks of a thing: its view's bundle; the plain repr where it has none."""

    def bundle(thing: object, **kwargs: object) -> tuple[Bundle, Metadata] | None:
        shown = view(thing)
        if shown is None:
            return None
        made: Bundle | tuple[Bundle, Metadata] = shown._repr_mimebundle_(**kwargs)
        return made if isinstance(made, tuple) else (made, {})

    return bundle


def _lab(lab: Lab) -> object:
    from .widgets import Overview

    return Overview(lab)


def _device(device: ml.PCIDevice) -> object:
    from .widgets import device_panel

    return device_panel(device)


def _region(region: ml.Region) -> object:
    from .widgets import region_view

    device = region.owner.subject
    return region_view(region, device) if isinstance(device, ml.PCIDevice) else None


def _config(config: ml.ConfigRegion) -> object:
    from .widgets import config_view

    device = config.owner.subject
    return config_view(device) if isinstance(device, ml.PCIDevice) else None


def _dma(dma: ml.DMA) -> object:
    from .widgets import dma_view

    device = dma.owner.subject
    return dma_view(device) if isinstance(device, ml.PCIDevice) else None


def _memory(space: ml.AddressSpace) -> object:
    from .widgets import memory_view

    device = space.owner.subject
    return memory_view(space, device) if isinstance(device, ml.PCIDevice) else None


def _registers(registers: ml.Registers) -> object:
    from .widgets import registers_view

    device = registers.bank.owner.subject
    return registers_view(registers, device) if isinstance(device, ml.PCIDevice) else None


def _interrupts(interrupts: ml.Interrupts) -> object:
    from .widgets import interrupts_view

    device = interrupts.owner.subject
    return interrupts_view(device) if isinstance(device, ml.PCIDevice) else None


def _irq_type(irq: ml.IrqType[Any]) -> object:
    from .widgets import interrupts_view

    device = irq.owner.subject
    return interrupts_view(device, irq.name) if isinstance(device, ml.PCIDevice) else None


def _trace(trace: ml.Trace) -> object:
    return _events(trace.view())


def _guest(vm: VM) -> object:
    from .widgets import GuestWidget

    return GuestWidget(vm)


def _events(view: ml.TraceView) -> object:
    from .widgets import TraceWidget

    return TraceWidget(view)


def _status(lab: Lab) -> object:
    return Status(lab)


class _Table:
    """A thing with a caption, lines of cells, the first of them the head, and notes below."""

    def __init__(self, thing: ml.Unhandled | ml.Rehearsal) -> None:
        from .widgets.still import html_table, preformatted

        self._text = repr(thing)
        table = html_table(thing.caption, thing.lines)
        self._html = "".join([table, *map(preformatted, thing.notes)])

    def _repr_mimebundle_(self, **_: object) -> Bundle:
        return {"text/plain": self._text, "text/html": self._html}


class _Text:
    """A thing whose text is what there is to show."""

    def __init__(self, thing: object) -> None:
        self._text = str(thing)

    def _repr_mimebundle_(self, **_: object) -> Bundle:
        return {"text/plain": self._text, "text/html": f"<pre>{escape(self._text)}</pre>"}
