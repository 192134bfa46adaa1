"""An access that is kept waiting until a person says what is to become of it."""

import errno
from dataclasses import dataclass
from typing import Any, Literal

from muserlab.device.access import Access
from muserlab.live import Failure


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of an access that was held.

    resume  it goes on; with a value, a read answers that, and a write stores that
    retry   it is made again, or the hook that failed is called again
    fail    the client gets the errno, and people the reason
    """

    what: Literal["resume", "retry", "fail"] = "resume"
    value: int | bytes | None = None
    errno: int = errno.EIO
    reason: str = "by hand"

    @property
    def number(self) -> int | None:
        """The value as a number, of bytes little endian."""
        return int.from_bytes(self.value, "little") if isinstance(self.value, bytes) else self.value


RESUME = Verdict()
RETRY = Verdict("retry")


@dataclass(frozen=True, slots=True)
class Pending:
    """An access that waits, and why.

    `new` and `old` are what a write would leave, and what there is; of a read both are what there
    is. `failure` is the hook's, where that is why it waits; else a breakpoint, or its condition
    that raised, is told in `reason`.
    """

    access: Access
    reason: str
    new: Any = None
    old: Any = None
    failure: Failure | None = None
