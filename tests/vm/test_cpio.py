import io
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from muserlab.vm.cpio import CpioWriter

Entry = tuple[int, tuple[int, int], bytes]


def entries(archive: bytes) -> dict[str, Entry]:
    """Read an archive by the format's description: name -> (mode, device node, content)."""
    found: dict[str, Entry] = {}
    at = 0
    while True:
        assert archive[at : at + 6] == b"070701"
        assert at % 4 == 0
        fields = [int(archive[at + 6 + 8 * n : at + 14 + 8 * n], 16) for n in range(13)]
        mode, size, name_size = fields[1], fields[6], fields[11]
        name = archive[at + 110 : at + 110 + name_size]
        assert name.endswith(b"\0")
        start = at + 110 + name_size + -(110 + name_size) % 4
        if name == b"TRAILER!!!\0":
            assert start == len(archive)
            return found
        assert fields[2:4] == [0, 0]
        found[name[:-1].decode()] = (mode, (fields[9], fields[10]), archive[start : start + size])
        at = start + size + -size % 4


def written(add: Callable[[CpioWriter], None]) -> dict[str, Entry]:
    out = io.BytesIO()
    writer = CpioWriter(out)
    add(writer)
    writer.close()
    return entries(out.getvalue())


@given(
    st.dictionaries(st.text("abcd-é", min_size=1, max_size=9), st.binary(max_size=20), max_size=6)
)
def test_files_of_any_name_and_size_are_read_back(files: dict[str, bytes]) -> None:
    def add(writer: CpioWriter) -> None:
        for name, content in files.items():
            writer.file(name, content, 0o755)

    assert written(add) == {name: (0o100755, (0, 0), content) for name, content in files.items()}


def test_folders_above_an_entry_come_before_it_and_once() -> None:
    def add(writer: CpioWriter) -> None:
        writer.file("a/b/c", b"")
        writer.file("a/b/d", b"")
        writer.folder("a")

    found = written(add)
    assert list(found) == ["a", "a/b", "a/b/c", "a/b/d"]
    assert found["a/b"][0] == 0o040755


def test_links_and_device_nodes_keep_their_targets_and_numbers() -> None:
    def add(writer: CpioWriter) -> None:
        writer.link("bin", "/usr/bin")
        writer.character_device("dev/console", 5, 1)

    found = written(add)
    assert found["bin"] == (0o120777, (0, 0), b"/usr/bin")
    assert found["dev/console"] == (0o020600, (5, 1), b"")
