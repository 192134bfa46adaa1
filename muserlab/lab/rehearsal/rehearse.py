"""A version is tried on copies of a device before anybody lives with it."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from muserlab.device import PCIDevice, clone
from muserlab.lab.host import TrioHost
from muserlab.lab.isolation import Isolated
from muserlab.lab.rehearsal.client import RecordedClient
from muserlab.lab.rehearsal.compare import Comparison
from muserlab.lab.rehearsal.play import Log, play
from muserlab.lab.rehearsal.script import Script, script
from muserlab.live import PATIENCE, Hook, Rehearsal
from muserlab.trace import Event

_ALWAYS = 1 << 62
"""The new version stays on probation, so that its calls are counted."""


def rehearse(
    device: PCIDevice,
    hook: Hook,
    function: Callable[..., Any],
    events: Sequence[Event],
    patience: float = PATIENCE,
) -> Rehearsal:
    """Play recorded events to two copies of a device, one with function at hook; compare them.

    `hook` is the device's, or one of a class of its regions. The device itself is only copied.
    Raises PatchError where the function does not fit the hook, CloneError where the device cannot
    be copied, and LabStuck where no event was played for that many seconds.
    """
    present = clone(device)
    changed = clone(present.device)
    changed.device.probation = _ALWAYS
    tried = changed.hook(present.hook(hook))
    tried(function)
    version = tried.line.own
    assert version is not None
    played = script(events, {region.name for region in device.present})

    def work(thread: Isolated[tuple[Log, Log]]) -> tuple[Log, Log]:
        with RecordedClient(device, events) as client:
            before = play(present.device, played, client, thread)
        with RecordedClient(device, events) as client:
            return before, play(changed.device, played, client, thread)

    thread = Isolated("muserlab rehearsal", work)
    compared = Comparison(present.device, *thread.result(patience))
    return Rehearsal(
        hook=hook.name,
        start=played.start,
        replayed=compared.accesses,
        answered=version.trial.answered,
        differences=tuple(compared.differences()),
        failures=(*version.failed_with, *version.excused.failures.values()),
        strayed=compared.strayed,
        remarks=(
            *_remarks(played),
            *_work(device),
            *(f"with the present versions, too: {one}" for one in compared.present_failures),
        ),
    )


def _work(device: PCIDevice) -> Iterator[str]:
    """Yield a line on work of the device that its copies do not have."""
    host = device.host
    pollers = {region.poller.task for region in device.present}
    tasks = host.tasks if isinstance(host, TrioHost) else ()
    names = sorted({task.name for task in tasks if task not in pollers})
    if names:
        yield f"runs now, and in the copies if what is played starts it: {', '.join(names)}"


def _remarks(played: Script) -> Iterator[str]:
    if played.skipped:
        yield f"accesses left out that came before {played.start}: {played.skipped}"
    if played.unplayable:
        yield f"accesses left out that were refused, or of no region here: {played.unplayable}"
    if played.partial:
        yield f"accesses and transfers recorded in part, the rest left as it was: {played.partial}"
