"""Storage is copied by the pages that hold something."""

import mmap
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muserlab.device.region.storage import PAGE, Storage

SIZE = 40 * PAGE + 100


@pytest.mark.parametrize("shared", [False, True])
@given(
    writes=st.lists(
        st.tuples(st.integers(0, SIZE - 1), st.binary(min_size=1, max_size=3 * PAGE)), max_size=5
    )
)
def test_a_copy_holds_what_the_original_holds(
    shared: bool, writes: list[tuple[int, bytes]]
) -> None:
    original, copy = Storage(SIZE, shared=shared), Storage(SIZE, shared=shared)
    for offset, data in writes:
        original.data[offset : offset + len(data[: SIZE - offset])] = data[: SIZE - offset]
    copy.copy_from(original)
    assert copy.data[:] == original.data[:]


@pytest.mark.parametrize("shared", [False, True])
def test_of_a_gibibyte_the_pages_that_hold_something_are_copied(shared: bool) -> None:
    original, copy = Storage(1 << 30, shared=shared), Storage(1 << 30, shared=shared)
    original.data[5000] = 1
    original.data[1 << 29 : (1 << 29) + 4] = b"high"
    original.data[3 << 28] = 0  # touched, but with nothing to copy
    copy.copy_from(original)
    there = list(copy.touched(0, 1 << 30))
    assert sum(end - start for start, end in there) < 16 << 20
    assert not any(start <= 3 << 28 < end for start, end in there)
    assert copy.data[5000] == 1
    assert copy.data[1 << 29 : (1 << 29) + 4] == b"high"


def test_what_only_a_client_touched_is_copied_and_its_files_position_stays() -> None:
    original, copy = Storage(SIZE, shared=True), Storage(SIZE, shared=True)
    assert original.fd is not None
    os.lseek(original.fd, 7, os.SEEK_SET)
    with mmap.mmap(original.fd, SIZE) as client:
        client[20 * PAGE : 20 * PAGE + 6] = b"client"
    copy.copy_from(original)
    assert copy.data[20 * PAGE : 20 * PAGE + 6] == b"client"
    assert os.lseek(original.fd, 0, os.SEEK_CUR) == 7


def test_storage_that_was_looked_for_pages_can_be_closed() -> None:
    storage = Storage(SIZE)
    storage.data[0] = 1
    assert list(storage.touched(0, SIZE)) == [(0, PAGE)]
    storage.data.close()
    assert storage.data.closed
