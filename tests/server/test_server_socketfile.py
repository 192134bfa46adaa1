import os
import socket
import stat
from pathlib import Path

import pytest

from muserlab.server import SocketFile, SocketInUse, SocketPathError, private_directory


def test_socket_is_for_this_user_alone(tmp_path: Path) -> None:
    path = tmp_path / "dev.sock"
    with SocketFile(path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_file_is_gone_after_close_and_closing_again_is_harmless(tmp_path: Path) -> None:
    file = SocketFile(tmp_path / "s")
    file.close()
    file.close()
    assert list(tmp_path.iterdir()) == []


def test_path_that_is_served_is_refused_by_name_and_its_server_sees_nothing(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with SocketFile(path) as first:
        with pytest.raises(SocketInUse, match=f"{path} is a socket that somebody serves"):
            SocketFile(path)
        first.socket.setblocking(False)
        with pytest.raises(BlockingIOError):
            first.socket.accept()
        assert path.exists()


def test_socket_that_was_left_behind_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as crashed:
        crashed.bind(os.fspath(path))
    assert path.exists()
    with SocketFile(path), socket.socket(socket.AF_UNIX) as client:
        client.connect(os.fspath(path))


@pytest.mark.parametrize("make", [Path.touch, Path.mkdir])
def test_what_is_no_socket_is_refused_and_kept(tmp_path: Path, make: type) -> None:
    path = tmp_path / "precious"
    make(path)
    with pytest.raises(SocketInUse, match="precious is there and is no socket"):
        SocketFile(path)
    assert path.exists()


def test_file_of_a_successor_is_kept_on_close(tmp_path: Path) -> None:
    path = tmp_path / "s"
    first = SocketFile(path)
    path.unlink()
    with SocketFile(path):
        first.close()
        assert path.exists()
    assert not path.exists()


def test_path_of_107_bytes_works_and_one_more_is_refused_with_its_length(tmp_path: Path) -> None:
    stem = os.fspath(tmp_path) + "/"
    longest = stem + "x" * (107 - len(stem))
    SocketFile(longest).close()
    with pytest.raises(SocketPathError, match="has 108 bytes"):
        SocketFile(longest + "x")


def test_directory_that_does_not_exist_is_named_and_not_made(tmp_path: Path) -> None:
    missing = tmp_path / "no"
    with pytest.raises(SocketPathError, match=f"there is no directory {missing} for s"):
        SocketFile(missing / "s")
    assert not missing.exists()


def test_private_directory_lies_in_the_runtime_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", os.fspath(tmp_path))
    directory = private_directory()
    assert directory == tmp_path / "muserlab"
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert private_directory() == directory


def test_private_directory_that_others_may_enter_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", os.fspath(tmp_path))
    private_directory().chmod(0o755)
    with pytest.raises(SocketPathError, match="open to other users"):
        private_directory()


def test_private_directory_that_is_a_link_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", os.fspath(tmp_path))
    (tmp_path / "muserlab").symlink_to(tmp_path)
    with pytest.raises(SocketPathError, match="not a directory of this user"):
        private_directory()
