"""What people type to find events: `where:CTRL kind:write data:0x1 client:qemu`, or just words."""

from muserlab.trace.filter.errors import FilterError
from muserlab.trace.filter.filter import Filter, Sieve
from muserlab.trace.filter.subject import Subject

__all__ = ["Filter", "FilterError", "Sieve", "Subject"]
