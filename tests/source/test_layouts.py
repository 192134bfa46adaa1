"""Layouts written from the model: what is loaded again is the same, and answers the same."""

import enum
import inspect
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import muserlab as ml
from muserlab.device import Bank
from muserlab.regs import Block, Register
from muserlab.source import saved

ACCESS = list(ml.Access)
WORDS = st.sampled_from(["go", "done", "mode", "reset", "size", "doc", "offset", "self_"])
TEXTS = st.sampled_from(["", "what it does", 'a "quoted" \\ word', "two\nlines", "it's ü"])


class Mode(enum.IntEnum):
    """How fast."""

    OFF = 0
    FAST = 1
    QUICK = 1


class Flags(enum.Flag, boundary=enum.KEEP):
    A = 1
    B = 2


@st.composite
def fields(draw: st.DrawFn, bits: int) -> dict[str, Any]:
    """Fields of a register, from bit 0 up, with gaps."""
    made: dict[str, Any] = {}
    at = draw(st.integers(0, 3))
    for name in draw(st.lists(WORDS, max_size=4, unique=True)):
        width = draw(st.integers(1, 5))
        if at + width > bits:
            break
        kind = draw(st.sampled_from([None, Mode, Flags])) if width >= 2 else None
        made[name] = ml.bits(
            at + width - 1,
            at,
            draw(st.none() | st.sampled_from(ACCESS)),
            reset=draw(st.none() | st.integers(0, (1 << width) - 1)),
            enum=kind,
            doc=draw(TEXTS),
        )
        at += width + draw(st.integers(0, 2))
    return made


@st.composite
def register(draw: st.DrawFn, offset: int, arrays: bool = True) -> Register:
    """A register, or an array of them."""
    size = draw(st.sampled_from([1, 2, 4, 8]))
    own = draw(fields(8 * size))
    whole = draw(st.none() | st.integers(0, (1 << 8 * size) - 1))
    for field in own.values():
        if whole is not None and field.reset is not None:
            whole = whole & ~field.mask | field.reset << field.lsb
    count = draw(st.none() | st.integers(1, 3)) if arrays else None
    stride = draw(st.none() | st.integers(size, 2 * size)) if count else None
    return draw(st.sampled_from(ACCESS))(
        offset, size=size, reset=whole, count=count, stride=stride, doc=draw(TEXTS), fields=own
    )


def end_of(member: Any) -> int:
    return member.offset + ((member.count or 1) - 1) * member.stride + member.size


@st.composite
def body(draw: st.DrawFn, blocks: bool) -> dict[str, Any]:
    """The members of a register file, one after the other; blocks are files of their own."""
    members: dict[str, Any] = {}
    at = 0
    for number in range(draw(st.integers(1, 4))):
        at += draw(st.integers(0, 8))
        if blocks and draw(st.booleans()):
            file = type(f"File{number}", (ml.RegisterFile,), draw(body(blocks=False)))
            stride = draw(st.none() | st.just(file.__layout__.size_needed + 4))
            count = draw(st.integers(1, 3)) if stride else None
            member: Any = Block(at, file, count=count, stride=stride)
        else:
            member = draw(register(at))
        members[f"R{number}"] = member
        at = end_of(member)
    return members


@st.composite
def bars(draw: st.DrawFn) -> type[ml.BAR]:
    """A BAR with registers, blocks and memory, some of it inherited."""
    bits = draw(st.sampled_from([32, 64]))
    options = {"size": 0x4000, "bits": bits, "prefetchable": draw(st.booleans())}
    members = draw(body(blocks=True))
    if draw(st.booleans()):
        members["MEM"] = ml.Memory(0x2000, 0x1000, mappable=draw(st.booleans()))
    if draw(st.booleans()):
        members["__doc__"] = draw(TEXTS.filter(bool))
    base = type(ml.BAR)("Base", (ml.BAR,), members, **options)
    more = {"MORE": ml.RW(0x3000), "LIMIT": 7, "R0": None}
    return draw(st.sampled_from([base, type(ml.BAR)("Derived", (base,), more)]))


def model(device: ml.PCIDevice) -> list[Any]:
    """Everything of a device's structure that a client or a hook can tell."""
    told: list[Any] = [device.describe(), [irq.count for irq in device.interrupts]]
    for region in device.present:
        told.append((region.name, region.size, region.areas, region.region_type, region.policy))
        if isinstance(region, Bank):
            kind = type(region)
            told.append((inspect.getdoc(kind), list(kind.__members__), kind.mappable))
            for placed in kind.__layout__:
                one = placed.register
                shapes = [(*_plain(field), field.doc) for field in one.fields.values()]
                told.append((placed.path, placed.offset, placed.index, one.size, one.access))
                told.append((one.reset, one.doc, shapes))
    return told


def _plain(field: Any) -> tuple[Any, ...]:
    members = None if field.enum is None else [*field.enum.__members__.items()]
    kind = None if members is None else [(name, member.value) for name, member in members]
    return field.name, field.msb, field.lsb, field.access, field.reset, kind


ACCESSES = st.lists(
    st.tuples(st.booleans(), st.integers(0, 0x80), st.integers(1, 8), st.binary(min_size=8)),
    max_size=20,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(bar=bars(), accesses=ACCESSES)
def test_a_saved_layout_is_the_same_and_answers_the_same(
    save: Any, bar: type[ml.BAR], accesses: list[tuple[bool, int, int, bytes]]
) -> None:
    device = ml.PCIDevice("any", id=(0x1234, 0x0001), bar0=bar)
    made = save(device)
    assert model(made.device) == model(device)
    for is_write, offset, count, data in accesses:
        if is_write:
            device.bar0.write(offset, data[:count])
            made.device.bar0.write(offset, data[:count])
        assert device.bar0.read(offset, count) == made.device.bar0.read(offset, count)
    assert saved(made.device) == made.text


class Ports(ml.BAR, size=16, io=True):
    """Ports."""


class Careful(ml.BAR, size=16, policy="pause"):
    A = ml.RW(0)


class Image(ml.ROM, size=2048):
    content = b"\x55\xaa" + bytes(range(64))


class Screen(ml.VGA):
    MODE = ml.RW(0x3C0, size=1, mode=ml.bits(1, 0, enum=Mode))


class Opregion(ml.DeviceRegion, size=8192, type=0x8000_1234, subtype=3, mappable=True):
    pass


class Helpful(ml.BAR, size=0x1000):
    A = ml.RW(0x00)
    LIMIT = (1, 2)

    def total(self) -> int:
        """Add up."""
        return self.A.peek() + self.LIMIT[1]  # with the limit

    @property
    def twice(self) -> int:
        return 2 * self.total()

    @staticmethod
    def three() -> int:
        return 3


@pytest.mark.parametrize(
    "options",
    [
        {"bar0": Ports, "intx": True, "bar1": Careful},
        {"bar0": 0x1000, "bar2": 1 << 40 >> 20, "rom": 4096},
        {"rom": b"\x55\xaa" + bytes(range(100)), "vga": ml.VGA},
        {"rom": Image, "vga": Screen},
        {"regions": [Opregion, Opregion]},
        {"express": True, "msi": ml.MSI(8, masking=True), "msix": 4, "bar0": Helpful},
        {"msix": ml.MSIX(4, bar=0, table=0x800), "bar0": Helpful, "msi": 2},
        {
            "express": True,
            "class_code": 0x00FF00,
            "revision": 1,
            "subsystem": (0x1AF4, 0x1100),
            "capabilities": [
                ml.PowerManagement(d1=True),
                ml.VendorSpecific(b"muserlab"),
                ml.DeviceSerialNumber(0x0123_4567_89AB_CDEF),
                ml.RawCapability(0x14, b"xy", writable=b"\xff", offset=0xE0),
                ml.ExtendedVendorSpecific(0x77, bytes(40), revision=2),
            ],
        },
    ],
    ids="+".join,
)
def test_every_kind_of_region_and_capability(save: Any, options: dict[str, Any]) -> None:
    device = ml.PCIDevice("any", id=(0x1234, 0x0001), **options)
    made = save(device)
    assert model(made.device) == model(device)
    size = device.config.size
    assert made.device.config.peek(0, size) == device.config.peek(0, size)
    if device.rom is not None:
        assert made.device.rom.peek(0, 100) == device.rom.peek(0, 100)
    assert saved(made.device) == made.text


def test_what_else_a_class_has_comes_with_it(save: Any) -> None:
    bar = save(ml.PCIDevice("any", id=(0x1234, 1), bar0=Helpful)).device.bar0
    bar.A.poke(40)
    assert (bar.total(), bar.twice, bar.three()) == (42, 84, 3)


def test_classes_of_the_same_name_are_told_apart(save: Any) -> None:
    both = [type(ml.BAR)("Bar", (ml.BAR,), {"A": ml.RW(at)}, size=16) for at in (0, 4)]
    made = save(ml.PCIDevice("any", id=(0x1234, 1), bar0=both[0], bar1=both[1]))
    assert "class Bar_2(" in made.text
    assert [made.device.bar0.A.peek(), made.device.bar1.A.peek()] == [0, 0]
