"""Contests that are over: a list of all, and of one its final boards and awards, read once a minute."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

from quiz.errors import NotFound
from quiz.rules.document import Board, Document, Stage
from quiz.services import awards, contests, draws, results
from quiz.services.awards import Confirmed
from quiz.services.contests import Listed
from quiz.services.platform import Platform
from quiz.services.published import Published, in_force
from quiz.services.results import BoardId, Page, Wanted

MOST_PARTS = 12  # groups of a divided board that are all shown; of more the first, the board has the others
TOP = 10  # rows of each board; the board itself has all of them
KEPT_MS = (
    60_000  # what was read is shown for so long: a correction or a deleted account is seen within a minute
)
NAME = "final boards"  # under which a process keeps them


@dataclass(frozen=True)
class FinalBoard:
    """The first rows of a board as everybody sees it."""

    id: BoardId
    stage: Stage
    board: Board
    page: Page


@dataclass(frozen=True)
class Final:
    """What a contest that is over came to, as everybody may see it."""

    rules: Published
    boards: Sequence[FinalBoard]
    awards: Sequence[Confirmed]
    has_draws: bool


def listed(platform: Platform, now_ms: int) -> list[Listed]:
    """Return the contests that are over, the last to close first."""
    found = [
        each
        for each in contests.listed(platform, now_ms)
        if each.published.kind == "contest" and is_over(each.published.document, now_ms)
    ]
    return sorted(found, key=lambda each: (closes_ms(each.published.document), each.contest_id), reverse=True)


def final(platform: Platform, contest_id: int, now_ms: int) -> Final:
    """Return what a contest came to. Raises NotFound while it is not over."""
    rules = in_force(platform, contest_id)
    if not is_over(rules.document, now_ms):
        raise NotFound()
    key, minute = (contest_id, NAME), str(now_ms // KEPT_MS)
    known, kept = platform.folds.get(key, ("", None))
    if known != minute:
        kept = _read(platform, rules, now_ms)
        platform.folds[key] = (minute, kept)
    return cast(Final, kept)  # under this name nothing else is kept


def is_over(document: Document, now_ms: int) -> bool:
    """Return whether the last stage of a contest has closed."""
    return now_ms >= closes_ms(document)


def closes_ms(document: Document) -> int:
    """Return when the last stage of a contest closes."""
    return max(stage.calendar.closes_ms for stage in document.stages)


def _read(platform: Platform, rules: Published, now_ms: int) -> Final:
    found = [
        FinalBoard(id, stage, board, page)
        for id, stage, board in results.shown_boards(platform, rules, None, now_ms)
        for page in _pages(platform, rules, Wanted(id, size=TOP), now_ms)
    ]
    return Final(
        rules, found, awards.published_lists(platform, rules, now_ms), bool(draws.shown(platform, rules))
    )


def _pages(platform: Platform, rules: Published, wanted: Wanted, now_ms: int) -> list[Page]:
    """Return the first rows of a board, of one that is divided into a few parts those of each part."""
    first = results.page(platform, rules, wanted, now_ms)
    if len(first.parts) > MOST_PARTS:
        return [first]
    others = [
        results.page(platform, rules, replace(wanted, part=part.number), now_ms)
        for part in first.parts
        if part != first.part
    ]
    return [first, *others]
