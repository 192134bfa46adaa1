"""What an access's data means: the fields of the register that it went to."""

import muserlab as ml

from ..registers.lines import shown

_MOST_FIELDS = 12


def meaning(device: ml.PCIDevice | None, event: ml.Event) -> str:
    """Return the fields that an access to a whole register read or wrote; "" for anything else.

    Fields that are 0 are left out.
    """
    if device is None or event.offset is None or event.kind not in (ml.Kind.READ, ml.Kind.WRITE):
        return ""
    part = _register(device, event.where, event.offset)
    if part is None or part.placed.size != len(event.data):
        return ""
    fields = part.placed.register.decode(int.from_bytes(event.data, "little"))
    told = [f"{field.name}={shown(value)}" for field, value in fields if field.raw(value)]
    return " ".join(told[:_MOST_FIELDS])


def _register(device: ml.PCIDevice, where: str, offset: int) -> ml.RegisterPart | None:
    for region in device.present:
        if isinstance(region, ml.Bank) and where.startswith(f"{region.name}."):
            if not 0 <= offset < region.size:  # of a definition that was replaced
                return None
            part, _, _ = next(region.parts_in(offset, offset + 1))
            if isinstance(part, ml.RegisterPart) and part.start == offset:
                return part if where == f"{region.name}.{part.label}" else None
    return None
