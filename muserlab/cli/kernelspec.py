"""`muserlab kernelspec`: a Jupyter kernel whose notebooks start with the extension loaded."""

import importlib
from types import ModuleType

import click


@click.group(short_help="Manage the Jupyter kernel named muserlab.")
def kernelspec() -> None:
    """Install or remove a Jupyter kernel whose notebooks start with the extension loaded."""


@kernelspec.command()
@click.option("--prefix", type=click.Path(), help="An environment's root to install it into.")
@click.option("--system", is_flag=True, help="Install it for all users instead of just you.")
def install(prefix: str | None, system: bool) -> None:
    """Install the kernel, with the interpreter that runs this."""
    if prefix is not None and system:
        raise click.UsageError("--prefix and --system exclude each other")
    try:
        folder = _implementation().install_kernelspec(user=not system, prefix=prefix)
    except OSError as error:
        raise click.ClickException(f"the kernelspec cannot be installed: {error}") from error
    click.echo(f"installed the kernelspec at {folder}")


@kernelspec.command()
def remove() -> None:
    """Remove the kernel."""
    try:
        folder = _implementation().remove_kernelspec()
    except OSError as error:
        raise click.ClickException(f"the kernelspec cannot be removed: {error}") from error
    click.echo("there is no such kernelspec" if folder is None else f"removed {folder}")


def _implementation() -> ModuleType:
    """Return the notebook side, which only who has Jupyter has the packages for."""
    try:
        return importlib.import_module("muserlab.kernel_ext.kernelspec")
    except ImportError as error:
        raise click.ClickException(
            f"Jupyter is missing ({error}); install it with: pip install 'muserlab[notebook]'"
        ) from error
