"""What a device touched of a client's memory, and how often."""

_BITS = 8  # of the number of marks: 256 of them, more than a picture has room for


class Touched:
    """Where the transfers of one direction went in a region of so many bytes.

    `count` of them, `total` bytes, and a mark for every 256th of the region that one was in:
    little enough to be kept at every transfer.
    """

    __slots__ = ("_shift", "count", "marks", "total")

    def __init__(self, size: int) -> None:
        self.count = 0
        self.total = 0
        self.marks = bytearray()
        """One byte each, 0 or 1; none before the first transfer. Each is for `step` bytes."""
        self._shift = max((size - 1).bit_length() - _BITS, 0)

    @property
    def step(self) -> int:
        """Bytes that a mark is for."""
        return 1 << self._shift

    def add(self, offset: int, size: int) -> None:
        """Count a transfer of one byte or more."""
        if not self.marks:
            self.marks = bytearray(1 << _BITS)
        self.count += 1
        self.total += size
        first, last = offset >> self._shift, (offset + size - 1) >> self._shift
        if first == last:
            self.marks[first] = 1
        else:
            self.marks[first : last + 1] = b"\x01" * (last + 1 - first)
