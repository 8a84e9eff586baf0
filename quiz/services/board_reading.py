"""What every reading of a board shares: which board and which part is asked for, from where it is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy import ColumnElement

from quiz.errors import N_, NotFound
from quiz.live import BoardMissing, BoardRef, LiveBoards, LiveUnavailable, View
from quiz.models.base import number_in
from quiz.models.play import Line
from quiz.rules import names
from quiz.rules.document import Board, Stage
from quiz.rules.eligibility import is_minor
from quiz.rules.kept import is_by_people
from quiz.rules.publicity import frozen_at_ms, frozen_number
from quiz.rules.shares import Share
from quiz.rules.units import Measured
from quiz.services.platform import Platform
from quiz.services.published import Published

MOST_ROWS = 200  # of a page
LONGEST_ID = 12  # characters of a board's id

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
        if not (text.isascii() and stage.isdecimal() and board.isdecimal() and len(text) <= LONGEST_ID):
            raise NotFound(N_("没有这个榜。"))
        return cls(int(stage), int(board))

    def __str__(self) -> str:
        return f"{self.stage}-{self.board}"


@dataclass(frozen=True)
class Row:
    """One row of a board as it is shown."""

    place: int | None  # None: below the board
    id: int  # of the person or the unit
    name: str  # "" for a person whose account is gone
    values: Mapping[str, object]  # total, time_ms, attempts, …; or value, people, attempts, … of a unit
    unit: str = ""  # a person's street or school, what a unit belongs to
    real_name: str = ""  # from a roster; told to the desk only
    because: str | None = None  # why it is below the board: least_people, not_enrolled, disqualified
    reason: str = ""  # of a disqualification, as the ledger says it
    measured: Measured | None = None  # of a unit: what its value was made of


@dataclass(frozen=True)
class BoardPart:
    """One part of a divided board: the table of a group or of a unit."""

    number: int  # of the group as the rules list them, from 1; of the unit its id
    name: str


@dataclass(frozen=True)
class Page:
    """A part of a board, one's own row, and since when the live board stands (None: it is live)."""

    rows: Sequence[Row]
    count: int
    mine: Row | None = None
    around: Sequence[Row] = ()
    stands_since_ms: int | None = None
    unlisted: Sequence[Row] = ()  # below the board, each with the reason
    period: str = ""  # which period a board over periods shows
    first: int = 0  # position of the first row
    parts: Sequence[BoardPart] = ()  # of a divided board, those in which somebody stands
    part: BoardPart | None = None  # which of them is shown
    frozen_ms: int | None = None  # the moment at which the board was frozen, as whose it is shown
    withholds: bool = False  # rows are left out, because they would tell of too few people
    mine_at: int | None = None  # position of one's own row on the board
    ahead: Row | None = None  # somebody of the place before one's own
    share: Share | None = None  # what who asks adds to their unit, on a board of units
    is_cut: bool = False  # a search found more people than it lists
    before: Mapping[int, int] | None = None  # by row its place when yesterday ended; None: not compared


@dataclass(frozen=True)
class Wanted:
    """Which part of a board is asked for."""

    board: BoardId
    period: str = ""  # of a board over periods; "" is the latest
    part: int | None = None  # of a divided board; None is one's own, else the first
    first: int = 0
    size: int = 50
    me: int | None = None
    unit: int | None = None  # whose surroundings are asked for on a board of units; None: one's own
    query: str = ""
    within: int | None = None  # only who belongs to this unit, or units below it
    group: int | None = None  # only who belongs to this group, numbered from 1
    view: View = View.PUBLIC
    frozen: bool = False  # the desk asks for the standings as of the freeze


@dataclass(frozen=True)
class Reading:
    """One reading of one board."""

    platform: Platform
    rules: Published
    wanted: Wanted
    now_ms: int
    period: str = ""
    part: BoardPart | None = None  # of a divided board
    stage: Stage = field(init=False)
    board: Board = field(init=False)

    def __post_init__(self) -> None:
        stage, board = board_of(self.rules, self.wanted.board)
        object.__setattr__(self, "stage", stage)
        object.__setattr__(self, "board", board)

    @property
    def is_desk(self) -> bool:
        """Whether the desk reads: it sees real names."""
        return self.wanted.view is View.FULL

    def called(self, nickname: str | None, name: str | None, born: str | None, grade: str | None) -> str:
        """Return what the board calls a person, "" for who deleted their account; minors never in full."""
        minor = is_minor(born or "", grade or "", self.rules.document.timezone, self.now_ms)
        return names.shown(self.board.names, nickname or "", name or "", minor=minor)

    @property
    def frozen_ms(self) -> int | None:
        """The freeze as of which the board is read: by the public while it lasts, at the desk where asked."""
        if not self.is_desk:
            return frozen_at_ms(self.stage, self.board, self.now_ms)
        return self.board.frozen_from_ms if self.wanted.frozen else None

    @property
    def number(self) -> int:
        """The number under which the lines are kept: that of the stage, or of the freeze that lasts."""
        position, frozen_ms = self.wanted.board.stage, self.frozen_ms
        return position if frozen_ms is None else frozen_number(position, self.stage, frozen_ms)

    @property
    def least_listed(self) -> int:
        """How many people a row, or a board of people, tells of at least; the desk sees everything."""
        return 0 if self.is_desk else self.board.least_listed or 0

    @property
    def stages(self) -> Sequence[Stage]:
        """The stages that the board folds: its own, or all where it stands beside them."""
        stages, position = self.rules.document.stages, self.wanted.board.stage
        return stages[position : position + 1] or stages

    @property
    def home(self) -> str:
        """Which people a part of a divided board has, as the live boards name it; "" for everybody."""
        if self.part is None or not is_by_people(self.rules.document, self.board):
            return ""
        return f"{self.board.each}={self.part.number}"

    @property
    def in_period(self) -> Sequence[ColumnElement[bool]]:
        """The conditions under which a stored line belongs to this board's period; with a person, its key."""
        return (
            Line.contest_id == self.rules.contest_id,
            Line.stage == self.number,
            Line.period == self.period,
            *self.at_home,
        )

    @property
    def at_home(self) -> Sequence[ColumnElement[bool]]:
        """The condition under which somebody belongs to the part of a divided board, where one is read."""
        if not self.home or self.part is None:
            return ()
        each, _, _ = self.home.partition("=")
        return (number_in(self.platform.store.dialect, Line.units, each) == self.part.number,)

    @property
    def on_board(self) -> Sequence[ColumnElement[bool]]:
        """The conditions under which a stored line is on this board; they follow the index of the order."""
        return (*self.in_period, Line.order_key > "")

    def has(self, units: Mapping[str, int]) -> bool:
        """Return whether somebody of these units belongs to the part that is read, or to the whole board."""
        return not self.home or (
            self.part is not None and units.get(self.board.each or "") == self.part.number
        )

    @property
    def stands_since_ms(self) -> int | None:
        """Since when the live board does not move; None while it does."""
        return self.platform.live_away_since.get(self.rules.contest_id)

    def live(self, ask: Callable[[LiveBoards, BoardRef], Answer]) -> Answer | None:
        """Return what the live boards answer; None while they cannot be asked or do not hold all."""
        platform, contest_id = self.platform, self.rules.contest_id
        if platform.live is None or contest_id in platform.behind:
            return None
        ref = BoardRef(
            contest_id,
            platform.epoch_of(contest_id),
            self.number,
            self.period,
            self.wanted.view,
            self.stage.places,
            self.home,
        )
        try:
            return ask(platform.live, ref)
        except (LiveUnavailable, BoardMissing) as error:
            platform.fell_behind(contest_id, self.now_ms, forget_epoch=isinstance(error, BoardMissing))
            return None


def board_of(rules: Published, board: BoardId) -> tuple[Stage, Board]:
    """Return the stage and the board of an id; raises NotFound."""
    stages = rules.board_stages
    if board.stage >= len(stages) or board.board >= len(stages[board.stage].boards):
        raise NotFound(N_("没有这个榜。"))
    return stages[board.stage], stages[board.stage].boards[board.board]


def boards_of(rules: Published) -> list[tuple[BoardId, Stage, Board]]:
    """Return all boards of a contest with their ids, in the document's order; last those of all stages."""
    return [
        (BoardId(s, b), stage, board)
        for s, stage in enumerate(rules.board_stages)
        for b, board in enumerate(stage.boards)
    ]
