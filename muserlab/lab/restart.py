"""Giving a guest a device anew: unplugged, defined otherwise, and plugged in again."""

from collections.abc import Callable

import trio

from muserlab.device import DeviceError, PCIDevice
from muserlab.lab.errors import LabError, RestartFailed
from muserlab.lab.portal import Portal
from muserlab.lab.served import Served
from muserlab.lab.vm import VM
from muserlab.vm import VmError

_HANGUP_SECONDS = 10


def restart(
    vm: VM, served: Served, device: PCIDevice, portal: Portal, serve: Callable[[PCIDevice], None]
) -> str:
    """Put a definition in the place of a device that a guest has; return its address there.

    Nobody has the device in between, so that any structure will do. Raises RestartFailed, which
    tells how things are then: where it can be, the former definition is back in the guest.
    """
    former, name = served.device, served.device.name
    try:
        vm.remove_device(name)
    except VmError as error:
        raise RestartFailed(
            f"the guest did not let go of {name}, which stays as it was: {error}"
        ) from error
    try:
        portal.run(_hung_up, served)
        serve(device)
    except (DeviceError, LabError, trio.TooSlowError) as error:
        raise RestartFailed(f"{name}: {error}; {_put_back(vm, name)}") from error
    try:
        return vm.add_device(name)
    except (VmError, LabError) as error:
        told = f"the guest did not take {name} as it is defined now: {error}"
        if device is former:
            raise RestartFailed(f"{told}; it is served, but in no guest") from error
        serve(former)
        raise RestartFailed(f"{told}; {_put_back(vm, name)}") from error


def _put_back(vm: VM, name: str) -> str:
    """Plug the former definition in again; tell what came of it."""
    try:
        return f"the former definition is back, at {vm.add_device(name)} in the guest"
    except (VmError, LabError) as error:
        return f"the former definition is served, but in no guest: {error}"


async def _hung_up(served: Served) -> None:
    """Wait until the client's end of the connection has been noticed."""
    with trio.fail_after(_HANGUP_SECONDS):
        await served.server.vacated()
