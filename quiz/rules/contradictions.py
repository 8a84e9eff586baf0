"""What every single value allows and the whole does not: parts of a document that contradict each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from quiz.errors import N_, Fault
from quiz.rules import contradictions_of_boards as of_boards
from quiz.rules import timing
from quiz.rules.building import build, milliseconds, minutes, number
from quiz.rules.called import unknown_names
from quiz.rules.found import Found, Json, repeated
from quiz.rules.parts import Stage
from quiz.rules.reading import Source, escaped


def contradictions(source: Source) -> list[Fault]:
    """Return what contradicts itself in a document whose single values fit the schema."""
    raw = source.raw
    found = list(_moments(raw))
    if not found:
        found = [each for check in DOCUMENT for each in check(raw)]
        found += [
            each.inside(f"/stages/{n}")
            for n, stage in enumerate(raw["stages"])
            for check in STAGE
            for each in check(stage)
        ]
        found += of_boards.of_document(raw)
    if not found:
        found = [
            each.inside(f"/stages/{n}")
            for n, stage in enumerate(build(raw).stages)
            for check in BUILT
            for each in check(stage)
        ]
    return [Fault(each.at, source.line(each.at), each.code, each.sentence, each.values) for each in found]


def _moments(raw: Json) -> Iterator[Found]:
    """Every time zone, day and time must exist; nothing else can be said before."""
    try:
        ZoneInfo(raw["timezone"])
    except (KeyError, ValueError, OSError):
        yield Found("/timezone", "unknown_timezone", N_("没有这个时区，中国各地请写 Asia/Shanghai。"))
        return
    days = [
        (f"/units/{escaped(tree)}/enrolled_on", each.get("enrolled_on"))
        for tree, each in raw.get("units", {}).items()
    ]
    for at, text in (*_times(raw), *((at, day) for at, day in days if day is not None)):
        try:
            timing.moment_ms(raw["timezone"], text if " " in text else f"{text} 00:00")
        except ValueError:
            yield Found(at, "no_such_moment", N_("没有“%(text)s”这一刻，请核对日期和时间。"), {"text": text})


TIMES = ("opens", "closes", "register_by", "from", "frozen_from")


def _times(value: Any, at: str = "") -> Iterator[tuple[str, str]]:  # Any: JSON
    children: Iterable[tuple[object, Any]] = ()
    if isinstance(value, dict):
        children = value.items()
    elif isinstance(value, list):
        children = enumerate(value)
    for key, each in children:
        if key in TIMES and isinstance(each, str) and len(each) > len("2024-01-01"):
            yield f"{at}/{key}", each
        else:
            yield from _times(each, f"{at}/{key}")


# Of the document


def _stage_names(raw: Json) -> Iterator[Found]:
    yield from repeated(
        "/stages", [stage["name"] for stage in raw["stages"]], N_("阶段“%(name)s”重名，请改名。"), "/name"
    )


def _ages(raw: Json) -> Iterator[Found]:
    ages = raw.get("people", {}).get("ages", {})
    if ages.get("from", 0) > ages.get("to", ages.get("from", 0)):
        yield Found("/people/ages/to", "order", N_("年龄的 from 不能大于 to。"))


def _levels_of_units(raw: Json) -> Iterator[Found]:
    for tree, each in raw.get("units", {}).items():
        yield from repeated(
            f"/units/{tree}/levels", each["levels"], N_("层级“%(name)s”写了两次，请删去一个。")
        )


# Of a stage, as it is written


def _window(stage: Json) -> Iterator[Found]:
    calendar = stage["calendar"]
    if calendar["opens"] >= calendar["closes"]:
        yield Found(
            "/calendar/closes",
            "order",
            N_("结束时刻必须晚于开始时刻（%(opens)s）。"),
            {"opens": calendar["opens"]},
        )
    for n, gap in enumerate(calendar.get("gaps", ())):
        if gap["opens"] >= gap["closes"]:
            yield Found(f"/calendar/gaps/{n}/closes", "order", N_("暂停的结束时刻必须晚于它的开始时刻。"))
    for n, hours in enumerate(calendar.get("hours", ())):
        if minutes(hours["from"]) >= minutes(hours["to"]):
            sentence = N_('每天的时段必须先 from 后 to；跨过半夜的时段请分成两条，前一条到 "24:00" 为止。')
            yield Found(f"/calendar/hours/{n}/to", "order", sentence)
    if calendar.get("day_begins") == "24:00":
        yield Found("/calendar/day_begins", "order", N_('一天从半夜开始请写 "00:00"。'))


def _periods(stage: Json) -> Iterator[Found]:
    calendar = stage["calendar"]
    is_scene = calendar.get("period") == "scene"
    if is_scene != ("scenes" in calendar):
        at = "/calendar" if is_scene else "/calendar/scenes"
        yield Found(at, "scenes", N_("period: scene 与 scenes（场景名单）必须一起写。"))
    yield from repeated("/calendar/scenes", calendar.get("scenes", ()), N_("场景“%(name)s”重名，请改名。"))
    if "week_begins" in calendar and calendar.get("period") != "week":
        yield Found("/calendar/week_begins", "no_weeks", N_("只有 period: week 时才写 week_begins。"))
    if (calendar.get("period") == "level") != ("levels" in stage.get("flow", {})):
        at = "/calendar/period" if calendar.get("period") == "level" else "/flow/levels"
        yield Found(at, "levels", N_("period: level 与 flow 里的 levels（闯关）必须一起写。"))
    if "scenes_per_day" in stage.get("quota", {}) and not is_scene:
        yield Found("/quota/scenes_per_day", "scenes", N_("只有 period: scene 时才能限制每天的场景数。"))
    if isinstance(stage["person"].get("across_periods"), dict) and calendar.get("period", "none") == "none":
        yield Found(
            "/person/across_periods",
            "no_periods",
            N_("没有分期，不能写 sum_of_best；请在 calendar 里写 period。"),
        )


def _clock(stage: Json) -> Iterator[Found]:
    clock = stage.get("clock", {})
    if clock.get("time") == "questions" and "per_question_s" not in clock:
        sentence = N_("time: questions 需要每题限时；请加上 per_question_s，或改为 time: attempt。")
        yield Found("/clock/time", "no_question_clock", sentence)
    if (clock.get("leaving") == "strike") != ("strikes" in clock):
        at = "/clock/strikes" if "strikes" in clock else "/clock"
        yield Found(at, "strikes", N_("leaving: strike 与 strikes（允许离开几次）必须一起写。"))
    least, most = clock.get("at_least_s"), clock.get("per_attempt_s")
    if least is not None and most is not None and milliseconds(least) > milliseconds(most):
        yield Found("/clock/at_least_s", "order", N_("最短答题时间不能长于每次的限时。"))
    if "speed" in stage.get("marking", {}) and "per_question_s" not in clock:
        sentence = N_(
            "按答题快慢计分必须每题限时（clock 里写 per_question_s）：整卷一个时钟时，快慢只能由手机说了算。"
        )
        yield Found("/marking/speed", "speed_needs_question_clock", sentence)


def _speed(stage: Json) -> Iterator[Found]:
    speed = stage.get("marking", {}).get("speed")
    if speed is None:
        return
    for n, section in enumerate(stage["paper"]["sections"]):
        if "points" in section:
            sentence = N_("按答题快慢计分时，分值由 speed 决定，这里请不要再写 points。")
            yield Found(f"/paper/sections/{n}/points", "points_and_speed", sentence)
    steps = speed.get("steps", ())
    for n, (one, other) in enumerate(pairwise(steps), 1):
        if milliseconds(one["within_s"]) >= milliseconds(other["within_s"]):
            yield Found(
                f"/marking/speed/steps/{n}/within_s", "order", N_("各档的 within_s 必须从小到大，不能相同。")
            )
        elif number(one["points"]) < number(other["points"]):
            yield Found(f"/marking/speed/steps/{n}/points", "order", N_("答得慢的一档分值不能更高。"))
    line = speed.get("line")
    if line is not None and number(line["from"]) < number(line["to"]):
        yield Found("/marking/speed/line/to", "order", N_("答得慢时分值不能更高：to 不能大于 from。"))


def _ranges(stage: Json) -> Iterator[Found]:
    limits = stage.get("marking", {}).get("range")
    if limits is not None and number(limits["min"]) > number(limits["max"]):
        yield Found("/marking/range/max", "order", N_("得分范围的 max 不能小于 min。"))
    for n, section in enumerate(stage["paper"]["sections"]):
        at, hardness = f"/paper/sections/{n}/difficulty", section.get("difficulty")
        if hardness is None:
            continue
        for end in ("from", "to"):
            if not 0 <= number(hardness[end]) <= 1:
                yield Found(f"{at}/{end}", "number", N_('难度要写 0 到 1 之间的数，如 "0.3"。'))
        if number(hardness["from"]) > number(hardness["to"]):
            yield Found(f"{at}/to", "order", N_("难度的 to 不能小于 from。"))


def _award(stage: Json) -> Iterator[Found]:
    award = stage.get("award", {})
    if "steps" in award and "each" in award:
        yield Found("/award/each", "steps_and_each", N_("steps（分档）与 each（每个几分）只能写一种。"))
    if "below" in award and "steps" not in award:
        yield Found(
            "/award/below", "below_without_steps", N_("below 是没有达到任何一档时的积分，须与 steps 一起写。")
        )
    levels = [number(step["at_least"]) for step in award.get("steps", ())]
    for n, level in enumerate(levels):
        if level in levels[:n]:
            yield Found(f"/award/steps/{n}/at_least", "repeated", N_("两档的 at_least 相同，请只保留一档。"))
    if levels not in (sorted(levels), sorted(levels, reverse=True)):
        yield Found("/award/steps", "order", N_("各档请按 at_least 从高到低（或从低到高）排列。"))
    if ("duel" in award) != ("duel" in stage.get("flow", {})):
        at = "/award/duel" if "duel" in award else "/flow/duel"
        yield Found(at, "duel", N_("flow 里的 duel 与 award 里的 duel 必须一起写。"))


def _flow(stage: Json) -> Iterator[Found]:
    flow = stage.get("flow", {})
    if flow.get("redo") == "until_right" and flow.get("stop") == "first_wrong":
        yield Found("/flow/redo", "redo_and_stop", N_("“答错即止”与“重做直到答对”不能同时写。"))
    if flow.get("stop") == "time" and "per_attempt_s" not in stage.get("clock", {}):
        sentence = N_("限时连续答题要写出总共多少时间，请在 clock 里写 per_attempt_s。")
        yield Found("/flow/stop", "no_attempt_clock", sentence)
    if flow.get("layout") == "list" and _is_one_by_one(stage):
        sentence = N_("每题单独计时、提交后不能改或答错重做时，题目只能一题一题地答，请去掉 layout: list。")
        yield Found("/flow/layout", "list_one_by_one", sentence)
    for what in ("total", "levels"):
        if what in flow.get("practice_first", {}).get("at_least", {}):
            sentence = N_("练习是否通过只看一次的得分或答对题数，请写 {score: …} 或 {correct: …}。")
            yield Found("/flow/practice_first/at_least", "not_of_one_attempt", sentence)


def _is_one_by_one(stage: Json) -> bool:
    """Return whether each question is sent, or opened, on its own."""
    flow = stage.get("flow", {})
    return (
        "per_question_s" in stage.get("clock", {})
        or flow.get("stop", "end") != "end"
        or flow.get("redo") == "until_right"
        or flow.get("show", {}).get("after_answer", "nothing") != "nothing"
    )


def _order(stage: Json) -> Iterator[Found]:
    yield from repeated("/order", stage["order"], N_("排序依据“%(name)s”写了两次，请删去一个。"))


# Of a stage, as it is built


def _never_open(stage: Stage) -> Iterator[Found]:
    if timing.phase(
        stage, stage.calendar.opens_ms
    ).next_ms == stage.calendar.closes_ms and not timing.is_open(stage.calendar, stage.calendar.opens_ms):
        yield Found("/calendar", "never_open", N_("按这里的时段和暂停，比赛从头到尾没有一刻可以开始答题。"))


DOCUMENT: Sequence[Callable[[Json], Iterable[Found]]] = (_stage_names, _ages, _levels_of_units, unknown_names)
STAGE: Sequence[Callable[[Json], Iterable[Found]]] = (
    _window,
    _periods,
    _clock,
    _speed,
    _ranges,
    _award,
    _flow,
    _order,
)
BUILT: Sequence[Callable[[Stage], Iterable[Found]]] = (_never_open,)
