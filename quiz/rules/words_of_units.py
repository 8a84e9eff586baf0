"""The rules page on units: each board's formula in words, with an example that it computed itself: P13."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction

from quiz.errors import N_
from quiz.rules import units, worked
from quiz.rules.called import level
from quiz.rules.numbers import readable
from quiz.rules.parts import Board, Document, Stage, Term
from quiz.rules.saying import P_, THEN, Sentence, day_of, joined, points, quoted, say
from quiz.rules.standings import Line
from quiz.rules.words_of_order import board_notes
from quiz.rules.words_of_totals import ROUNDING

ENROLLED, CHILDREN, JOINED = 5, 4, 3  # of the unit in the example; four people take part


def unit_boards(document: Document, stage: Stage) -> Iterator[Sentence]:
    """How units stand. P13, switches 6, 7 and 8."""
    boards = [board for board in stage.boards if board.of != "people"]
    explained: list[Sequence[Term]] = []
    for board in boards:
        yield from _board(document, stage, board)
        terms = units.terms_of(board)
        if terms not in explained:
            explained.append(terms)
            yield from _example(document, stage, board)
    if boards:
        yield from _all_boards(stage, boards)


def _board(document: Document, stage: Stage, board: Board) -> Iterator[Sentence]:
    yield from _ranked_by(document, stage, board)
    for term in units.terms_of(board):
        yield from _meaning(document, stage, board, term)
    yield from board_notes(document, stage, board)
    if board.least_people > 1:
        text = N_("参加的人不到 %(least)s 人的%(level)s不排名，列在“%(board)s”的榜后。")
        yield say(text, least=board.least_people, level=level(document, board.of), board=board.name)


def _ranked_by(document: Document, stage: Stage, board: Board) -> Iterator[Sentence]:
    terms = units.terms_of(board)
    values: dict[str, object] = {"board": board.name, "level": level(document, board.of)}
    if _weighted(board):
        formula = _result(stage, board, _sum([(_metric(board, term), term.weight) for term in terms]))
        text = N_("“%(board)s”按综合得分排%(level)s，高的在前：综合得分 = %(formula)s。")
        yield say(text, formula=formula, **values)
    elif len(terms) == 1:
        metric = _result(stage, board, _metric(board, terms[0]))
        yield say(BY_SMALLEST if _mixed(terms) else BY_HIGHEST, metric=metric, **values)
    else:
        metrics = tuple(_metric(board, term) for term in terms)
        yield say(IN_TURN_MIXED if _mixed(terms) else IN_TURN, metrics=metrics, **values)
    if len(terms) > 1 and _weighted(board) and all(term.round is None for term in terms):
        yield say(N_("“%(board)s”的各项乘权重以前不取舍。"), **values)


BY_HIGHEST = N_("“%(board)s”按%(metric)s排%(level)s，高的在前。")
BY_SMALLEST = N_("“%(board)s”按%(metric)s排%(level)s。")  # the metric says itself what comes first
IN_TURN = N_("“%(board)s”排%(level)s，依次比较%(metrics)s：前一项相同才比较后一项，都是高的在前。")
IN_TURN_MIXED = N_(
    "“%(board)s”排%(level)s，依次比较%(metrics)s：前一项相同才比较后一项，没有注明的高的在前。"
)


def _mixed(terms: Sequence[Term]) -> bool:
    """Return whether some metric has the smaller first."""
    return any(term.metric in units.SMALLER_FIRST for term in terms)


def _weighted(board: Board) -> bool:
    """Return whether a formula is more than one input as it is."""
    terms = units.terms_of(board)
    return board.value is not None and (len(terms) > 1 or terms[0].weight != 1)


def _sum(parts: Sequence[tuple[object, Fraction]]) -> Sentence:
    """Return the sum of weighted inputs; a weight of 1 is not written."""
    return joined(
        N_("%(one)s + %(other)s"),
        [_times(what, weight) for what, weight in parts],
    )


def _times(what: object, weight: Fraction) -> Sentence:
    if weight == 1:
        return say(N_("%(what)s"), what=what)
    return say(N_("%(what)s × %(weight)s"), what=what, weight=weight)


def _result(stage: Stage, board: Board, what: Sentence) -> Sentence:
    """Return what a board ranks by, with how a formula's result is rounded."""
    if board.value is None:
        return what
    rounding, digits = Sentence(ROUNDING[stage.rounding]), board.value.round
    if digits is None:
        how = Sentence(N_("不取舍"))
    elif digits == 0:
        how = say(N_("%(rounding)s到整数"), rounding=rounding)
    else:
        how = say(P_("%(rounding)s，保留 %(count)s 位小数"), rounding=rounding, count=digits)
    return say(N_("%(what)s（%(how)s）"), what=what, how=how)


METRICS: Mapping[str, str] = {
    "people": N_("参加人数"),
    "attempts": N_("答题人次"),
    "scorers": N_("得分人数"),
    "enrolled": N_("应参加人数"),
    "participation_rate": N_("参与率"),
    "child_units_rate": N_("下级单位参与率"),
    "sum": N_("总分之和"),
    "total": N_("总分之和"),
    "time": N_("用时之和（短的在前）"),
    "reached": N_("达到成绩的时刻（早的在前）"),
    "first_started": N_("最早开始答题的时刻（早的在前）"),
    "mean": N_("人均分"),
    "mean_per_enrolled": N_("应参加人均分"),
    "group_best_sum": N_("各组最高分之和"),
    "best": N_("最高分"),
    "full_mark_rate": N_("满分率"),
}
MEANS: Mapping[str, str] = {
    "people": N_("参加人数：至少有一次有效答题的人数，一个人只算一次。"),
    "attempts": N_("答题人次：有效答题的次数，包括没有计入个人总分的。"),
    "scorers": N_("得分人数：总分不为 0 的人数。"),
    "participation_rate": N_("参与率 = 参加人数 ÷ 应参加人数 × 100。"),
    "child_units_rate": N_("下级单位参与率 = 有人参加的下级单位数 ÷ 下级单位总数 × 100。"),
    "sum": N_("总分之和：这个单位所有参加者的个人总分加起来。"),
    "total": N_("总分之和：这个单位所有参加者的个人总分加起来。"),
    "time": N_("用时之和：这个单位所有参加者的用时加起来。"),
    "reached": N_("达到成绩的时刻：这个单位得分的人中，最后一人达到自己总分的时刻。"),
    "first_started": N_("最早开始答题的时刻：这个单位的人中最早开始的一次有效答题。"),
    "mean": N_("人均分 = 总分之和 ÷ 参加人数。"),
    "mean_per_enrolled": N_("应参加人均分 = 总分之和 ÷ 应参加人数。"),
    "group_best_sum": N_("各组最高分之和：这个单位里每个组别总分最高的一人，加起来；没有组别的人不算。"),
    "top_sum": P_(
        "前 %(count)s 名之和：总分最高的 %(count)s 人的总分加起来，不足 %(count)s 人的有几人算几人。"
    ),
    "best": N_("最高分：这个单位的人中最高的个人总分。"),
    "pass_rate": N_("%(metric)s = 总分达到 %(pass_at)s的人数 ÷ 参加人数 × 100。"),
    "full_mark_rate": N_("满分率 = 至少有一次全部答对的人数 ÷ 参加人数 × 100。"),
}
WITH_EVENTS = N_("参加人数：至少有一次有效答题或活动加分的人数，一个人只算一次。")
NEED_PEOPLE = ("people", "participation_rate", "mean", "pass_rate", "full_mark_rate")


def _metric(board: Board, term: Term) -> Sentence:
    match term.metric:
        case "top_sum":
            return say(P_("前 %(count)s 名之和"), count=term.top or board.top or 1)
        case "pass_rate":
            return say(N_("达到 %(pass_at)s的比率"), pass_at=points(_pass_at(board, term)))
    return Sentence(METRICS[term.metric])


def _pass_at(board: Board, term: Term) -> Fraction:
    return (term.pass_at if term.pass_at is not None else board.pass_at) or Fraction(0)


def _meaning(document: Document, stage: Stage, board: Board, term: Term) -> Iterator[Sentence]:
    name = term.metric
    if name in NEED_PEOPLE:
        yield say(WITH_EVENTS if stage.events else MEANS["people"])
    if name in ("mean", "mean_per_enrolled"):
        yield say(MEANS["sum"])
    if name in MEANS and name != "people":
        yield say(
            MEANS[name],
            metric=_metric(board, term),
            pass_at=points(_pass_at(board, term)),
            count=term.top or board.top or 1,
        )
    if name in units.NEED_ENROLMENT:
        yield from _enrolment(document, board)
    yield from _prepared(stage, board, term)


def _prepared(stage: Stage, board: Board, term: Term) -> Iterator[Sentence]:
    """How an input is capped and rounded before it is weighted."""
    values: dict[str, object] = {"board": board.name, "metric": _metric(board, term)}
    if term.cap is not None:
        yield say(N_("“%(board)s”的%(metric)s超过 %(cap)s 的按 %(cap)s 算。"), cap=term.cap, **values)
    elif term.metric == "participation_rate":
        yield say(N_("“%(board)s”的参与率可以超过 100，不封顶。"), **values)
    if term.round is not None:
        rounding = Sentence(ROUNDING[stage.rounding])
        yield say(TO_WHOLE if term.round == 0 else TO_DIGITS, rounding=rounding, count=term.round, **values)


TO_WHOLE = N_("“%(board)s”的%(metric)s先%(rounding)s到整数，再乘权重。")
TO_DIGITS = P_("“%(board)s”的%(metric)s先%(rounding)s到 %(count)s 位小数，再乘权重。")


def _enrolment(document: Document, board: Board) -> Iterator[Sentence]:
    tree = document.units[board.of.split(".")[0]]
    if tree.enrolled_on is not None:
        day = day_of(date.fromisoformat(tree.enrolled_on))
        yield say(N_("应参加人数按 %(day)s（含）以前最近一次上报的数字。"), day=day)
    else:
        yield say(N_("应参加人数按最近一次上报的数字。"))
    yield say(N_("没有上报应参加人数的单位不排名，列在榜后。"))


def _all_boards(stage: Stage, boards: Sequence[Board]) -> Iterator[Sentence]:
    counting = [
        board
        for board in boards
        if board.least_people > 1 or COUNTING & {term.metric for term in units.terms_of(board)}
    ]
    without = [board.name for board in counting if board.zero_scorers == "out"]
    if without:
        yield say(N_("%(boards)s不把总分为 0 的人计入人数和次数。"), boards=quoted(without))
    if len(without) < len(counting):
        yield say(ZERO_COUNTS_ELSEWHERE if without else ZERO_COUNTS)
    yield say(UNIT_PLACES[stage.places])
    yield say(N_("没有人参加的单位不上榜。"))


COUNTING = {*NEED_PEOPLE, "attempts", "child_units_rate"}  # metrics that count people who have no points
ZERO_COUNTS = N_("计人数和次数时，总分为 0 的人也算在内。")
ZERO_COUNTS_ELSEWHERE = N_("其余单位榜计人数和次数时，总分为 0 的人也算在内。")
UNIT_PLACES = {
    "standard": N_("成绩完全相同的单位并列同一名次，按编号先后列出，后面的名次空出。"),
    "dense": N_("成绩完全相同的单位并列同一名次，按编号先后列出，后面的名次不空。"),
    "ordinal": N_("成绩完全相同的单位按编号先后排，名次不并列。"),
}


def _example(document: Document, stage: Stage, board: Board) -> Iterator[Sentence]:
    """A unit of four people, its inputs and its value as the formula computes them."""
    terms = units.terms_of(board)
    if all(term.metric in units.COUNTS for term in terms):
        return
    lines = worked.people(stage)
    row = example_row(stage, board, lines)
    totals = tuple(points(line.total * stage.point) for line in lines)
    numbers = {term: _decimal(row.metrics[name]) for name, term in units.named(terms)}
    inputs = [
        say(N_("%(metric)s是 %(number)s"), metric=_metric(board, term), number=number)
        for term, number in numbers.items()
        if term.metric not in units.SMALLER_FIRST
    ]
    values: dict[str, object] = {
        "level": level(document, board.of),
        "given": _given(stage, board, lines),
        "totals": totals,
        "inputs": joined(THEN, inputs),
    }
    if _weighted(board):
        formula = _sum([(numbers[term], term.weight) for term in terms])
        text = N_(
            "举例：一个%(level)s%(given)s，总分分别是 %(totals)s：%(inputs)s，"
            "综合得分 = %(formula)s = %(value)s。"
        )
        yield say(text, formula=formula, value=_decimal(row.value), **values)
    elif board.value is not None:
        text = N_("举例：一个%(level)s%(given)s，总分分别是 %(totals)s：%(metric)s是 %(value)s。")
        values.pop("inputs")
        yield say(text, metric=_metric(board, terms[0]), value=_decimal(row.value), **values)
    else:
        yield say(N_("举例：一个%(level)s%(given)s，总分分别是 %(totals)s：%(inputs)s。"), **values)


def _decimal(number: int | str) -> str:
    """Return a number of a row for people: 9/4 as 2.25."""
    return readable(Fraction(number)) if "/" in str(number) else str(number)


def example_row(stage: Stage, board: Board, lines: Sequence[Line]) -> units.Row:
    """Return how a unit of these people stands on a board, as the board's own formula has it."""
    sums = units.added(units.contribution(stage, line) for line in lines)
    facts = units.Facts(
        enrolled=ENROLLED,
        children=CHILDREN,
        children_joined=JOINED,
        totals=[line.total for line in lines],
        group_bests=[lines[0].total, lines[2].total],
        together=units.Together.of(board, lines),
    )
    on, below = units.table(stage, replace(board, least_people=0), {"": (sums, facts)})
    return [*on, *below][0][1]


def _given(stage: Stage, board: Board, lines: Sequence[Line]) -> Sentence:
    """Return what has to be known of the unit in the example beside its people's totals."""
    wanted = {name for term in units.terms_of(board) for name in NEEDS.get(term.metric, ())}
    parts = [say(P_("应参加 %(count)s 人"), count=ENROLLED)] if "enrolled" in wanted else []
    if "children" in wanted:
        parts.append(say(N_("%(all)s 个下级单位中 %(some)s 个有人参加"), all=CHILDREN, some=JOINED))
    parts.append(say(P_("有 %(count)s 人参加"), count=len(lines)))
    if "attempts" in wanted:
        parts.append(say(N_("各答题一次")))
    if "groups" in wanted:
        parts.append(say(N_("前两人一组，后两人一组")))
    if "full" in wanted:
        parts.append(say(N_("第一人全部答对过")))
    return joined(THEN, parts)


NEEDS: Mapping[str, tuple[str, ...]] = {
    "attempts": ("attempts",),
    "enrolled": ("enrolled",),
    "participation_rate": ("enrolled",),
    "child_units_rate": ("children",),
    "mean_per_enrolled": ("enrolled",),
    "group_best_sum": ("groups",),
    "full_mark_rate": ("full",),
}
