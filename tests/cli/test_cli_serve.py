"""muserlab serve, as a process of its own: ready lines, re-loading, and its end."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from .conftest import Run

TEXT = """\
import muserlab as ml

class EchoBar(ml.BAR, size=4096):
    IN = ml.RW(0x00)
    OUT = ml.RO(0x04)

dev = ml.PCIDevice("echo", id=(0x1234, 2), bar0=EchoBar)

@EchoBar.IN.on_write
def echo(dev, new, old):
    dev.bar0.OUT.poke(new)
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "echo.py"
    path.write_text(TEXT)
    return path


@pytest.fixture
def serving(file: Path, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process and the socket that it serves on."""
    socket = tmp_path / "echo.sock"
    with subprocess.Popen(
        [sys.executable, "-m", "muserlab", "serve", str(file), "--socket", str(socket)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process, str(socket)
        finally:
            process.kill()


def test_a_file_is_served_patched_when_saved_and_ended_by_ctrl_c(
    run: Run, file: Path, serving: tuple[subprocess.Popen[str], str]
) -> None:
    process, socket = serving
    assert process.stdout is not None
    assert process.stderr is not None
    ready = process.stdout.readline()
    assert ready.startswith(f"echo ready at {socket}  qemu-system-x86_64 -M q35,")
    assert '"driver": "vfio-user-pci"' in ready
    assert "1234:0002" in run("info", socket).output
    run("write", socket, "bar0", 0, 7)
    assert run("read", socket, "bar0", 4).output == "0x00000007\n"

    fresh = file.with_suffix(".new")
    fresh.write_text(TEXT.replace("poke(new)", "poke(new * 2)"))
    fresh.rename(file)
    told = iter(process.stderr.readline, "")
    assert (
        next(line for line in told if "v2" in line) == "  echo: bar0 IN.on_write v2 (echo.py:9)\n"
    )
    run("write", socket, "bar0", 0, 7)
    assert run("read", socket, "bar0", 4).output == "0x0000000e\n"

    process.send_signal(signal.SIGINT)
    assert process.wait() == 0
    assert "stopping\n" in list(told)
    assert not os.path.lexists(socket)


def test_a_file_that_defines_nothing_is_refused(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "empty.py"
    path.write_text("")
    result = run("serve", path)
    assert result.exit_code == 1
    assert result.output == f"Error: {path} defines no PCIDevice at its top level\n"


def test_a_broken_file_is_told_with_its_line(run: Run, file: Path) -> None:
    file.write_text(TEXT + "1 / 0\n")
    result = run("serve", file)
    assert result.exit_code == 1
    assert result.output == f"Error: {file}:12: ZeroDivisionError: division by zero\n"


def test_a_socket_is_for_one_device(run: Run, file: Path, tmp_path: Path) -> None:
    file.write_text(TEXT + 'other = ml.PCIDevice("other", id=(0x1234, 2))\n')
    result = run("serve", file, "--socket", tmp_path / "s")
    assert result.exit_code == 1
    assert "a socket is for one device, not 2; pick one by its name" in result.output


def test_a_socket_in_use_is_refused(
    run: Run, file: Path, serving: tuple[subprocess.Popen[str], str]
) -> None:
    process, socket = serving
    assert process.stdout is not None
    process.stdout.readline()
    result = run("serve", file, "--socket", socket)
    assert result.exit_code == 1
    assert socket in result.output
    assert result.output.count("\n") == 1


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGHUP])
def test_whatever_ends_a_program_ends_it_cleanly(
    serving: tuple[subprocess.Popen[str], str], ending: signal.Signals
) -> None:
    process, socket = serving
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(ending)
    assert process.wait() == 0
    assert not os.path.lexists(socket)
