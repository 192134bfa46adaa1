"""A file that defines devices: running it, and finding what it defines."""

import contextlib
import linecache
import traceback
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from muserlab.device import PCIDevice
from muserlab.lab.errors import LabError
from muserlab.lab.files.helpers import run_beside

Texts = Mapping[Path, bytes]
"""What files hold."""


class DefinitionFailed(LabError):
    """A file could not be run, or defines nothing to serve; the message tells where and why.

    `cause` is what it raised, its traceback beginning in the person's own code.
    """

    def __init__(self, message: str, cause: BaseException | None = None) -> None:
        super().__init__(message)
        self.cause = cause


@dataclass(frozen=True, slots=True)
class Definitions:
    """What a file defined when it was run: its devices, and the texts that it took for that."""

    devices: tuple[PCIDevice, ...]
    sources: Texts


def run_file(path: Path, names: Sequence[str] = ()) -> Definitions:
    """Run a file as `import` would, and return the devices at its top level, or those named.

    Its `__name__` is not `__main__`, so that a part that serves the devices when the file is a
    script is left out. Raises DefinitionFailed.
    """
    module = ModuleType(f"served_{path.stem}")
    module.__file__ = str(path)
    linecache.checkcache()  # hooks read their source through it
    try:
        text = path.read_bytes()
        with run_beside(path.parent, module) as helpers:
            exec(compile(text, str(path), "exec", dont_inherit=True), vars(module))
            devices = _devices_in(module, names)
    except DefinitionFailed:
        raise
    except (Exception, SystemExit) as error:
        raise DefinitionFailed(_describe(error, path), _own(error, path.parent)) from error
    return Definitions(devices, {path: text, **texts_of(helpers.sources)})


def texts_of(files: Iterable[Path]) -> dict[Path, bytes]:
    """Return what is in files; one that cannot be read, as while it is replaced, is left out."""
    texts: dict[Path, bytes] = {}
    for file in files:
        with contextlib.suppress(OSError):
            texts[file] = file.read_bytes()
    return texts


def _devices_in(module: ModuleType, names: Sequence[str]) -> tuple[PCIDevice, ...]:
    found: dict[str, PCIDevice] = {}
    for value in vars(module).values():
        if isinstance(value, PCIDevice):
            found[value.name] = value
    if missing := [name for name in names if name not in found]:
        known = ", ".join(found) or "none"
        raise DefinitionFailed(
            f"{module.__file__} defines no device named {', '.join(missing)}, but {known}"
        )
    if not found:
        raise DefinitionFailed(f"{module.__file__} defines no PCIDevice at its top level")
    return tuple(device for name, device in found.items() if not names or name in names)


def _describe(error: BaseException, path: Path) -> str:
    """Tell an error with the last line that led to it, of the file or of a module beside it."""
    summary = "".join(traceback.format_exception_only(error)).strip().splitlines()[-1]
    if isinstance(error, SyntaxError):
        return f"{error.filename or path}:{error.lineno}: {summary}"
    frames = traceback.extract_tb(error.__traceback__)
    places = [
        f"{frame.filename}:{frame.lineno}"
        for frame in frames
        if Path(frame.filename).is_relative_to(path.parent)
    ]
    return f"{places[-1] if places else path}: {summary}"


def _own(error: BaseException, folder: Path) -> BaseException:
    """Return an error with the part of its traceback that begins in the person's files."""
    trace = error.__traceback__
    while trace and not Path(trace.tb_frame.f_code.co_filename).is_relative_to(folder):
        trace = trace.tb_next
    return error.with_traceback(trace)
