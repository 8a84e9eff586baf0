"""A contest with boards of every kind, and people who finish attempts in it."""

from __future__ import annotations

from sqlalchemy import select

from quiz.models.accounts import Unit
from quiz.services import boards, play, results
from quiz.services.platform import Platform
from quiz.services.published import Published, in_force
from quiz.services.results import BoardId, Page, Wanted
from tests.support import contests as cast

PEOPLE, DAYS, STREETS, BEST = (BoardId(0, board) for board in range(4))
QUESTIONS = 4
BOARDS = """    places: PLACES
    boards:
      - {name: 个人, of: people}
      - {name: 每日, of: people, over: period}
      - {name: 街道, of: region.street, order: [sum], least_people: 2}
      - {name: 前两名, of: region.street, order: [top_sum], top: 2}
"""


def publish(platform: Platform, now_ms: int, places: str = "standard", boards: str = BOARDS) -> Published:
    """Publish the contest, with questions and the streets P and Q of one district; returns its rules."""
    cast.fill_bank(platform, now_ms)
    cast.add_units(platform, now_ms)
    text = cast.rules().split("    boards:")[0] + boards.replace("PLACES", places)
    return in_force(platform, cast.publish(platform, text, now_ms))


def join(platform: Platform, nickname: str, now_ms: int, street: str = "P") -> int:
    """Sign somebody up who lives in a street; returns their id."""
    with platform.store.reading() as session:
        unit = session.scalars(select(Unit.id).where(Unit.code == street)).one()
    return cast.join(platform, nickname, now_ms, {"region": unit})


def finish(
    platform: Platform, rules: Published, person_id: int, right: int, now_ms: int, took_ms: int = 60_000
) -> None:
    """Let a person finish an attempt, begun at `now_ms`, with so many right answers."""
    attempt = play.start(platform, person_id, play.Start(rules.contest_id, 0), now_ms)
    answers = [cast.answer(platform, attempt, n) for n in range(1, right + 1)]
    play.finish(platform, cast.batch(platform, attempt, now_ms + took_ms, *answers))


def catch_up(platform: Platform, now_ms: int) -> None:
    """Let the sweep bring every board up to date."""
    boards.catch_up_all(platform, now_ms, full=True)


def page(
    platform: Platform, rules: Published, board: BoardId, now_ms: int, me: int | None = None, **wanted: object
) -> Page:
    """Return a page of a board."""
    return results.page(platform, rules, Wanted(board, me=me, **wanted), now_ms)  # type: ignore[arg-type]


def placed(page: Page) -> list[tuple[int | None, str]]:
    """Return the places and names of a page."""
    return [(row.place, row.name) for row in page.rows]
