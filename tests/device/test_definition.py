"""What a device remembers of how it was made."""

import inspect
from dataclasses import fields

from muserlab.device import BAR, MSI, Definition, PCIDevice, PowerManagement


def test_a_definition_has_the_constructors_arguments_and_defaults() -> None:
    parameters = inspect.signature(PCIDevice).parameters
    of_constructor = {name: p.default for name, p in parameters.items() if p.default is not p.empty}
    of_definition = {f.name: f.default for f in fields(Definition)}
    assert list(of_definition) == list(parameters)
    assert {name: of_definition[name] for name in of_constructor} == of_constructor


def test_a_device_keeps_what_it_was_given_as_it_was_given(adder_bar: type[BAR]) -> None:
    power = PowerManagement()
    dev = PCIDevice(
        "adder",
        id=(0x1234, 1),
        bar0=adder_bar,
        bar2=4096,
        rom=b"rom",
        msi=MSI(4),
        msix=2,
        capabilities=[power],
    )
    assert dev.definition.given == {
        "name": "adder",
        "id": (0x1234, 1),
        "bar0": adder_bar,
        "bar2": 4096,
        "rom": b"rom",
        "msi": MSI(4),
        "msix": 2,
        "capabilities": (power,),
    }


def test_another_device_can_be_made_of_what_was_given(adder_bar: type[BAR]) -> None:
    dev = PCIDevice("adder", id=(0x1234, 1), bar0=adder_bar, express=True, msix=3, intx=True)
    again = PCIDevice(**dev.definition.given)
    assert again.definition == dev.definition
    assert again.describe() == dev.describe()


def test_what_was_given_does_not_follow_a_list_that_is_changed_later() -> None:
    capabilities = [PowerManagement()]
    dev = PCIDevice("adder", id=(0x1234, 1), capabilities=capabilities)
    capabilities.clear()
    assert dev.definition.capabilities == (PowerManagement(),)
