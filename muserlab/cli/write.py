"""`muserlab write`: one write, as a guest does it."""

import click

from muserlab.cli.parameters import (
    driving,
    number,
    pick_region,
    region_argument,
    size_option,
    socket_argument,
)


@click.command(short_help="Write a register of a served device.")
@socket_argument
@region_argument
@click.argument("offset", type=number)
@click.argument("value", type=number)
@size_option
def write(socket: str, region: str, offset: int, value: int, size: str) -> None:
    """Write VALUE to REGION (bar0 … bar5, rom, config, vga, or an index) at OFFSET.

    This is what a guest's driver does, with all of its side effects: access types apply, and hooks
    run.
    """
    with driving(socket) as driver:
        pick_region(driver, region).write(offset, value, int(size))
