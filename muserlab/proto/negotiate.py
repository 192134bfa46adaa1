"""What a server answers to a client's proposal, and what a client takes for an answer."""

import errno

from .capabilities import Capabilities, Migration, TwinSocket
from .constants import MAJOR, MINOR
from .errors import ProtocolError
from .messages.version import Version


def negotiate(proposal: Version, offer: Capabilities) -> Version:
    """Return the server's VERSION reply: of its offer, what the client proposed too.

    The number of fds per message is each side's own limit on what it receives; every other limit
    holds for both. Where both can do twin-socket mode, the reply announces the client's end of the
    socket as its first fd.

    Raises `ProtocolError` where the two cannot work together: the connection should be closed.
    """
    if proposal.major != MAJOR:
        msg = f"client speaks version {proposal.major}.{proposal.minor}, we speak {MAJOR}.{MINOR}"
        raise ProtocolError(msg, errno.EINVAL)
    wanted = proposal.capabilities
    pgsizes = wanted.pgsizes & offer.pgsizes
    if not pgsizes:
        msg = f"no page size in common: client has {wanted.pgsizes:#x}, we have {offer.pgsizes:#x}"
        raise ProtocolError(msg, errno.EINVAL)
    agreed = Capabilities(
        max_msg_fds=offer.max_msg_fds,
        max_data_xfer_size=min(wanted.max_data_xfer_size, offer.max_data_xfer_size),
        max_dma_maps=min(wanted.max_dma_maps, offer.max_dma_maps),
        pgsizes=pgsizes,
        twin_socket=_twin_socket(wanted.twin_socket, offer.twin_socket),
        write_multiple=wanted.write_multiple and offer.write_multiple,
        migration=_migration(wanted.migration, offer.migration),
    )
    return Version(MAJOR, min(proposal.minor, MINOR), agreed)


def check_agreement(proposal: Version, answer: Version, fds: int) -> None:
    """Check a server's VERSION reply, which came with a number of fds; raises `ProtocolError`."""
    if answer.major != proposal.major or answer.minor > proposal.minor:
        msg = (
            f"server answers version {answer.major}.{answer.minor} "
            f"to {proposal.major}.{proposal.minor}"
        )
        raise ProtocolError(msg)
    twin = answer.capabilities.twin_socket
    if twin is None or not twin.supported:
        return
    proposed = proposal.capabilities.twin_socket
    if proposed is None or not proposed.supported:
        msg = "server enables twin-socket mode, which was not proposed"
        raise ProtocolError(msg)
    if twin.fd_index is None or twin.fd_index >= fds:
        msg = f"server's twin socket is fd {twin.fd_index} of {fds}"
        raise ProtocolError(msg)


def _twin_socket(wanted: TwinSocket | None, offered: TwinSocket | None) -> TwinSocket | None:
    if wanted is None or offered is None or not (wanted.supported and offered.supported):
        return None
    return TwinSocket(supported=True, fd_index=0)


def _migration(wanted: Migration | None, offered: Migration | None) -> Migration | None:
    if wanted is None or offered is None:
        return None
    return Migration(
        min(wanted.max_bitmap_size, offered.max_bitmap_size),
        min(wanted.pgsize, offered.pgsize),
    )
