"""Draws (P14): how many entries the rules give a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from quiz.rules.limits import Dated, kept
from quiz.rules.parts import AtLeast, Award, Draw, Entry, Limit


@dataclass(frozen=True)
class Try:
    """An accepted attempt as a draw sees it."""

    day: str
    period: str
    score: Fraction
    correct: int
    full: bool


@dataclass(frozen=True)
class Entrant:
    """What a person has that may earn entries."""

    tries: Sequence[Try]
    events: Mapping[str, Sequence[Dated]]  # kind → when
    places: Mapping[str, Sequence[int]]  # board → places, one for each of its periods
    total: Fraction


def entries(draw: Draw, award: Award, entrant: Entrant) -> list[Dated]:
    """Return a person's entries in a draw with their days, after the caps of each source and of the draw."""
    earned = [one for entry in draw.entries for one in _from(entry, award, entrant)]
    return _within(draw.cap, sorted(earned, key=lambda one: one.day))


def _within(cap: Limit, earned: list[Dated]) -> list[Dated]:
    numbers = kept(cap, earned)
    return [Dated(one.day, one.period, number) for one, number in zip(earned, numbers, strict=True) if number]


def _from(entry: Entry, award: Award, entrant: Entrant) -> list[Dated]:
    """Return the entries of one source with their days, within its own cap."""
    return _within(entry.cap, SOURCES[entry.source](entry, award, entrant))


def _attempts(entry: Entry, _award: Award, entrant: Entrant) -> list[Dated]:
    return [
        Dated(each.day, each.period, _of_attempt(entry, each, entrant.total))
        for each in entrant.tries
        if not entry.all_correct or each.full
    ]


def _of_attempt(entry: Entry, each: Try, total: Fraction) -> int:
    if entry.at_least is not None and not reaches(entry.at_least, each, total):
        return 0
    if entry.each is not None:
        return int(_amount(entry.each, each, total) // entry.each.number)
    return 1


def reaches(at_least: AtLeast, each: Try, total: Fraction) -> bool:
    """Return whether an attempt (or the person's total) reaches a threshold; its number is included."""
    return _amount(at_least, each, total) >= at_least.number


def _amount(at_least: AtLeast, each: Try, total: Fraction) -> Fraction:
    return {"score": each.score, "correct": Fraction(each.correct), "total": total}[at_least.what]


def _events(entry: Entry, _award: Award, entrant: Entrant) -> list[Dated]:
    return list(entrant.events.get(entry.kind or "", ()))


def _place(entry: Entry, _award: Award, entrant: Entrant) -> list[Dated]:
    places = entrant.places.get(entry.board or "", ())
    return [Dated("", "") for place in places if place <= (entry.top or 0)]


def _collection(entry: Entry, award: Award, entrant: Entrant) -> list[Dated]:
    """One entry for each complete set; a card named five times is wanted five times. Source: R35."""
    had = {
        token.give: sum(
            (token.at_least is None or reaches(token.at_least, each, entrant.total))
            and (not token.all_correct or each.full)
            for each in entrant.tries
        )
        for token in award.tokens
    }
    sets = min(had.get(name, 0) // wanted for name, wanted in Counter(entry.tokens).items())
    return [Dated("", "", sets)] if sets else []


SOURCES: Mapping[str, Callable[[Entry, Award, Entrant], list[Dated]]] = {
    "attempt": _attempts,
    "event": _events,
    "place": _place,
    "collection": _collection,
}
