"""The statements that define functions, and put them at hooks."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from muserlab.source.expressions import Expressions
from muserlab.source.functions import FunctionText, defined
from muserlab.source.lines import call, indented
from muserlab.source.naming import Naming
from muserlab.source.reach import Reach
from muserlab.source.statements import Statement


class Functions:
    """Writes functions; those that have variables of a function around them get one."""

    def __init__(self, reach: Reach, naming: Naming, write: Expressions) -> None:
        self._reach = reach
        self._naming = naming
        self._write = write
        self._makers: dict[tuple[str, ...], str] = {}

    def statements(
        self, function: Any, text: FunctionText | None, places: Sequence[str]
    ) -> Iterator[Statement]:
        """Yield what defines a function and puts it at hooks, whose expressions are `places`."""
        name = self._naming.of(function) or ""
        assert text is not None, name  # reaching it would have raised
        own = self._reach.own.get(id(function), {})
        if own:
            yield from self._made(text, own, name, places)
        elif text.expression:
            yield from self._put(text.expression, name, places)
        else:
            home = name or self._free(text.name, function)
            yield Statement(defined(text, places, home), name)

    def put(self, function: Any, places: Sequence[str]) -> Iterator[Statement]:
        """Yield what puts a callable at hooks that is more than a function."""
        return self._put(self._write.of(function), "", places)

    def _put(self, expression: str, name: str, places: Sequence[str]) -> Iterator[Statement]:
        if name:
            yield Statement(f"{name} = {expression}\n", name, line=True)
        for place in places:
            yield Statement(f"{call(place, [name or expression])}\n", line=True)

    def _made(
        self, text: FunctionText, own: Mapping[str, Any], name: str, places: Sequence[str]
    ) -> Iterator[Statement]:
        """Yield a function that makes others of the same text, and a call of it."""
        key = (text.all, *own)
        maker = self._makers.get(key)
        if maker is None:
            inner = text.name or "function"
            maker = self._makers[key] = self._naming.free(f"make_{inner}")
            result = text.expression or inner
            body = "" if text.expression else f"{text.all}\n"
            parameters = ", ".join(own)
            yield Statement(
                f"def {maker}({parameters}):\n{indented(f'{body}return {result}{chr(10)}')}", maker
            )
        made = call(maker, [self._write.of(value) for value in own.values()])
        yield from self._put(made, name, places)

    def _free(self, name: str, function: Any) -> str:
        """Return what a hook's function is called that nobody calls by its name."""
        need = self._reach.names.get(name)
        return name if need is None or need.value is function else self._naming.free(name)
