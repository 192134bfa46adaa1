"""A register of a device at work: what a guest's access does to it."""

from collections.abc import Awaitable, Iterator, Mapping
from enum import Enum
from mmap import mmap
from typing import Any

from muserlab.device.access import Cause
from muserlab.device.author import Author, author
from muserlab.device.holding import Verdict
from muserlab.device.hooks import HookOwner
from muserlab.device.journal import Bytes, assign, poke
from muserlab.device.region.answers import ones
from muserlab.device.region.guard import Absent, Guard
from muserlab.device.region.site import Verb
from muserlab.device.region.slot import Slot, in_order
from muserlab.live import COROUTINE, Hook
from muserlab.regs import Field, Placed, Value


class RegisterPart:
    """The part of a region that a register is.

    A read takes the stored value through the access types, then through the on_read hooks, and
    gives the bytes that were asked for. A write goes through the access types into storage, then
    the on_write hooks are called. Where a hook fails, the guard says how it goes on; what the
    access types did stays.
    """

    def __init__(
        self, owner: HookOwner, guard: Guard, placed: Placed, data: mmap, own: Bytes
    ) -> None:
        self.placed = placed
        self.start = placed.offset
        self.end = placed.end
        self.label = placed.path
        self._owner = owner
        self._guard = guard
        self._region = guard.region
        self._where = f"{guard.region}.{placed.path}"
        self._data = data
        self._own = own
        self.plain = True
        self.pokes = 0
        """How often something was poked here, and who did it last."""
        self.poker: Author = "hook"
        self._reads: tuple[Slot, ...] = ()
        self._writes: tuple[Slot, ...] = ()
        register, mask = placed.register, placed.register.mask
        self._size = placed.size
        self._mask = mask
        self._reads_as_stored = register.read(mask, mask) == (mask, mask)
        self._stores_as_written = (
            register.write(mask, 0, mask),
            register.write(0, mask, mask),
        ) == (
            0,
            mask,
        )

    def add_hook(self, verb: Verb, field: Field | None, rank: int, hook: Hook) -> None:
        """Let accesses meet a hook of the register or of one of its fields."""
        slots = self._reads if verb == "on_read" else self._writes
        for slot in slots:
            if slot.field is field:
                slot.add(rank, hook)
                return
        new = Slot(self.placed, field)
        new.add(rank, hook)
        slots = tuple(in_order((*slots, new)))
        if verb == "on_read":
            self._reads = slots
        else:
            self._writes = slots
            self.plain = False

    @property
    def hooks(self) -> tuple[Hook, ...]:
        """The defined hooks that an access meets, each once."""
        met = (slot.hook() for slot in (*self._reads, *self._writes))
        return tuple(dict.fromkeys(hook for hook in met if hook is not None))

    # What a guest does.

    def read(self, offset: int, count: int) -> bytes | Awaitable[bytes]:
        """Answer a guest's read."""
        if self._reads:
            return self._read_with_hooks(offset, count)
        if self._reads_as_stored:
            return self._data[offset : offset + count]
        return self._bytes(self._fetch(self.placed.lanes(offset, count)), offset, count)

    def write(self, offset: int, data: bytes) -> Awaitable[None] | None:
        """Take a guest's write."""
        if self._writes:
            return self._write_with_hooks(offset, data)
        if self._stores_as_written:
            self._data[offset : offset + len(data)] = data
        else:
            self._store(self.on_bus(offset, data), self.placed.lanes(offset, len(data)))
        return None

    # An access with hooks goes on in a coroutine from the first hook that takes time.

    def _read_with_hooks(self, offset: int, count: int) -> bytes | Awaitable[bytes]:
        whole = count == self._size
        lanes = self._mask if whole else self.placed.lanes(offset, count)
        if self._reads_as_stored:
            value = int.from_bytes(self._data[self.start : self.end], "little")
        else:
            value = self._fetch(lanes)
        cause = (self._region, self._where, offset, count, None)
        slots = iter(self._reads)
        try:
            for slot in slots:
                if slot.mask & lanes and (hook := slot.hook()) is not None:
                    answer = self._guard.ask(hook, cause, slot.view(value))
                    if type(answer) is COROUTINE:
                        return self._read_on(answer, slot, slots, value, cause)
                    if answer is not None:
                        value = slot.merge(value, answer)
        except Absent:
            return ones(count)
        if whole:
            return value.to_bytes(count, "little")
        return self._bytes(value, offset, count)

    async def _read_on(
        self, answer: Any, slot: Slot, slots: Iterator[Slot], value: int, cause: Cause
    ) -> bytes:
        _, _, offset, count, _ = cause
        lanes = self.placed.lanes(offset, count)
        try:
            value = slot.merge(value, await answer)
            for slot in slots:
                if slot.mask & lanes and (hook := slot.hook()) is not None:
                    answer = self._guard.ask(hook, cause, slot.view(value))
                    if type(answer) is COROUTINE:
                        answer = await answer
                    value = slot.merge(value, answer)
        except Absent:
            return ones(count)
        return self._bytes(value, offset, count)

    def _write_with_hooks(self, offset: int, data: bytes) -> Awaitable[None] | None:
        old = int.from_bytes(self._data[self.start : self.end], "little")
        if len(data) == self._size and self._stores_as_written:
            lanes, new = self._mask, int.from_bytes(data, "little")
            written = new
            self._data[self.start : self.end] = data
        else:
            lanes, written = self.placed.lanes(offset, len(data)), self.on_bus(offset, data)
            new = self._store(written, lanes)
        cause = (self._region, self._where, offset, len(data), data)
        slots = iter(self._writes)
        try:
            for slot in slots:
                if slot.mask & lanes and (hook := slot.hook()) is not None:
                    views = slot.view_new(new, written), slot.view(old)
                    answer = self._guard.ask(hook, cause, *views)
                    if type(answer) is COROUTINE:
                        return self._write_on(answer, slots, (new, written, old), lanes, cause)
                    if type(answer) is Verdict:
                        self._obey(answer)
        except Absent:
            self._put(old)
        return None

    async def _write_on(
        self,
        answer: Any,
        slots: Iterator[Slot],
        values: tuple[int, int, int],
        lanes: int,
        cause: Cause,
    ) -> None:
        new, written, old = values
        try:
            self._obey(await answer)
            for slot in slots:
                if slot.mask & lanes and (hook := slot.hook()) is not None:
                    views = slot.view_new(new, written), slot.view(old)
                    answer = self._guard.ask(hook, cause, *views)
                    self._obey(await answer if type(answer) is COROUTINE else answer)
        except Absent:
            self._put(old)

    def _obey(self, answer: object) -> None:
        """Store what a person says that a write stores; what a hook returns means nothing."""
        if type(answer) is Verdict and answer.number is not None:
            self._put(answer.number & self.placed.register.mask)

    def _fetch(self, lanes: int) -> int:
        stored = self.stored
        value, after = self.placed.register.read(stored, lanes)
        if after != stored:
            self._put(after)
        return value

    def on_bus(self, offset: int, data: bytes) -> int:
        """Return the bits of a write, positioned in the register."""
        return int.from_bytes(data, "little") << 8 * (offset - self.start)

    def _store(self, written: int, lanes: int) -> int:
        after = self.placed.register.write(self.stored, written, lanes)
        self._put(after)
        return after

    def _put(self, value: int) -> None:
        self._data[self.start : self.end] = value.to_bytes(self.placed.size, "little")

    def _bytes(self, value: int, offset: int, count: int) -> bytes:
        return value.to_bytes(self.placed.size, "little")[offset - self.start :][:count]

    # What a person or a hook does.

    @property
    def stored(self) -> int:
        """The register's bits, whatever their access types."""
        return int.from_bytes(self._data[self.start : self.end], "little")

    @property
    def value(self) -> Value:
        """What is stored, as a value that knows its fields."""
        return self.placed.value(self.stored)

    def change(self, value: int | None, fields: Mapping[str, int | Enum]) -> None:
        """Set the register, unless value is None, then fields of it; from any thread."""
        self._owner.run(self._change, value, fields)

    def _change(self, value: int | None, fields: Mapping[str, int | Enum]) -> None:
        value = self.placed.encode(self.stored if value is None else value, **fields)
        self.poke(self.start, value.to_bytes(self.placed.size, "little"))

    def peek(self, offset: int, count: int) -> bytes:
        """Return what is stored."""
        return self._data[offset : offset + count]

    def poke(self, offset: int, data: bytes) -> None:
        """Store data, whatever the access types."""
        self.pokes += 1
        self.poker = author()
        poke(self._own, offset, data)

    def take(self, value: int) -> None:
        """Hold what a former definition's register held."""
        data = value.to_bytes(self.placed.size, "little")
        if self._own[self.start : self.end] != data:
            poke(self._own, self.start, data)

    def move(self, data: mmap, own: Bytes) -> None:
        """Live in other storage from now on."""
        assign(self, _data=data, _own=own)

    def reset(self) -> None:
        """Give the register its reset value."""
        self.assign(self.placed.register.reset)

    def assign(self, value: int) -> None:
        """Make value what is stored, for good: no failing hook takes it back."""
        self._own[self.start : self.end] = value.to_bytes(self.placed.size, "little")
