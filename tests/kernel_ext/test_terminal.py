"""The screen of a guest's serial console, without a guest."""

import re

from hypothesis import given
from hypothesis import strategies as st

from muserlab.kernel_ext.widgets.guest.terminal import KEPT, Terminal
from muserlab.kernel_ext.widgets.live import static


def fed(*pieces: bytes) -> Terminal:
    terminal = Terminal(20, 4)
    for piece in pieces:
        terminal.feed(piece)
    return terminal


def test_lines_are_pieces_of_one_look() -> None:
    terminal = fed(b"a \x1b[1;32mgreen\x1b[0m b\r\n\x1b[7mback\x1b[0m")
    assert terminal.lines == [
        [["a "], ["green", "green", "default", "b"], [" b"]],
        [["back", "default", "default", "r"]],
    ]
    assert terminal.cursor == (1, 4)


def test_what_scrolls_off_keeps_its_number_and_is_kept_for_a_while() -> None:
    terminal = fed(*(b"%d\r\n" % number for number in range(10)))
    assert terminal.first == 0
    assert [line[0][0] for line in terminal.lines if line] == [str(n) for n in range(10)]
    for number in range(KEPT):
        terminal.feed(b"more %d\r\n" % number)
    assert terminal.first == 10 + KEPT - 3 - KEPT
    assert terminal.lines[-2] == [[f"more {KEPT - 1}"]]


def test_an_editor_leaves_the_screen_as_it_was() -> None:
    terminal = fed(b"$ vi\r\n", b"\x1b[?1049h\x1b[H\x1b[J~\r\n~\r\n~\r\n~\r\nfile")
    assert "$ vi" not in terminal.text
    terminal.feed(b"\x1b[?1049l")
    assert terminal.text == "$ vi"
    assert terminal.first == 0


def test_modes_that_a_keyboard_has_to_know() -> None:
    terminal = fed(b"\x1b[?1h\x1b[?25l")
    assert terminal.application_keys
    assert terminal.cursor is None


@given(
    st.lists(st.binary(max_size=30) | st.sampled_from([b"\x1b[", b"\x1b[?", b"h", b"6n", b"\n"]))
)
def test_whatever_a_guest_writes_there_is_a_screen(pieces: list[bytes]) -> None:
    terminal = fed(*pieces, b"\x18\x1bc", b"still here")
    assert len(terminal.lines) >= 1
    assert terminal.text is not None


def luminance(colour: str) -> float:
    """Return a colour's relative luminance, as the Web's guidelines for contrast define it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_in_the_light_theme_every_colour_stands_out_from_whatever_is_under_it() -> None:
    light = static("terminal.css").split("}")[0]
    colours = re.findall(r"--muser-(ansi|under|screen|ink)(?:-\w+)?: #(\w{6});", light)
    written = [colour for what, colour in colours if what in ("ansi", "ink")]
    under = [colour for what, colour in colours if what in ("under", "screen")]
    assert len(written) == len(under) == 17
    least = min(map(luminance, under)) + 0.05
    assert least / (max(map(luminance, written)) + 0.05) >= 4.5
