"""What there is to look at: live tables, a hex view, and the panel that has them all."""

from .panel import device_panel, interrupts_view, region_view, registers_view, trace_view

__all__ = ["device_panel", "interrupts_view", "region_view", "registers_view", "trace_view"]
