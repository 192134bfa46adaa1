"""Which mirror of Debian to fetch from: the one that a person names, or the host's own apt uses.

Both of apt's formats are read, sources.list(5): stanzas in *.sources and lines in *.list.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from muserlab.vm.errors import UnsupportedHost
from muserlab.vm.install.packages import COMPONENT

VARIABLE = "MUSERLAB_DEBIAN_MIRROR"
"""Environment variable that names a mirror: for a host that is like Debian, but is not it."""

_ALWAYS = frozenset({"oldstable", "stable", "testing", "unstable", "sid"})
_LINE = re.compile(r"deb\s+(?:\[[^]]*\]\s+)?(?P<uri>\S+)\s+(?P<suite>\S+)\s+(?P<components>[^#]+)")


@dataclass(frozen=True, slots=True)
class Source:
    """One place that packages come from, and what of it is used."""

    uris: tuple[str, ...]
    suites: tuple[str, ...]
    components: tuple[str, ...]


def mirrors(apt: Path = Path("/etc/apt"), os_release: Path = Path("/etc/os-release")) -> list[str]:
    """Return the mirrors to try: the one that VARIABLE names, then those of a Debian's own apt.

    Raises UnsupportedHost where there is neither.
    """
    release = dict(_assignments(os_release.read_text()))
    suites = _ALWAYS | {release.get("VERSION_CODENAME", "")}
    own = [
        uri.rstrip("/")
        for source in host_sources(apt)
        if release.get("ID") == "debian"
        and COMPONENT in source.components
        and suites.intersection(source.suites)
        for uri in source.uris
    ]
    named = os.environ.get(VARIABLE, "").rstrip("/")
    found = [mirror for mirror in dict.fromkeys([named, *own]) if mirror]
    if not found:
        raise UnsupportedHost(
            f"this host's apt knows no Debian archive: name a mirror of Debian in {VARIABLE}"
        )
    return found


def host_sources(apt: Path) -> Iterator[Source]:
    """Read the sources of binary packages below an /etc/apt, those that are switched on."""
    parts = apt / "sources.list.d"
    for path in [apt / "sources.list", *sorted(parts.glob("*.list"))]:
        if os.access(path, os.R_OK):
            yield from lines(path.read_text())
    for path in sorted(parts.glob("*.sources")):
        if os.access(path, os.R_OK):
            yield from stanzas(path.read_text())


def lines(text: str) -> Iterator[Source]:
    """Read the one-line format."""
    for line in text.splitlines():
        match = _LINE.match(line.strip())
        if match is not None:
            yield Source((match["uri"],), (match["suite"],), tuple(match["components"].split()))


def stanzas(text: str) -> Iterator[Source]:
    """Read the format of stanzas of "Field: value", continued by lines that begin with a space."""
    kept = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    for stanza in re.split(r"\n\s*\n", kept):
        fields: dict[str, list[str]] = {}
        for name, value in re.findall(r"^([\w-]+):((?:.*)(?:\n[ \t].*)*)", stanza, re.MULTILINE):
            fields[name.lower()] = value.split()
        enabled = [word.lower() for word in fields.get("enabled", ["yes"])]
        if "deb" in fields.get("types", []) and not {"no", "false", "off", "0"}.intersection(
            enabled
        ):
            yield Source(
                tuple(fields.get("uris", ())),
                tuple(fields.get("suites", ())),
                tuple(fields.get("components", ())),
            )


def _assignments(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        name, separator, value = line.partition("=")
        if separator:
            yield name, value.strip("\"'")
