from typing import Any

import pytest

from muserlab.device.config import (
    MSI,
    MSIX,
    Capability,
    Config,
    DeviceSerialNumber,
    ExtendedVendorSpecific,
    Identity,
    LiveMSI,
    LiveMSIX,
    LivePCIExpress,
    LivePowerManagement,
    PCIExpress,
    PowerManagement,
    RawCapability,
    VendorSpecific,
)
from muserlab.device.errors import DefinitionError


def board(capability: Capability) -> Config:
    return Config(Identity(0x1234, 2), capabilities=[capability], express=True)


def live(config: Config, kind: Any) -> Any:
    found = config.find(kind)
    assert found is not None
    return found


def number(config: Config, offset: int, size: int) -> int:
    return int.from_bytes(config.space.read(offset, size), "little")


# -- power management --------------------------------------------------------------------------


def test_a_guest_changes_the_power_state_and_the_function_hears_of_it() -> None:
    config = board(PowerManagement())
    power = live(config, LivePowerManagement)
    heard: list[tuple[int, int]] = []
    power.on_power = lambda old, new: heard.append((old, new))
    config.space.write(0x44, b"\3")
    config.space.write(0x44, b"\3")
    config.space.write(0x44, b"\0")
    assert heard == [(0, 3), (3, 0)]


def test_a_state_that_is_not_supported_is_ignored() -> None:
    config = board(PowerManagement(d1=True))
    power = live(config, LivePowerManagement)
    config.space.write(0x44, b"\1")
    config.space.write(0x44, b"\2")
    assert power.state == 1
    assert number(config, 0x44, 2) & 3 == 1


def test_power_capabilities_say_what_is_supported() -> None:
    config = board(PowerManagement(d1=True, d2=True, no_soft_reset=False, pme=0b11001))
    assert number(config, 0x42, 2) == 3 | 1 << 9 | 1 << 10 | 0b11001 << 11
    config.space.write(0x44, b"\xff\xff")
    assert number(config, 0x44, 2) == 0x0103


def test_a_reset_brings_full_power_and_keeps_the_wake_up_bits_that_outlive_it() -> None:
    config = board(PowerManagement(pme=0b10000))
    power = live(config, LivePowerManagement)
    config.space.write(0x44, b"\x03\x01")
    power.on_power = lambda _old, _new: pytest.fail("a reset is no change by the guest")
    config.reset()
    assert power.state == 0
    assert number(config, 0x44, 2) == 0x0108


# -- MSI ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("msi", "size", "control"),
    [
        (MSI(bits=32), 10, 0),
        (MSI(), 14, 0x80),
        (MSI(4, bits=32, masking=True), 20, 0x104),
        (MSI(32, masking=True), 24, 0x18A),
    ],
)
def test_msi_has_the_layout_of_its_kind(msi: MSI, size: int, control: int) -> None:
    assert len(msi.image().data) == size
    assert number(board(msi), 0x42, 2) == control


@pytest.mark.parametrize("bits", [32, 64])
def test_msi_is_enabled_and_granted_and_masked_by_the_guest(bits: int) -> None:
    config = board(MSI(4, masking=True, bits=bits))
    msi = live(config, LiveMSI)
    changes: list[range] = []
    msi.on_change = changes.append
    masks = 0x4C if bits == 32 else 0x50
    assert not msi.enabled(0)
    config.space.write(0x42, b"\x11")
    assert [msi.enabled(i) for i in range(4)] == [True, True, False, False]
    config.space.write(masks, b"\xff" * 4)
    assert number(config, masks, 4) == 0xF
    config.space.write(masks, b"\x0a\0\0\0")
    assert [msi.blocked(i) for i in range(4)] == [False, True, False, True]
    assert changes == [range(4)] * 3


def test_msi_shows_pending_bits_that_a_guest_cannot_write() -> None:
    config = board(MSI(4, masking=True))
    msi = live(config, LiveMSI)
    msi.show(1, True)
    msi.show(3, True)
    msi.show(1, False)
    config.space.write(0x54, bytes(4))
    assert number(config, 0x54, 4) == 1 << 3


def test_msi_without_masking_blocks_and_shows_nothing() -> None:
    config = board(MSI(2))
    msi = live(config, LiveMSI)
    before = config.space.read(0, 4096)
    msi.show(1, True)
    assert config.space.read(0, 4096) == before
    assert not msi.blocked(1)


def test_the_message_address_has_no_low_bits() -> None:
    config = board(MSI())
    config.space.write(0x44, b"\xff" * 8 + b"\x34\x12")
    assert config.space.read(0x44, 10) == b"\xfc" + b"\xff" * 7 + b"\x34\x12"


# -- MSI-X -------------------------------------------------------------------------------------


def test_msix_says_where_its_table_lies_and_who_is_masked() -> None:
    config = board(MSIX(2048, bar=2, table=0x1000, pba_bar=3, pba=0x10))
    msix = live(config, LiveMSIX)
    assert config.space.read(0x42, 10) == b"\xff\x07" + b"\x02\x10\0\0" + b"\x13\0\0\0"
    config.space.write(0x42, b"\xff\xff")
    assert (msix.on, msix.all_masked, msix.count) == (True, True, 2048)
    config.reset()
    assert (msix.on, msix.all_masked) == (False, False)


def test_pending_bits_follow_the_table_unless_told_otherwise() -> None:
    msix = MSIX(65, bar=1, table=0x800)
    assert (msix.table_place, msix.pba_place) == ((1, 0x800), (1, 0x800 + 65 * 16))
    assert (msix.table_size, msix.pba_size) == (65 * 16, 16)


# -- PCI Express -------------------------------------------------------------------------------


def test_a_function_level_reset_is_asked_for_and_reads_back_as_nothing() -> None:
    config = board(PCIExpress())
    asked: list[int] = []
    live(config, LivePCIExpress).on_flr = lambda: asked.append(number(config, 0x48, 2))
    config.space.write(0x48, b"\x10\xa8")
    assert asked == [0x2810]
    assert number(config, 0x44, 4) & 1 << 28


def test_without_flr_its_bit_does_nothing() -> None:
    config = board(PCIExpress(flr=False))
    live(config, LivePCIExpress).on_flr = lambda: pytest.fail("not supported")
    config.space.write(0x48, b"\x10\xa8")
    assert not number(config, 0x44, 4) & 1 << 28


def test_express_says_kind_payload_and_link() -> None:
    config = board(PCIExpress(legacy=True, max_payload=512, generation=3, width=8))
    assert number(config, 0x42, 2) == 0x12
    assert number(config, 0x44, 4) & 0b111 == 2
    assert number(config, 0x4C, 4) == number(config, 0x52, 2) == 0x83
    assert number(config, 0x6C, 4) == 0b1110


def test_device_status_clears_and_link_control_outlives_a_function_level_reset() -> None:
    config = board(PCIExpress())
    config.space.poke(0x4A, b"\x0f")
    config.space.write(0x4A, b"\x05")
    assert number(config, 0x4A, 2) == 0x0A
    config.space.write(0x50, b"\x41")
    config.space.write(0x48, b"\x3f\x00")
    config.reset(function_level=True)
    assert (number(config, 0x50, 2), number(config, 0x48, 2)) == (0x41, 0x2830)
    config.reset()
    assert (number(config, 0x50, 2), number(config, 0x48, 2)) == (0, 0x2810)


# -- bytes of one's own ------------------------------------------------------------------------


def test_vendor_specific_says_its_length_and_guards_its_bytes() -> None:
    config = board(VendorSpecific(b"\x12\x34\x56", writable=b"\x00\xf0"))
    config.space.write(0x43, b"\xff\xff\xff")
    assert config.space.read(0x40, 6) == b"\x09\x00\x06\x12\xf4\x56"


def test_extended_vendor_specific_has_a_header_of_its_own() -> None:
    config = board(ExtendedVendorSpecific(0xABCD, b"hi", revision=5, writable=b"\xff"))
    assert number(config, 0x104, 4) == 0xABCD | 5 << 16 | 10 << 20
    config.space.write(0x108, b"HI")
    assert config.space.read(0x108, 2) == b"Hi"


def test_the_serial_number_has_eight_bytes() -> None:
    config = board(DeviceSerialNumber(0x0123_4567_89AB_CDEF))
    assert number(config, 0x104, 8) == 0x0123_4567_89AB_CDEF


@pytest.mark.parametrize(
    "make",
    [
        lambda: MSI(3),
        lambda: MSI(64),
        lambda: MSI(bits=16),
        lambda: MSIX(0),
        lambda: MSIX(2049),
        lambda: MSIX(1, bar=6),
        lambda: MSIX(1, bar=0, table=4),
        lambda: MSIX(1, bar=0, pba_bar=1),
        lambda: MSIX(1).image(),
        lambda: PCIExpress(max_payload=100),
        lambda: PCIExpress(generation=6),
        lambda: PCIExpress(width=3),
        lambda: board(RawCapability(256)),
        lambda: board(VendorSpecific(b"a", writable=b"\xff\xff")),
        lambda: board(DeviceSerialNumber(1 << 64)),
        lambda: board(VendorSpecific(bytes(300))),
    ],
)
def test_what_no_capability_can_be_is_refused(make: Any) -> None:
    with pytest.raises(DefinitionError):
        make()
