"""Resets, clients and memory in a trace are played as well as accesses."""

from typing import Any

from muserlab.device import PCIDevice, ResetKind
from muserlab.lab.rehearsal import rehearse
from muserlab.live import Rehearsal
from muserlab.trace import Kind

FLR = 0x8000


def found(rehearsal: Rehearsal) -> list[tuple[str, str, object, object]]:
    return [(one.what, one.where, one.before, one.after) for one in rehearsal.differences]


def test_playing_begins_with_the_first_reset(recording: Any, tried: Any) -> None:
    dev = recording.dev
    dev.bar0.A.on_read(lambda dev, value: value + 1)
    recording.write(0x00, 5)
    recording.record(Kind.RESET, "adder", note=ResetKind.DEVICE)
    reset = dev.trace[-1].seq
    recording.read(0x00)
    dev.bar0.A.poke(77)
    rehearsal = tried(recording, dev.bar0.A.on_read, lambda dev, value: value)
    assert rehearsal.start == f"the reset that is event {reset}"
    assert found(rehearsal) == [("reply", "bar0.A", b"\x01\0\0\0", b"\0\0\0\0")]
    assert f"left out that came before the reset that is event {reset}: 1" in repr(rehearsal)


def test_a_trace_from_its_first_event_on_is_played_upon_a_reset_device(recording: Any) -> None:
    dev = recording.dev
    recording.write(0x00, 5)
    recording.read(0x00)
    dev.bar0.CTRL.poke(9)
    hook = dev.bar0.CTRL.on_read
    recording.read(0x08)
    rehearsal = rehearse(dev, hook, lambda dev, value: value, dev.trace[:])
    assert rehearsal.start == "a reset, before the first event of all"
    assert rehearsal.strayed == 1, "of CTRL, which a person poked"
    assert rehearsal.same


def test_a_reset_that_a_write_brings_about_happens_once(recording: Any, tried: Any) -> None:
    dev = recording.dev
    dev.state.resets = []
    control = next(
        live.offset + 8 for live in dev.config.capabilities if "PCIExpress" in repr(live.definition)
    )
    recording.record(Kind.RESET, "adder", note=ResetKind.DEVICE)
    recording.write(control, FLR, 2, region=7)
    recording.read(0x00)
    kinds = [event.kind for event in recording.events]
    assert kinds == [Kind.RESET, Kind.WRITE, Kind.RESET, Kind.READ]

    def note(dev: PCIDevice, kind: ResetKind) -> None:
        dev.state.resets.append(kind)
        dev.bar0.A.poke(len(dev.state.resets))

    rehearsal = tried(recording, dev.on_reset, note)
    assert rehearsal.answered == 2
    assert [(one.what, one.after) for one in rehearsal.differences] == [
        ("register", 1),
        ("register", 2),
        ("reply", b"\x02\0\0\0"),
    ]


def test_clients_come_and_go(recording: Any, tried: Any) -> None:
    dev = recording.dev
    dev.connect("a driver")
    recording.read(0x00)
    dev.disconnect()
    recording.read(0x00)
    dev.connect("another")
    recording.read(0x00)

    def greet(dev: PCIDevice, client: str) -> None:
        dev.bar0.A.poke(len(client))

    came = tried(recording, dev.on_connect, greet)
    assert [one.after for one in came.differences if one.what == "register"] == [8, 7]
    went = tried(recording, dev.on_disconnect, greet)
    assert [one.after for one in went.differences if one.what == "register"] == [8]


def test_a_client_that_leaves_in_the_trace_need_not_have_come_in_it(
    recording: Any, tried: Any
) -> None:
    dev = recording.dev
    recording.record(Kind.DISCONNECT, "adder", note="a driver")
    recording.record(Kind.RESET, "adder", note=ResetKind.LOST_CONNECTION)
    recording.read(0x00)
    rehearsal = tried(recording, dev.on_disconnect, lambda dev, client: dev.bar0.A.poke(1))
    assert rehearsal.answered == 1
    assert rehearsal.start == "the device as it is now"


def test_vectors_that_interrupted_the_client_are_listened_to(recording: Any, tried: Any) -> None:
    dev = recording.dev
    recording.record(Kind.IRQ, "msi[1]", note="delivered")
    recording.read(0x00)
    dev.connect("a driver")
    recording.read(0x00)
    dev.disconnect()
    recording.read(0x00)

    def heard(dev: PCIDevice, value: Any) -> int:
        return sum(vector.enabled << vector.index for vector in dev.msi)

    rehearsal = tried(recording, dev.bar0.A.on_read, heard)
    assert [one.after for one in rehearsal.differences] == [b"\x03\0\0\0", b"\x03\0\0\0"]


def test_what_a_client_changed_in_mapped_memory_is_found(recording: Any, tried: Any) -> None:
    dev = recording.dev
    recording.record(Kind.CHANGE, "bar0", 0x1010, b"ring")
    recording.read(0x1010)

    def rung(dev: PCIDevice, offset: int, data: bytes) -> None:
        dev.bar0.A.poke(offset)
        dev.bar0.SUM.poke(data[0])

    rehearsal = tried(recording, dev.bar0.BUF.on_change, rung)
    assert found(rehearsal) == [
        ("register", "bar0.A", 0, 0x1010),
        ("register", "bar0.SUM", 0, ord("r")),
    ]


def test_dma_finds_what_was_read_and_its_writes_reach_nobody(recording: Any, tried: Any) -> None:
    dev = recording.dev
    recording.write(0x08, 1)
    recording.record(Kind.DMA_READ, "dma", 0x5000, b"\x03\0\0\0")
    recording.write(0x08, 1)
    recording.record(Kind.DMA_READ, "dma", 0x5000, b"\x04\0\0\0")

    def fetch(dev: PCIDevice, new: Any, old: Any) -> None:
        dev.dma.write(0x5000 + 2, b"\x01")
        dev.bar0.SUM.poke(dev.dma.read(0x5000, 1)[0])

    rehearsal = tried(recording, dev.bar0.CTRL.on_write, fetch)
    assert found(rehearsal) == [
        ("register", "bar0.SUM", 0, 3),
        ("DMA", "", (), ("1 bytes to 0x5002: 01",)),
        ("register", "bar0.SUM", 0, 4),
        ("DMA", "", (), ("1 bytes to 0x5002: 01",)),
    ]
    assert dev.dma.regions == ()


def test_dma_to_what_was_never_mapped_fails_as_it_would(recording: Any, tried: Any) -> None:
    dev = recording.dev
    recording.write(0x08, 1)
    rehearsal = tried(
        recording, dev.bar0.CTRL.on_write, lambda dev, new, old: dev.dma.read(0x5000, 4)
    )
    assert [one.what for one in rehearsal.differences] == ["fault"]
    assert "the client has mapped no memory" in repr(rehearsal)


def test_memory_is_mapped_and_unmapped_when_it_was(recording: Any, tried: Any) -> None:
    dev = recording.dev
    dev.dma.map(0x1000, 0x1000, 0, readable=True, writable=True)
    recording.read(0x00)
    dev.dma.unmap(0x1000, 0x1000)
    recording.read(0x00)
    dev.dma.map(0x8000, 0x2000, 0, readable=True, writable=False)
    recording.read(0x00)

    def mapped(dev: PCIDevice, region: Any) -> None:
        dev.bar0.A.poke(region.iova)

    began = tried(recording, dev.dma.on_map, mapped)
    assert [one.after for one in began.differences if one.what == "register"] == [0x1000, 0x8000]
    ended = tried(recording, dev.dma.on_unmap, mapped)
    assert [one.after for one in ended.differences if one.what == "register"] == [0x1000]


def test_accesses_that_cannot_be_made_are_left_out_and_counted(recording: Any, tried: Any) -> None:
    dev = recording.dev
    recording.record(Kind.READ, "bar5.X", 0, b"\0\0\0\0")
    recording.record(Kind.READ, "bar0", 0x5000, b"", "refused")
    recording.record(Kind.WRITE, "bar0.BUF", 0x1000, b"x" * 1024, "first 1024 of 2048 bytes")
    recording.read(0x00)
    rehearsal = tried(recording, dev.bar0.A.on_read, lambda dev, value: value)
    assert rehearsal.replayed == 2
    assert "refused, or of no region here: 2" in repr(rehearsal)
    assert "recorded in part, the rest left as it was: 1" in repr(rehearsal)


def test_nothing_recorded_is_no_difference(recording: Any, tried: Any) -> None:
    rehearsal = tried(recording, recording.dev.bar0.A.on_read, lambda dev, value: 1)
    assert rehearsal.same
    assert rehearsal.replayed == 0
