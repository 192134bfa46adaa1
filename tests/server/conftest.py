import gc
from collections.abc import Awaitable, Callable, Iterator

import pytest

from muserlab.device import BAR, Memory, PCIDevice
from muserlab.proto import NO_FDS, Capabilities, Fds, Malformed, Request, RequestBody, Version
from muserlab.regs import RW, bit
from muserlab.server import OFFER, Answer, Session

from .peer import open_fds


class Bar(BAR, size=0x4000):
    A = RW(0x00)
    CTRL = RW(0x08, go=bit(0))
    BIG = RW(0x10, size=8)
    WINDOW = Memory(0x1000, 0x1000, mappable=True)
    BUFFER = Memory(0x2000, 0x1000)


class BigBar(BAR, size=0x200000):
    DATA = Memory(0, 0x200000)


@pytest.fixture
def device() -> PCIDevice:
    return PCIDevice("adder", id=(0x1234, 0x0001), bar0=Bar, bar2=BigBar, msi=4, msix=2, intx=True)


class Steps:
    """Takes steps of a session, and keeps what it logs."""

    def __init__(self, device: PCIDevice, offer: Capabilities = OFFER) -> None:
        self.log: list[str] = []
        self.session = Session(device, client="pid 1", offer=offer, log=self.log.append)
        self._id = 0

    def raw(
        self, body: RequestBody | Malformed, fds: Fds = NO_FDS, *, posted: bool = False
    ) -> Answer | Awaitable[Answer | None] | None:
        self._id += 1
        return self.session.step(Request(self._id, body, posted, fds))

    def __call__(self, body: RequestBody | Malformed, fds: Fds = NO_FDS) -> Answer:
        answer = self.raw(body, fds)
        assert isinstance(answer, Answer)
        return answer


@pytest.fixture
def fresh(device: PCIDevice) -> Steps:
    """A session whose client has said nothing yet."""
    return Steps(device)


@pytest.fixture
def step(fresh: Steps) -> Steps:
    """A session after the VERSION exchange."""
    fresh(Version())
    return fresh


@pytest.fixture
def new_steps() -> Callable[..., Steps]:
    return Steps


@pytest.fixture
def no_leak(device: PCIDevice) -> Iterator[None]:
    """Fails if a test leaves a descriptor open."""
    gc.collect()  # what earlier tests left to it
    before = open_fds()
    yield
    assert open_fds() == before
