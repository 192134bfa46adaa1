"""What figures depend on besides the code."""

import os
import platform
from pathlib import Path


def description() -> str:
    """Return processor, number of CPUs, Python and kernel in one line; no name of the machine."""
    cpus = len(os.sched_getaffinity(0))
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{_processor()}, {cpus} CPUs, {python}, Linux {platform.release()}"


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
