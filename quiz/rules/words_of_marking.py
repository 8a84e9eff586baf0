"""The rules page on what an answer and an attempt are worth: P6, P7, P8."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from quiz.errors import N_
from quiz.rules import scoring, worked
from quiz.rules.called import KINDS, questions_of, tokens
from quiz.rules.parts import AtLeast, Award, Document, Levels, SpeedLine, Stage, Streak
from quiz.rules.saying import P_, Sentence, duration, points, questions, say


def course(document: Document, stage: Stage) -> Iterator[Sentence]:
    """What comes before an attempt and ends it: practice, levels, duels, doing again. P7."""
    flow = stage.flow
    yield from practice(stage)
    if flow.practice_first is not None:
        yield say(N_("练习的题目、限时和判分与正式答题相同。"))
    if flow.levels is not None:
        yield from _levels(flow.levels)
    if flow.duel is not None:
        yield say(N_("%(players)s 人对战：对手同时答同样的题，每题的得分只用来分胜负。"), players=flow.duel)
    if flow.stop == "first_wrong":
        yield say(N_("一题答错、没答或没有全对，这次答题就结束，后面的题不再出现。"))
    if flow.stop == "time":
        yield say(N_("一题接一题地答，时间到了就结束；没有答到的题不计。"))
    if flow.stop != "end":
        yield say(P_("答完全部 %(count)s 道题，这次答题也就结束，不再重复出题。"), count=stage.paper.count)
    if flow.redo == "until_right":
        yield say(N_("答完一遍以后，没有答对的题再次出现，直到全部答对；每题以最后一次的答案为准。"))
        yield say(N_("没有全部答对也可以交卷；答对的题不再出现，也不能再改。"))


def practice(stage: Stage) -> Iterator[Sentence]:
    """Which practice opens what counts. P7."""
    gate = stage.flow.practice_first
    if gate is not None:
        yield say(N_("先要通过练习才能正式答题：练习中%(least)s就算通过。"), least=reaching(gate))
        yield say(N_("练习次数不限，不计分，也不占答题次数。"))


def _levels(levels: Levels) -> Iterator[Sentence]:
    yield say(P_("共 %(count)s 关，从第 1 关开始，通过一关才能进入下一关。"), count=len(levels.passes))
    if levels.opens == "daily":
        yield say(N_("第 1 关在比赛的第 1 天开放，以后每天开放一关。"))
    marks = set(levels.passes)
    if marks == {Fraction(0)}:
        yield say(N_("答完就算通过，得多少分都可以。"))
    elif len(marks) == 1:
        yield say(N_("一次得分达到 %(points)s就通过这一关。"), points=points(levels.passes[0]))
    else:
        each = tuple(points(number) for number in levels.passes)
        yield say(N_("通过各关的得分依次是：%(marks)s。"), marks=each)
    yield say(AGAIN[levels.again])
    if levels.again == "never" and marks != {Fraction(0)}:
        yield say(N_("没有通过的，不能再进入后面的关。"))


AGAIN = {
    "failed": N_("没有通过的关可以再闯；已经通过的关不能再答。"),
    "never": N_("每一关只能答一次。"),
    "always": N_("每一关都可以再答，通过以后也可以。"),
}


def marking(document: Document, stage: Stage) -> Iterator[Sentence]:
    """What an answer is worth. P6, switch 13."""
    rules = stage.marking
    yield from _right(document, stage)
    if rules.wrong == rules.blank:
        yield say(N_("答错或没答%(gain)s。"), gain=_gain(rules.wrong))
    else:
        yield say(N_("答错%(wrong)s，没答%(blank)s。"), wrong=_gain(rules.wrong), blank=_gain(rules.blank))
    kinds = _many_options(stage)
    if kinds:
        yield say(MULTIPLE[rules.multiple], kinds=kinds)
    if places := _kinds_of(stage, ("fill", "order", "match")):
        yield say(PLACES[rules.multiple], kinds=places)
    if rules.streak is not None:
        yield from _streak(rules.streak)
    if rules.last_right is not None:
        yield say(LAST_RIGHT[rules.last_right])
    if rules.range is not None:
        least, most = points(rules.range.least), points(rules.range.most)
        yield say(N_("一次答题的得分最低 %(least)s，最高 %(most)s。"), least=least, most=most)
    full = points(scoring.highest_score(stage))
    yield say(N_("各题的分加起来是这次答题的“得分”，满分 %(full)s。"), full=full)
    yield from _example(stage)


def _gain(number: Fraction) -> Sentence:
    """Return what an answer gives, or takes away."""
    if number < 0:
        return say(N_("扣 %(points)s"), points=points(-number))
    return say(N_("得 %(points)s"), points=points(number))


def _many_options(stage: Stage) -> tuple[Sentence, ...]:
    """Return the kinds of questions with several right options that a paper may have."""
    return _kinds_of(stage, ("multiple", "indefinite"))


def _kinds_of(stage: Stage, kinds: Sequence[str]) -> tuple[Sentence, ...]:
    found = {kind for section in stage.paper.sections for kind in section.kinds or ("multiple",)}
    return tuple(Sentence(KINDS[kind]) for kind in kinds if kind in found)


def _right(document: Document, stage: Stage) -> Iterator[Sentence]:
    match stage.marking.speed:
        case SpeedLine() as line:
            yield say(
                N_("答对的分随用时均匀减少：立即答对得 %(start)s，用时 %(over)s及以上得 %(end)s。"),
                start=points(line.start),
                over=duration(line.over_ms),
                end=points(line.end),
            )
            yield _on_the_line(line)
        case tuple() as steps:
            parts = tuple(
                say(
                    N_("不超过 %(within)s得 %(points)s"),
                    within=duration(step.within_ms),
                    points=points(step.points),
                )
                for step in steps
            )
            yield say(N_("答对的分看这一题的用时：%(steps)s；更慢得 0 分。"), steps=parts)
        case None:
            worth = list(dict.fromkeys(section.points for section in stage.paper.sections))
            if len(worth) == 1:
                yield say(N_("每题答对得 %(points)s。"), points=points(worth[0]))
            else:
                each = tuple(
                    say(
                        N_("%(questions)s每题 %(points)s"),
                        questions=questions_of(document, section),
                        points=points(section.points),
                    )
                    for section in stage.paper.sections
                )
                yield say(N_("答对得分：%(parts)s。"), parts=each)


def _on_the_line(line: SpeedLine) -> Sentence:
    half_ms = line.over_ms // 2
    worth = line.start + (line.end - line.start) * Fraction(half_ms, line.over_ms)
    text = N_("举例：用时 %(taken)s答对，得 %(points)s。")
    return say(text, taken=duration(half_ms), points=points(worth))


MULTIPLE = {
    "all_or_nothing": N_("%(kinds)s要选得完全正确才算答对，多选、少选、错选都算答错。"),
    "share": N_(
        "%(kinds)s没有选错但没有选全的，按选对的比例得分（例如 4 个正确选项选对 2 个，得一半）；"
        "选错任何一个都算答错。"
    ),
    "share_minus": N_(
        "%(kinds)s按选对的比例得分，再减去选错的比例（选错的个数除以错误选项的个数），"
        "减到 0 为止，为 0 的算答错。"
    ),
}
PLACES = {
    "all_or_nothing": N_("%(kinds)s的每一处都对才算答对。"),
    "share": N_("%(kinds)s按答对的处数的比例得分（例如 4 处答对 2 处，得一半）。"),
    "share_minus": N_(
        "%(kinds)s按答对的处数的比例得分，再减去答错的处数的比例，减到 0 为止，为 0 的算答错；没填的不减。"
    ),
}
LAST_RIGHT = {
    "double_itself": N_("最后一题答对，这一题的分加倍。"),
    "double_others": N_("最后一题答对，前面各题的分（包括扣分）加倍，最后一题本身不再加分。"),
}


def _streak(streak: Streak) -> Iterator[Sentence]:
    yield say(
        N_(
            "连续答对有加成：连对的第 1 题按 1 倍计，以后每多连对一题，倍数加 %(grow)s；"
            "答错、没答或没有全对就从头算起。"
        ),
        grow=streak.grow,
    )
    if streak.most is not None:
        yield say(N_("加成算到连对第 %(most)s 题为止，再往后倍数不变。"), most=streak.most)


def _example(stage: Stage) -> Iterator[Sentence]:
    """Where the sum is not obvious: an attempt with one wrong answer."""
    rules = stage.marking
    is_plain = rules.streak is None and rules.last_right is None and rules.wrong == 0
    if is_plain or stage.flow.stop != "end" or stage.paper.count <= worked.WRONG_AT:
        return
    score, free = worked.one_wrong(stage).score, worked.one_wrong(unbounded(stage)).score
    values = {"wrong": worked.WRONG_AT, "points": points(score), "sum": points(free)}
    plain, bounded = (ONE_WRONG, SUM) if rules.speed is None else (ONE_WRONG_AT_ONCE, SUM_AT_ONCE)
    yield say(plain if free == score else bounded, **values)


def unbounded(stage: Stage) -> Stage:
    """Return a stage in which a score may be as low and as high as its answers make it."""
    return replace(stage, marking=replace(stage.marking, range=None))


SUM = N_("举例：第 %(wrong)s 题答错，其余都答对，各题加起来是 %(sum)s，得分按 %(points)s算。")
SUM_AT_ONCE = N_("举例：第 %(wrong)s 题答错，其余都立即答对，各题加起来是 %(sum)s，得分按 %(points)s算。")
ONE_WRONG = N_("举例：第 %(wrong)s 题答错，其余都答对，得分是 %(points)s。")
ONE_WRONG_AT_ONCE = N_("举例：第 %(wrong)s 题答错，其余都立即答对，得分是 %(points)s。")


def award(document: Document, stage: Stage) -> Iterator[Sentence]:
    """What an attempt is worth. P8, switch 1."""
    rules = stage.award
    if rules.steps:
        yield from _steps(rules)
    elif rules.each is not None:
        yield from _each(rules, rules.each)
    elif rules.completed is None and rules.duel is None:
        yield say(PLAIN[rules.source])
    if rules.duel is not None:
        win, draw, loss = (points(number) for number in rules.duel)
        yield say(
            N_("每局按胜负计分：胜计 %(win)s，平计 %(draw)s，负计 %(loss)s。"), win=win, draw=draw, loss=loss
        )
    yield from _bonuses(rules)
    if stage.flow.levels is not None and set(stage.flow.levels.passes) != {Fraction(0)}:
        yield _failed(stage.flow.levels)
    yield from _tokens(document, rules)


def _failed(levels: Levels) -> Sentence:
    """Return what an attempt at a level is worth that does not pass it."""
    if levels.failed_gives is None:
        return say(N_("没有通过这一关的一次，也照这样计分。"))
    return say(N_("没有通过这一关的一次，计 %(points)s。"), points=points(levels.failed_gives))


PLAIN = {
    "score": N_("得多少分，这次答题就计多少分。"),
    "correct": N_("答对几题，这次答题就计几分。"),
}


def _steps(rules: Award) -> Iterator[Sentence]:
    for step in rules.steps:
        least = once(AtLeast(rules.source, step.at_least))
        yield say(N_("%(least)s，这次答题计 %(points)s。"), least=least, points=points(step.points))
    lowest = rules.steps[-1].at_least
    amount = questions(lowest) if rules.source == "correct" else points(lowest)
    yield say(N_("不到 %(least)s，计 %(points)s。"), least=amount, points=points(rules.below))
    if len(rules.steps) > 1:
        yield say(N_("只按达到的最高一档计分，不累加。"))


def _each(rules: Award, each: Fraction) -> Iterator[Sentence]:
    if each == 0:
        yield say(N_("这个阶段的答题不计分。"))
    elif rules.source == "correct":
        yield say(N_("每答对一题，这次答题计 %(points)s。"), points=points(each))
    else:
        yield say(N_("这次答题计的分 = 得分 × %(each)s。"), each=each)


def _bonuses(rules: Award) -> Iterator[Sentence]:
    alone = not rules.steps and rules.each is None
    if rules.completed is not None and alone:
        text = N_("每一题都作答了，这次答题计 %(points)s，不管答对几题；没有答完的计 0 分。")
        yield say(text, points=points(rules.completed))
    elif rules.completed is not None:
        yield say(N_("每一题都作答了，另加 %(points)s。"), points=points(rules.completed))
    if rules.perfect is not None:
        yield say(N_("全部答对，另加 %(points)s。"), points=points(rules.perfect))


def _tokens(document: Document, rules: Award) -> Iterator[Sentence]:
    for token in rules.tokens:
        gives = tokens(document, token.give, 1)
        if token.all_correct:
            yield say(N_("全部答对，得到 %(token)s。"), token=gives)
        elif token.at_least is not None:
            yield say(N_("%(least)s，得到 %(token)s。"), least=reaching(token.at_least), token=gives)
    names = [token.give for token in rules.tokens]
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            most = tokens(document, name, names.count(name))
            yield say(N_("以上每达到一项各得一次，可以累加：一次答题最多得到 %(most)s。"), most=most)


def once(least: AtLeast) -> Sentence:
    """Return what a threshold asks of one attempt: 得分达到 60 分."""
    if least.what == "correct":
        return say(N_("答对 %(number)s及以上"), number=questions(least.number))
    return say(N_("得分达到 %(number)s"), number=points(least.number))


def reaching(least: AtLeast) -> Sentence:
    """Return what a threshold asks for."""
    match least.what:
        case "correct":
            return say(N_("一次答对 %(number)s及以上"), number=questions(least.number))
        case "total":
            return say(N_("总分达到 %(number)s"), number=points(least.number))
        case "levels":
            return say(P_("通过了 %(count)s 关"), count=least.number)
    return say(N_("一次得分达到 %(number)s"), number=points(least.number))
