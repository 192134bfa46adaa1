import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muserlab.vm.agent import Agent, Done, Ready
from muserlab.vm.errors import VmError


def read_request(request: bytes) -> tuple[bytes, int, list[bytes]]:
    """Take a request apart as the guest's agent does: words, then blocks of base64."""
    head, _, rest = request.partition(b"\n")
    word, command_id, *counts = head.split()
    bodies: list[bytes] = []
    for count in counts:
        size = int(count) * 4096
        bodies.append(base64.b64decode(rest[:size]))
        rest = rest[size:]
    assert rest == b""
    return word, int(command_id), bodies


def answer(command_id: int, status: int, out: bytes, err: bytes) -> bytes:
    def lines(stream: bytes, content: bytes) -> bytes:
        pieces = [content[at : at + 9] for at in range(0, len(content), 9)]
        return b"".join(
            b"%s %d %s\n" % (stream, command_id, base64.b64encode(piece)) for piece in pieces
        )

    return lines(b"out", out) + lines(b"err", err) + b"done %d %d\n" % (command_id, status)


@given(st.text(), st.binary(max_size=10_000))
def test_a_request_carries_script_and_input_in_whole_blocks(
    command: str, given_bytes: bytes
) -> None:
    command_id, request = Agent().run(command, given_bytes)
    assert read_request(request) == (b"run", command_id, [command.encode(), given_bytes])


@given(st.data(), st.binary(max_size=60), st.binary(max_size=60), st.integers(0, 255))
def test_results_are_put_together_however_the_stream_is_split(
    data: st.DataObject, out: bytes, err: bytes, status: int
) -> None:
    agent = Agent()
    command_id, _ = agent.run("x", b"")
    stream = answer(command_id, status, out, err)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=5)))
    events: list[Ready | Done] = []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        events += agent.receive(stream[start:end])
    assert events == [Done(command_id, status, out, err)]


def test_results_of_commands_that_overlap_are_kept_apart() -> None:
    agent = Agent()
    first, _ = agent.run("x", b"")
    second, _ = agent.run("y", b"")
    stream = answer(second, 0, b"two", b"") + answer(first, 1, b"one", b"")
    assert agent.receive(stream) == [Done(second, 0, b"two", b""), Done(first, 1, b"one", b"")]


def test_a_result_that_a_reset_cut_short_is_forgotten() -> None:
    agent = Agent()
    command_id, _ = agent.run("x", b"")
    cut = answer(command_id, 0, b"0123456789", b"")[:12]
    assert agent.receive(cut + b"\nready boot-2\n") == [Ready("boot-2")]
    assert agent.receive(answer(command_id, 0, b"late", b"")) == []


@given(st.binary(max_size=200))
def test_noise_is_passed_over(noise: bytes) -> None:
    agent = Agent()
    command_id, _ = agent.run("x", b"")
    agent.receive(noise.replace(b"done", b"").replace(b"ready", b"").replace(b"out", b"") + b"\n")
    assert agent.receive(b"done %d 7\n" % command_id) == [Done(command_id, 7, b"", b"")]


@pytest.mark.parametrize(
    "line",
    [
        b"done 1 x",
        b"done x 1",
        b"done " + b"9" * 5000 + b" 0",
        b"done 1",
        b"done 99 0",
        b"out 99 YQ==",
    ],
)
def test_lines_that_fit_no_command_are_passed_over(line: bytes) -> None:
    agent = Agent()
    agent.run("x", b"")
    assert agent.receive(line + b"\n") == []


def test_a_line_without_end_is_refused() -> None:
    with pytest.raises(VmError, match="a line longer than"):
        Agent().receive(bytes(200_000))
