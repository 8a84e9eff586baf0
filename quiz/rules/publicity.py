"""Who sees which state of a board (P13): from when and to whom it is public, and since when it is frozen."""

from __future__ import annotations

from quiz.rules.parts import Board, Stage

FROZEN_APART = 1_000  # standings as of a freeze are numbered like a stage, so much further on


def is_public(board: Board, now_ms: int, takes_part: bool) -> bool:
    """Return whether somebody who is not of the organizers sees a board now.

    `takes_part`: whether they have started an attempt of the contest.
    """
    if board.public is None:
        return True
    if board.public.from_ms is not None and now_ms < board.public.from_ms:
        return False
    return board.public.to == "everybody" or (board.public.to == "participants" and takes_part)


def asks_who_takes_part(board: Board) -> bool:
    """Return whether a board is shown to those alone who take part."""
    return board.public is not None and board.public.to == "participants"


def thaws_ms(stage: Stage, board: Board) -> int:
    """Return when a frozen board moves again: when it is published, if that is later, else at the close."""
    published_ms = board.public.from_ms if board.public is not None else None
    if published_ms is not None and published_ms > (board.frozen_from_ms or 0):
        return published_ms
    return stage.calendar.closes_ms


def frozen_at_ms(stage: Stage, board: Board, now_ms: int) -> int | None:
    """Return the moment whose standings the public sees of a board now; None while it moves."""
    since_ms = board.frozen_from_ms
    return since_ms if since_ms is not None and since_ms <= now_ms < thaws_ms(stage, board) else None


def waits(stage: Stage, board: Board, now_ms: int) -> bool:
    """Return whether how a board stands is not to be told yet: it is published later, or is frozen."""
    published_ms = board.public.from_ms if board.public is not None else None
    is_early = published_ms is not None and now_ms < published_ms
    return is_early or frozen_at_ms(stage, board, now_ms) is not None


def freezes(stage: Stage) -> tuple[int, ...]:
    """Return the moments at which boards of a stage are frozen, the earliest first."""
    return tuple(sorted({b.frozen_from_ms for b in stage.boards if b.frozen_from_ms is not None}))


def frozen_number(position: int, stage: Stage, frozen_ms: int) -> int:
    """Return the number under which the standings of a stage as of one of its freezes are kept."""
    return position + FROZEN_APART * (1 + freezes(stage).index(frozen_ms))


def position_of(number: int) -> int:
    """Return the position of the stage to which standings with a number belong."""
    return number % FROZEN_APART
