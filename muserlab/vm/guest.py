"""A running guest: commands in it, its serial line, its resets, its devices, its end."""

import math
import re
from collections.abc import Callable
from pathlib import Path

import trio

from muserlab.vm.commands import Commands
from muserlab.vm.console import TERMINAL_SIZE, Console
from muserlab.vm.errors import BootError, CommandTimeout, GuestGone, VmError
from muserlab.vm.keyboard import Keyboard
from muserlab.vm.monitor import Monitor
from muserlab.vm.process import Process
from muserlab.vm.qemu import Config, device_id, device_properties
from muserlab.vm.result import Result

_HOTPLUG_SECONDS = 20
_ASSIGNMENT = re.compile(r"(BAR \d) .*: (assigned|failed to assign|can't assign)")


class Guest:
    """A Linux guest under QEMU, made by `boot`. To be used from the trio thread that made it."""

    def __init__(
        self,
        config: Config,
        process: Process,
        console: Console,
        keyboard: Keyboard,
        commands: Commands,
        monitor: Monitor,
    ) -> None:
        self._config = config
        self._process = process
        self._console = console
        self._keyboard = keyboard
        self._commands = commands
        self._monitor = monitor
        names = [device.name for device in config.devices]
        self._ports: list[str | None] = [*names, *[None] * config.spare_ports]

    @property
    def console(self) -> str:
        """What the guest has written to its serial line since its last reset (bounded).

        That is what its kernel says, and the shell that waits there for somebody who types.
        """
        return self._console.text

    def written_since(self, position: int) -> tuple[bytes, int]:
        """Return what was written to the serial line after a position, and the position now.

        It is what a terminal shows: bytes as they came, as far as they are kept. Positions begin
        at 0; a reset does not turn them back, but clears the terminal. From any thread.
        """
        return self._console.since(position)

    def once_beyond(self, position: int, tell: Callable[[], object]) -> None:
        """Call tell once, on any thread, as soon as more than that is written; it must not wait."""
        self._console.once_beyond(position, tell)

    def type(self, keys: bytes) -> None:
        """Have keys typed at the serial line, where Enter is a carriage return.

        GuestGone where QEMU has ended, VmError where the guest has long not read what was typed.
        """
        if not self.running:
            raise GuestGone(f"nobody reads what is typed: QEMU ended {self.ending}")
        self._keyboard.type(keys)

    @property
    def messages(self) -> str:
        """What QEMU itself has said on its stderr (bounded)."""
        return self._process.messages

    @property
    def pid(self) -> int:
        """QEMU's process id."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether QEMU has not ended."""
        return not self._process.ended.is_set()

    @property
    def terminal_size(self) -> tuple[int, int]:
        """The columns and lines that the shell at the serial line takes a terminal to have."""
        return TERMINAL_SIZE

    @property
    def up(self) -> bool:
        """Whether it runs commands: it has booted, and has not panicked or ended since."""
        return self._commands.up

    @property
    def panic(self) -> str | None:
        """Why the guest's kernel has panicked, if it has since the last reset."""
        return self._console.panic

    @property
    def ending(self) -> str:
        """How QEMU ended: "with status 1", "by SIGKILL", "not yet"."""
        return self._process.ending

    async def ended(self) -> None:
        """Wait until QEMU has ended."""
        await self._process.ended.wait()

    @property
    def devices(self) -> dict[str, str]:
        """Each device's address in the guest, such as "01:00.0", by its name."""
        return {name: _address(port) for port, name in enumerate(self._ports) if name is not None}

    async def run(self, command: str, *, timeout: float = math.inf, given: bytes = b"") -> Result:  # noqa: ASYNC109
        """Run a shell command in the guest, as root in /root, and return what came of it.

        `given` is its standard input. Several commands may run at a time. After `timeout` seconds
        the command is killed with all that it started, and CommandTimeout raised; it is killed
        too when this call is cancelled. GuestGone: the guest ended, panicked or was reset
        meanwhile, or before.
        """
        return await self._commands.run(command, timeout, given)

    async def status(self) -> str:
        """Return QEMU's word for the machine's state, such as "running" or "paused"."""
        answer: dict[str, str] = await self._monitor.execute("query-status")
        return answer["status"]

    async def reset(self, *, timeout: float = 60) -> None:  # noqa: ASYNC109
        """Reset the machine as its button would, and wait until the guest is up again."""
        self._commands.expect_restart("the guest was reset")
        self._console.forget()
        await self._monitor.execute("system_reset")
        await self.until_up(timeout)

    async def until_up(self, seconds: float) -> None:
        """Wait until commands can be run; BootError tells what came instead."""
        try:
            await self._commands.until_up(seconds)
        except GuestGone as error:
            raise BootError(f"the guest did not boot: {error}") from error
        except trio.TooSlowError:
            said = self._console.tail() or self.messages or "(nothing)"
            raise BootError(
                f"the guest did not boot within {seconds:g} s; its console says last:\n{said}"
            ) from None

    async def add_device(self, name: str, socket: Path) -> str:
        """Plug a served device into a spare port; return its address once the guest sees it.

        The driver that the guest has for it, if any, has been loaded by then.
        """
        if name in self._ports:
            raise ValueError(f"the guest has a device named {name} already")
        if None not in self._ports:
            raise VmError(f"no port is free for {name}: boot with more spare_ports")
        port = self._ports.index(None)
        self._ports[port] = name
        try:
            await self._monitor.execute("device_add", device_properties(self._config, port, socket))
        except VmError:
            self._ports[port] = None
            raise
        seen = f"/sys/bus/pci/devices/0000:{_address(port)}/modalias"
        await self.run(
            f"until [ -e {seen} ]; do usleep 10000; done; modprobe -q $(cat {seen})",
            timeout=_HOTPLUG_SECONDS,
        )
        return _address(port)

    async def unassigned(self, name: str) -> tuple[str, ...]:
        """Name the BARs of a device that was plugged in and for which the guest found no room."""
        log = await self.run("dmesg", timeout=_HOTPLUG_SECONDS)
        return unassigned_bars(log.stdout.decode(errors="replace"), self.devices[name])

    async def remove_device(self, name: str) -> None:
        """Unplug a device, with the guest's consent: its driver lets go of it first."""
        if name not in self._ports:
            raise ValueError(f"the guest has no device named {name}")
        port = self._ports.index(name)
        await self._monitor.remove_device(device_id(port))
        self._ports[port] = None

    async def powerdown(self, *, timeout: float = 20) -> None:  # noqa: ASYNC109
        """Let the guest shut itself down, and wait until QEMU has ended."""
        with trio.move_on_after(timeout):
            try:
                await self.run("sync; poweroff -f")
            except GuestGone:
                await self._process.ended.wait()
        if self.running:
            raise CommandTimeout(f"the guest had not powered itself down after {timeout:g} s")

    async def quit(self) -> None:
        """End QEMU at once, as pulling the plug would, and wait until it has ended."""
        await self._process.end(grace=0)


def unassigned_bars(log: str, address: str) -> tuple[str, ...]:
    """Return the BARs that a kernel log's last words on them say have no place.

    Linux tries again with other windows after a failure, and forgets a resource that failed, so
    that sysfs tells it from no BAR no more. Only the last device at the address counts.
    """
    places: dict[str, str] = {}
    for line in log.splitlines():
        _, here, said = line.partition(f"pci 0000:{address}: ")
        if here and " type 0" in said:
            places.clear()
        if found := _ASSIGNMENT.match(said):
            places[found[1]] = found[2]
    return tuple(bar for bar, outcome in places.items() if outcome != "assigned")


def _address(port: int) -> str:
    return f"{port + 1:02x}:00.0"
