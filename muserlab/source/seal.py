"""A mark on a written text, by which an edit shows."""

import hashlib

_MARK = "# Written by muserlab; edited since, if this does not fit: "


def sealed(text: str) -> str:
    """Return a text with a mark at its end."""
    return f"{text}\n{_MARK}{_digest(text)}\n"


def is_untouched(text: str) -> bool:
    """Tell whether a text is as it was sealed."""
    before, found, digest = text.rpartition(f"\n{_MARK}")
    return bool(found) and digest == f"{_digest(before)}\n"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
