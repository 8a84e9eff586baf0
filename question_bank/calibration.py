"""Difficulties of questions from sparse answers: one slope for all, marginal maximum likelihood.

The model is P(right) = 1 / (1 + exp(-a (θ - b))): abilities θ standard normal, one slope a for all questions
(Rasch, 1960, in the form of Thissen, 1982). The likelihood is maximised by EM (Bock & Aitkin, 1981) with
abilities on an even grid. As the slope is shared, a question enters by its number of right answers and a
person by the score alone, so a round costs one pass over the answers. Nothing is random: the same answers
give the same numbers. Import it where it is used: numpy is too large for a process that only serves pages.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NODES = np.linspace(-5.0, 5.0, 41)  # abilities
WEIGHTS = np.exp(-NODES * NODES / 2) / np.exp(-NODES * NODES / 2).sum()
CHUNK = 20_000  # answers that are looked at together: bounds the memory
ROUNDS = 500
STEEPEST = 5.0  # slope; questions that all agree wholly would have one without end
CLOSE = 1e-6  # the search ends when no parameter moves by more in a round


@dataclass(frozen=True)
class Calibration:
    """What was estimated, a value a question in the order of the item numbers.

    `difficulties` (b) and `errors` (their standard errors) are in standard deviations of ability; `shares` is
    the share of an average public (θ standard normal) that is right. A question that all answered rightly has
    the difficulty -inf, one that all answered wrongly inf, one without an answer nan.
    """

    slope: float
    difficulties: Floats
    errors: Floats
    shares: Floats
    log_likelihood: float


def calibrate(people: ArrayLike, items: ArrayLike, right: ArrayLike) -> Calibration:
    """Estimate the slope and each question's difficulty from three columns of equal length, an answer a row.

    `people` and `items` are whole numbers from 0, `right` true or false; rows in any order, a person at most
    once a question. Questions that all got right, or all wrong, say nothing on the others and are left out.
    """
    answers = _Answers(np.asarray(people, np.int64), np.asarray(items, np.int64), np.asarray(right, bool))
    slope, offsets = 1.0, 1.1 * np.log(answers.rights / (answers.counted - answers.rights))
    for _ in range(ROUNDS):
        expected, moment, _likelihood = answers.expect(slope, offsets)
        before = slope, offsets
        slope, offsets = _maximise(expected, moment, answers.rights, slope, offsets)
        if max(abs(slope - before[0]), np.abs(offsets - before[1]).max(initial=0)) < CLOSE:
            break
    expected, _moment, log_likelihood = answers.expect(slope, offsets)
    chances = _chances(slope, offsets)
    information = (expected * chances * (1 - chances)).sum(1)
    return Calibration(
        slope,
        answers.at_their_numbers(-offsets / slope, all_right=-np.inf, all_wrong=np.inf),
        answers.at_their_numbers(1 / (slope * np.sqrt(information)), all_right=np.nan, all_wrong=np.nan),
        answers.at_their_numbers(chances @ WEIGHTS, all_right=1.0, all_wrong=0.0),
        log_likelihood,
    )


def _chances(slope: float, offsets: Floats) -> Floats:
    """Return the chance to be right, a row a question, a column an ability."""
    result: Floats = 1 / (1 + np.exp(-(slope * NODES + offsets[:, None])))
    return result


def _maximise(
    expected: Floats, moment: float, rights: Floats, slope: float, offsets: Floats
) -> tuple[float, Floats]:
    """Return the best slope and offsets for the expected answers: Newton's method, the Hessian an arrow."""
    if not rights.size:
        return slope, offsets
    for _ in range(20):
        chances = _chances(slope, offsets)
        fitted = expected * chances
        spread = fitted * (1 - chances)
        by_offset = rights - fitted.sum(1)
        by_slope = moment - float((fitted * NODES).sum())
        curve, cross = spread.sum(1), (spread * NODES).sum(1)
        left = float((spread * NODES * NODES).sum() - (cross * cross / curve).sum())
        step = (by_slope - float((cross * by_offset / curve).sum())) / left
        step = min(max(slope + step, 0.01), STEEPEST) - slope
        steps = np.clip((by_offset - cross * step) / curve, -1, 1)
        slope, offsets = slope + step, offsets + steps
        if max(abs(step), np.abs(steps).max()) < CLOSE / 100:
            break
    return slope, offsets


class _Chunk(NamedTuple):
    """The answers of some people, once by person and once by question."""

    people: slice
    items: Ints  # question of each answer, by person
    first_of_person: Ints
    person: Ints  # person of each answer, by question
    first_of_item: Ints
    item: Ints  # the questions that occur


class _Answers:
    """The answers that hold information, those of a person together."""

    def __init__(self, people: Ints, items: Ints, right: NDArray[np.bool_]) -> None:
        counted, rights = (
            np.bincount(items),
            np.bincount(items[right], minlength=int(items.max(initial=-1)) + 1),
        )
        self._all_right, self._all_wrong = (rights == counted) & (counted > 0), (rights == 0) & (counted > 0)
        self._kept = np.flatnonzero((rights > 0) & (rights < counted))
        self.counted, self.rights = counted[self._kept].astype(float), rights[self._kept].astype(float)
        number = np.full(counted.size, -1)
        number[self._kept] = np.arange(self._kept.size)
        order = np.argsort(people, kind="stable")
        order = order[number[items[order]] >= 0]
        people, self._items = people[order], number[items[order]]
        self._starts = np.flatnonzero(np.diff(people, prepend=-1))
        self._scores = (
            np.add.reduceat(right[order].astype(float), self._starts) if order.size else np.empty(0)
        )
        self._chunks = list(self._cut())

    def _cut(self) -> Iterator[_Chunk]:
        ends = np.append(self._starts[1:], self._items.size)
        first = 0
        while first < self._starts.size:
            begin = self._starts[first]
            last = max(int(np.searchsorted(ends, begin + CHUNK, "right")), first + 1)
            items = self._items[begin : ends[last - 1]]
            by_item = np.argsort(items, kind="stable")
            person = np.repeat(np.arange(last - first), (ends - self._starts)[first:last])[by_item]
            heads = np.flatnonzero(np.diff(items[by_item], prepend=-1))
            yield _Chunk(
                slice(first, last),
                items,
                self._starts[first:last] - begin,
                person,
                heads,
                items[by_item][heads],
            )
            first = last

    def expect(self, slope: float, offsets: Floats) -> tuple[Floats, float, float]:
        """Return the expected answers (question x ability), the sum of score x ability, log likelihood."""
        losses = np.logaddexp(0, slope * NODES + offsets[:, None])
        expected = np.zeros_like(losses)
        moment, likelihood = 0.0, float(self.rights @ offsets)
        for chunk in self._chunks:
            scores = self._scores[chunk.people]
            logs = scores[:, None] * (slope * NODES) + np.log(WEIGHTS)
            logs -= np.add.reduceat(losses[chunk.items], chunk.first_of_person, axis=0)
            top = logs.max(1, keepdims=True)
            posterior = np.exp(logs - top)
            total = posterior.sum(1, keepdims=True)
            posterior /= total
            likelihood += float((top + np.log(total)).sum())
            moment += float(scores @ (posterior @ NODES))
            expected[chunk.item] += np.add.reduceat(posterior[chunk.person], chunk.first_of_item, axis=0)
        return expected, moment, likelihood

    def at_their_numbers(self, values: Floats, *, all_right: float, all_wrong: float) -> Floats:
        """Put the values of the kept questions at the questions' own numbers, the others' beside them."""
        full = np.full(self._all_right.size, np.nan)
        full[self._kept], full[self._all_right], full[self._all_wrong] = values, all_right, all_wrong
        return full
