"""The rules page on when a stage runs and who may take part: P1, P2, P3."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from quiz.errors import N_
from quiz.rules.called import LEVELS, all_called, level
from quiz.rules.parts import Calendar, Document, Hours, Lock, People, Prize, Stage, Tree
from quiz.rules.saying import OR, P_, Sentence, clock_of, joined, moment, say

SHANGHAI = "Asia/Shanghai"
WHOLE_DAY = (0, 24 * 60)


def window(document: Document, stage: Stage) -> Iterator[Sentence]:
    """When one may start, and to which day or week an attempt belongs. P1, switches 2 and 3."""
    calendar = stage.calendar
    yield _from_to(calendar)
    yield from _hours(calendar)
    for gap in calendar.gaps:
        yield say(
            N_("%(opens)s 至 %(closes)s 暂停答题。"),
            opens=moment(calendar.zone, gap.opens_ms),
            closes=moment(calendar.zone, gap.closes_ms, is_end=True),
        )
    at_close, at_pauses = (CUTS, CUTS_PAUSED) if calendar.at_close == "cut" else (FINISHES, FINISHES_PAUSED)
    yield say(at_pauses if calendar.hours or calendar.gaps else at_close)
    yield from _period(stage)
    if calendar.after_close == "practice":
        yield say(N_("截止以后还可以练习，练习不计分。"))


FINISHES = N_("截止以前已经开始的答题可以做完，照常计分。")
FINISHES_PAUSED = N_("截止（或当天时段结束、暂停开始）以前已经开始的答题可以做完，照常计分。")
CUTS = N_("到截止的时刻，还没做完的答题立即结束，按已经提交的答案计分。")
CUTS_PAUSED = N_("到截止（或当天时段结束、暂停开始）的时刻，还没做完的答题立即结束，按已经提交的答案计分。")


def _from_to(calendar: Calendar) -> Sentence:
    values: dict[str, object] = {
        "opens": moment(calendar.zone, calendar.opens_ms),
        "closes": moment(calendar.zone, calendar.closes_ms, is_end=True),
    }
    if calendar.zone == SHANGHAI:
        return say(N_("从 %(opens)s 起可以开始答题，到 %(closes)s 截止（北京时间）。"), **values)
    text = N_("从 %(opens)s 起可以开始答题，到 %(closes)s 截止（%(zone)s 当地时间）。")
    return say(text, zone=calendar.zone, **values)


def _hours(calendar: Calendar) -> Iterator[Sentence]:
    if not calendar.hours:
        return
    yield from (_open(hours) for hours in calendar.hours)
    yield say(N_("其余时间不能开始答题。"))


def _open(hours: Hours) -> Sentence:
    every_day = len(set(hours.days)) == len(WEEKDAYS)
    days = Sentence(N_("每天")) if every_day else _weekdays(sorted(set(hours.days)))
    if (hours.from_min, hours.to_min) == WHOLE_DAY:
        return say(N_("%(days)s全天开放。"), days=days)
    span = {"start": clock_of(hours.from_min), "end": clock_of(hours.to_min)}
    return say(N_("%(days)s %(start)s 至 %(end)s 开放。"), days=days, **span)


def _weekdays(days: Sequence[int]) -> tuple[Sentence, ...]:
    """Return weekdays; three and more that follow each other as the first and the last."""
    runs: list[list[int]] = []
    for day in days:
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    found: list[Sentence] = []
    for run in runs:
        if len(run) > 2:
            first, last = Sentence(WEEKDAYS[run[0]]), Sentence(WEEKDAYS[run[-1]])
            found.append(say(N_("%(first)s至%(last)s"), first=first, last=last))
        else:
            found += [Sentence(WEEKDAYS[day]) for day in run]
    return tuple(found)


WEEKDAYS = (N_("周一"), N_("周二"), N_("周三"), N_("周四"), N_("周五"), N_("周六"), N_("周日"))


def _period(stage: Stage) -> Iterator[Sentence]:
    calendar = stage.calendar
    match calendar.period:
        case "day":
            yield say(N_("成绩按天计算。"))
        case "week":
            first, last = WEEKDAYS[calendar.week_begins], WEEKDAYS[calendar.week_begins - 1]
            text = N_("成绩按周计算，%(first)s到%(last)s为一周；一次答题算在开始的那一周。")
            yield say(text, first=Sentence(first), last=Sentence(last))
        case "month":
            yield say(N_("成绩按月计算，一个自然月为一期；一次答题算在开始的那个月。"))
        case "scene":
            yield say(N_("成绩按场景分别计算，开始前先选场景：%(scenes)s。"), scenes=calendar.scenes)
        case "level":
            yield say(N_("成绩按关计算。"))
    if calendar.day_begins_min:
        yield say(
            N_("一天从 %(begins)s 算起，到第二天的 %(begins)s 为止；%(begins)s 以前开始的答题算前一天的。"),
            begins=clock_of(calendar.day_begins_min),
        )
    elif counts_days(stage):
        yield say(N_("一天从 0:00 到 24:00；跨过半夜的答题，算在开始的那一天。"))


def counts_days(stage: Stage) -> bool:
    """Return whether something of a stage is limited or counted by day."""
    limits = [stage.quota.limit, stage.person.cap, *(event.cap for event in stage.events.values())]
    limits += [each for draw in stage.draws for each in (draw.cap, draw.wins)]
    counted = stage.person.counted
    return (
        stage.calendar.period == "day"
        or stage.paper.draw == "daily"
        or stage.quota.scenes_per_day is not None
        or (counted is not None and counted.of == "day")
        or any(limit.per_day is not None for limit in limits)
    )


def who(document: Document, stage: Stage) -> Iterator[Sentence]:
    """Who may take part in the contest and which unit they belong to. P2, P3, switch 9."""
    people = document.people
    conditions = list(_conditions(people))
    if not conditions:
        gated = any(ways_in(document, each) or each.needs for each in document.stages)
        conditions = [say(N_("人人都可以参加；另有条件的阶段会写明。") if gated else N_("人人都可以参加。"))]
    yield from conditions
    if people.groups:
        yield say(GROUPS_OF_ROSTER if people.roster_only else GROUPS, groups=people.groups)
    if people.register_by_ms is not None:
        until = moment(document.timezone, people.register_by_ms, is_end=True)
        yield say(N_("请在 %(until)s 以前报名，过时不能参加。"), until=until)
    for tree in document.units.values():
        yield from _tree(document, tree)


GROUPS = N_("参加者分为这些组别：%(groups)s；开始前要选定一个。")
GROUPS_OF_ROSTER = N_("参加者分为这些组别：%(groups)s；以名册所写的为准。")


def _conditions(people: People) -> Iterator[Sentence]:
    if people.roster_only:
        yield say(N_("只有名册中的人可以参加，请用参赛码登录。"))
    if people.ages is not None:
        yield from _ages(*people.ages)
    if people.grades:
        yield say(N_("限以下年级：%(grades)s。"), grades=people.grades)
    if people.exclude:
        yield say(N_("以下人员不参加：%(groups)s。"), groups=people.exclude)


def _ages(youngest: int | None, oldest: int | None) -> Iterator[Sentence]:
    if youngest is not None and oldest is not None:
        text = N_("%(youngest)s 至 %(oldest)s 岁（含 %(youngest)s 岁和 %(oldest)s 岁）的人可以参加。")
        yield say(text, youngest=youngest, oldest=oldest)
    elif youngest is not None:
        yield say(N_("年满 %(youngest)s 岁的人可以参加。"), youngest=youngest)
    elif oldest is not None:
        yield say(N_("%(oldest)s 岁及以下的人可以参加。"), oldest=oldest)
    yield say(N_("年龄按开始答题那一天的周岁算。"))


def _tree(document: Document, tree: Tree) -> Iterator[Sentence]:
    levels = all_called(document, LEVELS, tree.levels)
    if tree.required:
        yield say(N_("参加前必须选好自己所在的单位：%(levels)s。"), levels=levels)
    else:
        text = N_("可以选择自己所在的单位：%(levels)s；不选也能参加，只是不为单位计分。")
        yield say(text, levels=levels)
        yield say(N_("先答题、后选单位的，以前得的分也算到所选的单位。"))
    yield from moving(tree)
    if not document.people.roster_only:
        yield say(GUESTS[tree.guests])


GUESTS = {
    "count": N_("只用昵称参加、没有登记手机号等身份的人，成绩也为所选的单位计分。"),
    "apart": N_(
        "只用昵称参加的人，成绩只算个人的，不为单位计分；全部比赛结束前登记了手机号等身份的，以前得的分也为所选的单位计分。"
    ),
}


def moving(tree: Tree) -> Iterator[Sentence]:
    """When somebody may change their unit, and where what they have counts then. P3 `lock`, `points`."""
    if tree.lock is not None:
        yield from _lock(tree.lock)
    if tree.points == "follow":
        yield say(N_("换了单位以后，以前得的分也算到新单位。"))
    elif tree.lock is None or tree.lock.changes != 0:
        yield say(N_("换了单位以后，以前得的分仍算在原来的单位。"))


def _lock(lock: Lock) -> Iterator[Sentence]:
    if lock.changes == 0:
        yield say(N_("选好以后不能更换。"))
        return
    if lock.changes is not None:
        yield say(CHANGES, count=lock.changes)
    if lock.within_days is not None:
        yield say(WITHIN_DAYS, count=lock.within_days)


CHANGES = P_("选好以后最多可以更换 %(count)s 次。")
WITHIN_DAYS = P_("只能在选好后的 %(count)s 天内更换。")


def admission(document: Document, stage: Stage) -> Iterator[Sentence]:
    """Who may take part in this stage: who advanced to it, who has a unit. P3 `needs`, P15 `to`."""
    found = ways_in(document, stage)
    if found:
        parts = [_advanced(document, prize, of) for prize, of in found]
        yield say(N_("只有%(who)s可以参加本阶段。"), who=joined(OR, parts))
        yield say(
            N_(
                "主办方确认名单以后就可以参加；名单没有另行确认的，等决出名单的那个阶段（或那一期）结束以后参加。"
            )
        )
    for name in stage.needs:
        levels = all_called(document, LEVELS, document.units[name].levels)
        yield say(N_("参加本阶段必须先选好自己所在的单位：%(levels)s。"), levels=levels)


def ways_in(document: Document, stage: Stage) -> list[tuple[Prize, str]]:
    """Return the awards that lead to a stage, each with whom it is given to: people, or a level of units."""
    parts = [(each.awards, each.boards) for each in document.stages]
    parts.append((document.awards, document.boards))
    return [
        (prize, next((board.of for board in boards if board.name == prize.board), "people"))
        for awards, boards in parts
        for prize in awards
        if prize.to == stage.name
    ]


def _advanced(document: Document, prize: Prize, of: str) -> Sentence:
    if of == "people":
        return say(N_("得到“%(prize)s”的人"), prize=prize.name)
    return say(N_("得到“%(prize)s”的%(level)s的人"), prize=prize.name, level=level(document, of))
