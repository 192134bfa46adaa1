"""What can be wrong with a filter."""


class FilterError(ValueError):
    """A filter that cannot be understood: why, and which characters of it are meant."""

    def __init__(self, reason: str, start: int, end: int) -> None:
        super().__init__(reason)
        self.start = start
        self.end = end
