"""The command and its subcommands.

Nothing here imports trio, the lab or rich: `muserlab --help` and completion stay fast.
"""

import click

from muserlab.cli.dump import dump
from muserlab.cli.info import info
from muserlab.cli.kernelspec import kernelspec
from muserlab.cli.read import read
from muserlab.cli.serve import serve
from muserlab.cli.vm import vm
from muserlab.cli.write import write


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="muserlab")
def main() -> None:
    """Prototype PCI devices live: serve them over vfio-user, look at them, boot a guest on them."""


for command in (serve, info, read, write, dump, vm, kernelspec):
    main.add_command(command)
