"""Where an event was, as summaries tell it."""

Place = tuple[str, str, str]
"""A device, a kind's text, and where."""
