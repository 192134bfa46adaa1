"""A minimal vfio-user server on trio: one region of plain memory, one callback, nothing else.

What trio and Python cost at least: it receives first and parks only where there is nothing, takes
all that has come at once and answers it at once. It trusts its client.
"""

import array
import os
import socket
import sys
from contextlib import suppress
from pathlib import Path
from struct import Struct
from threading import Thread

import trio

from benchmarks.servers.commands import obey
from benchmarks.traffic import BYTE, MIB
from muserlab.proto import Command

_HEADER = Struct("=HHIII")
_ACCESS = Struct("=HHIIIQII")
_ROOM = 2 * MIB
_FDS = socket.CMSG_SPACE(16 * 4)
_REPLY = 1
_POSTED = 1 << 4
_TURN = 64


class Minimal:
    """One client's connection."""

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, MIB)
        self._sock = sock
        self._memory = bytearray(BYTE * (4 * MIB))
        self._pending = b""

    async def run(self) -> None:
        """Serve until the client hangs up."""
        room = memoryview(bytearray(_ROOM))
        rooms = (room,)
        while True:
            for _ in range(_TURN):
                try:
                    count, ancillary, _, _ = self._sock.recvmsg_into(rooms, _FDS)
                except BlockingIOError:
                    await trio.lowlevel.wait_readable(self._sock)
                    continue
                if not count:
                    return
                for _, _, data in ancillary:
                    for fd in array.array("i", data):
                        os.close(fd)
                answer = self._answer(bytes(room[:count]))
                if answer:
                    await self._send(answer)
            await trio.lowlevel.checkpoint()

    async def _send(self, answer: bytes) -> None:
        rest = memoryview(answer)
        while rest:
            try:
                rest = rest[self._sock.send(rest) :]
            except BlockingIOError:
                await trio.lowlevel.wait_writable(self._sock)

    def _answer(self, data: bytes) -> bytes:
        """Return the replies to all whole messages, and keep what is left.

        VERSION and DMA_UNMAP are answered with what they said.
        """
        if self._pending:
            data = self._pending + data
        position, end = 0, len(data)
        replies: list[bytes] = []
        while end - position >= _HEADER.size:
            number, command, size, flags, _ = _HEADER.unpack_from(data, position)
            if end - position < size:
                break
            if command in (Command.REGION_READ, Command.REGION_WRITE):
                reply = self._access(data, position)
            else:
                mapping = command == Command.DMA_MAP
                body = b"" if mapping else data[position + _HEADER.size : position + size]
                reply = _HEADER.pack(number, command, 16 + len(body), _REPLY, 0) + body
            if not flags & _POSTED:
                replies.append(reply)
            position += size
        self._pending = data[position:] if position < end else b""
        return replies[0] if len(replies) == 1 else b"".join(replies)

    def _access(self, data: bytes, position: int) -> bytes:
        number, command, size, _, _, offset, region, count = _ACCESS.unpack_from(data, position)
        if command == Command.REGION_READ:
            read = self.read(offset, count)
            return (
                _ACCESS.pack(number, command, 32 + count, _REPLY, 0, offset, region, count) + read
            )
        self.write(offset, data[position + 32 : position + size])
        return _ACCESS.pack(number, command, 32, _REPLY, 0, offset, region, count)

    def read(self, offset: int, count: int) -> bytes:
        """Return what is in memory."""
        return bytes(self._memory[offset : offset + count])

    def write(self, offset: int, data: bytes) -> None:
        """Change memory."""
        self._memory[offset : offset + len(data)] = data


async def _serve(listener: socket.socket) -> None:
    listener.setblocking(False)
    while True:
        await trio.lowlevel.wait_readable(listener)
        sock, _ = listener.accept()
        with sock, suppress(ConnectionError):
            await Minimal(sock).run()


def main() -> None:
    """Serve one client after the other at the path that is the argument."""
    path = Path(sys.argv[1])
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        Thread(target=trio.run, args=(_serve, listener), daemon=True).start()
        obey({"memory": str(path)}, {})


if __name__ == "__main__":
    main()
