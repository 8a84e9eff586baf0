"""The rules page on draws, awards and what else is agreed: P14, P15, P16."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction

from quiz.errors import N_
from quiz.rules.called import Called, division, event, level, tokens
from quiz.rules.parts import AtLeast, Board, Document, Draw, Entry, Limit, Prize, Stage
from quiz.rules.saying import P_, Sentence, duration, limits, points, questions, quoted, say
from quiz.rules.words_of_marking import once, reaching


def prizes(document: Document, stage: Stage) -> Iterator[Sentence]:
    """Draws and awards. P14, P15, switches 10 and 12."""
    for draw in stage.draws:
        yield from _draw(document, stage, draw)
    if stage.draws:
        yield say(
            N_(
                "抽奖不由人挑选：决定结果的一串随机数（种子）在开赛以前就定下封存，并公布它的校验值；"
                "抽奖以后公布种子和名单，人人都可以重新验算。"
            )
        )
    for prize in stage.awards:
        yield from _prize(document, stage, prize)
    yield from _equal(stage)


def _draw(document: Document, stage: Stage, draw: Draw) -> Iterator[Sentence]:
    for entry in draw.entries:
        chance = _entry(document, stage, entry)
        yield say(N_("“%(draw)s”的抽奖机会：%(entry)s。"), draw=draw.name, entry=chance)
        if entry.cap != Limit():
            yield say(N_("这样得到的机会%(limits)s。"), limits=limits(stage, entry.cap))
    if draw.cap != Limit():
        yield say(N_("每人的抽奖机会%(limits)s。"), limits=limits(stage, draw.cap))
    if draw.wins != Limit():
        yield say(N_("每人的中奖次数：%(limits)s。"), limits=limits(stage, draw.wins))
    elif draw.cap.total != 1:
        yield say(N_("一个人有几次机会，就可以中奖几次。"))
    if draw.exclude:
        yield say(N_("以下人员不参加抽奖：%(groups)s。"), groups=draw.exclude)
    yield say(DRAWN_PERIOD[stage.calendar.period] if draw.drawn == "per_period" else DRAWN[draw.drawn])
    if draw.drawn == "at_once":
        yield _chance(draw)
    if draw.drawn in ("per_day", "per_period") and any(each.source in UNDATED for each in draw.entries):
        yield say(N_("靠名次、靠集齐得到的机会不属于哪一天，在比赛结束后抽奖。"))
    if draw.prizes:
        yield from _stock(draw)


def _stock(draw: Draw) -> Iterator[Sentence]:
    stock = tuple(say(P_("%(prize)s %(count)s 份"), prize=name, count=count) for name, count in draw.prizes)
    text = (
        N_("每次抽出：%(prizes)s。")
        if draw.drawn in ("per_day", "per_period")
        else N_("奖品共有：%(prizes)s。")
    )
    yield say(text, prizes=stock)
    if draw.drawn != "at_once":
        yield say(N_("每次机会抽中的可能都一样。") if len(draw.prizes) == 1 else IN_THEIR_ORDER)
    yield say(N_("中奖后没有领取的奖品，主办方可以按抽签的先后顺延给下一位。"))


UNDATED = ("place", "collection")  # entries that belong to no day
IN_THEIR_ORDER = N_("每次机会抽中的可能都一样，先抽出的先得，奖品按上面的先后发。")


def _chance(draw: Draw) -> Sentence:
    if draw.chance == 1:
        return Sentence(ALL_WIN if draw.wins == Limit() else ALL_WIN_WITHIN)
    text = N_("每次机会中奖的可能是 %(chance)s；中奖的从剩下的奖品里随机取一份，发完为止。")
    return say(text, chance=draw.chance)


ALL_WIN = N_("只要奖品没有发完，每次机会都中奖，从剩下的奖品里随机取一份，先到先得。")
ALL_WIN_WITHIN = N_(
    "只要奖品没有发完，也没有超过上面的中奖次数，每次机会都中奖，从剩下的奖品里随机取一份，先到先得。"
)
DRAWN = {
    "at_once": N_("得到机会时当场抽奖。"),
    "per_day": N_("每天结束后抽奖，用当天得到的机会。"),
    "at_end": N_("比赛结束后抽奖。"),
}
DRAWN_PERIOD = {
    "none": N_("比赛结束后抽奖。"),
    "day": N_("每天结束后抽奖，用当天得到的机会。"),
    "week": N_("每周结束后抽奖，用当周得到的机会。"),
    "month": N_("每月结束后抽奖，用当月得到的机会。"),
    "scene": N_("比赛结束后，每个场景各抽一次奖。"),
    "level": N_("比赛结束后，每一关各抽一次奖。"),
}


def _entry(document: Document, stage: Stage, entry: Entry) -> Sentence:
    match entry.source:
        case "event":
            return say(N_("%(event)s一次得一次机会"), event=event(document, entry.kind or ""))
        case "place":
            return say(
                N_("%(places)s各得一次机会"),
                places=_of_parts(document, stage, entry.board, None, _first(entry.top or 0)),
            )
        case "collection":
            return _collection(document, entry.tokens)
    if entry.each is not None:
        return _each(entry.each)
    if entry.all_correct:
        return say(N_("每有一次全部答对，得一次机会"))
    if entry.at_least is not None:
        text = N_("%(least)s，就得一次机会")
        if entry.at_least.what in ("total", "levels"):
            text = N_("%(least)s的人，每有一次答题得一次机会")
        return say(text, least=reaching(entry.at_least))
    return say(N_("每答题一次得一次机会"))


def _each(each: AtLeast) -> Sentence:
    match each.what:
        case "correct":
            text = N_("一次答题每答对 %(number)s得一次机会，不足的部分不算")
            return say(text, number=questions(each.number))
        case "score":
            text = N_("一次答题的得分每满 %(number)s得一次机会，不足的部分不算")
            return say(text, number=points(each.number))
        case "levels":
            text = N_("每有一次答题，通过的关数每满 %(number)s 得一次机会，不足的部分不算")
            return say(text, number=each.number)
    text = N_("每有一次答题，总分每满 %(number)s得一次机会，不足的部分不算")
    return say(text, number=points(each.number))


def _collection(document: Document, names: Sequence[str]) -> Sentence:
    wanted = tuple(tokens(document, name, count) for name, count in Counter(names).items())
    return say(N_("每集齐 %(tokens)s得一次机会"), tokens=wanted)


def _prize(document: Document, stage: Stage, prize: Prize) -> Iterator[Sentence]:
    name = prize.name
    if prize.at_least is not None:
        yield _reached(stage, prize, prize.at_least)
    else:
        yield _places(document, stage, prize)
        if prize.in_a_row is not None:
            text: str = IN_A_ROW.get(stage.calendar.period, P_("“%(prize)s”须连续 %(count)s 次达到。"))
            yield say(text, prize=name, count=prize.in_a_row)
    if prize.once_only:
        yield from _once(document, stage, prize)
    if prize.to is not None:
        follows = any(each.name == prize.to for each in document.stages)
        text = ADVANCES if follows else ADVANCES_ELSEWHERE
        yield say(text, prize=name, who=_ranked(document, stage, prize), stage=prize.to)
    if prize.wild_cards is not None:
        text = P_("“%(prize)s”另有 %(count)s 个外卡名额，给其余的%(who)s中名次最靠前的。")
        yield say(text, prize=name, count=prize.wild_cards, who=_ranked(document, stage, prize))


ADVANCES = N_("得到“%(prize)s”的%(who)s进入“%(stage)s”。")
ADVANCES_ELSEWHERE = N_("得到“%(prize)s”的%(who)s进入“%(stage)s”（由主办方另行安排，不在这份规则里）。")


def _ranked(document: Document, stage: Stage, prize: Prize) -> Called:
    """Return what a prize is given to: people, or what the units are called that its board ranks."""
    board = _of(stage, prize.board)
    return Sentence(N_("人")) if board is None or board.of == "people" else level(document, board.of)


def _reached(stage: Stage, prize: Prize, at_least: AtLeast) -> Sentence:
    if prize.in_a_row is None:
        text = N_("“%(prize)s”：%(least)s的人都可以得到。")
        return say(text, prize=prize.name, least=reaching(at_least))
    row: str = ROW_REACHED.get(stage.calendar.period, ROW_OF_ATTEMPTS)
    return say(row, prize=prize.name, least=once(at_least), count=prize.in_a_row)


ROW_OF_ATTEMPTS = P_("“%(prize)s”：连续 %(count)s 次答题，每次%(least)s的人可以得到。")
ROW_REACHED = {
    "day": P_("“%(prize)s”：连续 %(count)s 天，每天都有一次%(least)s的人可以得到。"),
    "week": P_("“%(prize)s”：连续 %(count)s 周，每周都有一次%(least)s的人可以得到。"),
    "month": P_("“%(prize)s”：连续 %(count)s 个月，每月都有一次%(least)s的人可以得到。"),
    "scene": P_("“%(prize)s”：连续 %(count)s 个场景，每个场景都有一次%(least)s的人可以得到。"),
    "level": P_("“%(prize)s”：连续 %(count)s 关，每一关都有一次%(least)s的人可以得到。"),
}
IN_A_ROW = {
    "day": P_("“%(prize)s”须连续 %(count)s 天达到。"),
    "week": P_("“%(prize)s”须连续 %(count)s 周达到。"),
    "month": P_("“%(prize)s”须连续 %(count)s 个月达到。"),
}


def _places(document: Document, stage: Stage, prize: Prize) -> Sentence:
    """Return which places get a prize; who has an earlier one of its family is passed over."""
    tier, earlier = _tier(stage, prize), _earlier(stage, prize)
    who = _share(prize) if prize.top is None else _first(prize.top)
    if tier is not None and earlier:
        who = say(FROM_TO if tier[0] < tier[1] else ONLY, first=tier[0], last=tier[1])
    elif earlier:
        who = say(LEFT, others=quoted(each.name for each in earlier), who=who)
    places = _of_parts(document, stage, prize.board, prize.each, who)
    return say(N_("“%(prize)s”：%(places)s。"), prize=prize.name, places=places)


def _of_parts(
    document: Document, stage: Stage, name: str | None, each: str | None, who: Sentence
) -> Sentence:
    """Return places of a board: of the whole of it, or of each part, its own or another one."""
    board = _of(stage, name)
    own = board.each if board is not None else None
    values: dict[str, object] = {"board": _board(stage, name), "who": who}
    if each is None and own is None:
        return say(N_("%(board)s的%(who)s"), **values)
    values["each"] = division(document, each or own or "")
    if own is None or each in (None, own):
        return say(N_("%(board)s中每个%(each)s的%(who)s"), **values)
    return say(ACROSS_PARTS, own=division(document, own), **values)


LEFT = N_("%(who)s（不算已经得到%(others)s的）")
FROM_TO = N_("第 %(first)s 至 %(last)s 位（从上往下数）")
ONLY = N_("第 %(first)s 位（从上往下数）")
ACROSS_PARTS = N_("%(board)s中每个%(each)s的%(who)s（各%(own)s合在一起排，不分开取）")


def _first(top: int) -> Sentence:
    return Sentence(N_("第 1 名")) if top == 1 else say(N_("前 %(top)s 名"), top=top)


def _share(prize: Prize) -> Sentence:
    return say(
        N_("前百分之 %(share)s（按上榜的总数算，不足一个的舍去）"), share=100 * (prize.share or Fraction(0))
    )


def _of(stage: Stage, name: str | None) -> Board | None:
    return next((board for board in stage.boards if board.name == name), None)


def _board(stage: Stage, name: str | None) -> Sentence:
    """Return what a board is called, with its period where it is one of periods: 每周的“周榜”."""
    board = _of(stage, name)
    over = stage.calendar.period if board is not None and board.over == "period" else "none"
    return say(OF_PERIOD[over], board=name or "")


OF_PERIOD = {
    "none": N_("“%(board)s”"),
    "day": N_("每天“%(board)s”"),
    "week": N_("每周“%(board)s”"),
    "month": N_("每月“%(board)s”"),
    "scene": N_("每个场景“%(board)s”"),
    "level": N_("每一关“%(board)s”"),
}


def _once(document: Document, stage: Stage, prize: Prize) -> Iterator[Sentence]:
    """That nobody gets a prize twice, where the places themselves do not say so."""
    if _tier(stage, prize) is not None and len(_family(stage, prize)) > 1:
        return
    board = _of(stage, prize.board)
    if _earlier(stage, prize) and (board is None or board.over == "stage"):
        return
    if board is None or board.of == "people":
        yield say(N_("“%(prize)s”每人只能得一次，已经得到的不再占名额，后面的依次递补。"), prize=prize.name)
    else:
        text = N_("“%(prize)s”每个%(level)s只能得一次，已经得到的不再占名额，后面的依次递补。")
        yield say(text, prize=prize.name, level=level(document, board.of))


def _earlier(stage: Stage, prize: Prize) -> list[Prize]:
    """Return the awards of a prize's family that are given before it."""
    if not prize.once_only:
        return []
    return [each for each in _family(stage, prize) if _turn(stage, each) < _turn(stage, prize)]


def _family(stage: Stage, prize: Prize) -> list[Prize]:
    """Return the awards of which nobody gets two: they lead to the same stage, or to none. Source: P15."""

    def kind(one: Prize) -> tuple[str | None, str]:
        board = _of(stage, one.board)
        return one.to, "people" if board is None else board.of

    return [each for each in stage.awards if each.once_only and kind(each) == kind(prize)]


def _turn(stage: Stage, prize: Prize) -> tuple[bool, int]:
    """Return when a prize is given: of periods before the end, then as the document has them."""
    board = _of(stage, prize.board)
    return board is None or board.over == "stage", stage.awards.index(prize)


def _tier(stage: Stage, prize: Prize) -> tuple[int, int] | None:
    """Return from which to which row of the board a prize reaches, where that follows from its family."""
    family, board = _family(stage, prize), _of(stage, prize.board)
    simple = all(
        each.board == prize.board
        and each.top is not None
        and each.each is None
        and not each.wild_cards
        and each.equal == "by_order"
        for each in family
    )
    if not prize.once_only or not simple or board is None or board.over == "period":
        return None
    before = sum(each.top or 0 for each in _earlier(stage, prize))
    return before + 1, before + (prize.top or 0)


def _equal(stage: Stage) -> Iterator[Sentence]:
    """What happens when the last ones share a place: once, or by award where they differ."""
    ranked = [prize for prize in stage.awards if prize.at_least is None]
    for style in dict.fromkeys(prize.equal for prize in ranked):
        if len({prize.equal for prize in ranked}) == 1:
            yield say(EQUAL[style])
        else:
            names = quoted(prize.name for prize in ranked if prize.equal == style)
            yield say(EQUAL_OF[style], prizes=names)


EQUAL = {
    "by_order": N_("奖项的末位并列时，按榜上的先后取，名额不增加；各项全部相同的，榜上按编号先后。"),
    "all_in": N_("奖项的末位并列时都入选，名额相应增加。"),
}
EQUAL_OF = {
    "by_order": N_("%(prizes)s末位并列时，按榜上的先后取，名额不增加；各项全部相同的，榜上按编号先后。"),
    "all_in": N_("%(prizes)s末位并列时都入选，名额相应增加。"),
}


VOID_GIVES_BACK = N_("作废的答题不计成绩，用掉的次数退还。")
VOID_STAYS_USED = N_("作废的答题不计成绩，用掉的次数不退还。")


def agreed(document: Document, stage: Stage) -> Iterator[Sentence]:
    """What rule texts leave open, said. P16 and the switches that no passage before has named."""
    yield say(N_("本规则中的“达到”“及以上”“不超过”都包含这个数本身。"))
    yield say(N_("所有时刻以服务器收到为准，手机上的时间不作数。同一个答案发送几次，只算一次。"))
    integrity = stage.integrity
    if integrity.shortest_ms is not None:
        text = N_("用时短于 %(least)s的答题会被标记，由主办方核查，不会自动取消。")
        yield say(text, least=duration(integrity.shortest_ms))
    yield say(N_("作废答题、调整分数、取消资格由主办方决定，每一次都记录原因和经手人。"))
    yield say(VOID_GIVES_BACK if integrity.quota_back else VOID_STAYS_USED)
    if stage.person.counted is not None:
        yield say(N_("作废的答题不占计入成绩的次数，由后面的答题递补。"))
    if stage.draws:
        withdrawn = integrity.entries_withdrawn
        yield say(N_("作废的答题所得的抽奖机会取消。") if withdrawn else N_("作废的答题所得的抽奖机会保留。"))
    if integrity.corrected_key == "remark":
        yield say(N_("题目的答案经核查有误而更正的，所有人的这道题重新判分。"))
        yield say(N_("更正可以是改答案、认可几个答案、给所有人这道题的分，或者去掉这道题。"))
    else:
        yield say(N_("题目的答案经核查有误而更正的，已经判过的分不变。"))
    if integrity.one_phone:
        yield say(N_("一部手机只能由一个人使用：谁先用它开始答题，就只有谁能用它答。"))
    if integrity.person_out_takes is not None:
        text = N_("有人被取消资格的，所在的%(level)s同时取消资格。")
        yield say(text, level=level(document, integrity.person_out_takes))
    yield say(N_("被取消资格的人退出排名，后面的名次依次递补。"))
    if any(board.of != "people" for board in (*stage.boards, *document.boards)):
        yield say(N_("被取消资格的人，成绩也不计入所在的单位。"))
        yield say(N_("被取消资格的单位退出排名，列在榜后并说明原因，后面的名次依次递补。"))
    if integrity.notice_days is not None:
        yield say(P_("结果公示 %(count)s 天。"), count=integrity.notice_days)
