"""Numbers as a PCI device's registers have them: little-endian, unsigned."""


def pack(value: int, size: int) -> bytes:
    """Return a number's bytes. Raises ValueError where it does not fit into `size` bytes."""
    try:
        return value.to_bytes(size, "little")
    except OverflowError as error:
        raise ValueError(f"{value:#x} does not fit into {size} bytes") from error


def unpack(data: bytes) -> int:
    """Return the number that some bytes are."""
    return int.from_bytes(data, "little")
