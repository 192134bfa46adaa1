"""What is left when the process that serves ends, however it ends."""

import os
import subprocess
import sys
from pathlib import Path

SERVE = """
import muserlab as ml
dev = ml.PCIDevice("adder", id=(0x1234, 1), bar0=4096)
lab = ml.serve(dev)
assert lab.socket_path().is_socket()
"""


def run(script: str, sockets: Path) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(sockets.parent)}
    return subprocess.run(
        [sys.executable, "-c", SERVE + script],
        check=False,
        capture_output=True,
        text=True,
        timeout=30,
        env=environment,
    )


def test_a_script_that_ends_without_stopping_leaves_no_socket(sockets: Path) -> None:
    done = run("print('ready')", sockets)
    assert (done.returncode, done.stdout, done.stderr) == (0, "ready\n", "")
    assert list(sockets.iterdir()) == []


def test_a_script_that_fails_leaves_no_socket(sockets: Path) -> None:
    done = run("raise SystemExit(3)", sockets)
    assert (done.returncode, done.stderr) == (3, "")
    assert list(sockets.iterdir()) == []


def test_a_forked_child_leaves_the_parents_device_alone_and_can_serve_its_own(
    sockets: Path,
) -> None:
    script = """
import os, sys, warnings
warnings.simplefilter("ignore")
child = os.fork()
if child == 0:
    assert lab.devices == {}
    assert sys.getswitchinterval() == 0.005
    lab.stop()
    lab.serve(ml.PCIDevice("child", id=(0x1234, 2), bar0=4096))
    with lab.connect() as drv:
        drv.bar0.write(0, 1)
    sys.exit(0)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
with lab.connect() as drv:
    drv.bar0.write(0, 5)
    print(drv.bar0.read(0))
"""
    done = run(script, sockets)
    assert (done.returncode, done.stdout, done.stderr) == (0, "5\n", "")
    assert list(sockets.iterdir()) == []


def test_a_fault_in_a_plain_script_is_on_its_standard_error(sockets: Path) -> None:
    script = """
def hook(dev, kind):
    raise LookupError("in the hook")
dev.on_reset(hook)
with lab.connect() as drv:
    drv.reset()
lab.stop()
"""
    done = run(script, sockets)
    assert done.returncode == 0
    assert "adder: on_reset v1 (<string>:" in done.stderr
    assert "LookupError: in the hook" in done.stderr
