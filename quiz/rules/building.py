"""From a document's plain, checked JSON data to the values of `quiz.rules.parts`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, TypeVar

from quiz.rules.parts import (
    WEEKDAYS,
    AtLeast,
    Award,
    Board,
    Calendar,
    Clock,
    CountedFirst,
    Document,
    Draw,
    Entry,
    Event,
    Extra,
    Flow,
    Hours,
    Integrity,
    Levels,
    Limit,
    Lock,
    Marking,
    Paper,
    People,
    Person,
    Prize,
    Public,
    Quota,
    Range,
    Section,
    Show,
    SpeedLine,
    SpeedStep,
    Stage,
    Step,
    Streak,
    Term,
    Token,
    Tree,
    Value,
    Window,
)
from quiz.rules.timing import moment_ms

Json = Mapping[str, Any]  # Any: JSON data that the schema has typed
T = TypeVar("T")

TIME_IN_MS = {"ms": 1, "s": 1000}
GRACE_MS = {"attempt": 15_000, "question": 0}  # rules.md, P5


def build(raw: Json) -> Document:
    """Return the document that checked JSON data describes, with every default filled in."""
    zone = raw["timezone"]
    rounding = raw.get("rounding", "half_up")
    people = raw.get("people", {})
    return Document(
        title=raw["title"],
        timezone=zone,
        rounding=rounding,
        people=_people(people, zone),
        units={name: _tree(tree) for name, tree in raw.get("units", {}).items()},
        stages=tuple(_stage(stage, raw) for stage in raw["stages"]),
        boards=_all(raw.get("boards"), lambda board: _board(board, zone)),
        draws=_all(raw.get("draws"), _draw),
        awards=_all(raw.get("awards"), _prize),
        called={name: _word(word) for name, word in raw.get("called", {}).items()},
    )


def number(value: int | str) -> Fraction:
    """Read an integer, a decimal or a fraction: 2, "0.25", "1/3"."""
    return Fraction(value)


def milliseconds(value: int | str) -> int:
    """Read seconds as whole milliseconds: 30, "0.5"."""
    return int(Fraction(value) * 1000)


def minutes(text: str) -> int:
    """Read a time of day as minutes since midnight; "24:00" is 1440."""
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)


def smallest_point(stage: Json, document: Json) -> int | str | None:
    """Return the smallest point stated for a stage: there, on one of its boards, or for the document."""
    stated = [stage.get("point"), *(board.get("point") for board in stage["boards"]), document.get("point")]
    return next((point for point in stated if point is not None), None)


def _all(raw: Any, make: Callable[[Json], T]) -> tuple[T, ...]:
    return tuple(make(each) for each in raw or ())


def _optional(raw: Json, key: str, make: Callable[[Any], T]) -> T | None:
    return make(raw[key]) if key in raw else None


def _word(raw: str | Mapping[str, str]) -> Mapping[str, str]:
    return {"zh": raw} if isinstance(raw, str) else raw


def _people(raw: Json, zone: str) -> People:
    ages = raw.get("ages")
    return People(
        groups=tuple(raw.get("groups", ())),
        ages=None if ages is None else (ages.get("from"), ages.get("to")),
        grades=tuple(raw.get("grades", ())),
        roster_only=raw.get("roster_only", False),
        register_by_ms=_optional(raw, "register_by", lambda text: moment_ms(zone, text)),
        exclude=tuple(raw.get("exclude", ())),
    )


def _tree(raw: Json) -> Tree:
    lock = raw.get("lock")
    return Tree(
        levels=tuple(raw["levels"]),
        required=raw.get("required", False),
        lock=None if lock is None else Lock(lock.get("changes"), lock.get("within_days")),
        points=raw.get("points", "stay"),
        guests=raw.get("guests", "count"),
        enrolled_on=raw.get("enrolled_on"),
    )


def _stage(raw: Json, document: Json) -> Stage:
    zone = document["timezone"]
    point = smallest_point(raw, document)
    return Stage(
        name=raw["name"],
        calendar=_calendar(raw["calendar"], zone),
        paper=_paper(raw["paper"]),
        clock=_clock(raw.get("clock", {})),
        marking=_marking(raw.get("marking", {})),
        flow=_flow(raw.get("flow", {})),
        award=_award(raw.get("award", {})),
        quota=_quota(raw.get("quota", {})),
        person=_person(raw["person"]),
        events={kind: _event(event) for kind, event in raw.get("events", {}).items()},
        order=tuple(raw["order"]),
        places=raw.get("places", "standard"),
        boards=_all(raw["boards"], lambda board: _board(board, zone)),
        draws=_all(raw.get("draws"), _draw),
        awards=_all(raw.get("awards"), _prize),
        integrity=_integrity(raw.get("integrity", {})),
        rounding=document.get("rounding", "half_up"),
        point=number(point if point is not None else 1),
        point_stated=point is not None,
        needs=tuple(raw.get("needs", ())),
    )


def _calendar(raw: Json, zone: str) -> Calendar:
    return Calendar(
        zone=zone,
        opens_ms=moment_ms(zone, raw["opens"]),
        closes_ms=moment_ms(zone, raw["closes"]),
        period=raw.get("period", "none"),
        scenes=tuple(raw.get("scenes", ())),
        day_begins_min=minutes(raw.get("day_begins", "00:00")),
        hours=_all(raw.get("hours"), _hours),
        gaps=_all(
            raw.get("gaps"), lambda gap: Window(moment_ms(zone, gap["opens"]), moment_ms(zone, gap["closes"]))
        ),
        at_close=raw.get("at_close", "finish"),
        after_close=raw.get("after_close", "nothing"),
        week_begins=WEEKDAYS.index(raw.get("week_begins", "mon")),
    )


def _hours(raw: Json) -> Hours:
    days = tuple(WEEKDAYS.index(day) for day in raw.get("days", WEEKDAYS))
    return Hours(days, minutes(raw["from"]), minutes(raw["to"]))


def _paper(raw: Json) -> Paper:
    return Paper(
        sections=_all(raw["sections"], _section),
        draw=raw.get("draw", "random"),
        cover=tuple(raw.get("cover", ())),
        balance=raw.get("balance", False),
        shuffle=tuple(raw.get("shuffle", ("questions", "options"))),
    )


def _section(raw: Json) -> Section:
    return Section(
        count=raw["count"],
        points=number(raw.get("points", 1)),
        kinds=tuple(raw.get("kinds", ())),
        tags={facet: tuple(values) for facet, values in raw.get("tags", {}).items()},
        difficulty=_optional(raw, "difficulty", lambda r: Range(number(r["from"]), number(r["to"]))),
    )


def _clock(raw: Json) -> Clock:
    per_question = _optional(raw, "per_question_s", milliseconds)
    per_attempt = _optional(raw, "per_attempt_s", milliseconds)
    limited = per_question is not None or per_attempt is not None
    grace = GRACE_MS["question" if per_question is not None or not limited else "attempt"]
    return Clock(
        per_question_ms=per_question,
        per_attempt_ms=per_attempt,
        at_least_ms=_optional(raw, "at_least_s", milliseconds),
        time=raw.get("time", "attempt"),
        time_in_ms=TIME_IN_MS[raw.get("time_in", "ms")],
        grace_ms=milliseconds(raw["grace_s"]) if "grace_s" in raw else grace,
        leaving=raw.get("leaving", "nothing"),
        strikes=raw.get("strikes"),
    )


def _marking(raw: Json) -> Marking:
    return Marking(
        wrong=number(raw.get("wrong", 0)),
        blank=number(raw.get("blank", 0)),
        multiple=raw.get("multiple", "all_or_nothing"),
        speed=_optional(raw, "speed", _speed),
        streak=_optional(raw, "streak", lambda r: Streak(number(r["grow"]), r.get("most"))),
        last_right=raw.get("last_right"),
        range=_optional(raw, "range", lambda r: Range(number(r["min"]), number(r["max"]))),
    )


def _speed(raw: Json) -> tuple[SpeedStep, ...] | SpeedLine:
    if "line" in raw:
        line = raw["line"]
        return SpeedLine(number(line["from"]), number(line["to"]), milliseconds(line["over_s"]))
    return tuple(SpeedStep(milliseconds(step["within_s"]), number(step["points"])) for step in raw["steps"])


def _at_least(raw: Json) -> AtLeast:
    ((what, least),) = raw.items()
    return AtLeast(what, number(least))


def _flow(raw: Json) -> Flow:
    show = raw.get("show", {})
    return Flow(
        stop=raw.get("stop", "end"),
        redo=raw.get("redo", "never"),
        layout=raw.get("layout", "one"),
        practice_first=_optional(raw, "practice_first", lambda r: _at_least(r["at_least"])),
        levels=_optional(raw, "levels", _levels),
        duel=_optional(raw, "duel", lambda r: int(r["players"])),
        show=Show(**show),
    )


def _levels(raw: Json) -> Levels:
    return Levels(
        tuple(number(each) for each in raw["pass"]),
        _optional(raw, "failed_gives", number),
        raw.get("again", "failed"),
        raw.get("opens", "when_passed"),
    )


def _award(raw: Json) -> Award:
    steps = _all(raw.get("steps"), lambda step: Step(number(step["at_least"]), number(step["points"])))
    return Award(
        source=raw.get("from", "score"),
        steps=tuple(sorted(steps, key=lambda step: step.at_least, reverse=True)),
        below=number(raw.get("below", 0)),
        each=_optional(raw, "each", number),
        completed=_optional(raw, "completed", number),
        perfect=_optional(raw, "perfect", number),
        tokens=_all(raw.get("tokens"), _token),
        duel=_optional(raw, "duel", lambda r: (number(r["win"]), number(r["draw"]), number(r["loss"]))),
    )


def _token(raw: Json) -> Token:
    return Token(raw["give"], _optional(raw, "at_least", _at_least), raw.get("all_correct", False))


def _limit(raw: Json | None) -> Limit:
    return Limit(**(raw or {}))


def _quota(raw: Json) -> Quota:
    return Quota(
        limit=_limit(raw.get("limit")),
        scenes_per_day=raw.get("scenes_per_day"),
        extra=_all(raw.get("extra"), lambda e: Extra(e["event"], e["adds"], _limit(e.get("cap")))),
    )


def _person(raw: Json) -> Person:
    across = raw.get("across_periods", "sum")
    best_of = None if isinstance(across, str) else across["sum_of_best"]
    return Person(
        counted=_optional(raw, "counted", lambda r: CountedFirst(r["first"], r["of"])),
        within_period=raw.get("within_period", "sum"),
        cap=_limit(raw.get("cap")),
        across_periods=across if isinstance(across, str) else "sum_of_best",
        best_periods=best_of,
    )


def _event(raw: Json) -> Event:
    return Event(number(raw["points"]), _limit(raw.get("cap")), raw.get("counts", "at_finish"))


def _board(raw: Json, zone: str) -> Board:
    return Board(
        name=raw["name"],
        of=raw["of"],
        over=raw.get("over", "stage"),
        each=raw.get("each"),
        order=tuple(raw.get("order", ())),
        value=_optional(raw, "value", _value),
        least_people=raw.get("least_people", 0),
        zero_scorers=raw.get("zero_scorers", "in"),
        top=raw.get("top"),
        pass_at=_optional(raw, "pass_at", number),
        id=raw.get("id"),
        public=_optional(
            raw,
            "public",
            lambda r: Public(
                _optional(r, "from", lambda text: moment_ms(zone, text)), r.get("to", "everybody")
            ),
        ),
        frozen_from_ms=_optional(raw, "frozen_from", lambda text: moment_ms(zone, text)),
        names=raw.get("names", "nickname"),
        least_listed=raw.get("least_listed"),
    )


def _value(raw: Json) -> Value:
    return Value(_all(raw["terms"], _term), raw.get("round"))


def _term(raw: Json) -> Term:
    return Term(
        metric=raw["metric"],
        weight=number(raw["weight"]),
        cap=_optional(raw, "cap", number),
        round=raw.get("round"),
        top=raw.get("top"),
        pass_at=_optional(raw, "pass_at", number),
    )


def _draw(raw: Json) -> Draw:
    return Draw(
        name=raw["name"],
        entries=_all(raw["entries"], _entry),
        cap=_limit(raw.get("cap")),
        wins=_limit(raw.get("wins")),
        prizes=tuple((prize["name"], prize["stock"]) for prize in raw.get("prizes", ())),
        drawn=raw.get("drawn", "at_end"),
        chance=number(raw.get("chance", 1)),
        exclude=tuple(raw.get("exclude", ())),
    )


def _entry(raw: Json) -> Entry:
    return Entry(
        source=raw["for"],
        at_least=_optional(raw, "at_least", _at_least),
        each=_optional(raw, "each", _at_least),
        all_correct=raw.get("all_correct", False),
        kind=raw.get("kind"),
        cap=_limit(raw.get("cap")),
        board=raw.get("board"),
        top=raw.get("top"),
        tokens=tuple(raw.get("tokens", ())),
    )


def _prize(raw: Json) -> Prize:
    return Prize(
        name=raw["name"],
        board=raw.get("board"),
        top=raw.get("top"),
        each=raw.get("each"),
        at_least=_optional(raw, "at_least", _at_least),
        share=_optional(raw, "share", number),
        in_a_row=raw.get("in_a_row"),
        to=raw.get("to"),
        once_only=raw.get("once_only", False),
        wild_cards=raw.get("wild_cards"),
        equal=raw.get("equal", "by_order"),
    )


def _integrity(raw: Json) -> Integrity:
    void = raw.get("void", {})
    return Integrity(
        one_phone=raw.get("one_phone", False),
        shortest_ms=_optional(raw, "shortest_s", milliseconds),
        person_out_takes=raw.get("person_out_takes"),
        quota_back=void.get("quota_back", False),
        entries_withdrawn=void.get("entries_withdrawn", True),
        corrected_key=raw.get("corrected_key", "remark"),
        notice_days=raw.get("notice_days"),
    )
