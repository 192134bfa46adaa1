"""A client's and a server's connection talk to each other in every order."""

from collections import deque
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, multiple, rule
from proto_strategies import FROM_CLIENT, FROM_SERVER, GENEROUS, REPLIES, agreed_pair, requests
from proto_wire import Wire, marked_fds, read_marks

from muserlab.proto import Body, Command, Connection, Outgoing, Reply, Request, RequestBody

CARRIERS = (Command.DMA_MAP, Command.DEVICE_SET_IRQS)
REPLY_CARRIERS = (Command.DEVICE_GET_REGION_INFO, Command.DEVICE_GET_REGION_IO_FDS)

sizes = st.integers(1, 300)
marks = st.lists(st.integers(1, 1000), max_size=3)


class End:
    """One end's connection, and what it must still receive."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.requests: deque[tuple[int, RequestBody, bool, list[int]]] = deque()
        self.replies: dict[int, tuple[Body | None, int | None, list[int]]] = {}

    def take(self, messages: list[Request | Reply]) -> list[Request]:
        """Compare what arrived with what was sent; return the requests to be answered."""
        unanswered: list[Request] = []
        for message in messages:
            came = read_marks(message.fds.take_all())
            if isinstance(message, Request):
                said = (message.message_id, message.body, message.no_reply, came)
                assert said == self.requests.popleft()
                if not message.no_reply:
                    unanswered.append(message)
            else:
                assert (message.body, message.errno, came) == self.replies.pop(message.message_id)
        return unanswered


class Conversation(RuleBasedStateMachine):
    """Requests go both ways, are answered out of order, and are split on the way."""

    def __init__(self) -> None:
        super().__init__()
        self.fds_before = count_fds()
        client, server = agreed_pair(GENEROUS, GENEROUS)
        self.client, self.server = End(client), End(server)
        self.wire = Wire()

    at_server = Bundle("at_server")
    at_client = Bundle("at_client")

    @rule(body=requests(*FROM_CLIENT), posted=st.booleans(), marks=marks)
    def client_asks(self, body: RequestBody, posted: bool, marks: list[int]) -> None:
        its_marks = marks if body.command in CARRIERS else []
        outgoing = self.client.connection.request(body, marked_fds(its_marks), no_reply=posted)
        self.server.requests.append((outgoing.message_id, body, posted, its_marks))
        self.wire.send(outgoing)

    @rule(body=requests(*FROM_SERVER))
    def server_asks(self, body: RequestBody) -> None:
        outgoing = self.server.connection.request(body)
        self.client.requests.append((outgoing.message_id, body, False, []))
        self.wire.answer(outgoing)

    @rule(target=at_server, size=sizes)
    def server_receives(self, size: int) -> object:
        return multiple(*self.server.take(self.wire.arrive(self.server.connection, size)))

    @rule(target=at_client, size=sizes)
    def client_receives(self, size: int) -> object:
        return multiple(*self.client.take(self.wire.come_back(self.client.connection, size)))

    @rule(request=consumes(at_server), data=st.data(), marks=marks)
    def server_answers(self, request: Request, data: st.DataObject, marks: list[int]) -> None:
        self.wire.answer(answer(self.server, self.client, request, data, marks))

    @rule(request=consumes(at_client), data=st.data())
    def client_answers(self, request: Request, data: st.DataObject) -> None:
        self.wire.send(answer(self.client, self.server, request, data, []))

    @rule(request=consumes(at_server), errno=st.integers(1, 4095))
    def server_refuses(self, request: Request, errno: int) -> None:
        self.client.replies[request.message_id] = (None, errno, [])
        self.wire.answer(self.server.connection.error(request, errno))

    def teardown(self) -> None:
        self.wire.close()
        self.client.connection.close()
        self.server.connection.close()
        assert count_fds() == self.fds_before


def answer(
    end: End, other: End, request: Request, data: st.DataObject, marks: list[int]
) -> Outgoing:
    """Answer a request, and note what the other end must receive."""
    command = Command(request.body.command)
    body = data.draw(REPLIES[command])
    its_marks = marks if command in REPLY_CARRIERS else []
    other.replies[request.message_id] = (body, None, its_marks)
    return end.connection.reply(request, body, marked_fds(its_marks))


def count_fds() -> int:
    """Count this process's fds."""
    return len(list(Path("/proc/self/fd").iterdir()))


TestConversation = Conversation.TestCase
TestConversation.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
