"""What a server process is told on its standard input, and what it says on its standard output."""

import json
import sys
from collections.abc import Callable, Mapping
from typing import Any

Command = Callable[..., Any]
"""Takes a command's arguments by keyword, and returns what JSON can say."""


def obey(sockets: Mapping[str, str], commands: Mapping[str, Command]) -> None:
    """Say where the sockets are, by name; then carry out commands until there are no more."""
    _say(sockets)
    for line in sys.stdin:
        name, arguments = json.loads(line)
        _say(commands[name](**arguments))


def _say(what: object) -> None:
    print(json.dumps(what), flush=True)
