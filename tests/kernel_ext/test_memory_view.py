"""The view of memory without a page: what a view is sent, and what a person's wishes do."""

import struct
from pathlib import Path
from typing import Any

import pytest

import muserlab as ml
from muserlab.kernel_ext.jobs import cancel_all
from muserlab.kernel_ext.widgets import memory_view
from muserlab.kernel_ext.widgets.following import Following
from muserlab.kernel_ext.widgets.memory import Memory, all_spaces, guest_memory, same_as
from muserlab.kernel_ext.widgets.memory.patterns import KINDS, pattern
from muserlab.lab import current

PAGE = 4096
SECONDS = 30


class Bar(ml.BAR, size=0x4000):
    A = ml.RW(0x00)
    EVENTS = ml.RC(0x04, reset=5)
    CH = ml.RW(0x10, count=3)
    BUF = ml.Memory(0x1000, 0x1000)


class Smaller(ml.BAR, size=0x10):
    A = ml.RW(0x00)


def device(bar: type[ml.BAR] = Bar) -> ml.PCIDevice:
    return ml.PCIDevice("engine", id=(0x1234, 1), bar0=bar, bar2=1 << 30, msi=2)


@pytest.fixture
def dev() -> ml.PCIDevice:
    return device()


class Watched:
    """A widget, and what it sends."""

    def __init__(self, widget: Memory) -> None:
        self.widget: Any = widget
        self.sent: list[tuple[dict[str, Any], list[bytes]]] = []
        self.widget.send = lambda content, buffers=None: self.sent.append((content, buffers or []))

    def says(self, **content: object) -> None:
        """Let the page say something."""
        self.widget._heard(self.widget, content, [])

    def sees(self, space: str, *addresses: int, view: str = "v", **wants: object) -> None:
        """Let a view want blocks of a space."""
        blocks = [f"{at:x}" for at in addresses]
        self.says(view=view, seen=True, wants={"space": space, "blocks": blocks, **wants})

    def asks(self, space: str, name: str = "q", **question: object) -> dict[str, Any]:
        """Ask something, and return what is said of the work that it started, at its end."""
        self.says(space=space, name=name, **question)
        if self.widget._job is not None:
            assert self.widget._job.finished.wait(SECONDS)
            self.widget.look()
        return dict(self.widget.job)

    def last(self) -> dict[str, Any]:
        """Return the parts that were sent last, bytes among them."""
        content, buffers = self.sent[-1]
        return content["set"] | dict(zip(content["bytes"], buffers, strict=True))


@pytest.fixture
def view(dev: ml.PCIDevice) -> Watched:
    return Watched(Memory(Following(dev), all_spaces))


# -- what is seen ----------------------------------------------------------------------------------


def test_every_address_space_can_be_chosen(view: Watched) -> None:
    assert view.widget.spaces == ["bar0", "bar2", "config", "client's memory"]


def test_a_view_gets_the_blocks_that_it_wants_and_their_names(
    dev: ml.PCIDevice, view: Watched
) -> None:
    dev.bar0.poke(0x10FF, b"xy")
    view.sees("bar0", 0x1000, 0x1100, asked=7)
    parts = view.last()
    assert parts["@1000"] == dev.bar0.peek(0x1000, 256)
    assert parts["@1100"][:1] == b"y"
    assert parts["asked"] == 7
    assert parts["ranges"] == [("0", "4000", "")]
    assert parts["places"] == [("1000", "2000", "BUF", "memory")]
    assert parts["names"][:2] == ["BUF", "A"]


def test_of_what_is_in_sight_only_the_changed_block_travels(
    dev: ml.PCIDevice, view: Watched
) -> None:
    view.sees("bar2", 0, 0x100, 0x2000_0000)
    view.sent.clear()
    dev.bar2.poke(0x2000_0010, b"!")
    dev.bar2.poke(0x3000_0000, b"out of sight")
    view.widget.look()
    ((content, buffers),) = view.sent
    assert (content["bytes"], content["set"]) == (["@20000000"], {})
    assert len(buffers[0]) == 256
    view.widget.look()
    assert len(view.sent) == 1


def test_two_views_see_what_each_of_them_wants(dev: ml.PCIDevice, view: Watched) -> None:
    view.sees("bar0", 0x0, view="one")
    view.sees("config", 0x0, view="two")
    first, second = (content for content, _ in view.sent)
    assert (first["view"], second["view"]) == ("one", "two")
    assert first["set"]["places"][0][2] == "A"
    assert second["set"]["places"][0][2] == "Vendor ID"


@pytest.mark.parametrize("size", [1, 8, 255, 256, 257])
def test_the_last_byte_of_any_size_is_reached(size: int) -> None:
    class Odd(ml.DeviceRegion, size=size):
        pass

    dev = ml.PCIDevice("odd", id=(0x1234, 2), regions=[Odd])
    dev.region(9).poke(size - 1, b"\xaa")
    view = Watched(Memory(Following(dev), same_as(dev.region(9).memory)))
    last = (size - 1) // 256 * 256
    view.sees("region9", last)
    assert view.last()[f"@{last:x}"][-1] == 0xAA
    assert len(view.last()[f"@{last:x}"]) == size - last


def test_a_page_cannot_want_more_than_a_few_screens(view: Watched) -> None:
    view.sees("bar2", *range(0, 1 << 20, 256))
    assert sum(name.startswith("@") for name in view.last()) == 64
    view.sees("bar2", 1 << 40)
    assert not any(name.startswith("@") for name in view.last())
    assert view.widget.said == ""


def test_looking_is_no_access_and_clears_nothing(dev: ml.PCIDevice, view: Watched) -> None:
    view.sees("bar0", 0x0, follow=True)
    view.asks("bar0", find=["bytes", "05"], at="0")
    assert dev.bar0.EVENTS.peek() == 5
    assert len(dev.trace) == 0


# -- what a person does ----------------------------------------------------------------------------


def test_typed_bytes_are_poked(dev: ml.PCIDevice, view: Watched) -> None:
    view.says(space="bar0", name="q", poke=["1001", "cafe"])
    assert dev.bar0.peek(0x1000, 4) == b"\0\xca\xfe\0"
    assert len(dev.trace) == 0
    view.says(space="bar0", name="q", poke=["ff0", "01"])
    assert view.widget.said == (
        "RegionError: nothing is declared at 0xff0; declare a register or ml.Memory"
    )


def test_names_and_numbers_are_gone_to(view: Watched) -> None:
    for text, at in (("BUF", "1000"), ("CH[2]", "18"), ("0x20", "20")):
        view.says(space="bar0", name="q", go=text)
        assert view.sent[-1] == ({"answer": "q", "at": at}, [])
    view.says(space="bar0", name="q", go="BUFF")
    assert "did you mean 'BUF'" in view.widget.said


def test_more_than_is_in_sight_can_be_copied(dev: ml.PCIDevice, view: Watched) -> None:
    view.says(space="bar0", name="q", copy=["1000", 0x1000])
    assert view.sent[-1] == ({"answer": "q"}, [dev.bar0.peek(0x1000, 0x1000)])
    view.says(space="bar2", name="q", copy=["0", 1 << 30])
    assert len(view.sent[-1][1][0]) == 1 << 20


@pytest.mark.parametrize(
    ("kind", "text", "found"),
    [
        ("bytes", "de ad be ef", b"\xde\xad\xbe\xef"),
        ("bytes", "0xDEAD", b"\xde\xad"),
        ("text", "Grüße", "Grüße".encode()),
        ("u16le", "0x1234", b"\x34\x12"),
        ("u32be", "1", b"\0\0\0\x01"),
        ("u16le", "-2", b"\xfe\xff"),
        ("u64le", "1", b"\x01" + bytes(7)),
        ("f32le", "1.5", struct.pack("<f", 1.5)),
        ("f64le", "-1e300", struct.pack("<d", -1e300)),
    ],
)
def test_what_is_looked_for_has_many_notations(kind: str, text: str, found: bytes) -> None:
    assert kind in KINDS
    assert pattern(kind, text) == found


@pytest.mark.parametrize(
    ("kind", "text", "reason"),
    [
        ("bytes", "abc", "not hexadecimal"),
        ("bytes", "", "nothing to look for"),
        ("text", "", "nothing to look for"),
        ("u16le", "65536", "does not fit into 16 bits"),
        ("u16le", "-32769", "does not fit into 16 bits"),
        ("u24le", "1", "nothing is known of 'u24le'"),
    ],
)
def test_what_makes_no_sense_to_look_for_is_told(kind: str, text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        pattern(kind, text)


def test_a_search_goes_on_from_the_other_end(dev: ml.PCIDevice, view: Watched) -> None:
    dev.bar2.poke(0x100, b"needle")
    dev.bar2.poke(0x3000_0000, b"needle")

    def found(at: int, **how: object) -> tuple[str, str]:
        job = view.asks("bar2", find=["text", "needle"], at=f"{at:x}", **how)
        assert (job["state"], job["length"], job["name"]) == ("done", 6, "q")
        return job["at"], job["said"]

    assert found(0) == ("100", "found at 0x100")
    assert found(0x101) == ("30000000", "found at 0x30000000")
    assert found(0x3000_0001) == ("100", "found at 0x100, on from the beginning")
    assert found(0x3000_0000, backwards=True) == ("100", "found at 0x100")
    assert found(0x100, backwards=True)[1] == "found at 0x30000000, on from the end"
    job = view.asks("bar2", find=["text", "absent"], at="0")
    assert (job["state"], job["said"], "at" in job) == ("done", "not found in bar2", False)


def test_a_search_ends_when_it_is_cancelled(
    dev: ml.PCIDevice, view: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    for end in (lambda: view.says(cancel=True), cancel_all):
        monkeypatch.setattr(
            ml.AddressSpace, "find", lambda *_args, tick, **_more: [tick(0) for _ in iter(int, 1)]
        )
        view.says(space="bar0", name="q", find=["text", "x"], at="0")
        end()
        assert view.widget._job.finished.wait(SECONDS)
        view.widget.look()
        assert view.widget.job["state"] == "cancelled"


def test_files_are_saved_and_loaded(dev: ml.PCIDevice, view: Watched, tmp_path: Path) -> None:
    file = str(tmp_path / "buf.bin")
    dev.bar0.poke(0x1000, b"Hello")
    job = view.asks("bar0", save=file, range=["1000", "2000"])
    assert (job["state"], job["said"]) == ("done", f"saved 4 KiB to {file}")
    job = view.asks("bar0", save=file, range=["1000", "2000"])
    assert (job["state"], job["said"]) == ("failed", f"FileExistsError: {file} is there already")
    assert view.asks("bar0", save=file, range=["1000", "1005"], overwrite=True)["state"] == "done"
    dev.bar0.poke(0x1000, b"xxxxx")
    with ml.serve(dev):
        view.widget.look()
        job = view.asks("bar0", load=file, at="1010")
    assert (job["state"], job["at"], job["length"]) == ("done", "1010", 5)
    assert dev.bar0.peek(0x1000, 0x15) == b"xxxxx" + bytes(11) + b"Hello"


def test_the_last_write_is_followed(dev: ml.PCIDevice, view: Watched) -> None:
    dev.bar0.write(0x1004, b"abcd")
    dev.bar0.read(0x10, 4)
    view.sees("bar0", 0x0, follow=True)
    assert view.last()["written"] == (1, "1004", 4)
    dev.bar2.write(0x40, b"x")
    dev.bar0.write(0x00, bytes(4))
    view.widget.look()
    assert view.last() == {"written": (4, "0", 4)}


def test_a_page_that_talks_nonsense_is_told_and_does_no_harm(
    dev: ml.PCIDevice, view: Watched
) -> None:
    before = dev.bar0.peek(0, 0x4000)
    for content in (
        {},
        {"space": "bar0", "name": "q"},
        {"space": "bar9", "name": "q", "go": "0"},
        {"space": "bar0", "name": "q", "poke": ["zz", "00"]},
        {"space": "bar0", "name": "q", "poke": ["0", "0"]},
        {"space": "bar0", "name": "q", "copy": ["0", -1]},
        {"space": "bar0", "name": "q", "save": "", "range": ["0", "1"]},
        {"view": "v", "seen": True, "wants": {"space": "bar0", "blocks": [1]}},
        {"view": "v", "seen": True, "wants": {"space": ["bar0"], "blocks": {}}},
        {"cancel": True},
    ):
        view.says(**content)
    assert dev.bar0.peek(0, 0x4000) == before


# -- guest memory, other definitions ---------------------------------------------------------------


def test_guest_memory_is_looked_at_without_an_access(dev: ml.PCIDevice) -> None:
    view = Watched(Memory(Following(dev), guest_memory))
    with ml.serve(dev), current().connect() as drv:
        drv.dma.offer(PAGE, iova=0x10_0000)
        memory = drv.dma.share(PAGE, iova=0x1000)
        memory.view[:5] = b"guest"
        view.sees("client's memory", 0x1000, 0x10_0000)
        parts = view.last()
        assert parts["@1000"][:5] == b"guest"
        assert [name for name in parts if name.startswith("@")] == ["@1000"]
        assert parts["ranges"] == [
            ("1000", "2000", ""),
            ("100000", "101000", "takes messages: not readable without an access"),
        ]
        seen = len(dev.trace)
        memory.view[:5] = b"GUEST"
        view.widget.look()
        assert view.last()["@1000"][:5] == b"GUEST"
        view.says(space="client's memory", name="q", poke=["1005", "21"])
        current().portal.call(lambda: None)
        assert bytes(memory.view[:6]) == b"GUEST!"
        assert len(dev.trace) == seen
        memory.unmap()
        view.widget.look()
        assert view.widget.said == ""


def test_a_view_follows_a_new_definition_and_says_what_that_has_not(dev: ml.PCIDevice) -> None:
    view = Watched(Memory(Following(dev), same_as(dev.bar2.memory)))
    with ml.serve(dev):
        view.sees("bar2", 0x0)
        new = ml.PCIDevice("engine", id=(0x1234, 1), bar0=Smaller, msi=2)
        ml.serve(new)
        view.widget.look()
        assert view.last()["gone"] == "bar2, which this definition does not have"
        view.says(space="bar2", name="q", go="0")
        assert view.widget.said == "LookupError: bar2, which this definition does not have"
        assert view.widget.still()[0] == "bar2, which this definition does not have"


def test_a_saved_notebook_has_a_hexdump(dev: ml.PCIDevice) -> None:
    dev.bar0.poke(0x1230, b"<b>")
    shown: Any = memory_view(dev.bar0.memory, dev)
    bundle, _ = shown._repr_mimebundle_()
    assert "00001230  3c 62 3e 00" in bundle["text/plain"]
    assert "&lt;b&gt;" in bundle["text/html"]
    assert "<b>" not in bundle["text/html"]
