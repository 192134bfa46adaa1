"""A driver of any vfio-user device: the logic, once, as coroutines.

`AsyncDriver` is what tasks on trio use; the synchronous `Driver` runs these same coroutines over a
transport that blocks instead of suspending.
"""

import errno
import os
import socket
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from muserlab.client.dma import AsyncDma
from muserlab.client.errors import ClientError
from muserlab.client.irq import AsyncIrq, describe_irq
from muserlab.client.link import Link
from muserlab.client.names import IRQ_NAMES, REGION_NAMES, region_name
from muserlab.client.peer import Peer
from muserlab.client.region import AsyncRegion, describe
from muserlab.client.registers import LayoutLike
from muserlab.proto import (
    Body,
    Capabilities,
    DeviceInfo,
    Empty,
    GetDeviceInfo,
    Reply,
    RequestBody,
    Reset,
    TwinSocket,
    Version,
)

DEFAULT_TIMEOUT = 5.0
"""How long a reply may take unless told otherwise, in seconds."""

OFFER = Capabilities(max_msg_fds=16, twin_socket=TwinSocket(supported=True))
"""What a driver offers unless told otherwise: a twin socket, above all."""

_ARGSZ = 16
_MAX_REGIONS = 256
_MAX_IRQS = 64

Address = str | os.PathLike[str] | socket.socket
Layouts = Mapping[str, Any]


class AsyncDriver:
    """A negotiated connection to one device.

    `info` is what the device is; `regions` and `interrupts` are by VFIO index and reach at least to
    `vga` and `req`: what the device does not have has size or count 0. A server may claim more;
    256 regions and 64 interrupt types are looked at.
    """

    def __init__(
        self,
        link: Link,
        address: str,
        info: DeviceInfo,
        regions: tuple[AsyncRegion, ...],
        irqs: tuple[AsyncIrq, ...],
    ) -> None:
        self.link = link
        self.address = address
        self.info = info
        self.regions = regions
        self.interrupts = irqs
        self.dma = AsyncDma(link)
        self.bar0, self.bar1, self.bar2, self.bar3, self.bar4, self.bar5 = regions[:6]
        self.rom, self.config, self.vga = regions[6:9]
        self.intx, self.msi, self.msix, self.err, self.req = irqs[:5]

    @classmethod
    async def open(cls, link: Link, address: str, layouts: Layouts) -> "AsyncDriver":
        """Negotiate, and ask for all that the device has. Raises ClientError."""
        names = [region_name(index) for index in range(_MAX_REGIONS)]
        if unknown := layouts.keys() - set(names):
            raise ClientError(f"no device has a region {', '.join(sorted(unknown))}")
        await link.negotiate()
        info = await link.request(GetDeviceInfo(_ARGSZ), DeviceInfo)
        regions: list[AsyncRegion] = []
        for index in range(max(len(REGION_NAMES), min(info.num_regions, _MAX_REGIONS))):
            layout = layout_of(layouts.get(names[index]))
            if index < info.num_regions:
                regions.append(await AsyncRegion.load(link, index, layout))
            else:
                regions.append(AsyncRegion.absent(link, index, layout))
        irqs: list[AsyncIrq] = []
        for index in range(max(len(IRQ_NAMES), min(info.num_irqs, _MAX_IRQS))):
            if index < info.num_irqs:
                irqs.append(await AsyncIrq.load(link, index))
            else:
                irqs.append(AsyncIrq.absent(link, index))
        return cls(link, address, info, tuple(regions), tuple(irqs))

    @property
    def agreed(self) -> Version:
        """What the server answered to our VERSION: its version and capabilities."""
        return self.link.agreed

    @property
    def twin_socket(self) -> bool:
        """Whether the server's own requests have a socket of their own."""
        return len(self.link.peer.channels) > 1

    @property
    def closed(self) -> bool:
        """Whether the connection is over, whoever ended it."""
        return self.link.peer.failure is not None

    async def reset(self) -> None:
        """Reset the device (VFIO_USER_DEVICE_RESET); memory and interrupts stay set up."""
        await self.link.request(Reset(), Empty)

    async def request(self, body: RequestBody, fds: Sequence[int] = ()) -> Body:
        """Make any request; return the reply's body and close the fds that came with it.

        The body goes out as it is: nothing is checked first, so that a server can be shown what
        no driver would send. The fds stay the caller's. Raises ServerRefused for an error reply.
        """
        return await self.link.request(body, Body, fds)

    async def exchange(self, body: RequestBody, fds: Sequence[int] = ()) -> Reply:
        """Make any request; return the whole reply, also an error one.

        The caller owns the reply's fds: `with reply.fds: …`.
        """
        return await self.link.exchange(body, fds)

    async def post(self, body: RequestBody, fds: Sequence[int] = ()) -> None:
        """Make any request with the No_reply bit."""
        await self.link.post(body, fds)

    def close(self) -> None:
        """End the connection now; everything that belongs to it ends with the `async with`."""
        self.link.end()

    def __repr__(self) -> str:
        return describe_driver(self)


@asynccontextmanager
async def open_driver(
    address: Address,
    *,
    layouts: Layouts | None = None,
    timeout: float | None = DEFAULT_TIMEOUT,  # noqa: ASYNC109 - of each reply, not of this call
    offer: Capabilities = OFFER,
) -> AsyncGenerator[AsyncDriver, None]:
    """Connect to a vfio-user server, from a task on trio; see `connect`.

    Any number of tasks may use the driver at once. The server's DMA messages are served all the
    time. Resources: closed, whatever happens, when the block ends.
    """
    import trio

    from muserlab.client.trio_transport import TrioTransport

    sock = await trio.to_thread.run_sync(dial, address, timeout)
    peer = Peer(sock, offer)
    transport = TrioTransport(peer)
    link = Link(peer, transport, timeout)
    try:
        async with trio.open_nursery() as nursery:
            transport.start(nursery)
            try:
                yield await AsyncDriver.open(link, describe_address(address), layouts or {})
            finally:
                link.end()
                nursery.cancel_scope.cancel()
    except BaseExceptionGroup as group:
        if len(group.exceptions) == 1:  # what the block raised; the nursery is our own business
            raise group.exceptions[0] from group.exceptions[0].__cause__
        raise
    finally:
        link.close()  # only now that no task waits for the sockets any more


def dial(address: Address, timeout: float | None) -> socket.socket:
    """Connect a socket to a path; one that is connected already is taken as it is.

    Raises ClientError with the path and what may be wrong with it.
    """
    if isinstance(address, socket.socket):
        address.settimeout(None)
        return address
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        sock.settimeout(timeout)
        sock.connect(os.fspath(address))
        sock.settimeout(None)
    except OSError as error:
        sock.close()
        hint = {
            errno.ENOENT: "there is no such socket; is the device served?",
            errno.ECONNREFUSED: "nobody listens there any more",
        }.get(error.errno or 0, str(error))
        raise ClientError(f"{os.fspath(address)}: {hint}", error.errno or errno.EIO) from error
    except BaseException:
        sock.close()
        raise
    return sock


def describe_address(address: Address) -> str:
    """Return an address as a repr shows it."""
    return "a socket" if isinstance(address, socket.socket) else os.fspath(address)


def layout_of(layout: Any) -> LayoutLike | None:
    """Return the layout of a register file, or the layout itself."""
    found: LayoutLike | None = getattr(layout, "__layout__", layout)
    return found


def describe_driver(driver: AsyncDriver) -> str:
    """Return a driver on a few lines: state, regions, interrupts. Touches nothing."""
    state = f"closed: {driver.link.peer.failure}" if driver.closed else "connected"
    parts = [describe(region) for region in driver.regions if region.size]
    parts += [describe_irq(irq) for irq in driver.interrupts if irq.count]
    return "\n  ".join([f"<driver of {driver.address}, {state}", *parts]) + ">"
