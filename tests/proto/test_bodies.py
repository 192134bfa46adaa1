"""Every body by itself: round trips, layouts, and what is refused."""

import errno
import struct
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from proto_strategies import REPLIES, REQUESTS

from muserlab.proto import (
    Body,
    Capabilities,
    Command,
    DeviceFeature,
    DmaData,
    DmaFlags,
    DmaMap,
    DmaRead,
    DmaUnmap,
    DmaWrite,
    DmaWritten,
    Feature,
    FeatureFlags,
    GetDeviceInfo,
    GetIrqInfo,
    GetRegionInfo,
    GetRegionIoFds,
    IoFd,
    IoFdType,
    IrqSetFlags,
    MigDataRead,
    MigDataWrite,
    Migration,
    RegionData,
    RegionFlags,
    RegionInfo,
    RegionIoFds,
    RegionRead,
    RegionWrite,
    RegionWriteMulti,
    SetIrqs,
    SparseMmap,
    TwinSocket,
    UnknownCapability,
    Version,
)
from muserlab.proto.codec import EXCHANGES
from muserlab.proto.errors import BodyError

FEW = settings(max_examples=25, deadline=None)


def decode(kind: type[Body], payload: bytes) -> Body:
    return kind.decode(memoryview(payload))


@pytest.mark.parametrize("command", list(Command))
@FEW
@given(data=st.data())
def test_every_request_survives_the_wire(command: Command, data: st.DataObject) -> None:
    body = data.draw(REQUESTS[command])
    assert body.command is command
    assert decode(EXCHANGES[command][0], body.encode()) == body


@pytest.mark.parametrize("command", list(Command))
@FEW
@given(data=st.data())
def test_every_reply_survives_the_wire(command: Command, data: st.DataObject) -> None:
    body = data.draw(REPLIES[command])
    assert decode(EXCHANGES[command][1], body.encode()) == body


@pytest.mark.parametrize("command", list(Command))
@pytest.mark.parametrize("direction", [0, 1])
@FEW
@given(payload=st.binary(max_size=96))
def test_any_payload_is_a_body_or_a_body_error(
    command: Command, direction: int, payload: bytes
) -> None:
    kind = EXCHANGES[command][direction]
    try:
        body = decode(kind, payload)
    except BodyError:
        return
    assert isinstance(body, kind)


@pytest.mark.parametrize("command", list(Command))
@FEW
@given(data=st.data())
def test_a_request_cut_short_is_refused_or_says_less(command: Command, data: st.DataObject) -> None:
    payload = data.draw(REQUESTS[command]).encode()
    cut = payload[: data.draw(st.integers(0, max(0, len(payload) - 1)))]
    try:
        decode(EXCHANGES[command][0], cut)
    except BodyError:
        return
    assert command in (Command.VERSION, Command.DEVICE_RESET, Command.DEVICE_FEATURE)


@pytest.mark.parametrize(
    ("body", "layout", "values"),
    [
        (DmaMap(DmaFlags.READ | DmaFlags.WRITE, 1, 2, 3), "=IIQQQ", (32, 3, 1, 2, 3)),
        (DmaUnmap(24, 0, 2, 3), "=IIQQ", (24, 0, 2, 3)),
        (GetDeviceInfo(16), "=IIII", (16, 0, 0, 0)),
        (GetRegionInfo(32, 7), "=IIIIQQ", (32, 0, 7, 0, 0, 0)),
        (GetRegionIoFds(16, 2), "=IIII", (16, 0, 2, 0)),
        (GetIrqInfo(16, 3), "=IIII", (16, 0, 3, 0)),
        (SetIrqs(IrqSetFlags(0x22), 2, 1, 2, b"\1\0"), "=IIIII2s", (22, 0x22, 2, 1, 2, b"\1\0")),
        (RegionRead(8, 7, 4), "=QII", (8, 7, 4)),
        (RegionData(8, 7, b"abcd"), "=QII4s", (8, 7, 4, b"abcd")),
        (DmaRead(0x2000, 16), "=QQ", (0x2000, 16)),
        (DmaWrite(0x2000, b"abc"), "=QQ3s", (0x2000, 3, b"abc")),
        (DmaWritten(0x2000, 3), "=QQ", (0x2000, 3)),
        (
            RegionWriteMulti((RegionWrite(1, 0, b"ab"), RegionWrite(2, 0, b"12345678"))),
            "=QQII8sQII8s",
            (2, 1, 0, 2, b"ab", 2, 0, 8, b"12345678"),
        ),
        (DeviceFeature(16, 0x10002, b"xy"), "=II2s", (16, 0x10002, b"xy")),
        (MigDataRead(24, 16), "=II", (24, 16)),
        (MigDataWrite(b"xyz"), "=II3s", (11, 3, b"xyz")),
        (
            RegionInfo(1, RegionFlags(5), 0x3000, 0x1000, (SparseMmap(((0x1000, 0x2000),)),)),
            "=IIIIQQHHIIIQQ",
            (64, 13, 1, 32, 0x3000, 0x1000, 1, 1, 0, 1, 0, 0x1000, 0x2000),
        ),
        (
            RegionIoFds(0, (IoFd(8, 4, 1, IoFdType.IOEVENTFD, 1, 0x55),)),
            "=IIIIQQIIIIQ",
            (56, 0, 0, 1, 8, 4, 1, 0, 1, 0, 0x55),
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Body) else "",
)
def test_bodies_lie_as_the_specification_says(
    body: Body, layout: str, values: tuple[Any, ...]
) -> None:
    assert body.encode() == struct.pack(layout, *values)


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        (DmaMap, struct.pack("=IIQQQ", 31, 3, 0, 0, 0x1000)),
        (DmaUnmap, struct.pack("=IIQQ", 23, 0, 0, 0x1000)),
        (GetDeviceInfo, struct.pack("=IIII", 15, 0, 0, 0)),
        (GetRegionInfo, struct.pack("=IIIIQQ", 31, 0, 0, 0, 0, 0)),
        (GetRegionIoFds, struct.pack("=IIII", 15, 0, 0, 0)),
        (GetIrqInfo, struct.pack("=IIII", 15, 0, 0, 0)),
        (SetIrqs, struct.pack("=IIIII", 19, 0x21, 0, 0, 0)),
        (DeviceFeature, struct.pack("=II", 7, 0)),
        (MigDataRead, struct.pack("=II", 23, 16)),
    ],
)
def test_an_argsz_without_room_for_the_fixed_part_is_refused(
    kind: type[Body], payload: bytes
) -> None:
    with pytest.raises(BodyError, match="argsz") as caught:
        decode(kind, payload)
    assert caught.value.errno == errno.EINVAL


@pytest.mark.parametrize(
    ("kind", "payload", "reason"),
    [
        (GetRegionIoFds, struct.pack("=IIII", 16, 1, 0, 0), "must be zero"),
        (GetRegionIoFds, struct.pack("=IIII", 16, 0, 0, 1), "must be zero"),
        (RegionWrite, struct.pack("=QII", 0, 0, 4) + b"abc", "count says 4"),
        (RegionWrite, struct.pack("=QII", 0, 0, 2) + b"abc", "count says 2"),
        (DmaData, struct.pack("=QQ", 0, 1 << 40) + b"abc", "count says"),
        (RegionWriteMulti, struct.pack("=QQII8s", 2, 0, 0, 4, b""), "2 writes"),
        (RegionWriteMulti, struct.pack("=Q", (1 << 64) - 1), "writes"),
        (RegionWriteMulti, struct.pack("=QQII8s", 1, 0, 0, 9, b""), "9 bytes"),
        (MigDataWrite, struct.pack("=II", 8, 4) + b"abc", "4 bytes"),
        (RegionIoFds, struct.pack("=IIII", 16, 0, 0, 9), "9 entries"),
    ],
)
def test_counts_that_do_not_fit_what_came_are_refused(
    kind: type[Body], payload: bytes, reason: str
) -> None:
    with pytest.raises(BodyError, match=reason):
        decode(kind, payload)


@pytest.mark.parametrize("flags", [0, 1, 0x20, 0x23, 0x31, 0x61])
def test_set_irqs_needs_one_data_flag_and_one_action(flags: int) -> None:
    with pytest.raises(BodyError, match="SET_IRQS flags"):
        decode(SetIrqs, struct.pack("=IIIII", 20, flags, 0, 0, 1))


def test_set_irqs_with_fewer_booleans_than_vectors_is_refused() -> None:
    with pytest.raises(BodyError, match="3 booleans announced, 2 came"):
        decode(SetIrqs, struct.pack("=IIIII", 22, 0x22, 0, 0, 3) + b"\1\1")


def test_requests_in_a_buffer_as_large_as_the_expected_reply_are_taken() -> None:
    assert decode(GetRegionInfo, GetRegionInfo(64, 3).encode() + bytes(32)) == GetRegionInfo(64, 3)
    one = RegionWriteMulti((RegionWrite(0, 0, b"a"),))
    assert decode(RegionWriteMulti, one.encode() + bytes(199 * 24)) == one


def test_a_dma_write_reply_with_a_count_of_four_bytes_is_taken() -> None:
    assert decode(DmaWritten, struct.pack("=QI", 0x3000, 16)) == DmaWritten(0x3000, 16)


def test_several_writes_of_more_than_eight_bytes_cannot_be_sent() -> None:
    with pytest.raises(ValueError, match="at most 8 bytes"):
        RegionWriteMulti((RegionWrite(0, 0, bytes(9)),)).encode()


def test_a_feature_tells_its_index_and_what_to_do() -> None:
    body = DeviceFeature(16, FeatureFlags.PROBE | FeatureFlags.GET | Feature.MIG_DEVICE_STATE)
    assert body.feature == Feature.MIG_DEVICE_STATE
    assert body.operations == FeatureFlags.PROBE | FeatureFlags.GET


def test_region_info_says_the_size_of_what_it_leaves_out() -> None:
    whole = RegionInfo(0, RegionFlags.READ, 0x2000, 0, (SparseMmap(((0, 0x1000),)),))
    fixed = whole.encode_fixed()
    assert len(fixed) == 32
    came = decode(RegionInfo, fixed)
    assert isinstance(came, RegionInfo)
    assert (came.argsz, came.capabilities) == (64, ())
    assert not came.flags & RegionFlags.CAPS, "QEMU refuses it"


def test_io_fds_of_a_server_with_larger_entries_are_read() -> None:
    entry = struct.pack("=QQIIIIQQ", 8, 4, 1, IoFdType.IOEVENTFD, 1, 0, 0, 0x55)
    payload = struct.pack("=IIII", 64, 0, 2, 1) + entry
    came = decode(RegionIoFds, payload)
    assert isinstance(came, RegionIoFds)
    assert came.entries == (IoFd(8, 4, 1, IoFdType.IOEVENTFD, 1, 0x55),)


@pytest.mark.parametrize("following", [32, 36, 1000])
def test_a_capability_list_in_circles_or_out_of_the_reply_is_refused(following: int) -> None:
    payload = struct.pack("=IIIIQQHHI", 40, 8, 0, 32, 0, 0, 9, 1, following)
    with pytest.raises(BodyError, match="region capability at"):
        decode(RegionInfo, payload)


def test_unknown_capabilities_are_kept_in_order() -> None:
    unknown = UnknownCapability(3, 1, b""), UnknownCapability(1, 2, b"other version")
    body = RegionInfo(0, RegionFlags(0), 0, 0, unknown)
    came = decode(RegionInfo, body.encode())
    assert isinstance(came, RegionInfo)
    assert came.capabilities == unknown


def test_version_data_may_be_missing_empty_or_without_nul() -> None:
    header = struct.pack("=HH", 0, 0)
    assert decode(Version, header) == Version()
    assert decode(Version, header + b"\0") == Version()
    assert decode(Version, header + b"{}\0") == Version()
    assert decode(Version, header + b'{"capabilities":{"max_msg_fds":3}}') == Version(
        capabilities=Capabilities(max_msg_fds=3)
    )


@pytest.mark.parametrize(
    "text",
    [
        b"{",
        b"[]",
        b"7",
        b"\xff\xfe",
        b"[" * 60000,
        b'{"capabilities": 5}',
        b'{"capabilities": {"max_msg_fds": "8"}}',
        b'{"capabilities": {"max_msg_fds": -1}}',
        b'{"capabilities": {"max_msg_fds": true}}',
        b'{"capabilities": {"max_data_xfer_size": 1.5}}',
        b'{"capabilities": {"max_data_xfer_size": NaN}}',
        b'{"capabilities": {"pgsizes": 18446744073709551616}}',
        b'{"capabilities": {"pgsizes": ' + b"9" * 5000 + b"}}",
        b'{"capabilities": {"max_dma_maps": null}}',
        b'{"capabilities": {"write_multiple": 1}}',
        b'{"capabilities": {"twin_socket": true}}',
        b'{"capabilities": {"twin_socket": {"supported": 1}}}',
        b'{"capabilities": {"twin_socket": {"fd_index": false}}}',
        b'{"capabilities": {"migration": []}}',
        b'{"capabilities": {"migration": {"pgsize": "4k"}}}',
    ],
    ids=lambda text: text[:48].decode(errors="replace"),
)
def test_version_data_that_is_no_json_or_of_wrong_types_is_refused(text: bytes) -> None:
    with pytest.raises(BodyError) as caught:
        decode(Version, struct.pack("=HH", 0, 0) + text + b"\0")
    assert caught.value.errno == errno.EINVAL
    assert len(str(caught.value)) < 200


def test_what_qemu_says_is_understood() -> None:
    text = (
        b'{"capabilities": {"pgsizes": 4096, "max_msg_fds": 16, "max_dma_maps": 65535, '
        b'"max_data_xfer_size": 1048576, "migration": {"max_bitmap_size": 268435456, '
        b'"pgsize": 4096}, "write_multiple": true}}\0'
    )
    assert decode(Version, struct.pack("=HH", 0, 0) + text) == Version(
        capabilities=Capabilities(max_msg_fds=16, write_multiple=True, migration=Migration())
    )


def test_keys_that_mean_nothing_to_us_are_kept_and_not_sent() -> None:
    came = Capabilities.from_json(b'{"capabilities": {"colour": "red", "max_msg_fds": 2}}')
    assert came.unknown == {"colour": "red"}
    assert came.max_msg_fds == 2
    assert b"colour" not in came.to_json()


def test_a_twin_socket_without_index_is_said_without() -> None:
    twin = TwinSocket(supported=True)
    said = Capabilities(twin_socket=twin).to_json()
    assert b"fd_index" not in said
    assert Capabilities.from_json(said).twin_socket == twin
