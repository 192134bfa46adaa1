"""From what a person points at to the region and the site in it."""

from collections.abc import Iterable

from muserlab.device.errors import RegionError
from muserlab.device.region import handles, ranges
from muserlab.device.region.region import Region
from muserlab.device.region.site import WHOLE, Site


def site_of(regions: Iterable[Region], place: object) -> tuple[Region, Site]:
    """Return the region of a device that a place is in, and the site that it is.

    A place is a register, a field, an array of registers, a range, or a region. Raises RegionError
    where it is none of these regions'.
    """
    found = handles.place_of(place) or ranges.place_of(place)
    for region in regions:
        if region is place:
            return region, WHOLE
        if found is not None and found[0] is region.hooks:
            return region, found[1]
    raise RegionError(
        f"{place!r} is no place of this device; give a register, a field, a range or a region of"
        " it, such as dev.bar0.CTRL or dev.bar0[0x100:0x200]"
    )
