"""A new definition takes the place of one in use; what has a place in it stays."""

import mmap
import os
from typing import Any

import pytest

from muserlab.device import BAR, BusyError, DeviceError, InlineHost, Memory, PCIDevice
from muserlab.live import PatchError
from muserlab.regs import RO, RW, Block, RegisterFile, bit, bits


def adder(bar: type[BAR] | int, **options: Any) -> PCIDevice:
    return PCIDevice("adder", **{"id": (0x1234, 1), "bar0": bar, "msi": 1, "intx": True, **options})


@pytest.fixture
def moved_bar() -> type[BAR]:
    """The adder again: SUM and CH gone, A elsewhere, CTRL's fields elsewhere, B new."""

    class AdderBar(BAR, size=0x2000):
        B = RW(0x00, reset=0x77)
        CTRL = RW(0x08, stop=bit(1), go=bit(2), mode=bits(7, 4, reset=5))
        A = RW(0x0C)
        STAT = RO(0x10, done=bit(0))
        BUF = Memory(0x1000, 0x1000, mappable=True)

    return AdderBar


def test_values_follow_their_names_and_fields(dev: PCIDevice, moved_bar: type[BAR]) -> None:
    dev.bar0.A.poke(1)
    dev.bar0.CTRL.poke(go=1)
    dev.bar0.STAT.poke(9)
    dev.bar0.SUM.poke(4)
    dev.bar0.CH[2].poke(on=1)
    new = adder(moved_bar)
    dropped: dict[str, Any] = {}
    new.on_migrate(lambda dev, values: dropped.update(values))
    new.adopt(dev)
    assert (new.bar0.A.peek(), new.bar0.STAT.peek(), new.bar0.B.peek()) == (1, 9, 0x77)
    assert new.bar0.CTRL.peek().fields() == {"stop": 0, "go": 1, "mode": 5}
    assert dropped == {
        "bar0.SUM": 4,
        "bar0.CH[0]": 0,
        "bar0.CH[1]": 0,
        "bar0.CH[2]": 1,
        "bar0.CH[3]": 0,
    }
    assert dropped["bar0.CH[2]"].on == 1


@pytest.mark.parametrize("mappable", [False, True])
def test_what_new_registers_were_poked_to_before_is_kept(mappable: bool) -> None:
    class Former(BAR, size=0x1000, mappable=mappable):
        pass

    class New(BAR, size=0x1000, mappable=mappable):
        A = RW(0x00, reset=3)
        B = RW(0x04, reset=4)

    former, new = adder(Former, msi=0), adder(New, msi=0)
    former.bar0.poke(0x00, bytes(range(1, 9)))
    new.bar0.A.poke(7)
    new.adopt(former)
    assert (new.bar0.A.peek(), new.bar0.B.peek()) == (7, 4)


def test_hooks_are_carried_over_and_new_ones_come_after_them(
    dev: PCIDevice, moved_bar: type[BAR], bus_of: Any
) -> None:
    calls: list[str] = []

    def noting(name: str) -> Any:
        return lambda dev, new, old: calls.append(f"{name} {type(dev.bar0).__name__} {dev.state.n}")

    dev.state.n = 1
    dev.bar0.A.on_write(noting("A"))
    dev.bar0.STAT.on_write(noting("old STAT"))
    dev.bar0.CH[1].on_write(noting("gone"))
    dev.bar0[0x1100:0x1200].on_read(lambda dev, offset, count: 0x42)
    dev.dma.on_map(lambda dev, region: calls.append("map"))
    dev.msi.on_state(lambda dev, vector, state: calls.append(state))
    dev.on_reset(lambda dev, kind: calls.append(kind))
    new = adder(moved_bar)
    new.bar0.STAT.on_write(lambda dev, new, old: calls.append("new STAT"))
    new.adopt(dev)
    bus = bus_of(new)
    bus.write(0x0C, 1)
    bus.write(0x10, 1)
    assert bus.read(0x1100) == 0x42
    new.dma.map(0, 4096, 0, readable=True, writable=True)
    new.reset()
    assert calls == ["A AdderBar 1", "new STAT", "map", "device"]
    assert [version.number for version in new.bar0.STAT.on_write.versions] == [1, 2]
    new.bar0.STAT.on_write.undo()
    bus.write(0x10, 1)
    assert calls[-1] == "old STAT AdderBar 1"


def test_class_hooks_are_carried_over_to_a_new_class(
    adder_bar: Any, dev: PCIDevice, moved_bar: Any, bus_of: Any
) -> None:
    adder_bar.A.on_read(lambda dev, value: 1)
    adder_bar.CTRL.on_read(lambda dev, value: 1)
    moved_bar.CTRL.on_read(lambda dev, value: 2)
    new = adder(moved_bar)
    new.adopt(dev)
    assert bus_of(new).read(0x0C) == 1
    assert bus_of(new).read(0x08) == 2
    assert bus_of(adder(moved_bar)).read(0x0C) == 1


def test_the_client_and_all_that_is_its_moves(
    dev: PCIDevice, adder_bar: type[BAR], bus: Any
) -> None:
    dev.connect("QEMU")
    bus.write(0x04, 0x0006, 2, region=7)
    bus.write(0x10, 0xFE00_0000, region=7)
    msi = dev.config.capabilities[0].offset
    bus.write(msi + 2, 1, 2, region=7)
    event = os.eventfd(0, os.EFD_NONBLOCK)
    dev.set_irqs(1, "trigger", 0, 1, [os.dup(event)])
    dev.dma.map(0x8000, 4096, 0, readable=True, writable=True)
    seq = dev.trace[-1].seq

    new = adder(adder_bar)
    new.adopt(dev)
    assert (new.client, dev.client) == ("QEMU", None)
    assert new.trace is dev.trace
    assert [region.iova for region in new.dma.regions] == [0x8000]
    assert new.config.header.command == 0x0006
    assert new.config.header.address(0) == 0xFE00_0000
    new.msi[0].fire()
    assert os.eventfd_read(event) == 1
    dev.disconnect()
    assert new.msi[0].enabled
    new.region(0).read(0, 4)
    assert new.trace[-1].seq > seq
    assert new.trace[-1].where == "bar0.A"
    new.disconnect()
    os.close(event)


def test_a_level_that_is_asserted_stays_so(dev: PCIDevice, adder_bar: type[BAR]) -> None:
    dev.intx.raise_()
    new = adder(adder_bar)
    new.adopt(dev)
    assert new.intx.asserted
    assert new.config.read(0x06, 2)[0] & 0x08  # type: ignore[index]  # it is bytes


def test_a_clients_mapping_shows_the_new_definitions_memory(
    dev: PCIDevice, moved_bar: type[BAR], host: Any
) -> None:
    region = dev.region(0)
    assert region.fd is not None
    dev.connect("QEMU")
    with mmap.mmap(region.fd, region.size) as client:
        client[0x1000:0x1005] = b"guest"
        new = adder(moved_bar)
        found: list[bytes] = []
        new.bar0.BUF.on_change(lambda dev, offset, data: found.append(data))
        new.adopt(dev)
        new.host = host
        assert new.bar0.BUF.peek()[:5] == b"guest"
        new.bar0.BUF.poke(b"fresh")
        assert client[0x1000:0x1005] == b"fresh"
        host.tick()
        client[0x1010] = 1
        host.tick()
    assert found == [b"\1\0\0\0"]
    new.disconnect()


def test_memory_that_is_not_shared_is_copied() -> None:
    class Notes(BAR, size=64):
        A = RW(0)
        NOTE = Memory(16, 16)

    class Longer(BAR, size=128):
        NOTE = Memory(0, 100)

    old = PCIDevice("notes", id=(0x1234, 2), bar0=Notes, bar1=64)
    old.bar0.NOTE.poke(b"0123456789abcdef")
    old.bar1.poke(3, b"plain")
    new = PCIDevice("notes", id=(0x1234, 2), bar0=Longer, bar1=128)
    new.adopt(old)
    assert new.bar0.NOTE.peek()[:20] == b"0123456789abcdef\0\0\0\0"
    assert new.bar1.peek(3, 5) == b"plain"


def test_state_is_kept_and_added_to(dev: PCIDevice, adder_bar: type[BAR]) -> None:
    dev.state.count = 5
    new = adder(adder_bar)
    new.state.count = 0
    new.state.extra = "new"
    new.adopt(dev)
    assert (new.state.count, new.state.extra) == (5, "new")
    assert new.state is dev.state


class Larger(BAR, size=0x4000):
    A = RW(0)


class Unmapped(BAR, size=0x2000):
    BUF = Memory(0x1000, 0x1000)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"bar": Larger}, "bar0 would be 0x4000 bytes"),
        ({"bar": Unmapped}, "bar0 would be .*mappable 0x1000 to 0x2000"),
        ({"bar1": 4096}, "bar1 would be 0x1000 bytes.*, not absent"),
        ({"msi": 2}, "msi would be 2 vectors, not 1"),
        ({"msix": 2}, "msix would be 2"),
        ({"intx": False}, "intx would be 0"),
        ({"id": (0x1234, 2)}, "the ID would be 1234:0002, not 1234:0001"),
        ({"express": True}, "config would be 0x1000 bytes"),
        ({"rom": 2048}, "rom would be"),
        ({"class_code": 0x020000}, "the class code"),
    ],
)
def test_another_structure_is_refused_while_a_client_is_connected(
    dev: PCIDevice, adder_bar: type[BAR], change: dict[str, Any], reason: str
) -> None:
    dev.bar0.A.poke(3)
    dev.connect("QEMU")
    new = adder(**{"bar": adder_bar, **change})
    with pytest.raises(BusyError, match=reason) as refused:
        new.adopt(dev)
    assert "while QEMU uses it" in str(refused.value)
    assert (dev.client, new.client) == ("QEMU", None)
    assert dev.bar0.A.peek() == 3
    dev.disconnect()
    new.adopt(dev)
    assert new.trace is dev.trace


def test_the_former_definition_can_take_over_again(
    dev: PCIDevice, moved_bar: type[BAR], bus_of: Any
) -> None:
    dev.bar0.A.poke(1)
    dev.bar0.A.on_read(lambda dev, value: value + 1)
    dev.connect("QEMU")
    new = adder(moved_bar)
    new.bar0.A.on_read(lambda dev, value: value + 100)
    new.adopt(dev)
    assert bus_of(new).read(0x0C) == 101
    new.bar0.A.poke(2)
    dev.adopt(new)
    assert bus_of(dev).read(0x00) == 3
    assert (dev.client, new.client) == ("QEMU", None)
    dev.disconnect()


def test_polling_is_the_new_definitions_after_it(dev: PCIDevice, host: Any) -> None:
    dev.bar0.on_change(lambda dev, offset, data: None)
    dev.connect("QEMU")
    before = list(host.jobs)
    new = adder(type(dev.bar0))
    new.adopt(dev)
    assert before
    assert all(job.cancelled for job in before)
    new.host = host
    assert [job for job in host.jobs if not job.cancelled]
    new.host = InlineHost()
    new.disconnect()


class LaneFile(RegisterFile):
    CTRL = RW(0, on=bit(0))


def test_blocks_of_another_count_keep_the_elements_that_both_have(dev: PCIDevice) -> None:
    class Two(BAR, size=64):
        LANE = Block(0, LaneFile, count=2)

    class Four(BAR, size=64):
        LANE = Block(16, LaneFile, count=4)

    old = PCIDevice("lanes", id=(0x1234, 2), bar0=Two)
    old.bar0.LANE[1].CTRL.poke(on=1)
    old.bar0.LANE.CTRL.on_write(lambda dev, new, old: dev.state.__setattr__("last", new.index))
    new = PCIDevice("lanes", id=(0x1234, 2), bar0=Four)
    new.adopt(old)
    assert [lane.CTRL.on.peek() for lane in new.bar0.LANE] == [0, 1, 0, 0]
    new.region(0).write(16 + 12, bytes(4))
    assert new.state.last == (3,)


def test_what_a_new_definition_brings_answers_from_the_next_access(
    dev: PCIDevice, moved_bar: Any, bus: Any
) -> None:
    dev.bar0.A.on_write(lambda dev, new, old: None)
    for _ in range(4):
        bus.read(0x00)
    new = adder(moved_bar)
    moved_bar.CTRL.on_write(lambda dev, new, old: None)
    new.bar0.A.on_write(lambda dev, new, old: "another")
    new.bar0.B.on_write(lambda dev, new, old: "wrong")
    new.bar0.B.on_write(lambda dev, new, old: None)
    new.on_reset(lambda dev, kind: None)
    new.adopt(dev)
    assert [version.seq for version in new.bar0.A.on_write.versions] == [1, 5]
    for hook in (new.bar0.B.on_write, moved_bar.CTRL.on_write, new.on_reset):
        assert {version.seq for version in hook.versions} == {5}
    new.bar0.B.on_write.undo()
    assert new.bar0.B.on_write.current is new.bar0.B.on_write.versions[0]


def test_people_hear_of_registers_and_hooks_that_have_no_place(
    dev: PCIDevice, moved_bar: type[BAR], host: Any
) -> None:
    dev.bar0.SUM.on_read(lambda dev, value: 1)
    dev.bar0.CH.on_write(lambda dev, new, old: None)
    dev.bar0.A.on_read(lambda dev, value: 1)
    dev.bar0.SUM.on_write.clear()
    new = adder(moved_bar)
    outcome = str(new.adopt(dev))
    places = [hook.current.place for hook in (dev.bar0.SUM.on_read, dev.bar0.CH.on_write)]
    assert outcome == (
        "the new definition takes over: kept CTRL, A, STAT; new B (reset); dropped SUM, CH;"
        f" hooks left behind: SUM.on_read ({places[0]}), CH.on_write ({places[1]})"
    )
    assert new.trace[-1].note == outcome


def test_a_definition_in_which_everything_has_its_place_is_told_as_such(
    dev: PCIDevice, adder_bar: type[BAR]
) -> None:
    dev.bar0.SUM.on_read(lambda dev, value: 1)
    outcome = adder(adder_bar).adopt(dev)
    assert str(outcome) == "the new definition takes over, its layout unchanged"


def test_class_hooks_come_over_once_for_all_devices_of_a_class(
    adder_bar: Any, moved_bar: Any, bus_of: Any
) -> None:
    adder_bar.A.on_read(lambda dev, value: 1)
    formers = [adder(adder_bar), adder(adder_bar)]
    news = [adder(moved_bar), adder(moved_bar)]
    for new, former in zip(news, formers, strict=True):
        new.adopt(former)
    assert len(moved_bar.A.on_read.versions) == 1
    assert [bus_of(new).read(0x0C) for new in news] == [1, 1]


def test_a_derived_class_s_hook_is_the_one_that_comes_over(
    adder_bar: Any, moved_bar: Any, bus_of: Any
) -> None:
    class Derived(adder_bar, size=0x2000):  # type: ignore[misc]  # adder_bar is a fixture
        pass

    adder_bar.A.on_read(lambda dev, value: 1)
    Derived.A.on_read(lambda dev, value: 2)
    new = adder(moved_bar)
    new.adopt(adder(Derived))
    assert bus_of(new).read(0x0C) == 2


def test_a_replaced_definition_takes_no_hooks_until_it_is_served_again(host: Any) -> None:
    old, new = (PCIDevice("engine", id=(0x1234, 2), bar0=4096) for _ in range(2))
    old.host = new.host = host
    new.adopt(old)
    old.host = InlineHost()
    for patch in (
        lambda: old.bar0.on_read(lambda dev, offset, count: 0),
        old.on_reset.clear,
        old.on_reset.undo,
    ):
        with pytest.raises(PatchError, match="this definition of engine was replaced; nobody"):
            patch()
    with pytest.raises(DeviceError, match="was replaced"):
        old.after(1, print)
    old.bar0.poke(0, b"\1")
    old.host = host
    old.adopt(new)
    old.bar0.on_read(lambda dev, offset, count: 7)
    assert old.bar0.read(0, 1) == b"\7"
