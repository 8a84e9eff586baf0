"""What a pool cannot give a paper: sections that stay short, values no paper can hold, torn materials."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from question_bank.drawing import Candidate, Pool, values_to_cover
from question_bank.places import Value
from question_bank.wanted import PaperRule, SectionRule


@dataclass(frozen=True)
class Shortfall:
    """A section that a pool cannot fill together with the others."""

    section: int
    wanted: int
    available: int
    is_of_materials: bool = False  # it could be filled if the questions of a material were drawn one by one


def shortfalls(sections: Sequence[SectionRule], pool: Pool) -> list[Shortfall]:
    """Return the sections that cannot be filled, all sections being filled at once as far as possible."""
    places = pool.one_by_one().plain_plan(sections).fullest
    is_of_materials = places.full and bool(pool.materials)
    if is_of_materials:
        plan = pool.plain_plan(sections)
        places = places if plan.possible else plan.fullest
    return [
        Shortfall(index, section.count, len(places.taken[index]), is_of_materials)
        for index, section in enumerate(sections)
        if len(places.taken[index]) < section.count
    ]


def uncovered(paper: PaperRule, pool: Pool) -> list[Value]:
    """Return the values that no paper can hold beside all others; empty when every paper holds all."""
    needed = values_to_cover(paper, pool)
    plan = pool.one_by_one().plain_plan(paper.sections, frozenset(needed))
    if plan.first is None:
        return plan.cover.impossible(plan.counts)
    if not pool.materials or not pool.plain_plan(paper.sections).possible:
        return []
    kept: list[Value] = []
    for value in needed:
        if pool.plain_plan(paper.sections, frozenset((*kept, value))).first is not None:
            kept.append(value)
    return [value for value in needed if value not in kept]


def torn(paper: PaperRule, pool: Pool) -> list[list[Candidate]]:
    """Return the questions that are never drawn, as those of their material cannot all stand in the paper."""
    bundles = pool.plain_plan(paper.sections).bundles
    fitting = {c.id for section in paper.sections for c in pool.matching(section)}
    return [
        each for each in pool.materials if each[0].id not in bundles and any(c.id in fitting for c in each)
    ]
