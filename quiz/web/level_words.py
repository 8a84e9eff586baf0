"""The levels of a stage in words: on the page of a contest, and what comes after an attempt at one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from quiz.rules.levels import Level, next_of
from quiz.services.closing import Outcome
from quiz.services.play import Chances
from quiz.web.language import refusal
from quiz.web.wording import number


@dataclass(frozen=True)
class LevelRow:
    """One level in a list."""

    name: str  # as a start names it
    called: str
    state: str  # passed, open, locked
    badge: str
    badge_kind: str
    more: str  # the best so far, or why it cannot be started
    start_words: str  # of the button; "" where it cannot be started now


def level_rows(levels: Sequence[Level]) -> list[LevelRow]:
    """Return the levels of a stage as the page of a contest lists them."""
    return [_row(level) for level in levels]


def level_to_start(chances: Chances | None) -> LevelRow | None:
    """Return the level that the large button starts; None where no level can be started now."""
    level = next_of(chances.levels) if chances else None
    return _row(level) if level is not None and level.refusal is None else None


def level_cheer(outcome: Outcome) -> str:
    """Return what is said first of a finished attempt at a level, or of a practice before what counts."""
    if outcome.practice:
        return _("练习通过，可以正式答题了！") if outcome.passed else _("练习还没有通过，再练一次")
    if outcome.passed:
        return _("第 %(level)s 关，闯关成功！", level=outcome.level)
    return _("第 %(level)s 关没有通过", level=outcome.level)


def why_closed(chances: Chances) -> str:
    """Return why nothing can be started now, "" where something can."""
    if chances.levels and all(level.is_passed for level in chances.levels):
        return _("全部 %(count)s 关都已通过，恭喜！", count=len(chances.levels))
    return refusal(chances.refusal) if chances.refusal is not None else ""


def _row(level: Level) -> LevelRow:
    can_start = level.refusal is None
    state = "passed" if level.is_passed else "open" if can_start else "locked"
    words = {"passed": (_("已通过"), "good"), "open": (_("可以闯关"), "soon"), "locked": (_("未开放"), "")}
    if level.best is not None:
        words["open"], words["locked"] = (_("没有通过，可以再闯"), "soon"), (_("没有通过"), "bad")
    return LevelRow(
        name=level.name,
        called=_("第 %(level)s 关", level=level.name),
        state=state,
        badge=words[state][0],
        badge_kind=words[state][1],
        more=_more(level),
        start_words="" if not can_start else _start_words(level),
    )


def _more(level: Level) -> str:
    if level.best is not None:
        return _("最好 %(points)s 分", points=number(level.best))
    return refusal(level.refusal) if level.refusal is not None else ""


def _start_words(level: Level) -> str:
    if level.best is None:
        return _("开始第 %(level)s 关", level=level.name)
    return _("再闯第 %(level)s 关", level=level.name)
