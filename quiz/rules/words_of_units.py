"""The rules page on units: each board's formula in words, with an example that the formula has computed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction

from quiz.errors import N_
from quiz.rules import units
from quiz.rules.numbers import shortest
from quiz.rules.parts import Board, Document, Stage, Term
from quiz.rules.saying import LEVELS, ROUNDING, Sentence, joined, named, say
from quiz.rules.words_of_play import highest_points
from quiz.rules.words_of_ranking import board_notes

ENROLLED, PEOPLE, ATTEMPTS, PASSED, FULL = 40, 30, 75, 24, 6  # of the unit in the example
CHILDREN, JOINED = 4, 3


def unit_boards(document: Document, stage: Stage) -> Iterator[Sentence]:
    """How units stand. P13, switches 6, 7 and 8."""
    for board in stage.boards:
        if board.of != "people":
            yield from _board(document, stage, board)
    if any(board.of != "people" for board in stage.boards):
        yield say(N_("单位的成绩相同的，名次并列。没有人参加的单位不上榜。"))


def _board(document: Document, stage: Stage, board: Board) -> Iterator[Sentence]:
    level = named(LEVELS, board.of.split(".")[1])
    terms = units.terms_of(board)
    if board.value is not None:
        yield say(
            N_("“%(board)s”按综合得分排%(level)s：综合得分 = %(formula)s。"),
            board=board.name,
            level=level,
            formula=_formula(board.value.terms),
        )
        if board.value.round is not None:
            yield _rounded(stage, board.value.round)
    else:
        metrics = tuple(_metric(board, term) for term in terms)
        yield say(
            N_("“%(board)s”按%(metrics)s排%(level)s，高的在前。"),
            board=board.name,
            metrics=metrics,
            level=level,
        )
        if len(terms) > 1:
            yield say(N_("前一项相同才比较后一项。"))
    for term in terms:
        yield from _meaning(document, board, term, level)
    yield from board_notes(stage, board)
    if board.zero_scorers == "out":
        yield say(N_("总分为 0 的人不计入“%(board)s”的人数和次数。"), board=board.name)
    if board.least_people > 1:
        yield say(
            N_("参加的人不到 %(least)s 人的%(level)s不排名，列在榜后。"),
            least=board.least_people,
            level=level,
        )
    yield from _example(stage, board, level)


def _formula(terms: tuple[Term, ...]) -> Sentence:
    """Return the sum of the weighted inputs; a weight of 1 is not written."""
    return joined(PLUS, [_times(named(METRICS, term.metric), term.weight) for term in terms])


def _times(what: object, weight: Fraction) -> Sentence:
    if weight == 1:
        return say(N_("%(what)s"), what=what)
    return say(N_("%(what)s × %(weight)s"), what=what, weight=weight)


PLUS = N_("%(one)s + %(other)s")


def _rounded(stage: Stage, digits: int) -> Sentence:
    if digits == 0:
        return say(N_("结果%(rounding)s到整数。"), rounding=Sentence(ROUNDING[stage.rounding]))
    return say(
        N_("结果%(rounding)s，保留 %(digits)s 位小数。"),
        rounding=Sentence(ROUNDING[stage.rounding]),
        digits=digits,
    )


METRICS: Mapping[str, str] = {
    "people": N_("参加人数"),
    "attempts": N_("答题人次"),
    "scorers": N_("得分人数"),
    "enrolled": N_("应参加人数"),
    "participation_rate": N_("参与率"),
    "child_units_rate": N_("下级单位参与率"),
    "sum": N_("总分之和"),
    "mean": N_("人均分"),
    "mean_per_enrolled": N_("按应参加人数的人均分"),
    "group_best_sum": N_("各组最高分之和"),
    "top_sum": N_("前几名之和"),
    "best": N_("最高分"),
    "pass_rate": N_("及格率"),
    "full_mark_rate": N_("满分率"),
}
MEANS: Mapping[str, str] = {
    "people": N_("参加人数：至少完成一次有效答题的人数，一个人只算一次。"),
    "attempts": N_("答题人次：有效答题的次数，包括没有计入个人总分的。"),
    "scorers": N_("得分人数：总分不为 0 的人数。"),
    "participation_rate": N_("参与率 = 参加人数 ÷ 应参加人数 × 100。"),
    "child_units_rate": N_("下级单位参与率 = 有人参加的下级单位数 ÷ 下级单位总数 × 100。"),
    "sum": N_("总分之和：这个%(level)s所有参加者的个人总分加起来。"),
    "mean": N_("人均分 = 总分之和 ÷ 参加人数。"),
    "mean_per_enrolled": N_("按应参加人数的人均分 = 总分之和 ÷ 应参加人数。"),
    "group_best_sum": N_("各组最高分之和：每个组别总分最高的一人，加起来。"),
    "top_sum": N_("前 %(top)s 名之和：总分最高的 %(top)s 人的总分加起来，不足 %(top)s 人的有几人算几人。"),
    "best": N_("最高分：这个%(level)s的人中最高的个人总分。"),
    "pass_rate": N_("及格率 = 总分达到 %(pass_at)s 分的人数 ÷ 参加人数 × 100。"),
    "full_mark_rate": N_("满分率 = 至少有一次全部答对的人数 ÷ 参加人数 × 100。"),
}


def _metric(board: Board, term: Term) -> Sentence:
    if term.metric == "top_sum":
        return say(N_("前 %(top)s 名之和"), top=term.top or board.top or 1)
    return named(METRICS, term.metric)


def _meaning(document: Document, board: Board, term: Term, level: Sentence) -> Iterator[Sentence]:
    if term.metric in MEANS:
        pass_at = term.pass_at if term.pass_at is not None else board.pass_at
        yield say(
            MEANS[term.metric], level=level, top=term.top or board.top or 1, pass_at=pass_at or Fraction(0)
        )
    tree = document.units[board.of.split(".")[0]]
    if term.metric in units.NEED_ENROLMENT and tree.enrolled_on is not None:
        yield say(N_("应参加人数按 %(day)s（含）以前最近一次上报的数字。"), day=tree.enrolled_on)
    metric = named(METRICS, term.metric)
    if term.cap is not None:
        yield say(N_("%(metric)s超过 %(cap)s 的按 %(cap)s 算。"), metric=metric, cap=term.cap)
    if term.round is not None:
        yield say(N_("%(metric)s先取到 %(digits)s 位小数，再乘权重。"), metric=metric, digits=term.round)


def _example(stage: Stage, board: Board, level: Sentence) -> Iterator[Sentence]:
    """A unit of made-up figures, its inputs and its value as the formula computes them."""
    terms = units.terms_of(board)
    if all(term.metric in units.COUNTS for term in terms):
        return
    if [term.metric for term in terms] == ["sum"] and board.value is None:
        best = max(1, int(highest_points(stage) / stage.point))
        one, other = stage.point * best, stage.point * (best * 3 // 5)
        yield say(
            N_(
                "举例：某%(level)s有三人参加，总分分别是 %(one)s、%(other)s、0 分，"
                "这个%(level)s就是 %(sum)s 分。"
            ),
            level=level,
            one=one,
            other=other,
            sum=one + other,
        )
        return
    sums, facts = _figures(stage, board)
    ((_, row),), _below = units.table(stage, replace(board, least_people=0), {"": (sums, facts)})
    given = {text: number for term in terms for text, number in _given(stage, board, term, sums)}
    values = {
        "level": level,
        "given": tuple(say(text, count=number) for text, number in given.items()),
        "inputs": tuple(
            say(N_("%(metric)s是 %(number)s"), metric=_metric(board, term), number=row.metrics[term.metric])
            for term in terms
        ),
    }
    if board.value is None:
        yield say(N_("举例：某%(level)s%(given)s，则%(inputs)s。"), **values)
        return
    products = [_times(row.metrics[term.metric], term.weight) for term in terms]
    yield say(
        N_("举例：某%(level)s%(given)s，则%(inputs)s，综合得分 = %(sum)s = %(value)s。"),
        sum=joined(PLUS, products),
        value=row.value,
        **values,
    )


def _figures(stage: Stage, board: Board) -> tuple[dict[str, int], units.Facts]:
    """Return the sums and facts of a unit whose people have four fifths of what an attempt can bring."""
    best = int(highest_points(stage) / stage.point)
    sums = {"people": PEOPLE, "attempts": ATTEMPTS, "total": PEOPLE * max(1, best * 4 // 5), "full": FULL}
    for term in units.terms_of(board):
        sums[units.passed_key(board, term)] = PASSED
    return sums, units.Facts(
        enrolled=ENROLLED,
        children=CHILDREN,
        children_joined=JOINED,
        totals=[best] * PEOPLE,
        group_bests=[best, best],
    )


def _given(stage: Stage, board: Board, term: Term, sums: Mapping[str, int]) -> Iterator[tuple[str, object]]:
    """Yield the figures from which a metric is computed."""
    total = shortest(sums["total"] * stage.point)
    figures: Mapping[str, tuple[str, object]] = {
        "people": (N_("参加 %(count)s 人"), PEOPLE),
        "attempts": (N_("答题 %(count)s 人次"), ATTEMPTS),
        "scorers": (N_("得分的有 %(count)s 人"), PEOPLE),
        "enrolled": (N_("应参加 %(count)s 人"), ENROLLED),
        "sum": (N_("各人总分加起来是 %(count)s 分"), total),
        "passed": (N_("及格 %(count)s 人"), PASSED),
        "full": (N_("有过满分的 %(count)s 人"), FULL),
        "children": (N_("有下级单位 %(count)s 个"), CHILDREN),
        "joined": (N_("其中有人参加的 %(count)s 个"), JOINED),
        "best": (
            N_("最高的各人总分都是 %(count)s 分"),
            shortest(int(highest_points(stage) / stage.point) * stage.point),
        ),
        "groups": (N_("有参加者的组别 %(count)s 个"), 2),
    }
    for name in NEEDS.get(term.metric, ()):
        yield figures[name]


NEEDS: Mapping[str, tuple[str, ...]] = {
    "people": ("people",),
    "attempts": ("attempts",),
    "scorers": ("scorers",),
    "enrolled": ("enrolled",),
    "participation_rate": ("enrolled", "people"),
    "child_units_rate": ("children", "joined"),
    "sum": ("sum",),
    "mean": ("people", "sum"),
    "mean_per_enrolled": ("enrolled", "sum"),
    "group_best_sum": ("groups", "best"),
    "top_sum": ("people", "best"),
    "best": ("best",),
    "pass_rate": ("people", "passed"),
    "full_mark_rate": ("people", "full"),
}
