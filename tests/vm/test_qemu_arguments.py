import itertools
import json
from pathlib import Path
from typing import Any

import pytest

from muserlab.vm import Config, Device
from muserlab.vm.qemu import Channels, arguments, device_properties

CHANNELS = Channels(console=7, agent=8, monitor=9)


def line(**options: Any) -> list[str]:
    return arguments(Config(**options), Path("/vmlinux"), Path("/initrd"), CHANNELS)


def values(option: str, **options: Any) -> list[str]:
    parts = line(**options)
    return [value for name, value in itertools.pairwise(parts) if name == option]


def devices(driver: str, **options: Any) -> list[dict[str, Any]]:
    found = [json.loads(value) for value in values("-device", **options) if value.startswith("{")]
    return [properties for properties in found if properties["driver"] == driver]


def test_each_device_sits_behind_a_root_port_of_its_own() -> None:
    chosen = [Device("a", Path("/a, b")), Device("b", Path('/"b"'))]
    placed = devices("vfio-user-pci", devices=chosen, spare_ports=3)
    assert [properties["socket"]["path"] for properties in placed] == ["/a, b", '/"b"']
    ports = devices("pcie-root-port", devices=chosen, spare_ports=3)
    assert len(ports) == 5
    assert [properties["bus"] for properties in placed] == [port["id"] for port in ports[:2]]
    assert len({port["addr"] for port in ports}) == len({port["chassis"] for port in ports}) == 5


def test_memory_is_shared_so_that_devices_can_map_it() -> None:
    assert values("-m", memory=512) == ["512M"]
    assert values("-object", memory=512) == ["memory-backend-memfd,id=memory,size=512M,share=on"]
    assert "memory-backend=memory" in values("-machine")[0]


def test_the_channels_are_inherited_sockets() -> None:
    assert values("-chardev") == [
        "socket,id=console,fd=7",
        "socket,id=monitor,fd=9",
        "socket,id=agent,fd=8",
    ]


def test_the_processor_is_the_hosts_only_under_kvm() -> None:
    assert values("-cpu") == ["max"]
    assert (values("-cpu", accel="kvm"), values("-accel", accel="kvm")) == (["host"], ["kvm"])


def test_what_is_asked_for_beyond_comes_last() -> None:
    assert values("-append", append="debug nosmp")[0].endswith(" debug nosmp")
    assert line(extra=["-device", "edu"])[-2:] == ["-device", "edu"]


def test_the_time_that_an_access_waits_is_told_in_milliseconds() -> None:
    config = Config(reply_seconds=1.5)
    assert device_properties(config, 0, Path("/s"))["x-msg-timeout"] == 1500
    assert device_properties(Config(), 0, Path("/s"))["x-msg-timeout"] == 600_000


def test_two_devices_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="same name: a, a"):
        Config(devices=[Device("a", Path("/1")), Device("a", Path("/2"))])


def test_more_devices_than_slots_are_refused() -> None:
    with pytest.raises(ValueError, match="30 root ports asked for; 29 is the most"):
        Config(spare_ports=30)
