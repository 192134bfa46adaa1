"""The unpacked packages: programs that run through their own loader, and the guest's parts."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from muserlab.vm.cache import cache_folder
from muserlab.vm.errors import QemuNotFound

FOLDER = "debian"
STAMP = "muserlab.json"
_LOADER = "usr/lib64/ld-linux-x86-64.so.2"
_LIBRARIES = "usr/lib/x86_64-linux-gnu"


@dataclass(frozen=True, slots=True)
class Sysroot:
    """A folder with unpacked Debian packages: what was asked for, and all versions by name.

    Nothing in it is installed on the host: its programs use its own C library.
    """

    path: Path
    wanted: Sequence[str]
    packages: Mapping[str, str]

    @classmethod
    def installed(cls) -> Self | None:
        """Return the one in the user's cache, or None when there is none."""
        path = cache_folder() / FOLDER
        try:
            stamp = json.loads((path / STAMP).read_text())
        except FileNotFoundError:
            return None
        return cls(path, stamp["wanted"], stamp["packages"])

    @classmethod
    def require(cls) -> Self:
        """Return the one in the user's cache; QemuNotFound says how to get it."""
        found = cls.installed()
        if found is None:
            raise QemuNotFound(
                "no guest software is installed: run `muserlab vm install` on a Debian-like "
                f"x86-64 host (from another such host, {cache_folder()} can be copied)"
            )
        return found

    def command(self, program: str) -> tuple[str, ...]:
        """Return the arguments that run one of its programs, named by its path in the root."""
        return (
            str(self.path / _LOADER),
            "--inhibit-cache",
            "--library-path",
            str(self.path / _LIBRARIES),
            str(self.path / program),
        )

    def libraries(self, program: str) -> tuple[Path, ...]:
        """Return the shared libraries that a program needs, its loader among them, by full path."""
        loader, *options, target = self.command(program)
        listing = subprocess.run(
            [loader, *options, "--list", target], capture_output=True, text=True, check=True
        ).stdout
        found = (line.partition(" => ")[2].split(" (")[0] for line in listing.splitlines())
        return tuple(Path(path) for path in found if path)

    @property
    def kernel_release(self) -> str:
        """The kernel's release, as in /lib/modules/RELEASE."""
        return next((self.path / "usr/lib/modules").iterdir()).name

    @property
    def kernel(self) -> Path:
        """The compressed kernel image."""
        return self.path / f"boot/vmlinuz-{self.kernel_release}"

    @property
    def modules(self) -> Path:
        """The folder of the kernel's modules."""
        return self.path / "usr/lib/modules" / self.kernel_release
