"""`muserlab info`: what any vfio-user server has to offer."""

from typing import TYPE_CHECKING

import click

from muserlab.cli.parameters import driving, socket_argument

if TYPE_CHECKING:
    from rich.table import Table

    from muserlab.client import Driver

_WIDE = 160


@click.command(short_help="Show what a vfio-user server offers.")
@socket_argument
def info(socket: str) -> None:
    """Show the device behind SOCKET: regions, interrupts, configuration space as lspci shows it.

    Works with any vfio-user server. Reads the configuration space and nothing else.
    """
    from rich.console import Console

    from muserlab.pci import decode_config

    console = Console(highlight=False, soft_wrap=True)
    if not console.is_terminal:
        console.width = _WIDE
    with driving(socket) as driver:
        config = driver.config.read_bytes(0, driver.config.size)
        sizes = {region.name: region.size for region in driver.regions}
        for line in decode_config(config, sizes).lines():
            console.print(line, markup=False)
        console.print(_regions(driver))
        console.print(_interrupts(driver))
        console.print(_protocol(driver), markup=False)


def _regions(driver: "Driver") -> "Table":
    from muserlab.client import describe_capability, format_size

    table = _table("region", "size", "access", "mappable", "capabilities")
    for region in driver.regions:
        if region.size:
            access = ("r" if region.readable else "-") + ("w" if region.writable else "-")
            known = ", ".join(map(describe_capability, region.info.capabilities))
            size = f"{region.size:#x} ({format_size(region.size)})"
            table.add_row(
                region.name, size, access, "yes" if region.mappable else "no", known or "-"
            )
    return table


def _interrupts(driver: "Driver") -> "Table":
    table = _table("interrupt", "vectors", "flags")
    for irq in driver.interrupts:
        if irq.count:
            flags = " ".join(flag.name.lower() for flag in irq.info.flags if flag.name)
            table.add_row(irq.name, str(irq.count), flags or "-")
    return table


def _protocol(driver: "Driver") -> str:
    agreed = driver.agreed
    can = agreed.capabilities
    parts = [
        f"vfio-user {agreed.major}.{agreed.minor}",
        f"max_msg_fds {can.max_msg_fds}",
        f"max_data_xfer_size {can.max_data_xfer_size}",
        f"max_dma_maps {can.max_dma_maps}",
        f"pgsizes {can.pgsizes:#x}",
        f"twin_socket {'yes' if driver.twin_socket else 'no'}",
        f"write_multiple {'yes' if can.write_multiple else 'no'}",
        f"migration {'yes' if can.migration else 'no'}",
    ]
    return ", ".join([*parts, *(f"{name} {value}" for name, value in can.unknown.items())])


def _table(*columns: str) -> "Table":
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column)
    return table
