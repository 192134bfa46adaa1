import json
from collections.abc import Callable
from pathlib import Path

import pytest

from muserlab.vm import QemuNotFound, Sysroot, find_qemu

InstallQemu = Callable[[Path, str, bool], None]


def write_program(path: Path, script: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def write_qemu(path: Path, version: str, *, vfio_user: bool) -> None:
    write_program(
        path,
        f"""case "$*" in
            *--version) echo "QEMU emulator version {version} (Somebody)";;
            *vfio-user-pci,help) exit {0 if vfio_user else 1};;
        esac""",
    )


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give where a QEMU of the host's own would be; nothing else is on PATH."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path / "bin" / "qemu-system-x86_64"


@pytest.fixture
def fetched(empty_cache: Path) -> Path:
    """Put a sysroot into the cache whose loader runs what a shell can."""
    root = empty_cache / "debian"
    # The loader's own options come first, then the program and what that is given.
    write_program(root / "usr/lib64/ld-linux-x86-64.so.2", 'shift 3; exec /bin/sh "$@"')
    write_qemu(root / "usr/bin/qemu-system-x86_64", "11.1.3", vfio_user=True)
    (root / "muserlab.json").write_text(json.dumps({"wanted": [], "packages": {"a": "1"}}))
    return root


def test_the_hosts_own_qemu_is_used_if_it_is_new_enough(system: Path, fetched: Path) -> None:
    write_qemu(system, "10.1.0", vfio_user=True)
    found = find_qemu()
    assert (found.command, found.version) == ((str(system),), (10, 1, 0))


@pytest.mark.parametrize(("version", "vfio_user"), [("10.0.9", True), ("10.2.0", False)])
def test_otherwise_the_fetched_one_is(
    system: Path, fetched: Path, version: str, vfio_user: bool
) -> None:
    write_qemu(system, version, vfio_user=vfio_user)
    found = find_qemu()
    assert str(found) == f"QEMU 11.1.3 at {fetched}/usr/bin/qemu-system-x86_64"
    assert str(fetched / "usr/share/seabios") in found.command


def test_with_none_the_error_tells_what_was_found_and_what_to_do(
    system: Path, empty_cache: Path
) -> None:
    with pytest.raises(QemuNotFound, match=r"there is no qemu-system-x86_64 .*muserlab vm install"):
        find_qemu()
    write_qemu(system, "7.2.11", vfio_user=False)
    with pytest.raises(QemuNotFound, match=r"is 7\.2\.11.*QEMU 10\.1 or later"):
        find_qemu()


def test_a_program_that_tells_no_version_is_reported_with_what_it_said(system: Path) -> None:
    write_program(system, "echo libaio.so: cannot open >&2; exit 127")
    with pytest.raises(QemuNotFound, match=r"tells no version: libaio.so: cannot open"):
        find_qemu()


def test_without_guest_software_the_error_says_how_to_get_it(empty_cache: Path) -> None:
    with pytest.raises(QemuNotFound, match="muserlab vm install"):
        Sysroot.require()
