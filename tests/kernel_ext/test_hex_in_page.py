"""The hex view on a page of its own: scrolling, selecting, typing, at any size."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

import muserlab as ml
from muserlab.kernel_ext.widgets.following import Following
from muserlab.kernel_ext.widgets.memory import Memory, all_spaces, guest_memory, same_as
from muserlab.kernel_ext.widgets.sizes import size_text

from .mounted import Mounted, blank

pytestmark = pytest.mark.browser

PAGE = 4096
GIB = 1 << 30
ROW = 19  # pixels


class Bar(ml.BAR, size=0x4000):
    A = ml.RW(0x00)
    CTRL = ml.RW(0x08)
    BUF = ml.Memory(0x1000, 0x1000)


class Huge(ml.BAR, size=GIB, bits=64):
    pass


@pytest.fixture
def dev() -> Iterator[ml.PCIDevice]:
    made = ml.PCIDevice("engine", id=(0x1234, 2), bar0=Bar, bar2=Huge)
    yield made
    made.disconnect()


@pytest.fixture
def mount(page: Page) -> Callable[[Memory], Mounted]:
    blank(page)
    return lambda widget: Mounted(page, widget)


def addresses(view: Mounted) -> list[int]:
    """Return the addresses of the rows in sight."""
    shown = view.el.locator(".muser-hexrow:not([hidden]):not(.gap) .muser-address")
    return [int(text, 16) for text in shown.all_text_contents()]


def grid(view: Mounted) -> Locator:
    return view.el.get_by_role("grid")


def where(view: Mounted) -> str:
    return view.el.locator(".muser-where").inner_text()


def selected(view: Mounted) -> list[str]:
    shown = view.el.locator(".muser-hexrow:not([hidden]):not(.gap) .muser-byte.sel")
    return shown.all_text_contents()


def press(view: Mounted, *keys: str) -> None:
    for key in keys:
        grid(view).press(key)
    view.settle()


# -- going and scrolling ---------------------------------------------------------------------------


def test_the_ends_of_a_gibibyte_are_the_ends_of_the_scrollbar(
    dev: ml.PCIDevice, mount: Callable[[Memory], Mounted]
) -> None:
    dev.bar2.poke(GIB - 1, b"\xee")
    view = mount(Memory(Following(dev), same_as(dev.bar2.memory)))
    frame = grid(view)
    frame.evaluate("el => { el.scrollTop = el.scrollHeight; }")
    view.settle()
    assert addresses(view)[-1] == GIB - 16
    expect(view.el.locator(".muser-hexrow:not([hidden]) .muser-byte").last).to_have_text("ee")
    frame.evaluate("el => { el.scrollTop = (el.scrollHeight - el.clientHeight) / 2; }")
    view.settle()
    assert abs(addresses(view)[0] - GIB // 2) < 32 * 16
    frame.evaluate("el => { el.scrollTop = 0; }")
    view.settle()
    assert addresses(view)[0] == 0


def test_wheel_and_keys_go_row_by_row_however_large_the_memory(
    dev: ml.PCIDevice, mount: Callable[[Memory], Mounted]
) -> None:
    view = mount(Memory(Following(dev), same_as(dev.bar2.memory)))
    view.el.get_by_label("go to").fill("0x20000000")
    view.el.get_by_label("go to").press("Enter")
    view.settle()
    assert where(view).split()[0] == "0x20000000"
    first = addresses(view)[0]
    grid(view).hover()
    view.page.mouse.wheel(0, 3 * ROW)
    view.settle()
    assert addresses(view)[0] == first + 3 * 16
    press(view, "ArrowDown", "ArrowDown", "ArrowRight")
    assert where(view).split()[0] == "0x20000021"
    press(view, "PageDown")
    assert where(view).split()[0] == f"0x{0x20000021 + 15 * 16:x}"
    press(view, "End", "Home", "Control+End")
    assert where(view).split()[0] == "0x3fffffff"
    assert addresses(view)[-1] == GIB - 16
    press(view, "Control+Home", "ArrowLeft")
    assert where(view).split()[0] == "0x00000000"


def test_sizes_are_told_alike_by_the_page_and_by_python(mount: Callable[[Memory], Mounted]) -> None:
    view = mount(Memory(Following(ml.PCIDevice("none", id=(0x1234, 2))), guest_memory))
    sizes = [
        0,
        1,
        1023,
        1024,
        1025,
        1280,
        1536,
        GIB - 1,
        GIB,
        4 * GIB,
        5 * GIB // 2,
        1 << 63,
        1 << 64,
    ]
    told = view.page.evaluate(
        """async ([esm, sizes]) => {
            const url = URL.createObjectURL(new Blob(
                [esm, "; export { sizeText }"], { type: "text/javascript" }));
            const { sizeText } = await import(url);
            return sizes.map((size) => sizeText(BigInt(size)));
        }""",
        [view.widget._esm, [str(size) for size in sizes]],
    )
    assert told == [size_text(size) for size in sizes]
    assert told[4:9] == ["1.0 KiB", "1.3 KiB", "1.5 KiB", "1024.0 MiB", "1 GiB"]


def test_rows_are_exact_up_to_the_last_of_64_bits(mount: Callable[[Memory], Mounted]) -> None:
    view = mount(Memory(Following(ml.PCIDevice("none", id=(0x1234, 2))), guest_memory))
    end = (1 << 64) - PAGE
    rows = view.page.evaluate(
        """async ([esm, end]) => {
            const url = URL.createObjectURL(new Blob(
                [esm, "; export { hexRows }"], { type: "text/javascript" }));
            const { hexRows } = await import(url);
            const rows = hexRows([[0x1000n, 0x2008n, ""], [0x2010n, 0x3000n, "no"],
                [BigInt(end), BigInt(end) + 4096n, ""]]);
            const last = rows.at(rows.rows - 1n);
            const all = [];
            for (let row = 0n; row < rows.rows; row += 1n) {
                const { base, text } = rows.at(row);
                const first = base < 0x1000n ? 0x1000n : base;
                if (text === "" && rows.rowOf(first) !== row) all.push(row);
            }
            return [String(rows.rows), String(last.base), all.length,
                String(rows.moved(0x2007n, 1n)), String(rows.moved(BigInt(end), -1n)),
                String(rows.moved((1n << 64n) - 1n, 1n)), String(rows.nearest(0n))];
        }""",
        [view.widget._esm, str(end)],
    )
    # A gap, 0x1000 to 0x2008, a gap, what cannot be read, a gap, the last page.
    assert rows == [
        *(str(1 + 257 + 1 + 1 + 1 + 256), str((1 << 64) - 16), 0),
        *(str(end), str(0x2007), str((1 << 64) - 1), str(0x1000)),
    ]


# -- selecting, typing, copying --------------------------------------------------------------------


@pytest.fixture
def view(dev: ml.PCIDevice, mount: Callable[[Memory], Mounted]) -> Mounted:
    dev.bar0.poke(0x1000, b"Hello" + bytes(3) + b"\x00\x00\xc0\x3f" + b"\xff" * 4)
    made = mount(Memory(Following(dev), same_as(dev.bar0.memory), 0x1000))
    assert selected(made) == ["48"]
    return made


def test_keys_select_and_what_is_selected_is_explained(view: Mounted) -> None:
    press(view, *["Shift+ArrowRight"] * 4)
    assert where(view) == "0x1000, 5 B  BUF"
    expect(view.el.locator(".muser-hexinspect")).to_contain_text("“Hello”")
    press(view, "ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight")
    assert where(view) == "0x1008  BUF + 8"
    values = view.el.locator(".muser-value").all_inner_texts()
    assert values[4].split("\n") == [
        *("64 bits", "18446744070484131840 / -3225419776", "211381110439935")
    ]
    assert values[5].split("\n")[:2] == ["f32", "1.5"]
    press(view, "Shift+ArrowDown", "Escape")
    assert where(view) == "0x1018  BUF + 0x18"


def test_a_drag_selects_and_shift_extends(view: Mounted) -> None:
    row = view.el.locator(".muser-hexrow:not([hidden])", has_text="Hello")
    row.locator(".muser-byte").nth(1).hover()
    view.page.mouse.down()
    row.locator(".muser-char").nth(3).hover()
    view.page.mouse.up()
    view.settle()
    assert selected(view) == ["65", "6c", "6c"]
    row.locator(".muser-byte").nth(7).click(modifiers=["Shift"])
    view.settle()
    assert len(selected(view)) == 7


def test_a_name_beside_a_row_selects_what_it_names(view: Mounted) -> None:
    view.el.get_by_label("go to").fill("CTRL")
    view.el.get_by_label("go to").press("Enter")
    view.settle()
    view.el.locator(".muser-place", has_text="CTRL").click()
    view.settle()
    assert where(view) == "0x0008, 4 B  CTRL"
    cells = view.el.locator(".muser-hexrow:not([hidden])").first.locator(".muser-byte.register")
    assert cells.count() == 8  # A and CTRL are outlined
    cells.nth(5).hover()
    expect(cells.nth(5)).to_have_attribute("title", "0009  CTRL + 1")


def test_typed_digits_are_poked_with_enter_and_dropped_with_escape(
    dev: ml.PCIDevice, view: Mounted
) -> None:
    press(view, "c", "a", "f")
    assert view.el.locator(".muser-byte.typed").all_text_contents() == ["ca", "f_"]
    press(view, "Enter")
    assert dev.bar0.peek(0x1000, 2) == b"He"
    press(view, "E", "Enter")
    assert dev.bar0.peek(0x1000, 3) == b"\xca\xfel"
    assert where(view).split()[0] == "0x1002"
    press(view, "1", "2", "Backspace", "Escape", "Enter")
    assert dev.bar0.peek(0x1002, 1) == b"l"
    press(view, "Shift+ArrowRight", *"00112233")
    assert len(view.el.locator(".muser-byte.typed").all()) == 2  # not beyond the selection
    press(view, "Enter")
    assert dev.bar0.peek(0x1002, 4) == b"\x00\x11o\x00"
    assert len(dev.trace) == 0


def test_what_is_selected_is_copied_in_three_notations(view: Mounted) -> None:
    view.page.evaluate(
        """() => {
            window.copied = [];
            document.addEventListener("copy", (event) => copied.push(event.target.value));
        }"""
    )
    press(view, *["Shift+ArrowRight"] * 5, "Control+c")
    for name in ("text", "Python"):
        view.el.get_by_role("button", name=name).click()
    view.settle()
    assert view.page.evaluate("copied") == ["48 65 6c 6c 6f 00", "Hello\0", 'b"Hello\\x00"']
    press(view, "Control+Home", "Control+Shift+End")
    view.el.get_by_role("button", name="hex").click()
    view.settle()
    assert len(view.page.evaluate("copied")[-1].split()) == 0x4000  # what is not in sight too


def test_what_was_copied_is_told_until_something_else_is_selected(
    dev: ml.PCIDevice, view: Mounted
) -> None:
    told = view.el.get_by_role("status").filter(has_text="copied")
    press(view, "Shift+ArrowRight", "Control+c")
    expect(told).to_have_text("copied 2 B as hex")
    dev.bar0.poke(0x1001, b"EL")
    view.look()
    expect(told).to_be_visible()
    press(view, "ArrowRight")
    expect(told).to_have_count(0)
    view.el.get_by_role("button", name="text").click()
    expect(told).to_have_text("copied 1 B as text")
    press(view, "a")
    expect(told).to_have_count(0)


def test_changed_bytes_are_marked_and_the_marks_fade(dev: ml.PCIDevice, view: Mounted) -> None:
    marked = view.el.locator(".muser-byte[class*=' new']")
    assert marked.count() == 0
    dev.bar0.poke(0x1001, b"EL")
    view.look()
    assert marked.all_text_contents() == ["45", "4c"]
    expect(marked).to_have_count(0)


def test_the_last_write_is_followed_until_it_is_not_wanted(
    dev: ml.PCIDevice, view: Mounted
) -> None:
    dev.bar0.write(0x1800, b"abcd")
    follow = view.el.get_by_role("button", name="follow writes")
    follow.click()
    view.settle()
    assert where(view) == "0x1800, 4 B  BUF + 0x800"
    dev.bar0.write(0x08, bytes(4))
    view.look()
    assert where(view) == "0x0008, 4 B  CTRL"
    follow.click()
    view.settle()
    dev.bar0.write(0x1900, b"e")
    view.look()
    assert where(view) == "0x0008, 4 B  CTRL"


def test_a_search_tells_how_far_it_is_and_can_be_cancelled(
    view: Mounted, monkeypatch: pytest.MonkeyPatch
) -> None:
    def endless(*_args: object, tick: Callable[[int], object], **_more: object) -> None:
        for done in iter(int, 1):
            tick(done + (5 << 20))

    monkeypatch.setattr(ml.AddressSpace, "find", endless)
    view.el.get_by_label("find", exact=True).fill("de ad")
    view.el.get_by_role("button", name="find the next one").click()
    view.settle()
    view.look()
    expect(view.el.locator(".muser-doing")).to_contain_text("searching … 5.0 MiB")
    view.el.get_by_role("button", name="cancel").click()
    view.settle()
    assert view.widget._job.finished.wait(30)
    view.look()
    expect(view.el.locator(".muser-doing")).to_contain_text("searching: cancelled")


# -- other spaces ----------------------------------------------------------------------------------


def test_another_space_is_chosen(dev: ml.PCIDevice, mount: Callable[[Memory], Mounted]) -> None:
    view = mount(Memory(Following(dev), all_spaces))
    chooser = view.el.get_by_label("address space")
    assert chooser.locator("option").all_text_contents() == [
        *("bar0", "bar2", "config", "client's memory")
    ]
    chooser.select_option("config")
    view.settle()
    expect(view.el.locator(".muser-byte").first).to_have_text("34")
    assert view.el.locator(".muser-place").first.inner_text() == "Vendor ID"
    assert view.el.locator(".muser-byte[class*=' new']").count() == 0
    chooser.select_option("client's memory")
    view.settle()
    expect(view.el.locator(".muser-size")).to_have_text("nothing to look at, not served")


def test_gaps_of_guest_memory_are_rows_that_say_so(
    dev: ml.PCIDevice, mount: Callable[[Memory], Mounted], memfd: Callable[[int], int]
) -> None:
    dev.connect("script")
    dev.dma.map(0x1000, PAGE, 0, readable=True, writable=True, fd=memfd(PAGE))
    dev.dma.map(0x8000_0000, PAGE, 0, readable=True, writable=True)
    dev.dma.map(1 << 40, PAGE, 0, readable=True, writable=True, fd=memfd(PAGE))
    dev.dma.poke(1 << 40, b"far away")
    view = mount(Memory(Following(dev), guest_memory))
    view.el.get_by_label("go to").fill(hex(1 << 40))
    view.el.get_by_label("go to").press("Enter")
    view.settle()
    assert where(view).startswith("0x010000000000 ")
    assert selected(view) == ["66"]
    gaps = view.el.locator(".muser-hexrow.gap:not([hidden]) .muser-note").all_text_contents()
    assert [gap.split("   ")[1] for gap in gaps] == [
        "2.0 GiB not mapped",
        "4 KiB takes messages: not readable without an access",
        "1022.0 GiB not mapped",
    ]
    press(view, "ArrowLeft")
    assert where(view).split()[0] == "0x000000001fff"


def test_the_view_of_a_device_that_has_stopped_says_so_and_is_grey(
    dev: ml.PCIDevice, mount: Callable[[Memory], Mounted]
) -> None:
    widget: Any = Memory(Following(dev), all_spaces)
    with ml.serve(dev):
        widget.look()
        view = mount(widget)
        assert view.el.locator(".muser-notice").inner_text() == ""
    view.look()
    expect(view.el.locator(".muser-notice")).to_contain_text("engine is not served any more")
    assert "grayscale(1)" in grid(view).evaluate("el => getComputedStyle(el).filter")
