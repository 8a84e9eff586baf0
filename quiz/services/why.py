"""Why this place: of one person or one unit, from the record and the board's own row and neighbours.

It costs what reading the board costs, and what the person did: nobody else is folded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from quiz.errors import N_, NotFound
from quiz.rules.document import Board, Stage
from quiz.rules.standings import Line
from quiz.rules.why import OneStage, Standing, Why, one_stage, why_person
from quiz.rules.why_unit_words import of_unit
from quiz.rules.why_units import WhyUnit, why_unit
from quiz.rules.why_words import of_person
from quiz.rules.words import Passage
from quiz.services import results
from quiz.services.board_reading import Page, Row, Wanted, board_of
from quiz.services.corrected import said_of
from quiz.services.deeds import NOTHING_KNOWN, deeds_of, ranked, recorded, until
from quiz.services.platform import Platform
from quiz.services.published import Published

NO_PLACE = N_("这个榜上还没有您的名次：答完一次计入成绩的题就有。")
NO_UNIT = N_("这个榜上没有这个单位：有人答完一次计入成绩的题就有。")
FIGURES = ("time_ms", "reached_ms", "first_started_ms", "attempts", "full")  # of a line, beside its total


@dataclass(frozen=True)
class Explained:
    """Why somebody stands where they stand, as data and in words."""

    stage: Stage
    board: Board
    period: str
    part: str  # of a divided board: which group or unit
    why: Why | WhyUnit
    passages: Sequence[Passage]
    is_behind: bool = False  # the board does not show yet what the record comes to


def of_board(
    platform: Platform, rules: Published, wanted: Wanted, now_ms: int, unit_id: int | None = None
) -> Explained:
    """Explain a row of a board: of people that of `wanted.me`; of units that of a unit, else of their own.

    Raises NotFound where they are not on the board.
    """
    _, board = board_of(rules, wanted.board)
    if board.of == "people":
        return _person(platform, rules, wanted, now_ms)
    return _unit(platform, rules, replace(wanted, unit=unit_id), now_ms)


def _person(platform: Platform, rules: Published, wanted: Wanted, now_ms: int) -> Explained:
    stage, board = board_of(rules, wanted.board)
    page = results.page(platform, rules, replace(wanted, first=0, size=1, query=""), now_ms)
    if wanted.me is None:
        raise NotFound(NO_PLACE)
    found = _stages(platform, rules, wanted.board.stage, wanted.me, page)
    row, beside = _found(page, wanted.me)
    if row is None:
        raise NotFound(NO_PLACE)
    stands = [each for each in found if each.stands]
    above, below = (_standing(stage, each) if each is not None else None for each in beside)
    why = why_person(stage, stands or found, _standing(stage, row), (above, below))
    total = sum((Fraction(str(each.total)) for each in why.stages), Fraction(0))
    return Explained(
        stage,
        board,
        page.period,
        page.part.name if page.part is not None else "",
        why,
        of_person(rules.document, stage, why),
        is_behind=row.place is not None and total != Fraction(str(why.total)),
    )


def _stages(
    platform: Platform, rules: Published, position: int, person_id: int, page: Page
) -> list[OneStage]:
    """Return how a person's totals came about: in the board's stage, or in all where it stands beside them.

    A frozen board is explained by what was on record before its freeze.
    """
    found = []
    with platform.store.reading() as session:
        connection = session.connection()
        said = said_of(connection, rules.contest_id, person_id)
        for n, stage in enumerate(rules.document.stages):
            if position in (n, len(rules.document.stages)):
                mine = until(recorded(connection, rules, n, person_id, said), page.frozen_ms)
                found.append(one_stage(stage, deeds_of(rules, stage, mine), page.period or None))
    return found


def _unit(platform: Platform, rules: Published, wanted: Wanted, now_ms: int) -> Explained:
    stage, board = board_of(rules, wanted.board)
    page = results.page(platform, rules, replace(wanted, first=0, size=1, query=""), now_ms)
    row = page.mine or next((each for each in page.unlisted if each.id == wanted.unit), None)
    if row is None:
        raise NotFound(NO_UNIT)
    row, beside = _found(page, row.id)
    assert row is not None  # it is one's own or among those below
    own = ranked(row)
    above, below = (ranked(each) if each is not None else None for each in beside)
    why = why_unit(stage, board, row.measured or NOTHING_KNOWN, own, (above, below))
    part = page.part.name if page.part is not None else ""
    return Explained(stage, board, page.period, part, why, of_unit(stage, board, why))


def _found(page: Page, row_id: int) -> tuple[Row | None, tuple[Row | None, Row | None]]:
    """Return a row with the rows before and after it on the board; below the board it has none."""
    at = next((n for n, each in enumerate(page.around) if each.id == row_id), None)
    if at is not None:
        before, after = page.around[at - 1 : at], page.around[at + 1 : at + 2]
        return page.around[at], (before[0] if before else None, after[0] if after else None)
    own = [page.mine] if page.mine is not None else []
    return next((each for each in (*own, *page.unlisted) if each.id == row_id), None), (None, None)


def _standing(stage: Stage, row: Row) -> Standing:
    values = row.values
    total = Fraction(str(values.get("total", 0))) / stage.point
    figures = {name: int(str(values.get(name, 0))) for name in FIGURES}
    return Standing(row.place, row.name, Line(total=int(total), **figures))
