"""Why this place, in sentences of the catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from quiz.errors import N_
from quiz.rules.numbers import Exact, readable
from quiz.rules.parts import Board, Stage
from quiz.rules.saying import P_, Sentence, duration, moment, points, say
from quiz.rules.units import total_shown
from quiz.rules.why import OneAttempt, OneInput, OneKey, Why, WhyUnit
from quiz.rules.words_of_order import KEYS
from quiz.rules.words_of_units import METRICS


def of_person(stage: Stage, why: Why) -> Iterator[Sentence]:
    """Yield what led to a person's place, in the order in which it is reckoned."""
    yield say(
        N_("第 %(place)s 名：%(who)s，总分 %(total)s 分。"), place=why.place, who=why.who, total=why.total
    )
    for each in why.attempts:
        yield _attempt(stage, each)
    for period in why.periods:
        if period.points != period.added_up:
            yield say(
                N_("%(period)s合计 %(added)s 分，按上限计 %(points)s 分。"),
                period=period.period or Sentence(N_("各次答题")),
                added=_number(period.added_up),
                points=_number(period.points),
            )
    if len(why.periods) > 1:
        counting = [_number(each.points) for each in why.periods if each.counts]
        yield say(
            N_("计入总分的各期：%(parts)s，合起来 %(points)s 分。"),
            parts=tuple(counting),
            points=_number(why.from_periods),
        )
    if why.from_attempts != why.from_periods:
        yield say(N_("答题所得按总上限计 %(points)s 分。"), points=_number(why.from_attempts))
    if why.events:
        yield say(
            P_("%(count)s 次活动加分，共 %(points)s 分。"), count=why.events, points=_number(why.from_events)
        )
    if why.adjusted:
        yield say(N_("主办方更正 %(points)s 分。"), points=_number(why.adjusted))
    if _number(why.exact) != str(why.total):
        yield say(
            N_("%(exact)s 分取到最小计分单位，是 %(total)s 分。"), exact=_number(why.exact), total=why.total
        )
    yield from _beside(stage, why)


def _attempt(stage: Stage, each: OneAttempt) -> Sentence:
    start = moment(stage.calendar.zone, each.started_ms)
    reason = Sentence(REASONS[each.because])
    if each.points != each.marked:
        return say(
            N_("%(start)s开始的答题原计 %(marked)s 分，更正后计 %(points)s 分，%(reason)s。"),
            start=start,
            marked=_number(each.marked),
            points=_number(each.points),
            reason=reason,
        )
    return say(
        N_("%(start)s开始的答题计 %(points)s 分，用时 %(time)s，%(reason)s。"),
        start=start,
        points=_number(each.points),
        time=duration(each.time_ms),
        reason=reason,
    )


REASONS = {
    "counts": N_("计入总分"),
    "void": N_("已作废，不计入"),
    "beyond_first": N_("超过了计入成绩的次数，不计入"),
    "not_best": N_("不是这一期最好的一次，不计入"),
    "not_last": N_("不是这一期最后的一次，不计入"),
    "not_first": N_("不是这一期的第一次，不计入"),
    "other_period": N_("这一期没有计入总分"),
}


def _beside(stage: Stage, why: Why) -> Iterator[Sentence]:
    """What decides between a person and the row above, or that nothing does."""
    if why.above is None:
        return
    if why.decided is None:
        yield say(N_("与前面的 %(who)s 各项都相同。"), who=why.above)
        return
    key = next(each for each in why.keys if each.key == why.decided)
    yield say(
        N_("与前面的 %(who)s 相比，先在这一项上分出先后：%(key)s，对方 %(above)s，您 %(own)s。"),
        who=why.above,
        key=Sentence(KEYS[key.key]),
        above=_shown(stage, key, key.above or 0),
        own=_shown(stage, key, key.own),
    )


def _shown(stage: Stage, key: OneKey, value: int) -> object:
    match key.key:
        case "total":
            return points(total_shown(stage, value))
        case "time":
            return duration(value)
        case "attempts":
            return value
    return moment(stage.calendar.zone, value)


def of_unit(stage: Stage, board: Board, why: WhyUnit) -> Iterator[Sentence]:
    """Yield what led to a unit's place."""
    what = Sentence(N_("综合得分") if why.is_formula else METRICS.get(why.inputs[0].metric, N_("成绩")))
    if why.place is None:
        yield say(
            N_("%(who)s 没有排名：%(reason)s。"), who=why.who, reason=Sentence(BELOW[why.because or ""])
        )
    else:
        yield say(
            N_("第 %(place)s 名：%(who)s，%(what)s %(value)s。"),
            place=why.place,
            who=why.who,
            what=what,
            value=why.value,
        )
    for each in why.inputs:
        yield from _input(each)
    if why.is_formula and why.exact is not None:
        yield say(N_("各项相加是 %(exact)s，结果是 %(value)s。"), exact=_number(why.exact), value=why.value)
    for other, sentence in ((why.above, ABOVE), (why.below, UNDER)):
        if other is not None:
            yield say(sentence, who=other.who, place=other.place, value=other.value)


def _input(each: OneInput) -> Iterator[Sentence]:
    metric = Sentence(METRICS.get(each.metric, NAMED.get(each.metric, each.metric)))
    if each.figure is None:
        yield say(N_("%(metric)s：没有数据。"), metric=metric)
        return
    yield say(N_("%(metric)s：%(figure)s。"), metric=metric, figure=_number(each.figure))
    if each.capped != each.figure:
        yield say(N_("%(metric)s按上限取 %(number)s。"), metric=metric, number=_number(each.capped or 0))
    if each.rounded != each.capped:
        yield say(N_("%(metric)s取到 %(number)s。"), metric=metric, number=_number(each.rounded or 0))
    if each.weight != 1:
        yield say(
            N_("%(metric)s %(number)s × %(weight)s = %(product)s。"),
            metric=metric,
            number=_number(each.rounded or 0),
            weight=_number(each.weight),
            product=_number(each.product or 0),
        )


NAMED = {"top_sum": N_("前几名之和"), "pass_rate": N_("及格率")}
BELOW = {
    "least_people": N_("参加的人不够"),
    "not_enrolled": N_("没有应参加人数的数据"),
    "disqualified": N_("已被取消资格"),
}
ABOVE = N_("前面是第 %(place)s 名 %(who)s，%(value)s。")
UNDER = N_("后面是第 %(place)s 名 %(who)s，%(value)s。")


def _number(number: Exact) -> str:
    return readable(Fraction(number))
