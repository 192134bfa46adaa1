"""Whether packages can be fetched on this host at all."""

import platform
import shutil

from muserlab.vm.cache import cache_folder
from muserlab.vm.errors import UnsupportedHost
from muserlab.vm.install.apt import KEYRING


def check_host() -> None:
    """Raise UnsupportedHost, which says what is missing and what to do, if the host will not do."""
    machine = platform.machine()
    if machine != "x86_64":
        raise UnsupportedHost(
            f"the guest's software is for x86-64 hosts, and this one is {machine}"
        )
    missing = [program for program in ("apt-get", "dpkg-deb") if shutil.which(program) is None]
    if missing:
        raise UnsupportedHost(
            f"this is no Debian-like host: it has no {' and no '.join(missing)}. Copy "
            f"{cache_folder()} from one where `muserlab vm install` has been run"
        )
    if not KEYRING.exists():
        raise UnsupportedHost(
            f"{KEYRING} is missing, by which packages are verified: install the package "
            "debian-archive-keyring"
        )
