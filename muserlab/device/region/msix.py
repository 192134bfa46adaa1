"""The MSI-X table and its pending bits, where they lie in a BAR."""

from muserlab.device.errors import RegionError
from muserlab.device.irq import MSIXTable


class TablePart:
    """The MSI-X table from start of a BAR."""

    label = "MSI-X table"
    plain = False

    def __init__(self, table: MSIXTable, start: int) -> None:
        self.start = start
        self.end = start + table.size
        self._table = table

    def read(self, offset: int, count: int) -> bytes:
        """Return bytes of the table."""
        return self._table.read(offset - self.start, count)

    peek = read

    def write(self, offset: int, data: bytes) -> None:
        """Write the table's writable bits."""
        self._table.write(offset - self.start, data)

    def poke(self, offset: int, _data: bytes) -> None:
        """Refuse: the table is the guest's."""
        raise RegionError(f"the {self.label} at {offset:#x} is the guest's to write")


class PbaPart:
    """The MSI-X pending bit array from start of a BAR; only vectors change it."""

    label = "MSI-X PBA"
    plain = False

    def __init__(self, table: MSIXTable, start: int) -> None:
        self.start = start
        self.end = start + table.pba_size
        self._table = table

    def read(self, offset: int, count: int) -> bytes:
        """Return bytes of the array."""
        return self._table.read_pba(offset - self.start, count)

    peek = read

    def write(self, offset: int, data: bytes) -> None:
        """Ignore the write."""

    def poke(self, offset: int, _data: bytes) -> None:
        """Refuse: vectors keep the array."""
        raise RegionError(f"the {self.label} at {offset:#x} shows which vectors wait; fire one")
