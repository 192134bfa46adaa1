"""The driver against muserlab's own server: the two sides were written apart from each other."""

from collections.abc import Iterator

import pytest
import trio

from muserlab.client import ServerRefused, connect, open_driver
from muserlab.device import BAR, Memory, PCIDevice
from muserlab.lab import Lab
from muserlab.pci import decode_config
from muserlab.proto import Capabilities
from muserlab.regs import RO, RW, W1C, Value, bit, bits

IOVA = 0x10_0000


class CopierBar(BAR, size=0x4000):
    CTRL = RW(0x00, go=bit(0), mode=bits(7, 4))
    STATUS = W1C(0x04, done=bit(0))
    COUNT = RO(0x08)
    BUFFER = Memory(0x1000, 0x1000, mappable=True)


@CopierBar.CTRL.on_write
async def copy(dev: PCIDevice, new: Value, old: Value) -> None:
    """Copy 16 bytes within the client's memory, whichever way it can be reached, then fire."""
    data = await dev.dma.aread(IOVA, 16)
    await dev.dma.awrite(IOVA + 0x100, data[::-1])
    dev.bar0.STATUS.poke(done=1)
    dev.msi[0].fire()


@pytest.fixture
def lab() -> Iterator[Lab]:
    with Lab() as running:
        running.serve(PCIDevice("copier", id=(0x1234, 0x5678), bar0=CopierBar, msi=4, intx=True))
        yield running


def test_named_registers_and_fields_come_from_the_definition(lab: Lab) -> None:
    with lab.connect() as drv:
        assert (drv.config.read(0, 2), drv.config.read(2, 2)) == (0x1234, 0x5678)
        drv.bar0.CTRL.write(mode=5)
        value = drv.bar0.CTRL.read()
        assert (value.go, value.mode) == (0, 5)
        drv.bar0.CTRL.modify(go=1)
        assert drv.bar0.CTRL.read() == 0x51
        with pytest.raises(ServerRefused):
            drv.bar0.read(0x4000)


@pytest.mark.parametrize("kind", ["share", "offer"])
@pytest.mark.parametrize("twin", [True, False])
def test_memory_is_reached_by_fd_and_by_messages(lab: Lab, kind: str, twin: bool) -> None:
    settings = {} if twin else {"offer": Capabilities(max_msg_fds=16)}
    with connect(lab.socket_path(), **settings) as drv:  # type: ignore[arg-type]
        assert drv.twin_socket is twin
        drv.config.write(0x04, 0x6, 2)  # memory space and bus mastering
        (vector,) = drv.msi.enable()
        with getattr(drv.dma, kind)(4096) as memory:
            memory.write(0, bytes(range(16)))
            drv.bar0.write(0x00, 1, posted=not twin)
            assert vector.wait() == 1
            assert memory.read(0x100, 16) == bytes(range(16))[::-1]
        assert drv.bar0.read(0x04) == 1


def test_the_mapped_buffer_is_the_one_that_messages_reach(lab: Lab) -> None:
    with lab.connect() as drv, drv.bar0.map() as mapping:
        assert [(area.offset, area.size) for area in mapping.areas] == [(0x1000, 0x1000)]
        mapping.write(0x1010, 0xCAFE)
        assert drv.bar0.read(0x1010) == 0xCAFE
        drv.bar0.write_bytes(0x1100, b"by message")
        assert mapping.read_bytes(0x1100, 10) == b"by message"


def test_every_vector_and_a_masked_intx_arrive(lab: Lab) -> None:
    device = lab.devices["copier"]
    with lab.connect() as drv:
        drv.config.write(0x04, 0x6, 2)
        vectors = drv.msi.enable(4)
        for vector in vectors:
            vector.trigger()
        assert [vector.wait() for vector in vectors] == [1, 1, 1, 1]
        drv.msi.disable()
        (pin,) = drv.intx.enable()
        device.host.run(device.intx.fire)
        assert pin.wait() == 1
        pin.unmask()
        drv.reset()


def test_the_configuration_space_decodes_to_what_was_defined(lab: Lab) -> None:
    with lab.connect() as drv:
        function = decode_config(drv.config.read_bytes(0, drv.config.size))
        assert (function.vendor, function.device) == (0x1234, 0x5678)
        assert [capability.name for capability in function.capabilities] == ["MSI"]
        assert "Count=1/4" in function.capabilities[0].text


def test_tasks_on_trio_use_the_same_device(lab: Lab) -> None:
    async def main() -> None:
        async with open_driver(lab.socket_path()) as drv:
            await drv.config.write(0x04, 0x6, 2)
            (vector,) = await drv.msi.enable()
            async with await drv.dma.offer(4096) as memory:
                memory.write(0, b"0123456789abcdef")
                await drv.bar0.write(0, 1)
                assert await vector.wait() == 1
                assert memory.read(0x100, 16) == b"fedcba9876543210"

    trio.run(main)
