"""Configuration space as a region."""

from collections.abc import Iterator

from muserlab.device.config import Config
from muserlab.device.hooks import HookOwner
from muserlab.device.memory import hexdump
from muserlab.device.region.chain import Chain, Piece
from muserlab.device.region.part import Part
from muserlab.device.region.region import Region
from muserlab.device.region.spaces import ConfigMemory
from muserlab.pci import PciFunction, decode_config


class SpacePart:
    """Bytes of configuration space that belong to one owner, or to none."""

    label = ""
    plain = False

    def __init__(self, config: Config, start: int, end: int) -> None:
        self.start = start
        self.end = end
        self.read = config.space.read
        self.write = config.space.write
        self.peek = config.space.peek
        self.poke = config.space.poke


class ConfigRegion(Region):
    """The configuration space of one function.

    Its raw hooks are asked about bytes that neither the header nor a capability owns; without
    hooks those read as stored, zero unless poked, and ignore writes.
    """

    def __init__(self, owner: HookOwner, index: int, config: Config) -> None:
        self.size = config.space.size
        super().__init__(owner, index, "config")
        self.space = config.space
        self.header = config.header
        self.capabilities = config.capabilities
        self._decoded: tuple[bytes, PciFunction] | None = None
        self.lay_out(tuple(_parts(config)))

    def pieces(self, chain: Chain, start: int, end: int) -> Iterator[Piece]:
        """Yield the pieces of an access, with hooks only where nothing owns the bytes."""
        if not chain:
            yield start, end, ()
            return
        for _, first, last in self.parts_in(start, end):
            if self.space.owner(first) is None:
                yield from super().pieces(chain, first, last)
            else:
                yield first, last, ()

    def _inside(self, _offset: int, _count: int, /) -> None:
        """Have no straight ways: a note is due to each access."""

    def described(self, offset: int, count: int) -> tuple[str, str]:
        """Return where the trace says that an access was, and whose bytes those are."""
        owners = (self.space.owner(first) for _, first, _ in self.parts_in(offset, offset + count))
        return self.name, ", ".join(owner.name for owner in owners if owner is not None)

    @property
    def memory(self) -> ConfigMemory:
        """Its bytes, to look at."""
        return ConfigMemory(self)

    def decode(self) -> PciFunction:
        """Return what it says at this moment, as `lspci -vv` would tell it; only peeks."""
        data = self.peek(0, self.size)
        if self._decoded is None or self._decoded[0] != data:  # it changes far less than it is seen
            self._decoded = (data, decode_config(data, self.header.sizes))
        return self._decoded[1]

    def __repr__(self) -> str:
        """Show what it says, and its bytes."""
        dump = hexdump(0, self.peek(0, self.size), digits=3)
        return "\n".join([*self.decode().lines(), "", *dump])

    def reset_space(self, *, function_level: bool) -> None:
        """Bring what a guest can change back to its state after a reset."""
        self.space.reset(function_level=function_level)


def _parts(config: Config) -> Iterator[Part]:
    space, start = config.space, 0
    for at in range(1, space.size + 1):
        if at == space.size or space.owner(at) is not space.owner(start):
            yield SpacePart(config, start, at)
            start = at
