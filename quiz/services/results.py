"""Boards as people and organizers read them: a page, one's own place, a search, a whole table for an export."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from quiz.errors import NotFound
from quiz.live import BoardMissing, BoardRef, LiveBoards, LiveUnavailable, View
from quiz.models.accounts import Identity, Unit
from quiz.models.play import Line
from quiz.rules import standings
from quiz.rules.document import Board, Stage
from quiz.services.platform import Platform
from quiz.services.published import Published

MOST_ROWS = 200  # of a page
MOST_FOUND = 50  # people or units a search returns
NEIGHBOURS = 2  # above and below one's own place
SUMS_KEPT_MS = 3_000  # while Redis is away unit sums are added up from SQL at most this often

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class BoardId:
    """Names one board of a contest: "0-2" is the third board of the first stage."""

    stage: int
    board: int

    @classmethod
    def parse(cls, text: str) -> BoardId:
        """Read a board's id; raises NotFound."""
        stage, _, board = text.partition("-")
        if not (stage.isdecimal() and board.isdecimal() and len(text) < 12):
            raise NotFound("没有这个榜。")
        return cls(int(stage), int(board))

    def __str__(self) -> str:
        return f"{self.stage}-{self.board}"


@dataclass(frozen=True)
class Row:
    """One row of a board as it is shown."""

    place: int
    id: int  # of the person or the unit
    name: str
    values: dict[str, object]  # total, time_ms, attempts … or value and metrics
    unit: str = ""  # a person's street or school, a unit's parent


@dataclass(frozen=True)
class Page:
    """A part of a board, one's own row, and since when the live board stands (None: it is live)."""

    rows: Sequence[Row]
    count: int
    mine: Row | None = None
    around: Sequence[Row] = ()
    stands_since_ms: int | None = None
    unlisted: Sequence[Row] = ()  # units with too few people, below the board


@dataclass(frozen=True)
class Wanted:
    """Which part of a board is asked for."""

    board: BoardId
    period: str = ""
    first: int = 0
    size: int = 50
    me: int | None = None
    query: str = ""
    view: View = View.PUBLIC


def board_of(rules: Published, board: BoardId) -> tuple[Stage, Board]:
    """Return the stage and the board of an id; raises NotFound."""
    stages = rules.document.stages
    if board.stage >= len(stages) or board.board >= len(stages[board.stage].boards):
        raise NotFound("没有这个榜。")
    return stages[board.stage], stages[board.stage].boards[board.board]


def boards_of(rules: Published) -> list[tuple[BoardId, Stage, Board]]:
    """Return all boards of a contest with their ids, in the document's order."""
    return [
        (BoardId(s, b), stage, board)
        for s, stage in enumerate(rules.document.stages)
        for b, board in enumerate(stage.boards)
    ]


def page(platform: Platform, rules: Published, wanted: Wanted, now_ms: int) -> Page:
    """Return a part of a board, live where Redis answers and from the stored lines where it does not."""
    stage, board = board_of(rules, wanted.board)
    if wanted.size > MOST_ROWS or wanted.size < 1 or wanted.first < 0:
        raise NotFound("没有这一页。")
    read = _people_page if board.of == "people" else _unit_page
    return read(_Source(platform, rules, stage, board, wanted, now_ms))


def periods(platform: Platform, rules: Published, stage: int) -> list[str]:
    """Return the periods of a stage in which somebody has a line, the latest first."""
    with platform.store.reading() as session:
        return list(
            session.scalars(
                select(Line.period)
                .where(Line.contest_id == rules.contest_id, Line.stage == stage, Line.period != "")
                .distinct()
                .order_by(Line.period.desc())
            )
        )


def places_of(
    platform: Platform, rules: Published, person_id: int, now_ms: int
) -> list[tuple[BoardId, Board, Row]]:
    """Return a person's rows on the people boards of a contest that are over the whole stage."""
    found = []
    for board_id, _stage, board in boards_of(rules):
        if board.of == "people" and board.over == "stage":
            row = page(platform, rules, Wanted(board_id, size=1, me=person_id), now_ms).mine
            if row is not None:
                found.append((board_id, board, row))
    return found


def whole_board(platform: Platform, rules: Published, wanted: Wanted, session: Session) -> Iterator[Row]:
    """Yield every row of a board from the stored lines, in order, in bounded memory, from one consistent state."""
    stage, board = board_of(rules, wanted.board)
    source = _Source(platform, rules, stage, board, wanted, 0)
    if board.of != "people":
        listed, unlisted = _unit_rows(source, session, _sums_from_lines(source, session))
        yield from (*listed, *unlisted)
        return
    lines = session.execute(
        select(Line, Identity.nickname)
        .outerjoin(Identity, Identity.person_id == Line.person_id)
        .where(*_on_board(source))
        .order_by(Line.order_key, Line.person_id)
        .execution_options(yield_per=500)
    )
    names = {unit.id: unit.path for unit in session.scalars(select(Unit))}
    places = standings.Places(stage.places)
    for line, nickname in lines:
        yield _person_row(line, nickname, places.next(line.order_key), names)


@dataclass(frozen=True)
class _Source:
    """One reading of one board."""

    platform: Platform
    rules: Published
    stage: Stage
    board: Board
    wanted: Wanted
    now_ms: int

    @property
    def ref(self) -> BoardRef:
        return BoardRef(self.wanted.board.stage, self.wanted.period, self.wanted.view)

    def live(self, ask: Callable[[LiveBoards, int, str], Answer]) -> Answer | None:
        """Return what the live boards answer, None while they cannot be asked."""
        platform, contest_id = self.platform, self.rules.contest_id
        if platform.live is None:
            return None
        try:
            answer = ask(platform.live, contest_id, platform.epoch_of(contest_id))
        except (LiveUnavailable, BoardMissing):
            platform.behind.add(contest_id)
            platform.live_away_since.setdefault(contest_id, self.now_ms)
            return None
        return answer

    @property
    def stands_since_ms(self) -> int | None:
        return self.platform.live_away_since.get(self.rules.contest_id)


def _people_page(source: _Source) -> Page:
    wanted = source.wanted
    with source.platform.store.reading() as session:
        if wanted.query:
            ids = _search_people(session, source)
            return _found_people(source, session, ids)
        part = source.live(
            lambda live, contest, epoch: live.page(
                contest, epoch, source.ref, wanted.first, wanted.size, me=wanted.me, style=source.stage.places
            )
        )
        placed = part if part is not None else _part_from_lines(source, session)
        rows = _shown(
            source, session, [*placed.rows, *placed.around, *([placed.mine] if placed.mine else [])]
        )
    return Page(
        rows=[rows[r.person_id] for r in placed.rows if r.person_id in rows],
        count=placed.count,
        mine=rows.get(placed.mine.person_id) if placed.mine else None,
        around=[rows[r.person_id] for r in placed.around if r.person_id in rows],
        stands_since_ms=None if part is not None else source.stands_since_ms,
    )
