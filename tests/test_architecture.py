"""The direction of imports between the rooms, read from the source."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "muserlab"

# Which of our rooms each room may import (DESIGN: docs/architecture.md, "Rooms").
MAY_IMPORT: dict[str, set[str]] = {
    "proto": set(),
    "regs": set(),
    "trace": set(),
    "pci": set(),
    "live": {"trace"},
    "device": {"regs", "live", "trace", "pci"},
    "source": {"regs", "live", "device", "trace"},
    "server": {"proto", "device", "trace"},
    "client": {"proto"},
    "vm": {"client"},
    "lab": {"proto", "pci", "regs", "trace", "live", "device", "source", "server", "client", "vm"},
    "cli": {"lab", "client", "vm", "server", "device", "pci"},
}

# Which rooms may know an outside package.
ONLY_IN: dict[str, set[str]] = {
    "trio": {"server", "client", "vm", "lab", "cli"},
    "IPython": set(),
    "ipywidgets": set(),
    "anywidget": set(),
    "click": {"cli"},
    "qemu": {"vm"},
    "watchfiles": {"lab"},
}


def imports(file: Path) -> Iterator[str]:
    """Every absolute module name that a file imports, relative ones resolved."""
    package = file.parent.relative_to(ROOT).parts
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            prefix = ".".join([*base, *([node.module] if node.module else [])])
            yield prefix
            if prefix in {"muserlab", ""}:
                yield from (f"{prefix}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_a_room_imports_only_the_rooms_below_it(room: str) -> None:
    for file in (PACKAGE / room).rglob("*.py"):
        for name in imports(file):
            parts = name.split(".")
            if parts[0] == "muserlab" and len(parts) > 1:
                assert parts[1] in MAY_IMPORT[room] | {room}, f"{file.relative_to(ROOT)}: {name}"


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_a_room_knows_only_the_outside_packages_that_are_its_own(room: str) -> None:
    for file in (PACKAGE / room).rglob("*.py"):
        for name in imports(file):
            owners = ONLY_IN.get(name.split(".")[0])
            assert owners is None or room in owners, f"{file.relative_to(ROOT)}: {name}"


def test_rooms_talk_to_each_other_through_their_fronts() -> None:
    for file in PACKAGE.rglob("*.py"):
        own = file.relative_to(PACKAGE).parts[0]
        for name in imports(file):
            parts = name.split(".")
            if parts[0] == "muserlab" and len(parts) > 2 and parts[1] != own:
                pytest.fail(f"{file.relative_to(ROOT)} imports {name}, an inside of another room")


def test_every_room_of_the_tree_is_in_the_table() -> None:
    rooms = {d.name for d in PACKAGE.iterdir() if (d / "__init__.py").exists()}
    assert rooms == set(MAY_IMPORT)


def test_kernel_ext_reaches_the_package_through_its_front_the_lab_and_the_trace() -> None:
    for file in (ROOT / "kernel_ext").rglob("*.py"):
        for name in imports(file):
            parts = name.split(".")
            if parts[0] == "muserlab" and len(parts) > 1:
                assert parts[1] in {"lab", "trace"}, f"{file.relative_to(ROOT)}: {name}"
                assert len(parts) == 2, f"{file.relative_to(ROOT)} imports {name}, an inside"


def test_every_package_folder_is_declared_for_the_wheel() -> None:
    import tomllib

    declared = set(
        tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    )
    found = {".".join(d.parent.relative_to(ROOT).parts) for d in PACKAGE.rglob("__init__.py")}
    found |= {
        ".".join(("muserlab", *d.parent.relative_to(ROOT).parts))
        for d in (ROOT / "kernel_ext").rglob("__init__.py")
    }
    assert found == declared


@pytest.mark.parametrize("file", [*PACKAGE.rglob("*.py"), *(ROOT / "kernel_ext").rglob("*.py")])
def test_files_stay_small(file: Path) -> None:
    assert len(file.read_text().splitlines()) <= 400, "a file past 400 lines is two files"
