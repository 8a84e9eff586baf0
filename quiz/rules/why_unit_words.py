"""Why this place of a unit, in sentences of the catalogue: where each number comes from, and the formula."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from quiz.errors import N_
from quiz.rules.numbers import Exact
from quiz.rules.parts import Board, Stage
from quiz.rules.saying import P_, Added, Sentence, duration, points, say
from quiz.rules.why_units import NextUnit, OneInput, WhyUnit
from quiz.rules.why_words import PLACE, instant, number
from quiz.rules.words import Passage
from quiz.rules.words_of_totals import ROUNDING
from quiz.rules.words_of_units import METRICS

INPUTS, FORMULA = N_("每一项怎样来"), N_("怎样合成")


def of_unit(stage: Stage, board: Board, why: WhyUnit) -> list[Passage]:
    """Return what led to a unit's place on a board."""
    inputs = [sentence for each in why.inputs for sentence in _input(stage, why, each)]
    found = (
        Passage(Sentence(PLACE), tuple(_place(stage, board, why))),
        Passage(Sentence(INPUTS), tuple(inputs)),
        Passage(Sentence(FORMULA), tuple(_formula(why))),
    )
    return [passage for passage in found if passage.sentences]


def _place(stage: Stage, board: Board, why: WhyUnit) -> Iterator[Sentence]:
    if why.place is None:
        yield say(
            N_("%(who)s 没有排名：%(reason)s。"),
            who=why.who,
            reason=say(
                BELOW[why.because or "least_people"],
                people=why.people,
                least=board.least_people,
                because=why.reason,
            ),
        )
        return
    yield say(
        N_("%(who)s：第 %(place)s 名，%(what)s %(value)s。"),
        who=why.who,
        place=why.place,
        what=_what(why),
        value=_value(stage, why, why.value),
    )
    for text, other in ((ABOVE, why.above), (UNDER, why.below)):
        if other is not None:
            yield say(text, who=other.who, place=other.place, value=_value(stage, why, other.value))
            yield from _compared(stage, why, other)


BELOW = {
    "least_people": N_("参加的有 %(people)s 人，不到上榜要求的 %(least)s 人"),
    "not_enrolled": N_("没有登记应参加的人数"),
    "disqualified": N_("已被取消资格（%(because)s）"),
}
ABOVE = N_("前一名：第 %(place)s 名 %(who)s，%(value)s。")
UNDER = N_("后一名：第 %(place)s 名 %(who)s，%(value)s。")


def _compared(stage: Stage, why: WhyUnit, other: NextUnit) -> Iterator[Sentence]:
    """Say which figure decides where several are compared one after the other, or that all are equal."""
    if why.value != other.value:
        return
    for each in why.inputs if not why.is_formula else ():
        own, theirs = why.metrics.get(each.name), other.metrics.get(each.name)
        if own != theirs:
            yield say(
                N_("前面的各项相同，比%(metric)s：对方 %(theirs)s，本单位 %(own)s。"),
                metric=_metric(each),
                theirs=_figure(stage, each.metric, Fraction(str(theirs))),
                own=_figure(stage, each.metric, Fraction(str(own))),
            )
            return
    yield say(N_("各项都相同，按编号先后排。") if stage.places == "ordinal" else N_("各项都相同，名次并列。"))


def _what(why: WhyUnit) -> Sentence:
    return Sentence(N_("综合得分")) if why.is_formula else _metric(why.inputs[0])


def _value(stage: Stage, why: WhyUnit, value: int | str) -> object:
    return value if why.is_formula else _figure(stage, why.inputs[0].metric, Fraction(str(value)))


def _metric(each: OneInput) -> Sentence:
    match each.metric:
        case "top_sum":
            return Sentence(N_("前几名之和"))
        case "pass_rate":
            return say(N_("达到 %(pass_at)s的比率"), pass_at=points(number(each.pass_at or 0)))
    return Sentence(METRICS[each.metric])


def _figure(stage: Stage, metric: str, value: Exact) -> object:
    match metric:
        case "time":
            return duration(int(value))
        case "reached" | "first_started":
            return instant(stage.calendar.zone, int(value))
    return number(value)


def _input(stage: Stage, why: WhyUnit, each: OneInput) -> Iterator[Sentence]:
    """Where a figure comes from, then its cap, its rounding and its weight, as far as they change it."""
    metric = _metric(each)
    if each.figure is None:
        yield say(N_("%(metric)s：没有数据。"), metric=metric)
        return
    yield say(
        N_("%(metric)s：%(sum)s。"),
        metric=metric,
        sum=_made_of(why.people, each, _figure(stage, each.metric, each.figure)),
    )
    if each.capped != each.figure:
        yield say(N_("%(metric)s最多算 %(number)s。"), metric=metric, number=number(each.capped or 0))
    if each.rounded != each.capped:
        yield say(
            N_("%(metric)s%(rounding)s，是 %(number)s。"),
            metric=metric,
            rounding=Sentence(ROUNDING[why.rounding]),
            number=number(each.rounded or 0),
        )


def _made_of(people: int, each: OneInput, figure: object) -> object:
    """Return a figure with the numbers from which it is reckoned."""
    if each.metric in ("sum", "total"):
        return say(P_("参加的 %(count)s 人的总分加起来，是 %(result)s"), count=people, result=figure)
    if len(each.addends) > 1:
        terms = Added(tuple(number(one) for one in each.addends))
        return say(N_("%(sum)s = %(result)s"), sum=terms, result=figure)
    if each.metric in MADE_OF and each.part is not None and each.whole is not None:
        values = {"part": number(each.part), "whole": number(each.whole), "result": figure}
        return say(MADE_OF[each.metric], **values)
    return figure


MADE_OF: Mapping[str, str] = {
    "mean": N_("总分之和 %(part)s ÷ 参加的 %(whole)s 人 = %(result)s"),
    "mean_per_enrolled": N_("总分之和 %(part)s ÷ 应参加的 %(whole)s 人 = %(result)s"),
    "participation_rate": N_("参加的 %(part)s 人 ÷ 应参加的 %(whole)s 人 × 100 = %(result)s"),
    "child_units_rate": N_("有人参加的 %(part)s 个下级单位 ÷ 共 %(whole)s 个 × 100 = %(result)s"),
    "pass_rate": N_("达到的 %(part)s 人 ÷ 参加的 %(whole)s 人 × 100 = %(result)s"),
    "full_mark_rate": N_("有满分的 %(part)s 人 ÷ 参加的 %(whole)s 人 × 100 = %(result)s"),
}


def _formula(why: WhyUnit) -> Iterator[Sentence]:
    if not why.is_formula or why.exact is None:
        return
    for each in why.inputs:
        if each.weight != 1:
            yield say(
                N_("%(metric)s %(number)s × %(weight)s = %(product)s。"),
                metric=_metric(each),
                number=number(each.rounded or 0),
                weight=number(each.weight),
                product=number(each.product or 0),
            )
    if len(why.inputs) > 1:
        terms = Added(tuple(number(each.product or 0) for each in why.inputs))
        yield say(N_("相加：%(sum)s = %(result)s。"), sum=terms, result=number(why.exact))
    if why.round is not None and Fraction(str(why.value)) != why.exact:
        rounding = Sentence(ROUNDING[why.rounding])
        text = TO_WHOLE if why.round == 0 else TO_DIGITS
        yield say(text, rounding=rounding, count=why.round, value=why.value)


TO_WHOLE = N_("%(rounding)s到整数，是 %(value)s。")
TO_DIGITS = P_("%(rounding)s到 %(count)s 位小数，是 %(value)s。")
