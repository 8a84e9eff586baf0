"""Why this place of a person, in sentences of the catalogue: every sum can be added up by who reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction

from quiz.errors import N_
from quiz.rules.called import event
from quiz.rules.numbers import Exact, readable, rounded
from quiz.rules.parts import Document, Stage
from quiz.rules.saying import MONTHS, P_, Added, Sentence, duration, points, say
from quiz.rules.timing import local_time
from quiz.rules.units import total_shown
from quiz.rules.why import Correction, OneAttempt, OneKey, OnePeriod, OneStage, Why
from quiz.rules.words import Passage
from quiz.rules.words_of_order import KEYS
from quiz.rules.words_of_totals import ROUNDING

PLACE, TOTAL, ATTEMPTS = N_("名次怎样排出来"), N_("总分怎样来"), N_("每一次答题")
CORRECTED, NOT_COUNTED = N_("更正记录"), N_("没有计入的")


def of_person(document: Document, whole: Stage, why: Why) -> list[Passage]:
    """Return what led to a person's place; `whole`: the stage of the board, or what stands for all."""
    found = [Passage(Sentence(PLACE), tuple(_place(whole, why)))]
    several = len(document.stages) > 1 and not whole.name
    if several:
        found.append(Passage(Sentence(TOTAL), tuple(_of_stages(why))))
    stages = {stage.name: stage for stage in document.stages}
    for each in why.stages:
        for heading, sentences in _stage(document, stages[each.stage], whole, each):
            name = say(N_("%(stage)s：%(what)s"), stage=each.stage, what=Sentence(heading))
            found.append(Passage(name if several else Sentence(heading), sentences))
    return [passage for passage in found if passage.sentences]


def _stage(
    document: Document, stage: Stage, whole: Stage, each: OneStage
) -> Iterator[tuple[str, tuple[Sentence, ...]]]:
    zone = stage.calendar.zone
    yield TOTAL, tuple(_total(stage, whole, each))
    yield ATTEMPTS, tuple(_attempt(stage, one) for one in each.attempts)
    numbers = {one.name: one.number for one in each.attempts}
    yield CORRECTED, tuple(_correction(zone, one, numbers) for one in each.corrections)
    yield NOT_COUNTED, tuple(_uncounted(document, zone, each))


def _place(whole: Stage, why: Why) -> Iterator[Sentence]:
    if why.place is None:
        yield say(N_("%(who)s 没有排名：已被取消资格。"), who=why.who)
        return
    yield say(
        N_("%(who)s：第 %(place)s 名，总分 %(total)s。"),
        who=why.who,
        place=why.place,
        total=points(why.total),
    )
    if why.above is not None:
        yield say(N_("前一名是 %(other)s。"), other=why.above)
        yield from _compared(whole, why, [(key, key.above or 0) for key in why.keys])
    if why.below is not None:
        yield say(N_("后一名是 %(other)s。"), other=why.below)
        yield from _compared(whole, why, [(key, key.below or 0) for key in why.keys])


def _compared(whole: Stage, why: Why, keys: Sequence[tuple[OneKey, int]]) -> Iterator[Sentence]:
    """Compare with a neighbour key by key, up to the one that decides."""
    for key, theirs in keys:
        same = key.own == theirs
        yield say(
            SAME if same else DECIDES,
            key=Sentence(KEYS[key.key]),
            theirs=shown(whole, key.key, theirs),
            own=shown(whole, key.key, key.own),
        )
        if not same:
            return
    yield say(ALL_SAME["ordinal" if whole.places == "ordinal" else "standard"])


SAME = N_("比%(key)s：对方 %(theirs)s，本人 %(own)s，相同。")
DECIDES = N_("比%(key)s：对方 %(theirs)s，本人 %(own)s，由此分出先后。")
ALL_SAME = {
    "standard": N_("各项都相同，名次并列。"),
    "ordinal": N_("各项都相同，按编号先后排。"),
}


def shown(whole: Stage, key: str, value: int) -> object:
    """Return the value of a key of the order as people read it."""
    match key:
        case "total":
            return points(total_shown(whole, value))
        case "time":
            return _time(value)
        case "attempts":
            return say(P_("%(count)s 次"), count=value)
    return instant(whole.calendar.zone, value)


def instant(zone: str, ms: int) -> Sentence:
    """Return a moment to the millisecond that decides between equals."""
    local = local_time(zone, ms)
    rest = f".{ms % 1000:03d}" if ms % 1000 else ""
    return say(WHEN, day=_short(local.date()), clock=f"{local:%H:%M:%S}{rest}")


def _moment(zone: str, ms: int) -> Sentence:
    local = local_time(zone, ms)
    return say(WHEN, day=_short(local.date()), clock=f"{local:%H:%M}")


WHEN = N_("%(day)s %(clock)s")


def _of_stages(why: Why) -> Iterator[Sentence]:
    terms = [
        say(N_("%(what)s %(points)s"), what=each.stage, points=points(each.total)) for each in why.stages
    ]
    yield say(N_("各阶段相加：%(sum)s。"), sum=_equals(terms, why.total))


def _total(stage: Stage, whole: Stage, each: OneStage) -> Iterator[Sentence]:
    """How the attempts, events and corrections make the total, in the order in which it is reckoned."""
    by_number = {one.number: one for one in each.attempts}
    for period in each.periods:
        yield from _period(stage, each, period, by_number)
    if len(each.periods) > 1:
        yield _across(stage, each)
    if each.from_attempts != each.from_periods:
        yield say(N_("答题所得总共最多计 %(points)s。"), points=points(number(each.from_attempts)))
    yield from _beside_attempts(each)
    if Fraction(each.exact) != Fraction(str(each.total)):
        yield say(
            N_("%(exact)s%(rounding)s到 %(point)s 分，是 %(total)s。"),
            exact=points(number(each.exact)),
            rounding=Sentence(ROUNDING[stage.rounding]),
            point=number(each.point),
            total=points(each.total),
        )
    counting = [one for one in each.attempts if one.counts]
    if "time" in whole.order and counting:
        terms = [_nth(one, _time(one.time_ms)) for one in counting]
        total: object = Added(tuple(terms))
        if len(terms) > 1:
            total = say(N_("%(sum)s = %(result)s"), sum=total, result=_time(each.time_ms))
        yield say(N_("用时：%(sum)s。"), sum=total)


def _period(
    stage: Stage, each: OneStage, period: OnePeriod, by_number: Mapping[int, OneAttempt]
) -> Iterator[Sentence]:
    chosen = [by_number[n] for n in period.attempts]
    terms = tuple(_nth(one, points(number(one.points))) for one in chosen)
    if each.within == "mean" and len(terms) > 1:
        result = points(number(period.added_up))
        how = say(MEAN, sum=Added(terms), count=len(terms), result=result)
    else:
        how = say(CHOSEN.get(each.within, N_("%(sum)s")), sum=_equals(terms, number(period.added_up)))
    if period.period:
        yield say(N_("%(period)s：%(sum)s。"), period=period_words(stage, period.period), sum=how)
    else:
        yield say(N_("%(sum)s。"), sum=how)
    yield from _capped(period)


MEAN = N_("平均：（%(sum)s）÷ %(count)s = %(result)s")
CHOSEN = {
    "best": N_("取最好的一次：%(sum)s"),
    "last": N_("取最后一次：%(sum)s"),
    "first": N_("取第一次：%(sum)s"),
}


def _capped(period: OnePeriod) -> Iterator[Sentence]:
    """What the caps of a day and of the period leave."""
    left = period.added_up
    if any(day.points != day.added_up for day in period.days):
        for day in period.days:
            if day.points != day.added_up:
                yield say(
                    N_("%(day)s合计 %(added)s，一天最多计 %(points)s。"),
                    day=_short(date.fromisoformat(day.day)),
                    added=points(number(day.added_up)),
                    points=points(number(day.points)),
                )
        left = sum((Fraction(day.points) for day in period.days), Fraction(0))
        terms = [
            _called(_short(date.fromisoformat(day.day)), points(number(day.points))) for day in period.days
        ]
        if len(terms) > 1:
            yield say(N_("各天相加：%(sum)s。"), sum=_equals(terms, number(left)))
    if period.points != left:
        yield say(N_("一期最多计 %(points)s。"), points=points(number(period.points)))


def _across(stage: Stage, each: OneStage) -> Sentence:
    counting = [period for period in each.periods if period.counts]
    terms = tuple(
        _called(period_words(stage, period.period), points(number(period.points))) for period in counting
    )
    result = points(number(each.from_periods))
    if each.across == "mean" and len(terms) > 1:
        return say(
            N_("各期平均：（%(sum)s）÷ %(count)s = %(result)s。"),
            sum=Added(terms),
            count=len(terms),
            result=result,
        )
    return say(ACROSS[each.across], sum=_equals(terms, number(each.from_periods)), count=len(terms))


ACROSS: Mapping[str, str] = {
    "sum": N_("各期相加：%(sum)s。"),
    "mean": N_("各期平均：%(sum)s。"),
    "best": N_("取最高的一期：%(sum)s。"),
    "latest": N_("取最近的一期：%(sum)s。"),
    "sum_of_best": P_("取最高的 %(count)s 期相加：%(sum)s。"),
}


def _beside_attempts(each: OneStage) -> Iterator[Sentence]:
    """What events and the ledger add."""
    if not each.events and not each.adjusted:
        return
    terms = [_called(Sentence(N_("答题")), points(number(each.from_attempts)))] if each.attempts else []
    if each.events:
        what = say(P_("%(count)s 次活动"), count=len(each.events))
        terms.append(_called(what, points(number(each.from_events))))
    if each.adjusted:
        terms.append(_called(Sentence(N_("主办方更正")), points(_signed(each.adjusted))))
    yield say(N_("合计：%(sum)s。"), sum=_equals(terms, number(each.exact)))


def _signed(value: Exact) -> str:
    return f"({number(value)})" if value < 0 else number(value)


def _equals(terms: Sequence[object], result: int | str) -> object:
    """Return a sum with its result; one term is its own."""
    if len(terms) == 1:
        return terms[0]
    return say(N_("%(sum)s = %(result)s"), sum=Added(tuple(terms)), result=points(result))


def _nth(one: OneAttempt, value: Sentence) -> Sentence:
    return _called(say(N_("第 %(number)s 次"), number=one.number), value)


def _called(what: object, value: Sentence) -> Sentence:
    return say(N_("%(what)s %(points)s"), what=what, points=value)


def _attempt(stage: Stage, each: OneAttempt) -> Sentence:
    start, worth = _moment(stage.calendar.zone, each.started_ms), points(number(each.points))
    if stage.calendar.period in ("level", "scene"):  # no moment says which
        start = say(N_("%(period)s，%(start)s"), period=period_words(stage, each.period), start=start)
    if each.score != each.marked == each.points:
        worth = say(N_("得分 %(score)s，计 %(points)s"), score=number(each.score), points=worth)
    values: dict[str, object] = {
        "number": each.number,
        "start": start,
        "points": worth,
        "marked": points(number(each.marked)),
        "time": _time(each.time_ms),
        "reason": Sentence(REASONS[each.because]),
    }
    return say(AS_CORRECTED if each.points != each.marked else AS_MARKED, **values)


AS_MARKED = N_("第 %(number)s 次（%(start)s 开始）：%(points)s，用时 %(time)s，%(reason)s。")
AS_CORRECTED = N_(
    "第 %(number)s 次（%(start)s 开始）：原来 %(marked)s，更正后 %(points)s，用时 %(time)s，%(reason)s。"
)
REASONS = {
    "counts": N_("计入总分"),
    "void": N_("已作废，不计入"),
    "beyond_first": N_("超过了计入成绩的次数，不计入"),
    "not_best": N_("不是最好的一次，不计入"),
    "not_last": N_("不是最后的一次，不计入"),
    "not_first": N_("不是第一次，不计入"),
    "other_period": N_("这一期没有计入总分"),
}


def _correction(zone: str, each: Correction, numbers: Mapping[str, int]) -> Sentence:
    done = Sentence(N_("更正了一道题的答案"))
    if not each.is_key:
        done = say(DONE[each.do], points=points(number(each.points or 0)))
    what = say(N_("第 %(number)s 次答题"), number=numbers.get(each.attempt, "–"))
    if each.attempt:
        done = say(N_("%(what)s%(done)s"), what=what, done=done)
    return say(
        N_("%(moment)s，%(done)s。理由：%(because)s"),
        moment=_moment(zone, each.at_ms),
        done=done,
        because=each.because,
    )


DONE = {
    "void": N_("作废"),
    "restore": N_("恢复"),
    "adjust": N_("加 %(points)s"),
    "zero": N_("计零分"),
    "disqualify": N_("取消资格"),
    "remark": N_("重新评分"),
}


def _uncounted(document: Document, zone: str, each: OneStage) -> Iterator[Sentence]:
    for one in each.refused:
        when, reason = _moment(zone, one.at_ms), Sentence(REFUSED.get(one.what, N_("不符合规则")))
        yield say(NOT_STARTED if one.is_a_start else NOT_ACCEPTED, moment=when, reason=reason)
    for one in each.practised:
        yield say(N_("%(moment)s 的答题是练习，不计分。"), moment=_moment(zone, one.at_ms))
    for one in each.beyond:
        yield say(
            N_("%(moment)s 的%(event)s不再加分：已到加分的次数上限。"),
            moment=_moment(zone, one.at_ms),
            event=event(document, one.what),
        )


NOT_ACCEPTED = N_("%(moment)s 的答题没有接受：%(reason)s。")
NOT_STARTED = N_("%(moment)s 没能开始答题：%(reason)s（同一天因同样原因没能开始的，只列第一次）。")
REFUSED = {
    "not_open": N_("不在答题时间内"),
    "closed": N_("答题已经结束"),
    "quota": N_("次数已经用完"),
    "level": N_("这一关还没有开放"),
    "too_quick": N_("交卷太快"),
    "not_allowed": N_("不在参赛范围内"),
    "one_phone": N_("这部手机已由别人用来参加"),
    "unit_needed": N_("没有填写所在单位"),
    "facts_needed": N_("没有填写参赛资料"),
}


def period_words(stage: Stage, period: str) -> object:
    """Return what a period is called: a day, the week from a day on, a month, a scene, a level."""
    match stage.calendar.period:
        case "day":
            return _short(date.fromisoformat(period))
        case "week":
            return say(N_("%(day)s起的一周"), day=_short(date.fromisoformat(period)))
        case "month":
            day = date.fromisoformat(period)
            return say(N_("%(year)s年%(month)s"), year=day.year, month=Sentence(MONTHS[day.month - 1]))
        case "level":
            return say(N_("第 %(level)s 关"), level=period)
    return period


def _short(day: date) -> Sentence:
    return say(N_("%(month)s%(day)s日"), month=Sentence(MONTHS[day.month - 1]), day=day.day)


def _time(ms: int) -> Sentence:
    return duration(ms) if ms else say(P_("%(count)s 秒"), count=0)


def number(value: Exact) -> str:
    """Return a number exactly, one whose decimals never end also as it is about."""
    exact = readable(Fraction(value))
    return f"{exact} ≈ {readable(rounded(Fraction(value), 2, 'half_up'))}" if "/" in exact else exact
