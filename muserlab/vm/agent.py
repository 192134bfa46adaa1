"""The protocol spoken with the guest's agent, without I/O: its lines are told in inside/agent."""

import base64
import binascii
from dataclasses import dataclass

from muserlab.vm.errors import VmError

_BLOCK = 4096
_LONGEST_LINE = 128 * 1024
_DIGITS = 10
_LONGEST_OUTPUT = 256 * 1024 * 1024
# The kernel's limit of one argument, which the script becomes, less some room.
LONGEST_COMMAND = 120_000


@dataclass(frozen=True, slots=True)
class Ready:
    """The agent has started: of all commands sent before, none will be answered."""

    boot: str


@dataclass(frozen=True, slots=True)
class Done:
    """A command has ended; a status of 128 + n says that signal n ended it."""

    command_id: int
    status: int
    stdout: bytes
    stderr: bytes


class Agent:
    """What has been sent to the agent and what has come from it."""

    def __init__(self) -> None:
        self._next_id = 1
        self._rest = b""
        self._outputs: dict[int, dict[bytes, bytearray]] = {}

    def run(self, command: str, given: bytes) -> tuple[int, bytes]:
        """Return a new command's id and what to send; `given` is its standard input."""
        script = command.encode()
        if len(script) > LONGEST_COMMAND:
            raise ValueError(
                f"the command is {len(script)} bytes long, {LONGEST_COMMAND} is the most; "
                "give it as input to `sh` instead"
            )
        command_id = self._next_id
        self._next_id += 1
        self._outputs[command_id] = {b"out": bytearray(), b"err": bytearray()}
        bodies = [_body(script), _body(given)]
        counts = b" ".join(b"%d" % (len(body) // _BLOCK) for body in bodies)
        return command_id, b"run %d %s\n%s" % (command_id, counts, b"".join(bodies))

    def kill(self, command_id: int) -> bytes:
        """Return what to send so that a command is killed; its Done comes as ever."""
        return b"kill %d\n" % command_id

    def receive(self, data: bytes) -> list[Ready | Done]:
        """Take in what came, however split; lines that make no sense are passed over.

        Raises VmError when the guest sends more than any honest one would.
        """
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > _LONGEST_LINE:
            raise VmError(f"the guest's agent sent a line longer than {_LONGEST_LINE} bytes")
        events = (self._line(line.split(b" ")) for line in lines)
        return [event for event in events if event is not None]

    def _line(self, words: list[bytes]) -> Ready | Done | None:
        match words:
            case [b"ready", boot]:
                self._outputs.clear()
                return Ready(boot.decode("ascii", "replace"))
            case [(b"out" | b"err") as stream, command_id, piece] if _is_number(command_id):
                self._output(stream, int(command_id), piece)
            case [b"done", command_id, status] if _is_number(command_id) and _is_number(status):
                output = self._outputs.pop(int(command_id), None)
                if output is not None:
                    out, err = bytes(output[b"out"]), bytes(output[b"err"])
                    return Done(int(command_id), int(status), out, err)
            case _:
                pass
        return None

    def _output(self, stream: bytes, command_id: int, piece: bytes) -> None:
        output = self._outputs.get(command_id)
        if output is None:
            return
        try:
            output[stream] += base64.b64decode(piece, validate=True)
        except binascii.Error:
            return
        if len(output[stream]) > _LONGEST_OUTPUT:
            raise VmError(f"a command in the guest wrote more than {_LONGEST_OUTPUT} bytes")


def _body(content: bytes) -> bytes:
    encoded = base64.b64encode(content)
    return encoded + b"\n" * (-len(encoded) % _BLOCK)


def _is_number(word: bytes) -> bool:
    return word.isdigit() and len(word) < _DIGITS
