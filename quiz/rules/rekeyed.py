"""A corrected key (P16): what is right now, that everybody gets the points, or that the question is out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import orjson

from question_bank.gaps import Accepted, Gap, short
from question_bank.marking import EVERYTHING, arranged_as, in_gaps, of_places, rightness
from question_bank.question import Question

EVERYBODY, NOBODY = "everybody", "nobody"
GAPS, ARRANGED = "gaps", "arranged"  # what names the answer of a question that has places


@dataclass(frozen=True)
class Rekeyed:
    """How a question is marked after a correction.

    Any of `keys` is right, in each gap what it accepts, or any of `orders`; a question has one of the three.
    Without any of them either everybody who had the question gets its full points, or it is taken out: an
    attempt is marked as if its paper did not have it, and full marks are those of the rest.
    """

    keys: frozenset[frozenset[str]] = frozenset()
    is_out: bool = False
    gaps: tuple[Gap, ...] = ()
    orders: frozenset[tuple[str, ...]] = frozenset()  # of order and match: the option in each place

    @classmethod
    def of(cls, question: Question) -> Rekeyed:
        """Return how a question is marked by what it says itself."""
        if question.gaps:
            return cls(gaps=_without_feedback(question.gaps))
        if question.arranged:
            return cls(orders=frozenset([question.arranged]))
        return cls(frozenset([question.key]))

    @classmethod
    def read(cls, written: Any) -> Rekeyed:  # Any: JSON that somebody wrote
        """Read what `written` wrote; ValueError.

        "AC" (A and C are right), ["A", "C"] (either is right), {"gaps": [{"accepted": ["氢", "H"]}]},
        {"arranged": ["BCA", "CBA"]} (either order is right), "everybody", "nobody".
        """
        if written in (EVERYBODY, NOBODY):
            return cls(is_out=written == NOBODY)
        if isinstance(written, dict):
            return _with_places(written)
        return cls(frozenset(map(frozenset, _texts(written))))

    @property
    def written(self) -> str | list[str] | dict[str, object]:
        """The correction as `read` reads it."""
        if self.gaps:
            return {GAPS: [gap.as_json() for gap in self.gaps]}
        if self.orders:
            return {ARRANGED: sorted(map("".join, self.orders))}
        texts = sorted("".join(sorted(key)) for key in self.keys)
        if not texts:
            return NOBODY if self.is_out else EVERYBODY
        return texts[0] if len(texts) == 1 else texts

    @property
    def text(self) -> str:
        """The correction in one line: "AC", "A/C", "氢|H / 氧", "everybody", "nobody"."""
        if self.gaps:
            return " / ".join("|".join(map(_told, gap.accepted)) for gap in self.gaps)
        if self.orders:
            return "/".join(sorted(map("".join, self.orders)))
        written = self.written
        return written if isinstance(written, str) else "/".join(written)

    @property
    def kept(self) -> str:
        """The correction as the database keeps it: the options of the key, or a list for each of several."""
        keys = sorted(sorted(key) for key in self.keys)
        return orjson.dumps(self.written if not keys else keys[0] if len(keys) == 1 else keys).decode()

    @property
    def has_key(self) -> bool:
        """Whether it says what is right."""
        return bool(self.keys or self.gaps or self.orders)

    @property
    def is_for_all(self) -> bool:
        """Whether everybody who had the question gets its points."""
        return not self.has_key and not self.is_out

    def includes(self, other: Rekeyed) -> bool:
        """Return whether all that another one has right is right, and in gaps nothing else."""
        if other.gaps:
            return _accepted(self.gaps) == _accepted(other.gaps)
        return other.has_key and other.keys <= self.keys and other.orders <= self.orders

    def right(self, chosen: Sequence[str], options: int, rule: str) -> Fraction | None:
        """Return how right an answer is, by the key that is best for it; None for a blank one.

        `chosen`: as `question_bank.marking.marked` takes it.
        """
        if self.is_for_all:
            return EVERYTHING
        if self.gaps:
            return of_places(in_gaps(self.gaps, chosen), rule)
        if self.orders:
            return of_places(arranged_as(self.order_for(chosen), chosen), rule)
        found = [rightness(key, frozenset(chosen), options, rule) for key in self.keys]
        return max((each for each in found if each is not None), default=None)

    def order_for(self, chosen: Sequence[str]) -> tuple[str, ...]:
        """Return the right order that is best for an answer."""
        return max(sorted(self.orders), key=lambda order: arranged_as(order, chosen).count(EVERYTHING))


def stored(text: str) -> Rekeyed:
    """Read back what `kept` wrote."""
    found = orjson.loads(text)
    if not isinstance(found, list):
        return Rekeyed.read(found)
    return Rekeyed(frozenset(map(frozenset, found if isinstance(found[0], list) else [found])))


def _with_places(written: dict[str, Any]) -> Rekeyed:  # Any: as above
    if ARRANGED in written:
        return Rekeyed(orders=frozenset(map(tuple, _texts(written[ARRANGED]))))
    try:
        gaps = tuple(Gap.from_json(each) for each in written[GAPS])
    except (KeyError, TypeError, AttributeError, ZeroDivisionError) as error:
        raise ValueError("key") from error
    if not gaps:
        raise ValueError("key")
    return Rekeyed(gaps=_without_feedback(gaps))


def _texts(written: Any) -> list[str]:  # Any: as above
    texts = [written] if isinstance(written, str) else written
    if not isinstance(texts, list) or not texts or not all(isinstance(t, str) and t for t in texts):
        raise ValueError("key")
    return texts


def _accepted(gaps: Sequence[Gap]) -> list[tuple[frozenset[Accepted], frozenset[str]]]:
    return [(frozenset(gap.accepted), gap.ignoring) for gap in gaps]


def _told(accepted: Accepted) -> str:
    return accepted.text if accepted.tolerance is None else f"{accepted.text}±{short(accepted.tolerance)}"


def _without_feedback(gaps: Sequence[Gap]) -> tuple[Gap, ...]:
    return tuple(
        replace(gap, accepted=tuple(replace(each, feedback="") for each in gap.accepted)) for gap in gaps
    )


Dated = tuple[int, Rekeyed]  # since when


def in_force(known: Sequence[Dated], keeps: bool, finished_ms: int) -> Rekeyed | None:
    """Return the correction by which an attempt is marked, None: by the key that was frozen.

    `keeps`: what was marked stays, so a correction concerns only attempts that end after it. Source: P16.
    """
    found = [key for at_ms, key in known if not keeps or finished_ms >= at_ms]
    return found[-1] if found else None
