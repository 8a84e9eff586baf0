"""The rules page on how people stand on their boards: P12, P13."""

from __future__ import annotations

from collections.abc import Iterator

from quiz.errors import N_
from quiz.rules.called import division
from quiz.rules.parts import Board, Document, Stage
from quiz.rules.publicity import thaws_ms
from quiz.rules.saying import P_, Sentence, moment, say


def order(document: Document, stage: Stage) -> Iterator[Sentence]:
    """In which order people stand, and how they share a place. P12, switch 5."""
    boards = [board for board in stage.boards if board.of == "people"]
    if not boards:
        return
    keys = tuple(Sentence(KEYS[key]) for key in stage.order)
    if len(keys) == 1:
        yield say(N_("按%(keys)s排名。"), keys=keys)
    else:
        yield say(N_("依次比较：%(keys)s。前一项相同才比较后一项。"), keys=keys)
    for key in stage.order:
        for sentence in _meaning(stage, key):
            yield say(sentence)
    yield say(PLACES[stage.places])
    for board in boards:
        yield from board_notes(document, stage, board)


KEYS = {
    "total": N_("总分（高的在前）"),
    "time": N_("用时（短的在前）"),
    "reached": N_("达到这个成绩的时刻（早的在前）"),
    "first_started": N_("第一次开始答题的时刻（早的在前）"),
    "attempts": N_("答题次数（少的在前）"),
}
PLACES = {
    "standard": N_(
        "各项全部相同的并列同一名次，按编号先后列出；后面的名次空出：例如两人并列第 2，下一名是第 4。"
    ),
    "dense": N_(
        "各项全部相同的并列同一名次，按编号先后列出；后面的名次不空：例如两人并列第 2，下一名是第 3。"
    ),
    "ordinal": N_("各项全部相同的按编号先后排，名次不并列。"),
}


def _meaning(stage: Stage, key: str) -> Iterator[str]:
    person = stage.person
    whole = not stage.name  # all stages taken together
    summed = person.within_period in ("sum", "mean") or (
        stage.calendar.period != "none" and person.across_periods in ("sum", "mean", "sum_of_best")
    )
    match key:
        case "time":
            yield TIME_OF_STAGES if whole else TIME_SUMMED if summed else TIME_OF_ONE
        case "reached":
            yield REACHED_OF_STAGES if whole else _reached(stage, summed)
        case "first_started":
            yield N_("“第一次开始答题”是指第一次有效的答题，不管那一次考得好不好。")
        case "attempts":
            yield N_("“答题次数”是指有效答题的次数，包括没有计入总分的。")


def _reached(stage: Stage, summed: bool) -> str:
    if not summed and not stage.events:
        return REACHED_OF_ONE
    return REACHED_WITH_EVENTS if stage.events else REACHED_SUMMED


TIME_OF_STAGES = N_("“用时”是各阶段的用时加起来。")
REACHED_OF_STAGES = N_("“达到这个成绩的时刻”是得了分的各阶段中最晚的那一个。")
TIME_SUMMED = N_("“用时”是计入总分的各次答题的用时之和，没有计入的不算。")
TIME_OF_ONE = N_("“用时”是计入总分的那一次答题的用时。")
REACHED_SUMMED = N_("“达到这个成绩的时刻”是计入总分并且得了分的各次答题中，最后一次交卷的时刻。")
REACHED_WITH_EVENTS = N_(
    "“达到这个成绩的时刻”是计入总分并且得了分的各次答题和活动中，最后一次交卷或完成的时刻。"
)
REACHED_OF_ONE = N_("“达到这个成绩的时刻”是计入总分的那一次答题交卷的时刻。")


def board_notes(document: Document, stage: Stage, board: Board) -> Iterator[Sentence]:
    """What a board covers, into what it is divided, and when and to whom it is shown."""
    name, zone = board.name, stage.calendar.zone
    if board.of == "people":
        covers = OVER_PERIOD[stage.calendar.period] if board.over == "period" else OF_STAGE
        yield say(covers, board=name, names=Sentence(NAMES[board.names]))
    elif board.over == "period":
        yield say(UNITS_OVER_PERIOD[stage.calendar.period], board=name)
    if board.each is not None:
        each = division(document, board.each)
        yield say(N_("“%(board)s”每个%(each)s分别排名。"), board=name, each=each)
        if _may_be_without(document, stage, board):
            yield say(N_("没有%(each)s的人不上“%(board)s”。"), board=name, each=each)
    if board.public is not None and board.public.from_ms is not None:
        since = moment(zone, board.public.from_ms)
        yield say(N_("“%(board)s”从 %(since)s 起公布。"), board=name, since=since)
    if board.public is not None:
        yield say(TO_WHOM[board.public.to], board=name)
    if board.frozen_from_ms is not None:
        since = moment(zone, board.frozen_from_ms)
        until = moment(zone, thaws_ms(stage, board))
        text = N_("“%(board)s”从 %(since)s 起封榜：公布的是那一刻的排名，之后照常计分，%(until)s 公布。")
        yield say(text, board=name, since=since, until=until)
    if board.least_listed is not None:
        yield say(FEW if board.of == "people" else FEW_OF_UNIT, board=name, count=board.least_listed)


def _may_be_without(document: Document, stage: Stage, board: Board) -> bool:
    """Return whether somebody may take part who stands in no part of a divided board."""
    if board.of != "people" or board.each in (None, "group"):  # a group is asked for before the start
        return False
    tree = (board.each or "").split(".")[0]
    return not (document.units[tree].required or tree in stage.needs)


FEW = P_("“%(board)s”上榜不足 %(count)s 人时不列出。")
FEW_OF_UNIT = P_("“%(board)s”不列出参加者不足 %(count)s 人的单位，其余单位的名次不变。")


OF_STAGE = N_("“%(board)s”按以上次序排名，%(names)s。")
OVER_PERIOD = {
    "day": N_("“%(board)s”每天一榜，以上各项只看当天的答题，%(names)s。"),
    "week": N_("“%(board)s”每周一榜，以上各项只看当周的答题，%(names)s。"),
    "month": N_("“%(board)s”每月一榜，以上各项只看当月的答题，%(names)s。"),
    "scene": N_("“%(board)s”每个场景一榜，以上各项只看这个场景的答题，%(names)s。"),
    "level": N_("“%(board)s”每一关一榜，以上各项只看这一关的答题，%(names)s。"),
}
NAMES = {
    "full": N_("显示姓名，未成年人只显示一部分"),
    "nickname": N_("显示昵称"),
    "masked": N_("姓名只显示一部分"),
}
UNITS_OVER_PERIOD = {
    "day": N_("“%(board)s”每天一榜，只看当天的成绩。"),
    "week": N_("“%(board)s”每周一榜，只看当周的成绩。"),
    "month": N_("“%(board)s”每月一榜，只看当月的成绩。"),
    "scene": N_("“%(board)s”每个场景一榜，只看这个场景的成绩。"),
    "level": N_("“%(board)s”每一关一榜，只看这一关的成绩。"),
}
TO_WHOM = {
    "everybody": N_("“%(board)s”人人可看。"),
    "participants": N_("“%(board)s”只有参加者（开始过答题的人）可看。"),
    "organizers": N_("“%(board)s”只有主办方可看。"),
}
