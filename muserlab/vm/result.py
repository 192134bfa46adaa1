"""What came of a command in the guest."""

from dataclasses import dataclass
from typing import Self

from muserlab.vm.errors import CommandFailed


@dataclass(frozen=True, slots=True)
class Result:
    """What a command in the guest wrote, and its exit status: 128 + n when signal n ended it."""

    command: str
    status: int
    stdout: bytes
    stderr: bytes

    @property
    def text(self) -> str:
        """Its standard output as text."""
        return self.stdout.decode("utf-8", "replace")

    def check(self) -> Self:
        """Return this result if its status is 0, otherwise raise CommandFailed."""
        if self.status != 0:
            raise CommandFailed(
                f"`{self.command}` ended with status {self.status}: {self.last_words}"
            )
        return self

    @property
    def last_words(self) -> str:
        """The end of its standard error, or of its output if it has none there, for a message."""
        said = (self.stderr or self.stdout).decode("utf-8", "replace").strip()
        return "\n".join(said.splitlines()[-5:])

    def __str__(self) -> str:
        return self.text
