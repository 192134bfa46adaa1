"""Counts the processor's instructions under valgrind: the interpreter's own, and those of C code.

Run as a program, it takes each path, and calls localtime(3) before and after, which nothing else
here calls: callgrind is told to write down what it has counted at each call, and to begin anew.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path as File

from benchmarks.instructions.paths import ACCESSES, Path, each
from benchmarks.servers.process import ROOT

NAME = "instructions"

_MARK = "localtime_r"


def available() -> bool:
    """Tell whether there is a valgrind."""
    return shutil.which("valgrind") is not None


def instructions() -> dict[str, float]:
    """Return how many instructions each access executes; takes about 15 s.

    The kernel's are not among them. Raises subprocess.CalledProcessError where valgrind fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        counts = File(folder, "counts")
        subprocess.run(
            [
                "valgrind",
                "--tool=callgrind",
                f"--dump-before={_MARK}",
                f"--callgrind-out-file={counts}",
                sys.executable,
                "-m",
                __name__,
            ],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": "0"},
            check=True,
            capture_output=True,
        )
        dumps = sorted(File(folder).glob("counts.*"), key=lambda file: int(file.suffix[1:]))
        # Some marks are Python's own, at its start. From the last one back, each other dump is a
        # path, between two marks of ours.
        measured = iter([_total(file) for file in dumps[-1::-2][: 2 * len(ACCESSES)][::-1]])
    return {access.name: each(lambda _: next(measured), access) for access in ACCESSES}


def _total(file: File) -> int:
    for line in file.read_text().splitlines():
        if line.startswith("totals:"):
            return int(line.split()[1])
    raise ValueError(f"{file} has no totals: callgrind writes another format now")


def main() -> None:
    """Take each path between two marks."""

    def take(path: Path) -> float:
        time.localtime(0)
        path.run()
        time.localtime(0)
        return 0

    ACCESSES[0].path(1).run()
    for access in ACCESSES:
        each(take, access)


if __name__ == "__main__":
    main()
