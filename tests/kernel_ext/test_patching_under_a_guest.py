"""A thousand patches, two thirds of them broken, under a guest that checks every answer."""

import random
import runpy
import textwrap
import threading
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

import muserlab as ml
from muserlab.lab import current
from muserlab.trace import Kind

pytestmark = [pytest.mark.guest, pytest.mark.usefixtures("guest_software")]

EDU = Path(__file__).parents[2] / "examples" / "edu.py"
PATCHES = 1000

# What the guest does until the device says stop: every answer is checked, every access counted.
LOOP = """
    bar={bar:#x}
    at() {{ devmem $(($bar + $1)) 32 $2; }}
    rounds=0 wrong=0
    while [ $(($(at 0x40000))) -eq 0 ]; do
        rounds=$((rounds + 1))
        value=$(((rounds * 2654435761) & 0xffffffff))
        at 0x04 $value
        [ $(($(at 0x04))) -eq $((value ^ 0xffffffff)) ] || wrong=$((wrong + 1))
        at 0x60 1
        [ $(($(at 0x24))) -eq 1 ] || wrong=$((wrong + 1))
        at 0x64 1
        [ $(($(at 0x24))) -eq 0 ] || wrong=$((wrong + 1))
    done
    echo $rounds $wrong
"""
REGISTERS = {"LIVENESS": 2, "IRQ_RAISE": 1, "IRQ_ACK": 1, "IRQ_STATUS": 2}  # accesses in a round

GOOD = {
    "LIVENESS": "dev.bar0.LIVENESS.poke(~new & 0xFFFF_FFFF)",
    "IRQ_RAISE": "dev.bar0.IRQ_STATUS.poke(dev.bar0.IRQ_STATUS.peek() | new); dev.intx.raise_()",
    "IRQ_ACK": "dev.bar0.IRQ_STATUS.poke(dev.bar0.IRQ_STATUS.peek() & ~new); dev.intx.lower()",
}
HALF_DONE = [
    "dev.bar0.LIVENESS.poke(0x1234)",
    "dev.bar0.IRQ_STATUS.poke(0xFFFF)",
    "dev.state.log.clear()",
    "dev.intx.raise_()",
    "dev.after(0, lambda dev: dev.bar0.IRQ_STATUS.poke(0xDEAD))",
]
RAISING = ["raise KeyError(new)", "1 // 0", "dev.no_such_thing", "exit()", "assert new is None"]
WRONG_SIGNATURES = ["dev", "dev, new", "dev, new, old, more", "", "*, dev, new, old"]


def cell(number: int, pick: random.Random) -> str:
    """Return a cell that patches a hook: well, with what raises, or with what is refused."""
    name = pick.choice(list(GOOD))
    params, lines = "dev, new, old", [f"dev.state.log.append({number})", GOOD[name]]
    kind = number % 3
    if kind == 1:
        lines = [*pick.sample(HALF_DONE, 3), pick.choice(RAISING)]
    elif kind == 2:
        params = pick.choice(WRONG_SIGNATURES)
    keyword = "async def" if pick.random() < 0.2 else "def"
    body = textwrap.indent("\n".join(lines), "    ")
    return f"@dev.bar0.{name}.on_write\n{keyword} patched({params}):  # {number}\n{body}\n"


@pytest.fixture
def shell(page_shell: InteractiveShell) -> InteractiveShell:
    """A session in which the edu device is served."""
    edu = runpy.run_path(str(EDU))
    page_shell.run_cell("%load_ext muserlab").raise_error()
    page_shell.user_ns |= {"ml": ml, "dev": edu["dev"]}
    page_shell.run_cell("dev.state.log = []\nlab = ml.serve(dev)").raise_error()
    return page_shell


def test_the_guest_sees_no_error_and_no_wrong_value(shell: InteractiveShell) -> None:
    dev, lab, pick = shell.user_ns["dev"], current(), random.Random(1)
    with lab.vm() as vm:
        function = f"/sys/bus/pci/devices/0000:{vm.devices['edu']}"
        vm.run(f"echo 1 > {function}/enable").check()
        bar = int(vm.run(f"head -1 {function}/resource").check().text.split()[0], 16)
        before = dev.trace.counts.pairs
        came: list[Any] = []
        loop = threading.Thread(target=lambda: came.append(vm.run(LOOP.format(bar=bar))))
        loop.start()
        outcomes = [shell.run_cell(cell(number, pick)) for number in range(PATCHES)]
        dev.bar0.BUF.poke(b"\1\0\0\0")
        loop.join(60)
        rounds, wrong = map(int, came[0].check().text.split())
        after = dev.trace.counts.pairs
    refused = [type(one.error_in_exec) for one in outcomes if one.error_in_exec is not None]
    assert refused == [ml.PatchError] * (PATCHES // 3)
    assert rounds > 0
    assert wrong == 0
    for name, accesses in REGISTERS.items():
        where = f"bar0.{name}"
        done = sum(
            after.get((kind, where), 0) - before.get((kind, where), 0)
            for kind in (Kind.READ, Kind.WRITE)
        )
        assert done == accesses * rounds, name
    failed = [entry for entry in lab.history if entry.what == "put back"]
    assert failed, "no patch that raises met an access"
    assert all(hook.current.failures == 0 for hook in map(dev_hook(dev), GOOD))
    assert lab.running


def dev_hook(dev: Any) -> Any:
    return lambda name: getattr(dev.bar0, name).on_write
