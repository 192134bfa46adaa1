"""QEMU's command line for a guest with served devices in it.

Every device gets a PCI Express root port of its own, as a card in a slot has: device n of the
configuration is at bus n+1, 01:00.0 for the first. Root ports, unlike the root bus, take devices
while the guest runs, so some more of them stay empty for that. The guest's agent is reached through
a virtio port at 00:1e.0; nothing else is added to the bare machine.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from muserlab.vm.image import Contents

AGENT_PORT = "org.muserlab.agent"
_AGENT_SLOT = 0x1E
MOST_DEVICES = _AGENT_SLOT - 1


REPLY_SECONDS = 600.0
"""How long a guest's access waits for a device's answer. QEMU's own 5 s are short where a person
stops in a hook to look around; and after an answer that comes too late, QEMU loses the device for
good."""


@dataclass(frozen=True, slots=True)
class Device:
    """A vfio-user device: a name to speak of it by, and the path of the socket it is served on."""

    name: str
    socket: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What to boot.

    memory: in MiB. It is shared with the devices' servers, which do DMA by mapping it.
    spare_ports: how many devices can be added while the guest runs.
    reply_seconds: how long a guest's access waits for a device.
    kernel, initrd: files to boot instead of the fetched kernel and the image built for it.
    contents: what to add to that image.
    append: added to the kernel's command line.
    extra: added to QEMU's arguments as they are.
    """

    devices: Sequence[Device] = ()
    memory: int = 256
    cpus: int = 1
    accel: Literal["tcg", "kvm"] = "tcg"
    spare_ports: int = 2
    reply_seconds: float = REPLY_SECONDS
    kernel: Path | None = None
    initrd: Path | None = None
    contents: Contents = field(default_factory=Contents)
    append: str = ""
    extra: Sequence[str] = ()

    def __post_init__(self) -> None:
        names = [device.name for device in self.devices]
        if len(set(names)) < len(names):
            raise ValueError(f"two devices have the same name: {', '.join(names)}")
        if self.ports > MOST_DEVICES:
            raise ValueError(f"{self.ports} root ports asked for; {MOST_DEVICES} is the most")

    @property
    def ports(self) -> int:
        """The number of root ports, those of the devices and the spare ones."""
        return len(self.devices) + self.spare_ports


@dataclass(frozen=True, slots=True)
class Channels:
    """File descriptors, inherited by QEMU, of the connected sockets that it speaks through."""

    console: int
    agent: int
    monitor: int


def arguments(config: Config, kernel: Path, initrd: Path, channels: Channels) -> list[str]:
    """Return QEMU's arguments, without the program itself."""
    memory = f"{config.memory}M"
    return [
        *("-nodefaults", "-no-user-config", "-display", "none", "-name", "muserlab"),
        *("-machine", "q35,memory-backend=memory,sata=off,smbus=off,usb=off,vmport=off"),
        *("-accel", config.accel, "-cpu", "host" if config.accel == "kvm" else "max"),
        *("-smp", str(config.cpus), "-m", memory),
        *("-object", f"memory-backend-memfd,id=memory,size={memory},share=on"),
        *("-kernel", str(kernel), "-initrd", str(initrd), "-append", _kernel_arguments(config)),
        *("-chardev", f"socket,id=console,fd={channels.console}", "-serial", "chardev:console"),
        *("-chardev", f"socket,id=monitor,fd={channels.monitor}"),
        *("-qmp", "chardev:monitor"),
        *("-chardev", f"socket,id=agent,fd={channels.agent}"),
        *("-device", f"virtio-serial-pci,addr={_AGENT_SLOT:x},max_ports=2"),
        *("-device", f"virtserialport,nr=1,chardev=agent,name={AGENT_PORT}"),
        *(part for port in range(config.ports) for part in ("-device", _root_port(port))),
        *(
            part
            for port, device in enumerate(config.devices)
            for part in ("-device", json.dumps(device_properties(config, port, device.socket)))
        ),
        *config.extra,
    ]


def device_properties(config: Config, port: int, socket: Path) -> dict[str, object]:
    """Return what describes a device behind a root port to QEMU, at its start or later."""
    return {
        "driver": "vfio-user-pci",
        "id": device_id(port),
        "bus": f"port{port}",
        "socket": {"type": "unix", "path": str(socket)},
        "x-msg-timeout": round(config.reply_seconds * 1000),
    }


def device_id(port: int) -> str:
    """Return QEMU's name for the device behind a root port."""
    return f"device{port}"


def _root_port(port: int) -> str:
    # The reserves leave room in the port's windows for the BARs of a device that comes later.
    return json.dumps(
        {
            "driver": "pcie-root-port",
            "id": f"port{port}",
            "chassis": port + 1,
            "slot": port + 1,
            "addr": f"{port + 1:x}",
            "io-reserve": 0x1000,
            "mem-reserve": 32 << 20,
            "pref64-reserve": 256 << 20,
        }
    )


def _kernel_arguments(config: Config) -> str:
    return f"console=ttyS0 quiet panic=0 mitigations=off {config.append}".rstrip()
