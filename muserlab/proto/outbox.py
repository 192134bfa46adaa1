"""What is to be sent: messages side by side, so that one system call takes all of a batch."""

SIZE = 1 << 16

COPIED = 4096
"""Bytes of a reply's data that are copied behind others; what is larger is sent from its place."""


class Outbox:
    """Room for what is to be sent.

    room: where it lies, from the beginning up to `filled`.
    tail: data that goes behind it, and that was too large to be copied. Nothing more can be added
      while there is any. It may be memory that is written to later: what is not sent at once has to
      be copied.
    """

    __slots__ = ("filled", "room", "tail")

    def __init__(self) -> None:
        self.room = bytearray(SIZE)
        self.filled = 0
        self.tail: bytes | memoryview = b""

    def put(self, at: int, data: bytes | memoryview) -> int:
        """Put data there, or make it the tail; return where what is in the room ends now.

        Whoever calls this has put something in front of it, and sets `filled`.
        """
        end = at + len(data)
        if len(data) > COPIED or end > SIZE:
            self.tail = data
            return at
        self.room[at:end] = data
        return end

    def add(self, message: bytes) -> bool:
        """Put a message behind the others; return false, and do nothing, where it does not fit."""
        end = self.filled + len(message)
        if self.tail or end > SIZE:
            return False
        self.room[self.filled : end] = message
        self.filled = end
        return True

    def drop(self, count: int) -> int:
        """Forget the first bytes, which were sent; return how many are left."""
        left = max(self.filled - count, 0)
        self.room[:left] = self.room[count : self.filled]
        self.tail = memoryview(self.tail)[max(count - self.filled, 0) :]
        self.filled = left
        return left + len(self.tail)

    def clear(self) -> None:
        """Forget everything."""
        self.filled = 0
        self.tail = b""
