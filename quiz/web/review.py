"""A finished paper to look back at, in words: what was chosen, what is right and why, what is told later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask_babel import gettext as _

from question_bank.marking import places
from question_bank.question import CHOICES, Question
from quiz.rules import course
from quiz.rules.rekeyed import EVERYBODY
from quiz.rules.sheet import Paper
from quiz.services.play import Sheet
from quiz.services.reviewing import LEVELS, Reviewed, everybody_is_through_ms
from quiz.web.questions import materials_json, place_labels, stem_html
from quiz.web.shown import as_html, as_words
from quiz.web.wording import moment


@dataclass(frozen=True)
class ReviewedOption:
    """One option as it is looked back at."""

    html: str
    is_mine: bool
    is_key: bool
    note: str


@dataclass(frozen=True)
class ReviewedQuestion:
    """One question as it is looked back at."""

    n: int
    material: dict[str, object] | None  # of it and those that follow, with the first of them
    stem_html: str
    options: Sequence[ReviewedOption]
    verdict: str
    verdict_kind: str  # good, soon, bad
    explanation_html: str


def reviewed_questions(sheet: Sheet) -> list[ReviewedQuestion]:
    """Return the questions of a finished attempt with as much as the rules show now."""
    numbers = sorted(sheet.shown)
    starts = {
        next(n for n in numbers if n >= each["first"]): each  # type: ignore[operator]  # JSON data
        for each in materials_json(sheet.rules, sheet.paper, numbers)
    }
    found = []
    for n in numbers:
        question = sheet.rules.questions[sheet.paper.slots[n - 1].version_id]
        reviewed = reviewed_question(question, sheet.paper, n, sheet.shown[n])
        found.append(replace(reviewed, material=starts.get(n)))
    return found


def reviewed_question(question: Question, paper: Paper, n: int, shown: Reviewed) -> ReviewedQuestion:
    """Return a question of a paper, without its material, with as much as is shown of it."""
    verdict, kind = _verdict(shown)
    slot = paper.slots[n - 1]
    return ReviewedQuestion(
        n=n,
        material=None,
        stem_html=stem_html(question),
        options=[
            _option(as_html(question.options[i].text, question.media), option_id, shown)
            for option_id, i in zip(paper.ids(n), slot.order, strict=True)
        ]
        if question.kind in CHOICES
        else _places(question, paper, n, shown),
        verdict=verdict,
        verdict_kind=kind,
        explanation_html=as_html(shown.explanation or "", question.media),
    )


def away_words(sheet: Sheet) -> str:
    """Return what leaving the page has done to an attempt, "" where it did nothing."""
    count = len(sheet.leavings)
    if course.counts_nothing(sheet.stage, sheet.leavings):
        return _("答题时离开了页面，按照规则这次答题按 0 分计。")
    if course.left_ms(sheet.stage, sheet.leavings) is not None:
        return _("答题时离开了页面（第 %(count)s 次），按照规则当时已自动交卷。", count=count)
    return _("答题时离开过页面 %(count)s 次。", count=count) if count else ""


def what_comes_later(sheet: Sheet, now_ms: int) -> str:
    """Return when more of this paper will be shown, "" when all is shown that ever will be."""
    last = sheet.stage.flow.show.after_close
    through_ms = everybody_is_through_ms(sheet.stage)
    if now_ms > through_ms or LEVELS.index(last) <= LEVELS.index(sheet.level):
        return "" if sheet.shown else _("按照规则，本次不公布对错。")
    what = {"right_or_wrong": _("对错"), "key": _("正确答案"), "explanation": _("正确答案和解析")}[last]
    when = moment(through_ms, sheet.stage.calendar.zone, is_end=True)
    return _("%(what)s将在比赛结束后（%(when)s）公布，到时回到这一页就能看到。", what=what, when=when)


def _places(question: Question, paper: Paper, n: int, shown: Reviewed) -> list[ReviewedOption]:
    """Return what was given in each place, with what is right there where that may be shown."""
    texts = {option.id: option.text for option in question.options}
    given = paper.given(n, shown.response)
    right = [gap.accepted[0].text for gap in question.gaps] or [texts[each] for each in question.arranged]
    found = []
    for at, (label, share) in enumerate(zip(place_labels(question), places(question, given), strict=True)):
        mine = given[at] if at < len(given) else ""
        words = as_html(texts.get(mine, mine) or _("（没有填）"), question.media)
        is_key = shown.key is not None and share == 1
        note = (
            _("✓ 答对")
            if is_key
            else _("正确答案：%(answer)s", answer=as_words(right[at]))
            if shown.key is not None
            else ""
        )
        found.append(ReviewedOption(f"{label}{_('：')}{words}", bool(mine), is_key, note))
    return found


def _option(html: str, option_id: str, shown: Reviewed) -> ReviewedOption:
    is_mine, is_key = option_id in shown.response, option_id in (shown.key or ())
    notes = {
        (True, True): _("✓ 正确答案 · 我选的"),
        (False, True): _("✓ 正确答案"),
        (True, False): _("我选的"),
    }
    return ReviewedOption(html, is_mine, is_key, notes.get((is_mine, is_key), ""))


def _verdict(shown: Reviewed) -> tuple[str, str]:
    if shown.counts:
        return (_("人人得分"), "good") if shown.counts == EVERYBODY else (_("不计分"), "soon")
    if shown.rightness is None:
        return "", ""
    if shown.rightness == 1:
        return _("✓ 答对"), "good"
    if not shown.response:
        return _("未答"), "soon"
    return (_("部分答对"), "soon") if shown.rightness > 0 else (_("✗ 答错"), "bad")
