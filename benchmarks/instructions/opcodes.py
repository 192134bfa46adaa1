"""Counts the interpreter's instructions: any Python can, and the number depends on nothing else."""

import sys
from types import FrameType
from typing import Any

from benchmarks.instructions.paths import ACCESSES, Path, each

NAME = "opcodes"


def opcodes() -> dict[str, float]:
    """Return how many opcodes each access executes."""
    for access in ACCESSES:
        access.path(1).run()  # what is imported or cached at first use counts for nobody
    return {access.name: each(_count, access) for access in ACCESSES}


def _count(path: Path) -> int:
    counted = 0

    def count(_frame: FrameType, event: str, _arg: Any) -> Any:
        nonlocal counted
        counted += event == "opcode"
        return count

    def enter(frame: FrameType, _event: str, _arg: Any) -> Any:
        frame.f_trace_lines = False
        frame.f_trace_opcodes = True
        return count

    before = sys.gettrace()
    sys.settrace(enter)
    try:
        path.run()
    finally:
        sys.settrace(before)
    return counted
