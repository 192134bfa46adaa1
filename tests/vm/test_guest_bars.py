"""What a guest's kernel log says about the BARs of a device that was plugged in."""

from muserlab.vm.guest import unassigned_bars

FAILED = """\
[    3.035504] pci 0000:02:00.0: [1234:0002] type 00 class 0xff0000 conventional PCI endpoint
[    3.037540] pci 0000:02:00.0: BAR 2 [mem 0x00000000-0x7fffffff]
[    3.062186] pci 0000:02:00.0: BAR 0 [mem 0xfe000000-0xfe000fff]: assigned
[    3.063186] pci 0000:02:00.0: BAR 2 [mem size 0x80000000]: can't assign; no space
[    3.064679] pci 0000:02:00.0: BAR 2 [mem size 0x80000000]: failed to assign
"""
AGAIN = "[    4.0] pci 0000:02:00.0: BAR 2 [mem 0x80000000-0xffffffff]: assigned\n"


def test_a_bar_without_a_place_is_named() -> None:
    assert unassigned_bars(FAILED, "02:00.0") == ("BAR 2",)


def test_other_devices_are_not_looked_at() -> None:
    assert unassigned_bars(FAILED, "03:00.0") == ()


def test_a_bar_that_found_its_place_later_is_fine() -> None:
    assert unassigned_bars(FAILED + AGAIN, "02:00.0") == ()


def test_a_device_that_was_there_before_does_not_count() -> None:
    new = "[    9.0] pci 0000:02:00.0: [1234:0003] type 00 class 0xff0000 conventional\n"
    assert unassigned_bars(FAILED + new, "02:00.0") == ()
