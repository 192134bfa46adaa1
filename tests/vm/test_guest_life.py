import contextlib
import os
from pathlib import Path
from typing import Never

import pytest
import trio

from muserlab.device import PCIDevice
from muserlab.server import Server, serve
from muserlab.vm import BootError, Config, Contents, Device, GuestGone, VmError, boot

pytestmark = [pytest.mark.guest, pytest.mark.usefixtures("guest_software")]


def open_files() -> list[Path]:
    names: list[Path] = []
    for entry in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # that of the listing itself
            names.append(entry.readlink())
    return sorted(names)


def test_devices_are_found_plugged_and_unplugged_and_nothing_is_left(tmp_path: Path) -> None:
    hello = tmp_path / "hello"
    hello.write_text("echo hello from a file")
    hello.chmod(0o755)
    log: list[str] = []

    async def main() -> None:
        async with trio.open_nursery() as nursery:
            for number, name in enumerate(("first", "second")):
                device = PCIDevice(name, id=(0x1234, 0x1000 + number), bar0=4096, msi=1)
                socket = tmp_path / f"{name}.socket"

                async def served(
                    task_status: trio.TaskStatus[Server],
                    device: PCIDevice = device,
                    socket: Path = socket,
                ) -> None:
                    await serve(device, socket, log=log.append, task_status=task_status)

                await nursery.start(served)
            config = Config(
                devices=[Device("first", tmp_path / "first.socket")],
                spare_ports=1,
                contents=Contents(modules=["ahci"], files={"/bin/hello": hello}),
            )
            async with boot(config) as guest:
                assert (await guest.run("lspci -n -s 01:00.0")).text == "01:00.0 ff00: 1234:1000\n"
                assert (await guest.run("hello")).text == "hello from a file\n"
                assert (await guest.run("modprobe ahci")).status == 0

                second = tmp_path / "second.socket"
                assert await guest.add_device("second", second) == "02:00.0"
                assert guest.devices == {"first": "01:00.0", "second": "02:00.0"}
                assert (await guest.run("lspci -n -s 02:00.0")).text == "02:00.0 ff00: 1234:1001\n"
                with pytest.raises(VmError, match="more spare_ports"):
                    await guest.add_device("third", second)

                await guest.remove_device("first")
                assert (await guest.run("lspci -n -d 1234:1000")).text == ""
                assert guest.devices == {"second": "02:00.0"}

                await guest.powerdown()
                assert not guest.running
                with pytest.raises(GuestGone, match="ended with status 0"):
                    await guest.run("true")
            with pytest.raises(ProcessLookupError):
                os.kill(guest.pid, 0)
            nursery.cancel_scope.cancel()

    before = open_files()
    trio.run(main)
    assert open_files() == before
    assert [line for line in log if "connected" in line]


def test_a_guest_can_be_quit_at_once() -> None:
    async def main() -> None:
        async with boot() as guest:
            await guest.quit()
            assert not guest.running

    trio.run(main)


def test_qemu_that_does_not_start_says_why() -> None:
    async def main() -> None:
        async with boot(Config(extra=["-device", "no-such-device"])):
            pytest.fail("it booted")

    with pytest.raises(BootError, match="no-such-device"):
        trio.run(main)


def test_a_guest_that_is_not_up_in_time_is_ended() -> None:
    async def main() -> None:
        async with boot(timeout=0.2):
            pytest.fail("it booted")

    with pytest.raises(BootError, match=r"did not boot within 0\.2 s"):
        trio.run(main)


def test_a_kernel_that_panics_at_boot_says_why(tmp_path: Path) -> None:
    empty = tmp_path / "initrd"
    empty.write_bytes(b"")

    async def main() -> None:
        async with boot(Config(initrd=empty)):
            pytest.fail("it booted")

    with pytest.raises(BootError, match="Unable to mount root fs"):
        trio.run(main)


def test_an_error_in_the_block_comes_out_as_it_is() -> None:
    async def main() -> Never:
        async with boot():
            raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        trio.run(main)
