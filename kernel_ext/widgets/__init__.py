"""What there is to look at: live tables, a hex view, and the panel that has them all."""

from .faults import FaultCard
from .following import Following
from .guest import GuestWidget
from .overview import Overview
from .panel import (
    config_view,
    device_panel,
    dma_view,
    interrupts_view,
    memory_view,
    region_view,
    registers_view,
)
from .trace import TraceWidget

__all__ = [
    "FaultCard",
    "Following",
    "GuestWidget",
    "Overview",
    "TraceWidget",
    "config_view",
    "device_panel",
    "dma_view",
    "interrupts_view",
    "memory_view",
    "region_view",
    "registers_view",
]
