"""What a correction changes beside plain boards: the contest folded as it is and as it would be.

Places in divided boards and on boards beside the stages, awards with places that pass down, and entries in
draws depend on everybody; `quiz.rules` tells them both times, by the functions that give them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from quiz.rules.parts import Board, Document
from quiz.rules.runs import Run
from quiz.services.board_reading import BoardId
from quiz.services.changes import AwardChange, BoardChange, Change, DrawChange, Standing, called_of
from quiz.services.platform import Platform
from quiz.services.published import Published
from quiz.services.trying import Tried
from quiz.services.whole_stage import runs

Found = tuple[Sequence[BoardChange], Sequence[AwardChange], Sequence[DrawChange]]


def is_folded_whole(rules: Published, board_id: BoardId, board: Board) -> bool:
    """Return whether the changes of a board are told here: it is divided, or stands beside the stages."""
    return board.each is not None or board_id.stage >= len(rules.document.stages)


def of_prizes(
    platform: Platform, session: Session, rules: Published, tried: Tried, most_shown: int | None
) -> Found:
    """Return what would change on divided boards and those beside the stages, in awards, and in draws.

    `most_shown`: how many changes of a board or a draw are listed; None lists all.
    """
    if not _asked(rules.document):
        return (), (), ()
    pairs = list(zip(runs(platform, session, rules), runs(platform, session, rules, tried), strict=True))
    boards = [
        change
        for position, pair in enumerate(pairs)
        for n, board in enumerate(pair[0].stage.boards)
        if is_folded_whole(rules, BoardId(position, n), board)
        for change in _boards(session, BoardId(position, n), board, pair, most_shown)
    ]
    awards = [change for pair in pairs for change in _awards(session, pair)]
    draws = [change for pair in pairs for change in _draws(session, pair, most_shown)]
    return boards, awards, draws


def _asked(document: Document) -> bool:
    beside = document.boards or document.draws or document.awards
    return bool(beside) or any(
        stage.draws or stage.awards or any(board.each for board in stage.boards) for stage in document.stages
    )


Pair = tuple[Run, Run]  # as it is, as it would be


def _boards(
    session: Session, board_id: BoardId, board: Board, pair: Pair, most_shown: int | None
) -> Iterator[BoardChange]:
    spans = dict.fromkeys(
        [None] if board.over == "stage" else [*pair[0].record.periods, *pair[1].record.periods]
    )
    for period in spans:
        before, after = (_rows(run, board, period) for run in pair)
        for part in sorted(before.keys() | after.keys()):
            changes = list(_changed(before.get(part, {}), after.get(part, {})))
            shown = _called(session, board.of, changes[:most_shown])
            name = f"{board.name} · {_part(session, board, part)}" if part else board.name
            yield BoardChange(board_id, name, period or "", board.of == "people", len(changes), shown)


def _part(session: Session, board: Board, part: str) -> str:
    """Return what a group or a unit of a divided board is called."""
    if board.each == "group":
        return part
    return called_of(session, board.each or "", [int(part)]).get(int(part), part)


def _rows(run: Run, board: Board, period: str | None) -> Mapping[str, Mapping[int, Standing]]:
    """Return who stands where on each part of a board."""
    value = "total" if board.of == "people" else "value"
    return {
        part: {int(row["who"]): Standing(row["place"], row[value]) for row in rows}
        for part, rows in run.tables.parts(board, period).items()
    }


NOWHERE = Standing(None)


def _changed(before: Mapping[int, Standing], after: Mapping[int, Standing]) -> Iterator[Change]:
    for who in dict.fromkeys([*after, *before]):
        change = Change(who, before.get(who, NOWHERE), after.get(who, NOWHERE))
        if change.before != change.after:
            yield change


def _awards(session: Session, pair: Pair) -> Iterator[AwardChange]:
    before, after = (_given(run) for run in pair)
    for key in dict.fromkeys([*after, *before]):
        name, period, of, to = key
        was, becomes = before.get(key, ()), after.get(key, ())
        gain = [who for who in becomes if who not in set(was)]
        lose = [who for who in was if who not in set(becomes)]
        called = called_of(session, of, [*gain, *lose])
        if gain or lose:
            yield AwardChange(
                name, [called.get(i, str(i)) for i in gain], [called.get(i, str(i)) for i in lose], period, to
            )


def _given(run: Run) -> Mapping[tuple[str, str, str, str], Sequence[int]]:
    return {
        (each.prize.name, each.period or "", each.of, each.prize.to or ""): [int(who) for who in got]
        for each, got in run.given()
    }


def _draws(session: Session, pair: Pair, most_shown: int | None) -> Iterator[DrawChange]:
    for draw in pair[0].stage.draws:
        before, after = (
            {
                int(who): Standing(None, sum(one.number for one in mine))
                for who, mine in run.entries(draw).items()
            }
            for run in pair
        )
        changes = list(_changed(before, after))
        if changes:
            shown = _called(session, "people", changes[:most_shown])
            yield DrawChange(draw.name, len(changes), shown)


def _called(session: Session, of: str, changes: Sequence[Change]) -> list[Change]:
    called = called_of(session, of, [each.id for each in changes])
    return [replace(each, name=called.get(each.id, "")) for each in changes]
