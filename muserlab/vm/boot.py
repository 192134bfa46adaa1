"""Boots a guest and ends it: QEMU's process, the sockets to it, and the tasks that serve them."""

import socket
from collections.abc import AsyncGenerator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import trio

from muserlab.vm.blocking import in_thread
from muserlab.vm.commands import Commands
from muserlab.vm.console import Console
from muserlab.vm.errors import GuestGone, GuestPanic
from muserlab.vm.find import Qemu, find_qemu
from muserlab.vm.guest import Guest
from muserlab.vm.image import guest_image
from muserlab.vm.kernel import unpacked_kernel
from muserlab.vm.keyboard import Keyboard
from muserlab.vm.monitor import Monitor
from muserlab.vm.process import Process
from muserlab.vm.qemu import Channels, Config, arguments
from muserlab.vm.sysroot import Sysroot

_QUIT_SECONDS = 2


@asynccontextmanager
async def boot(config: Config | None = None, *, timeout: float = 60) -> AsyncGenerator[Guest]:  # noqa: ASYNC109
    """Boot a guest, yield it when commands can be run in it, and end it with the block.

    However the block is left, QEMU has then ended and has been reaped, and nothing that was opened
    for it is left. QEMU is killed, too, when the thread that runs this ends.

    Raises QemuNotFound when there is nothing to boot, ImageError for contents that do not fit, and
    BootError, with QEMU's messages or the console's last lines, when the guest is not up within
    `timeout` seconds.
    """
    config = config or Config()
    qemu, kernel, initrd = await in_thread(lambda: _software(config))
    machine = _start(config, qemu, kernel, initrd)
    console = Console()
    keyboard = Keyboard(machine.console)
    commands = Commands(machine.agent)
    guest = Guest(config, machine.process, console, keyboard, commands, machine.monitor)
    raised: BaseException | None = None
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_watch, machine.process, commands)
        nursery.start_soon(_read_console, machine.console, console, commands)
        nursery.start_soon(keyboard.send)
        nursery.start_soon(commands.listen)
        nursery.start_soon(commands.speak)
        try:
            await guest.until_up(timeout)
            yield guest
        except BaseException as error:  # noqa: BLE001
            # Raised again below: here, the nursery would wrap it in a group.
            raised = error
        finally:
            with trio.CancelScope(shield=True):
                await machine.end()
            nursery.cancel_scope.cancel()
    if raised is not None:
        raise raised


@dataclass(frozen=True, slots=True)
class _Machine:
    process: Process
    console: trio.SocketStream
    agent: trio.SocketStream
    monitor: Monitor

    async def end(self) -> None:
        await self.process.end(_QUIT_SECONDS)
        await self.monitor.aclose()
        await self.console.aclose()
        await self.agent.aclose()


def _software(config: Config) -> tuple[Qemu, Path, Path]:
    qemu = find_qemu()
    if config.kernel is not None and config.initrd is not None:
        return qemu, config.kernel, config.initrd
    sysroot = Sysroot.require()
    return (
        qemu,
        config.kernel or unpacked_kernel(sysroot),
        config.initrd or guest_image(sysroot, config.contents),
    )


def _start(config: Config, qemu: Qemu, kernel: Path, initrd: Path) -> _Machine:
    with ExitStack() as our_ends, ExitStack() as its_ends:

        def connection() -> tuple[socket.socket, int]:
            ours, its = socket.socketpair()
            our_ends.enter_context(ours)
            its_ends.enter_context(its)
            return ours, its.fileno()

        console, console_fd = connection()
        agent, agent_fd = connection()
        monitor, monitor_fd = connection()
        channels = Channels(console_fd, agent_fd, monitor_fd)
        process = Process.start(
            [*qemu.command, *arguments(config, kernel, initrd, channels)],
            qemu.environment,
            [console_fd, agent_fd, monitor_fd],
        )
        our_ends.pop_all()
    return _Machine(process, _stream(console), _stream(agent), Monitor(monitor))


def _stream(connection: socket.socket) -> trio.SocketStream:
    return trio.SocketStream(trio.socket.from_stdlib_socket(connection))


async def _watch(process: Process, commands: Commands) -> None:
    await process.watch()
    said = f", saying: {process.messages}" if process.messages else ""
    commands.lose(GuestGone, f"QEMU ended {process.ending}{said}")


async def _read_console(stream: trio.SocketStream, console: Console, commands: Commands) -> None:
    try:
        async for data in stream:
            console.feed(bytes(data))
            if console.panic is not None:
                said = f"{console.panic}; its console says last:\n{console.tail()}"
                commands.lose(GuestPanic, f"the guest's kernel panicked: {said}")
    except trio.BrokenResourceError:
        pass  # QEMU has ended
