"""Errors as one clear line and an exit status, instead of a traceback."""

from collections.abc import Generator
from contextlib import contextmanager

import click


@contextmanager
def told_in_a_line(*kinds: type[Exception]) -> Generator[None]:
    """Turn these errors into click's: their message on standard error, exit status 1."""
    try:
        yield
    except kinds as error:
        raise click.ClickException(str(error)) from error
