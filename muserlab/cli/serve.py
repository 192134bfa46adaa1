"""`muserlab serve`: the devices that a file defines, re-loaded when it is saved."""

import signal
import threading
import traceback
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from muserlab.cli.errors import told_in_a_line

if TYPE_CHECKING:
    from muserlab.lab import Report


@click.command(short_help="Serve the devices that a file defines.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--socket", type=click.Path(), help="Where to serve a single device.")
@click.option("--name", "names", multiple=True, help="Serve only this device. Repeatable.")
def serve(file: Path, socket: str | None, names: tuple[str, ...]) -> None:
    """Run FILE and serve every PCIDevice that it defines at its top level, until Ctrl-C.

    Each device is told in one line with its socket and how to start QEMU with it. When FILE is
    saved it is run again, and what is served is patched while in use; where that is impossible the
    reason is told and the former definition goes on.
    """
    from muserlab.device import DeviceError
    from muserlab.lab import LabError, current, ready_line
    from muserlab.server import SocketInUse, SocketPathError

    lab = current()
    detach = lab.reports.attach(tell)
    try:
        with (
            told_in_a_line(LabError, DeviceError, SocketInUse, SocketPathError, OSError),
            ended_by_signals(),
        ):
            for name in lab.serve_file(file, *names, socket=socket).devices:
                click.echo(ready_line(lab, name))
            threading.Event().wait()
    except KeyboardInterrupt:
        click.echo("stopping", err=True)
    finally:
        lab.stop()
        detach()


@contextmanager
def ended_by_signals() -> Generator[None]:
    """Let what ends a program raise KeyboardInterrupt, also where a shell had SIGINT ignored.

    A terminal that closes (SIGHUP) ends it too, unless nohup had that ignored.
    """
    ending = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        ending.append(signal.SIGHUP)
    former = [signal.signal(number, signal.default_int_handler) for number in ending]
    try:
        yield
    finally:
        for number, handler in zip(ending, former, strict=True):
            signal.signal(number, handler)


def tell(report: "Report") -> None:
    """Print what the lab has to say on standard error, an error with its traceback."""
    click.echo(str(report), err=True)
    if report.error is not None:
        click.echo("".join(traceback.format_exception(report.error)), nl=False, err=True)
