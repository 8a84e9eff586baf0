"""Draws (P14): how many entries the rules give a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from quiz.rules import numbers
from quiz.rules.limits import Dated, kept
from quiz.rules.numbers import Exact
from quiz.rules.parts import AtLeast, Award, Draw, Entry, Limit


class Try(NamedTuple):
    """An accepted attempt as a draw or a prize sees it."""

    day: str
    period: str
    score: Exact
    correct: int
    full: bool
    started_ms: int = 0
    void: bool = False
    level: str = ""  # that it passed, with its stage


@dataclass(frozen=True)
class Entrant:
    """What a person has that may earn entries."""

    tries: Sequence[Try]
    events: Mapping[str, Sequence[Dated]]  # kind → when
    places: Mapping[str, Sequence[int]]  # board → places, one for each of its periods
    total: Fraction

    @property
    def levels(self) -> int:
        """How many levels the person has passed."""
        return len({each.level for each in self.tries if each.level})


def entries(draw: Draw, award: Award, entrant: Entrant) -> list[Dated]:
    """Return a person's entries in a draw with their days, after the caps of each source and of the draw."""
    earned = [one for entry in draw.entries for one in _from(entry, award, entrant)]
    return _within(draw.cap, sorted(earned, key=lambda one: one.day))


def apart_from_places(draw: Draw, award: Award, entrant: Entrant) -> int:
    """Return how many entries a person has beside those for places, before the cap of the whole draw."""
    earned = [
        one for entry in draw.entries if entry.source != "place" for one in _from(entry, award, entrant)
    ]
    within = _within(Limit(draw.cap.per_day, draw.cap.per_period), sorted(earned, key=lambda one: one.day))
    return sum(one.number for one in within)


def with_places(draw: Draw, award: Award, apart: int, places: Mapping[str, Sequence[int]]) -> int:
    """Return how many entries a person has in all; of those for places no day or period has a cap."""
    entrant = Entrant((), {}, places, Fraction(0))
    for_places = (entry for entry in draw.entries if entry.source == "place")
    number = apart + sum(one.number for entry in for_places for one in _from(entry, award, entrant))
    return number if draw.cap.total is None else min(number, draw.cap.total)


def _within(cap: Limit, earned: list[Dated]) -> list[Dated]:
    within = kept(cap, earned)
    return [
        one if number == one.number else one._replace(number=number)
        for one, number in zip(earned, within, strict=True)
        if number
    ]


def _from(entry: Entry, award: Award, entrant: Entrant) -> list[Dated]:
    """Return the entries of one source with their days, within its own cap."""
    return _within(entry.cap, SOURCES[entry.source](entry, award, entrant))


def _attempts(entry: Entry, _award: Award, entrant: Entrant) -> list[Dated]:
    return [
        Dated(each.day, each.period, _of_attempt(entry, each, entrant))
        for each in entrant.tries
        if not entry.all_correct or each.full
    ]


def _of_attempt(entry: Entry, each: Try, entrant: Entrant) -> int:
    if entry.at_least is not None and not reaches(entry.at_least, each, entrant):
        return 0
    if entry.each is not None:
        return max(0, int(_amount(entry.each, each, entrant) // entry.each.number))
    return 1


def reaches(at_least: AtLeast, each: Try, entrant: Entrant) -> bool:
    """Return whether an attempt, or what the person has in all, reaches a threshold (≥)."""
    return numbers.reaches(_amount(at_least, each, entrant), at_least.number)


def _amount(at_least: AtLeast, each: Try, entrant: Entrant) -> Exact:
    return AMOUNTS[at_least.what](each, entrant)


AMOUNTS: Mapping[str, Callable[[Try, Entrant], Exact]] = {
    "score": lambda each, _: each.score,
    "correct": lambda each, _: each.correct,
    "total": lambda _, entrant: entrant.total,
    "levels": lambda _, entrant: entrant.levels,
}


def _events(entry: Entry, _award: Award, entrant: Entrant) -> list[Dated]:
    return list(entrant.events.get(entry.kind or "", ()))


def _place(entry: Entry, _award: Award, entrant: Entrant) -> list[Dated]:
    places = entrant.places.get(entry.board or "", ())
    return [Dated("", "") for place in places if place <= (entry.top or 0)]


def _collection(entry: Entry, award: Award, entrant: Entrant) -> list[Dated]:
    """One entry for each complete set; a card named five times is wanted five times. Source: R35."""
    had = {
        token.give: sum(
            (token.at_least is None or reaches(token.at_least, each, entrant))
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
