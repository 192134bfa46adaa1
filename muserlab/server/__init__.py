"""The socket side of a served device: sessions without I/O, and trio to move their bytes and fds.

`serve` is all that most need. `Session` is what one message does to a device, for tests, replays
and other transports.
"""

from muserlab.server.answer import Answer
from muserlab.server.client import ClientStatus
from muserlab.server.faults import fault_in
from muserlab.server.listener import Server, serve
from muserlab.server.quiesce import Access
from muserlab.server.session import OFFER, Session, describe_access
from muserlab.server.socketfile import SocketFile, SocketInUse, SocketPathError, private_directory

__all__ = [
    "OFFER",
    "Access",
    "Answer",
    "ClientStatus",
    "Server",
    "Session",
    "SocketFile",
    "SocketInUse",
    "SocketPathError",
    "describe_access",
    "fault_in",
    "private_directory",
    "serve",
]
