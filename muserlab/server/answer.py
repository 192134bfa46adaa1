"""What a handler works on and what it gives back."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from muserlab.device import PCIDevice
from muserlab.proto import Body, Capabilities, Empty, Fds

EMPTY = Empty()


@dataclass(
    slots=True
)  # not frozen: one is made for every access, and that would take twice as long
class Answer:
    """What goes back to the client: a body with descriptors, or an errno.

    The descriptors stay their owner's, who keeps them open until the answer was handed on.
    """

    body: Body = EMPTY
    fds: tuple[int, ...] = ()
    errno: int | None = None


@dataclass(slots=True)
class State:
    """A session, as handlers see it."""

    device: PCIDevice
    client: str
    limits: Capabilities
    """What both sides can do: agreed on by VERSION, and our own offer until then."""

    connected: bool = False
    passes_fds: bool = False
    """Whether the client takes file descriptors."""

    since: float = field(default_factory=time.time)
    """When the client came, in seconds since the epoch."""


Handler = Callable[[State, Any, Fds], Answer | Awaitable[Answer]]
"""Takes the session's state, the request's body and what came with it as descriptors.

Refuses by raising DeviceError. Descriptors that it leaves are closed for it.
"""
