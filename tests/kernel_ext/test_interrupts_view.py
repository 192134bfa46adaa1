"""The interrupt vectors of real devices as a page gets them, without a page."""

import os
from collections.abc import Iterator
from typing import Any

import pytest

import muserlab as ml
from muserlab.kernel_ext.widgets import interrupts_view
from muserlab.kernel_ext.widgets.following import Following
from muserlab.kernel_ext.widgets.interrupts import InterruptsView
from muserlab.kernel_ext.widgets.interrupts.vectors import VectorRates
from muserlab.lab import current


@pytest.fixture
def dev() -> ml.PCIDevice:
    return ml.PCIDevice("adder", id=(0x1234, 0x0001), bar0=4096, intx=True, msi=2)


@pytest.fixture
def view(dev: ml.PCIDevice) -> Iterator[InterruptsView]:
    yield InterruptsView(Following(dev))
    dev.interrupts.release()


def picture(view: Any, **wants: Any) -> dict[str, Any]:
    """Return what a view that wants this shows at the next look."""
    click(view, view="a", seen=True, wants={"first": 0, "count": 100, **wants})
    assert view.said == ""
    return dict(view._views["a"].shows)


def line(view: Any, name: str) -> dict[str, Any]:
    shown = picture(view)
    (found,) = [one for key, one in shown.items() if key[:4] == "line" and one["key"] == name]
    return found


def click(view: Any, /, **content: object) -> None:
    """Let the page say something."""
    view._heard(view, content, [])


def give_eventfd(dev: ml.PCIDevice, index: int) -> None:
    dev.set_irqs(index, "trigger", 0, 1, [os.eventfd(0)])


def test_every_vector_is_a_line_and_the_caption_counts_them(view: InterruptsView) -> None:
    shown = picture(view)
    assert shown["names"] == ["intx", "msi[0]", "msi[1]", "err", "req"]
    assert shown["total"] == 5
    assert shown["caption"] == "1 × INTx, 2 × MSI, 1 × ERR, 1 × REQ, not served"


def test_one_type_is_shown_alone(dev: ml.PCIDevice) -> None:
    view: Any = interrupts_view(dev, "msi")
    assert picture(view)["names"] == ["msi[0]", "msi[1]"]
    assert [key for key in picture(view, first=1, count=5) if key[:4] == "line"] == ["line 1"]


def test_a_line_tells_what_the_client_and_the_guest_set_up(
    dev: ml.PCIDevice, view: InterruptsView
) -> None:
    found = line(view, "msi[0]")
    assert (found["eventfd"], found["state"]) == ("none", "not set up")
    give_eventfd(dev, 1)
    found = line(view, "msi[0]")
    assert (found["eventfd"], found["state"], found["held"]) == ("there", "open", False)
    dev.set_irqs(1, "mask", 0, 1, None)
    dev.msi[0].fire()
    found = line(view, "msi[0]")
    assert (found["state"], found["pending"], found["fired"]) == ("masked by the client", 1, 1)
    give_eventfd(dev, 0)
    dev.intx.raise_()
    found = line(view, "intx")
    assert (found["state"], found["asserted"]) == ("until acknowledged", True)


def test_buttons_trigger_vectors_and_turn_the_level(
    dev: ml.PCIDevice, view: InterruptsView
) -> None:
    click(view, fire="msi[1]")
    assert dev.msi[1].counts.fired == 1
    click(view, level=["intx", True])
    assert dev.intx.asserted
    click(view, level=["intx", False])
    assert not dev.intx.asserted
    click(view, fire="msi[9]")
    assert "has no msi[9] any more" in view.said


def test_a_generator_runs_until_it_is_cancelled(dev: ml.PCIDevice) -> None:
    with ml.serve(dev):
        view = InterruptsView(Following(dev))
        click(view, burst=["msi[0]", 5, 3000.0])
        current().portal.call(lambda: None)
        burst = picture(view)["burst"]
        assert (burst["vector"], burst["total"], burst["done"]) == ("msi[0]", 15_000, False)
        click(view, cancel=True)
        current().portal.call(lambda: None)
        assert picture(view)["burst"]["done"]


def test_a_generator_says_what_it_cannot_do(dev: ml.PCIDevice, view: InterruptsView) -> None:
    click(view, burst=["msi[0]", 5, 5])
    assert "serve the device first" in view.said
    click(view, burst=["msi[0]", 0, 5])
    assert "0 a second" in view.said


def test_a_page_that_talks_nonsense_does_no_harm(view: InterruptsView) -> None:
    assert picture(view, first="x", count=-3)["total"] == 5
    for content in ({"fire": 1}, {"level": ["intx"]}, {"burst": ["msi[0]", "1", 2]}, {}):
        click(view, **content)
        assert view.said == ""


def test_a_rate_is_taken_over_half_a_second(dev: ml.PCIDevice) -> None:
    now = 0.0
    rates = VectorRates(lambda: now)
    rates.of(dev.msi[0])
    for _ in range(50):
        dev.msi[0].fire()
    now = 0.4
    assert rates.of(dev.msi[0]) == 0
    now = 0.5
    assert rates.of(dev.msi[0]) == 100
    now = 0.9
    assert rates.of(dev.msi[0]) == 100
    now = 1.0
    assert rates.of(dev.msi[0]) == 0


def test_a_still_picture_has_every_vector_in_the_words_of_the_live_one(
    dev: ml.PCIDevice, view: InterruptsView
) -> None:
    give_eventfd(dev, 1)
    dev.set_irqs(1, "mask", 0, 1, None)
    bundle, _ = view._repr_mimebundle_()
    assert "<td" in bundle["text/html"]
    still = [row.split() for row in bundle["text/plain"].splitlines()]
    for name in picture(view)["names"]:
        live = line(view, name)
        assert [name, live["eventfd"], *live["state"].split(), "0", "0", "0", "0"] in still
