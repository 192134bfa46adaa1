"""What several commands take: numbers in any base, regions by name or index, a server's socket."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from muserlab.client import Driver, Region


def number(text: str) -> int:
    """Return an unsigned number: decimal, or with 0x, 0o or 0b in front."""
    try:
        value = int(text, 0)
    except ValueError:
        raise click.BadParameter(f"{text!r} is no number such as 42 or 0x2a") from None
    if value < 0:
        raise click.BadParameter(f"{text} is negative")
    return value


WIDTH = click.Choice(["1", "2", "4", "8"])

socket_argument = click.argument("socket", type=click.Path())
region_argument = click.argument("region")
size_option = click.option(
    "--size", type=WIDTH, default="4", show_default=True, help="Bytes of each access."
)


@contextmanager
def driving(socket: str) -> Generator["Driver"]:
    """Be the driver of the device behind a socket, with its errors told in a line each."""
    from muserlab.cli.errors import told_in_a_line
    from muserlab.client import ClientError, ServerGone, connect

    with told_in_a_line(ClientError, ValueError):
        try:
            driver = connect(socket)
        except ServerGone as error:
            raise click.ClickException(
                f"{socket}: {error} (a device takes one client at a time: is another connected?)"
            ) from error
        with driver:
            yield driver


def pick_region(driver: "Driver", wanted: str) -> "Region":
    """Return a region by its name (bar0 … bar5, rom, config, vga, region9 …) or VFIO index."""
    for region in driver.regions:
        if wanted in {region.name, str(region.index)}:
            if region.size:
                return region
            break
    present = ", ".join(region.name for region in driver.regions if region.size)
    raise click.ClickException(f"the device has no region {wanted}; it has {present or 'none'}")
