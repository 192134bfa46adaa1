"""Puts QEMU and the guest's software into the user's cache."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Protocol

from muserlab.vm.cache import IMAGES, cache_folder
from muserlab.vm.errors import InstallError
from muserlab.vm.install.apt import Apt, Package
from muserlab.vm.install.host import check_host
from muserlab.vm.install.lock import exclusive
from muserlab.vm.install.packages import wanted
from muserlab.vm.install.sources import mirrors
from muserlab.vm.sysroot import FOLDER, STAMP, Sysroot


class Progress(Protocol):
    """Hears how far the installation is: a step's name, and `done` of `total` units of it."""

    def __call__(self, step: str, done: int, total: int) -> None:
        """Take note."""
        ...


def install(progress: Progress) -> Sysroot:
    """Fetch and unpack what a guest needs, unless that has been done; return where it is.

    No rights are needed and nothing is installed on the host. It can be interrupted and begun
    again at any time: downloads go on where they stopped, and the result appears whole or not at
    all. Raises UnsupportedHost, or InstallError when a step fails.
    """
    cache = cache_folder()
    with exclusive(cache / "install.lock", lambda: progress("waiting for another", 0, 1)):
        present = Sysroot.installed()
        if present is not None and present.wanted == wanted():
            progress("already installed", 1, 1)
            return present
        check_host()
        apt, packages = _downloaded(cache / "apt", progress)
        _unpack(apt, packages, cache / FOLDER, progress)
        shutil.rmtree(cache / "apt")
        shutil.rmtree(cache / IMAGES, ignore_errors=True)  # built from what has been replaced
    return Sysroot.require()


def _downloaded(folder: Path, progress: Progress) -> tuple[Apt, list[Package]]:
    *others, last = mirrors()
    for mirror in others:
        try:
            return _download(Apt(folder, mirror), progress)
        except InstallError:
            pass  # a mirror need not have the suites that are needed here
    return _download(Apt(folder, last), progress)


def _download(apt: Apt, progress: Progress) -> tuple[Apt, list[Package]]:
    apt.update(lambda percentage: progress("package lists", round(percentage), 100))
    packages = apt.plan()
    apt.download(lambda percentage: progress("download", round(percentage), 100))
    return apt, packages


def _unpack(apt: Apt, packages: list[Package], target: Path, progress: Progress) -> None:
    fresh, former = target.with_suffix(".new"), target.with_suffix(".old")
    for left_over in (fresh, former):
        shutil.rmtree(left_over, ignore_errors=True)
    fresh.mkdir()
    for done, package in enumerate(packages):
        progress("unpack", done, len(packages))
        _unpack_one(apt.archive(package), fresh)
    stamp = {
        "wanted": wanted(),
        "packages": {package.name: package.version for package in packages},
    }
    (fresh / STAMP).write_text(json.dumps(stamp, indent=1))
    if target.exists():
        target.rename(former)
    fresh.rename(target)
    shutil.rmtree(former, ignore_errors=True)
    progress("unpack", len(packages), len(packages))


def _unpack_one(archive: Path, target: Path) -> None:
    command = ["dpkg-deb", "--extract", str(archive), str(target)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise InstallError(f"{archive.name} could not be unpacked: {result.stderr.strip()}")
