"""A device as the text of a file that defines it."""

import inspect
from collections.abc import Iterator
from typing import Any

from muserlab.device import PROBATION, PCIDevice
from muserlab.live import Version
from muserlab.source.constructor import check_writable, constructor
from muserlab.source.definitions import Definitions
from muserlab.source.expressions import Expressions, shown
from muserlab.source.functions import FunctionText, text_of
from muserlab.source.hooking import Functions
from muserlab.source.imports import in_sections
from muserlab.source.lines import comment
from muserlab.source.literals import string
from muserlab.source.naming import Naming
from muserlab.source.parts import Parts, region_path
from muserlab.source.placements import Placement, placements
from muserlab.source.reach import NOWHERE, Reach, follow_definition
from muserlab.source.statements import Statement, in_order, joined


def saved(device: PCIDevice) -> str:
    """Return the text of a file that defines a device as it now is.

    Layouts are written from the model, hooks from their current versions' sources, with everything
    that those use. What `state` holds is written where it has a form as text, and named in a
    comment where it has none. What registers and memory hold is no part of a definition: after
    loading they have their resets. Raises SaveError where something that a hook needs cannot be
    written.
    """
    return _Saving(device).text()


class _Saving:
    """The making of one file."""

    def __init__(self, device: PCIDevice) -> None:
        self._device = device
        self._parts = Parts(device)
        self._reach = Reach(self._parts.__contains__)
        self._texts: dict[int, FunctionText | None] = {}
        self._hooks: dict[int, tuple[Any, list[Placement]]] = {}
        self._cleared: list[Placement] = []
        self._unsaved: list[str] = []
        self._follow()
        self._naming = Naming(self._parts, self._reach.names, self._function_names())
        for thing in self._reach.things.values():
            self._naming.add(thing)
        self._write = Expressions(self._naming.of, self._naming.register_of)

    def _follow(self) -> None:
        device, reach = self._device, self._reach
        check_writable(device)
        follow_definition(reach, device.definition)
        for placed in placements(device):
            if placed.version is None:
                self._cleared.append(placed)
            else:
                self._follow_hook(placed, placed.version)
        for name, value in vars(device.state).items():
            if not reach.attempt(value, (f"state.{name}",)):
                self._unsaved.append(name)
        reach.settle()

    def _follow_hook(self, placed: Placement, version: Version) -> None:
        function, trail = version.function, (placed.name,)
        if id(function) in self._hooks:
            self._hooks[id(function)][1].append(placed)
            return
        self._hooks[id(function)] = function, [placed]
        if inspect.isfunction(inspect.unwrap(function)):
            self._texts[id(function)] = text = text_of(function, version.source)
            self._reach.code(function, text, trail)
        else:
            self._reach.follow(function, NOWHERE, trail)

    def _function_names(self) -> Iterator[str]:
        return (text.name for text in self._texts.values() if text is not None)

    def text(self) -> str:
        """Return all of it."""
        definitions = Definitions(self._reach, self._naming, self._write)
        statements = [
            *definitions.constants(),
            *definitions.classes(),
            *self._the_device(),
            *self._functions(),
        ]
        body = in_order(statements)
        imports = in_sections(self._naming.imports)
        gap = "" if body[0].line else "\n"
        return f"{self._heading()}\n{imports}\n{gap}{joined(body)}"

    def _heading(self) -> str:
        identity = self._device.config.header.identity
        numbers = f"{identity.vendor:04x}:{identity.device:04x}"
        heading = f'"""{self._device.name} ({numbers}), as it was when lab.save wrote it."""\n'
        if self._reach.annotations_wait:
            heading += "\nfrom __future__ import annotations\n"
        if self._reach.undefined:
            names = ", ".join(sorted(self._reach.undefined))
            heading += f"\n{comment(f'Names that hooks use, and nothing defined: {names}')}"
        return heading

    def _the_device(self) -> Iterator[Statement]:
        """Yield the constructor's call, then what the device's state holds."""
        dev, must = self._naming.device, self._naming.must
        call = constructor(self._device.definition, must(PCIDevice), must, f"{dev} = ")
        yield Statement(f"{dev} = {call}\n", dev, line=True)
        for setting in self._settings(dev):
            yield Statement(setting, line=True)
        for name, value in vars(self._device.state).items():
            if name in self._unsaved:
                text = f"{dev}.state.{name} has no form as text: {shown(value)}"
                yield Statement(comment(text), line=True)
            else:
                before = f"{dev}.state.{name} = "
                yield Statement(f"{before}{self._write.of(value, before)}\n", line=True)

    def _settings(self, dev: str) -> Iterator[str]:
        """Yield what a person has set otherwise than the definition does."""
        if self._device.probation != PROBATION:
            yield f"{dev}.probation = {self._device.probation}\n"
        for region in self._device.present:
            if region.policy is not region.default_policy:
                yield f"{dev}{region_path(region)}.policy = {string(region.policy)}\n"

    def _functions(self) -> Iterator[Statement]:
        """Yield every function of hooks, put there, then those that others use."""
        functions = Functions(self._reach, self._naming, self._write)
        for placed in self._cleared:
            yield Statement(f"{self._place(placed)}.clear()\n", line=True)
        for function, at in self._hooks.values():
            places = [self._place(one) for one in at]
            if id(function) in self._texts:
                yield from functions.statements(function, self._texts[id(function)], places)
            else:
                yield from functions.put(function, places)
        for thing in self._reach.functions:
            if id(thing) not in self._hooks:
                yield from functions.statements(thing, text_of(thing), ())

    def _place(self, placed: Placement) -> str:
        return f"{self._naming.must(placed.root)}{placed.path}"
