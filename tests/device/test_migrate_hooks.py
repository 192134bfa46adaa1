"""What has no place in a new definition is handed to people's code, which may refuse it."""

from typing import Any

import pytest

from muserlab.device import BAR, DeviceRegion, MigrationFailed, PCIDevice
from muserlab.live import PatchError
from muserlab.regs import RW, Block, RegisterFile, bit


class Lane(RegisterFile):
    CTRL = RW(0, on=bit(0))


class Old(BAR, size=64):
    A = RW(0x00)
    LEN = RW(0x04)
    LANE = Block(0x10, Lane, count=2)


def device(bar: type[BAR] | int, **options: Any) -> Any:
    return PCIDevice("engine", id=(0x1234, 2), bar0=bar, **options)


@pytest.fixture
def former() -> Any:
    former = device(Old)
    former.bar0.A.poke(1)
    former.bar0.LEN.poke(5)
    former.bar0.LANE[1].CTRL.poke(on=1)
    return former


def new_bar() -> Any:
    class New(BAR, size=64):
        A = RW(0x08)
        COUNT = RW(0x0C)

    return New


def test_the_class_s_hook_gets_the_values_by_path_and_the_device(former: Any) -> None:
    bar = new_bar()

    @bar.migrate
    def migrate(dev: Any, dropped: dict[str, Any]) -> None:
        dev.bar0.COUNT.poke(dropped["LEN"] + dropped["LANE[1].CTRL"].on)
        dev.state.seen = sorted(dropped)

    new = device(bar)
    new.adopt(former)
    assert (new.bar0.A.peek(), new.bar0.COUNT.peek()) == (1, 6)
    assert new.state.seen == ["LANE[0].CTRL", "LANE[1].CTRL", "LEN"]
    assert bar.migrate.current.number == 1


def test_it_can_be_a_method_inherited_and_overridden_or_a_device_s_own(former: Any) -> None:
    class Migrating(BAR, size=64):
        COUNT = RW(0x0C)

        def migrate(dev: Any, dropped: dict[str, Any]) -> None:
            dev.bar0.COUNT.poke(10 + dropped["LEN"])

    class Heir(Migrating):
        pass

    class Other(Migrating):
        def migrate(dev: Any, dropped: dict[str, Any]) -> None:
            dev.bar0.COUNT.poke(20 + dropped["LEN"])

    news = [device(bar) for bar in (Migrating, Heir, Other, Heir)]
    news[3].bar0.migrate(lambda dev, dropped: dev.bar0.COUNT.poke(30))
    for new, count in zip(news, (15, 15, 25, 30), strict=True):
        new.adopt(former)
        assert new.bar0.COUNT.peek() == count
        former = device(Old)
        former.bar0.LEN.poke(5)


def test_the_device_s_own_gets_what_no_region_takes_any_more() -> None:
    class Extra(DeviceRegion, size=64):
        X = RW(0)

    former = device(Old, regions=[Extra], bar1=Old)
    former.bar1.A.poke(3)
    bar = new_bar()
    bar.migrate(lambda dev, dropped: None)
    new = device(bar, bar1=64)
    got: dict[str, int] = {}
    new.on_migrate(lambda dev, dropped: got.update(dropped))
    new.adopt(former)
    assert got == {
        "bar1.A": 3,
        "bar1.LEN": 0,
        "bar1.LANE[0].CTRL": 0,
        "bar1.LANE[1].CTRL": 0,
        "region9.X": 0,
    }


def test_nobody_is_called_where_everything_has_its_place(former: Any) -> None:
    new = device(Old)
    new.bar0.migrate(lambda dev, dropped: 1 / 0)
    new.on_migrate(lambda dev, dropped: 1 / 0)
    new.adopt(former)
    assert new.bar0.LEN.peek() == 5


async def later(dev: Any, dropped: dict[str, Any]) -> None:
    pass


@pytest.mark.parametrize(
    ("hook", "reason"),
    [
        (
            lambda dev, dropped: 1 / 0,
            r"bar0\.migrate v1 \(test_migrate_hooks.*\) raised ZeroDivision",
        ),
        (lambda dev, dropped: exit(1), r"raised SystemExit\(1\); nothing has changed"),
        (later, r"v1 \(test_migrate_hooks.py:\d+\) is async, but a patch waits for nobody"),
    ],
)
def test_one_that_fails_refuses_the_definition(former: Any, hook: Any, reason: str) -> None:
    bar = new_bar()
    bar.migrate(hook)
    with pytest.raises(MigrationFailed, match=reason):
        device(bar).adopt(former)
    assert former.bar0.LEN.peek() == 5
    assert "new definition refused" in former.trace[-1].note


def test_a_later_version_answers_for_itself_alone(former: Any) -> None:
    bar = new_bar()
    bar.migrate(lambda dev, dropped: None)
    bar.migrate(lambda dev, dropped: 1 / 0)
    new = device(bar)
    with pytest.raises(MigrationFailed, match="v2 "):
        new.adopt(former)
    bar.migrate.undo()
    new.adopt(former)
    assert new.bar0.A.peek() == 1


def test_a_wrong_signature_is_told_at_once() -> None:
    with pytest.raises(PatchError, match=r"migrate takes a function of \(dev, dropped\)"):
        Old.migrate(lambda dev: None)
