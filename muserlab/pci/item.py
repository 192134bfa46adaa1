"""What decoding gives: items with their places in configuration space, as a tree."""

from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import wrap

_WIDTH = 110
_INDENT = "  "


@dataclass(frozen=True, slots=True)
class ConfigItem:
    """Something that configuration space says: a register, or what several are together.

    `offset` and `size` are its bytes, `text` what they say, `parts` what it consists of. What is
    `told` has no line of its own in a text: the line above it says the same.
    """

    offset: int
    size: int
    name: str
    text: str = ""
    parts: tuple["ConfigItem", ...] = ()
    told: bool = False

    def __str__(self) -> str:
        return f"{self.name}: {self.text}" if self.text else self.name

    def lines(self, indent: str = "") -> Iterator[str]:
        """Yield it and its parts as text, each a step further in; long lines are wrapped."""
        further = indent + _INDENT
        yield from wrap(
            str(self),
            _WIDTH,
            initial_indent=indent,
            subsequent_indent=further + _INDENT,
            break_on_hyphens=False,
        )
        for part in self.parts:
            if not part.told:
                yield from part.lines(further)


@dataclass(frozen=True, slots=True)
class Capability(ConfigItem):
    """One capability: its number too, and its version if it is an extended one.

    `text` is what lspci says of it in its first line.
    """

    id: int = 0
    version: int | None = None

    def __str__(self) -> str:
        version = "" if self.version is None else f" v{self.version}"
        return f"Capabilities: [{self.offset:02x}{version}] {self.text}"
