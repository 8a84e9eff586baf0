"""A board put into words for one visitor: its rows, their own place, who is ahead, what moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import request, url_for
from flask_babel import gettext as _

from quiz.rules.document import Board, Stage
from quiz.services import results as service
from quiz.services.published import Published
from quiz.services.results import BoardId, Page, Row, Wanted
from quiz.web.access import me_in, now_ms, platform
from quiz.web.board_columns import metric_shown, personal_words
from quiz.web.desk_words import level_words, part_words
from quiz.web.gap_words import Moved, gap_words, moved, share_words
from quiz.web.paging import Part, asked_number, asked_page, asked_part, cleaned
from quiz.web.publicity_words import frozen_words, withheld_words
from quiz.web.wording import duration, moment, number, period_words

PAGE_SIZE = 50  # rows of a board
LONGEST_QUERY = 40  # characters
LONGEST_PERIOD = 80
DAY_MS = 86_400_000


@dataclass(frozen=True)
class BoardLine:
    """One row of a board in words."""

    place: int | None
    name: str
    unit: str
    value: str
    more: str
    is_mine: bool = False
    unit_id: int | None = None  # of a unit: everybody may see why it stands there
    moved: Moved | None = None  # since yesterday


@dataclass(frozen=True)
class Own:
    """What somebody is told of their own row beside it, or of that of their unit."""

    line: BoardLine
    title: str
    gap: str  # how far the place before is
    share: Sequence[str]  # what they add to their unit
    href: str  # the page of the board where the row stands


@dataclass(frozen=True)
class BoardPage:
    """What the page of a board shows."""

    contest_id: int
    contest_title: str
    board_id: BoardId
    name: str
    boards: Sequence[tuple[BoardId, str]]
    periods: Sequence[tuple[str, str]]
    period: str
    parts: Sequence[tuple[str, str]]  # of a divided board
    part: str
    part_label: str
    query: str
    search_label: str
    name_label: str
    value_label: str
    lines: Sequence[BoardLine]
    around: Sequence[BoardLine]
    own: Own | None
    mine_label: str
    unlisted: Sequence[BoardLine]
    count_words: str
    stands_since: str
    is_moving: bool
    is_narrow: bool  # a search or a filter decides what is listed
    page: int
    pages: int
    kept: Mapping[str, str]  # of the address, for the other pages
    part_address: str
    why: Mapping[str, object]  # of the address of an explanation: the same period, the same part
    order_words: str
    compared: str = ""  # what the signs of movement mean
    notice: str = ""  # until when results may be objected to
    frozen: str = ""  # that the board is frozen, since when and until when
    withheld: str = ""  # that rows are left out, because they would tell of too few people

    @property
    def shows_mine(self) -> bool:
        """Whether one's own row is among those of this page."""
        return any(line.is_mine for line in self.lines)

    @property
    def around_label(self) -> str:
        """What one's own row and its neighbours are called."""
        return _("我的名次和前后几名")

    @property
    def period_label(self) -> str:
        """What the choice of a period is called."""
        return _("哪一期")


@dataclass(frozen=True)
class Choice:
    """A filter: what it is called, its name in the address, and what can be chosen in groups."""

    label: str
    name: str
    groups: Sequence[tuple[str, Sequence[tuple[str, str]]]]
    chosen: str


def asked_board(contest_id: int, board_id: str) -> Wanted:
    """Return which part of a board the address asks for. Raises NotFound."""
    return Wanted(
        BoardId.parse(board_id),
        period=request.args.get("period", "")[:LONGEST_PERIOD],
        part=asked_part(),
        first=(asked_page() - 1) * PAGE_SIZE,
        size=PAGE_SIZE,
        me=me_in(contest_id),
        query=cleaned(request.args.get("q", ""))[:LONGEST_QUERY],
        within=asked_number("in"),
        group=asked_number("group"),
    )


def board_page(rules: Published, wanted: Wanted, found: Page) -> BoardPage:
    """Return the page of a board."""
    stage, shown = service.board_of(rules, wanted.board)
    is_people = shown.of == "people"
    periods = _periods(rules, wanted, shown)
    period = wanted.period or getattr(found, "period", "") or (periods[0][0] if periods else "")
    shown_part = str(found.part.number) if found.part is not None else ""
    kept = _kept(wanted, shown_part)
    part = Part(wanted.first // wanted.size + 1, wanted.size, found.count)
    address = url_for("results.board", contest_id=rules.contest_id, board_id=wanted.board, page=part.page)
    mine = found.mine.id if found.mine else None

    def lines(rows: Sequence[Row]) -> list[BoardLine]:
        return [_line(stage, shown, row, found.before, mine) for row in rows]

    own = lines([found.mine])[0] if found.mine else None
    return BoardPage(
        contest_id=rules.contest_id,
        contest_title=rules.document.title,
        board_id=wanted.board,
        name=shown.name,
        boards=[(each, b.name) for each, _stage, b in boards_shown(rules)],
        periods=periods,
        period=period,
        parts=[(str(each.number), each.name) for each in found.parts],
        part=shown_part,
        part_label=part_words(shown),
        query=wanted.query,
        search_label=_search_label(shown),
        name_label=_("姓名") if is_people else _level_word(shown),
        value_label=_("积分") if is_people else value_word(shown),
        lines=lines(found.rows),
        around=() if is_people and wanted.query else lines(found.around),  # a search shows whom it finds
        own=_own(rules, wanted, found, own) if own else None,
        mine_label=_("我") if is_people else _("我所在的"),
        unlisted=lines(found.unlisted),
        count_words=_count_words(shown, wanted, found),
        stands_since=moment(found.stands_since_ms, stage.calendar.zone) if found.stands_since_ms else "",
        is_moving=now_ms() < stage.calendar.closes_ms and found.frozen_ms is None,
        is_narrow=bool(wanted.query or wanted.within or wanted.group),
        page=part.page,
        pages=part.pages,
        kept=kept,
        part_address=f"{address}&{urlencode({**kept, 'part': 1})}",
        why={"period": found.period or None, "each": shown_part or None},
        order_words=_order_words(stage) if is_people else "",
        compared=_("▲▼ 与昨天结束时的名次相比。") if found.before is not None else "",
        notice=notice_words(stage),
        frozen=frozen_words(stage, shown, found),
        withheld=withheld_words(shown, found),
    )


def filters_shown(rules: Published, wanted: Wanted) -> Sequence[Choice]:
    """Return by which units and groups the people or units of a board can be filtered."""
    found = service.filters(platform(), rules, wanted)
    levels = level_words()
    groups = [
        (levels.get(level, level), [(str(unit_id), name) for unit_id, name in units])
        for level, units in found.levels
    ]
    trees = _("或").join(dict.fromkeys(label for label, _units in groups))
    chosen = str(wanted.within or "")
    choices = [Choice(_("只看一个%(levels)s", levels=trees), "in", groups, chosen)] if groups else []
    if found.groups:
        listed = [(str(n), name) for n, name in enumerate(found.groups, 1)]
        choices.append(Choice(_("只看哪一组"), "group", [("", listed)], str(wanted.group or "")))
    return choices


def boards_shown(rules: Published) -> list[tuple[BoardId, Stage, Board]]:
    """Return the boards that this visitor may see."""
    return service.shown_boards(platform(), rules, me_in(rules.contest_id), now_ms())


def value_word(shown: Board) -> str:
    """Return what the value of a board of units is called."""
    terms = [term.metric for term in shown.value.terms] if shown.value else []
    metric = shown.order[0] if shown.order else terms[0] if len(terms) == 1 else ""
    words = {"sum": _("总分"), "mean": _("人均分"), "people": _("人数"), "attempts": _("人次")}
    words |= personal_words()
    return words.get(metric, _("得分"))


def _kept(wanted: Wanted, part: str) -> dict[str, str]:
    asked = (
        ("period", wanted.period),
        ("each", part),
        ("q", wanted.query),
        ("in", str(wanted.within or "")),
        ("group", str(wanted.group or "")),
    )
    return {name: value for name, value in asked if value}


def _own(rules: Published, wanted: Wanted, found: Page, line: BoardLine) -> Own:
    stage, shown = service.board_of(rules, wanted.board)
    part = str(found.part.number) if found.part is not None else None
    page = found.mine_at // wanted.size + 1 if found.mine_at is not None else None
    return Own(
        line,
        title=_("我的名次") if shown.of == "people" else line.name,
        gap=gap_words(stage, shown, found),
        share=share_words(stage, shown, found.share, value_word(shown)),
        href=url_for(
            "results.board",
            contest_id=rules.contest_id,
            board_id=wanted.board,
            period=wanted.period or None,
            each=part,
            page=page if page != 1 else None,
            _anchor="me" if page else "unlisted",
        ),
    )


def _search_label(shown: Board) -> str:
    if shown.of != "people":
        return _("找单位（名称或拼音）")
    return {
        "nickname": _("找人（昵称）"),
        "full": _("找人（榜上的名字）"),
        "masked": _("找自己（完整的姓名或昵称）"),
    }[shown.names]


def _count_words(shown: Board, wanted: Wanted, found: Page) -> str:
    if wanted.query or wanted.within or wanted.group:
        words = _("找到 %(count)s 个", count=found.count)
        return _("%(words)s，只列出靠前的这些", words=words) if found.is_cut else words
    if shown.of == "people":
        return _("%(count)s 人上榜", count=found.count)
    return _("%(count)s 个单位上榜", count=found.count)


def notice_words(stage: Stage) -> str:
    """Return until when results may be objected to, once the stage has closed. Source: P16 `notice_days`."""
    ends_ms = notice_ends_ms(stage)
    if ends_ms is None or not stage.calendar.closes_ms <= now_ms() < ends_ms:
        return ""
    until = moment(ends_ms, stage.calendar.zone, is_end=True)
    return _("公示期到 %(moment)s。对结果有异议，请在此之前向主办方提出。", moment=until)


def notice_ends_ms(stage: Stage) -> int | None:
    """Return until when results may be objected to; None where the rules name no such time."""
    days = stage.integrity.notice_days
    return None if days is None else stage.calendar.closes_ms + days * DAY_MS


def _line(
    stage: Stage, shown: Board, row: Row, before: Mapping[int, int] | None, mine: int | None
) -> BoardLine:
    value, more = row_words(stage, shown, row)
    unit_id = None if shown.of == "people" else row.id
    name = row.name or _("（已注销）")
    return BoardLine(row.place, name, row.unit, value, more, row.id == mine, unit_id, moved(row, before))


def row_words(stage: Stage, shown: Board, row: Row) -> tuple[str, str]:
    """Return the value of a row and what stands below it."""
    values = row.values
    if row.because == "disqualified":
        return "", _unit_words(row)
    if shown.of == "people":
        return number(values["total"]), duration(int(str(values["time_ms"]))) if "time" in stage.order else ""
    first = shown.order[0] if shown.order else ""
    told = metric_shown(stage, first, values["value"]) if "value" in values else ""
    return number(told) if "/" in told else told, _unit_words(row)  # a mean that no decimal ends: 10/3


def _unit_words(row: Row) -> str:
    """Return how many people of a unit take part, or why a row has no place."""
    reasons = {
        "least_people": _("参加人数不足"),
        "not_enrolled": _("没有登记人数"),
        "disqualified": _("取消资格：%(reason)s", reason=row.reason),
    }
    if row.because is not None:
        return reasons.get(row.because, _("暂不排名"))
    return _("%(count)s 人参加", count=row.values["people"]) if "people" in row.values else ""


def _periods(rules: Published, wanted: Wanted, shown: Board) -> list[tuple[str, str]]:
    if shown.over != "period":
        return []
    stage = rules.document.stages[wanted.board.stage]
    found = service.shown_periods(platform(), rules, wanted, now_ms())
    return [(period, period_words(period, stage)) for period in found]


def _level_word(shown: Board) -> str:
    level = shown.of.partition(".")[2]
    return level_words().get(level, level)


def _order_words(stage: Stage) -> str:
    words = {
        "total": _("总分高的在前"),
        "time": _("用时少的在前"),
        "reached": _("先达到的在前"),
        "first_started": _("先开始的在前"),
        "attempts": _("次数少的在前"),
    }
    return _("排名方法：") + _("，再看").join(words[key] for key in stage.order) + _("；都相同则名次并列。")
