"""The floor: a blocking echo that knows how many bytes come and go, and nothing of what they mean.

No server written in Python can answer faster, as this is only the system calls. A client says
first, in one line of JSON, what will come: [bytes, whether with an fd, bytes of the answer], in
turn.
"""

import json
import os
import socket
import sys
from contextlib import suppress
from pathlib import Path
from threading import Thread

from benchmarks.servers.commands import obey
from benchmarks.traffic import BYTE, MIB

_ROOM = 2 * MIB


def echo(sock: socket.socket) -> None:
    """Answer one client until it hangs up."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, MIB)
    room = memoryview(bytearray(_ROOM))
    script: list[tuple[int, bool, int]] = json.loads(_line(sock))
    answers = [(size, with_fd, BYTE * answer) for size, with_fd, answer in script]
    sock.send(b"\n")
    receive_into, send = sock.recv_into, sock.sendall
    while True:
        for size, with_fd, answer in answers:
            if with_fd:
                data, fds, _, _ = socket.recv_fds(sock, size, 1)
                if not data:
                    return
                os.close(fds[0])
                left = size - len(data)
            else:
                left = size
            while left:
                count = receive_into(room, min(_ROOM, left))
                if not count:
                    return
                left -= count
            send(answer)


def _line(sock: socket.socket) -> bytes:
    line = b""
    while not line.endswith(b"\n"):
        line += sock.recv(4096)
    return line


def _serve(listener: socket.socket) -> None:
    while True:
        sock, _ = listener.accept()
        Thread(target=_answer, args=(sock,), daemon=True).start()


def _answer(sock: socket.socket) -> None:
    with sock, suppress(ConnectionError):
        echo(sock)


def main() -> None:
    """Serve one client after the other at the path that is the argument."""
    path = Path(sys.argv[1])
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        Thread(target=_serve, args=(listener,), daemon=True).start()
        obey({"echo": str(path)}, {})


if __name__ == "__main__":
    main()
