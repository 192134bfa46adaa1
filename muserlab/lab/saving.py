"""Writing a device to a file."""

import os
import shutil
from contextlib import suppress
from pathlib import Path

from muserlab.device import PCIDevice
from muserlab.source import is_untouched, saved, sealed


def save(device: PCIDevice, path: Path, *, overwrite: bool) -> None:
    """Write a device as it now is to a file, all of it or nothing.

    Raises FileExistsError where a file is there that this has not written, or that was edited
    since, unless overwrite is true; SaveError where something of the device has no form as text.
    """
    text = sealed(saved(device))
    if not overwrite and _holds_work(path):
        raise FileExistsError(
            f"{path} was written by somebody, or edited since it was saved; save under another"
            " name, or say overwrite=True"
        )
    _replace(path, text)


def _holds_work(path: Path) -> bool:
    try:
        return not is_untouched(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return False
    except UnicodeDecodeError:
        return True


def _replace(path: Path, text: str) -> None:
    """Put a file in the place of another in one step: whoever reads it gets either."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        temporary.write_text(text, encoding="utf-8")
        with suppress(FileNotFoundError):
            shutil.copymode(path, temporary)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
