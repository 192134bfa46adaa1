import json
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import trio

from muserlab.vm import MonitorError
from muserlab.vm.monitor import Monitor

Message = dict[str, Any]
GREETING: Message = {
    "QMP": {
        "version": {"qemu": {"major": 11, "minor": 1, "micro": 0}, "package": ""},
        "capabilities": [],
    }
}
Answer = Callable[[Message], list[Message]]


async def qemu(connection: trio.SocketStream, answer: Answer) -> None:
    """Be the QEMU at the other end: greet, then answer each command; nothing for an end."""

    async def say(message: Message) -> None:
        await connection.send_all(json.dumps(message).encode() + b"\r\n")

    async with connection:
        await say(GREETING)
        # The client sends nothing more before the answer has come, and no newlines.
        async for data in connection:
            command: Message = json.loads(data)
            if command["execute"] == "qmp_capabilities":
                await say({"return": {}})
                continue
            messages = answer(command)
            if not messages:
                return
            for message in messages:
                await say(message if "event" in message else {**message, "id": command["id"]})


def monitored(answer: Answer, body: Callable[[Monitor], Awaitable[None]]) -> None:
    async def main() -> None:
        ours, its = socket.socketpair()
        monitor = Monitor(ours)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(qemu, trio.SocketStream(trio.socket.from_stdlib_socket(its)), answer)
            try:
                await body(monitor)
            finally:
                await monitor.aclose()
        assert ours.fileno() == -1

    trio.run(main)


def test_commands_and_their_arguments_reach_qemu_one_after_the_other() -> None:
    seen: list[tuple[str, Any]] = []

    def answer(command: Message) -> list[Message]:
        seen.append((command["execute"], command.get("arguments")))
        return [{"return": {"number": len(seen)}}]

    async def body(monitor: Monitor) -> None:
        assert await monitor.execute("query-status") == {"number": 1}
        assert await monitor.execute("device_add", {"driver": "edu", "x-y": 1}) == {"number": 2}

    monitored(answer, body)
    assert seen[1] == ("device_add", {"driver": "edu", "x-y": 1})


def test_a_refusal_is_raised_with_qemus_reason() -> None:
    def answer(command: Message) -> list[Message]:
        return [{"error": {"class": "GenericError", "desc": "Bus 'x' not found"}}]

    async def body(monitor: Monitor) -> None:
        with pytest.raises(MonitorError, match="device_add: Bus 'x' not found"):
            await monitor.execute("device_add")

    monitored(answer, body)


def test_a_removal_waits_for_the_guest_to_have_let_go_of_that_device() -> None:
    waited: list[str] = []

    def deleted(device: str) -> Message:
        waited.append(device)
        data = {"device": device, "path": f"/machine/{device}"}
        return {
            "event": "DEVICE_DELETED",
            "data": data,
            "timestamp": {"seconds": 1, "microseconds": 0},
        }

    def answer(command: Message) -> list[Message]:
        return [{"return": {}}, deleted("other"), deleted("device0")]

    async def body(monitor: Monitor) -> None:
        await monitor.remove_device("device0")

    monitored(answer, body)
    assert waited == ["other", "device0"]


def test_a_qemu_that_ends_is_told() -> None:
    async def body(monitor: Monitor) -> None:
        with pytest.raises(MonitorError, match="quit"):
            await monitor.execute("quit")
        with pytest.raises(MonitorError):
            await monitor.execute("query-status")

    monitored(lambda command: [], body)


def test_a_request_that_is_given_up_ends_with_qemu() -> None:
    async def main() -> None:
        ours, its = socket.socketpair()
        monitor = Monitor(ours)
        with trio.move_on_after(0.05) as patience:
            await monitor.execute("query-status")
        assert patience.cancelled_caught
        its.close()
        await monitor.aclose()
        with pytest.raises(MonitorError, match="has been closed"):
            await monitor.execute("query-status")

    trio.run(main)
