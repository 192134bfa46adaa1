"""What is known of a kind of capability."""

from collections.abc import Sequence
from typing import NamedTuple

from muserlab.pci.fields import Register


class Described(NamedTuple):
    """A capability's size, what lspci says of it in its first line, and its registers."""

    size: int
    text: str
    registers: Sequence[Register]
