"""The generator of interrupts on a page of its own."""

import os

import pytest
from playwright.sync_api import Page, expect

import muserlab as ml
from muserlab.kernel_ext.widgets.following import Following
from muserlab.kernel_ext.widgets.interrupts import InterruptsView

from .mounted import Mounted, blank

pytestmark = pytest.mark.browser


def test_its_vector_is_one_that_the_client_hears_until_somebody_chooses(page: Page) -> None:
    dev = ml.PCIDevice("adder", id=(0x1234, 0x0001), bar0=4096, intx=True, msi=2)
    blank(page)
    view = Mounted(page, InterruptsView(Following(dev)))
    vector = view.el.get_by_label("vector of the generator")
    expect(vector).to_have_value("intx")
    dev.set_irqs(1, "trigger", 1, 1, [os.eventfd(0)])
    view.look()
    expect(vector).to_have_value("msi[1]")
    vector.select_option("msi[0]")
    dev.set_irqs(0, "trigger", 0, 1, [os.eventfd(0)])
    view.look()
    expect(vector).to_have_value("msi[0]")
    dev.interrupts.release()
