"""Bytes as text."""

from muserlab.device.memory import hexdump


def test_lines_have_address_bytes_and_text() -> None:
    assert list(hexdump(0x1000, b"Hello, \x00\xffworld!\x7f~~~")) == [
        "00001000  48 65 6c 6c 6f 2c 20 00  ff 77 6f 72 6c 64 21 7f  Hello, ..world!.",
        "00001010  7e 7e 7e                                          ~~~",
    ]


def test_lines_begin_at_multiples_of_sixteen() -> None:
    assert list(hexdump(0x13, b"abc", digits=4)) == [
        "0010           61 62 63                                    abc"
    ]


def test_repeated_lines_are_left_out_but_for_the_last() -> None:
    data = b"x" * 16 + bytes(64) + b"\x01" * 16
    assert [line[:4] for line in hexdump(0, data, digits=4)] == ["0000", "0010", "*", "0050"]
    assert [line[:4] for line in hexdump(0, bytes(64), digits=4)] == ["0000", "*", "0030"]


def test_nothing_gives_no_lines() -> None:
    assert list(hexdump(0x10, b"")) == []
