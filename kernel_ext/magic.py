"""`%muser`: what is served, and what can be asked for in one word."""

import difflib
from collections.abc import Callable

from IPython.core.error import UsageError

from muserlab.lab import LabError, SaveError, Suggestion, current

from .shell import Shell
from .status import Status

_USAGE = """\
%muser                   show what is served, for whom, and the last errors
%muser suggest [DEVICE]  insert a cell that declares what the device's driver asked for"""


def register(ip: Shell) -> Callable[[], object]:
    """Give a shell the magic; return what takes it away again."""

    def muser(line: str) -> Status | Suggestion | None:
        """Show what is served, who is connected, how busy it is, and the last errors.

        `%muser suggest [DEVICE]` inserts a cell that declares what a driver asked for and nobody
        answered; without a name there must be one device only.
        """
        match line.split():
            case []:
                return Status(current())
            case ["suggest"]:
                return _suggest(ip, None)
            case ["suggest", device]:
                return _suggest(ip, device)
            case words:
                near = difflib.get_close_matches(words[0], ["suggest"])
                hint = f"; did you mean {near[0]}?" if near and near[0] != words[0] else ""
                raise UsageError(f"%muser does not know {line.strip()!r}{hint}\n{_USAGE}")

    ip.register_magic_function(muser, "line", "muser")
    return lambda: ip.magics_manager.magics["line"].pop("muser", None)


def _suggest(ip: Shell, device: str | None) -> Suggestion | None:
    """Insert a cell below, or say that there is nothing for one."""
    try:
        suggestion = current().suggest(device, names=ip.user_ns)
    except (LabError, SaveError) as error:
        raise UsageError(str(error)) from error
    if not suggestion.found:
        return suggestion
    ip.set_next_input(str(suggestion), replace=False)
    return None
