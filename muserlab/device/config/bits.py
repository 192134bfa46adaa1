"""Numbers that have to fit into so many bits."""

from muserlab.device.errors import DefinitionError


def check_bits(what: str, value: int, bits: int) -> None:
    """Raise DefinitionError unless value fits."""
    if not 0 <= value < 1 << bits:
        raise DefinitionError(f"{what} is {value:#x}, which is not a {bits}-bit number")
