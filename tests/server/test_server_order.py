"""What an async hook does before it first waits is done before the next request is served."""

from pathlib import Path
from typing import Any

import trio

from muserlab.device import PCIDevice
from muserlab.proto import RegionData, RegionRead, RegionWrite
from muserlab.server import Server

from .peer import Peer, Scene

A, CTRL = 0x00, 0x08


def test_a_read_sees_what_the_posted_write_before_it_has_caused(
    device: PCIDevice, tmp_path: Path
) -> None:
    @device.bar0.CTRL.on_write
    async def start(dev: Any, new: Any, old: Any) -> None:
        dev.bar0.A.poke(int(new) + 1)
        await trio.sleep_forever()

    async def test(peer: Peer, server: Server) -> None:
        for number in range(20):
            posted = peer.connection.request(
                RegionWrite(CTRL, 0, number.to_bytes(4, "little")), no_reply=True
            )
            read = peer.connection.request(RegionRead(A, 0, 4))
            await peer.send_bytes(posted.data + read.data)
            reply = await peer.reply()
            assert isinstance(reply.body, RegionData)
            assert int.from_bytes(reply.body.data, "little") == number + 1

    Scene(device, tmp_path / "s").play(test)
