"""What the words of a filter mean: each is a question to an event."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches

from muserlab.trace.event import Event, Kind
from muserlab.trace.filter import numbers, patterns
from muserlab.trace.filter.errors import FilterError
from muserlab.trace.filter.kinds import kinds_called, known_as
from muserlab.trace.filter.subject import Subject, number_of
from muserlab.trace.filter.words import Word, alternatives

PlaceTest = Callable[[Kind, str, str], bool]
EventTest = Callable[[Event, Subject], bool | None]


@dataclass(frozen=True, slots=True)
class Term:
    """A question to an event.

    `place` asks about kind, place and device only, so that its answer holds for all events there;
    `event` about the rest of it. With both, one yes is enough. An answer of None says that there
    is nothing to ask about, as of the data of an interrupt.
    """

    place: PlaceTest | None = None
    event: EventTest | None = None
    negated: bool = False


def term_of(word: Word) -> Term:
    """Return what a word asks; FilterError where it makes no sense."""
    if not word.name:
        return _any([_free(value, word.quoted) for value in alternatives(word)], word)
    name = NAMES.get(word.name)
    if name is None:
        raise _unknown(word)
    unequal = word.operator == "!="
    operator = "=" if unequal else word.operator
    try:
        terms = [name(operator, value, word.quoted) for value in alternatives(word)]
        return _unlike(terms, word) if unequal else _any(terms, word)
    except ValueError as error:
        raise FilterError(str(error), word.start, word.end) from None


def is_patient(word: Word) -> bool:
    """Return whether a word asks for what is known only when an access is over."""
    return NAMES.get(word.name) is _took


def _unknown(word: Word) -> FilterError:
    close = get_close_matches(word.name, SHOWN, 1)
    hint = f"did you mean {close[0]}:" if close else f"there are {', '.join(SHOWN)}"
    text = f"there is no {word.name}: to filter by; {hint}, and quotes look for it as text"
    return FilterError(text, word.start, word.end)


def _any(terms: list[Term], word: Word) -> Term:
    places = [term.place for term in terms if term.place is not None]
    events = [term.event for term in terms if term.event is not None]

    def place(kind: Kind, where: str, device: str) -> bool:
        return any(test(kind, where, device) for test in places)

    def holds(event: Event, subject: Subject) -> bool:
        return any(test(event, subject) for test in events)

    return Term(place if places else None, holds if events else None, word.negated)


def _unlike(terms: list[Term], word: Word) -> Term:
    """Return what asks whether there is something, and it is none of all these."""
    events = [term.event for term in terms if term.event is not None]
    if not events:
        term = _any(terms, word)
        return replace(term, negated=not term.negated)

    def unlike(event: Event, subject: Subject) -> bool:
        return all(test(event, subject) is False for test in events)

    return Term(event=unlike, negated=word.negated)


# -- conditions ------------------------------------------------------------------------------------


def _where(operator: str, text: str, _quoted: bool) -> Term:
    matches = patterns.test_of(_equality(operator), text)
    return Term(place=lambda _kind, where, _device: matches(where))


def _device(operator: str, text: str, _quoted: bool) -> Term:
    matches = patterns.test_of(_equality(operator), text)
    return Term(place=lambda _kind, _where, device: matches(device))


def _kind(operator: str, text: str, _quoted: bool) -> Term:
    _equality(operator)
    kinds = kinds_called(text)
    return Term(place=lambda kind, _where, _device: kind in kinds)


def _data(operator: str, text: str, quoted: bool) -> Term:
    if quoted:
        wanted = _bytes_in_hexadecimal(text) or text.encode()
        return Term(event=lambda event, _: wanted in event.data)
    try:
        matches = numbers.test_of(operator, text, numbers.number)
    except ValueError:
        wanted = _bytes_in_hexadecimal(text.replace(":", " "))
        if not wanted:
            raise ValueError(
                f"{text} is no number, nor a range (0x10..0x1f) or bytes (de:ad:be:ef); "
                "quotes look for text in the data"
            ) from None
        return Term(event=lambda event, _: wanted in event.data)

    def holds(event: Event, _: Subject) -> bool | None:
        value = number_of(event)
        return None if value is None else matches(value)

    return Term(event=holds)


def _offset(operator: str, text: str, _quoted: bool) -> Term:
    matches = numbers.test_of(operator, text, numbers.number)
    return Term(event=lambda event, _: None if event.offset is None else matches(event.offset))


def _size(operator: str, text: str, _quoted: bool) -> Term:
    matches = numbers.test_of(operator, text, numbers.number)
    return Term(event=lambda event, _: matches(len(event.data)) if event.data else None)


def _seq(operator: str, text: str, _quoted: bool) -> Term:
    matches = numbers.test_of(operator, text.replace("#", ""), numbers.number)
    return Term(event=lambda event, _: matches(event.seq))


def _time(operator: str, text: str, _quoted: bool) -> Term:
    matches = numbers.test_of(operator, text, numbers.seconds)
    return Term(event=lambda event, subject: matches(subject.seconds(event)))


def _took(operator: str, text: str, _quoted: bool) -> Term:
    matches = numbers.test_of(operator, text, numbers.nanoseconds)
    return Term(event=lambda event, _: None if event.took_ns is None else matches(event.took_ns))


def _note(operator: str, text: str, _quoted: bool) -> Term:
    matches = patterns.test_of(_equality(operator), text)
    return Term(event=lambda event, _: matches(event.note))


def _client(operator: str, text: str, _quoted: bool) -> Term:
    matches = patterns.test_of(_equality(operator), text)
    return Term(event=lambda event, subject: matches(subject.client_of(event.seq)))


def _equality(operator: str) -> str:
    if operator not in {":", "="}:
        raise ValueError(f"{operator} compares numbers; a name wants : or =")
    return operator


def _bytes_in_hexadecimal(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""


Maker = Callable[[str, str, bool], Term]

SHOWN: Mapping[str, Maker] = {
    "where": _where,
    "kind": _kind,
    "data": _data,
    "offset": _offset,
    "client": _client,
    "note": _note,
    "device": _device,
    "seq": _seq,
    "time": _time,
    "size": _size,
    "took": _took,
}
"""What there is to filter by."""

NAMES: Mapping[str, Maker] = {
    **SHOWN,
    **dict.fromkeys(("at", "reg", "register", "name", "w"), _where),
    **dict.fromkeys(("direction", "dir", "is", "op", "type", "k"), _kind),
    **dict.fromkeys(("value", "val", "d", "v"), _data),
    **dict.fromkeys(("addr", "address", "iova", "o", "off"), _offset),
    **dict.fromkeys(("by", "c", "who"), _client),
    **dict.fromkeys(("#", "n", "nr", "no", "number"), _seq),
    **dict.fromkeys(("seconds", "t"), _time),
    **dict.fromkeys(("latency", "duration", "dur"), _took),
    **dict.fromkeys(("bytes", "len", "length"), _size),
    **dict.fromkeys(("dev",), _device),
}
"""And by which other names people call that."""


# -- words that are no conditions ------------------------------------------------------------------


def _free(text: str, quoted: bool) -> Term:
    """Return what a word without a name asks: whether it is in anything that is known of an event.

    The name of a kind is taken for the kind, and `#17` for a number.
    """
    if not quoted and (kinds := known_as(text.lower())):
        return Term(place=lambda kind, _where, _device: kind in kinds)
    if text.startswith("#") and text[1:].isdigit():
        return _seq("=", text, False)
    named = patterns.test_of(":", text)
    value = _number_in(text)
    letters = text.lower().encode()

    def somewhere(event: Event, subject: Subject) -> bool:
        if value is not None and value in (number_of(event), event.offset):
            return True
        if letters in event.data.lower() or named(event.data.hex(" ")):
            return True
        return named(event.note) or named(subject.client_of(event.seq))

    return Term(lambda _kind, where, device: named(where) or named(device), somewhere)


def _number_in(text: str) -> int | None:
    try:
        return int(text, 0)
    except ValueError:
        return None
