"""Kernel modules: which there are, what they need, and the indexes by which modprobe finds them.

A module is an ELF object; its section .modinfo holds NUL-separated "key=value" strings, among them
"depends" (names, comma-separated, direct and complete) and any number of "alias" (patterns of the
identifiers of the devices it drives). So neither depmod nor its indexes are needed here.
Source: Linux, include/linux/moduleinfo.h and scripts/mod/modpost.c; ELF-64 Object File Format 1.5.
"""

import lzma
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from muserlab.vm.errors import ImageError

# e_shoff, e_shentsize, e_shnum, e_shstrndx
_ELF_HEADER = struct.Struct("<40xQ10xHHH")
# sh_name, sh_offset, sh_size
_SECTION = struct.Struct("<I20xQQ")


@dataclass(frozen=True, slots=True)
class Module:
    """One module: its name, its path below /lib/modules/RELEASE, its object and what it tells."""

    name: str
    path: str
    content: bytes
    depends: tuple[str, ...]
    aliases: tuple[str, ...]

    @classmethod
    def parse(cls, path: str, content: bytes) -> Self:
        """Make one from an uncompressed object; ImageError when it is none."""
        try:
            information = _modinfo(content)
        except (struct.error, ValueError, LookupError, OverflowError) as error:
            raise ImageError(f"{path} is no kernel module: {error}") from error
        depends = [
            name for key, value in information if key == "depends" for name in value.split(",")
        ]
        return cls(
            name=module_name(path),
            path=path,
            content=content,
            depends=tuple(module_name(name) for name in depends if name),
            aliases=tuple(value for key, value in information if key == "alias"),
        )


class ModuleTree:
    """The modules below one /lib/modules/RELEASE folder, as a distribution lays them out."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        found = [*folder.rglob("*.ko"), *folder.rglob("*.ko.xz")]
        self._paths: Mapping[str, Path] = {module_name(path.name): path for path in found}

    def below(self, subfolder: str) -> list[str]:
        """Return the names of all modules below a subfolder such as "kernel/drivers/gpio"."""
        top = self._folder / subfolder
        return [name for name, path in self._paths.items() if path.is_relative_to(top)]

    def closure(self, names: Iterable[str]) -> dict[str, Module]:
        """Load modules and all that they depend on; by name, in a stable order."""
        loaded: dict[str, Module] = {}
        waiting = sorted({module_name(name) for name in names}, reverse=True)
        while waiting:
            name = waiting.pop()
            if name not in loaded:
                loaded[name] = self._load(name)
                waiting += sorted(loaded[name].depends, reverse=True)
        return loaded

    def _load(self, name: str) -> Module:
        path = self._paths.get(name)
        if path is None:
            raise ImageError(f"the kernel in {self._folder} has no module named {name}")
        content = path.read_bytes()
        if path.suffix == ".xz":
            content = lzma.decompress(content)
        return Module.parse(str(path.relative_to(self._folder)).removesuffix(".xz"), content)


def module_name(path: str) -> str:
    """Return a module's name from its file's: the kernel writes "_" where files may have "-"."""
    return path.rpartition("/")[2].split(".")[0].replace("-", "_")


def dependency_index(modules: Mapping[str, Module]) -> str:
    """Return modules.dep: a line a module, "path: all paths that it needs, nearest first"."""
    lines = (
        f"{module.path}: {' '.join(modules[name].path for name in _needed(module, modules))}"
        for module in modules.values()
    )
    return "".join(f"{line.rstrip()}\n" for line in lines)


def alias_index(modules: Iterable[Module]) -> str:
    """Return modules.alias: a line an alias, "alias PATTERN NAME"."""
    return "".join(
        f"alias {alias} {module.name}\n" for module in modules for alias in module.aliases
    )


def _needed(module: Module, modules: Mapping[str, Module]) -> list[str]:
    needed: list[str] = []
    for name in module.depends:
        for below in (name, *_needed(modules[name], modules)):
            if below in needed:
                needed.remove(below)
            needed.append(below)
    return needed


def _modinfo(content: bytes) -> list[tuple[str, str]]:
    if content[:6] != b"\x7fELF\x02\x01":
        raise ValueError("it does not begin like a 64-bit little-endian ELF object")
    header: tuple[int, int, int, int] = _ELF_HEADER.unpack_from(content)
    sections_at, entry_size, count, names_index = header
    sections: list[tuple[int, ...]] = [
        _SECTION.unpack_from(content, sections_at + index * entry_size) for index in range(count)
    ]
    names_at = sections[names_index][1]
    for name, offset, size in sections:
        if content.startswith(b".modinfo\0", names_at + name):
            strings = content[offset : offset + size].decode("utf-8", "replace").split("\0")
            pairs = (string.partition("=") for string in strings if string)
            return [(key, value) for key, _, value in pairs]
    raise ValueError("it has no .modinfo section")
