"""Where Chromium is, and how it is started."""

import shutil
from importlib.util import find_spec
from pathlib import Path

# What keeps it to itself: no sandbox (root), no GPU, nothing fetched behind the test's back.
CHROMIUM_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


def find_chromium() -> Path | None:
    """Return the browser's executable; None where there is none."""
    found = map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))
    return next((Path(one) for one in found if one), None)


def lacking() -> str:
    """Return what keeps a browser from being driven here; nothing where one can be."""
    if find_spec("playwright") is None:
        return "no playwright: install the package of that name"
    return "" if find_chromium() else "no browser: install the package chromium"
