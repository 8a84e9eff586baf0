"""The page of one contest, and its card in a list, put into words for one visitor."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from quiz.errors import NotAllowed
from quiz.rules import course, timing
from quiz.rules.document import Stage
from quiz.rules.papers import Frozen
from quiz.rules.timing import Phase
from quiz.services.contests import Listed
from quiz.services.own_attempts import Mine
from quiz.services.play import Chances
from quiz.services.published import Published
from quiz.services.results import BoardId
from quiz.web.correction_words import told
from quiz.web.desk_words import tree_words
from quiz.web.level_words import LevelRow, level_rows, level_to_start, why_closed
from quiz.web.wording import duration, moment, number
from quiz.web.words import Part, practice_words, rules_parts

REFRESH_WITHIN_S = 3_600  # without script the page loads again when the start is nearer than this
SOONEST_REFRESH_S = 5


@dataclass(frozen=True)
class Card:
    """A contest in a list."""

    contest_id: int
    title: str
    phase_words: str
    phase_kind: str
    when: str
    facts: str


@dataclass(frozen=True)
class MyAttempt:
    """One of a person's own attempts in a list."""

    href: str
    title: str
    when: str
    words: str
    corrections: Sequence[str] = ()  # what the ledger says of it, in words


@dataclass(frozen=True)
class StageTab:
    """One of the stages of a contest, where it has several."""

    number: int
    name: str
    phase_words: str
    phase_kind: str


@dataclass(frozen=True)
class ContestPage:
    """What the page of a contest shows."""

    contest_id: int
    title: str
    now_ms: int
    phase_words: str
    phase_kind: str
    when: str
    stage: int
    stage_name: str
    stages: Sequence[StageTab]  # to choose from; none where there is only one
    opens_ms: int | None  # a start to count down to
    opens: str
    refresh_s: int
    is_over: bool
    can_start: bool  # now, or when the countdown is through
    resume_id: int | None
    resume_until: str
    left: int | None
    is_barred: bool  # the stage is open, though not for this person
    used_words: str
    units_needed: str
    scenes: Sequence[str]
    levels: Sequence[LevelRow]  # of the person; none where nobody is signed in or nothing runs
    level: LevelRow | None  # the one that the large button starts
    practice_words: str  # what has to be passed first, where what is started now is practice
    start_key: str
    start_words: str
    has_sound: bool  # people should be ready to listen
    papers: Frozen | None  # what all papers follow from, with the seed once it may be known
    facts: Sequence[tuple[str, str, str]]
    boards: Sequence[tuple[BoardId, str]]
    mine: Sequence[MyAttempt]
    rules: Sequence[Part]
    version: int

    @property
    def is_used_up(self) -> bool:
        """Whether nothing can be started now, though the stage is open."""
        if self.practice_words:
            return False
        return self.is_barred or self.left == 0 or (bool(self.levels) and self.level is None)

    @property
    def button_words(self) -> str:
        """What the large button says."""
        if self.practice_words:
            return _("开始练习")
        return self.level.start_words if self.level is not None else _("开始答题")


@dataclass(frozen=True)
class Personal:
    """What is this visitor's own on the page of a contest; nobody signed in: the defaults."""

    chances: Chances | None = None
    open_deadline_ms: int | None = None
    attempts: Sequence[Mine] = ()
    trees: frozenset[str] = frozenset()  # in which a unit is named
    boards: Sequence[tuple[BoardId, str]] = ()  # that are shown to this visitor


def card(listed: Listed) -> Card:
    """Return a contest as a list shows it."""
    rules = listed.published
    stage = rules.document.stages[0]
    return Card(
        contest_id=listed.contest_id,
        title=rules.document.title,
        phase_words=phase_words(listed.phase, rules.kind),
        phase_kind=PHASE_KINDS[listed.phase.name],
        when=_when(rules.document.stages, listed.phase),
        facts=_short(stage),
    )


PHASE_KINDS = {"coming": "soon", "open": "good", "paused": "soon", "over": ""}


def phase_words(phase: Phase, kind: str = "contest") -> str:
    """Return what the phase of a contest is called."""
    words = {
        "coming": _("未开始"),
        "open": _("进行中") if kind == "contest" else _("随时可练"),
        "paused": _("暂停中"),
        "over": _("已结束"),
    }
    return words[phase.name]


def contest_page(
    rules: Published, stage_number: int, whole: Phase, personal: Personal, now_ms: int
) -> ContestPage:
    """Return the page of a contest that is in the phase `whole`, for one visitor at one moment."""
    document = rules.document
    stage = document.stages[stage_number]
    zone = stage.calendar.zone
    phase = timing.phase(stage, now_ms)
    opens_ms = phase.next_ms if phase.name in ("coming", "paused") else None
    chances = personal.chances
    left = chances.left.now if chances else None
    level = level_to_start(chances)
    needed = [name for name, tree in document.units.items() if tree.required and name not in personal.trees]
    is_practice = timing.is_practice(stage, now_ms)
    until_s = (opens_ms - now_ms) // 1000 + 1 if opens_ms else 0
    return ContestPage(
        contest_id=rules.contest_id,
        title=document.title,
        now_ms=now_ms,
        phase_words=phase_words(whole, rules.kind),
        phase_kind=PHASE_KINDS[whole.name],
        when=_when(document.stages, whole),
        stage=stage_number,
        stage_name=stage.name,
        stages=_tabs(document.stages, rules.kind, now_ms) if len(document.stages) > 1 else (),
        opens_ms=opens_ms,
        opens=moment(opens_ms, zone) if opens_ms else "",
        refresh_s=max(until_s, SOONEST_REFRESH_S) if 0 < until_s < REFRESH_WITHIN_S else 0,
        is_over=whole.name == "over",
        can_start=phase.name != "over" or is_practice,
        resume_id=chances.open_attempt if chances else None,
        resume_until=moment(personal.open_deadline_ms, zone) if personal.open_deadline_ms else "",
        left=left,
        is_barred=opens_ms is None and chances is not None and isinstance(chances.refusal, NotAllowed),
        used_words=(why_closed(chances) if chances else "") or _("答题机会已经用完。"),
        units_needed=_("、").join(tree_words().get(name, name) for name in needed),
        scenes=stage.calendar.scenes if stage.calendar.period == "scene" else (),
        levels=level_rows(chances.levels) if chances else (),
        level=level,
        practice_words=practice_words(stage) if chances and chances.must_practise else "",
        start_key=secrets.token_hex(8),
        start_words=_("现在是赛后练习：不计分，不上榜，次数不限。") if is_practice else _start_words(stage),
        has_sound=rules.has_sound,
        papers=rules.told(now_ms),
        facts=_facts(stage, None if phase.name == "over" else left, level),
        boards=personal.boards,
        mine=[own_attempt(each, document.stages, document.timezone) for each in personal.attempts],
        rules=rules_parts(document, stage.name),
        version=rules.version,
    )


def _tabs(stages: Sequence[Stage], kind: str, now_ms: int) -> list[StageTab]:
    phases = [timing.phase(stage, now_ms) for stage in stages]
    return [
        StageTab(number, stage.name, phase_words(phase, kind), PHASE_KINDS[phase.name])
        for number, (stage, phase) in enumerate(zip(stages, phases, strict=True))
    ]


def own_attempt(mine: Mine, stages: Sequence[Stage], zone: str) -> MyAttempt:
    """Return one of a person's own attempts as a list of one contest shows it, by its stage and number."""
    title = _("第 %(number)s 次", number=mine.number)
    return my_attempt(mine, zone, f"{stages[mine.stage].name} · {title}" if len(stages) > 1 else title)


def my_attempt(mine: Mine, zone: str, title: str = "") -> MyAttempt:
    """Return one of a person's own attempts as a list shows it, under the title of its contest or another."""
    outcome = mine.outcome
    endpoint = "play.paper" if outcome is None else "results.result"
    title = title or mine.title
    if mine.practice:
        title = _("%(title)s · 练习", title=title)
    if mine.level:
        title = _("%(title)s · 第 %(level)s 关", title=title, level=mine.level)
    words = _("没有答完，可以继续")
    if outcome is not None:
        words = _(
            "%(points)s 分 · 答对 %(correct)s/%(of)s · %(time)s",
            points=number(outcome.points),
            correct=outcome.correct,
            of=outcome.of,
            time=duration(outcome.time_ms),
        )
        if outcome.passed is not None:
            words = _(
                "%(words)s · %(result)s", words=words, result=_("通过") if outcome.passed else _("没有通过")
            )
    return MyAttempt(
        url_for(endpoint, attempt_id=mine.attempt_id),
        title,
        moment(mine.started_ms, zone),
        words,
        told(outcome.corrections) if outcome is not None else (),
    )


def _when(stages: Sequence[Stage], phase: Phase) -> str:
    zone = stages[0].calendar.zone
    closes = moment(max(stage.calendar.closes_ms for stage in stages), zone, is_end=True)
    if phase.name in ("open", "paused"):
        return _("%(closes)s 截止", closes=closes)
    opens = moment(min(stage.calendar.opens_ms for stage in stages), zone)
    if phase.name == "coming":
        return _("%(opens)s 开始", opens=opens)
    return _("%(opens)s 至 %(closes)s", opens=opens, closes=closes)


def _short(stage: Stage) -> str:
    parts = [ngettext("%(count)s 题", "%(count)s 题", stage.paper.count, count=stage.paper.count)]
    if stage.clock.per_attempt_ms is not None:
        parts.append(_("限时 %(time)s", time=_span(stage.clock.per_attempt_ms)))
    if stage.clock.per_question_ms is not None:
        parts.append(_("每题 %(time)s", time=_span(stage.clock.per_question_ms)))
    limit = stage.quota.limit
    if limit.per_day is not None:
        parts.append(_("每天 %(count)s 次", count=limit.per_day))
    elif limit.per_period is not None and stage.calendar.period == "day":
        parts.append(_("每天 %(count)s 次", count=limit.per_period))
    elif limit.per_period is not None and stage.flow.levels is not None:
        parts.append(_("每关 %(count)s 次", count=limit.per_period))
    elif limit.per_period is not None:
        parts.append(_("每期 %(count)s 次", count=limit.per_period))
    elif limit.total is not None:
        parts.append(_("共 %(count)s 次", count=limit.total))
    return " · ".join(parts)


def _facts(stage: Stage, left: int | None, level: LevelRow | None) -> list[tuple[str, str, str]]:
    facts = [(_("题目"), str(stage.paper.count), _("题"))]
    if stage.clock.per_question_ms is not None:
        facts.append((_("每题"), _span(stage.clock.per_question_ms), ""))
    whole = stage.clock.per_attempt_ms
    facts.append((_("时间"), _span(whole) if whole is not None else _("不限"), ""))
    if left is not None and level is not None:
        facts.append((_("第 %(level)s 关还可以答", level=level.name), str(left), _("次")))
    elif left is not None and stage.flow.levels is None:
        facts.append((_("还可以答"), str(left), _("次")))
    return facts


def _start_words(stage: Stage) -> str:
    if stage.clock.per_question_ms is not None:
        return _("每题单独计时，答过的题不能回头；中途断网只影响正在答的那一题。")
    if stage.clock.per_attempt_ms is not None and course.watches(stage):
        return _("点了就开始计时。中途断网不要紧，在时间内回来接着答。")
    if stage.clock.per_attempt_ms is not None:
        return _("点了就开始计时。中途断网、关掉页面都不要紧，在时间内回来接着答。")
    return _("不计时，可以慢慢答。")


def _span(ms: int) -> str:
    """Return a length of time that the rules give, in the largest units that say it exactly."""
    seconds = ms // 1000
    if seconds % 60 == 0:
        return _("%(minutes)s 分钟", minutes=seconds // 60)
    return _("%(seconds)s 秒", seconds=seconds)
