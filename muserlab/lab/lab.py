"""The lab: what is being served in this process, and the way to it."""

import concurrent.futures
import contextlib
import os
import re
import sys
import threading
from collections.abc import Awaitable, Callable, Generator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Self, TypeVar, TypeVarTuple

from muserlab import client
from muserlab.client import Driver, ServerGone
from muserlab.device import Access, PCIDevice
from muserlab.lab.errors import BusyError, LabStopped, NotServed
from muserlab.lab.files import ServedFile
from muserlab.lab.future import Future
from muserlab.lab.held import Held
from muserlab.lab.history import LabHistory
from muserlab.lab.patching import Patching
from muserlab.lab.paused import Paused
from muserlab.lab.portal import Portal
from muserlab.lab.qemuargs import QemuArguments, qemu_arguments
from muserlab.lab.reports import Report, ReportKind, Reports
from muserlab.lab.saving import save
from muserlab.lab.served import Adoption, Served
from muserlab.lab.status import LabStatus, table
from muserlab.lab.thread import TIME_LIMIT, TrioThread
from muserlab.lab.vm import VM
from muserlab.lab.watch import Watch
from muserlab.server import ClientStatus, SocketInUse, private_directory
from muserlab.source import Suggestion, suggest
from muserlab.trace import TraceView

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class Lab:
    """The devices that are being served, on a trio thread that runs while there are any.

    Use it from any thread but that one. As a context manager it stops at the end of the block.
    """

    def __init__(self) -> None:
        self.reports = Reports()
        self._thread = TrioThread("muserlab", self._crashed)
        self._served: dict[str, Held[Served]] = {}
        self._watch = Watch(self._thread, self._all, self.reports)
        self._patching = Patching()
        self._files: list[ServedFile] = []
        self._vms: list[VM] = []
        self._lock = threading.RLock()

    # -- serving ---------------------------------------------------------------------------------

    def serve(self, device: PCIDevice, path: str | os.PathLike[str] | None = None) -> None:
        """Serve a device on a socket of its own, in the background.

        Serving it again does nothing. Another device of the same name is a new definition: it
        takes over the client and all state that fits, at the next moment when no access is in
        flight (at the end of the block, inside `patch`). DeviceError says why it cannot.

        Without a path the socket lies in a private directory under the device's name. For a path
        that was asked for, SocketInUse is raised where it is taken, SocketPathError where its
        directory does not exist, and LabError where the device is served at another one.
        """
        with self.changing():
            self._start()
            held = self._served.get(device.name)
            if held is None or held.closed:
                self._served[device.name] = self._open(device, path)
                return
            held.value.check_path(path)
            if held.value.device is not device:
                self._patching.make(Adoption(held.value, device), self.portal, held.value)

    def withdraw(self, name: str) -> None:
        """Serve a device no more: its client is disconnected, its socket goes, its tasks end.

        The others go on. Raises NotServed where there is no such device.
        """
        with self.changing():
            self._pick(name)
            self._served[name].close()
            del self._served[name]
            self._close_files(lambda file: not file.devices)

    def serve_file(
        self,
        path: str | os.PathLike[str],
        *names: str,
        socket: str | os.PathLike[str] | None = None,
    ) -> ServedFile:
        """Serve the devices at the top level of a Python file, or those named, and watch it.

        When it is saved, or a module beside it that it imports, it is run again, and what is served
        is patched while in use: all of it, or nothing where something speaks against it, and what
        came of it is reported. Serving it again runs it again.

        Raises DefinitionFailed where it cannot be run or defines none, and what `serve` raises. A
        socket is for one device.
        """
        where = Path(path).absolute()
        for file in self._files:
            if file.is_same(where, names) and socket is None:
                file.reload()
                return file
        file = ServedFile(self, where, names, None if socket is None else Path(socket))
        self._close_files(lambda former: former.path == where)
        self._files.append(file)
        return file

    def stop(self, timeout: float = TIME_LIMIT) -> None:
        """Disconnect every client, end everything, leave nothing behind; again is harmless.

        Raises LabStuck if a hook, or a file that is run, has not returned after that many seconds.
        """
        files = self._close_files(lambda _: True)
        with self.changing():
            self._thread.stop(timeout)
            self._served.clear()
            self._vms.clear()
            self.reports.stop()
        for file in files:
            file.join(timeout)

    @property
    def running(self) -> bool:
        """Whether the trio thread runs."""
        return self._thread.running

    @property
    def portal(self) -> Portal:
        """The way into the trio thread; raises LabStopped while it does not run."""
        return self._thread.portal

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    # -- patching --------------------------------------------------------------------------------

    @contextlib.contextmanager
    def patch(self) -> Generator[None]:
        """Collect the patches made in the block, and make them all at its end, or none.

        Every served device is between two accesses then. An exception in the block drops them.
        """
        with self.changing(), self._patching.opened(self.portal, self._all()):
            yield

    # -- using -----------------------------------------------------------------------------------

    @property
    def devices(self) -> Mapping[str, PCIDevice]:
        """The served devices by name."""
        return {one.device.name: one.device for one in self._all()}

    @property
    def trace(self) -> TraceView:
        """The traces of all served devices as one, in the order of time; `.view()` filters it."""
        return TraceView(lambda: {name: device.trace for name, device in self.devices.items()})

    @property
    def waits(self) -> tuple[str, ...]:
        """What clients wait for and how long, a line each."""
        return self._watch.waits

    @property
    def clients(self) -> Mapping[str, ClientStatus]:
        """Who uses which device, by the device's name."""
        users = {one.device.name: one.server.client_status for one in self._all()}
        return {name: user for name, user in users.items() if user is not None}

    def connect(
        self, name: str | None = None, *, timeout: float | None = client.DEFAULT_TIMEOUT
    ) -> Driver:
        """Connect to a served device as a script that drives it; see `muserlab.client.connect`.

        Registers have their names: `drv.bar0.CTRL.write(go=1)`. Without a name there must be one
        device only. A reply may take timeout seconds, for ever if None. Raises BusyError where the
        device has a client.
        """
        served = self._pick(name)
        self.portal.check()
        layouts = served.layouts()
        served.patience[os.getpid()] = timeout
        try:
            return client.connect(served.server.path, layouts=layouts, timeout=timeout)
        except ServerGone as gone:
            raise self._busy(served) or gone from None

    def submit(self, async_fn: Callable[[*Ts], Awaitable[T]], *args: *Ts) -> Future[T]:
        """Start an async function on the lab's thread; return its future at once.

        `await` the future in a cell (or in any asyncio or trio program), or wait for `.result()`:

            data = await lab.submit(dev.dma.aread, 0x1000, 64)

        Cancelling the future, and Ctrl-C while waiting, cancel the function.
        """
        return self.portal.submit(async_fn, *args)

    def socket_path(self, name: str | None = None) -> Path:
        """Return where a device's socket is; without a name there must be one device only."""
        return self._pick(name).server.path

    def qemu_args(self, *names: str, memory: str = "256M") -> QemuArguments:
        """Return what starts QEMU with these devices in the guest, or with all of them."""
        served = [self._pick(name) for name in names] or self._all()
        return qemu_arguments((one.server.path for one in served), memory)

    def vm(self, *names: str, timeout: float = 60, **options: Any) -> VM:
        """Boot a Linux guest with these devices in it, or with all of them, and return it.

        It has timeout seconds to come up. Options are those of `muserlab.vm.Config`, such as
        `memory=512` (MiB). Raises VmError, telling what to do, where QEMU or a kernel is missing,
        and BusyError where a device has a client.
        """
        with self.changing():
            self._start()
        names = names or tuple(self.devices)
        vm = VM(self.portal, self._free_socket, names, timeout, options, self.reports)
        self._vms = [one for one in self._vms if one.runs] + [vm]
        return vm

    def restart(self, device: PCIDevice) -> str | None:
        """Give a guest of this lab a device anew: this definition of it, whatever its structure.

        The device is unplugged from the guest, with its consent, and plugged in again; its address
        there is returned. State and hooks go on as with `serve`; plugging in resets registers.
        Where nobody uses the device this only serves it, and returns None. Raises BusyError where
        somebody else uses it, and RestartFailed, which tells how things are then.
        """
        from muserlab.lab.restart import restart  # late: most labs start no QEMU

        with self.changing():
            self._patching.check_closed()
            served = {one.device.name: one for one in self._all()}.get(device.name)
            busy = None if served is None else self._busy(served)
            if served is None or busy is None:
                self.serve(device)
                return None
            vms = (vm for vm in self._vms if vm.runs and device.name in vm.devices)
            vm = next(vms, None)
            if vm is None:
                raise BusyError(f"{busy}, then serve it: no guest of this lab has it")
            return restart(vm, served, device, self.portal, self.serve)

    def repeat(self, access: Access, name: str | None = None) -> bytes | None:
        """Make an access again, as a client would, and return what it answers.

        Such as one on which a hook failed: `lab.repeat(dev.bar0.CTRL.on_write.inputs[-1].access)`.
        Raises RegionError where it fails.
        """
        return self.portal.run(self._pick(name).repeat, access)

    @property
    def history(self) -> LabHistory:
        """What was patched: who, when, from where, and what came of it; with undo and redo."""
        return LabHistory(self.devices)

    @property
    def paused(self) -> Paused:
        """The accesses that wait for a decision: at a breakpoint, or since their hook failed."""
        waiting = (paused for one in self._all() for paused in one.holds.paused)
        return Paused(sorted(waiting, key=lambda paused: -paused.seconds))

    def save(
        self, path: str | os.PathLike[str], name: str | None = None, *, overwrite: bool = False
    ) -> None:
        """Write a device as it now is, layout and hooks, as a file that `muserlab serve` takes.

        Without a name there must be one device only. What registers and memory hold is not
        written; what `dev.state` holds is, as far as it has a form as text. Raises SaveError where
        something that a hook needs has none, and FileExistsError, unless overwrite is true, where
        the file holds what somebody else wrote, or has edited since.
        """
        save(self._pick(name).device, Path(path), overwrite=overwrite)

    def suggest(
        self, name: str | None = None, *, names: Mapping[str, object] | None = None
    ) -> Suggestion:
        """Return a cell that declares what a device's driver asked for and nobody answered.

        When it is run, the accesses in `dev.unhandled` are registers, with hooks to fill in, and
        the client stays. Without a name there must be one device only. `names` are those of the
        session that it is for, by default `__main__`'s. Raises SaveError where something of the
        layouts has no form as text.
        """
        session = vars(sys.modules["__main__"]) if names is None else names
        return suggest(self._pick(name).device, session)

    def status(self) -> LabStatus:
        """Return what is served, for whom, how busy it is, what waits, and the last faults."""
        return LabStatus(
            tuple(one.status(one.rates()) for one in self._all()),
            self.waits,
            tuple(r for r in self.reports.recent if r.kind is ReportKind.FAULT),
        )

    def __repr__(self) -> str:
        """Show what is served, for whom and where, as a table."""
        return table(one.status(None) for one in self._all())

    # -- inside ----------------------------------------------------------------------------------

    @contextlib.contextmanager
    def changing(self) -> Generator[None]:
        """Let one thread at a time change what is served, and never the trio thread.

        That one would wait for a lock whose holder waits for it.
        """
        if self._thread.running:
            self.portal.check()
        with self._lock:
            yield

    def _start(self) -> None:
        if not self._thread.running:
            self._served.clear()  # of a parent process, or of a thread that crashed
            self._watch = Watch(self._thread, self._all, self.reports)
            self.reports.start(self._watch.look)
            self._thread.start()

    def _open(self, device: PCIDevice, path: str | os.PathLike[str] | None) -> Held[Served]:
        if path is not None:
            return self._open_at(device, Path(path))
        name = re.sub(r"[^\w.-]", "_", device.name)
        try:
            return self._open_at(device, private_directory() / f"{name}.sock")
        except SocketInUse:  # another process serves a device of this name
            return self._open_at(device, private_directory() / f"{name}-{os.getpid()}.sock")

    def _open_at(self, device: PCIDevice, path: Path) -> Held[Served]:
        held = Held(self.portal, Served.open(device, path, self.portal, self.reports))
        held.ended.add_done_callback(partial(self._ended, device.name))
        return held

    def _close_files(self, which: Callable[[ServedFile], bool]) -> list[ServedFile]:
        """Watch some files no more; return them."""
        closed = [file for file in self._files if which(file)]
        self._files = [file for file in self._files if file not in closed]
        for file in closed:
            file.close()
        return closed

    def _all(self) -> list[Served]:
        if not self._thread.running:
            return []
        return [held.value for held in tuple(self._served.values()) if not held.closed]

    def _pick(self, name: str | None) -> Served:
        served = {one.device.name: one for one in self._all()}
        if name is None and len(served) == 1:
            return next(iter(served.values()))
        if name is not None and name in served:
            return served[name]
        known = ", ".join(served) or "nothing"
        asked = f"{name} is not served" if name is not None else "say which device"
        raise NotServed(f"{asked}; this lab serves {known}")

    def _free_socket(self, name: str) -> Path:
        """Return where a device's socket is; raise BusyError where the device has a client."""
        served = self._pick(name)
        busy = self._busy(served)
        if busy is not None:
            raise busy
        return served.server.path

    def _busy(self, served: Served) -> BusyError | None:
        occupant = self.portal.call(lambda: served.server.occupant)
        if occupant is None:
            return None
        here = ", this very process" if occupant.startswith(f"pid {os.getpid()} ") else ""
        return BusyError(
            f"{served.device.name} is in use by {occupant}{here}; close it there first"
        )

    def _ended(self, name: str, ended: "concurrent.futures.Future[None]") -> None:
        error = None if ended.cancelled() else ended.exception()
        if error is not None and not isinstance(error, LabStopped):
            text = f"its server ended by itself: {error!r}"
            self.reports.post(Report(ReportKind.FAULT, text, name, error))

    def _crashed(self, error: BaseException) -> None:
        text = f"the trio thread ended by itself, nothing is served any more: {error!r}"
        self.reports.post(Report(ReportKind.FAULT, text, error=error))
