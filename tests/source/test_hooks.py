"""Hooks of cells in a saved file: their texts, and everything that those use."""

from typing import Any

import pytest

from muserlab.source import SaveError, saved


def write(device: Any, offset: int, value: int) -> None:
    device.bar0.write(offset, value.to_bytes(4, "little"))


def read(device: Any, offset: int) -> int:
    return int.from_bytes(device.bar0.read(offset, 4), "little")


def test_a_hook_of_a_cell_is_written_with_its_comments(notebook: Any, save: Any) -> None:
    notebook.run(
        """
        @dev.bar0.A.on_write          # the driver starts here
        def start(dev, new, old):
            # doubled, as the datasheet says
            dev.bar0.B.poke(new * 2)
        """
    )
    made = save(notebook["dev"])
    assert "@dev.bar0.A.on_write          # the driver starts here\n" in made.text
    assert "    # doubled, as the datasheet says\n" in made.text
    write(made.device, 0, 21)
    assert read(made.device, 4) == 42


def test_only_the_current_version_is_written(notebook: Any, save: Any) -> None:
    for factor in (2, 3):
        notebook.run(f"""
            @dev.bar0.A.on_write
            def start(dev, new, old):
                dev.bar0.B.poke(new * {factor})
        """)
    notebook["dev"].bar0.A.on_write.undo()
    made = save(notebook["dev"])
    assert "new * 3" not in made.text
    write(made.device, 0, 21)
    assert read(made.device, 4) == 42


def test_what_was_cleared_is_gone(notebook: Any) -> None:
    notebook.run("dev.bar0.A.on_read(lambda dev, value: 7)\ndev.bar0.A.on_read.clear()")
    assert "on_read" not in saved(notebook["dev"])


EVERYWHERE = """
calls = []

def note(what):
    calls.append(what)

@Bar.A.on_write
def of_the_class(dev, new, old): note("class")

@dev.bar0.CH.go.on_write
def of_a_field(dev, new, old): note(f"field {new.index}")

@dev.bar0.CH[2].on_read
def of_an_element(dev, value): return 0x77

@dev.bar0[0x100:0x200].on_read
def of_a_range(dev, offset, count): return offset

@dev.bar2.on_write
def of_a_region(dev, offset, data): note("region")

@dev.config.on_read
def of_configuration_space(dev, offset, count): return 0x5a

@dev.on_reset
def of_the_device(dev, kind): note(f"reset {kind}")

@dev.dma.on_map
def of_dma(dev, region): note("map")

@dev.msi.on_state
def of_an_interrupt(dev, vector, state): note("irq")
"""


def test_hooks_stand_where_they_stood(notebook: Any, save: Any) -> None:
    notebook.run(EVERYWHERE)
    made = save(notebook["dev"])
    dev = made.device
    write(dev, 0x00, 1)
    write(dev, 0x14, 1)
    assert read(dev, 0x18) == 0x77
    assert read(dev, 0x104) == 0x104
    dev.bar2.write(0, b"1")
    assert dev.config.read(0xF0, 1) == b"\x5a"
    dev.reset()
    assert made.module.calls == ["class", "field (1,)", "region", "reset device"]
    for place in ("@Bar.A.on_write", "@dev.dma.on_map", "@dev.msi.on_state"):
        assert f"{place}\n" in made.text


def test_the_value_of_a_default_is_that_of_its_definition(notebook: Any, save: Any) -> None:
    notebook.run(
        """
        for n in range(4):
            @dev.bar0.CH[n].on_read
            def answer(dev, value, *, n=n):
                return n + 10
        """
    )
    made = save(notebook["dev"])
    assert [read(made.device, 0x10 + 4 * n) for n in range(4)] == [10, 11, 12, 13]


def test_functions_of_a_function_keep_their_variables(notebook: Any, save: Any) -> None:
    notebook.run(
        """
        def answering(n):
            count = 0
            def answer(dev, value):
                nonlocal count
                count += 1
                return 100 * n + count
            return answer

        for n in range(4):
            dev.bar0.CH[n].on_read(answering(n))
        """
    )
    read(notebook["dev"], 0x14)
    made = save(notebook["dev"])
    assert made.text.count("def answer(") == 1
    assert [read(made.device, 0x10 + 4 * n) for n in range(4)] == [1, 102, 201, 301]
    assert saved(save(notebook["dev"]).device) == made.text


def test_one_function_at_several_hooks_is_written_once(notebook: Any, save: Any) -> None:
    notebook.run(
        """
        @dev.bar0.A.on_read
        @Bar.B.on_read
        def answer(dev, value):
            return 5
        """
    )
    made = save(notebook["dev"])
    assert "@dev.bar0.A.on_read\n@Bar.B.on_read\ndef answer" in made.text
    assert (read(made.device, 0), read(made.device, 4)) == (5, 5)


def test_functions_of_the_same_name_do_not_meet(notebook: Any, save: Any) -> None:
    notebook.run(
        """
        @dev.bar0.A.on_read
        def _(dev, value): return 1

        @dev.bar0.B.on_read
        def _(dev, value): return 2

        def named(dev, value): return 3

        dev.bar0.CH[0].on_read(named)

        def named(dev=None): return 4

        @dev.bar0.CH[1].on_read
        def calls(dev, value): return named()
        """
    )
    made = save(notebook["dev"])
    assert [read(made.device, at) for at in (0x00, 0x04, 0x10, 0x14)] == [1, 2, 3, 4]


def test_state_is_written_as_it_is(notebook: Any, save: Any) -> None:
    notebook.run(
        """
        import enum, socket
        class Mode(enum.Enum):
            FAST = 2
        dev.state.mode = Mode.FAST
        dev.state.seen = {"a": [1, 2.5, None, b"x"]}
        dev.state.last = dev.bar0.CH[1].peek()
        dev.state.link = socket.socketpair
        dev.state.lock = __import__("threading").Lock()
        """
    )
    made = save(notebook["dev"])
    state = made.device.state
    assert state.mode is made.module.Mode.FAST
    assert state.seen == {"a": [1, 2.5, None, b"x"]}
    assert (state.last.go, state.last.index) == (0, (1,))
    assert not hasattr(state, "lock")
    assert "# dev.state.lock has no form as text: <unlocked _thread.lock object" in made.text


def test_names_that_nothing_defines_are_told(notebook: Any) -> None:
    notebook.run("@dev.bar0.A.on_read\ndef answer(dev, value): return missing + gone")
    told = "# Names that hooks use, and nothing defined: gone, missing\n"
    assert told in saved(notebook["dev"])


def test_variables_that_two_functions_share_are_refused(notebook: Any) -> None:
    notebook.run(
        """
        def counter():
            count = 0
            def up(dev, new, old):
                nonlocal count
                count += 1
            def get(dev, value):
                return count
            return up, get

        up, get = counter()
        dev.bar0.A.on_write(up)
        dev.bar0.A.on_read(get)
        """
    )
    with pytest.raises(SaveError, match=r"shares a variable.*keep it on dev\.state"):
        saved(notebook["dev"])


def test_settings_of_a_person_are_written(notebook: Any, save: Any) -> None:
    dev = notebook["dev"]
    dev.probation = 7
    dev.bar2.policy = "ones"
    made = save(dev).device
    assert (made.probation, made.bar2.policy, made.bar0.policy) == (7, "ones", "errno")
