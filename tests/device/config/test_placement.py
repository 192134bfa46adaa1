from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muserlab.device.config import (
    MSI,
    Capability,
    Config,
    DeviceSerialNumber,
    ExtendedVendorSpecific,
    Identity,
    PCIExpress,
    PowerManagement,
    RawCapability,
    RawExtended,
    VendorSpecific,
)
from muserlab.device.errors import DefinitionError

ID = Identity(0x1234, 2)


def board(*capabilities: Capability, express: bool = False) -> Config:
    return Config(ID, capabilities=capabilities, express=express)


def walk(config: Config) -> list[tuple[int, int]]:
    """Follow the list as a guest does: ids and offsets."""
    found: list[tuple[int, int]] = []
    offset = config.space.read(0x34, 1)[0] if config.space.read(6, 1)[0] & 0x10 else 0
    while offset:
        id_, following = config.space.read(offset, 2)
        found.append((id_, offset))
        offset = following
    return found


def walk_extended(config: Config) -> list[tuple[int, int, int]]:
    """Follow the extended list: ids, versions and offsets."""
    found: list[tuple[int, int, int]] = []
    offset = 0x100
    while offset:
        header = int.from_bytes(config.space.read(offset, 4), "little")
        if header:
            found.append((header & 0xFFFF, header >> 16 & 0xF, offset))
        offset = header >> 20
    return found


def test_capabilities_follow_each_other_at_multiples_of_four() -> None:
    config = board(VendorSpecific(b"abcd"), PowerManagement(), MSI())
    assert walk(config) == [(0x09, 0x40), (0x01, 0x48), (0x05, 0x50)]
    assert [one.offset for one in config.capabilities] == [0x40, 0x48, 0x50]


def test_a_function_without_capabilities_has_no_list() -> None:
    assert walk(board()) == []
    assert walk_extended(board(express=True)) == []


def test_extended_ones_begin_at_the_end_of_the_old_space() -> None:
    config = board(
        PCIExpress(), DeviceSerialNumber(1), ExtendedVendorSpecific(2, b"12345"), express=True
    )
    assert walk(config) == [(0x10, 0x40)]
    assert walk_extended(config) == [(0x03, 1, 0x100), (0x0B, 1, 0x10C)]


def test_given_places_are_taken_first_and_the_order_of_the_list_stays() -> None:
    config = board(PowerManagement(), VendorSpecific(b"x", offset=0x44), MSI(offset=0x80))
    assert walk(config) == [(0x01, 0x48), (0x09, 0x44), (0x05, 0x80)]


def test_the_extended_list_goes_by_place() -> None:
    config = board(
        RawExtended(7, b"a" * 8, offset=0x200), RawExtended(8, b"", revision=3), express=True
    )
    assert walk_extended(config) == [(8, 3, 0x100), (7, 1, 0x200)]


@pytest.mark.parametrize(
    ("capabilities", "message"),
    [
        (
            [MSI(offset=0x40), PowerManagement(offset=0x48)],
            "PowerManagement capability at 0x48 overlaps the MSI capability",
        ),
        ([MSI(offset=0x42)], "multiple of 4"),
        ([MSI(offset=0x20)], "multiple of 4 between 0x40 and 0x100"),
        ([MSI(offset=0xF8)], "does not fit at 0xf8"),
        ([RawCapability(9, bytes(150)), RawCapability(9, bytes(150))], "does not fit"),
        ([DeviceSerialNumber(1)], "express=True"),
    ],
)
def test_what_overlaps_or_does_not_fit_is_named(capabilities: Any, message: str) -> None:
    with pytest.raises(DefinitionError, match=message):
        board(*capabilities)


def test_the_first_extended_one_has_its_place() -> None:
    with pytest.raises(DefinitionError, match="has to lie at 0x100"):
        board(DeviceSerialNumber(1, offset=0x180), express=True)


def test_a_definition_serves_several_devices() -> None:
    shared = PowerManagement()
    one, two = board(shared), board(shared)
    one.space.write(0x44, b"\3")
    assert (one.space.read(0x44, 1), two.space.read(0x44, 1)) == (b"\x0b", b"\x08")


@given(
    st.lists(
        st.one_of(
            st.builds(RawCapability, st.integers(1, 255), st.binary(max_size=20)),
            st.builds(RawExtended, st.integers(1, 0xFFFF), st.binary(max_size=20)),
        ),
        max_size=8,
    )
)
def test_a_guest_finds_every_capability_whole(capabilities: list[Capability]) -> None:
    config = board(*capabilities, express=True)
    standard = [one for one in capabilities if isinstance(one, RawCapability)]
    extended = [one for one in capabilities if isinstance(one, RawExtended)]
    found, found_extended = walk(config), walk_extended(config)
    assert [id_ for id_, _ in found] == [one.id for one in standard]
    assert [id_ for id_, _, _ in found_extended] == [one.id for one in extended]
    for one, (_, at) in zip(standard, found, strict=True):
        assert config.space.read(at + 2, len(one.data)) == one.data
    for other, (_, _, at) in zip(extended, found_extended, strict=True):
        assert config.space.read(at + 4, len(other.data)) == other.data
