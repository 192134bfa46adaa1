from pathlib import Path

import pytest

from muserlab.vm import UnsupportedHost
from muserlab.vm.install.sources import VARIABLE, Source, lines, mirrors, stanzas


class Host:
    """The files of a host that tell where its packages come from."""

    def __init__(self, folder: Path) -> None:
        self._apt = folder
        self._release = folder / "os-release"
        (folder / "sources.list.d").mkdir()
        self.is_a("ID=debian", 'VERSION_CODENAME="bookworm"')

    def is_a(self, *assignments: str) -> None:
        self._release.write_text("\n".join(assignments))

    def uses(self, name: str, text: str) -> None:
        (self._apt / name).write_text(text)

    def mirrors(self) -> list[str]:
        return mirrors(self._apt, self._release)


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Host:
    monkeypatch.delenv(VARIABLE, raising=False)
    return Host(tmp_path)


def test_a_line_is_read_with_options_and_comment() -> None:
    text = """
    # deb http://commented main
    deb [arch=amd64 signed-by=/x.gpg] http://a.example/debian bookworm main contrib # here
    deb-src http://a.example/debian bookworm main
    deb\thttp://b.example/debian   stable\tmain
    """
    assert list(lines(text)) == [
        Source(("http://a.example/debian",), ("bookworm",), ("main", "contrib")),
        Source(("http://b.example/debian",), ("stable",), ("main",)),
    ]


def test_stanzas_are_read_with_comments_and_continued_fields() -> None:
    text = """\
# a comment
Types: deb deb-src
# within
URIs: http://a.example/debian
 http://b.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 abc: def

types: deb
uris: http://c.example/debian
suites: sid
components: main
enabled: no

Types: deb-src
URIs: http://d.example/debian
Suites: sid
Components: main
"""
    assert list(stanzas(text)) == [
        Source(
            ("http://a.example/debian", "http://b.example/debian"),
            ("bookworm", "bookworm-updates"),
            ("main",),
        )
    ]


def test_the_mirror_that_a_person_names_is_tried_before_the_hosts_own(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    host.uses("sources.list", "deb http://near.example/debian/ bookworm main\n")
    assert host.mirrors() == ["http://near.example/debian"]
    monkeypatch.setenv(VARIABLE, "http://named.example/debian/")
    assert host.mirrors() == ["http://named.example/debian", "http://near.example/debian"]


def test_sources_of_other_things_are_no_mirrors(host: Host) -> None:
    stanza = "Types: deb\nURIs: {}\nSuites: {}\nComponents: {}\n"
    security = stanza.format("http://near.example/security", "bookworm-security", "main")
    host.uses("sources.list.d/security.sources", security)
    browser = stanza.format("http://far.example/browser", "stable", "browser")
    host.uses("sources.list.d/browser.sources", browser)
    with pytest.raises(UnsupportedHost, match=VARIABLE):
        host.mirrors()


def test_a_derivatives_mirror_does_not_have_debian(host: Host) -> None:
    host.is_a("ID=ubuntu", "ID_LIKE=debian", "VERSION_CODENAME=noble")
    host.uses("sources.list.d/near.list", "deb http://near.example/ubuntu noble main\n")
    with pytest.raises(UnsupportedHost, match=VARIABLE):
        host.mirrors()


def test_a_mirror_is_tried_once(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "http://near.example/debian")
    host.uses("sources.list.d/near.list", "deb http://near.example/debian/ stable main\n")
    assert host.mirrors() == ["http://near.example/debian"]
