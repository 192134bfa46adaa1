"""What each side of a connection can do, as said in JSON at its start."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from .constants import MAX_DATA_XFER_SIZE, MAX_DMA_MAPS, MAX_MSG_FDS, PGSIZES
from .json_fields import Fields


@dataclass(frozen=True, slots=True)
class TwinSocket:
    """Whether server-to-client commands get a socket of their own.

    fd_index: in a reply, which of its fds is the client's end of that socket.
    """

    supported: bool = False
    fd_index: int | None = None

    def said(self) -> dict[str, int]:
        """Return the JSON object's fields."""
        if self.fd_index is None:
            return {"supported": self.supported}
        return {"supported": self.supported, "fd_index": self.fd_index}


@dataclass(frozen=True, slots=True)
class Migration:
    """The sizes of dirty page logging, in bytes."""

    max_bitmap_size: int = 256 << 20
    pgsize: int = PGSIZES

    def said(self) -> dict[str, int]:
        """Return the JSON object's fields."""
        return {"max_bitmap_size": self.max_bitmap_size, "pgsize": self.pgsize}


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the sender of a VERSION message can do; the defaults are the specification's.

    max_msg_fds: how many fds it can receive with one message.
    max_data_xfer_size: the largest count of a data transfer, in bytes.
    max_dma_maps: how many DMA regions can be mapped at a time.
    pgsizes: page sizes of DMA regions, or'ed together.
    twin_socket: None where nothing was said about it.
    write_multiple: whether REGION_WRITE_MULTI may be used.
    migration: None where nothing was said about it.
    unknown: what else a peer said, kept for show and never sent.
    """

    max_msg_fds: int = MAX_MSG_FDS
    max_data_xfer_size: int = MAX_DATA_XFER_SIZE
    max_dma_maps: int = MAX_DMA_MAPS
    pgsizes: int = PGSIZES
    twin_socket: TwinSocket | None = None
    write_multiple: bool = False
    migration: Migration | None = None
    unknown: Mapping[str, object] = field(default_factory=dict[str, object])

    def to_json(self) -> bytes:
        """Say it in as few bytes as can be, leaving out most of what equals the default.

        QEMU has no more room for a reply than its own message took. It does not take the
        specification's default for max_msg_fds, so that this is always said.
        """
        said: dict[str, Any] = {
            "max_msg_fds": self.max_msg_fds,
            "max_data_xfer_size": self.max_data_xfer_size,
        }
        if self.max_dma_maps != MAX_DMA_MAPS:
            said["max_dma_maps"] = self.max_dma_maps
        if self.pgsizes != PGSIZES:
            said["pgsizes"] = self.pgsizes
        if self.twin_socket is not None:
            said["twin_socket"] = self.twin_socket.said()
        if self.write_multiple:
            said["write_multiple"] = True
        if self.migration is not None:
            said["migration"] = self.migration.said()
        return json.dumps({"capabilities": said}, separators=(",", ":")).encode()

    @classmethod
    def from_json(cls, data: bytes) -> Self:
        """Read what a peer said, up to a NUL if there is one; nothing said gives the defaults.

        Raises `BodyError` for what is not JSON and for values of the wrong type; keys that mean
        nothing to us are kept in `unknown`.
        """
        text = data.partition(b"\0")[0]
        said = Fields.parse(text, "version data").object("capabilities") if text else None
        if said is None:
            return cls()
        twin_socket, migration = said.object("twin_socket"), said.object("migration")
        return cls(
            max_msg_fds=said.number("max_msg_fds", MAX_MSG_FDS),
            max_data_xfer_size=said.number("max_data_xfer_size", MAX_DATA_XFER_SIZE),
            max_dma_maps=said.number("max_dma_maps", MAX_DMA_MAPS),
            pgsizes=said.number("pgsizes", PGSIZES),
            twin_socket=None if twin_socket is None else _twin_socket(twin_socket),
            write_multiple=said.boolean("write_multiple"),
            migration=None if migration is None else _migration(migration),
            unknown=said.rest(),
        )


def _twin_socket(said: Fields) -> TwinSocket:
    fd_index = said.number("fd_index", 0) if "fd_index" in said else None
    return TwinSocket(said.boolean("supported"), fd_index)


def _migration(said: Fields) -> Migration:
    default = Migration()
    return Migration(
        said.number("max_bitmap_size", default.max_bitmap_size),
        said.number("pgsize", default.pgsize),
    )
