"""Downloads packages by the host's apt, with lists and cache of our own and nothing installed.

The host's configuration holds (proxies, certificates, credentials), except for its sources, its
pins, its view of what is installed, and whatever it runs after an update.
"""

import os
import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from muserlab.vm.errors import InstallError
from muserlab.vm.install.packages import (
    ARCHITECTURE,
    BACKPORTS,
    COMPONENT,
    NOT_NEEDED,
    SUITES,
    wanted,
)

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_INSTALL = ("install", "--yes", "--no-install-recommends", f"--target-release={BACKPORTS}")
_PLANNED = re.compile(
    r"^Inst (?P<name>\S+) \((?P<version>\S+) .*\[(?P<architecture>\w+)\]\)", re.MULTILINE
)
_PERCENTAGE = re.compile(r"dlstatus:\d+:(?P<percentage>[\d.]+):")
_LAST_LINES = 8


@dataclass(frozen=True, slots=True)
class Package:
    """A package of one version."""

    name: str
    version: str
    architecture: str

    @property
    def file_name(self) -> str:
        """Its file's name in apt's cache."""
        return f"{self.name}_{self.version.replace(':', '%3a')}_{self.architecture}.deb"


class Apt:
    """An apt of our own below a folder, for one mirror; what it has downloaded is kept there."""

    def __init__(self, folder: Path, mirror: str) -> None:
        self._archives = folder / "cache/archives"
        self._log = folder / "apt.log"
        self._configuration = folder / "apt.conf"
        for needed in (self._archives / "partial", folder / "state/lists/partial"):
            needed.mkdir(parents=True, exist_ok=True)
        (folder / "muserlab.sources").write_text(_sources(mirror))
        (folder / "status").write_text(_status())
        self._configuration.write_text(_configuration(folder))

    def update(self, progress: Callable[[float], None]) -> None:
        """Fetch the lists of packages; `progress` gets percentages, here and below."""
        self._run(["update"], progress)

    def plan(self) -> list[Package]:
        """Return what is to be downloaded: the packages wanted and all that they need."""
        planned = self._run([*_INSTALL, "--simulate", *wanted()], lambda _: None)
        return [Package(**match.groupdict()) for match in _PLANNED.finditer(planned)]

    def download(self, progress: Callable[[float], None]) -> None:
        """Fetch what is planned and has not been fetched yet."""
        self._run([*_INSTALL, "--download-only", *wanted()], progress)

    def archive(self, package: Package) -> Path:
        """Return a downloaded package's file."""
        return self._archives / package.file_name

    def _run(self, arguments: list[str], progress: Callable[[float], None]) -> str:
        reading, writing = os.pipe()
        with os.fdopen(reading) as statuses, self._log.open("w") as log:
            with os.fdopen(writing):
                process = subprocess.Popen(
                    [
                        *("apt-get", "-c", str(self._configuration)),
                        *("-o", f"APT::Status-Fd={writing}"),
                        *arguments,
                    ],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    env={**os.environ, "LC_ALL": "C"},
                    pass_fds=[writing],
                )
            with process:
                try:
                    for status in statuses:
                        match = _PERCENTAGE.match(status)
                        if match is not None:
                            progress(float(match["percentage"]))
                except BaseException:
                    process.terminate()
                    raise
        said = self._log.read_text()
        if process.returncode != 0:
            last = "\n".join(said.splitlines()[-_LAST_LINES:])
            raise InstallError(f"`apt-get {arguments[0]}` failed, saying last:\n{last}")
        return said


def _sources(mirror: str) -> str:
    return f"""\
Types: deb
URIs: {mirror}
Suites: {" ".join(SUITES)}
Components: {COMPONENT}
Architectures: {ARCHITECTURE}
Targets: Packages
Signed-By: {KEYRING}
"""


def _status() -> str:
    return "".join(
        f"""\
Package: {name}
Status: install ok installed
Architecture: all
Version: 9999
Maintainer: none
Description: not needed where a kernel is only unpacked

"""
        for name in NOT_NEEDED
    )


def _configuration(folder: Path) -> str:
    # As root, apt would give the download to a user who cannot write to the cache.
    return f"""\
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear APT::Architectures;
#clear APT::Default-Release;
APT::Architecture "{ARCHITECTURE}";
APT::Architectures {{ "{ARCHITECTURE}"; }};
APT::Sandbox::User "root";
APT::Update::Error-Mode "any";
APT::Get::AllowUnauthenticated "false";
Acquire::AllowInsecureRepositories "false";
Acquire::Retries "3";
Dir::State "{folder}/state";
Dir::State::status "{folder}/status";
Dir::State::extended_states "{folder}/state/extended_states";
Dir::Cache "{folder}/cache";
Dir::Etc::sourcelist "{folder}/muserlab.sources";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
"""
