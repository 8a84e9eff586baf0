"""What a bank is good for under a document's rules: told before the contest is published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from question_bank.drawing import Candidate, Pool
from question_bank.lacking import Shortfall, shortfalls, torn, uncovered
from question_bank.places import Value
from question_bank.supply import PAPERS, Supply, supply
from quiz.rules.parts import Document, Stage


@dataclass(frozen=True)
class StageSupply:
    """What a bank is good for in one stage; `supply` is None where no paper can be drawn."""

    stage: Stage
    short: Sequence[Shortfall]
    uncovered: Sequence[Value]
    supply: Supply | None
    torn: Sequence[Sequence[Candidate]] = ()  # by material: these are never drawn

    def as_dict(self) -> dict[str, Any]:  # Any: JSON data
        """Return the same as JSON data."""
        return {
            "stage": self.stage.name,
            "draw": self.stage.paper.draw,
            "short": [asdict(each) for each in self.short],
            "uncovered": [list(value) for value in self.uncovered],
            "torn": [[candidate.id for candidate in each] for each in self.torn],
            "supply": None if self.supply is None else asdict(self.supply),
        }


def supplies(document: Document, pool: Pool, seed: str, count: int = PAPERS) -> list[StageSupply]:
    """Return, stage by stage, what cannot be drawn and otherwise what `count` drawn papers are like."""
    return [_of_stage(stage, pool, f"{seed}/{n}", count) for n, stage in enumerate(document.stages)]


def _of_stage(stage: Stage, pool: Pool, seed: str, count: int) -> StageSupply:
    short, lost = shortfalls(stage.paper.sections, pool), uncovered(stage.paper, pool)
    if short or lost:
        return StageSupply(stage, short, lost, None)
    apart = torn(stage.paper, pool)
    points = [section.points for section in stage.paper.sections]
    return StageSupply(stage, short, lost, supply(stage.paper, pool, points, seed, count), apart)
