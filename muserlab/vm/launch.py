"""Becomes another program that is killed when the one who started it ends, however it ends.

Run as a script of its own, `launch.py PARENT PROGRAM ARGUMENTS...`: what the kernel is asked for
here outlasts exec, and asking it in a forked child of a threaded process would not be safe.
Source: prctl(2), PR_SET_PDEATHSIG: the signal comes when the *thread* that started us ends.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main(parent: int, program: str, *arguments: str) -> None:
    """Ask for the signal, make sure that the parent has not gone before, and become the program."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() == parent:
        try:
            os.execvp(program, [program, *arguments])
        except OSError as error:
            sys.exit(f"{program}: {error.strerror}")


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])
