import lzma
import struct
from pathlib import Path

import pytest

from muserlab.vm import ImageError
from muserlab.vm.modules import Module, ModuleTree, alias_index, dependency_index


def module_object(*strings: str) -> bytes:
    """Make a 64-bit ELF object with a .modinfo section and the sections' names."""
    information = b"\0".join(string.encode() for string in strings) + b"\0"
    names = b"\0.modinfo\0.shstrtab\0"
    sections_at = 64 + len(information) + len(names)
    header = struct.pack(
        "<4sBBB9xHHIQQQIHHHHHH",
        b"\x7fELF",
        2,
        1,
        1,
        1,
        62,
        1,
        0,
        0,
        sections_at,
        0,
        64,
        0,
        0,
        64,
        3,
        2,
    )
    sections = [
        struct.pack("<IIQQQQIIQQ", *fields)
        for fields in (
            (0,) * 10,
            (1, 1, 0, 0, 64, len(information), 0, 0, 1, 0),
            (10, 3, 0, 0, 64 + len(information), len(names), 0, 0, 1, 0),
        )
    ]
    return header + information + names + b"".join(sections)


@pytest.fixture
def tree(tmp_path: Path) -> ModuleTree:
    for path, *strings in (
        ("kernel/drivers/gpio/gpio-card.ko.xz", "license=GPL", "depends=gpio-core,regmap"),
        ("kernel/drivers/gpio/gpio-core.ko", "depends=regmap"),
        ("kernel/drivers/base/regmap.ko.xz", "depends="),
        ("kernel/drivers/net/lone.ko.xz", "alias=pci:v1234d*", "alias=pci:v1235d*"),
    ):
        content = module_object(*strings)
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(lzma.compress(content) if path.endswith(".xz") else content)
    return ModuleTree(tmp_path)


def test_a_module_comes_with_all_that_it_needs_uncompressed(tree: ModuleTree) -> None:
    loaded = tree.closure(["gpio-card"])
    assert set(loaded) == {"gpio_card", "gpio_core", "regmap"}
    assert loaded["gpio_card"].path == "kernel/drivers/gpio/gpio-card.ko"
    assert loaded["regmap"].content.startswith(b"\x7fELF")


def test_the_dependency_index_has_every_need_before_what_that_needs(tree: ModuleTree) -> None:
    lines = dependency_index(tree.closure(["gpio_card"])).splitlines()
    core, card, regmap = (
        f"kernel/drivers/{path}.ko" for path in ("gpio/gpio-core", "gpio/gpio-card", "base/regmap")
    )
    assert sorted(lines) == sorted([f"{card}: {core} {regmap}", f"{core}: {regmap}", f"{regmap}:"])


def test_the_alias_index_names_the_module_of_each_device(tree: ModuleTree) -> None:
    loaded = tree.closure(["lone", "regmap"]).values()
    assert alias_index(loaded) == "alias pci:v1234d* lone\nalias pci:v1235d* lone\n"


def test_modules_are_found_by_folder(tree: ModuleTree) -> None:
    assert sorted(tree.below("kernel/drivers/gpio")) == ["gpio_card", "gpio_core"]


def test_a_module_that_does_not_exist_is_named(tree: ModuleTree) -> None:
    with pytest.raises(ImageError, match="no module named nothing"):
        tree.closure(["nothing"])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"#!/bin/sh\n",
        module_object()[:70],
        b"\x7fELF\x02\x01" + b"\xff" * 100,
        module_object().replace(b".modinfo", b".modxxxx"),
    ],
)
def test_what_is_no_module_is_refused(content: bytes) -> None:
    with pytest.raises(ImageError, match=r"mine\.ko is no kernel module"):
        Module.parse("extra/mine.ko", content)
