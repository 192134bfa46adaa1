"""Sizes as all views tell them; bytes.js has the same for what only a page knows."""

_UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")


def size_text(size: int) -> str:
    """Return a size, exact where it can be: `64 KiB`, `1.5 GiB`."""
    place = min(max(size.bit_length() - 1, 0) // 10, len(_UNITS) - 1)
    unit = 1 << 10 * place
    whole, rest = divmod(size, unit)
    tenths = (20 * size + unit) // (2 * unit)
    shown = f"{tenths // 10}.{tenths % 10}" if rest else f"{whole}"
    return f"{shown} {_UNITS[place]}"
