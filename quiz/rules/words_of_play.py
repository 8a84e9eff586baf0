"""The rules page, before and during an attempt: window, people, questions, clock, marks, award."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from quiz.errors import N_
from quiz.rules import scoring, timing
from quiz.rules.parts import Award, Document, Hours, Lock, People, Section, SpeedLine, Stage
from quiz.rules.saying import (
    FACETS,
    KINDS,
    LEVELS,
    WEEKDAYS,
    Sentence,
    all_named,
    clock_of,
    duration,
    joined,
    moment,
    named,
    say,
)

SHANGHAI = "Asia/Shanghai"


def window(document: Document, stage: Stage) -> Iterator[Sentence]:
    """When one may start, and to which day or week an attempt belongs. P1, switches 2 and 3."""
    calendar = stage.calendar
    opens, closes = (
        moment(calendar.zone, calendar.opens_ms),
        moment(calendar.zone, calendar.closes_ms, is_end=True),
    )
    if calendar.zone == SHANGHAI:
        yield say(
            N_("从 %(opens)s 起可以开始答题，到 %(closes)s 截止（北京时间）。"), opens=opens, closes=closes
        )
    else:
        yield say(
            N_("从 %(opens)s 起可以开始答题，到 %(closes)s 截止（%(zone)s 当地时间）。"),
            opens=opens,
            closes=closes,
            zone=calendar.zone,
        )
    for hours in calendar.hours:
        yield _hours(hours)
    if calendar.hours:
        yield say(N_("其余时间不能开始答题。"))
    for gap in calendar.gaps:
        yield say(
            N_("%(opens)s 至 %(closes)s 暂停答题。"),
            opens=moment(calendar.zone, gap.opens_ms),
            closes=moment(calendar.zone, gap.closes_ms, is_end=True),
        )
    if calendar.at_close == "cut":
        yield say(
            N_("到截止（或当天时段结束、暂停开始）的时刻，还没做完的答题立即结束，按已经提交的答案计分。")
        )
    else:
        yield say(N_("截止以前已经开始的答题可以做完，照常计分。"))
    yield from _period(stage)
    if calendar.after_close == "practice":
        yield say(N_("截止以后还可以练习，练习不计分。"))


def _hours(hours: Hours) -> Sentence:
    span = {"start": clock_of(hours.from_min), "end": clock_of(hours.to_min)}
    if len(set(hours.days)) == len(WEEKDAYS):
        return say(N_("每天 %(start)s 至 %(end)s 开放。"), **span)
    days = tuple(Sentence(WEEKDAYS[day]) for day in sorted(set(hours.days)))
    return say(N_("%(days)s %(start)s 至 %(end)s 开放。"), days=days, **span)


def _period(stage: Stage) -> Iterator[Sentence]:
    calendar = stage.calendar
    if calendar.period in ("day", "week", "month"):
        yield say(PERIOD_SAYS[calendar.period])
    if calendar.period == "scene":
        yield say(N_("成绩按场景分别计算，开始前先选场景：%(scenes)s。"), scenes=calendar.scenes)
    if calendar.day_begins_min:
        yield say(
            N_("一天从 %(begins)s 算起，到第二天的 %(begins)s 为止；%(begins)s 以前开始的答题算前一天的。"),
            begins=clock_of(calendar.day_begins_min),
        )
    elif calendar.period == "day" or stage.quota.limit.per_day is not None:
        yield say(N_("一天从 0:00 到 24:00；跨过半夜的答题，算在开始的那一天。"))


PERIOD_SAYS = {
    "day": N_("成绩按天计算，一天为一期。"),
    "week": N_("成绩按周计算，周一到周日为一期；一次答题算在开始的那一周。"),
    "month": N_("成绩按月计算，每个自然月为一期；一次答题算在开始的那个月。"),
}


def who(document: Document, stage: Stage) -> Iterator[Sentence]:
    """Who may take part and which unit they belong to. P2, P3, switch 9."""
    people = document.people
    yield from _conditions(people)
    if people.groups:
        yield say(N_("分为这些组别：%(groups)s。"), groups=people.groups)
    if people.register_by_ms is not None:
        until = moment(document.timezone, people.register_by_ms, is_end=True)
        yield say(N_("请在 %(until)s 以前报名。"), until=until)
    if people.exclude:
        yield say(N_("%(groups)s不参加。"), groups=people.exclude)
    yield from _units(document)


def _conditions(people: People) -> Iterator[Sentence]:
    if people.roster_only:
        yield say(N_("只有名册中的人可以参加，请用参赛码登录。"))
    youngest, oldest = people.ages or (None, None)
    if youngest is not None:
        yield say(N_("年满 %(age)s 岁可以参加。"), age=youngest)
    if oldest is not None:
        yield say(N_("年龄不超过 %(age)s 岁。"), age=oldest)
    if people.grades:
        yield say(N_("限以下年级：%(grades)s。"), grades=people.grades)
    if not (people.roster_only or people.ages or people.grades):
        yield say(N_("人人都可以参加。"))


def _units(document: Document) -> Iterator[Sentence]:
    for tree in document.units.values():
        levels = all_named(LEVELS, tree.levels)
        if tree.required:
            yield say(N_("参加前必须选好自己所在的单位（%(levels)s）。"), levels=levels)
        else:
            yield say(
                N_("可以选择自己所在的单位（%(levels)s）；不选也能参加，只是不为单位计分。"), levels=levels
            )
        if tree.lock is not None:
            yield from _lock(tree.lock)
        if tree.points == "follow":
            yield say(N_("换了单位以后，以前得的分也算到新单位。"))


def _lock(lock: Lock) -> Iterator[Sentence]:
    if lock.changes is not None:
        yield say(N_("选好以后最多可以更换 %(most)s 次。"), most=lock.changes)
    if lock.within_days is not None:
        yield say(N_("只能在选好后的 %(days)s 天内更换。"), days=lock.within_days)


def paper(document: Document, stage: Stage) -> Iterator[Sentence]:
    """Which questions an attempt shows. P4."""
    sections = stage.paper.sections
    yield say(N_("每次答题 %(count)s 道题。"), count=stage.paper.count)
    if len(sections) > 1 or sections[0].kinds or sections[0].tags or sections[0].difficulty:
        yield say(N_("其中：%(parts)s。"), parts=tuple(_section(section) for section in sections))
    yield say(DRAWS[stage.paper.draw])
    if stage.paper.cover:
        yield say(N_("每份试卷都覆盖“%(facets)s”的每一类。"), facets=all_named(FACETS, stage.paper.cover))
    if stage.paper.balance:
        yield say(N_("各份试卷的难度尽量相当。"))


def _section(section: Section) -> Sentence:
    kinds = all_named(KINDS, section.kinds) or (Sentence(N_("题（不限题型）")),)
    facts = [
        say(N_("%(facet)s：%(values)s"), facet=named(FACETS, facet), values=each)
        for facet, each in section.tags.items()
    ]
    if section.difficulty is not None:
        facts.append(
            say(
                N_("预计答对率 %(least)s 至 %(most)s"),
                least=section.difficulty.least,
                most=section.difficulty.most,
            )
        )
    if facts:
        return say(
            N_("%(count)s 道%(kinds)s（%(facts)s）"),
            count=section.count,
            kinds=kinds,
            facts=joined(N_("%(one)s；%(other)s"), facts),
        )
    return say(N_("%(count)s 道%(kinds)s"), count=section.count, kinds=kinds)


DRAWS = {
    "fixed": N_("每个人、每一次都是同一份试卷。"),
    "random": N_("题目每次从题库中随机抽取。"),
    "unseen": N_("题目每次从题库中随机抽取，尽量不抽自己做过的题；做完一遍以后会再次遇到。"),
    "daily": N_("同一天每个人的题目都一样，第二天换新的题目。"),
}


def clock(document: Document, stage: Stage) -> Iterator[Sentence]:
    """How long it may take, what counts as time. P5, switch 4."""
    limits = stage.clock
    if limits.per_question_ms is not None:
        yield say(
            N_(
                "每题限时 %(limit)s（正好 %(limit)s也有效），由服务器计时，一题一题地答，不能返回；"
                "到时没有提交的按没答处理。"
            ),
            limit=duration(limits.per_question_ms),
        )
    if limits.per_attempt_ms is not None:
        yield say(
            N_("每次答题限时 %(limit)s（正好 %(limit)s也有效），从点“开始”起由服务器计时，到时自动交卷。"),
            limit=duration(limits.per_attempt_ms),
        )
    if limits.per_question_ms is None and limits.per_attempt_ms is None:
        yield say(N_("答题不限时间。"))
    elif limits.grace_ms:
        yield say(
            N_("网络有快慢：到时以后 %(grace)s以内送到服务器的答案仍然有效，再晚就不算了。"),
            grace=duration(limits.grace_ms),
        )
    else:
        yield say(N_("超过限时才送到服务器的答案不算答对。"))
    yield _closing(stage)
    if limits.at_least_ms is not None:
        yield say(N_("开始后至少 %(least)s才能交卷。"), least=duration(limits.at_least_ms))
    yield from _leaving(stage)
    if limits.time == "questions":
        yield say(N_("“用时”是每一题从显示到答案送到服务器的时间之和，精确到毫秒；没答的题按用满限时计。"))
    elif limits.per_attempt_ms is not None:
        yield say(N_("“用时”是从开始到交卷送到服务器的时间，精确到毫秒，最多算到限时为止。"))
    else:
        yield say(N_("“用时”是从开始到交卷送到服务器的时间，精确到毫秒。"))


def _closing(stage: Stage) -> Sentence:
    if timing.limit_ms(stage, stage.calendar.opens_ms) is not None:
        return say(N_("没有交卷就离开的，到时由服务器按已保存的答案交卷，用时按用满计算。"))
    spare = timing.deadline_ms(stage, stage.calendar.opens_ms) - stage.calendar.opens_ms
    return say(N_("开始以后 %(after)s还没有交卷的，由服务器按已保存的答案交卷。"), after=duration(spare))


def _leaving(stage: Stage) -> Iterator[Sentence]:
    match stage.clock.leaving:
        case "strike":
            yield say(N_("答题时离开页面会被记录，第 %(most)s 次离开时自动交卷。"), most=stage.clock.strikes)
        case "end":
            yield say(N_("答题时离开页面，会立即交卷。"))
        case "zero":
            yield say(N_("答题时离开页面，这次答题按 0 分计。"))


def marking(document: Document, stage: Stage) -> Iterator[Sentence]:
    """What an answer is worth. P6, P7 `stop`, switch 13."""
    rules = stage.marking
    yield from _right(stage)
    yield say(N_("答错%(wrong)s，没答%(blank)s。"), wrong=_gain(rules.wrong), blank=_gain(rules.blank))
    if any(not section.kinds or "multiple" in section.kinds for section in stage.paper.sections):
        yield say(MULTIPLE[rules.multiple])
    if rules.streak is not None:
        yield say(
            N_(
                "连续答对有加成：连对的第 1 题按 1 倍计，以后每多连对一题，倍数加 %(grow)s；"
                "答错、没答或没有全对就从头算起。"
            ),
            grow=rules.streak.grow,
        )
        if rules.streak.most is not None:
            yield say(N_("加成算到连对第 %(most)s 题为止，再往后倍数不变。"), most=rules.streak.most)
    if rules.last_right is not None:
        yield say(LAST_RIGHT[rules.last_right])
    if stage.flow.stop == "first_wrong":
        yield say(N_("答错一题，这次答题就结束。"))
    if rules.range is not None:
        yield say(
            N_("一次答题的得分最低 %(least)s 分，最高 %(most)s 分。"),
            least=rules.range.least,
            most=rules.range.most,
        )
    yield say(N_("各题的分加起来是这次答题的得分，满分 %(full)s 分。"), full=scoring.highest_score(stage))


def _gain(points: Fraction) -> Sentence:
    """Return what an answer gives, or takes away."""
    if points < 0:
        return say(N_("扣 %(points)s 分"), points=-points)
    return say(N_("得 %(points)s 分"), points=points)


def _right(stage: Stage) -> Iterator[Sentence]:
    match stage.marking.speed:
        case SpeedLine() as line:
            yield say(
                N_("答对的分随用时均匀减少：立即答对得 %(start)s 分，用时 %(over)s及以上得 %(end)s 分。"),
                start=line.start,
                over=duration(line.over_ms),
                end=line.end,
            )
        case tuple() as steps:
            parts = tuple(
                say(
                    N_("不超过 %(within)s得 %(points)s 分"),
                    within=duration(step.within_ms),
                    points=step.points,
                )
                for step in steps
            )
            yield say(N_("答对的分看用时：%(steps)s；更慢得 0 分。"), steps=parts)
        case None:
            worth = list(dict.fromkeys(section.points for section in stage.paper.sections))
            if len(worth) == 1:
                yield say(N_("每题答对得 %(points)s 分。"), points=worth[0])
            else:
                parts = tuple(
                    say(N_("%(what)s每题 %(points)s 分"), what=_section(s), points=s.points)
                    for s in stage.paper.sections
                )
                yield say(N_("答对得分：%(parts)s。"), parts=parts)


MULTIPLE = {
    "all_or_nothing": N_("多选题要选得完全正确才算答对，多选、少选、错选都算答错。"),
    "share": N_(
        "多选题没有选错但没有选全的，按选对的比例得分（例如 4 个正确选项选对 2 个，得一半）；"
        "选错任何一个都算答错。"
    ),
    "share_minus": N_(
        "多选题按选对的比例得分，再减去选错的比例（选错的个数除以错误选项的个数），"
        "减到 0 为止，为 0 的算答错。"
    ),
}
LAST_RIGHT = {
    "double_itself": N_("最后一题答对，这一题的分加倍。"),
    "double_others": N_("最后一题答对，前面各题的分加倍，最后一题本身不再加分。"),
}


def award(document: Document, stage: Stage) -> Iterator[Sentence]:
    """What an attempt is worth. P8, switch 1."""
    rules = stage.award
    what = Sentence(N_("答对题数") if rules.source == "correct" else N_("得分"))
    unit = Sentence(N_("题") if rules.source == "correct" else N_("分"))
    if rules.steps:
        for step in rules.steps:
            yield say(
                N_("%(what)s达到 %(least)s %(unit)s（含 %(least)s %(unit)s），这次答题计 %(points)s 分。"),
                what=what,
                unit=unit,
                least=step.at_least,
                points=step.points,
            )
        yield say(
            N_("不到 %(least)s %(unit)s，计 %(points)s 分。"),
            unit=unit,
            least=rules.steps[-1].at_least,
            points=rules.below,
        )
        if len(rules.steps) > 1:
            yield say(N_("只按达到的最高一档计分，不累加。"))
    elif rules.each is not None:
        yield say(N_("这次答题计分 = %(what)s × %(each)s。"), what=what, each=rules.each)
    elif rules.completed is None:
        yield say(N_("这次答题计分 = %(what)s。"), what=what)
    yield from _bonuses(rules)


def _bonuses(rules: Award) -> Iterator[Sentence]:
    if rules.completed is not None:
        yield say(N_("每一题都作答了，计 %(points)s 分。"), points=rules.completed)
    if rules.perfect is not None:
        yield say(N_("全部答对，另加 %(points)s 分。"), points=rules.perfect)
    for token in rules.tokens:
        if token.all_correct:
            yield say(N_("全部答对，得到一张“%(token)s”。"), token=token.give)
        elif token.at_least is not None:
            least = say(THRESHOLDS[token.at_least.what], number=token.at_least.number)
            yield say(N_("%(least)s，得到一张“%(token)s”。"), least=least, token=token.give)


THRESHOLDS = {
    "score": N_("一次得分达到 %(number)s 分"),
    "correct": N_("一次答对 %(number)s 题及以上"),
    "total": N_("总分达到 %(number)s 分"),
}


def shown(document: Document, stage: Stage) -> Iterator[Sentence]:
    """What a person sees, and when. P7 `show`."""
    show = stage.flow.show
    yield say(N_("每答一题：%(what)s。"), what=Sentence(SHOWN[show.after_answer]))
    if show.after_answer != "nothing":
        yield say(N_("所以每题只能答一次，提交以后不能再改。"))
    yield say(N_("交卷以后：%(what)s。"), what=Sentence(SHOWN[show.after_attempt]))
    yield say(N_("比赛结束以后：%(what)s。"), what=Sentence(SHOWN[show.after_close]))


SHOWN = {
    "nothing": N_("不显示对错"),
    "right_or_wrong": N_("只显示对错，不显示正确答案"),
    "key": N_("显示正确答案"),
    "explanation": N_("显示正确答案和解析"),
}


def highest_points(stage: Stage) -> Fraction:
    """Return what an attempt with everything right is worth."""
    answers = [scoring.Answer(Fraction(1), 0, s.points) for s in stage.paper.sections for _ in range(s.count)]
    return scoring.mark(stage, answers).points
