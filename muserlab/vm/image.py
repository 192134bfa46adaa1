"""Builds the guest's first file system: busybox, PCI and GPIO tools, drivers, the agent."""

import hashlib
import io
import struct
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from muserlab.vm.cache import IMAGES, cache_folder
from muserlab.vm.cpio import CpioWriter
from muserlab.vm.files import write_atomically
from muserlab.vm.modules import Module, ModuleTree, alias_index, dependency_index
from muserlab.vm.sysroot import Sysroot

# What people write drivers for, and what their devices look like to Linux.
DRIVER_FOLDERS = (
    "char",
    "comedi",
    "dma",
    "gpio",
    "i2c",
    "misc",
    "mmc",
    "net/ethernet/intel/e1000",
    "net/ethernet/intel/e1000e",
    "nvme",
    "pwm",
    "spi",
    "tty",
    "uio",
    "vfio",
    "virtio",
    "watchdog",
)
PROGRAMS = (
    "lspci",
    "setpci",
    "gpiodetect",
    "gpioget",
    "gpioinfo",
    "gpiomon",
    "gpionotify",
    "gpioset",
)
_LINKS = {
    "bin": "usr/bin",
    "sbin": "usr/bin",
    "usr/sbin": "usr/bin",
    "lib": "usr/lib",
    "lib64": "usr/lib64",
}
# libkmod, which lspci looks drivers up with, wants these to be there (libkmod/libkmod-index.c: a
# magic number, the version, and where the tree begins, 0 for none). busybox reads the text ones.
_EMPTY_INDEX = struct.pack(">III", 0xB007F457, 0x0002_0001, 0)
_BINARY_INDEXES = ("dep", "alias", "symbols", "builtin.alias", "builtin")
_SCRIPTS = Path(__file__).parent / "inside"
_KEPT_IMAGES = 4


@dataclass(frozen=True, slots=True)
class Contents:
    """What a guest gets beyond the usual.

    modules: names of further modules of the installed kernel, such as "ahci".
    drivers: files of kernel modules (.ko) of one's own; they too bind to their devices at boot.
    files: host files by their path in the guest; their permissions are kept.
    """

    modules: Sequence[str] = ()
    drivers: Sequence[Path] = ()
    files: Mapping[str, Path] = field(default_factory=dict[str, Path])


def guest_image(sysroot: Sysroot, contents: Contents | None = None) -> Path:
    """Return the image's file, built when there is none with these packages and contents.

    Raises ImageError for a module that does not exist or is none, OSError for a missing file.
    """
    contents = contents or Contents()
    scripts = {path.name: path.read_bytes() for path in sorted(_SCRIPTS.iterdir())}
    drivers = [Module.parse(f"extra/{path.name}", path.read_bytes()) for path in contents.drivers]
    files = {
        _real_path(guest_path): (path.read_bytes(), path.stat().st_mode & 0o777)
        for guest_path, path in contents.files.items()
    }
    identity = hashlib.sha256()
    for part in (
        sorted(sysroot.packages.items()),
        DRIVER_FOLDERS,
        PROGRAMS,
        _BINARY_INDEXES,
        scripts,
        sorted(contents.modules),
        drivers,
        sorted(files.items()),
    ):
        identity.update(repr(part).encode())
    path = cache_folder() / IMAGES / f"guest-{identity.hexdigest()[:16]}.cpio"
    if path.exists():
        path.touch()
        return path
    archive = io.BytesIO()
    image = CpioWriter(archive)
    _add_base(image, scripts)
    _add_programs(image, sysroot)
    _add_modules(image, sysroot, contents.modules, drivers)
    for guest_path, (content, mode) in files.items():
        image.file(guest_path, content, mode)
    image.close()
    write_atomically(path, archive.getvalue())
    _forget_old_images(path.parent)
    return path


def _real_path(path: str) -> str:
    # An entry below a link would replace the link by a folder.
    path = path.strip("/")
    for link, target in _LINKS.items():
        if path.startswith(f"{link}/"):
            return target + path.removeprefix(link)
    return path


def _add_base(image: CpioWriter, scripts: Mapping[str, bytes]) -> None:
    for folder in ("dev", "proc", "root", "run", "sys", "tmp"):
        image.folder(folder)
    for link, target in _LINKS.items():
        image.link(link, f"/{target}")
    # Without it the first process has no output before it has mounted /dev.
    image.character_device("dev/console", 5, 1)
    for name, script in scripts.items():
        image.file("init" if name == "init" else f"usr/lib/muserlab/{name}", script, 0o755)


def _add_programs(image: CpioWriter, sysroot: Sysroot) -> None:
    busybox = "usr/bin/busybox"
    image.file(busybox, (sysroot.path / busybox).read_bytes(), 0o755)
    listing = subprocess.run(
        [sysroot.path / busybox, "--list"], capture_output=True, text=True, check=True
    ).stdout
    for applet in listing.split():
        if applet != "busybox":
            image.link(f"usr/bin/{applet}", "busybox")
    programs = [f"usr/bin/{name}" for name in PROGRAMS]
    libraries = {path for program in programs for path in sysroot.libraries(program)}
    for path in [*(sysroot.path / program for program in programs), *sorted(libraries)]:
        image.file(str(path.relative_to(sysroot.path)), path.read_bytes(), 0o755)
    names = "usr/share/misc/pci.ids"
    image.file(names, (sysroot.path / names).read_bytes())


def _add_modules(
    image: CpioWriter, sysroot: Sysroot, names: Sequence[str], drivers: Sequence[Module]
) -> None:
    tree = ModuleTree(sysroot.modules)
    usual = [name for folder in DRIVER_FOLDERS for name in tree.below(f"kernel/drivers/{folder}")]
    own = {driver.name: driver for driver in drivers}
    needed = {name for driver in drivers for name in driver.depends} - own.keys()
    modules = tree.closure([*usual, *names, *needed]) | own
    top = f"usr/lib/modules/{sysroot.kernel_release}"
    for module in modules.values():
        image.file(f"{top}/{module.path}", module.content)
    image.file(f"{top}/modules.dep", dependency_index(modules).encode())
    image.file(f"{top}/modules.alias", alias_index(modules.values()).encode())
    builtin = "modules.builtin"
    image.file(f"{top}/{builtin}", (sysroot.modules / builtin).read_bytes())
    for index in _BINARY_INDEXES:
        image.file(f"{top}/modules.{index}.bin", _EMPTY_INDEX)


def _forget_old_images(folder: Path) -> None:
    images = sorted(folder.glob("guest-*.cpio"), key=lambda path: path.stat().st_mtime)
    for path in images[:-_KEPT_IMAGES]:
        path.unlink(missing_ok=True)
