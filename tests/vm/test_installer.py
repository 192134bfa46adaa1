import os
import threading
from pathlib import Path

import pytest

from muserlab.vm import InstallError, UnsupportedHost, install
from muserlab.vm.install import apt, host, installer
from muserlab.vm.install.packages import wanted

APT = """#!/bin/sh
# A host's apt that knows two packages: its log and its mirror's sources are what tests look at.
state=$(sed -n 's/^Dir::State "\\(.*\\)";/\\1/p' "$2")
status=${4#*=}
shift 4
echo "$1 $(sed -n 's/^URIs: //p' "$state/../muserlab.sources")" >> "$FAKE_LOG"
if [ "$1" = "$FAKE_FAILS" ] || grep -q "$FAKE_BAD_MIRROR" "$state/../muserlab.sources"; then
    echo "E: it cannot be done" >&2
    exit 100
fi
case "$*" in
    *--simulate*)
        echo "Inst qemu-system-x86 (1:11.1~bpo Debian:13 [amd64])"
        echo "Inst data (2 Debian:13 [all]) []"
        echo "Conf data (2 Debian:13 [all])"
        ;;
    *--download-only*)
        echo "dlstatus:1:50.0000:half" > "/dev/fd/$status"
        touch "$state/../cache/archives/qemu-system-x86_1%3a11.1~bpo_amd64.deb"
        touch "$state/../cache/archives/data_2_all.deb"
        ;;
esac
"""
UNPACK = """#!/bin/sh
[ "$FAKE_FAILS" = unpack ] && { echo "no space" >&2; exit 2; }
[ -e "$2" ] && mkdir -p "$3/usr" && touch "$3/usr/$(basename "$2")"
"""


class FakeHost:
    """A host whose apt-get and dpkg-deb are scripts."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch
        self._log = folder / "log"
        self.mirrors = ["http://near.example", "http://far.example"]
        self.steps: list[tuple[str, int, int]] = []
        for name, script in (("apt-get", APT), ("dpkg-deb", UNPACK)):
            program = folder / "bin" / name
            program.parent.mkdir(exist_ok=True)
            program.write_text(script)
            program.chmod(0o755)
        keyring = folder / "keyring.gpg"
        keyring.touch()
        monkeypatch.setattr(apt, "KEYRING", keyring)
        monkeypatch.setattr(host, "KEYRING", keyring)
        monkeypatch.setattr(installer, "mirrors", lambda: self.mirrors)
        monkeypatch.setenv("PATH", f"{folder / 'bin'}:{os.environ['PATH']}")
        monkeypatch.setenv("FAKE_LOG", str(self._log))
        self.fails("nothing")
        self.mirror_is_bad("nowhere")

    def fails(self, step: str) -> None:
        self._monkeypatch.setenv("FAKE_FAILS", step)

    def mirror_is_bad(self, name: str) -> None:
        self._monkeypatch.setenv("FAKE_BAD_MIRROR", name)

    @property
    def calls(self) -> list[str]:
        return self._log.read_text().splitlines() if self._log.exists() else []

    def progress(self, step: str, done: int, total: int) -> None:
        self.steps.append((step, done, total))


@pytest.fixture
def fake(tmp_path: Path, empty_cache: Path, monkeypatch: pytest.MonkeyPatch) -> FakeHost:
    return FakeHost(tmp_path, monkeypatch)


def test_what_is_wanted_is_fetched_unpacked_and_stamped(fake: FakeHost, empty_cache: Path) -> None:
    sysroot = install(fake.progress)
    assert sysroot.path == empty_cache / "debian"
    assert sysroot.packages == {"qemu-system-x86": "1:11.1~bpo", "data": "2"}
    assert list(sysroot.wanted) == wanted()
    unpacked = {path.name for path in (sysroot.path / "usr").iterdir()}
    assert unpacked == {"qemu-system-x86_1%3a11.1~bpo_amd64.deb", "data_2_all.deb"}
    assert ("download", 50, 100) in fake.steps
    assert fake.steps[-1] == ("unpack", 2, 2)
    assert sorted(path.name for path in empty_cache.iterdir()) == ["debian", "install.lock"]


def test_again_it_does_nothing(fake: FakeHost) -> None:
    first = install(fake.progress)
    calls = fake.calls
    assert install(fake.progress) == first
    assert fake.calls == calls


def test_what_an_older_version_installed_is_replaced(fake: FakeHost, empty_cache: Path) -> None:
    install(fake.progress)
    (empty_cache / "debian/muserlab.json").write_text('{"wanted": ["less"], "packages": {}}')
    (empty_cache / "debian/stale").touch()
    assert list(install(fake.progress).wanted) == wanted()
    assert not (empty_cache / "debian/stale").exists()


@pytest.mark.parametrize("step", ["update", "install", "unpack"])
def test_a_step_that_fails_leaves_nothing_half_done_and_can_be_done_again(
    fake: FakeHost, empty_cache: Path, step: str
) -> None:
    fake.fails(step)
    with pytest.raises(InstallError, match=r"it cannot be done|no space"):
        install(fake.progress)
    assert not (empty_cache / "debian").exists()
    fake.fails("nothing")
    assert install(fake.progress).packages
    assert {path.name for path in empty_cache.iterdir()} == {"debian", "install.lock"}


def test_where_one_mirror_has_not_what_is_needed_the_next_one_is_asked(
    fake: FakeHost,
) -> None:
    fake.mirror_is_bad("near")
    install(fake.progress)
    assert fake.calls[:2] == ["update http://near.example", "update http://far.example"]


def test_two_installations_do_the_work_once(fake: FakeHost) -> None:
    first_is_at_work, second_waits = threading.Event(), threading.Event()

    def hold(step: str, done: int, total: int) -> None:
        first_is_at_work.set()
        if step == "unpack":
            second_waits.wait(timeout=30)

    def note(step: str, done: int, total: int) -> None:
        fake.progress(step, done, total)
        second_waits.set()

    first = threading.Thread(target=install, args=[hold])
    first.start()
    first_is_at_work.wait(timeout=30)
    install(note)
    first.join()
    assert [step for step, _, _ in fake.steps] == ["waiting for another", "already installed"]


def test_an_installation_can_be_stopped_while_it_downloads(fake: FakeHost) -> None:
    def stop(step: str, done: int, total: int) -> None:
        if step == "download":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        install(stop)
    assert install(fake.progress).packages


def test_the_hosts_view_of_the_world_stays_out_of_the_configuration(
    fake: FakeHost, empty_cache: Path
) -> None:
    fake.fails("update")
    with pytest.raises(InstallError):
        install(fake.progress)
    folder = empty_cache / "apt"
    assert "Signed-By: " in (folder / "muserlab.sources").read_text()
    assert f'Dir::State::status "{folder}/status";' in (folder / "apt.conf").read_text()


def test_a_host_without_apt_is_told_so(fake: FakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(UnsupportedHost, match="no apt-get and no dpkg-deb"):
        install(fake.progress)


def test_a_host_of_another_architecture_is_told_so(
    fake: FakeHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    with pytest.raises(UnsupportedHost, match="this one is riscv64"):
        install(fake.progress)


def test_a_host_without_debians_keys_is_told_which_package_has_them(
    fake: FakeHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(host, "KEYRING", Path("/nowhere/keyring.gpg"))
    with pytest.raises(UnsupportedHost, match="debian-archive-keyring"):
        install(fake.progress)
