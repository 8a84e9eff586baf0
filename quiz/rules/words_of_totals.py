"""The rules page on tries and a person's total, with an example that the fold has made: P9, P10, P11."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from quiz.errors import N_
from quiz.rules import worked
from quiz.rules.called import event
from quiz.rules.numbers import readable
from quiz.rules.parts import SHARE_LIKE, Document, Extra, Limit, Person, Stage
from quiz.rules.saying import P_, THEN, Sentence, joined, limits, points, say


def tries(document: Document, stage: Stage) -> Iterator[Sentence]:
    """How many attempts a person has. P9."""
    limit = stage.quota.limit
    if limit == Limit():
        levels = stage.flow.levels
        yield say(NO_LIMIT if levels is None or levels.again == "always" else NO_OTHER_LIMIT)
    else:
        yield say(N_("每人%(limits)s。"), limits=limits(stage, limit))
        yield say(N_("一开始答题就用掉一次，没有做完也算。次数用完以后不能再开始。"))
    if stage.quota.scenes_per_day is not None:
        yield say(P_("每天最多选 %(count)s 个场景。"), count=stage.quota.scenes_per_day)
    for extra in stage.quota.extra:
        yield from _extra(document, stage, extra)


NO_LIMIT = N_("答题次数不限。")
NO_OTHER_LIMIT = N_("除了“怎样进行”里写的，答题次数不限。")


def _extra(document: Document, stage: Stage, extra: Extra) -> Iterator[Sentence]:
    """An event's attempts are added to every limit that there is."""
    limit = stage.quota.limit
    spans = (("day", limit.per_day), (stage.calendar.period, limit.per_period), ("none", limit.total))
    where = tuple(Sentence(IN_SPAN[span]) for span, most in spans if most is not None)
    if not where:
        return
    yield say(
        N_("%(event)s一次，%(where)s的答题次数多 %(adds)s 次。"),
        event=event(document, extra.event),
        where=where,
        adds=extra.adds,
    )
    if extra.cap != Limit():
        yield say(
            N_("这样增加次数的%(event)s%(limits)s。"),
            event=event(document, extra.event),
            limits=limits(stage, extra.cap),
        )


IN_SPAN: Mapping[str, str] = {
    "day": N_("当天"),
    "week": N_("当周"),
    "month": N_("当月"),
    "scene": N_("这个场景"),
    "level": N_("这一关"),
    "none": N_("总共"),
}


def is_cumulative(document: Document, stage: Stage) -> bool:
    """Return whether anything reads a total over the whole stage, not only over its periods."""
    total = [prize.at_least for prize in stage.awards]
    total += [each for draw in stage.draws for entry in draw.entries for each in (entry.at_least, entry.each)]
    return (
        stage.calendar.period == "none"
        or any(board.over == "stage" for board in stage.boards)
        or bool(document.boards)
        or any(least is not None and least.what == "total" for least in total)
    )


def total(document: Document, stage: Stage) -> Iterator[Sentence]:
    """How attempts become a total. P10, P11, switches 4 and 14."""
    person, period = stage.person, stage.calendar.period
    if person.counted is not None:
        text = FIRST_OF["day" if person.counted.of == "day" else period]
        yield say(text, count=person.counted.first)
    cumulative = is_cumulative(document, stage)
    yield from _sums(stage, cumulative)
    if "best" in (person.within_period, person.across_periods) or person.best_periods:
        yield say(N_("“最好”是指分数高的；分数相同的，用时短的；用时也相同的，先交卷的。"))
    yield from _events(document, stage)
    if stage.point_stated:
        rounding = Sentence(ROUNDING[stage.rounding])
        yield say(N_("总分%(rounding)s到 %(point)s 分。"), rounding=rounding, point=stage.point)
    yield from _example(stage, cumulative)


FIRST_OF: Mapping[str, str] = {
    "none": P_("只有最先开始的 %(count)s 次计入成绩，以后的可以答着玩，不计入。"),
    "day": P_("每天只有最先开始的 %(count)s 次计入成绩，以后的可以答着玩，不计入。"),
    "week": P_("每周只有最先开始的 %(count)s 次计入成绩，以后的可以答着玩，不计入。"),
    "month": P_("每月只有最先开始的 %(count)s 次计入成绩，以后的可以答着玩，不计入。"),
    "scene": P_("每个场景只有最先开始的 %(count)s 次计入成绩，以后的可以答着玩，不计入。"),
    "level": P_("每一关只有最先开始的 %(count)s 次计入成绩，以后的可以答着玩，不计入。"),
}
ROUNDING: Mapping[str, str] = {
    "half_up": N_("四舍五入"),
    "half_even": N_("四舍六入、逢五取偶"),
    "down": N_("舍去尾数"),
}


def _sums(stage: Stage, cumulative: bool) -> Iterator[Sentence]:
    """How attempts add up within a period and periods to a total; in one sentence where that is enough."""
    person, period = stage.person, stage.calendar.period
    ways = (person.within_period, person.across_periods)
    if period == "none" or (cumulative and ways in ONE_WAY and person.cap.per_period is None):
        yield say(ALL[person.within_period])
        yield from _caps(person, period)
    else:
        yield say(WITHIN[person.within_period], span=Sentence(EACH[period]))
        yield from _caps(person, period)
        yield _across(stage) if cumulative else say(ANEW[period])
    if person.cap.total is not None and cumulative:
        yield say(N_("答题所得总共最多计 %(most)s。"), most=points(person.cap.total))


ONE_WAY = (("sum", "sum"), ("best", "best"))


def _caps(person: Person, period: str) -> Iterator[Sentence]:
    if person.cap.per_day is not None:
        yield say(N_("答题所得每天最多计 %(most)s。"), most=points(person.cap.per_day))
    if person.cap.per_period is not None:
        span = Sentence(EACH[period])
        yield say(N_("答题所得%(span)s最多计 %(most)s。"), span=span, most=points(person.cap.per_period))


ALL = {
    "best": N_("各次答题中最好的一次就是总分。"),
    "last": N_("最后一次开始的答题就是总分。"),
    "first": N_("第一次答题就是总分。"),
    "sum": N_("各次答题计的分加起来是总分。"),
    "mean": N_("各次答题计的分的平均数是总分。"),
}
WITHIN = {
    "best": N_("%(span)s取最好的一次。"),
    "last": N_("%(span)s取最后开始的一次。"),
    "first": N_("%(span)s取第一次。"),
    "sum": N_("%(span)s各次答题计的分相加。"),
    "mean": N_("%(span)s取各次答题计的分的平均数。"),
}
ACROSS = {
    "best": N_("总分取其中最好的%(one)s。"),
    "latest": N_("总分取最近的%(one)s。"),
    "sum": N_("%(each)s的分加起来是总分。"),
    "mean": N_("%(each)s的分的平均数是总分；没有答题的不参加平均。"),
    "sum_of_best": N_("总分是其中最好的 %(some)s之和。"),
}
ANEW: Mapping[str, str] = {
    "day": N_("每天重新计分，不累计。"),
    "week": N_("每周重新计分，不累计。"),
    "month": N_("每月重新计分，不累计。"),
    "scene": N_("各个场景分开计分，不累计。"),
    "level": N_("各关分开计分，不累计。"),
}
EACH: Mapping[str, str] = {
    "none": N_("整个比赛期间"),
    "day": N_("每天"),
    "week": N_("每周"),
    "month": N_("每月"),
    "scene": N_("每个场景"),
    "level": N_("每一关"),
}
ONE: Mapping[str, str] = {
    "day": N_("一天"),
    "week": N_("一周"),
    "month": N_("一个月"),
    "scene": N_("一个场景"),
    "level": N_("一关"),
}
COUNTED: Mapping[str, str] = {
    "day": P_("%(count)s 天"),
    "week": P_("%(count)s 周"),
    "month": P_("%(count)s 个月"),
    "scene": P_("%(count)s 个场景"),
    "level": P_("%(count)s 关"),
}


def _across(stage: Stage) -> Sentence:
    period = stage.calendar.period
    return say(
        ACROSS[stage.person.across_periods],
        one=Sentence(ONE[period]),
        each=Sentence(EACH[period]),
        some=say(COUNTED[period], count=stage.person.best_periods or 0),
    )


def _events(document: Document, stage: Stage) -> Iterator[Sentence]:
    for kind, rule in stage.events.items():
        name = event(document, kind)
        if rule.cap.total == 1:
            yield say(N_("%(event)s加 %(points)s，只加一次。"), event=name, points=points(rule.points))
        else:
            yield say(N_("%(event)s一次加 %(points)s。"), event=name, points=points(rule.points))
            if rule.cap != Limit():
                yield say(N_("%(event)s的加分%(limits)s。"), event=name, limits=limits(stage, rule.cap))
        if kind in SHARE_LIKE:
            yield say(COUNTS[rule.counts])
    if stage.events and stage.person.cap != Limit():
        yield say(N_("活动加的分不受答题所得的上限限制。"))


COUNTS = {
    "at_click": N_("好友点开链接就算。"),
    "at_sign_up": N_("好友登记以后才算。"),
    "at_finish": N_("好友答完一次题才算。"),
}


def _example(stage: Stage, cumulative: bool) -> Iterator[Sentence]:
    """A person's attempts and the total that the fold itself makes of them."""
    example = worked.of_person(stage, cumulative)
    if example is None:
        return
    period, result = stage.calendar.period, points(readable(example.total))
    tried = [tuple(points(each) for each in one) for one in example.rounds]
    if period == "none":
        yield say(N_("举例：几次答题依次计 %(points)s，总分是 %(total)s。"), points=tried[0], total=result)
        return
    if not cumulative:
        text = N_("举例：%(one)s里几次答题依次计 %(points)s，这%(one)s的成绩是 %(total)s。")
        yield say(text, one=Sentence(ONE[period]), points=tried[0], total=result)
        return
    parts = [
        say(SEVERAL if len(each) > 1 else SINGLE, when=Sentence(when), points=each)
        for when, each in zip(FIRST_TWO[period], tried, strict=False)
    ]
    yield say(N_("举例：%(periods)s，总分是 %(total)s。"), periods=joined(THEN, parts), total=result)


SINGLE = N_("%(when)s计 %(points)s")
SEVERAL = N_("%(when)s各次答题依次计 %(points)s")
FIRST_TWO: Mapping[str, tuple[str, str]] = {
    "day": (N_("第一天"), N_("第二天")),
    "week": (N_("第一周"), N_("第二周")),
    "month": (N_("第一个月"), N_("第二个月")),
    "scene": (N_("第一个场景"), N_("第二个场景")),
    "level": (N_("第一关"), N_("第二关")),
}
