"""The order of messages: VERSION first, once, and nothing else before its reply.

Both ends go through the same phases on the same events, one by sending what the other receives.
What the table does not have is not allowed.
"""

from enum import Enum

from .errors import ProtocolError


class Phase(Enum):
    """How far a connection has come; the value completes "... is not allowed"."""

    FRESH = "before VERSION"
    PROPOSED = "before the reply to VERSION"
    OPEN = "after the VERSION exchange"
    REFUSED = "after VERSION was refused"
    CLOSED = "on a closed connection"

    __hash__ = object.__hash__  # looked up for every request: an enum's own hash is slow


class Event(Enum):
    """What is sent or received; the value begins "... is not allowed"."""

    PROPOSE = "VERSION"
    ACCEPT = "a reply to VERSION"
    REFUSE = "an error reply to VERSION"
    COMMAND = "a command other than VERSION"

    __hash__ = object.__hash__


TRANSITIONS = {
    (Phase.FRESH, Event.PROPOSE): Phase.PROPOSED,
    (Phase.PROPOSED, Event.ACCEPT): Phase.OPEN,
    (Phase.PROPOSED, Event.REFUSE): Phase.REFUSED,
    (Phase.OPEN, Event.COMMAND): Phase.OPEN,
}


def advance(phase: Phase, event: Event) -> Phase:
    """Return the phase that an event leads to; raises `ProtocolError` if it is not allowed."""
    following = TRANSITIONS.get((phase, event))
    if following is None:
        msg = f"{event.value} is not allowed {phase.value}"
        raise ProtocolError(msg)
    return following
