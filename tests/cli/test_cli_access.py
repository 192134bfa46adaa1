"""muserlab info, read, write and dump, on a device that is being served."""

import pytest

from muserlab.lab import Lab

from .conftest import Run


@pytest.fixture
def socket(lab: Lab) -> str:
    return str(lab.socket_path())


def test_a_value_is_written_and_read_back(run: Run, socket: str) -> None:
    assert run("write", socket, "bar0", "0x8", "0x11223344").exit_code == 0
    assert run("read", socket, "bar0", 8).output == "0x11223344\n"
    assert run("read", socket, "0", "0b1001", "--size", 1).output == "0x33\n"
    assert run("write", socket, "bar0", 8, 1 << 63, "--size", 8).exit_code == 0
    assert run("read", socket, "bar0", 8, "--size", 8).output == "0x8000000000000000\n"


def test_reads_and_writes_have_their_side_effects(run: Run, socket: str) -> None:
    run("write", socket, "bar0", 0, 1)
    assert run("read", socket, "bar0", 4).output == "0x00001234\n"
    assert run("read", socket, "bar0", 4).output == "0x00000000\n"


def test_a_dump_shows_words_and_text(run: Run, socket: str) -> None:
    run("write", socket, "bar0", 8, 0x21_6F_6C_6C_65_68, "--size", 8)
    result = run("dump", socket, "bar0", 0, "0x14")
    assert result.output.splitlines() == [
        "00000000  00000000 00000000 6c6c6568 0000216f  ........hello!..",
        "00000010  00000000                             ....",
    ]
    result = run("dump", socket, "config", 0, 4, "--size", 1)
    assert result.output == f"00000000  {'34 12 cd ab':<47}  4...\n"


def test_a_dump_goes_to_the_end_of_the_region_by_default(run: Run, socket: str) -> None:
    lines = run("dump", socket, "bar0", "0xfe0").output.splitlines()
    assert [line.split()[0] for line in lines] == ["00000fe0", "00000ff0"]


def test_info_shows_the_device_its_regions_and_its_interrupts(run: Run, socket: str) -> None:
    output = run("info", socket).output
    assert output.startswith("Unassigned class [ff00]: Device 1234:abcd (rev 00)\n")
    rows = [line.split() for line in output.splitlines() if line]
    assert ["bar0", "0x1000", "(4", "KiB)", "rw", "no", "-"] in rows
    assert ["msi", "2", "eventfd", "maskable", "noresize"] in rows
    assert any("MSI:" in row and "Count=1/2" in row for row in rows)
    assert "vfio-user 0.0, max_msg_fds 16," in output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("read", "bar0", 4096), "REGION_READ of bar0+0x1000 (4 bytes) refused: EINVAL"),
        (("read", "bar3", 0), "the device has no region bar3; it has bar0, config"),
        (("dump", "nonsense"), "the device has no region nonsense"),
        (("write", "bar0", 0, 256, "--size", 1), "0x100 does not fit into 1 bytes"),
    ],
)
def test_what_the_device_refuses_is_told_in_one_line(
    run: Run, socket: str, arguments: tuple[object, ...], message: str
) -> None:
    command, *rest = arguments
    result = run(command, socket, *rest)
    assert result.exit_code == 1
    assert result.output.startswith(f"Error: {message}")
    assert result.output.count("\n") == 1


@pytest.mark.parametrize(
    "arguments", [("bar0", "12x"), ("bar0", "-4"), ("bar0",), ("bar0", 0, "--size", 3)]
)
def test_what_makes_no_sense_is_a_usage_error(
    run: Run, socket: str, arguments: tuple[object, ...]
) -> None:
    result = run("read", socket, *arguments)
    assert result.exit_code == 2
    assert "Usage: " in result.output


def test_a_socket_that_is_not_there_is_told_in_one_line(run: Run) -> None:
    result = run("info", "/nowhere/at/all.sock")
    assert result.exit_code == 1
    assert result.output == (
        "Error: /nowhere/at/all.sock: there is no such socket; is the device served?\n"
    )


def test_a_device_that_is_in_use_is_told_as_such(run: Run, lab: Lab, socket: str) -> None:
    with lab.connect():
        result = run("info", socket)
    assert result.exit_code == 1
    assert "is another connected?" in result.output
