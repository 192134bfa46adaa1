"""What of a device cannot be written as text."""

from collections.abc import Sequence


class SaveError(Exception):
    """Something of a device has no form as source text; the message says what to do about it.

    ``trail`` leads to it from the outside in: the hook, then the names through which it needs what
    cannot be written.
    """

    def __init__(self, trail: Sequence[str], problem: str, remedy: str) -> None:
        self.trail = tuple(trail)
        self.problem = problem
        super().__init__(f"{' → '.join(self.trail)}: {problem}; {remedy}")
