"""What one request does to a device, and what goes back: no socket, no event loop, no thread.

A session is one client's use of a device, from its VERSION message to its end. `step` takes one
request and gives the answer, so that a test or a replay drives a device the way a client does:

    session = Session(device)
    session.step(Request(0, Version())).body            # the version agreed on
    session.step(Request(1, RegionRead(0, 0, 4))).body  # what the register holds
"""

import errno
import traceback
from collections.abc import Awaitable, Callable, Mapping

from muserlab import proto
from muserlab.device import DeviceError, PCIDevice
from muserlab.proto import (
    NO_FDS,
    Begun,
    Capabilities,
    Command,
    DmaUnmap,
    ProtocolError,
    Request,
    TwinSocket,
)
from muserlab.server import access, dma, feature, info, irqs
from muserlab.server.answer import Answer, Handler, State
from muserlab.server.faults import is_interrupt
from muserlab.trace import Kind

OFFER = Capabilities(max_msg_fds=16, twin_socket=TwinSocket(supported=True, fd_index=0))
"""What this server can do. QEMU takes no more descriptors than 16; that several writes in one
message are not offered makes a guest boot faster."""

HANDLERS: Mapping[type[object], Handler] = {
    proto.RegionRead: access.read,
    proto.RegionWrite: access.write,
    proto.RegionWriteMulti: access.write_multi,
    proto.Version: info.version,
    proto.GetDeviceInfo: info.device_info,
    proto.GetRegionInfo: info.region_info,
    proto.GetRegionIoFds: info.region_io_fds,
    proto.GetIrqInfo: info.irq_info,
    proto.SetIrqs: irqs.set_irqs,
    proto.DmaMap: dma.map_memory,
    proto.DmaUnmap: dma.unmap_memory,
    proto.Reset: dma.reset,
    proto.DeviceFeature: feature.device_feature,
    proto.MigDataRead: feature.migration_data,
    proto.MigDataWrite: feature.migration_data,
    proto.Malformed: feature.malformed,
}

_COMMANDS = frozenset(Command)
_POSTED: Mapping[type[object], Handler] = {**HANDLERS, proto.RegionWrite: access.post}

_NEEDS_QUIET = frozenset({proto.DmaUnmap, proto.Reset})
_FAULTS = (Exception, SystemExit, KeyboardInterrupt, GeneratorExit)
_TAKES_FDS = frozenset({proto.DmaMap, proto.SetIrqs})


def describe(request: Request) -> str:
    """Name a request in messages to people: REGION_READ, or "unknown command"."""
    command = request.body.command
    return Command(command).name if command in _COMMANDS else "unknown command"


def describe_access(device: PCIDevice, request: Request) -> str:
    """Name an access to people by its place in the device: "a read of bar0.CTRL"."""
    match request.body:
        case proto.RegionRead(offset, region, count):
            return f"a read of {device.region(region).described(offset, count)[0]}"
        case proto.RegionWrite(offset, region, data):
            return f"a write of {device.region(region).described(offset, len(data))[0]}"
        case _:
            return describe(request)


def _check_fds(request: Request) -> None:
    if len(request.fds) and type(request.body) not in _TAKES_FDS:
        raise DeviceError(f"{len(request.fds)} file descriptors came that mean nothing")


def _ignore(_line: str) -> None:
    """Log nothing."""


class Session:
    """One client's use of a device.

    Takes:
      device: what the client uses.
      client: how log lines and hooks name the client.
      offer: what this side can do.
      log: takes a line for people; the same kind of refusal or fault is told once.

    Resource handling: descriptors that come with a request are handed to the device or closed in
    the step that takes the request. Those in an answer belong to the device.
    """

    def __init__(
        self,
        device: PCIDevice,
        *,
        client: str = "a client",
        offer: Capabilities = OFFER,
        log: Callable[[str], None] = _ignore,
    ) -> None:
        self.state = State(device, client, offer)
        self._log = log
        self._told: set[object] = set()

    def step(self, request: Request) -> Answer | Awaitable[Answer | None] | None:
        """Let one request act on the device, and return what goes back.

        None means that nothing does: the request was posted. An awaitable comes from a hook that
        is `async def`; it gives the answer when the hook has finished.

        Error handling:
          A refusal (DeviceError) is answered with its errno, any other exception of the device's
          code with EIO; both leave a line in the device's trace. Raised are only ProtocolError
          (no version suits both sides, and the connection should be closed) and Ctrl-C.
        """
        handlers = _POSTED if request.no_reply else HANDLERS
        handler = handlers.get(type(request.body), feature.unsupported)
        try:
            if request.fds is not NO_FDS:
                _check_fds(request)
            answer = handler(self.state, request.body, request.fds)
        except BaseException as error:  # noqa: BLE001 - _judge raises what must not be answered
            return self._judge(request, error)
        finally:
            if request.fds is not NO_FDS:
                request.fds.close()
        if not isinstance(answer, Answer):
            return self._step_later(request, answer)
        return None if request.no_reply else answer

    def go_on(self, begun: Begun) -> Answer | Awaitable[Answer | None] | None:
        """Go on with an access that was begun without `step`, and return what that would."""
        request, outcome = begun
        if isinstance(outcome, BaseException):
            return self._judge(request, outcome)
        return self._step_later(request, access.later(request.body, outcome))

    def needs_quiet(self, request: Request) -> bool:
        """Tell whether the request must not meet an access that is half done."""
        return type(request.body) in _NEEDS_QUIET

    def in_use(self, request: Request) -> bool:
        """Tell whether the request takes memory away that a window or a transfer is using.

        Taken as it is, it would be refused with EBUSY.
        """
        return isinstance(request.body, DmaUnmap) and dma.in_use(self.state, request.body)

    def abandon(self, request: Request, reason: str) -> Answer | None:
        """Return what goes back for an async access that was cancelled."""
        self._report(request, Kind.FAULT, f"was cancelled: {reason}", cause="cancelled")
        return _error(request, errno.EIO)

    def close(self) -> None:
        """Disconnect the device from its client, if VERSION had connected them."""
        if self.state.connected:
            self.state.connected = False
            self.state.device.disconnect()

    async def _step_later(self, request: Request, answer: Awaitable[Answer]) -> Answer | None:
        try:
            done = await answer
        except DeviceError as error:
            return self._refuse(request, error)
        except _FAULTS as error:  # as in step; but here a cancellation may be real, and must pass
            if is_interrupt(error):
                raise
            return self._fail(request, error)
        return None if request.no_reply else done

    def _judge(self, request: Request, error: BaseException) -> Answer | None:
        """Answer for what was raised in place of an answer; raise what must not be answered."""
        if isinstance(error, DeviceError):
            return self._refuse(request, error)
        if isinstance(error, ProtocolError) or is_interrupt(error):
            raise error
        return self._fail(request, error)  # a fault in a device must not end the server

    def _refuse(self, request: Request, error: DeviceError) -> Answer | None:
        name = errno.errorcode.get(error.errno, str(error.errno))
        self._report(request, Kind.LOG, f"refused with {name}: {error}", cause=error.errno)
        return _error(request, error.errno)

    def _fail(self, request: Request, error: BaseException) -> Answer | None:
        place = traceback.extract_tb(error.__traceback__)[-1]
        self._report(
            request,
            Kind.FAULT,
            f"failed: {error!r}",
            cause=(type(error), place.filename, place.lineno),
            details="\n" + "".join(traceback.format_exception(error)).rstrip(),
        )
        return _error(request, errno.EIO)

    def _report(
        self, request: Request, kind: Kind, note: str, *, cause: object, details: str = ""
    ) -> None:
        name = describe(request)
        self.state.device.trace.record(kind, name, note=note)
        if (name, cause) not in self._told:
            self._told.add((name, cause))
            self._log(f"{self.state.device.name}: {self.state.client}: {name} {note}{details}")


def _error(request: Request, number: int) -> Answer | None:
    return None if request.no_reply else Answer(errno=number)
