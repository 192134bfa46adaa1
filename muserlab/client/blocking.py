"""A driver for scripts, notebooks and tests, without any event loop."""

from collections.abc import Sequence
from typing import Self

from muserlab.client.blocking_parts import Dma, Irq, Region
from muserlab.client.driver import (
    DEFAULT_TIMEOUT,
    OFFER,
    Address,
    AsyncDriver,
    Layouts,
    describe_address,
    describe_driver,
    dial,
)
from muserlab.client.link import Link
from muserlab.client.peer import Peer
from muserlab.client.runner import Runner
from muserlab.client.transport import BlockingTransport
from muserlab.proto import Body, Capabilities, DeviceInfo, Reply, RequestBody, Version


def connect(
    address: Address,
    *,
    layouts: Layouts | None = None,
    timeout: float | None = DEFAULT_TIMEOUT,
    offer: Capabilities = OFFER,
) -> "Driver":
    """Connect to a vfio-user server, of any make, at a socket's path.

    `layouts` names the registers of regions: `{"bar0": AdderBar}`. `timeout` is how long a reply
    may take, in seconds, None for ever. `offer` is what the server is told about us; a twin socket
    is used where the server gives one. Raises ClientError.
    """
    peer = Peer(dial(address, timeout), offer)
    transport = BlockingTransport(peer)
    link = Link(peer, transport, timeout)
    name = describe_address(address)
    run = Runner(link, name)
    try:
        core = run(AsyncDriver.open(link, name, layouts or {}))
        return Driver(core, run, transport)
    except BaseException:
        link.close()
        raise


class Driver:
    """A connection to one device, as its driver. A context manager; `connect` makes it.

    It lives as long as it or one of its parts is in use: `connect(path).bar0.read(0)` works, and
    closes it then, with a ResourceWarning.

    Calls block until the server has answered, or raise ServerTimeout, after which the driver is
    usable as before. While a call waits, whatever for, the server's DMA messages are served; in
    between calls they wait.

    Threads: any, but one call at a time; a second one raises DriverBusy.

    Ctrl-C abandons the call that waits and leaves the driver usable: the late reply is dropped.
    Only where it strikes while a message is half handled, which takes microseconds, the driver
    closes itself, as the stream would be out of step. `closed` tells.
    """

    def __init__(self, core: AsyncDriver, run: Runner, transport: BlockingTransport) -> None:
        self._core = core
        self._run = run
        self._transport = transport
        self.regions = tuple(Region(region, run) for region in core.regions)
        self.interrupts = tuple(Irq(irq, run) for irq in core.interrupts)
        self.dma = Dma(core.dma, run)
        self.bar0, self.bar1, self.bar2, self.bar3, self.bar4, self.bar5 = self.regions[:6]
        self.rom, self.config, self.vga = self.regions[6:9]
        self.intx, self.msi, self.msix, self.err, self.req = self.interrupts[:5]

    @property
    def info(self) -> DeviceInfo:
        """What the device is, and how many regions and interrupt types it claims."""
        return self._core.info

    @property
    def address(self) -> str:
        """Where the server was found."""
        return self._core.address

    @property
    def agreed(self) -> Version:
        """What the server answered to our VERSION: its version and capabilities."""
        return self._core.agreed

    @property
    def twin_socket(self) -> bool:
        """Whether the server's own requests have a socket of their own."""
        return self._core.twin_socket

    @property
    def closed(self) -> bool:
        """Whether the connection is over, whoever ended it."""
        return self._core.closed

    @property
    def timeout(self) -> float | None:
        """How long a reply may take, in seconds, None for ever."""
        return self._core.link.timeout

    @timeout.setter
    def timeout(self, seconds: float | None) -> None:
        self._core.link.timeout = seconds

    def reset(self) -> None:
        """Reset the device (VFIO_USER_DEVICE_RESET); memory and interrupts stay set up."""
        self._run(self._core.reset())

    def idle(self, seconds: float) -> None:
        """Let time pass, serving the server's DMA messages; less where the server goes."""
        self._run(self._transport.idle(seconds))

    def request(self, body: RequestBody, fds: Sequence[int] = ()) -> Body:
        """Make any request; return the reply's body and close the fds that came with it.

        The body goes out as it is: nothing is checked first, so that a server can be shown what
        no driver would send. The fds stay the caller's. Raises ServerRefused for an error reply.
        """
        return self._run(self._core.request(body, fds))

    def exchange(self, body: RequestBody, fds: Sequence[int] = ()) -> Reply:
        """Make any request; return the whole reply, also an error one.

        The caller owns the reply's fds: `with reply.fds: …`.
        """
        return self._run(self._core.exchange(body, fds))

    def post(self, body: RequestBody, fds: Sequence[int] = ()) -> None:
        """Make any request with the No_reply bit."""
        self._run(self._core.post(body, fds))

    def close(self) -> None:
        """End the connection, and let go of its memory, mappings and eventfds. Twice is fine."""
        self._run(self._close())

    async def _close(self) -> None:
        self._core.link.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return describe_driver(self._core)
