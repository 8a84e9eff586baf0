"""Thresholds that nobody can reach with the papers of a stage: they can be folded, and are no contest."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from quiz.errors import N_, Fault
from quiz.rules import scoring
from quiz.rules.building import number
from quiz.rules.found import Json
from quiz.rules.parts import AtLeast, Document, Stage
from quiz.rules.reading import Source

Threshold = tuple[str, str, Fraction]  # place, of what, how much


def out_of_reach(source: Source, document: Document) -> list[Fault]:
    """Return a fault for every threshold above what the stage's paper, or its levels, can come to."""
    return [
        Fault(
            at,
            source.line(at),
            "out_of_reach",
            ONLY_LEVELS if what == "levels" else ONLY_THE_PAPER,
            {"least": str(least), "most": str(highest[what])},
        )
        for n, stage in enumerate(document.stages)
        for highest in [_highest(stage)]
        for at, what, least in _thresholds(stage, source.raw["stages"][n], f"/stages/{n}")
        if what in highest and least > highest[what]
    ]


ONLY_THE_PAPER = N_("达不到：要求 %(least)s，而这份试卷最多只有 %(most)s。")
ONLY_LEVELS = N_("要求通过 %(least)s 关，而这个阶段只有 %(most)s 关。")


def _highest(stage: Stage) -> dict[str, Fraction]:
    levels = stage.flow.levels
    return {
        "score": scoring.highest_score(stage),
        "correct": Fraction(stage.paper.count),
        "levels": Fraction(len(levels.passes) if levels is not None else 0),
    }


def _thresholds(stage: Stage, raw: Json, at: str) -> Iterator[Threshold]:
    for n, step in enumerate(raw.get("award", {}).get("steps", ())):
        yield f"{at}/award/steps/{n}/at_least", stage.award.source, number(step["at_least"])
    for n, least in enumerate(stage.flow.levels.passes if stage.flow.levels is not None else ()):
        yield f"{at}/flow/levels/pass/{n}", "score", least
    for place, wanted in _at_leasts(stage):
        if wanted is not None:
            yield f"{at}{place}", wanted.what, wanted.number


def _at_leasts(stage: Stage) -> Iterator[tuple[str, AtLeast | None]]:
    yield "/flow/practice_first/at_least", stage.flow.practice_first
    for n, token in enumerate(stage.award.tokens):
        yield f"/award/tokens/{n}/at_least", token.at_least
    for n, draw in enumerate(stage.draws):
        for m, entry in enumerate(draw.entries):
            yield f"/draws/{n}/entries/{m}/at_least", entry.at_least
            yield f"/draws/{n}/entries/{m}/each", entry.each
    for n, prize in enumerate(stage.awards):
        yield f"/awards/{n}/at_least", prize.at_least
