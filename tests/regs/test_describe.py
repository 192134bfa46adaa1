"""Layouts as tables."""

from muserlab.regs import RC, RO, RW, RegisterFile, Row, bit, bits, describe


class Adder(RegisterFile):
    CTRL = RW(0x08, doc="starts it", go=bit(0), err=bit(1, RC, reset=1))
    LUT = RO(0x10, size=2, count=2, low=bits(7, 4))


def test_a_row_for_every_register_of_the_layout() -> None:
    rows = describe(Adder.__layout__)
    fields = tuple(Adder.CTRL.fields.values())
    assert rows[0] == Row("CTRL", 8, 4, RW, 2, fields, "starts it")
    assert [(row.name, row.offset) for row in rows[1:]] == [("LUT[0]", 0x10), ("LUT[1]", 0x12)]


def test_a_layout_shows_itself_as_a_table() -> None:
    assert repr(Adder.__layout__) == "\n".join(
        [
            "Adder: 3 registers, 20 bytes",
            "offset  name    access  size  reset       fields           doc",
            "0x0008  CTRL    RW      4     0x00000002  go[0] err[1]:RC  starts it",
            "0x0010  LUT[0]  RO      2     0x0000      low[7:4]",
            "0x0012  LUT[1]  RO      2     0x0000      low[7:4]",
        ]
    )


def test_the_table_of_a_very_large_layout_is_cut() -> None:
    class Large(RegisterFile):
        MEM = RW(0, count=1000)

    lines = repr(Large.__layout__).splitlines()
    assert len(lines) < 100
    assert lines[-1] == "… 936 more"
