"""One failure as the page gets it."""

import re
from typing import Any

import muserlab as ml
from muserlab.lab import Lab, PausedAccess, Report

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def fault_of(report: Report, traceback: str, device: ml.PCIDevice, lab: Lab) -> dict[str, Any]:
    """Return what a card shows of a fault: what, where, by which access, and what can be done."""
    failure = report.failure
    shown: dict[str, Any] = {
        "title": str(report.error) if report.error is not None else report.text,
        "kind": type(report.error).__name__ if report.error is not None else "fault",
        "traceback": _COLOURS.sub("", traceback),
        "count": 1,
        "remedy": "",
        "inputs": [],
        "again": "",
        "can": [],
    }
    if failure is None:
        return shown
    shown |= {
        "hook": f"{failure.hook} v{failure.version.number}",
        "count": failure.count,
        "remedy": remedy_of(failure),
        "inputs": [str(given) for given in failure.inputs],
    }
    hook = device.hook_named(failure.key)
    if hook is not None:
        shown["again"] = again(failure, hook)
        shown["can"] = [*possible(failure, hook, paused_by(failure, lab))]
    return shown


def remedy_of(failure: ml.Failure) -> str:
    """Return what was done for whoever waited for an answer, in a sentence."""
    if failure.restored is not None:
        return f"v{failure.restored.number} answered and is current again"
    return failure.remedy


def possible(failure: ml.Failure, hook: ml.Hook, paused: PausedAccess | None) -> list[str]:
    """Return which buttons there are: undo where the version is in use, retry where that helps."""
    current = hook.line.own is failure.version
    return [
        *(["undo"] if current else []),
        *(["retry"] if paused is not None or not current else []),
    ]


def paused_by(failure: ml.Failure, lab: Lab) -> PausedAccess | None:
    """Return the access that waits because of a failure, if one does."""
    return next((one for one in lab.paused if one.failure is failure), None)


def again(failure: ml.Failure, hook: ml.Hook) -> str:
    """Return a cell that makes the accesses again on which a version failed."""
    expression = expression_of(hook)
    if not any(given.access is not None for given in failure.inputs):
        return f"{expression}.inputs"
    return (
        f"# the accesses on which {failure.hook} v{failure.version.number} failed, once more\n"
        f"for given in {expression}.inputs:\n"
        "    print(given)\n"
        "    print(lab.repeat(given.access))\n"
    )


def expression_of(hook: ml.Hook) -> str:
    """Return what a person writes for a hook of a device that is called dev."""
    key: Any = hook.line.key
    if isinstance(key, str):
        return f"dev.{key}"
    where, site, verb = key
    root = f"dev.{where}" if where.islower() else where  # a class is named otherwise than a region
    return f"{root}{site.label('')}.{verb}"
