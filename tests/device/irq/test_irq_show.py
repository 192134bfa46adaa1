"""Interrupts as text."""

from .conftest import Bench


def test_every_vector_is_a_line_with_its_state_and_counts(bench: Bench) -> None:
    bench.give(1)
    bench.interrupts.msi[0].fire()
    bench.interrupts.set(1, "mask", 1, 1, None)
    lines = [line.split() for line in repr(bench.interrupts).splitlines()]
    assert lines[0][:3] == ["vector", "eventfd", "state"]
    assert ["msi[0]", "yes", "open", "1", "1", "0", "0", "0"] in lines
    assert ["msi[1]", "none", "masked", *"00000"] in lines
    assert lines[-1] == ["…", "and", "13", "more", "vectors"]
    assert len(lines) == 1 + 64 + 1
