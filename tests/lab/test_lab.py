"""Serving real devices in the background, and driving them by real clients."""

import asyncio
import json
import os
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import trio

import muserlab as ml
from muserlab.client import ClientError
from muserlab.lab import (
    BusyError,
    Lab,
    LabError,
    LabStopped,
    LabStuck,
    NotServed,
    PortalError,
    Report,
    ReportKind,
    served,
)
from muserlab.server import SocketFile, SocketInUse, private_directory

LIMIT = 10.0


class AdderBar(ml.BAR, size=4096):
    """The quickstart device's registers."""

    A = ml.RW(0x00)
    CTRL = ml.RW(0x08, go=ml.bit(0))
    SUM = ml.RO(0x0C)


def adder(name: str = "adder") -> Any:
    return ml.PCIDevice(name, id=(0x1234, 1), bar0=AdderBar, msi=1)


def add(dev: Any, new: Any, old: Any) -> None:
    dev.bar0.SUM.poke(dev.bar0.A.peek() + 1)


def nothing(dev: Any, new: Any, old: Any) -> None: ...


def answers(number: int) -> Any:
    """Return a hook that puts a number into SUM."""

    def hook(dev: Any, new: Any, old: Any) -> None:
        dev.bar0.SUM.poke(number)

    return hook


def too_few(dev: Any) -> None: ...


@pytest.fixture
def dev() -> Any:
    device = adder()
    device.bar0.CTRL.on_write(add)
    return device


def gone(lab: Lab, device: Any) -> None:
    """Wait until the server has noticed that its client left."""

    async def wait() -> None:
        while device.client is not None:
            await trio.lowlevel.checkpoint()

    lab.portal.run(wait)


# -- serving ---------------------------------------------------------------------------------------


def test_a_script_drives_a_served_device_by_the_names_of_its_registers(lab: Lab, dev: Any) -> None:
    lab.serve(dev)
    with lab.connect() as drv:
        drv.bar0.A.write(41)
        drv.bar0.CTRL.write(go=1)
        assert drv.bar0.SUM.read() == 42


def test_serving_the_same_device_again_changes_nothing(lab: Lab, dev: Any) -> None:
    lab.serve(dev)
    with lab.connect() as drv:
        lab.serve(dev)
        drv.bar0.A.write(1)
    assert list(lab.devices.values()) == [dev]


def test_several_devices_have_a_socket_each(lab: Lab, dev: Any, sockets: Path) -> None:
    other = adder("other")
    lab.serve(dev)
    lab.serve(other)
    assert lab.socket_path("adder") == sockets / "adder.sock"
    assert lab.socket_path("other") == sockets / "other.sock"
    with lab.connect("other") as drv:
        drv.bar0.A.write(7)
    assert (dev.bar0.A.peek(), other.bar0.A.peek()) == (0, 7)


def test_a_name_is_needed_where_several_devices_are_served(lab: Lab, dev: Any) -> None:
    with pytest.raises(NotServed, match="this lab serves nothing"):
        lab.connect()
    lab.serve(dev)
    lab.serve(adder("other"))
    with pytest.raises(NotServed, match="say which device; this lab serves adder, other"):
        lab.connect()
    with pytest.raises(NotServed, match="nonsense is not served"):
        lab.socket_path("nonsense")


def test_a_device_may_have_a_path_of_its_own(lab: Lab, dev: Any, tmp_path: Path) -> None:
    lab.serve(dev, tmp_path / "own.sock")
    assert lab.socket_path() == tmp_path / "own.sock"
    assert (tmp_path / "own.sock").is_socket()


def test_a_path_that_is_taken_is_refused_and_the_lab_goes_on(
    lab: Lab, dev: Any, tmp_path: Path
) -> None:
    with SocketFile(tmp_path / "taken.sock"):
        with pytest.raises(SocketInUse):
            lab.serve(dev, tmp_path / "taken.sock")
        assert lab.devices == {}
        lab.serve(dev)
        with lab.connect() as drv:
            drv.bar0.A.write(1)


def test_two_processes_can_serve_a_device_of_the_same_name(
    lab: Lab, dev: Any, sockets: Path
) -> None:
    with SocketFile(private_directory() / "adder.sock"):
        lab.serve(dev)
        assert lab.socket_path() == sockets / f"adder-{os.getpid()}.sock"


def test_a_served_device_does_not_move(lab: Lab, dev: Any, tmp_path: Path) -> None:
    lab.serve(dev, tmp_path / "here")
    lab.serve(dev)
    lab.serve(dev, tmp_path / "here")
    for device in (dev, adder()):
        with pytest.raises(LabError, match=f"served at {tmp_path}/here; lab.withdraw"):
            lab.serve(device, tmp_path / "there")
    assert lab.devices == {"adder": dev}


def test_a_name_that_is_no_file_name_is_served_all_the_same(lab: Lab, sockets: Path) -> None:
    lab.serve(adder("a/b c"))
    assert lab.socket_path("a/b c") == sockets / "a_b_c.sock"


def test_a_device_keeps_its_state_from_client_to_client_and_lab_to_lab(lab: Lab, dev: Any) -> None:
    lab.serve(dev)
    with lab.connect() as drv:
        drv.bar0.A.write(5)
    gone(lab, dev)
    with lab.connect() as drv:
        assert drv.bar0.A.read() == 5
    lab.stop()
    lab.serve(dev)
    with lab.connect() as drv:
        assert drv.bar0.A.read() == 5


def test_a_device_that_has_a_client_tells_the_next_one_who_that_is(lab: Lab, dev: Any) -> None:
    told = rf"adder is in use by pid {os.getpid()} \(.*\), this very process; close it there"
    lab.serve(dev)
    with lab.connect():
        with pytest.raises(BusyError, match=told) as caught:
            lab.connect()
        assert caught.value.__cause__ is None
        assert caught.value.__suppress_context__
        with pytest.raises(BusyError, match=told):
            lab.vm()
    for _ in range(20):
        lab.connect().close()


def test_a_second_client_is_turned_away_with_a_line_that_names_the_first(
    lab: Lab, dev: Any
) -> None:
    lab.serve(dev)
    with lab.connect(), pytest.raises(BusyError):
        lab.connect()
    lab.portal.call(int)  # the line comes in the step in which the door is closed
    lines = [report.text for report in lab.reports.recent if report.kind is ReportKind.LOG]
    assert any(f"turned away: pid {os.getpid()}" in line for line in lines)


def test_a_busy_cell_does_not_stop_the_device_from_answering(lab: Lab, dev: Any) -> None:
    lab.serve(dev)
    answered = threading.Event()

    def script() -> None:
        with lab.connect() as drv:
            for number in range(100):
                drv.bar0.A.write(number)
        answered.set()

    driver = threading.Thread(target=script)
    driver.start()
    turns = 0
    while not answered.is_set():
        turns += 1
    driver.join()
    assert turns > 0
    assert dev.bar0.A.peek() == 99


def test_the_lab_is_not_to_be_waited_for_on_its_own_thread(lab: Lab, dev: Any) -> None:
    refused: list[type[Exception]] = []

    def on_write(dev: Any, new: int, old: int) -> None:
        for call in (lab.connect, lab.stop, lambda: lab.serve(dev)):
            try:
                call()
            except PortalError as error:
                refused.append(type(error))

    lab.serve(dev)
    dev.bar0.CTRL.on_write(on_write)
    with lab.connect() as drv:
        drv.bar0.CTRL.write(1)
    assert refused == [PortalError] * 3


def test_the_arguments_for_qemu_can_be_pasted(lab: Lab, dev: Any) -> None:
    lab.serve(dev)
    lab.serve(adder("other"))
    arguments = lab.qemu_args("adder", memory="1G")
    assert arguments[:2] == ("-M", "q35,memory-backend=mem")
    assert "memory-backend-memfd,id=mem,size=1G,share=on" in arguments
    assert json.loads(arguments[-1]) == {
        "driver": "vfio-user-pci",
        "socket": {"type": "unix", "path": str(lab.socket_path("adder"))},
        "x-msg-timeout": 600_000,
    }
    assert repr(arguments).endswith(f"-device '{arguments[-1]}'")
    assert [arguments.count("-device"), lab.qemu_args().count("-device")] == [1, 2]


# -- faults and status -----------------------------------------------------------------------------


def test_a_hook_that_raises_is_reported_and_the_client_goes_on(lab: Lab, dev: Any) -> None:
    def broken(dev: Any, new: int, old: int) -> None:
        raise LookupError("in the hook")

    lab.serve(dev)
    dev.bar0.CTRL.on_write(broken)
    with lab.connect() as drv:
        drv.bar0.A.write(41)
        drv.bar0.CTRL.write(1)
        assert drv.bar0.SUM.read() == 42
    (fault,) = lab.status().faults
    assert isinstance(fault.error, LookupError)
    assert fault.device == "adder"


def test_the_answer_to_a_patch_is_told_before_the_cell_ends(lab: Lab, dev: Any) -> None:
    heard: list[Report] = []
    lab.reports.attach(heard.append)
    lab.serve(dev)
    dev.bar0.CTRL.on_write(nothing)
    assert [str(report) for report in heard] == ["adder: CTRL.on_write v2, from access 1"]


def test_the_status_tells_what_is_served_for_whom_and_how_busy_it_is(lab: Lab, dev: Any) -> None:
    assert str(lab.status()) == "nothing is served"
    lab.serve(dev)
    with lab.connect() as drv:
        drv.bar0.A.write(1)
        (status,) = lab.status().devices
    assert (status.name, status.socket) == ("adder", lab.socket_path())
    assert str(status.client).startswith(f"pid {os.getpid()}")
    assert status.accesses == dev.trace.accesses == 1
    assert status.rates is not None
    assert status.rates.accesses > 0
    assert str(status).startswith(f"adder: pid {os.getpid()}")
    line = repr(lab).splitlines()[1].split()
    assert (line[0], line[-2:]) == ("adder", ["1", str(lab.socket_path())])


# -- patching --------------------------------------------------------------------------------------


def test_patches_in_a_block_are_made_together_at_its_end(lab: Lab, dev: Any) -> None:
    lab.serve(dev)
    with lab.connect() as drv:
        with lab.patch():
            dev.bar0.CTRL.on_write(answers(7))
            dev.bar0.A.on_write(answers(8))
            drv.bar0.A.write(1)
            assert drv.bar0.SUM.read() == 0
        drv.bar0.A.write(1)
        assert drv.bar0.SUM.read() == 8
        drv.bar0.CTRL.write(1)
        assert drv.bar0.SUM.read() == 7


def test_an_error_in_the_block_drops_all_of_its_patches(lab: Lab, dev: Any) -> None:
    lab.serve(dev)
    with pytest.raises(ml.PatchError), lab.patch():  # noqa: PT012 - the block is what is tested
        dev.bar0.A.on_write(nothing)
        dev.bar0.CTRL.on_write(too_few)
    assert not dev.bar0.A.on_write
    dev.bar0.A.on_write(nothing)
    assert dev.bar0.A.on_write


def test_a_step_that_fails_leaves_everything_as_it_was(lab: Lab, dev: Any) -> None:
    lab.serve(dev)
    with pytest.raises(ml.PatchError, match="nothing to undo"), lab.patch():  # noqa: PT012
        dev.bar0.CTRL.on_write(nothing)
        dev.bar0.A.on_write.undo()
    assert dev.bar0.CTRL.on_write.current.number == 1


def test_patches_do_not_nest_and_need_something_that_is_served(lab: Lab, dev: Any) -> None:
    with pytest.raises(LabStopped), lab.patch():
        pass
    lab.serve(dev)
    with lab.patch(), pytest.raises(ml.LabError, match="do not nest"), lab.patch():
        pass


# -- stopping --------------------------------------------------------------------------------------


@pytest.mark.usefixtures("nothing_left")
def test_nothing_is_left_after_stop(lab: Lab, dev: Any, sockets: Path) -> None:
    lab.serve(dev)
    lab.serve(adder("other"))
    dev.every(0.001, id)
    dev.host.spawn(trio.sleep_forever)
    with lab.connect("adder") as drv:
        drv.bar0.A.write(1)
        lab.stop()
        lab.stop()
    assert list(sockets.iterdir()) == []
    assert lab.devices == {}
    assert (dev.client, repr(lab)) == (None, "a lab that serves nothing")
    with pytest.raises(ml.DeviceError, match="serve the device first"):
        dev.after(0, id)


@pytest.mark.usefixtures("nothing_left")
def test_stop_cancels_a_hook_that_hangs_in_await(lab: Lab, dev: Any) -> None:
    hanging = threading.Event()

    async def hang(dev: Any, new: int, old: int) -> None:
        hanging.set()
        await trio.sleep_forever()

    def script() -> None:
        with pytest.raises(ClientError), lab.connect() as drv:
            drv.bar0.CTRL.write(1)

    lab.serve(dev)
    dev.bar0.CTRL.on_write(hang)
    driver = threading.Thread(target=script)
    driver.start()
    assert hanging.wait(LIMIT)
    lab.stop(LIMIT)
    driver.join()


@pytest.mark.usefixtures("nothing_left")
def test_stop_says_which_hook_never_returns(lab: Lab, dev: Any) -> None:
    hanging, release = threading.Event(), threading.Event()

    def hang(dev: Any, new: int, old: int) -> None:
        hanging.set()
        release.wait()

    def script() -> None:
        with suppress(ClientError), lab.connect() as drv:
            drv.bar0.CTRL.write(1)

    lab.serve(dev)
    dev.bar0.CTRL.on_write(hang)
    driver = threading.Thread(target=script)
    driver.start()
    assert hanging.wait(LIMIT)
    with pytest.raises(
        LabStuck, match=r"is in hang \(test_lab\.py:\d+\), .*neither returns nor awaits"
    ):
        lab.stop(timeout=0.01)
    release.set()
    lab.stop(LIMIT)
    driver.join()


@pytest.mark.usefixtures("sockets")
def test_a_server_that_ends_by_itself_is_reported_and_can_be_served_again(
    dev: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ends(*_: Any, task_status: trio.TaskStatus[Any], **__: Any) -> None:
        task_status.started(None)
        raise OSError("the socket went away")

    faults: list[Report] = []
    reported = threading.Event()

    def listen(report: Report) -> None:
        if report.kind is ReportKind.FAULT:
            faults.append(report)
            reported.set()

    with Lab() as lab:
        lab.reports.attach(listen)
        with monkeypatch.context() as patched:
            patched.setattr(served, "serve", ends)
            lab.serve(dev)
            assert reported.wait(LIMIT)
        assert "ended by itself" in faults[0].text
        assert lab.devices == {}
        lab.serve(dev)
        with lab.connect() as drv:
            drv.bar0.A.write(1)


def test_a_cell_awaits_a_transfer_that_takes_messages(lab: Lab) -> None:
    dev = adder()
    lab.serve(dev)

    async def cell(iova: int) -> bytes:
        return await lab.submit(dev.dma.aread, iova, 5)

    with lab.connect() as drv:
        memory = drv.dma.offer(4096)
        memory.view[:5] = b"hello"
        # The driver answers DMA messages while it waits for something: here, for its own reads.
        answer = lab.submit(dev.dma.aread, memory.iova, 5)
        while not answer.done():
            drv.bar0.A.read()
        assert answer.result() == b"hello"
    with lab.connect() as drv:
        shared = drv.dma.share(4096)
        shared.view[:5] = b"there"
        assert asyncio.run(cell(shared.iova)) == b"there"


def test_a_withdrawn_device_loses_its_client_and_the_others_go_on(lab: Lab) -> None:
    first, second = adder("first"), adder("second")
    lab.serve(first)
    lab.serve(second)
    path = lab.socket_path("first")
    with lab.connect("first") as lost, lab.connect("second") as kept:
        lab.withdraw("first")
        with pytest.raises(ClientError):
            lost.bar0.A.read()
        assert kept.bar0.A.read() == 0
    assert not path.exists()
    assert lab.devices == {"second": second}
    with pytest.raises(NotServed, match="first is not served"):
        lab.withdraw("first")
    lab.serve(first)
    with lab.connect("first") as drv:
        assert drv.bar0.A.read() == 0


def test_a_hook_that_raises_what_ends_threads_ends_nothing(lab: Lab) -> None:
    def interrupt(dev: Any, new: Any, old: Any) -> None:
        raise KeyboardInterrupt

    bad = adder("bad")
    bad.bar0.CTRL.on_write(interrupt)
    lab.serve(adder("good"))
    lab.serve(bad)
    for name in ("bad", "good"):
        with lab.connect(name) as drv:
            with suppress(ClientError):
                drv.bar0.CTRL.write(go=1)
            assert drv.bar0.CTRL.read() == 1


def test_a_hook_cannot_withdraw_a_device(lab: Lab) -> None:
    refusals: list[str] = []

    def withdraw(dev: Any, new: Any, old: Any) -> None:
        try:
            lab.withdraw("adder")
        except PortalError as refusal:
            refusals.append(str(refusal))

    device = adder()
    device.bar0.CTRL.on_write(withdraw)
    lab.serve(device)
    with lab.connect() as drv:
        drv.bar0.CTRL.write(go=1)
    assert len(refusals) == 1
    assert lab.devices == {"adder": device}


def test_the_traces_of_all_devices_are_one_that_follows_what_is_served(lab: Lab) -> None:
    for name in ("one", "two"):
        lab.serve(ml.PCIDevice(name, id=(0x1234, 1), bar0=4096))
        with lab.connect(name) as drv:
            drv.bar0.write_bytes(0, b"\x01")
    assert [entry.device for entry in lab.trace.view("write")] == ["one", "two"]
    lab.withdraw("one")
    assert {entry.device for entry in lab.trace} == {"two"}
    assert "two" in repr(lab.trace)
