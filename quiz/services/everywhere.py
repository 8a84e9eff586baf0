"""A person folded anew wherever they are on a board: what is known of them has changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, select

from quiz.live import LiveLine
from quiz.models.contests import Contest, Rules
from quiz.models.play import Line
from quiz.rules.publicity import FROZEN_APART
from quiz.services.announcing import announce
from quiz.services.closing import refold
from quiz.services.platform import Platform
from quiz.services.published import published


def refolded(
    connection: Connection, platform: Platform, person_id: int, now_ms: int
) -> dict[int, list[LiveLine]]:
    """Fold the person anew wherever they are on a board."""
    stages = connection.execute(
        select(Rules.id, Line.stage)
        .join(Contest, Contest.rules_id == Rules.id)
        .join(Line, Line.contest_id == Contest.id)
        .where(Line.person_id == person_id, Line.period == "", Line.stage < FROZEN_APART)
    ).all()
    changed: dict[int, list[LiveLine]] = {}
    for rules_id, stage in stages:
        rules = published(platform, rules_id)
        changed.setdefault(rules.contest_id, []).extend(refold(connection, rules, stage, person_id, now_ms))
    return changed


def announce_all(platform: Platform, changed: Mapping[int, Sequence[LiveLine]]) -> None:
    """Tell the live boards of each contest what was folded."""
    for contest_id, lines in changed.items():
        announce(platform, contest_id, lines)
