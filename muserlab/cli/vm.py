"""`muserlab vm`: what a guest needs, and a guest with served devices in it."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from muserlab.cli.errors import told_in_a_line

if TYPE_CHECKING:
    from muserlab.vm import Config, Guest


@click.group(short_help="Boot a Linux guest with served devices in it.")
def vm() -> None:
    """Boot a Linux guest under QEMU with served devices in it, and get what that needs."""


@vm.command()
def install() -> None:
    """Fetch QEMU, a kernel and busybox into your cache, without root; again is quick."""
    from rich.console import Console
    from rich.progress import Progress, TaskID

    from muserlab.vm import VmError
    from muserlab.vm import install as fetch

    with told_in_a_line(VmError, OSError), Progress(console=Console(stderr=True)) as bars:
        steps: dict[str, TaskID] = {}

        def progress(step: str, done: int, total: int) -> None:
            if step not in steps:
                steps[step] = bars.add_task(step)
            bars.update(steps[step], completed=done, total=total)

        sysroot = fetch(progress)
    click.echo(f"guest software: {sysroot.path}")


@vm.command()
def status() -> None:
    """Tell which QEMU and guest software would be used; exit status 1 where one is missing."""
    from muserlab.vm import Sysroot, VmError, find_qemu

    with told_in_a_line(VmError, OSError):
        click.echo(find_qemu())
        sysroot = Sysroot.require()
        kernels = [name for name in sysroot.packages if name.startswith("linux-image-")]
        versions = ", ".join(f"{name} {sysroot.packages[name]}" for name in kernels)
        click.echo(f"guest software: {versions or 'no kernel'} at {sysroot.path}")


@vm.command()
@click.argument("sockets", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--run", "-c", "commands", multiple=True, help="Run this in the guest, then end it. Repeatable."
)
@click.option("--memory", default=256, show_default=True, help="The guest's memory in MiB.")
@click.option("--kvm", is_flag=True, help="Use KVM instead of emulating the processor.")
@click.pass_context
def boot(
    ctx: click.Context, sockets: tuple[Path, ...], commands: tuple[str, ...], memory: int, kvm: bool
) -> None:
    """Boot a guest with the devices behind SOCKETS, and run commands in it.

    Without --run, commands are read line by line; Ctrl-D ends the guest. The exit status is that
    of the last command.
    """
    import trio

    from muserlab.vm import Config, Device, VmError

    with told_in_a_line(VmError, ValueError, OSError):
        config = Config(
            devices=[Device(path.stem, path.absolute()) for path in sockets],
            memory=memory,
            accel="kvm" if kvm else "tcg",
        )
        ctx.exit(trio.run(_boot, config, commands))


async def _boot(config: "Config", commands: tuple[str, ...]) -> int:
    from muserlab.vm import boot as boot_guest

    async with boot_guest(config) as guest:
        for name, address in guest.devices.items():
            click.echo(f"{name} is {address} in the guest", err=True)
        status = 0
        for command in commands:
            status = await _run(guest, command)
        while not commands and (line := await _next_line()):
            status = await _run(guest, line.rstrip("\n"))
    return status


async def _run(guest: "Guest", command: str) -> int:
    result = await guest.run(command)
    click.echo(result.stdout, nl=False)
    click.echo(result.stderr, nl=False, err=True)
    return result.status


async def _next_line() -> str:
    """Read a line from standard input, without holding the guest up; "" at its end."""
    import trio

    if sys.stdin.isatty():
        click.echo("guest# ", nl=False, err=True)
    return await trio.to_thread.run_sync(sys.stdin.readline, abandon_on_cancel=True)
