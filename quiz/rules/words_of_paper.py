"""The rules page on questions, the clock and what is shown: P4, P5, P7 `show`."""

from __future__ import annotations

from collections.abc import Iterator

from quiz.errors import N_
from quiz.rules import timing
from quiz.rules.called import FACETS, all_called, questions_of
from quiz.rules.parts import Document, Stage
from quiz.rules.saying import P_, Sentence, duration, say


def paper(document: Document, stage: Stage) -> Iterator[Sentence]:
    """Which questions an attempt shows. P4."""
    sections = stage.paper.sections
    parts = tuple(questions_of(document, section) for section in sections)
    if stage.flow.stop != "end":
        yield say(N_("每次最多答 %(questions)s，服务器收到一题的答案才出下一题。"), questions=parts)
    elif len(sections) == 1:
        yield say(N_("每次答 %(questions)s。"), questions=parts)
    else:
        total = say(P_("%(count)s 道题"), count=stage.paper.count)
        yield say(N_("每次答 %(total)s，其中：%(parts)s。"), total=total, parts=parts)
    if stage.flow.layout == "list":
        yield say(N_("全部题目列在一页上，可以按任意顺序作答，交卷前都可以改。"))
    yield say(DRAWS[stage.paper.draw])
    if stage.paper.cover:
        facets = all_called(document, FACETS, stage.paper.cover)
        yield say(N_("每份试卷都覆盖“%(facets)s”的每一类，每一类至少一道题。"), facets=facets)
    if stage.paper.balance:
        yield say(N_("各份试卷的难度相当：每份试卷从各个难度段抽取的题数都一样。"))
    yield say(SHUFFLES["questions" in stage.paper.shuffle, "options" in stage.paper.shuffle])


DRAWS = {
    "fixed": N_("每个人、每一次都是同一份试卷。"),
    "random": N_("题目每次从题库中随机抽取。"),
    "unseen": N_(
        "题目每次从题库中随机抽取，先抽自己没做过的题；没做过的题不够时，再用做过次数最少的题补足。"
    ),
    "daily": N_("同一天每个人的题目都一样，第二天换新的题目。"),
}
SHUFFLES = {  # questions, options
    (True, True): N_("题目的先后和选项的先后每次都打乱。"),
    (True, False): N_("题目的先后每次都打乱，选项的先后不变。"),
    (False, True): N_("题目的先后不变，选项的先后每次都打乱。"),
    (False, False): N_("题目和选项的先后都不变。"),
}


def clock(document: Document, stage: Stage) -> Iterator[Sentence]:
    """How long it may take, what counts as time. P5, switch 4."""
    limits = stage.clock
    if limits.per_question_ms is not None:
        yield say(
            N_(
                "每题限时 %(limit)s（正好 %(limit)s也有效），由服务器计时，一题一题地答，不能返回；"
                "到时没有提交的按没答处理。"
            ),
            limit=duration(limits.per_question_ms),
        )
    if limits.per_attempt_ms is not None:
        yield say(
            N_("每次答题限时 %(limit)s（正好 %(limit)s也有效），从点“开始”起由服务器计时，到时自动交卷。"),
            limit=duration(limits.per_attempt_ms),
        )
    if limits.per_question_ms is None and limits.per_attempt_ms is None:
        yield say(N_("答题不限时间。"))
    else:
        yield from _late(stage)
        yield say(N_("主办方可以为有需要的人（例如视力或行动不便）延长限时，比赛截止的时刻不因此改变。"))
    yield _closing(stage)
    if limits.at_least_ms is not None:
        yield say(N_("开始后至少 %(least)s才能交卷。"), least=duration(limits.at_least_ms))
    yield from _leaving(stage)
    if time_decides(stage):
        yield from _time(stage)


def time_decides(stage: Stage) -> bool:
    """Return whether the time of an attempt decides anything."""
    person = stage.person
    metrics = [name for board in stage.boards for name in board.order]
    return (
        "time" in (*stage.order, *metrics)
        or "best" in (person.within_period, person.across_periods)
        or person.best_periods is not None
        or stage.integrity.shortest_ms is not None
    )


def _late(stage: Stage) -> Iterator[Sentence]:
    grace_ms = stage.clock.grace_ms
    same = stage.marking.wrong == stage.marking.blank
    if grace_ms:
        text = GRACE_SAME if same else GRACE_WRONG
        yield say(text, grace=duration(grace_ms))
    else:
        yield say(LATE_SAME if same else LATE_WRONG)


GRACE_SAME = N_("网络有快慢：到时以后 %(grace)s以内送到服务器的答案仍然有效，再晚就不算了。")
GRACE_WRONG = N_("网络有快慢：到时以后 %(grace)s以内送到服务器的答案仍然有效，再晚的按答错处理。")
LATE_SAME = N_("超过限时才送到服务器的答案不算答对。")
LATE_WRONG = N_("超过限时才送到服务器的答案按答错处理。")


def _closing(stage: Stage) -> Sentence:
    if timing.limit_ms(stage, stage.calendar.opens_ms) is None:
        spare = timing.deadline_ms(stage, stage.calendar.opens_ms) - stage.calendar.opens_ms
        return say(N_("开始以后 %(after)s还没有交卷的，由服务器按已保存的答案交卷。"), after=duration(spare))
    if stage.clock.time == "questions" or not time_decides(stage):
        return say(N_("没有交卷就离开的，到时由服务器按已保存的答案交卷。"))
    if stage.clock.per_attempt_ms is None and stage.clock.per_question_ms is None:  # the close cuts it off
        return say(N_("答题结束时还没有交卷的，由服务器按已保存的答案交卷，用时算到那一刻为止。"))
    return say(N_("没有交卷就离开的，到时由服务器按已保存的答案交卷，用时按用满计算。"))


def _leaving(stage: Stage) -> Iterator[Sentence]:
    match stage.clock.leaving:
        case "strike":
            yield say(N_("答题时离开页面会被记录，第 %(most)s 次离开时自动交卷。"), most=stage.clock.strikes)
        case "end":
            yield say(N_("答题时离开页面，会立即交卷。"))
        case "zero":
            yield say(N_("答题时离开页面，这次答题立即结束，按 0 分计。"))
    if stage.clock.leaving != "nothing":
        yield say(N_("切换到别的应用或页面、锁屏、接电话都算离开；断网和刷新本页不算。"))


def _time(stage: Stage) -> Iterator[Sentence]:
    limits = stage.clock
    if limits.time == "questions":
        yield say(N_("“用时”是每一题从显示到答案送到服务器的时间之和；没答的题按用满限时计。"))
    elif limits.per_attempt_ms is not None:
        yield say(N_("“用时”是从开始到交卷送到服务器的时间，最多算到限时为止。"))
    else:
        yield say(N_("“用时”是从开始到交卷送到服务器的时间。"))
    if limits.time_in_ms == 1:
        yield say(N_("用时精确到毫秒（千分之一秒）。"))
    else:
        yield say(N_("用时按 %(unit)s计，不足 %(unit)s的部分舍去。"), unit=duration(limits.time_in_ms))


def shown(document: Document, stage: Stage) -> Iterator[Sentence]:
    """What a person sees, and when. P7 `show`."""
    show = stage.flow.show
    yield say(N_("每答一题：%(what)s。"), what=Sentence(SHOWN[show.after_answer]))
    if show.after_answer != "nothing" and stage.flow.redo == "never":
        yield say(N_("所以每题只能答一次，提交以后不能再改。"))
    if show.after_answer in ("key", "explanation") and stage.flow.redo == "until_right":
        yield say(N_("没有答对、还要再答的题，答对以前只显示对错。"))
    yield say(N_("交卷以后：%(what)s。"), what=Sentence(SHOWN[show.after_attempt]))
    yield say(N_("比赛结束以后：%(what)s。"), what=Sentence(SHOWN[show.after_close]))


SHOWN = {
    "nothing": N_("不显示对错"),
    "right_or_wrong": N_("只显示对错，不显示正确答案"),
    "key": N_("显示正确答案"),
    "explanation": N_("显示正确答案和解析"),
}
