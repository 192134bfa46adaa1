"""A device's hooks may be methods of its class."""

from typing import Any

import pytest

from muserlab.device import PCIDevice
from muserlab.live import PatchError


class Base(PCIDevice):
    def __init__(self, **options: Any) -> None:
        super().__init__("base", id=(0x1234, 2), **options)
        self.calls: list[str] = []

    def on_reset(self, kind: Any) -> None:
        self.calls.append(f"base {kind}")

    def on_connect(self, client: str) -> None:
        super().on_connect(client)
        self.calls.append(client)


class Derived(Base):
    def on_reset(self, kind: Any) -> None:
        super().on_reset(kind)
        self.calls.append(f"derived {kind}")


def test_methods_are_called_with_inheritance_and_super() -> None:
    dev: Any = Derived()
    dev.reset()
    dev.connect("QEMU")
    assert dev.calls == ["base device", "derived device", "QEMU"]
    assert not dev.on_migrate


def test_they_are_versions_that_can_be_patched_and_undone() -> None:
    dev: Any = Derived()
    assert dev.on_reset.current.place.startswith("test_hook_methods.py:")
    dev.on_reset(lambda dev, kind: dev.calls.append("patched"))
    dev.reset()
    dev.on_reset.undo()
    dev.reset()
    assert dev.calls == ["patched", "base device", "derived device"]


def test_a_new_definition_goes_on_with_the_versions() -> None:
    former: Any = Base()
    new: Any = Derived()
    new.adopt(former)
    assert [version.number for version in new.on_reset.versions] == [1, 2]
    again: Any = Derived()
    again.adopt(new)
    assert [version.number for version in again.on_reset.versions] == [1, 2]


def test_a_copy_has_them_too() -> None:
    copy: Any = Derived().clone()
    copy.reset()
    assert copy.calls == ["base device", "derived device"]


def test_a_wrong_signature_is_told() -> None:
    class Wrong(PCIDevice):
        def on_reset(self) -> None: ...

    with pytest.raises(PatchError, match=r"on_reset takes a function of \(dev, kind\)"):
        Wrong("wrong", id=(0x1234, 2))
