"""What there is to look at: live tables, a hex view, and the panel that has them all."""

from .overview import Overview
from .panel import device_panel, interrupts_view, region_view, registers_view, trace_view

__all__ = [
    "Overview",
    "device_panel",
    "interrupts_view",
    "region_view",
    "registers_view",
    "trace_view",
]
