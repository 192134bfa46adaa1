"""`%load_ext muserlab` in a real IPython shell, and what is left when it goes."""

import gc
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from IPython.core.interactiveshell import InteractiveShell

from muserlab.lab import current

SERVE = """
import muserlab as ml
dev = ml.PCIDevice("adder", id=(0x1234, 0x0001), bar0=4096)
lab = ml.serve(dev)
"""


def traces(shell: InteractiveShell) -> dict[str, Any]:
    """Return everything that loading the extension might leave behind."""
    gc.collect()
    formatter: Any = shell.display_formatter
    events: Any = shell.events
    fds = {fd.readlink() for fd in Path("/proc/self/fd").iterdir() if fd.is_symlink()}
    return {
        "threads": {thread.name for thread in threading.enumerate()},
        "fds": {str(fd) for fd in fds if "/proc/" not in str(fd)},
        "magics": set(shell.magics_manager.magics["line"]),
        "formatters": dict(formatter.mimebundle_formatter.type_printers),
        "callbacks": {event: list(found) for event, found in events.callbacks.items()},
        "signal": signal.getsignal(signal.SIGUSR2),
        "switch interval": sys.getswitchinterval(),
    }


def run(shell: InteractiveShell, cell: str) -> Any:
    """Run a cell that must succeed; return its value."""
    done = shell.run_cell(cell)
    done.raise_error()
    return done.result


def test_unloading_leaves_nothing_behind(page_shell: InteractiveShell) -> None:
    before = traces(page_shell)
    run(page_shell, "%load_ext muserlab")
    run(page_shell, SERVE)
    run(page_shell, "lab.connect().close()")
    socket = current().socket_path()
    assert traces(page_shell) != before
    run(page_shell, "%unload_ext muserlab")
    page_shell.user_ns.clear()
    assert traces(page_shell) == before
    assert not socket.exists()


def test_loading_twice_is_loading_once(page_shell: InteractiveShell) -> None:
    before = traces(page_shell)
    run(page_shell, "%load_ext muserlab")
    once = traces(page_shell)
    run(page_shell, "import muserlab; muserlab.load_ipython_extension(get_ipython())")
    assert traces(page_shell) == once
    run(page_shell, "muserlab.unload_ipython_extension(get_ipython())")
    run(page_shell, "muserlab.unload_ipython_extension(get_ipython())")
    assert traces(page_shell) == before


def test_reloading_stops_the_lab_and_works_as_before(page_shell: InteractiveShell) -> None:
    run(page_shell, "%load_ext muserlab")
    loaded = traces(page_shell)
    run(page_shell, SERVE)
    run(page_shell, "%reload_ext muserlab")
    assert not current().running
    assert traces(page_shell)["threads"] == loaded["threads"]
    assert traces(page_shell)["magics"] == loaded["magics"]
    run(page_shell, SERVE)
    assert "adder: no client" in repr(run(page_shell, "%muser"))
    run(page_shell, "%unload_ext muserlab")


def test_a_device_has_a_panel_on_a_page_and_its_repr_in_a_terminal(
    page_shell: InteractiveShell,
) -> None:
    run(page_shell, SERVE)
    run(page_shell, "%load_ext muserlab")
    shown = formatted(page_shell, "dev")
    assert "application/vnd.jupyter.widget-view+json" in shown
    assert "Unassigned class [ff00]: Device 1234:0001" in shown["text/html"]
    run(page_shell, "%unload_ext muserlab")
    page_shell.kernel = None  # what a terminal's shell has not
    run(page_shell, "%load_ext muserlab")
    assert list(formatted(page_shell, "dev")) == ["text/plain"]
    assert formatted(page_shell, "dev")["text/plain"].startswith("adder: ")


def test_other_things_show_themselves_too(page_shell: InteractiveShell) -> None:
    run(page_shell, "%load_ext muserlab")
    run(page_shell, SERVE)
    assert formatted(page_shell, "lab")["text/plain"].startswith("adder: no client, 0 accesses")
    for thing in ("dev.bar0", "dev.config", "dev.msi", "dev.trace", "lab.trace.view('irq')"):
        assert "application/vnd.jupyter.widget-view+json" in formatted(page_shell, thing), thing
    run(page_shell, "dev.region(0).read(0x40, 4)")
    assert (
        "<td style='text-align:left;font-family:monospace'>0x0040</td>"
        in (formatted(page_shell, "dev.unhandled")["text/html"])
    )
    tried = formatted(page_shell, "dev.bar0.on_read.try_(lambda dev, offset, count: 1 // 0)")
    assert "2 differences in 1 access" in tried["text/html"]
    assert "ZeroDivisionError" in tried["text/html"].partition("<pre>")[2]
    result = "ml.Result('cat', 0, b'1 < 2', b'')"
    assert formatted(page_shell, result)["text/html"] == "<pre>1 &lt; 2</pre>"


def formatted(shell: InteractiveShell, thing: str) -> dict[str, Any]:
    """Return what IPython would show of something."""
    formatter: Any = shell.display_formatter
    data, _ = formatter.format(run(shell, thing))
    return data


def test_a_terminal_needs_only_ipython() -> None:
    script = """
import sys
for name in ("ipykernel", "ipywidgets", "anywidget", "jupyter_client", "jupyter_core", "comm"):
    sys.modules[name] = None
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.run_cell('''%load_ext muserlab
import muserlab as ml
class Bar(ml.BAR, size=4096):
    CTRL = ml.RW(0)
dev = ml.PCIDevice("adder", id=(0x1234, 0x0001), bar0=Bar)
lab = ml.serve(dev)''').raise_error()
shell.run_cell('''dev.bar0.CTRL.on_write(lambda dev, new, old: dev.nonsense) and None''')
shell.run_cell('''with lab.connect() as drv: drv.bar0.CTRL.write(1)''')
shell.run_cell('dev.bar0')
shell.run_cell('%unload_ext muserlab')
"""
    done = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True, timeout=60
    )
    assert done.stderr == ""
    assert "CTRL.on_write v1, from access 1" in done.stdout
    assert "'PCIDevice' object has no attribute 'nonsense'" in done.stdout
    assert "bar0: Bar, 0x1000 bytes\n  0x0000  CTRL  RW    0x00000001\n" in done.stdout
