"""What a correction would change, in words: a line for each board, and all of it as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flask_babel import gettext as _

from quiz.reports import Table
from quiz.services.changes import BoardChange, Standing
from quiz.services.previewing import Preview


def summary(found: Preview) -> Sequence[str]:
    """Return in a few sentences how much would change."""
    sentences = [_board(board) for board in found.boards]
    for award in found.awards:
        name, gain, lose = _titled(award.name, award.period), len(award.gain), len(award.lose)
        words = _("%(award)s：%(gain)s 个新获得，%(lose)s 个不再获得。", award=name, gain=gain, lose=lose)
        sentences.append(words)
    for draw in found.draws:
        sentences.append(_("%(draw)s：%(count)s 人的抽奖机会有变化。", draw=draw.name, count=draw.count))
    return sentences


def as_table(found: Preview) -> Table:
    """Return everything that would change, a row a change."""
    columns = [
        _("榜单、奖项或抽奖"),
        _("期次"),
        _("编号"),
        _("姓名或单位"),
        _("现在名次"),
        _("现在"),
        _("更正后名次"),
        _("更正后"),
    ]
    return Table(_("更正前后"), columns, _rows(found))


def _rows(found: Preview) -> Iterator[Sequence[str | int]]:
    for board in found.boards:
        for change in board.changes:
            places = (_cells(change.before), _cells(change.after))
            yield board.name, board.period, change.id, change.name, *places[0], *places[1]
    for award in found.awards:
        for name in award.gain:
            yield award.name, award.period, "", name, "", "", "", _("获得")
        for name in award.lose:
            yield award.name, award.period, "", name, "", _("获得"), "", ""
    for draw in found.draws:
        for change in draw.changes:
            yield draw.name, "", change.id, change.name, *_cells(change.before), *_cells(change.after)


def _cells(standing: Standing) -> tuple[str | int, str | int]:
    value = standing.value if isinstance(standing.value, int) else str(standing.value or "")
    return standing.place or "", value


def _board(board: BoardChange) -> str:
    up = sum(_rank(change.after) < _rank(change.before) for change in board.changes)
    down = sum(_rank(change.after) > _rank(change.before) for change in board.changes)
    name = _titled(board.name, board.period)
    if len(board.changes) < board.count or not (up or down):
        return _("%(board)s：%(count)s 行变化。", board=name, count=board.count)
    return _(
        "%(board)s：%(count)s 行变化，%(up)s 个名次上升，%(down)s 个下降。",
        board=name,
        count=board.count,
        up=up,
        down=down,
    )


def _rank(standing: Standing) -> tuple[bool, int]:
    return standing.place is None, standing.place or 0


def _titled(name: str, period: str) -> str:
    return f"{name} {period}".strip()
