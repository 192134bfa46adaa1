"""Which CPUs processes run on: an access costs the sum of both sides' work, or a wake-up."""

import os
from collections.abc import Collection, Generator, Iterable
from contextlib import contextmanager, suppress
from pathlib import Path


def available() -> list[int]:
    """Return the CPUs that this process may use."""
    return sorted(os.sched_getaffinity(0))


def pin(pid: int, cpus: Collection[int]) -> None:
    """Let every thread of a process run on these CPUs only; those that it starts later too.

    Raises PermissionError for the process of another user.
    """
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(ProcessLookupError):  # a thread that has ended meanwhile
            os.sched_setaffinity(int(task.name), cpus)


@contextmanager
def pinned(
    client: Collection[int], servers: Collection[int], pids: Iterable[int]
) -> Generator[None]:
    """Keep this process on some CPUs and others on their own, for the length of a block."""
    pids = tuple(pids)
    before = os.sched_getaffinity(0)
    for pid in pids:
        pin(pid, servers)
    os.sched_setaffinity(0, client)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
        for pid in pids:
            pin(pid, before)
