"""Registers and fields: layout, access types, values, decoding. Bits only.

A datasheet is a subclass of RegisterFile with registers in its body. It holds no storage: what is
stored belongs to whoever serves it, and every question here is answered from ints.
"""

from muserlab.regs.access import RC, RO, RW, RW1C, W1C, W1S, WO, Access
from muserlab.regs.describe import Row, describe
from muserlab.regs.errors import (
    LayoutError,
    UnknownField,
    UnknownName,
    UnknownRegister,
    did_you_mean,
)
from muserlab.regs.field import Field, bit, bits
from muserlab.regs.layout import Layout
from muserlab.regs.mark import Mark, Markable, marks_of
from muserlab.regs.member import Member
from muserlab.regs.placed import Placed
from muserlab.regs.register import Register
from muserlab.regs.registerfile import Block, RegisterFile
from muserlab.regs.value import Value

__all__ = [
    "RC",
    "RO",
    "RW",
    "RW1C",
    "W1C",
    "W1S",
    "WO",
    "Access",
    "Block",
    "Field",
    "Layout",
    "LayoutError",
    "Mark",
    "Markable",
    "Member",
    "Placed",
    "Register",
    "RegisterFile",
    "Row",
    "UnknownField",
    "UnknownName",
    "UnknownRegister",
    "Value",
    "bit",
    "bits",
    "describe",
    "did_you_mean",
    "marks_of",
]
