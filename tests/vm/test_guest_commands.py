import functools
import random
from pathlib import Path

import pytest
import trio

from muserlab.vm import (
    TERMINAL_SIZE,
    CommandFailed,
    CommandTimeout,
    GuestGone,
    GuestPanic,
    MonitorError,
)

from .conftest import GuestOnThread

pytestmark = pytest.mark.guest


def test_a_command_gives_its_output_and_status(running_guest: GuestOnThread) -> None:
    result = running_guest.run("echo out; echo err >&2; exit 3")
    assert (result.stdout, result.stderr, result.status) == (b"out\n", b"err\n", 3)


def test_a_failed_command_raises_only_when_checked(running_guest: GuestOnThread) -> None:
    with pytest.raises(CommandFailed, match=r"status 127.*nonsense"):
        running_guest.run("nonsense").check()
    assert running_guest.run("true").check().status == 0


def test_output_of_any_bytes_comes_back_exactly(running_guest: GuestOnThread) -> None:
    content = random.Random(1).randbytes(300_001) + bytes(range(256)) + b"\n\ndone 1 0\n"
    result = running_guest.run("tee /dev/stderr", given=content, timeout=60)
    assert result.stdout == content
    assert result.stderr == content


def test_a_command_without_input_reads_its_end(running_guest: GuestOnThread) -> None:
    assert running_guest.run("cat; echo over", timeout=10).stdout == b"over\n"


def test_a_script_may_have_quotes_and_many_lines(running_guest: GuestOnThread) -> None:
    script = 'for word in \'a  b\' "c\'d"; do\n  echo "<$word>"\ndone\nexit 5\n'
    result = running_guest.run(script)
    assert (result.text, result.status) == ("<a  b>\n<c'd>\n", 5)


def test_a_script_too_long_for_one_argument_is_refused_with_the_way_out(
    running_guest: GuestOnThread,
) -> None:
    with pytest.raises(ValueError, match="as input to `sh`"):
        running_guest.run("#" * 200_000)
    assert running_guest.run("sh", given=b"#" * 200_000 + b"\necho ran").text == "ran\n"


def test_the_agent_survives_commands_that_touch_what_is_around_it(
    running_guest: GuestOnThread,
) -> None:
    running_guest.run("cd /; exec 3>&- 4>&- 5>&-; set -e; PATH=; kill -9 $$")
    assert running_guest.run("pwd; echo $PATH").text == "/root\n/usr/bin\n"


def test_a_command_killed_by_a_signal_says_so_in_its_status(running_guest: GuestOnThread) -> None:
    assert running_guest.run("kill -TERM $$").status == 128 + 15


def test_a_command_that_takes_too_long_is_killed_with_its_children(
    running_guest: GuestOnThread,
) -> None:
    with pytest.raises(CommandTimeout, match=r"0\.5 s and was killed.*: begun"):
        running_guest.run("echo begun; sleep 4321 & sleep 4321", timeout=0.5)
    assert "sleep 4321" not in running_guest.run("ps").text


def test_what_a_command_leaves_in_the_background_goes_on(running_guest: GuestOnThread) -> None:
    assert running_guest.run("sleep 100 & echo $! > /tmp/background", timeout=10).status == 0
    assert running_guest.run("kill $(cat /tmp/background)").status == 0


def test_several_commands_run_at_a_time(running_guest: GuestOnThread) -> None:
    async def meet() -> None:
        async with trio.open_nursery() as nursery:
            # Each waits for the other to have begun.
            for mine, other in (("a", "b"), ("b", "a")):
                command = f"touch /tmp/{mine}; until [ -e /tmp/{other} ]; do usleep 1000; done"
                nursery.start_soon(functools.partial(running_guest.guest.run, command, timeout=20))

    running_guest.call(meet)


def test_a_cancelled_command_is_killed_in_the_guest(running_guest: GuestOnThread) -> None:
    async def cancelled() -> None:
        with trio.move_on_after(0.3):
            await running_guest.guest.run("echo $$ > /tmp/cancelled; sleep 4322")

    running_guest.call(cancelled)
    gone = "while kill -0 $(cat /tmp/cancelled) 2> /dev/null; do usleep 10000; done"
    assert running_guest.run(gone, timeout=10).status == 0


def test_the_agent_starts_again_when_it_is_killed(running_guest: GuestOnThread) -> None:
    with pytest.raises(GuestGone, match="started anew"):
        running_guest.run("killall -9 sh; sleep 100", timeout=30)
    assert running_guest.run("echo here").text == "here\n"


def test_only_the_tools_and_devices_that_belong_there_are_there(
    running_guest: GuestOnThread,
) -> None:
    assert running_guest.run("gpiodetect && setpci --version").status == 0
    classes = running_guest.run("lspci -n | cut -d ' ' -f 2 | sort | uniq -c").text.split()
    assert classes == ["1", "0600:", "1", "0601:", "2", "0604:", "1", "0780:"]


def test_modules_are_loaded_on_demand_with_what_they_need(running_guest: GuestOnThread) -> None:
    running_guest.run("modprobe uio_pci_generic && modprobe gpio_pci_idio_16").check()
    loaded = running_guest.run("cut -d ' ' -f 1 /proc/modules").text.split()
    assert {"uio_pci_generic", "uio", "gpio_pci_idio_16", "gpio_idio_16", "gpio_regmap"} <= {
        *loaded
    }


def test_qemu_tells_the_state_and_refuses_with_its_reason(running_guest: GuestOnThread) -> None:
    assert running_guest.call(running_guest.guest.status) == "running"
    with pytest.raises(MonitorError, match=r"nowhere\.sock"):
        running_guest.call(running_guest.guest.add_device, "nothing", Path("/nowhere.sock"))
    assert running_guest.guest.devices == {}


def test_a_device_that_is_not_there_cannot_be_removed(running_guest: GuestOnThread) -> None:
    with pytest.raises(ValueError, match="no device named nothing"):
        running_guest.call(running_guest.guest.remove_device, "nothing")


def test_what_drivers_say_is_kept_as_console_text(running_guest: GuestOnThread) -> None:
    running_guest.run("echo the driver speaks > /dev/kmsg")
    assert "the driver speaks" in running_guest.guest.console


def type_keys(running: GuestOnThread, keys: bytes) -> None:
    """Type at the guest's serial line."""

    async def typed() -> None:
        await trio.lowlevel.checkpoint()
        running.guest.type(keys)

    running.call(typed)


def test_a_shell_on_the_serial_line_runs_what_is_typed(running_guest: GuestOnThread) -> None:
    type_keys(running_guest, b"(tty; stty size) > /tmp/typed.new; mv /tmp/typed.new /tmp/typed\r")
    seen = running_guest.run("until [ -e /tmp/typed ]; do usleep 10000; done; cat /tmp/typed")
    columns, lines = TERMINAL_SIZE
    assert seen.text == f"/dev/ttyS0\n{lines} {columns}\n"
    assert "mv /tmp/typed.new /tmp/typed" in running_guest.guest.console


def test_ctrl_c_ends_what_was_typed(running_guest: GuestOnThread) -> None:
    type_keys(running_guest, b"tail -f /dev/null\r")
    running_guest.run("until pidof tail; do usleep 10000; done", timeout=30)
    type_keys(running_guest, b"\x03")
    running_guest.run("while pidof tail; do usleep 10000; done", timeout=30)


def test_a_shell_that_ends_is_followed_by_another(running_guest: GuestOnThread) -> None:
    shells = """ps -o pid,tty | awk '$2 == "4,64" {print $1}'"""
    before = running_guest.run(shells).text.strip()
    assert before.isdigit()
    type_keys(running_guest, b"exit\r")
    changed = f'now=$({shells}); [ -n "$now" ] && [ "$now" != {before} ]'
    running_guest.run(f"until {changed}; do usleep 10000; done", timeout=30)


def test_a_reset_fails_what_is_under_way_and_gives_a_fresh_guest(
    running_guest: GuestOnThread,
) -> None:
    outcomes: list[str] = []

    async def interrupted() -> None:
        with pytest.raises(GuestGone, match="was reset"):
            await running_guest.guest.run("sleep 100")
        outcomes.append("gone")

    async def reset_meanwhile() -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(interrupted)
            await running_guest.guest.run("touch /tmp/before")
            await running_guest.guest.reset()

    running_guest.call(reset_meanwhile)
    assert outcomes == ["gone"]
    assert running_guest.run("ls /tmp").text == ""


def test_a_panic_is_told_with_its_reason_and_a_reset_helps(running_guest: GuestOnThread) -> None:
    with pytest.raises(GuestPanic, match="panicked: sysrq triggered crash"):
        running_guest.run("echo c > /proc/sysrq-trigger; sleep 100", timeout=30)
    with pytest.raises(GuestPanic):
        running_guest.run("true")
    running_guest.call(running_guest.guest.reset)
    assert running_guest.run("echo better").text == "better\n"


def test_a_guest_that_reboots_itself_is_heard_from_again(running_guest: GuestOnThread) -> None:
    with pytest.raises(GuestGone, match="started anew"):
        running_guest.run("reboot -f; sleep 100", timeout=60)
    assert running_guest.run("echo back").text == "back\n"
