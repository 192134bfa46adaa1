"""What can be wrong with bytes that arrive: with the stream, or with one body."""

import errno


class ProtocolError(Exception):
    """The peer broke the protocol, or was asked for what it did not agree to.

    After one of these the stream is dead: its framing cannot be trusted any more.

    errno: the closest errno value, positive.
    """

    def __init__(self, message: str, errno: int = errno.EPROTO) -> None:
        super().__init__(message)
        self.errno = errno


class BodyError(Exception):
    """One message's body is malformed, while its header and so the stream are sound.

    Never leaves this package: a request becomes `Malformed`, a reply a `ProtocolError`.

    errno: what the sender should be told.
    """

    def __init__(self, reason: str, errno: int = errno.EINVAL) -> None:
        super().__init__(reason)
        self.errno = errno
