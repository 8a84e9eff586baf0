"""The rules told a second time, as simply as possible: who may play, what an attempt and a person come to.

Nothing here is taken from the engine but the parts of the document, so that both must agree.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any, NamedTuple

from quiz.rules.document import Document, Stage
from tests.rules.simulated_people import SHANGHAI

Row = dict[str, Any]  # Any: a line of attempts.jsonl or events.jsonl
MS = timedelta(milliseconds=1)


def may_take_part(
    document: Document, stage: Stage, attempts: Sequence[Row], roster: Sequence[Row]
) -> set[str]:
    """Return who may take part at all, by the roster and what it tells of people."""
    people, told = document.people, {row["person"]: row for row in roster}
    found = set() if people.roster_only else {a["person"] for a in attempts} - set(told)
    for who, row in told.items():
        least, most = people.ages or (None, None)
        if (
            (least or 0) <= int(row.get("age", least or 0)) <= (most or 999)
            and row.get("grade") in (*people.grades, None)
            and row.get("group") not in people.exclude
            and (people.register_by_ms is None or registered(row) < moment(people.register_by_ms))
        ):
            found.add(who)
    needed = [*stage.needs, *(name for name, tree in document.units.items() if tree.required)]
    return {who for who in found if all(told.get(who, {}).get(tree) for tree in needed)}


def registered(row: Row) -> datetime:
    """Return when a person signed up."""
    return datetime.fromisoformat(row["registered_at"])


def may_be_played(stage: Stage, attempts: Sequence[Row], people: set[str]) -> list[Row]:
    """Return the attempts that may start, by the calendar, the scene, the quota and who may take part."""
    accepted: list[Row] = []
    for attempt in sorted(attempts, key=lambda a: (a["started_at"], a["id"])):
        mine = [a for a in accepted if a["person"] == attempt["person"]]
        today = [a for a in mine if day(stage, a) == day(stage, attempt)]
        this_period = [a for a in mine if period(stage, a) == period(stage, attempt)]
        limit, scenes = stage.quota.limit, {a.get("scene") for a in today} | {attempt.get("scene")}
        if (
            is_open(stage, started(attempt))
            and attempt["person"] in people
            and (stage.calendar.period != "scene" or attempt["scene"] in stage.calendar.scenes)
            and len(today) < (limit.per_day or 999)
            and len(this_period) < (limit.per_period or 999)
            and len(mine) < (limit.total or 999)
            and len(scenes) <= (stage.quota.scenes_per_day or 999)
        ):
            accepted.append(attempt)
    return accepted


def is_open(stage: Stage, at: datetime) -> bool:
    """Return whether an attempt may start at a moment."""
    calendar = stage.calendar
    minute = at.hour * 60 + at.minute
    in_hours = [at.weekday() in h.days and h.from_min <= minute < h.to_min for h in calendar.hours]
    return moment(calendar.opens_ms) <= at < moment(calendar.closes_ms) and (any(in_hours) or not in_hours)


def moment(ms: int) -> datetime:
    """Return milliseconds since 1970 as a moment."""
    return datetime(1970, 1, 1, tzinfo=UTC) + ms * MS


def started(row: Row) -> datetime:
    """Return when an attempt started or an event happened."""
    return datetime.fromisoformat(row.get("started_at") or row["at"]).astimezone(SHANGHAI)


def day(stage: Stage, row: Row) -> str:
    """Return the day of the start."""
    return (started(row) - timedelta(minutes=stage.calendar.day_begins_min)).date().isoformat()


def period(stage: Stage, row: Row) -> str:
    """Return a name of the period of the start."""
    at = started(row)
    match stage.calendar.period:
        case "day":
            return day(stage, row)
        case "week":
            return str(at.isocalendar()[:2])
        case "month":
            return f"{at:%Y-%m}"
        case "scene" | "level":
            return str(row.get("scene", ""))
    return ""


def ends(stage: Stage, attempt: Row) -> datetime | None:
    """Return the last moment of an attempt."""
    found = []
    if stage.clock.per_attempt_ms is not None:
        found.append(started(attempt) + stage.clock.per_attempt_ms * MS)
    if stage.calendar.at_close == "cut":
        found.append(moment(stage.calendar.closes_ms))
    return min(found, default=None)


def answers_in_time(stage: Stage, attempt: Row) -> list[str]:
    """Return R, W or - for every question: what came too late is wrong, what never came is blank."""
    clock, at, end = stage.clock, started(attempt), ends(stage, attempt)
    grace = timedelta(seconds=15 if clock.per_attempt_ms and not clock.per_question_ms else 0)
    found = []
    for answer, ms in zip(attempt["answers"], attempt["ms"], strict=True):
        at += ms * MS
        late = (end is not None and at > end + grace) or ms > (clock.per_question_ms or ms)
        found.append("W" if late and answer != "-" else answer)
    return found + ["-"] * (stage.paper.count - len(found))


def points_of(stage: Stage, attempt: Row) -> Fraction:
    """Return what an attempt is worth."""
    answers, award = answers_in_time(stage, attempt), stage.award
    given = points_of_answers(stage, answers, attempt["ms"])
    score = sum(given, Fraction(0))
    if stage.marking.range is not None:
        score = min(max(score, stage.marking.range.least), stage.marking.range.most)
    reached = Fraction(answers[: len(given)].count("R")) if award.source == "correct" else score
    if award.steps:
        points = max(
            (s for s in award.steps if reached >= s.at_least), key=lambda s: s.at_least, default=None
        )
        worth = award.below if points is None else points.points
    elif award.each is not None:
        worth = award.each * reached
    else:
        worth = reached if award.completed is None else Fraction(0)
    worth += award.completed or 0 if "-" not in answers else 0
    return worth + (award.perfect or 0 if set(answers) == {"R"} else 0)


def points_of_answers(stage: Stage, answers: Sequence[str], ms: Sequence[int]) -> list[Fraction]:
    """Return the points of each answer up to the end of the attempt."""
    marking, row = stage.marking, 0
    worth = [section.points for section in stage.paper.sections for _ in range(section.count)]
    given: list[Fraction] = []
    for n, answer in enumerate(answers):
        row = row + 1 if answer == "R" else 0
        points = worth[n]
        if isinstance(marking.speed, tuple) and n < len(ms):
            points = next((s.points for s in marking.speed if ms[n] <= s.within_ms), Fraction(0))
        if marking.streak is not None:
            points *= 1 + (row - 1) * marking.streak.grow
        given.append({"R": points, "W": marking.wrong, "-": marking.blank}[answer])
        if stage.flow.stop == "first_wrong" and answer != "R":
            return given
    if marking.last_right == "double_others" and answers[-1] == "R":
        return [*(2 * points for points in given[:-1]), Fraction(0)]
    return given


class Tried(NamedTuple):
    """An accepted attempt, or a period, with what decides between them: the smaller is the better."""

    minus_points: Fraction
    time_ms: int
    finished: datetime


def tried(stage: Stage, attempt: Row) -> Tried:
    """Return what an attempt came to."""
    end, finished = ends(stage, attempt), datetime.fromisoformat(attempt["finished_at"])
    finished = finished if end is None else min(finished, end)
    taken = sum(attempt["ms"]) if stage.clock.time == "questions" else (finished - started(attempt)) // MS
    return Tried(-points_of(stage, attempt), taken - taken % stage.clock.time_in_ms, finished)


def together(tries: Sequence[Tried]) -> Tried:
    """Return several as one."""
    return Tried(
        sum((t.minus_points for t in tries), Fraction(0)),
        sum(t.time_ms for t in tries),
        max(t.finished for t in tries),
    )


def total_and_time(stage: Stage, attempts: Sequence[Row], events: Sequence[Row]) -> tuple[Fraction, int]:
    """Return a person's total and time from their accepted attempts and their events."""
    periods: dict[str, list[Row]] = defaultdict(list)
    seen: dict[str, int] = defaultdict(int)
    for attempt in sorted(attempts, key=lambda a: a["started_at"]):
        seen[day(stage, attempt)] += 1
        if stage.person.counted is None or seen[day(stage, attempt)] <= stage.person.counted.first:
            periods[period(stage, attempt)].append(attempt)
    found = [of_period(stage, each) for each in periods.values()]
    if found and stage.person.across_periods == "best":
        found = [min(found)]
    both = together(found) if found else Tried(Fraction(0), 0, moment(0))
    return of_events(stage, events) - both.minus_points, both.time_ms


def of_period(stage: Stage, attempts: Sequence[Row]) -> Tried:
    """Return what a person's attempts of one period come to, at most so much a day."""
    tries = [tried(stage, attempt) for attempt in attempts]
    match stage.person.within_period:
        case "best":
            return min(tries)
        case "first":
            return tries[0]
    days: dict[str, Fraction] = defaultdict(Fraction)
    for attempt, each in zip(attempts, tries, strict=True):
        days[day(stage, attempt)] -= each.minus_points
    most = stage.person.cap.per_day
    points = sum((p if most is None else min(p, Fraction(most)) for p in days.values()), Fraction(0))
    return together(tries)._replace(minus_points=-points)


def of_events(stage: Stage, events: Sequence[Row]) -> Fraction:
    """Return the points of a person's events inside the stage, within their caps."""
    found = Fraction(0)
    used: dict[tuple[str, str], int] = defaultdict(int)
    for event in sorted(events, key=lambda e: e["at"]):
        kind = stage.events.get(event["kind"])
        if kind is None or not moment(stage.calendar.opens_ms) <= started(event) < moment(
            stage.calendar.closes_ms
        ):
            continue
        spans = {day(stage, event): kind.cap.per_day, "total": kind.cap.total}
        if all(used[event["kind"], span] < (most or 999) for span, most in spans.items()):
            found += kind.points
            for span in spans:
                used[event["kind"], span] += 1
    return found
