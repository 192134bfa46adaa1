"""Any sequence of maps, unmaps and accesses behaves as a dictionary of bytes does."""

import errno
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from muserlab.device.errors import DmaError

FDS = Path("/proc/self/fd")
addresses = st.integers(0, 96)
sizes = st.integers(1, 32)


class Range(NamedTuple):
    start: int
    size: int
    mode: str

    @property
    def addresses(self) -> range:
        return range(self.start, self.start + self.size)


class Memory(RuleBasedStateMachine):
    new_bench: Callable[[], Any]

    def __init__(self) -> None:
        super().__init__()
        self.before = len(list(FDS.iterdir()))
        self.bench = self.new_bench()
        self.ranges: list[Range] = []
        self.bytes: dict[int, int] = {}

    def expected(self, start: int, size: int, right: str) -> int | None:
        """The errno of the first address that an access meets and may not."""
        for address in range(start, start + size):
            here = [r for r in self.ranges if address in r.addresses]
            if not here:
                return errno.EFAULT
            if right not in here[0].mode:
                return errno.EACCES
        return None

    def attempt(self, expected: int | None, call: Any, *args: Any) -> Any:
        if expected is None:
            return call(*args)
        with pytest.raises(DmaError) as refusal:
            call(*args)
        assert refusal.value.errno == expected
        return None

    @rule(
        start=addresses,
        size=sizes,
        offset=st.integers(0, 5000),
        sealed=st.booleans(),
        mode=st.sampled_from(["rw", "rw", "r", "w"]),
    )
    def map(self, start: int, size: int, offset: int, sealed: bool, mode: str) -> None:
        fd = self.bench.memfd(offset + size) if sealed else self.bench.memfd(offset + size, 0)
        new = Range(start, size, mode)
        taken = any(set(new.addresses) & set(r.addresses) for r in self.ranges)
        full = len(self.ranges) == 8
        expected = errno.EEXIST if taken else errno.ENOSPC if full else None
        self.attempt(expected, self.bench.map, start, size, fd, offset, mode)
        if expected is None:
            self.ranges.append(new)
            self.bytes.update(dict.fromkeys(new.addresses, 0))

    @rule(data=st.data())
    def unmap(self, data: st.DataObject) -> None:
        known = [(r.start, r.size) for r in self.ranges]
        pairs = st.tuples(addresses, sizes)
        start, size = data.draw(st.sampled_from(known) | pairs if known else pairs)
        expected = None if (start, size) in known else errno.ENOENT
        self.attempt(expected, self.bench.dma.unmap, start, size)
        self.ranges = [r for r in self.ranges if (r.start, r.size) != (start, size)]

    @rule(start=addresses, size=sizes)
    def read(self, start: int, size: int) -> None:
        got = self.attempt(self.expected(start, size, "r"), self.bench.dma.read, start, size)
        if got is not None:
            assert got == bytes(self.bytes[start + i] for i in range(size))

    @rule(start=addresses, data=st.binary(min_size=1, max_size=32))
    def write(self, start: int, data: bytes) -> None:
        expected = self.expected(start, len(data), "w")
        self.attempt(expected, self.bench.dma.write, start, data)
        if expected is None:
            self.bytes.update(enumerate(data, start))

    @rule()
    def leave(self) -> None:
        self.bench.dma.release()
        self.ranges.clear()

    @invariant()
    def regions_are_sorted_and_those_of_the_model(self) -> None:
        regions = [(r.iova, r.size) for r in self.bench.dma.regions]
        assert regions == sorted((r.start, r.size) for r in self.ranges)

    def teardown(self) -> None:
        self.bench.close()
        assert len(list(FDS.iterdir())) == self.before


def test_dma_behaves_as_a_dictionary_of_bytes(
    new_bench: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Memory, "new_bench", staticmethod(new_bench), raising=False)
    run_state_machine_as_test(
        Memory, settings=settings(max_examples=60, stateful_step_count=30, deadline=None)
    )
