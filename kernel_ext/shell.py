"""What the extension needs of an IPython shell, whose own annotations leave most of it open."""

from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Protocol


class Events(Protocol):
    """Where callbacks for a shell's life are registered."""

    def register(self, event: str, function: Callable[..., object]) -> None:
        """Call a function at every such event."""
        ...

    def unregister(self, event: str, function: Callable[..., object]) -> None:
        """Call it no more."""
        ...


class Formatter(Protocol):
    """How things of a type are shown."""

    def for_type(self, typ: type, func: Callable[..., object]) -> object:
        """Show them with a function."""
        ...

    def pop(self, typ: type, default: object) -> object:
        """Show them as before."""
        ...


class DisplayFormatter(Protocol):
    """All formatters."""

    mimebundle_formatter: Formatter


class Publisher(Protocol):
    """The way of an output to where people see it."""

    def publish(
        self,
        data: Mapping[str, Any],
        *,
        transient: dict[str, str] | None = None,
        update: bool = False,
    ) -> None:
        """Show data, by MIME type; update what has the same `display_id`."""
        ...


class Tracebacks(Protocol):
    """What makes tracebacks readable."""

    def structured_traceback(
        self, etype: type, evalue: BaseException | None, etb: TracebackType | None
    ) -> list[str]:
        """Return an exception's traceback, with the source of cells."""
        ...


class Compiler(Protocol):
    """What compiles cells."""

    def cache(self, transformed_code: str, number: int, raw_code: str) -> str:
        """Return a file name for a cell's text, under which tracebacks find it."""
        ...


class MagicsManager(Protocol):
    """The magics of a shell, by kind and name."""

    magics: dict[str, dict[str, Any]]


class Shell(Protocol):
    """An InteractiveShell."""

    display_formatter: DisplayFormatter
    display_pub: Publisher
    events: Events
    magics_manager: MagicsManager
    InteractiveTB: Tracebacks
    execution_count: int
    compile: Compiler
    user_ns: dict[str, Any]

    def set_next_input(self, text: str, replace: bool = False) -> None:
        """Put text into a new cell below the one that runs, or after the prompt of a terminal."""
        ...

    def register_magic_function(
        self, func: Callable[..., object], magic_kind: str, magic_name: str
    ) -> None:
        """Make a function a magic."""
        ...


def has_page(ip: Shell) -> bool:
    """Whether a Jupyter page shows what the shell displays: a terminal's lines stay as they are."""
    return getattr(ip, "kernel", None) is not None
