"""`with lab.patch():` makes everything in the block or nothing, between two accesses."""

import threading
from typing import Any

import pytest
import trio

import muserlab as ml
from muserlab.device import MigrationFailed
from muserlab.lab import Lab


class First(ml.BAR, size=4096):
    A = ml.RW(0x00)
    OLD = ml.RW(0x04)


class Second(ml.BAR, size=4096):
    A = ml.RW(0x10)
    NEW = ml.RW(0x14, reset=0x55)


def device(name: str, bar: type[ml.BAR]) -> Any:
    return ml.PCIDevice(name, id=(0x1234, 1), bar0=bar, msi=1)


@pytest.fixture
def formers(lab: Lab) -> tuple[Any, Any]:
    one, two = device("one", First), device("two", First)
    lab.serve(one)
    lab.serve(two)
    one.bar0.A.poke(1)
    two.bar0.A.poke(2)
    return one, two


def notes(dev: Any) -> list[str]:
    return [event.note for event in dev.trace if event.kind == "patch"]


def test_a_hook_that_cannot_migrate_refuses_everything_in_the_block(
    lab: Lab, formers: tuple[Any, Any]
) -> None:
    one, two = formers
    ticks = one.host.spawn(trio.sleep_forever)
    one.bar0.A.on_read(lambda dev, value: 7)
    news = device("one", Second), device("two", Second)
    news[0].bar0.migrate(lambda dev, dropped: dev.msi[0].fire())
    news[1].on_migrate(lambda dev, dropped: 1 / 0)
    with lab.connect("one") as drv:
        vector = drv.msi.enable(1)[0]
        refused = pytest.raises(MigrationFailed, match=r"on_migrate v1.*ZeroDivisionError")
        with refused, lab.patch():
            one.bar0.A.on_read(lambda dev, value: 8)
            for new in news:
                lab.serve(new)
        assert lab.devices == {"one": one, "two": two}
        assert drv.bar0.A.read() == 7
        assert not ticks.done
        assert [version.number for version in one.bar0.A.on_read.versions] == [1]
        assert notes(one)[-2:] == ["new definition taken back", "taken back"]
        assert notes(two)[-1].startswith("new definition refused: on_migrate v1")

        news[1].on_migrate(lambda dev, dropped: dev.state.__setattr__("dropped", dropped))
        with lab.patch():
            for new in news:
                lab.serve(new)
        assert vector.wait(5) == 1, "the other fire never was"
        assert drv.bar0.read(0x10) == 7, "with the hook"
    assert ticks.done
    assert news[1].state.dropped == {"bar0.OLD": 0}
    assert (news[1].bar0.A.peek(), news[1].bar0.NEW.peek()) == (2, 0x55)


def test_people_hear_what_became_of_it(lab: Lab, formers: tuple[Any, Any]) -> None:
    formers[0].bar0.OLD.on_write(lambda dev, new, old: None)
    place = formers[0].bar0.OLD.on_write.current.place
    lab.serve(device("one", Second))
    assert lab.reports.recent[-1].text == (
        "the new definition takes over: kept A; new NEW (reset); dropped OLD;"
        f" hooks left behind: OLD.on_write ({place})"
    )


def test_a_wrong_signature_in_the_block_leaves_it_without_any_effect(
    lab: Lab, formers: tuple[Any, Any]
) -> None:
    one, two = formers
    before = len(one.trace)
    with pytest.raises(ml.PatchError, match="takes a function"), lab.patch():  # noqa: PT012
        one.bar0.A.on_read(lambda dev, value: 8)
        lab.serve(device("two", Second))
        one.bar0.A.on_write(lambda dev: None)
    assert not one.bar0.A.on_read
    assert lab.devices["two"] is two
    assert len(one.trace) == before


def test_what_others_patch_meanwhile_is_none_of_the_block(
    lab: Lab, formers: tuple[Any, Any]
) -> None:
    one, two = formers
    with pytest.raises(ZeroDivisionError), lab.patch():  # noqa: PT012
        other = threading.Thread(target=one.bar0.A.on_read, args=(lambda dev, value: 5,))
        other.start()
        other.join()
        assert one.bar0.A.on_read, "made at once"
        lab.portal.call(one.bar0.A.on_write, lambda dev, new, old: None)
        two.bar0.A.on_read(lambda dev, value: 6)
        _ = 1 / 0
    assert one.bar0.A.on_read
    assert one.bar0.A.on_write
    assert not two.bar0.A.on_read


def test_a_patch_of_another_thread_waits_for_the_end_of_the_block(
    lab: Lab, formers: tuple[Any, Any]
) -> None:
    new = device("two", Second)
    other = threading.Thread(target=lab.serve, args=(new,))
    with lab.patch():
        other.start()
        formers[0].bar0.A.on_read(lambda dev, value: 5)
        assert lab.devices["two"] is formers[1]
    other.join()
    assert lab.devices["two"] is new
