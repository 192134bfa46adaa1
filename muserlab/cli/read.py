"""`muserlab read`: one read, as a guest does it."""

import click

from muserlab.cli.parameters import (
    driving,
    number,
    pick_region,
    region_argument,
    size_option,
    socket_argument,
)


@click.command(short_help="Read a register of a served device.")
@socket_argument
@region_argument
@click.argument("offset", type=number)
@size_option
def read(socket: str, region: str, offset: int, size: str) -> None:
    """Read a number from REGION (bar0 … bar5, rom, config, vga, or an index) at OFFSET.

    This is what a guest's driver does, with all of its side effects: a register that clears when
    it is read is clear afterwards, and hooks run.
    """
    width = int(size)
    with driving(socket) as driver:
        value = pick_region(driver, region).read(offset, width)
    click.echo(f"{value:#0{2 + 2 * width}x}")
