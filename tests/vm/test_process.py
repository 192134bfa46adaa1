import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import trio

from muserlab.vm.process import Process


def watched(
    command: list[str], body: Callable[[Process], Awaitable[None]], inherited: tuple[int, ...] = ()
) -> Process:
    async def main() -> Process:
        process = Process.start(command, {"GREETING": "hello"}, inherited)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(process.watch)
            await body(process)
        return process

    return trio.run(main)


async def until_ended(process: Process) -> None:
    await process.ended.wait()


def test_what_a_program_says_and_how_it_ended_is_kept() -> None:
    process = watched(["sh", "-c", "echo $GREETING >&2; exit 3"], until_ended)
    assert (process.messages, process.ending) == ("hello", "with status 3")


def test_only_the_end_of_much_is_kept() -> None:
    process = watched(["sh", "-c", "seq 100000 >&2"], until_ended)
    assert process.messages.endswith("99999\n100000")
    assert len(process.messages) <= 16384


def test_a_program_that_does_not_exist_says_so() -> None:
    process = watched(["/nowhere/qemu"], until_ended)
    assert process.messages == "/nowhere/qemu: No such file or directory"


def test_a_program_that_ignores_the_wish_is_killed_and_reaped() -> None:
    reading, writing = os.pipe()

    async def end_when_deaf(process: Process) -> None:
        os.close(writing)
        await trio.lowlevel.wait_readable(reading)
        await process.end(grace=0.1)

    deaf = f"trap '' TERM; echo > /dev/fd/{writing}; while :; do sleep 1000; done"
    process = watched(["sh", "-c", deaf], end_when_deaf, (writing,))
    os.close(reading)
    assert process.ending == "by SIGKILL"
    with pytest.raises(ProcessLookupError):
        os.kill(process.pid, 0)


def test_file_descriptors_are_inherited() -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading) as pipe:
        watched(["sh", "-c", f"echo through > /dev/fd/{writing}"], until_ended, (writing,))
        os.close(writing)
        assert pipe.read() == "through\n"


def test_a_program_ends_with_the_process_that_started_it_however_that_ends(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    script = f"""
import trio
from muserlab.vm.process import Process
async def main():
    # It holds the fifo open for as long as it lives.
    process = Process.start(["sh", "-c", "exec sleep 1000 > {fifo}"], {{}}, [])
    await process.watch()
trio.run(main)
"""
    parent = subprocess.Popen([sys.executable, "-c", script])
    with fifo.open() as held:  # opens once the program has begun
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        assert held.read() == ""
