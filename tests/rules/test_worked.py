"""The examples of the rules pages: attempts that can be, and what the fold and the formulas make of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from functools import cache
from itertools import product
from math import prod

import pytest

from quiz.rules import scoring, standings, worked
from quiz.rules.numbers import rounded
from quiz.rules.parts import Stage
from quiz.rules.saying import Sentence, filled_in
from quiz.rules.standings import Played
from quiz.rules.words_of_totals import total
from quiz.rules.words_of_units import unit_boards
from tests.rules.documents import stage
from tests.rules.test_words import NAMES, read

STAGES = [(name, n) for name in NAMES for n in range(len(read(name).stages))]
NUMBER = re.compile(r"(-?[\d./]+) 分")


def examples(sentences: Iterator[Sentence]) -> list[str]:
    return [each for sentence in sentences if (each := filled_in(sentence)).startswith("举例")]


@cache
def reachable(name: str, n: int) -> frozenset[Fraction]:
    """Return what attempts can be worth: some answers right, some wrong, some missing."""
    stage = read(name).stages[n]
    worth = [section.points for section in stage.paper.sections for _ in range(section.count)]
    if stage.award.duel is not None:
        return frozenset(stage.award.duel)
    found = set()
    for rights, wrongs in product(range(len(worth) + 1), repeat=2):
        given = [Fraction(1)] * rights + [Fraction(0)] * wrongs
        if len(given) > len(worth):
            continue
        blank = [None] * (len(worth) - len(given))
        answers = [
            scoring.Answer(right, 0, each) for right, each in zip([*given, *blank], worth, strict=True)
        ]
        marked = scoring.mark(stage, answers)
        levels = ("1", "2") if stage.flow.levels is not None else ("",)
        found |= {Fraction(scoring.in_level(stage, level, marked.score, marked.points)) for level in levels}
    return frozenset(found)


def folded(stage: Stage, rounds: list[list[Fraction]]) -> Fraction:
    """Return a total as the fold makes it: each round is a period, its attempts are of one day."""
    played = [
        Played(
            id=100 * p + n,
            person=0,
            started_ms=10_000 * (100 * p + n),
            finished_ms=10_000 * (100 * p + n) + 5_000,
            period="" if stage.calendar.period == "none" else str(p),
            day=str(p),
            score=points,
            correct=0,
            of=1,
            points=points,
            time_ms=5_000,
            full=False,
        )
        for p, each in enumerate(rounds)
        for n, points in enumerate(each)
    ]
    line = standings.line(stage, played)
    assert line is not None
    return line.total * stage.point


@pytest.mark.parametrize(("name", "n"), STAGES)
def test_the_total_in_the_example_is_what_the_fold_makes_of_attempts_that_can_be(name: str, n: int) -> None:
    rules = read(name)
    stage = rules.stages[n]
    for example in examples(total(rules, stage)):
        *_, body, result = re.split(r"举例：|，(?:总分|这.+的成绩)是 ", example)
        rounds = [[Fraction(each) for each in NUMBER.findall(part)] for part in body.split("，第二")]
        limit = stage.quota.limit

        assert folded(stage, rounds) == Fraction(result.removesuffix(" 分。"))
        assert {points for each in rounds for points in each} <= reachable(name, n)
        assert limit.total is None or sum(map(len, rounds)) <= limit.total
        assert limit.per_period is None or max(map(len, rounds)) <= limit.per_period


def test_most_stages_have_an_example_of_a_total() -> None:
    without = {
        (name, read(name).stages[n].name)
        for name, n in STAGES
        if not examples(total(read(name), read(name).stages[n]))
    }

    assert {name for name, _ in without} <= {
        "example-e8-practice-first",  # one attempt
        "r10-national-2018",  # a final with one attempt each
        "r12-beijing-2021",  # of its five stages, one with one attempt
        "r13-fujian-2020",
        "r18-pupils-fire-2017",
        "r19-shaanxi-children-2017",
        "r22-shandong-security-2023",
        "r23-hunan-constitution-2020",
        "r41-beijing-119-2021",
        "r43-inner-mongolia-2023",  # training without points
        "r44-shanxi-libraries-2021",
    }


FIGURES: Mapping[
    str, Callable[[list[Fraction], int], Fraction | int]
] = {  # from totals and the number enrolled
    "参加人数": lambda t, e: len(t),
    "答题人次": lambda t, e: len(t),
    "得分人数": lambda t, e: sum(each != 0 for each in t),
    "总分之和": lambda t, e: sum(t),
    "人均分": lambda t, _: sum(t, Fraction(0)) / len(t),
    "应参加人均分": lambda t, e: sum(t, Fraction(0)) / e,
    "参与率": lambda t, e: Fraction(100 * len(t), e),
    "最高分": lambda t, e: max(t),
    "各组最高分之和": lambda t, e: max(t[:2]) + max(t[2:]),
    "满分率": lambda t, e: Fraction(100, len(t)),
}


def figure(metric: str, totals: list[Fraction], enrolled: int) -> Fraction:
    if found := re.fullmatch(r"前 (\d+) 名之和", metric):
        return sum(sorted(totals)[-int(found[1]) :], Fraction(0))
    if found := re.fullmatch(r"达到 (\S+) 分的比率", metric):
        return Fraction(100 * sum(each >= Fraction(found[1]) for each in totals), len(totals))
    return Fraction(FIGURES[metric](totals, enrolled))


def same(shown: str, exact: Fraction) -> bool:
    """Return whether a number is shown exactly, or rounded to the digits it has."""
    digits = len(shown.partition(".")[2])
    return Fraction(shown) == exact or (digits > 0 and Fraction(shown) == rounded(exact, digits, "half_up"))


@pytest.mark.parametrize(("name", "n"), STAGES)
def test_the_example_of_a_unit_can_be_reckoned_by_its_reader(name: str, n: int) -> None:
    rules = read(name)
    stage = rules.stages[n]
    attempts = {folded(stage, [[points]]) for points in reachable(name, n)}
    for example in examples(unit_boards(rules, stage)):
        given, _, results = example.removesuffix("。").partition("：")[2].rpartition("：")
        totals = [Fraction(each) for each in NUMBER.findall(given.partition("总分分别是")[2])]
        enrolled = re.search(r"应参加 (\d+) 人", given)
        figures, _, formula = results.partition("，综合得分 = ")

        assert set(totals) <= attempts
        for each in figures.split("，"):
            metric, _, shown = each.partition("是 ")
            assert same(shown, figure(metric, totals, int(enrolled[1]) if enrolled else 0)), each
        if formula:
            terms, _, value = formula.rpartition(" = ")
            products = [[Fraction(each) for each in term.split(" × ")] for term in terms.split(" + ")]
            assert same(value, sum((Fraction(prod(each)) for each in products), Fraction(0)))


def test_the_example_of_a_long_paper_tries_few_numbers_of_right_answers() -> None:
    long = stage(paper={"sections": [{"count": 1000, "points": 2}]})

    assert len(worked.possible(long)) == 21
    assert worked.usual(long) == (1600, 1200, 2000)
