"""Which boards somebody who is not of the organizers may see now."""

from __future__ import annotations

from sqlalchemy import exists, select

from quiz.errors import N_, NotFound
from quiz.models.play import Attempt
from quiz.rules.document import Board, Stage
from quiz.rules.publicity import asks_who_takes_part, is_public
from quiz.services.board_reading import BoardId, Reading, boards_of
from quiz.services.platform import Platform
from quiz.services.published import Published


def shown_boards(
    platform: Platform, rules: Published, person_id: int | None, now_ms: int
) -> list[tuple[BoardId, Stage, Board]]:
    """Return the boards of a contest that somebody may see now; `person_id`: None for a stranger."""
    found = boards_of(rules)
    asks = any(asks_who_takes_part(board) for _, _, board in found)
    belongs = asks and takes_part(platform, rules, person_id)
    return [each for each in found if is_public(each[2], now_ms, belongs)]


def check_shown(reading: Reading) -> None:
    """Raise NotFound where a board is not for whoever reads it; the desk reads every board."""
    if reading.is_desk:
        return
    belongs = asks_who_takes_part(reading.board) and takes_part(
        reading.platform, reading.rules, reading.wanted.me
    )
    if not is_public(reading.board, reading.now_ms, belongs):
        raise NotFound(N_("这个榜还没有公布，或者不对您公开。"))


def takes_part(platform: Platform, rules: Published, person_id: int | None) -> bool:
    """Return whether somebody has started an attempt of a contest."""
    if person_id is None:
        return False
    asked = exists().where(Attempt.contest_id == rules.contest_id, Attempt.person_id == person_id)
    with platform.store.reading() as session:
        return bool(session.scalar(select(asked)))
