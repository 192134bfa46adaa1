"""Where capabilities lie, and the two lists that lead a guest to them."""

from collections.abc import Sequence

from muserlab.device.config.capability import Capability, LiveCapability
from muserlab.device.config.header import Header
from muserlab.device.config.space import ConfigSpace
from muserlab.device.errors import DefinitionError

STANDARD = range(0x40, 0x100)
EXTENDED = range(0x100, 0x1000)


def place(
    space: ConfigSpace, header: Header, capabilities: Sequence[Capability]
) -> tuple[LiveCapability, ...]:
    """Place capabilities and link them; return them in the order given.

    Those with an offset go there; the others follow each other in the order given, each at the
    first free multiple of 4. Raises DefinitionError where one does not fit, or overlaps another.
    """
    images = [capability.image() for capability in capabilities]
    live: dict[int, LiveCapability] = {}
    next_free = {False: STANDARD.start, True: EXTENDED.start}
    for i, capability in _fixed_first(capabilities):
        area = EXTENDED if capability.extended else STANDARD
        offset = capability.offset
        if offset is None:
            offset = _first_free(space, next_free[capability.extended], len(images[i].data), area)
            next_free[capability.extended] = offset + len(images[i].data)
        _check_place(space, capability, offset, len(images[i].data), area)
        live[i] = capability.live(space, offset)
        space.place(live[i], offset, images[i])
    in_order = tuple(live[i] for i in range(len(capabilities)))
    _link_standard(header, [one for one in in_order if not one.definition.extended])
    _link_extended([one for one in in_order if one.definition.extended])
    return in_order


def _fixed_first(capabilities: Sequence[Capability]) -> list[tuple[int, Capability]]:
    return sorted(enumerate(capabilities), key=lambda item: item[1].offset is None)


def _first_free(space: ConfigSpace, start: int, size: int, area: range) -> int:
    """Return the first multiple of 4 from start with size free bytes; the area's end if none."""
    for offset in range((start + 3) & ~3, min(area.stop, space.size) - size + 1, 4):
        if all(space.owner(i) is None for i in range(offset, offset + size)):
            return offset
    return area.stop


def _check_place(
    space: ConfigSpace, capability: Capability, offset: int, size: int, area: range
) -> None:
    if capability.extended and space.size == 256:
        raise DefinitionError(
            f"{capability.name} is an extended one, which only PCI Express has: use express=True"
        )
    if offset % 4 or not area.start <= offset <= area.stop - size:
        raise DefinitionError(
            f"{capability.name} of {size} bytes does not fit at {offset:#x}: it has to lie at a "
            f"multiple of 4 between {area.start:#x} and {area.stop:#x}"
        )


def _link_standard(header: Header, live: list[LiveCapability]) -> None:
    """Fill in the headers of the list that begins at the header's capabilities pointer."""
    if not live:
        return
    followers = [*(one.offset for one in live[1:]), 0]
    for one, follower in zip(live, followers, strict=True):
        one.put(0, 1, one.definition.capability_id)
        one.put(1, 1, follower)
    header.show_capabilities(live[0].offset)


def _link_extended(live: list[LiveCapability]) -> None:
    """Fill in the headers of the list that begins at 0x100, in the order of their places."""
    if not live:
        return
    live = sorted(live, key=lambda one: one.offset)
    if live[0].offset != EXTENDED.start:
        raise DefinitionError(
            f"{live[0].name} is the first extended one and has to lie at {EXTENDED.start:#x}, "
            f"not at {live[0].offset:#x}"
        )
    followers = [*(one.offset for one in live[1:]), 0]
    for one, follower in zip(live, followers, strict=True):
        definition = one.definition
        header = definition.capability_id | definition.capability_version << 16 | follower << 20
        one.put(0, 4, header)
