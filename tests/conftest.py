"""What every room's tests share: the parts that may be missing, and when missing is a failure."""

import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from playwright.sync_api import BrowserContext, expect, sync_playwright

from benchmarks.rig.chromium import CHROMIUM_FLAGS, find_chromium
from muserlab.vm import QemuNotFound, Sysroot, find_qemu

# The same examples in every run, so that a failure is the change's and not the day's. Look further,
# with other examples each time, by HYPOTHESIS_PROFILE=explore.
hypothesis.settings.register_profile("same", derandomize=True, deadline=None)
hypothesis.settings.register_profile("explore", deadline=None, max_examples=1000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put tests in a browser last: as long as there is one, an asyncio loop runs in this thread."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


def missing(what: str) -> None:
    """Skip a test whose real part is not installed; fail instead where CI=true promises it."""
    if os.environ.get("CI") == "true":
        pytest.fail(what, pytrace=False)
    pytest.skip(what)


@pytest.fixture(scope="session")
def chromium() -> Path:
    """Give the browser's executable, for the tests marked `browser`."""
    found = find_chromium()
    if found is None:
        missing("no browser: install the package chromium")
    assert found is not None
    return found


IN_A_PAGE = 30_000
"""The most that anything in a browser's page may take, in milliseconds."""


@pytest.fixture(scope="session")
def browser(chromium: Path) -> Iterator[BrowserContext]:
    """Run Chromium, once for all: what one page fetched of JupyterLab is there for the next."""
    expect.set_options(timeout=IN_A_PAGE)
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS) as started,
        started.new_context(viewport={"width": 1280, "height": 1600}) as context,
    ):
        context.set_default_timeout(IN_A_PAGE)
        yield context


@pytest.fixture(scope="session")
def guest_software() -> None:
    """Make sure that there is a guest to boot, for the tests marked `guest`."""
    try:
        find_qemu()
        Sysroot.require()
    except QemuNotFound as error:
        missing(str(error).splitlines()[0])
