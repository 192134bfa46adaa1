"""A guest for cells: what `muserlab.vm` does on the trio thread, done from any other thread."""

import math
import warnings
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from muserlab.lab.held import Held
from muserlab.lab.portal import Portal
from muserlab.lab.reports import Report, ReportKind, Reports

if TYPE_CHECKING:
    from muserlab.vm import Guest, Result


class VM:
    """A Linux guest with served devices in it; see `muserlab.vm.Guest` for what each call does.

    Ctrl-C ends the wait of a call, and a command in the guest with it. The guest ends with
    `close`, at the end of a `with` block, or with the lab. Code on the trio thread uses `guest`,
    and `apowerdown` and `aclose` to end it.
    """

    def __init__(
        self,
        portal: Portal,
        find_socket: Callable[[str], Path],
        names: Iterable[str],
        timeout: float,
        options: dict[str, Any],
        reports: Reports,
    ) -> None:
        from muserlab import vm

        devices = [vm.Device(name, find_socket(name)) for name in names]
        booting = vm.boot(vm.Config(devices=devices, **options), timeout=timeout)
        self.portal = portal
        self._find_socket = find_socket
        self._reports = reports
        self._ending = False  # from here
        self._held: Held[Guest] = Held(portal, booting)
        portal.submit(self._tell_of_end, self.guest)

    @property
    def guest(self) -> "Guest":
        """The guest itself, for code on the trio thread."""
        return self._held.value

    @property
    def console(self) -> str:
        """What the guest has written to its serial line since the last reset."""
        return self.guest.console

    def type(self, text: str) -> None:
        r"""Type at the guest's serial line, where a shell waits: `vm.type("lspci\n")`.

        What comes of it is in `console`, and on the screen that shows the guest in a notebook.
        """
        self.portal.call(self.guest.type, text.replace("\n", "\r").encode())

    @property
    def messages(self) -> str:
        """What QEMU itself has said on its stderr."""
        return self.guest.messages

    @property
    def pid(self) -> int:
        """QEMU's process id."""
        return self.guest.pid

    @property
    def devices(self) -> dict[str, str]:
        """Each device's address in the guest, such as "01:00.0", by its name."""
        return self.guest.devices

    @property
    def closed(self) -> bool:
        """Whether the guest was ended from here."""
        return self._held.closed

    @property
    def running(self) -> bool:
        """Whether QEMU has not ended."""
        return not self.closed and self.guest.running

    @property
    def runs(self) -> bool:
        """Whether there still is the guest."""
        return not self.closed and self.guest.running

    def run(self, command: str, *, timeout: float = math.inf, given: bytes = b"") -> "Result":
        """Run a shell command in the guest; return its output and exit status."""
        return self.portal.run(partial(self.guest.run, command, timeout=timeout, given=given))

    def status(self) -> str:
        """Return QEMU's word for the guest's state."""
        return self.portal.run(self.guest.status)

    def reset(self, *, timeout: float = 60) -> None:
        """Reset the machine, and wait until the guest is up again."""
        self.portal.run(partial(self.guest.reset, timeout=timeout))

    def add_device(self, name: str) -> str:
        """Plug in another device that the lab serves; return its address once the guest sees it.

        Warns where the guest has no room for one of its BARs.
        """
        address = self.portal.run(self.guest.add_device, name, self._find_socket(name))
        if bars := self.portal.run(self.guest.unassigned, name):
            text = f"the guest has no room for {', '.join(bars)} of {name}: give it at boot"
            warnings.warn(text, RuntimeWarning, stacklevel=2)
        return address

    def remove_device(self, name: str) -> None:
        """Unplug a device, with the guest's consent."""
        self.portal.run(self.guest.remove_device, name)

    def powerdown(self, *, timeout: float = 20) -> None:
        """Let the guest shut itself down, and wait until QEMU has ended."""
        self.portal.run(partial(self.apowerdown, timeout=timeout))

    async def apowerdown(self, *, timeout: float = 20) -> None:  # noqa: ASYNC109
        """Let the guest shut itself down, on the trio thread."""
        self._ending = True
        await self.guest.powerdown(timeout=timeout)

    def close(self) -> None:
        """End the guest and QEMU, and wait for that; again is harmless."""
        self._ending = True
        self._held.close()

    async def aclose(self) -> None:
        """End the guest and QEMU, on the trio thread."""
        self._ending = True
        self._held.leave()
        await self.guest.ended()

    async def _tell_of_end(self, guest: "Guest") -> None:
        await guest.ended()
        if not self._ending:
            self._reports.post(Report(ReportKind.NOTICE, f"the guest has ended: {guest.ending}"))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        """Show the devices and their addresses in the guest."""
        devices = ", ".join(f"{name} at {address}" for name, address in self.devices.items())
        if self.closed:
            state = "closed"
        else:
            state = f"pid {self.pid}" if self.guest.running else f"ended {self.guest.ending}"
        return f"<VM {state}, {devices or 'no devices'}>"
