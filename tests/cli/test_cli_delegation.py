"""Commands that other rooms do the work of, and how fast the command starts."""

import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

import muserlab.vm
from muserlab.cli import main
from muserlab.vm import Config, QemuNotFound, Result

from .conftest import Run


def test_help_imports_nothing_that_is_slow() -> None:
    code = (
        "import sys\n"
        "from muserlab.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "slow = {'trio', 'IPython', 'rich', 'watchfiles', 'muserlab.lab', 'muserlab.client'}\n"
        "print(sorted(slow & set(sys.modules)))\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.splitlines()[-1] == "[]"


def test_every_command_has_help(run: Run) -> None:
    overview = run("--help").output
    for command in ("serve", "info", "read", "write", "dump", "vm", "kernelspec"):
        assert f"\n  {command} " in overview
        assert run(command, "--help").exit_code == 0


class Fake(ModuleType):
    """Stands for the notebook side."""

    def __init__(self) -> None:
        super().__init__("muserlab.kernel_ext.kernelspec")
        self.installed: list[tuple[bool, str | None]] = []
        self.removed: Path | None = Path("/kernels/muserlab")

    def install_kernelspec(self, *, user: bool, prefix: str | None) -> Path:
        self.installed.append((user, prefix))
        return Path("/kernels/muserlab")

    def remove_kernelspec(self) -> Path | None:
        return self.removed


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Fake:
    module = Fake()
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return module


def test_the_kernelspec_is_installed_where_it_is_wanted(run: Run, fake: Fake) -> None:
    result = run("kernelspec", "install")
    assert result.output == "installed the kernelspec at /kernels/muserlab\n"
    run("kernelspec", "install", "--prefix", ".venv")
    run("kernelspec", "install", "--system")
    assert fake.installed == [(True, None), (True, ".venv"), (False, None)]
    assert run("kernelspec", "install", "--system", "--prefix", "x").exit_code == 2


def test_the_kernelspec_is_removed(run: Run, fake: Fake) -> None:
    assert run("kernelspec", "remove").output == "removed /kernels/muserlab\n"
    fake.removed = None
    assert run("kernelspec", "remove").output == "there is no such kernelspec\n"


def test_without_jupyter_the_kernelspec_says_what_to_install(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "muserlab.kernel_ext.kernelspec", None)
    result = run("kernelspec", "install")
    assert result.exit_code == 1
    assert "pip install 'muserlab[notebook]'" in result.output


class FakeGuest:
    """A guest whose commands end with the number they consist of."""

    def __init__(self, config: Config) -> None:
        self.devices = {device.name: "01:00.0" for device in config.devices}

    async def run(self, command: str) -> Result:
        return Result(command, int(command), f"did {command}\n".encode(), b"said\n")


@pytest.fixture
def booted(monkeypatch: pytest.MonkeyPatch) -> list[Config]:
    """What was asked to be booted."""
    configs: list[Config] = []

    @asynccontextmanager
    async def boot(config: Config) -> AsyncGenerator[Any]:
        configs.append(config)
        yield FakeGuest(config)

    monkeypatch.setattr(muserlab.vm, "boot", boot)
    return configs


def test_a_guest_runs_commands_and_its_last_status_is_ours(
    run: Run, booted: list[Config], tmp_path: Path
) -> None:
    socket = tmp_path / "gpio.sock"
    socket.touch()
    result = run("vm", "boot", socket, "-c", 0, "-c", 3, "--memory", 128)
    assert result.exit_code == 3
    assert result.stdout == "did 0\ndid 3\n"
    assert result.stderr == "gpio is 01:00.0 in the guest\nsaid\nsaid\n"
    assert [(d.name, d.socket) for d in booted[0].devices] == [("gpio", socket)]
    assert (booted[0].memory, booted[0].accel) == (128, "tcg")


def test_a_guest_takes_commands_from_standard_input(booted: list[Config]) -> None:
    result = CliRunner().invoke(main, ["vm", "boot"], input="0\n5\n")
    assert result.stdout == "did 0\ndid 5\n"
    assert result.exit_code == 5


def test_a_missing_qemu_is_told_in_one_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def find() -> None:
        raise QemuNotFound("there is no QEMU; run this and that")

    monkeypatch.setattr(muserlab.vm, "find_qemu", find)
    result = run("vm", "status")
    assert (result.exit_code, result.output) == (1, "Error: there is no QEMU; run this and that\n")


def test_installing_shows_where_it_went(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def install(progress: muserlab.vm.Progress) -> SimpleNamespace:
        progress("download", 0, 2)
        progress("download", 2, 2)
        return SimpleNamespace(path="/cache/debian")

    monkeypatch.setattr(muserlab.vm, "install", install)
    result = run("vm", "install")
    assert result.stdout == "guest software: /cache/debian\n"
    assert "download" in result.stderr
