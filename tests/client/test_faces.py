import inspect

import pytest

from muserlab.client import Irq, Region, Vector
from muserlab.client.irq import AsyncIrq, AsyncVector
from muserlab.client.region import AsyncRegion


@pytest.mark.parametrize(
    ("blocking", "awaited"),
    [
        (Region.write, AsyncRegion.write),
        (Irq.mask, AsyncIrq.mask),
        (Vector.wait, AsyncVector.wait),
    ],
)
def test_blocking_method_shows_what_it_takes_and_does(blocking: object, awaited: object) -> None:
    assert callable(blocking)
    assert callable(awaited)
    assert inspect.signature(blocking) == inspect.signature(awaited)
    assert blocking.__doc__ == awaited.__doc__
    assert not inspect.iscoroutinefunction(blocking)
