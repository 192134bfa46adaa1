"""The first message of a connection, and its reply."""

from dataclasses import dataclass, field
from struct import Struct
from typing import ClassVar, Self

from ..capabilities import Capabilities
from ..constants import MAJOR, MINOR, Command
from .body import RequestBody, unpack

_VERSION = Struct("=HH")


@dataclass(frozen=True, slots=True)
class Version(RequestBody):
    """A protocol version and what the sender can do (VFIO_USER_VERSION, request and reply).

    On the wire: major and minor (2 bytes each), then JSON with a terminating NUL, which may be
    left out altogether.
    """

    command: ClassVar[Command] = Command.VERSION

    major: int = MAJOR
    minor: int = MINOR
    capabilities: Capabilities = field(default_factory=Capabilities)

    def encode(self) -> bytes:
        """Lay the version out, JSON and NUL included."""
        return _VERSION.pack(self.major, self.minor) + self.capabilities.to_json() + b"\0"

    @classmethod
    def decode(cls, payload: memoryview) -> Self:
        """Read a version; what is not said has the specification's default."""
        major, minor = unpack(_VERSION, payload)
        return cls(major, minor, Capabilities.from_json(bytes(payload[_VERSION.size :])))
