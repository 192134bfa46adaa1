"""A vector as the page gets it."""

import time
from collections.abc import Callable
from typing import Any

import muserlab as ml

TITLES = {"intx": "INTx", "msi": "MSI", "msix": "MSI-X", "err": "ERR", "req": "REQ"}

SAMPLE_SECONDS = 0.5


class VectorRates:
    """Fires per second of the vectors that somebody looks at."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._samples: dict[str, tuple[float, int, float]] = {}

    def of(self, vector: ml.Vector) -> float:
        """Return how often a vector fired in a second, of late."""
        now, fired = self._clock(), vector.counts.fired
        then, before, rate = self._samples.get(vector.name, (now, fired, 0.0))
        if fired < before:  # another definition, which began to count anew
            then, before, rate = now, fired, 0.0
        if now - then >= SAMPLE_SECONDS:
            then, before, rate = now, fired, (fired - before) / (now - then)
        self._samples[vector.name] = then, before, rate
        return rate


def eventfd_of(vector: ml.Vector) -> str:
    """Return whether the client gave a vector an eventfd."""
    return "there" if vector.enabled else "none"


def state_of(irq: ml.IrqType[Any], vector: ml.Vector) -> str:
    """Return who holds a vector back, or who set it up, if anybody did."""
    if mask := _mask_of(irq, vector):
        return mask
    if vector.enabled:
        return "open"
    return "the guest's, without eventfd" if irq.gate.enabled(vector.index) else "not set up"


def _mask_of(irq: ml.IrqType[Any], vector: ml.Vector) -> str:
    if irq.gate.blocked(vector.index):
        return "masked by the guest"
    if vector.held:
        return "until acknowledged" if irq.automasked else "masked by the client"
    return ""


def line_of(irq: ml.IrqType[Any], vector: ml.Vector, rate: float) -> Any:
    """Return a line of the table."""
    counts = vector.counts
    return {
        "key": vector.name,
        "eventfd": eventfd_of(vector),
        "state": state_of(irq, vector),
        "held": bool(_mask_of(irq, vector)),
        "pending": counts.pending,
        "masked": counts.masked,
        "fired": counts.fired,
        "delivered": counts.delivered,
        "lost": counts.lost,
        "rate": round(rate, 1),
        "asserted": vector.asserted if isinstance(vector, ml.LevelVector) else None,
    }


def burst_of(burst: ml.Burst | None) -> Any:
    """Return how far a generator has come; nothing where there is none."""
    if burst is None:
        return None
    return {
        "vector": burst.vector.name,
        "fired": burst.fired,
        "total": burst.total,
        "delivered": burst.delivered,
        "lost": burst.lost,
        "done": burst.done,
    }
