"""Where the fetched QEMU, kernel and guest images lie."""

import os
from pathlib import Path

IMAGES = "images"


def cache_folder() -> Path:
    """Return the folder for what can be fetched or built again; it may not exist yet.

    Source: XDG Base Directory Specification, XDG_CACHE_HOME (a relative path there is ignored).
    """
    chosen = Path(os.environ.get("XDG_CACHE_HOME", ""))
    base = chosen if chosen.is_absolute() else Path.home() / ".cache"
    return base / "muserlab"
