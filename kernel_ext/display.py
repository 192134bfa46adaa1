"""How muserlab's things show themselves: a panel for a device, a live table for a region.

Registered with IPython's formatters while the extension is loaded, so that the devices themselves
know nothing of notebooks. Without ipywidgets, or in a terminal, each keeps its plain repr.
"""

from collections.abc import Callable
from html import escape
from typing import Any

import muserlab as ml

Bundle = tuple[dict[str, Any], dict[str, Any]]


def register(ip: Any) -> Callable[[], None]:
    """Teach IPython to show muserlab's things; return what takes that back."""
    formatter = ip.display_formatter.mimebundle_formatter
    kinds: dict[type, Callable[[Any], Any]] = {
        ml.PCIDevice: _device,
        ml.Region: _region,
        ml.IrqType: _interrupts,
        ml.Result: _text,
    }
    for kind, show in kinds.items():
        formatter.for_type(kind, _bundler(show))

    def unregister() -> None:
        for kind in kinds:
            formatter.pop(kind, None)

    return unregister


def _bundler(show: Callable[[Any], Any]) -> Callable[..., Bundle | None]:
    def bundle(thing: Any, include: Any = None, exclude: Any = None) -> Bundle | None:
        shown = show(thing)
        if shown is None:
            return None
        if isinstance(shown, dict):
            return shown, {}
        made = shown._repr_mimebundle_(include=include, exclude=exclude)
        return made if isinstance(made, tuple) else (made, {})

    return bundle


def _device(device: Any) -> Any:
    from .widgets import device_panel

    return device_panel(device)


def _region(region: Any) -> Any:
    if not hasattr(region, "registers"):
        return None
    from .widgets import region_view

    return region_view(region, region.owner.subject)


def _interrupts(irq: Any) -> Any:
    from .widgets import Interrupts, table

    return table(Interrupts(irq.owner.subject), irq.owner.subject)


def _text(thing: Any) -> dict[str, Any]:
    text = str(thing)
    return {"text/plain": text, "text/html": f"<pre>{escape(text)}</pre>"}
