"""The line above a device's panel: who uses it, and how busy it is."""

from collections import deque

import traitlets

from .following import Following
from .live import Live, static
from .still import preformatted

LOOKS = 10  # that a rate is taken over: a second


class Headline(Live):
    """A device's name, its client, its accesses, and how many there are in a second."""

    _esm = static("watching.js", "headline.js")
    _css = static("common.css", "headline.css")
    name = traitlets.Unicode().tag(sync=True)
    facts = traitlets.List[str]().tag(sync=True)
    tone = traitlets.Unicode().tag(sync=True)
    """used, free or off."""

    def __init__(self, following: Following) -> None:
        self._counts: deque[tuple[int, int]] = deque(maxlen=LOOKS)
        super().__init__(following)
        self.refresh()

    def refresh(self) -> None:
        """Take the counts as they are now."""
        device = self.following.device
        identity = device.config.header.identity
        served = self.following.served
        self.name = device.name
        self.tone = "used" if device.client else "free" if served else "off"
        self.facts = [
            f"{identity.vendor:04x}:{identity.device:04x}",
            device.client or ("no client" if served else "not served"),
            *self._busy(),
        ]

    def still(self) -> tuple[str, str]:
        """Return what `lspci` would say of the device."""
        text = self.following.device.describe()
        return text, preformatted(text)

    def _busy(self) -> list[str]:
        counts = self.following.device.trace.counts
        self._counts.append((counts.time_ns, counts.accesses))
        (then, before), (now, after) = self._counts[0], self._counts[-1]
        rate = (after - before) * 1e9 / (now - then) if now > then else 0
        return [f"{after:,} accesses", f"{max(rate, 0):,.0f}/s"]
