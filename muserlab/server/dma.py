"""The client's memory: VFIO_USER_DMA_MAP and VFIO_USER_DMA_UNMAP."""

import errno
import os
import resource

from muserlab.device import DmaError, ResetKind
from muserlab.proto import DmaFlags, DmaMap, DmaUnmap, Fds, Reset
from muserlab.server.answer import Answer, State

_GET_DIRTY_BITMAP = 1
_UNMAP_ALL = 2
"""Flags of VFIO_IOMMU_UNMAP_DMA (linux/vfio.h) that clients use here as well."""


def map_memory(state: State, body: DmaMap, fds: Fds) -> Answer:
    """Take a range of the client's memory, with its file or for access by messages."""
    if body.flags & ~(DmaFlags.READ | DmaFlags.WRITE):
        raise DmaError(f"a region cannot be mapped with flags {body.flags:#x}", errno.EINVAL)
    if len(fds) > 1:
        raise DmaError(f"a region has one file descriptor; {len(fds)} came", errno.EINVAL)
    fd = fds.take(0) if len(fds) else None
    if fd is not None:
        _leave_descriptors(fd)
    state.device.dma.map(
        body.address,
        body.size,
        body.offset,
        readable=bool(body.flags & DmaFlags.READ),
        writable=bool(body.flags & DmaFlags.WRITE),
        fd=fd,
    )
    return Answer()


def _leave_descriptors(fd: int) -> None:
    """Refuse, and close, a region's descriptor where half of all that there may be are in use.

    Each region keeps one open. The rest is for other devices' clients and interrupts, and for the
    process itself. (New descriptors get the lowest free number, so the number says how many.)
    """
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if fd >= limit // 2:
        os.close(fd)
        raise DmaError(
            f"half of the {limit} file descriptors that this process may have are in use: "
            "raise the limit (ulimit -n), or map fewer regions",
            errno.EMFILE,
        )


def unmap_memory(state: State, body: DmaUnmap, _fds: Fds) -> Answer:
    """Give a region back, or all of them."""
    if not body.flags:
        state.device.dma.unmap(body.address, body.size)
    elif (body.flags, body.address, body.size) == (_UNMAP_ALL, 0, 0):
        state.device.dma.unmap_all()
    elif body.flags == _GET_DIRTY_BITMAP:
        raise DmaError("dirty pages are not tracked", errno.ENOTSUP)
    else:
        raise DmaError(f"{body} cannot be carried out", errno.EINVAL)
    return Answer(body)


def in_use(state: State, body: DmaUnmap) -> bool:
    """Tell whether a window or a transfer uses the memory that a request would give back."""
    everything = body.flags == _UNMAP_ALL
    return any(
        region.busy and (everything or region.iova == body.address)
        for region in state.device.dma.regions
    )


def reset(state: State, _body: Reset, _fds: Fds) -> Answer:
    """Put the device into the state of its power-on."""
    state.device.reset(ResetKind.DEVICE)
    return Answer()
