"""The muserlab command: one module a command, each of which imports what it needs when it runs."""

from muserlab.cli.app import main

__all__ = ["main"]
