"""What there is to look at: live tables, a hex view, and the panel that has them all."""

from .events import TraceEvents
from .interrupts import Interrupts
from .panel import device_panel, region_view, table
from .registers import Registers
from .table import Table

__all__ = [
    "Interrupts",
    "Registers",
    "Table",
    "TraceEvents",
    "device_panel",
    "region_view",
    "table",
]
