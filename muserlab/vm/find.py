"""Finds a QEMU that can be a vfio-user client."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field

from muserlab.vm.errors import QemuNotFound
from muserlab.vm.sysroot import Sysroot

PROGRAM = "qemu-system-x86_64"
OLDEST = (10, 1)


@dataclass(frozen=True, slots=True)
class Qemu:
    """A QEMU for x86-64 guests: the start of its command line, its environment and its version."""

    command: tuple[str, ...]
    version: tuple[int, ...]
    environment: Mapping[str, str] = field(default_factory=dict[str, str])

    def __str__(self) -> str:
        place = next(part for part in self.command if part.endswith(PROGRAM))
        return f"QEMU {'.'.join(map(str, self.version))} at {place}"


def find_qemu() -> Qemu:
    """Return the host's own QEMU if it is new enough, otherwise the fetched one.

    Raises QemuNotFound, which tells what was found instead and what to do.
    """
    system = shutil.which(PROGRAM)
    if system is None:
        seen = f"there is no {PROGRAM} with the device vfio-user-pci on PATH"
    else:
        command = (system,)
        version = _version(command)
        if version >= OLDEST and _has_vfio_user(command):
            return Qemu(command, version)
        seen = f"{system} is {'.'.join(map(str, version))}, without the device vfio-user-pci"
    sysroot = Sysroot.installed()
    if sysroot is None:
        raise QemuNotFound(
            f"{seen}; needed is QEMU {'.'.join(map(str, OLDEST))} or later, with that device. "
            "On a Debian-like x86-64 host, `muserlab vm install` fetches one into your cache"
        )
    return fetched_qemu(sysroot)


def fetched_qemu(sysroot: Sysroot) -> Qemu:
    """Return the QEMU among unpacked packages."""
    environment = {"QEMU_MODULE_DIR": str(sysroot.path / "usr/lib/x86_64-linux-gnu/qemu")}
    command = sysroot.command(f"usr/bin/{PROGRAM}")
    version = _version(command, environment)
    firmware = (str(sysroot.path / "usr/share" / folder) for folder in ("qemu", "seabios"))
    options = tuple(option for folder in firmware for option in ("-L", folder))
    return Qemu(command + options, version, environment)


def _version(
    command: tuple[str, ...], environment: Mapping[str, str] | None = None
) -> tuple[int, ...]:
    result = subprocess.run(
        [*command, "--version"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **(environment or {})},
    )
    match = re.search(r"version (\d+)\.(\d+)\.(\d+)", result.stdout)
    if match is None:
        said = result.stderr.strip() or result.stdout.strip()
        raise QemuNotFound(f"{' '.join(command)} --version tells no version: {said}")
    return tuple(map(int, match.groups()))


def _has_vfio_user(command: tuple[str, ...]) -> bool:
    asked = [*command, "-device", "vfio-user-pci,help"]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0
