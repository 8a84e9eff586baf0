"""The rules page, after the attempts: tries, the person's total with an example, order and ties, prizes."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from quiz.errors import N_
from quiz.rules import standings
from quiz.rules.numbers import shortest
from quiz.rules.parts import AtLeast, Board, Document, Draw, Entry, Limit, Prize, Stage
from quiz.rules.saying import (
    COUNTED_PERIODS,
    EVENTS,
    FIRST_TWO,
    LEVELS,
    ONE_PERIOD,
    PERIODS,
    ROUNDING,
    Sentence,
    duration,
    moment,
    named,
    say,
)
from quiz.rules.standings import Played
from quiz.rules.words_of_play import THRESHOLDS, highest_points


def tries(document: Document, stage: Stage) -> Iterator[Sentence]:
    """How many attempts a person has. P9."""
    limit = stage.quota.limit
    if limit == Limit():
        yield say(N_("答题次数不限。"))
    else:
        yield say(N_("每人%(limits)s。"), limits=_limits(stage, limit, N_("次")))
        yield say(N_("一开始答题就用掉一次，没有做完也算。次数用完以后不能再开始。"))
    if stage.quota.scenes_per_day is not None:
        yield say(N_("每天最多选 %(most)s 个场景。"), most=stage.quota.scenes_per_day)
    for extra in stage.quota.extra:
        yield say(
            N_("%(event)s一次，当天多 %(adds)s 次答题机会。"),
            event=named(EVENTS, extra.event),
            adds=extra.adds,
        )
        if extra.cap != Limit():
            yield say(N_("这样增加的机会%(limits)s。"), limits=_limits(stage, extra.cap, N_("次")))


def _limits(stage: Stage, limit: Limit, unit: str) -> tuple[Sentence, ...]:
    """Return the spans of a limit: 每天最多 3 次、总共最多 20 次."""
    spans = (
        (N_("每天"), limit.per_day),
        (PERIODS[stage.calendar.period], limit.per_period),
        (N_("总共"), limit.total),
    )
    return tuple(
        say(N_("%(span)s最多 %(most)s %(unit)s"), span=Sentence(span), most=most, unit=Sentence(unit))
        for span, most in spans
        if most is not None
    )


def total(document: Document, stage: Stage) -> Iterator[Sentence]:
    """How attempts become a total. P10, P11, switches 4 and 14."""
    person = stage.person
    if person.counted is not None:
        span = Sentence(PERIODS["day" if person.counted.of == "day" else stage.calendar.period])
        yield say(
            N_("%(span)s只有最先开始的 %(first)s 次计入成绩，以后的可以答着玩，不计入。"),
            span=span,
            first=person.counted.first,
        )
    if stage.calendar.period == "none":
        yield say(WITHIN_ALL[person.within_period])
    else:
        yield say(WITHIN[person.within_period], span=Sentence(PERIODS[stage.calendar.period]))
    if person.cap.per_day is not None:
        yield say(N_("答题所得每天最多计 %(most)s 分。"), most=person.cap.per_day)
    if person.cap.per_period is not None:
        span = Sentence(PERIODS[stage.calendar.period])
        yield say(N_("答题所得%(span)s最多计 %(most)s 分。"), span=span, most=person.cap.per_period)
    if stage.calendar.period != "none":
        yield _across(stage)
    if person.cap.total is not None:
        yield say(N_("答题所得总共最多计 %(most)s 分。"), most=person.cap.total)
    if any(word == "best" for word in (person.within_period, person.across_periods)) or person.best_periods:
        yield say(N_("“最好”是指分数高的；分数相同的，用时短的；用时也相同的，先交卷的。"))
    yield from _events(stage)
    if stage.point_stated:
        rounding = Sentence(ROUNDING[stage.rounding])
        yield say(N_("总分%(rounding)s到 %(point)s 分。"), rounding=rounding, point=stage.point)
    yield from _example(stage)


WITHIN_ALL = {
    "best": N_("几次答题中取最好的一次作为总分。"),
    "last": N_("以最后一次开始的答题作为总分。"),
    "first": N_("以第一次答题作为总分。"),
    "sum": N_("各次答题的计分加起来是总分。"),
    "mean": N_("各次答题计分的平均数是总分。"),
}
WITHIN = {
    "best": N_("%(span)s取最好的一次。"),
    "last": N_("%(span)s取最后开始的一次。"),
    "first": N_("%(span)s取第一次。"),
    "sum": N_("%(span)s各次答题的计分相加。"),
    "mean": N_("%(span)s取各次答题计分的平均数。"),
}
ACROSS = {
    "best": N_("总分取其中最好的%(one)s。"),
    "latest": N_("总分取最近的%(one)s。"),
    "sum": N_("%(each)s的分加起来是总分。"),
    "mean": N_("%(each)s的分的平均数是总分；没有答题的%(one)s不参加平均。"),
    "sum_of_best": N_("总分是其中最好的 %(some)s之和。"),
}


def _across(stage: Stage) -> Sentence:
    period = stage.calendar.period
    return say(
        ACROSS[stage.person.across_periods],
        one=Sentence(ONE_PERIOD[period]),
        each=Sentence(PERIODS[period]),
        some=say(COUNTED_PERIODS[period], count=stage.person.best_periods or 0),
    )


def _events(stage: Stage) -> Iterator[Sentence]:
    for kind, event in stage.events.items():
        yield say(N_("%(event)s一次加 %(points)s 分。"), event=named(EVENTS, kind), points=event.points)
        if event.cap != Limit():
            yield say(
                N_("%(event)s加分的次数%(limits)s。"),
                event=named(EVENTS, kind),
                limits=_limits(stage, event.cap, N_("次")),
            )
        if kind.startswith("friend"):
            yield say(COUNTS[event.counts])


COUNTS = {
    "at_click": N_("好友点开链接就算。"),
    "at_sign_up": N_("好友登记以后才算。"),
    "at_finish": N_("好友答完一次题才算。"),
}


def _example(stage: Stage) -> Iterator[Sentence]:
    """A person's attempts and the total that the fold itself makes of them."""
    rounds = example_rounds(stage)
    played = [
        Played(n, 0, n * 1000, n * 1000 + 1, f"{p}", f"{p}", points, 0, 1, points, 1, False)
        for n, (p, points) in enumerate((p, points) for p, each in enumerate(rounds) for points in each)
    ]
    line = standings.line(stage, played)
    if line is None or len(played) < 2:
        return
    result = shortest(line.total * stage.point)
    parts = [say(N_("%(points)s 分"), points=each) for each in rounds[0]]
    if len(rounds) == 1:
        yield say(N_("举例：几次答题依次计 %(points)s，总分是 %(total)s 分。"), points=parts, total=result)
        return
    others = [say(N_("%(points)s 分"), points=each) for each in rounds[1]]
    one, other = FIRST_TWO[stage.calendar.period]
    yield say(
        N_("举例：%(one)s各次答题依次计 %(points)s，%(other)s计 %(others)s，总分是 %(total)s 分。"),
        one=Sentence(one),
        other=Sentence(other),
        points=parts,
        others=others,
        total=result,
    )


def example_rounds(stage: Stage) -> list[list[Fraction]]:
    """Return what attempts of an example are worth, by period: as many as the quota allows, at most three."""
    award = stage.award
    values = (
        sorted({step.points for step in award.steps} | {award.below}, reverse=True) if award.steps else []
    )
    if not values:
        full = highest_points(stage)
        values = [
            Fraction(int(full * share)) for share in (Fraction(8, 10), Fraction(6, 10), Fraction(9, 10))
        ]
    wanted = [values[n % len(values)] for n in (0, 1, 0)] if award.steps else values
    limit = stage.quota.limit
    most = min((n for n in (limit.per_day, limit.per_period, limit.total) if n is not None), default=3)
    first = wanted[: min(most, 3)]
    return [first] if stage.calendar.period == "none" else [first, wanted[-1:]]


def order(document: Document, stage: Stage) -> Iterator[Sentence]:
    """In which order people stand, and how they share a place. P12, switch 5."""
    keys = tuple(Sentence(KEYS[key]) for key in stage.order)
    if len(keys) == 1:
        yield say(N_("按%(keys)s排名。"), keys=keys)
    else:
        yield say(N_("依次比较：%(keys)s。前一项相同才比较后一项。"), keys=keys)
    for key in stage.order:
        for sentence in _meaning(stage, key):
            yield say(sentence)
    yield say(PLACES[stage.places])
    for board in stage.boards:
        if board.of == "people":
            yield from board_notes(stage, board)


def board_notes(stage: Stage, board: Board) -> Iterator[Sentence]:
    """What a board covers, into what it is divided, and when and to whom it is shown."""
    name = board.name
    if board.over == "period":
        span = Sentence(PERIODS[stage.calendar.period])
        yield say(N_("“%(board)s”%(span)s一榜，各算各的成绩。"), board=name, span=span)
    elif board.of == "people":
        yield say(N_("“%(board)s”按总分排名。"), board=name)
    if board.each is not None:
        each = Sentence(N_("组别")) if board.each == "group" else named(LEVELS, board.each.split(".")[1])
        yield say(N_("“%(board)s”每个%(each)s分别排名。"), board=name, each=each)
    if board.public is not None and board.public.from_ms is not None:
        since = moment(stage.calendar.zone, board.public.from_ms)
        yield say(N_("“%(board)s”从 %(since)s 起公布。"), board=name, since=since)
    if board.public is not None:
        yield say(TO_WHOM[board.public.to], board=name)
    if board.frozen_from_ms is not None:
        since = moment(stage.calendar.zone, board.frozen_from_ms)
        yield say(N_("“%(board)s”从 %(since)s 起停止更新，直到公布结果。"), board=name, since=since)
    if board.least_listed is not None:
        yield say(N_("“%(board)s”不足 %(least)s 个时不列出。"), board=name, least=board.least_listed)


TO_WHOM = {
    "everybody": N_("“%(board)s”人人可看。"),
    "participants": N_("“%(board)s”只有参加者可看。"),
    "organizers": N_("“%(board)s”只有主办方可看。"),
}

KEYS = {
    "total": N_("总分（高的在前）"),
    "time": N_("用时（短的在前）"),
    "reached": N_("达到这个成绩的时刻（早的在前）"),
    "first_started": N_("第一次开始答题的时刻（早的在前）"),
    "attempts": N_("答题次数（少的在前）"),
}
PLACES = {
    "standard": N_("全部相同的并列同一名次，后面的名次空出：例如两人并列第 2，下一名是第 4。"),
    "dense": N_("全部相同的并列同一名次，后面的名次不空：例如两人并列第 2，下一名是第 3。"),
    "ordinal": N_("全部相同的按编号先后排，名次不并列。"),
}


def _meaning(stage: Stage, key: str) -> Iterator[str]:
    person = stage.person
    summed = person.within_period in ("sum", "mean") or (
        stage.calendar.period != "none" and person.across_periods in ("sum", "mean", "sum_of_best")
    )
    if key == "time":
        yield TIME_SUMMED if summed else TIME_OF_ONE
    if key == "reached":
        yield REACHED_SUMMED if summed else REACHED_OF_ONE
    if key == "first_started":
        yield N_("“第一次开始答题”是指第一次有效的答题，不管那一次考得好不好。")


TIME_SUMMED = N_("“用时”是计入总分的各次答题的用时之和，没有计入的不算。")
TIME_OF_ONE = N_("“用时”是计入总分的那一次答题的用时。")
REACHED_SUMMED = N_("“达到这个成绩的时刻”是最后一次让总分增加的答题（或活动）完成的时刻。")
REACHED_OF_ONE = N_("“达到这个成绩的时刻”是计入总分的那一次答题交卷的时刻。")


def prizes(document: Document, stage: Stage) -> Iterator[Sentence]:
    """Draws and awards. P14, P15, switches 10 and 12."""
    for draw in stage.draws:
        yield from _draw(stage, draw)
    for prize in stage.awards:
        yield from _prize(stage, prize)


def _draw(stage: Stage, draw: Draw) -> Iterator[Sentence]:
    for entry in draw.entries:
        yield say(N_("“%(draw)s”的抽奖机会：%(entry)s。"), draw=draw.name, entry=_entry(entry))
        if entry.cap != Limit():
            yield say(N_("这样得到的机会%(limits)s。"), limits=_limits(stage, entry.cap, N_("次")))
    if draw.cap != Limit():
        yield say(N_("抽奖机会合计%(limits)s。"), limits=_limits(stage, draw.cap, N_("次")))
    if draw.wins != Limit():
        yield say(N_("每人中奖%(limits)s。"), limits=_limits(stage, draw.wins, N_("次")))
    if draw.prizes:
        stock = tuple(
            say(N_("%(prize)s %(count)s 份"), prize=name, count=count) for name, count in draw.prizes
        )
        yield say(N_("奖品：%(prizes)s。"), prizes=stock)
    if draw.exclude:
        yield say(N_("%(groups)s不参加抽奖。"), groups=draw.exclude)
    yield say(DRAWN[draw.drawn])


DRAWN = {
    "at_once": N_("得到机会时当场抽奖。"),
    "per_day": N_("每天结束后抽奖。"),
    "per_period": N_("每期结束后抽奖。"),
    "at_end": N_("比赛结束后抽奖。"),
}


def _entry(entry: Entry) -> Sentence:
    match entry.source:
        case "event":
            return say(N_("%(event)s一次得一次机会"), event=named(EVENTS, entry.kind or ""))
        case "place":
            return say(
                N_("“%(board)s”前 %(top)s 名各得一次机会"), board=entry.board or "", top=entry.top or 0
            )
        case "collection":
            return say(N_("集齐一套%(tokens)s得一次机会"), tokens=entry.tokens)
    if entry.each is not None:
        return say(N_("每满一份“%(least)s”得一次机会"), least=_reaching(entry.each))
    if entry.all_correct:
        return say(N_("每有一次全部答对，得一次机会"))
    if entry.at_least is not None:
        return say(N_("%(least)s，每次得一次机会"), least=_reaching(entry.at_least))
    return say(N_("每答题一次得一次机会"))


def _reaching(least: AtLeast) -> Sentence:
    return say(THRESHOLDS[least.what], number=least.number)


def _prize(stage: Stage, prize: Prize) -> Iterator[Sentence]:
    if prize.at_least is not None:
        least = _reaching(prize.at_least)
        yield say(N_("“%(prize)s”：%(least)s的人都可以得到。"), prize=prize.name, least=least)
    else:
        yield _places(prize)
        yield say(EQUAL[prize.equal])
    if prize.in_a_row is not None:
        what = Sentence(IN_A_ROW.get(stage.calendar.period, N_("次")))
        yield say(
            N_("“%(prize)s”须连续 %(count)s %(what)s达到。"),
            prize=prize.name,
            count=prize.in_a_row,
            what=what,
        )
    if prize.to is not None:
        yield say(N_("得到“%(prize)s”的进入“%(stage)s”。"), prize=prize.name, stage=prize.to)
    if prize.once_only:
        yield say(N_("“%(prize)s”每人只能得一次，已经得到的不再占名额，后面的依次递补。"), prize=prize.name)
    if prize.wild_cards is not None:
        yield say(
            N_("“%(prize)s”另有 %(count)s 个外卡名额，给其余的人（单位）中名次最靠前的。"),
            prize=prize.name,
            count=prize.wild_cards,
        )


def _places(prize: Prize) -> Sentence:
    board = prize.board or ""
    who = say(N_("前 %(top)s 名"), top=prize.top) if prize.top is not None else _share(prize)
    if prize.each is None:
        return say(N_("“%(prize)s”：“%(board)s”的%(who)s。"), prize=prize.name, board=board, who=who)
    each = Sentence(N_("组别")) if prize.each == "group" else named(LEVELS, prize.each.split(".")[1])
    return say(
        N_("“%(prize)s”：每个%(each)s中“%(board)s”的%(who)s。"),
        prize=prize.name,
        board=board,
        who=who,
        each=each,
    )


def _share(prize: Prize) -> Sentence:
    return say(N_("前百分之 %(share)s（不足一人的舍去）"), share=100 * (prize.share or Fraction(0)))


IN_A_ROW = {"day": N_("天"), "week": N_("周"), "month": N_("个月")}
EQUAL = {
    "by_order": N_("末位并列时按榜上的先后，不增加名额。"),
    "all_in": N_("末位并列的都入选，名额相应增加。"),
}


def agreed(document: Document, stage: Stage) -> Iterator[Sentence]:
    """What rule texts leave open, said. P16 and the switches that no passage before has named."""
    yield say(N_("本规则中的“达到”“以上”“不超过”都包含这个数本身。"))
    yield say(N_("所有时刻以服务器收到为准，手机上的时间不作数。同一个答案发送几次，只算一次。"))
    integrity = stage.integrity
    if integrity.shortest_ms is not None:
        yield say(
            N_("用时短于 %(least)s的答题会被标记，由主办方核查，不会自动取消。"),
            least=duration(integrity.shortest_ms),
        )
    yield say(N_("作废的答题退还次数。") if integrity.quota_back else N_("作废的答题不退还次数。"))
    if stage.draws:
        withdrawn = integrity.entries_withdrawn
        yield say(N_("作废的答题所得的抽奖机会取消。") if withdrawn else N_("作废的答题所得的抽奖机会保留。"))
    if integrity.corrected_key == "remark":
        yield say(N_("题目的答案经核查有误而更正的，所有人的这道题重新判分。"))
    else:
        yield say(N_("题目的答案经核查有误而更正的，已经判过的分不变。"))
    if integrity.one_phone:
        yield say(N_("一部手机只能由一个人使用。"))
    if integrity.person_out_takes is not None:
        level = named(LEVELS, integrity.person_out_takes.split(".")[1])
        yield say(N_("有人被取消资格的，所在的%(level)s同时取消资格。"), level=level)
    if integrity.notice_days is not None:
        yield say(N_("结果公示 %(days)s 天。"), days=integrity.notice_days)
