"""A filter: the questions that an event has to answer with yes, all of them."""

from collections.abc import Iterable, Iterator

from muserlab.trace.event import Kind
from muserlab.trace.filter.subject import Subject
from muserlab.trace.filter.terms import EventTest, Term, is_patient, term_of
from muserlab.trace.filter.words import words_of
from muserlab.trace.ring import Record, event_of


class Filter:
    """What a text asks of events; an empty one lets everything through.

    Words are text to look for, or conditions: `where:CTRL` (`where=CTRL` exactly), `kind:write`,
    `data:0x1`, `data:0x10..0x1f`, `data>=16`, `data&0x8`, `offset:0x100`, `client:qemu`,
    `note:masked`, `device:adder`, `seq:100..200`, `time:1.5..2`, `size:4`, `took>10us`. All have to
    hold; alternatives stand between commas (`kind:read,write`), and `-` turns one round
    (`-where:STATUS`).

    Raises FilterError, telling why and where, for what cannot be understood.
    """

    def __init__(self, text: str = "") -> None:
        self.text = text
        words = words_of(text)
        self._terms = tuple(term_of(word) for word in words)
        self.patient = any(is_patient(word) for word in words)
        """Whether it cannot judge an access before that has its answer."""

    def __bool__(self) -> bool:
        """Whether it holds anything back."""
        return bool(self._terms)

    def __repr__(self) -> str:
        """Show the text."""
        return f"Filter({self.text!r})"

    def sieve(self, subject: Subject) -> "Sieve":
        """Return what sorts the events of one trace."""
        return Sieve(self._terms, subject)


class Sieve:
    """A filter at work on one trace; what it finds out about a place it asks only once."""

    def __init__(self, terms: tuple[Term, ...], subject: Subject) -> None:
        self._terms = terms
        self._subject = subject
        self._places: dict[tuple[str, str], tuple[_Question, ...] | None] = {}

    def sift(self, records: Iterable[Record]) -> Iterator[Record]:
        """Return the records that pass; events are some."""
        places, subject = self._places, self._subject
        for record in records:
            place = record[2], record[3]
            try:
                questions = places[place]
            except KeyError:
                questions = places[place] = self._questions(*place)
            if questions == ():
                yield record
            elif questions is not None:
                event = event_of(record)
                if all(bool(ask(event, subject)) is wanted for ask, wanted in questions):
                    yield record

    def _questions(self, kind: str, where: str) -> "tuple[_Question, ...] | None":
        """Return what is left to ask of an event at a place; None where none can pass."""
        left: list[_Question] = []
        for term in self._terms:
            held = term.place is not None and term.place(Kind(kind), where, self._subject.device)
            if held or term.event is None:
                if held is term.negated:
                    return None
            else:
                left.append((term.event, not term.negated))
        return tuple(left)


_Question = tuple[EventTest, bool]
