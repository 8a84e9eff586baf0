"""The whole fold a second time, as naively as rules.md can be read: fractions, datetimes, loops in loops.

It takes the raw document and the raw rows and imports nothing of the engine, so that both must agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta, timezone
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

ZONE = timezone(timedelta(hours=8))
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)  # noqa: UP017  # beside ZONE
MS = timedelta(milliseconds=1)
WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
ROUNDINGS = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN, "down": ROUND_DOWN}
Raw = dict[str, Any]  # Any: JSON, of the document or of a row
F = Fraction


def moment(text: str) -> datetime:
    """Read a moment of the document; 24:00 is the end of that day."""
    day, clock = text.split(" ")
    hour, minute = clock.split(":")[:2]
    return datetime.fromisoformat(day).replace(tzinfo=ZONE) + timedelta(hours=int(hour), minutes=int(minute))


def at(row: Raw, key: str = "started_at") -> datetime:
    """Read a moment of a row."""
    return datetime.fromisoformat(row[key]).astimezone(ZONE)


def ms_of(when: datetime) -> int:
    return (when - EPOCH) // MS


def rounded(value: Fraction, unit: Fraction, how: str) -> Fraction:
    """Round to a multiple of a unit by the decimal module, on a number that lies on the same side."""
    quotient = value / unit
    below = abs(quotient).__floor__()
    rest = abs(quotient) - below
    side = Decimal("0") if rest == 0 else Decimal("0.3") if rest < F(1, 2) else Decimal("0.7")
    side = Decimal("0.5") if rest == F(1, 2) else side
    size = int((Decimal(below) + side).quantize(Decimal("1"), rounding=ROUNDINGS[how]))
    return (size if quotient >= 0 else -size) * unit


class Told:
    """One stage of a case, told naively."""

    def __init__(
        self, document: Raw, people: Sequence[Raw], rows: dict[str, list[Raw]], enrolled: dict[str, int]
    ) -> None:
        self.document, self.stage, self.enrolled = document, document["stages"][0], enrolled
        self.people = {row["person"]: row for row in people}
        self.attempts = sorted(rows["attempts"], key=lambda a: (at(a), a["id"]))
        self.events = sorted(rows["events"], key=lambda e: at(e, "at"))
        self.ledger = sorted(rows["ledger"], key=lambda r: at(r, "at"))
        self.calendar = self.stage["calendar"]
        self.clock = self.stage.get("clock", {})
        self.refused: list[tuple[str, str, str]] = []
        self.results: dict[int, Raw] = {}
        self.told_lines: dict[str | None, dict[str, Raw]] = {}
        self.accepted: list[Raw] = []
        for attempt in self.attempts:
            self.admit(attempt)

    # Calendar

    def day(self, when: datetime) -> str:
        hours, minutes = self.calendar.get("day_begins", "00:00").split(":")
        return (when - timedelta(hours=int(hours), minutes=int(minutes))).date().isoformat()

    def period(self, when: datetime, scene: str = "") -> str:
        kind, day = self.calendar.get("period", "none"), datetime.fromisoformat(self.day(when))
        if kind == "week":
            while WEEKDAYS[day.weekday()] != self.calendar.get("week_begins", "mon"):
                day -= timedelta(days=1)
        if kind == "month":
            day = day.replace(day=1)
        if kind in ("scene", "level"):
            return scene
        return "" if kind == "none" else day.date().isoformat()

    def opens(self) -> datetime:
        return moment(self.calendar["opens"])

    def closes(self) -> datetime:
        return moment(self.calendar["closes"])

    def is_open(self, when: datetime) -> bool:
        if not self.opens() <= when < self.closes():
            return False
        if any(moment(g["opens"]) <= when < moment(g["closes"]) for g in self.calendar.get("gaps", ())):
            return False
        clock = when.strftime("%H:%M")
        hours = self.calendar.get("hours")
        return hours is None or any(
            WEEKDAYS[when.weekday()] in h.get("days", WEEKDAYS) and h["from"] <= clock < h["to"]
            for h in hours
        )

    def edges(self) -> list[datetime]:
        """Every moment at which it may open or close."""
        found = {self.opens(), self.closes()}
        for gap in self.calendar.get("gaps", ()):
            found |= {moment(gap["opens"]), moment(gap["closes"])}
        day = self.opens().replace(hour=0, minute=0)
        while day < self.closes():
            for hours in self.calendar.get("hours", ()):
                found |= {moment(f"{day.date()} {hours[key]}") for key in ("from", "to")}
            day += timedelta(days=1)
        return sorted(found)

    def cut(self, start: datetime) -> datetime:
        """The first moment after a start at which it is not open any more."""
        return next(edge for edge in self.edges() if edge > start and not self.is_open(edge))

    def limit(self, start: datetime) -> datetime | None:
        found = []
        if "per_attempt_s" in self.clock:
            found.append(start + timedelta(seconds=self.clock["per_attempt_s"]))
        if self.calendar.get("at_close") == "cut":
            found.append(self.cut(start))
        return min(found, default=None)

    def grace(self) -> timedelta:
        usual = 15 if "per_attempt_s" in self.clock and "per_question_s" not in self.clock else 0
        return timedelta(seconds=self.clock.get("grace_s", usual))

    # Admission

    def admit(self, attempt: Raw) -> None:
        start, scene = at(attempt), str(attempt.get("scene", attempt.get("level", "")))
        mine = [a for a in self.accepted if a["person"] == attempt["person"]]
        quota = self.stage.get("quota", {})
        back = self.stage.get("integrity", {}).get("void", {}).get("quota_back", False)
        used = [a for a in mine if not (back and (self.is_void(a, start) or self.is_void(a)))]
        reasons = self.reasons(attempt, start, scene, used, quota)
        for code, holds in reasons:
            if holds():
                self.refused.append((attempt["person"], attempt["started_at"], code))
                return
        gate = self.stage.get("flow", {}).get("practice_first")
        if gate is not None and not self.gate_open(attempt, gate["at_least"]):
            return
        self.accepted.append(attempt)

    def gate_open(self, attempt: Raw, least: Raw) -> bool:
        ((what, number),) = least.items()
        for earlier in self.attempts:
            if earlier["person"] != attempt["person"] or (at(earlier), earlier["id"]) >= (
                at(attempt),
                attempt["id"],
            ):
                continue
            if not self.is_open(at(earlier)):
                continue
            result = self.result(earlier)
            if result[what] >= F(number) and result["finish"] <= at(attempt):
                return True
        return False

    def reasons(
        self, attempt: Raw, start: datetime, scene: str, used: list[Raw], quota: Raw
    ) -> list[tuple[str, Callable[[], bool]]]:
        """The reasons to refuse, in the order in which they are looked at."""
        kind = self.calendar.get("period", "none")
        practising = "practice_first" in self.stage.get("flow", {}) and not self.gate_open(
            attempt, self.stage["flow"]["practice_first"]["at_least"]
        )
        found: list[tuple[str, Callable[[], bool]]] = [
            ("closed", lambda: start >= self.closes() or self.never_again(start)),
            ("not_open", lambda: not self.is_open(start)),
        ]
        if practising:
            return found
        levels = self.stage.get("flow", {}).get("levels")
        names = [str(n + 1) for n in range(len(levels["pass"]))] if levels else []
        found += [
            ("invalid", lambda: kind == "scene" and scene not in self.calendar["scenes"]),
            ("invalid", lambda: kind == "level" and scene not in names),
            ("quota", lambda: self.too_many_scenes(start, scene, used, quota)),
            ("level", lambda: levels is not None and not self.level_open(start, scene, used, levels)),
            ("quota", lambda: self.used_up(start, scene, used, quota, attempt["person"])),
            ("too_quick", lambda: self.too_quick(attempt, start)),
        ]
        return found

    def never_again(self, start: datetime) -> bool:
        """Before the close, but there is no open minute any more."""
        if start < self.opens():
            return False
        return not self.is_open(start) and not any(
            self.is_open(edge) for edge in self.edges() if edge > start
        )

    def too_many_scenes(self, start: datetime, scene: str, used: list[Raw], quota: Raw) -> bool:
        today = {str(a.get("scene")) for a in used if self.day(at(a)) == self.day(start)}
        return "scenes_per_day" in quota and scene not in today and len(today) >= quota["scenes_per_day"]

    def level_open(self, start: datetime, level: str, used: list[Raw], levels: Raw) -> bool:
        def passed(name: str) -> bool:
            return any(
                str(a["level"]) == name
                and self.passed(a)
                and self.result(a)["finish"] <= start
                and not self.is_void(a, start)
                for a in used
            )

        if level != "1" and not passed(str(int(level) - 1)):
            return False
        first = datetime.fromisoformat(self.day(self.opens()))
        days = (datetime.fromisoformat(self.day(start)) - first).days + 1
        if levels.get("opens") == "daily" and days < int(level):
            return False
        again = levels.get("again", "failed")
        if again == "never":
            return not any(str(a["level"]) == level for a in used)
        return again == "always" or not passed(level)

    def passed(self, attempt: Raw) -> bool:
        levels = self.stage["flow"]["levels"]
        return self.result(attempt)["score"] >= F(levels["pass"][int(attempt["level"]) - 1])

    def used_up(self, start: datetime, scene: str, used: list[Raw], quota: Raw, person: str) -> bool:
        limit = quota.get("limit", {})
        day, period = self.day(start), self.period(start, scene)
        extra_day = extra_period = extra = 0
        for more in quota.get("extra", ()):
            for event in self.counting(more["event"], more.get("cap", {}), person):
                if at(event, "at") <= start:
                    extra += more["adds"]
                    extra_day += more["adds"] * (self.day(at(event, "at")) == day)
                    extra_period += more["adds"] * (self.period(at(event, "at")) == self.period(start))
        today = [a for a in used if self.day(at(a)) == day]
        this_period = [
            a for a in used if self.period(at(a), str(a.get("scene", a.get("level", "")))) == period
        ]
        return (
            len(today) >= limit.get("per_day", 99) + extra_day
            or len(this_period) >= limit.get("per_period", 99) + extra_period
            or len(used) >= limit.get("total", 99) + extra
        )

    def counting(self, kind: str, cap: Raw, person: str) -> list[Raw]:
        """The events of a kind that a cap lets count: the earlier ones."""
        found: list[Raw] = []
        for event in self.events:
            when = at(event, "at")
            if event["kind"] != kind or event["person"] != person or not self.opens() <= when < self.closes():
                continue
            today = [e for e in found if self.day(at(e, "at")) == self.day(when)]
            here = [e for e in found if self.period(at(e, "at")) == self.period(when)]
            if (
                len(today) < cap.get("per_day", 999)
                and len(here) < cap.get("per_period", 999)
                and len(found) < cap.get("total", 999)
            ):
                found.append(event)
        return found

    def too_quick(self, attempt: Raw, start: datetime) -> bool:
        least, limit, finish = self.clock.get("at_least_s"), self.limit(start), at(attempt, "finished_at")
        return (
            least is not None
            and finish - start < timedelta(seconds=least)
            and (limit is None or finish < limit)
        )

    # Marking

    def result(self, attempt: Raw) -> Raw:
        """What an attempt came to; told once."""
        if attempt["id"] not in self.results:
            self.results[attempt["id"]] = self.told_result(attempt)
        return dict(self.results[attempt["id"]])

    def told_result(self, attempt: Raw) -> Raw:
        """Score, correct, whether all was right, points before corrections, time and finish of an attempt."""
        start, finish, limit = at(attempt), at(attempt, "finished_at"), self.limit(at(attempt))
        answers, ms = self.answers(attempt)
        worth = [F(s.get("points", 1)) for s in self.stage["paper"]["sections"] for _ in range(s["count"])]
        score = self.score(answers, ms, worth)
        correct = sum(a == 1 for a in answers)
        full = correct == len(worth)
        points = self.award(answers, score, correct, len(worth))
        levels = self.stage.get("flow", {}).get("levels", {})
        wanted = [
            F(least) for n, least in enumerate(levels.get("pass", ()), 1) if str(n) == str(attempt["level"])
        ]
        if "failed_gives" in levels and any(score < least for least in wanted):
            points = F(levels["failed_gives"])
        end = finish if limit is None else min(finish, limit)
        time = max(0, (end - start) // MS)
        if self.clock.get("time") == "questions":
            redone = self.stage.get("flow", {}).get("redo") == "until_right"
            time = sum(attempt["ms"] if redone else attempt["ms"][: len(worth)])
        if self.clock.get("time_in") == "s":
            time = time // 1000 * 1000
        return {
            "id": attempt["id"],
            "start": start,
            "finish": end,
            "score": score,
            "correct": correct,
            "full": full,
            "points": points,
            "time": time,
            "day": self.day(start),
            "period": self.period(start, str(attempt.get("scene", attempt.get("level", "")))),
        }

    def answers(self, attempt: Raw) -> tuple[list[Fraction | None], list[int]]:
        """The answers that count, late ones wrong, missing ones blank where the paper goes on to its end."""
        start, limit, grace = at(attempt), self.limit(at(attempt)), self.grace()
        received, given = start, []
        for text, ms in zip(attempt["answers"], attempt["ms"], strict=True):
            received += ms * MS
            right = {"R": F(1), "W": F(0), "-": None}.get(text, F(text) if "/" in text else None)
            late = limit is not None and received > limit + grace
            if "per_question_s" in self.clock:
                late = late or ms * MS > timedelta(seconds=self.clock["per_question_s"]) + grace
            given.append(F(0) if late and right is not None else right)
        flow = self.stage.get("flow", {})
        of = sum(s["count"] for s in self.stage["paper"]["sections"])
        times = list(attempt["ms"])
        if flow.get("redo") == "until_right":
            given, times = redone(given, times, of)
        given, times = given[:of], times[:of]
        if flow.get("stop") == "first_wrong":
            for n, right in enumerate(given):
                if right != 1:
                    return given[: n + 1], times[: n + 1]
        if flow.get("stop", "end") == "end":
            given += [None] * (of - len(given))
            times += [0] * (of - len(times))
        return given, times

    def score(self, answers: list[Fraction | None], ms: list[int], worth: list[Fraction]) -> Fraction:
        rules = self.stage.get("marking", {})
        points: list[Fraction] = []
        row = 0
        for right, taken, own in zip(answers, ms, worth, strict=False):
            row = row + 1 if right == 1 else 0
            if right is None:
                points.append(F(rules.get("blank", 0)))
            elif right == 0 or (right != 1 and rules.get("multiple", "all_or_nothing") == "all_or_nothing"):
                points.append(F(rules.get("wrong", 0)))
            else:
                here = right * self.speed(taken, own)
                if "streak" in rules and row:
                    k = min(row, rules["streak"].get("most", row))
                    here *= 1 + (k - 1) * F(rules["streak"]["grow"])
                points.append(here)
        if len(answers) == len(worth) and answers[-1] == 1:
            if rules.get("last_right") == "double_itself":
                points[-1] *= 2
            if rules.get("last_right") == "double_others":
                points = [*(2 * p for p in points[:-1]), F(0)]
        total = sum(points, F(0))
        if "range" in rules:
            total = min(F(rules["range"]["max"]), max(F(rules["range"]["min"]), total))
        return total

    def speed(self, ms: int, own: Fraction) -> Fraction:
        speed = self.stage.get("marking", {}).get("speed")
        if speed is None:
            return own
        if "line" in speed:
            line, over = speed["line"], speed["line"]["over_s"] * 1000
            share = F(min(ms, over), over)
            return F(line["from"]) + (F(line["to"]) - F(line["from"])) * share
        for step in speed["steps"]:
            if ms <= step["within_s"] * 1000:
                return F(step["points"])
        return F(0)

    def award(self, answers: list[Fraction | None], score: Fraction, correct: int, of: int) -> Fraction:
        rules = self.stage.get("award", {})
        what = F(correct) if rules.get("from") == "correct" else score
        if "steps" in rules:
            reached = [s for s in rules["steps"] if what >= F(s["at_least"])]
            best = max(reached, key=lambda s: F(s["at_least"]), default=None)
            points = F(best["points"]) if best else F(rules.get("below", 0))
        elif "each" in rules:
            points = F(rules["each"]) * what
        else:
            points = F(0) if "completed" in rules else what
        if "completed" in rules and len(answers) == of and None not in answers:
            points += F(rules["completed"])
        if "perfect" in rules and correct == of:
            points += F(rules["perfect"])
        return points

    # Corrections

    def is_out(self, kind: str, name: str, until: datetime | None = None) -> bool:
        out = False
        for row in self.ledger:
            if row.get(kind) == name and (until is None or at(row, "at") <= until):
                out = {"void": True, "disqualify": True, "restore": False}.get(row["do"], out)
        return out

    def is_void(self, attempt: Raw, until: datetime | None = None) -> bool:
        return self.is_out("attempt", str(attempt["id"]), until)

    def corrected(self, kind: str, name: str, points: Fraction) -> Fraction:
        zero, more = False, F(0)
        for row in self.ledger:
            if row.get(kind) == name:
                zero = {"zero": True, "restore": False}.get(row["do"], zero)
                more += F(row["points"]) if row["do"] == "adjust" else 0
                points = F(row["points"]) if row["do"] == "remark" and "points" in row else points
        return F(0) if zero else points + more

    def is_zero(self, person: str) -> bool:
        zero = False
        for row in self.ledger:
            if row.get("person") == person:
                zero = {"zero": True, "restore": False}.get(row["do"], zero)
        return zero

    # People

    def valid(self, person: str) -> list[Raw]:
        """Results of a person's attempts that are not void, in order of their start."""
        found = []
        for attempt in self.accepted:
            if attempt["person"] == person and not self.is_void(attempt):
                result = self.result(attempt)
                result["points"] = self.corrected("attempt", str(attempt["id"]), result["points"])
                if self.is_zero(person):
                    result["points"] = F(0)
                found.append(result)
        return found

    def earned(self, person: str) -> list[Raw]:
        found = []
        for kind, rules in self.stage.get("events", {}).items():
            for event in self.counting(kind, rules.get("cap", {}), person):
                when = at(event, "at")
                points = F(0) if self.is_zero(person) else F(rules["points"])
                found.append({"at": when, "period": self.period(when), "points": points})
        return found

    def lines(self, period: str | None = None) -> dict[str, Raw]:
        if period in self.told_lines:
            return self.told_lines[period]
        found = self.told_lines[period] = {}
        for person in sorted({a["person"] for a in self.accepted} | {e["person"] for e in self.events}):
            line = None if self.is_out("person", person) else self.line(person, period)
            if line is not None:
                found[person] = line
        return found

    def line(self, person: str, period: str | None) -> Raw | None:
        mine = [r for r in self.valid(person) if period is None or r["period"] == period]
        events = [e for e in self.earned(person) if period is None or e["period"] == period]
        if not mine and not events:
            return None
        total, chosen = self.total(self.counted(mine))
        total += sum((e["points"] for e in events), F(0))
        if period is None and not self.is_zero(person):
            total += self.corrected("person", person, F(0))
        starts = [mine[0]["start"]] if mine else [min(e["at"] for e in events)]
        return {
            "total": self.in_points(total),
            "time": sum(r["time"] for r in chosen),
            "reached": ms_of(self.reached(chosen, events)),
            "first_started": ms_of(starts[0]),
            "attempts": len(mine),
            "full": any(r["full"] for r in mine),
        }

    def in_points(self, total: Fraction) -> Fraction:
        point = self.document.get("point")
        return total if point is None else rounded(total, F(point), self.document.get("rounding", "half_up"))

    def counted(self, mine: list[Raw]) -> list[Raw]:
        rule = self.stage["person"].get("counted")
        if rule is None:
            return mine
        return [
            r
            for n, r in enumerate(mine)
            if sum(other[rule["of"]] == r[rule["of"]] for other in mine[:n]) < rule["first"]
        ]

    def total(self, mine: list[Raw]) -> tuple[Fraction, list[Raw]]:
        """The total that attempts make, and the attempts of which it is made."""
        rules = self.stage["person"]
        periods = []
        for name in dict.fromkeys(r["period"] for r in mine):
            inside = [r for r in mine if r["period"] == name]
            chosen = self.within(rules.get("within_period", "sum"), inside)
            if rules.get("within_period") == "mean":
                points = self.at_most(sum((r["points"] for r in chosen), F(0)) / len(chosen), "per_period")
            else:
                points = self.capped(chosen)
            periods.append(
                {
                    "points": points,
                    "chosen": chosen,
                    "time": sum(r["time"] for r in chosen),
                    "end": max(r["finish"] for r in chosen),
                    "last": max((r["start"], r["id"]) for r in inside),
                }
            )
        kept = self.across(rules.get("across_periods", "sum"), periods)
        total = sum((p["points"] for p in kept), F(0))
        if rules.get("across_periods") == "mean" and kept:
            total /= len(kept)
        return self.at_most(total, "total"), [r for p in kept for r in p["chosen"]]

    def within(self, how: str, inside: list[Raw]) -> list[Raw]:
        best = sorted(inside, key=lambda r: (-r["points"], r["time"], r["finish"], r["start"], r["id"]))
        return {"best": best[:1], "last": inside[-1:], "first": inside[:1]}.get(how, inside)

    def across(self, how: Any, periods: list[Raw]) -> list[Raw]:
        best = sorted(periods, key=lambda p: (-p["points"], p["time"], p["end"]))
        if isinstance(how, dict):
            return best[: how["sum_of_best"]]
        latest = sorted(periods, key=lambda p: p["last"])
        return {"best": best[:1], "latest": latest[-1:]}.get(how, periods)

    def at_most(self, points: Fraction, span: str) -> Fraction:
        most = self.stage["person"].get("cap", {}).get(span)
        return points if most is None else min(points, F(most))

    def capped(self, chosen: Iterable[Raw]) -> Fraction:
        found = F(0)
        rows = list(chosen)
        for period in {r["period"] for r in rows}:
            inside = F(0)
            for day in {r["day"] for r in rows if r["period"] == period}:
                today = [r["points"] for r in rows if (r["period"], r["day"]) == (period, day)]
                inside += self.at_most(sum(today, F(0)), "per_day")
            found += self.at_most(inside, "per_period")
        return found

    def reached(self, chosen: list[Raw], events: list[Raw]) -> datetime:
        """The finish of the last attempt, or the last event, that gave points; else the first of them."""
        rules = self.stage["person"]
        gave = [e["at"] for e in events if e["points"]]
        by_finish = sorted(chosen, key=lambda r: (r["finish"], r["id"]))
        if rules.get("within_period") == "mean":
            gave += [r["finish"] for r in by_finish if r["points"]]
        else:
            for n, result in enumerate(by_finish):
                before, after = self.capped(by_finish[:n]), self.capped(by_finish[: n + 1])
                if rules.get("across_periods") != "mean":  # a cap of the mean takes nothing of one attempt
                    before, after = self.at_most(before, "total"), self.at_most(after, "total")
                if after != before:
                    gave.append(result["finish"])
        return max(gave) if gave else min([r["finish"] for r in chosen] + [e["at"] for e in events])

    # Boards

    def board(self, board: Raw) -> Any:
        if board.get("over") != "period":
            return self.divided(board, self.lines())
        periods = {r["period"] for p in self.lines() for r in self.valid(p)}
        return {period: self.divided(board, self.lines(period)) for period in periods}

    def divided(self, board: Raw, lines: dict[str, Raw]) -> Any:
        each = board.get("each")
        if each is None:
            return self.rows(board, lines)
        home: Callable[[str], str] = self.group if each == "group" else lambda who: self.unit(who, each)
        return {
            name: self.rows(board, {p: line for p, line in lines.items() if home(p) == name})
            for name in {home(p) for p in lines} - {""}
        }

    def group(self, person: str) -> str:
        return str(self.people.get(person, {}).get("group", ""))

    def unit(self, person: str, of: str) -> str:
        """The end of the path of a person's unit (names are unique in the generated trees)."""
        tree, level = of.split(".")
        path = str(self.people.get(person, {}).get(tree, ""))
        depth = self.document["units"][tree]["levels"].index(level)
        parts = path.split("/") if path else []
        return parts[depth] if len(parts) > depth else ""

    def rows(self, board: Raw, lines: dict[str, Raw]) -> list[Raw]:
        if board["of"] == "people":
            keyed = [(self.order(line), who, line) for who, line in lines.items()]
            keyed.sort(key=lambda each: each[:2])
            keys = [key for key, _, _ in keyed]
            return [
                {"place": self.place(keys, n), "who": who, **{k: line[k] for k in COMPARED}}
                for n, (_, who, line) in enumerate(keyed)
            ]
        return self.units(board, lines)

    def order(self, line: Raw) -> tuple[Fraction, ...]:
        return tuple(-line["total"] if key == "total" else F(line[key]) for key in self.stage["order"])

    def place(self, keys: list[Any], n: int) -> int:
        style = self.stage.get("places", "standard")
        if style == "ordinal":
            return n + 1
        higher = [key for key in keys if key < keys[n]]
        return 1 + (len(set(higher)) if style == "dense" else len(higher))

    def units(self, board: Raw, lines: dict[str, Raw]) -> list[Raw]:
        tree = board["of"].split(".")[0]
        names = {self.unit(person, board["of"]) for person in lines} - {""}
        found = []
        for name in sorted(names):
            if self.is_out("unit", f"{tree}:{name}"):
                continue
            people = {p: line for p, line in lines.items() if self.unit(p, board["of"]) == name}
            if board.get("zero_scorers") == "out":
                counting = {p: line for p, line in people.items() if line["total"] != 0}
            else:
                counting = people
            if not counting or len(counting) < board.get("least_people", 0):
                continue
            key = self.unit_key(board, name, people, counting)
            if key is not None:
                found.append((tuple(-number for number in key), name, len(counting)))
        found.sort(key=lambda each: each[:2])
        keys = [key for key, _, _ in found]
        return [
            {"place": self.place(keys, n), "who": who, "people": people}
            for n, (_, who, people) in enumerate(found)
        ]

    def unit_key(
        self, board: Raw, name: str, people: dict[str, Raw], counting: dict[str, Raw]
    ) -> tuple[Fraction, ...] | None:
        """The numbers a unit stands by, higher first; None where one is not known."""
        how = self.document.get("rounding", "half_up")
        terms = (
            board["value"]["terms"]
            if "value" in board
            else [{"metric": m, "weight": 1} for m in board["order"]]
        )
        numbers = []
        for term in terms:
            number = self.metric(term, board, name, people, counting)
            if number is None:
                return None
            if "cap" in term:
                number = min(number, F(term["cap"]))
            if "round" in term:
                number = rounded(number, F(1, 10 ** term["round"]), how)
            numbers.append(number)
        if "value" not in board:
            smaller = ("time", "reached", "first_started")
            return tuple(-n if t["metric"] in smaller else n for n, t in zip(numbers, terms, strict=True))
        value = sum((n * F(t["weight"]) for n, t in zip(numbers, terms, strict=True)), F(0))
        if "round" in board["value"]:
            value = rounded(value, F(1, 10 ** board["value"]["round"]), how)
        return (value,)

    def metric(  # noqa: C901  # a list of definitions
        self, term: Raw, board: Raw, name: str, people: dict[str, Raw], counting: dict[str, Raw]
    ) -> Fraction | None:
        totals = sorted((line["total"] for line in counting.values()), reverse=True)
        everybody = sorted((line["total"] for line in people.values()), reverse=True)
        count, total, enrolled = F(len(counting)), sum(totals, F(0)), self.enrolled_in(board["of"], name)
        match term["metric"]:
            case "people":
                return count
            case "attempts":
                return F(sum(line["attempts"] for line in counting.values()))
            case "scorers":
                return F(sum(line["total"] != 0 for line in people.values()))
            case "sum" | "total":
                return total
            case "mean":
                return total / count
            case "enrolled":
                return None if enrolled is None else F(enrolled)
            case "mean_per_enrolled":
                return total / enrolled if enrolled else None
            case "participation_rate":
                return 100 * count / enrolled if enrolled else None
            case "child_units_rate":
                return self.children_rate(board["of"], name, counting)
            case "pass_rate":
                least = F(term.get("pass_at", board.get("pass_at", 0)))
                return 100 * F(sum(t >= least for t in totals)) / count
            case "full_mark_rate":
                return 100 * F(sum(line["full"] for line in counting.values())) / count
            case "best":
                return everybody[0]
            case "top_sum":
                return sum(everybody[: term.get("top", board.get("top"))], F(0))
            case "group_best_sum":
                groups = {self.group(p) for p in people} - {""}
                return sum(
                    (max(li["total"] for p, li in people.items() if self.group(p) == g) for g in groups), F(0)
                )
            case "time":
                return F(sum(line["time"] for line in counting.values()))
            case "first_started":
                return F(min(line["first_started"] for line in counting.values()))
            case "reached":
                with_points = [line["reached"] for line in counting.values() if line["total"] != 0]
                return F(max(with_points) if with_points else min(li["reached"] for li in counting.values()))
        raise ValueError(term["metric"])

    def below(self, of: str, name: str) -> set[str]:
        """The units of the next level that are in a unit."""
        tree, level = of.split(".")
        levels = self.document["units"][tree]["levels"]
        depth = levels.index(level)
        paths = [str(row.get(tree, "")).split("/") for row in self.people.values()]
        return {parts[depth + 1] for parts in paths if len(parts) > depth + 1 and parts[depth] == name}

    def enrolled_in(self, of: str, name: str) -> int | None:
        if name in self.enrolled:
            return self.enrolled[name]
        tree, level = of.split(".")
        levels = self.document["units"][tree]["levels"]
        if levels[-1] == level:
            return None
        below = self.below(of, name)
        if not below or any(child not in self.enrolled for child in below):
            return None
        return sum(self.enrolled[child] for child in below)

    def children_rate(self, of: str, name: str, counting: dict[str, Raw]) -> Fraction | None:
        tree, level = of.split(".")
        levels = self.document["units"][tree]["levels"]
        below = self.below(of, name)
        if not below:
            return None
        of_children = f"{tree}.{levels[levels.index(level) + 1]}"
        joined = {self.unit(p, of_children) for p in counting} - {""}
        return F(100 * len(joined), len(below))

    # Draws

    def entries(self, draw: Raw) -> dict[str, int]:
        found = {}
        lines = self.lines()
        kinds = [entry["kind"] for entry in draw["entries"] if entry["for"] == "event"]
        with_events = {event["person"] for event in self.events if event["kind"] in kinds}
        with_attempts = {attempt["person"] for attempt in self.accepted}  # also void ones
        for person in sorted({*lines, *with_events, *with_attempts}):
            if self.is_out("person", person):
                continue
            if self.group(person) and self.group(person) in draw.get("exclude", ()):
                continue
            earned = [one for entry in draw["entries"] for one in self.from_source(entry, person, lines)]
            earned.sort(key=lambda one: one[0])
            number = sum(self.within_cap(draw.get("cap", {}), earned))
            if number:
                found[person] = number
        return found

    def from_source(self, entry: Raw, person: str, lines: dict[str, Raw]) -> list[tuple[str, str, int]]:
        tries, total = self.tries(person), lines[person]["total"] if person in lines else F(0)
        found: list[tuple[str, str, int]] = []
        match entry["for"]:
            case "attempt":
                for one in tries:
                    if not entry.get("all_correct") or one["full"]:
                        found.append((one["day"], one["period"], self.of_attempt(entry, one, total)))
            case "event":
                for event in self.counting(entry["kind"], {}, person):
                    when = at(event, "at")
                    found.append((self.day(when), self.period(when), 1))
            case "place":
                board = next(b for b in self.stage["boards"] if b["name"] == entry["board"])
                tables = self.board(board)
                while isinstance(tables, dict):
                    tables = flat(tables)
                found += [
                    ("", "", 1) for row in tables if row["who"] == person and row["place"] <= entry["top"]
                ]
            case "collection":
                return self.collection(entry, tries, total)
        kept = self.within_cap(entry.get("cap", {}), found)
        return [(day, period, number) for (day, period, _), number in zip(found, kept, strict=True)]

    def tries(self, person: str) -> list[Raw]:
        withdrawn = self.stage.get("integrity", {}).get("void", {}).get("entries_withdrawn", True)
        mine = [a for a in self.accepted if a["person"] == person]
        return [self.result(a) for a in mine if not (withdrawn and self.is_void(a))]

    def of_attempt(self, entry: Raw, one: Raw, total: Fraction) -> int:
        if "at_least" in entry:
            ((what, least),) = entry["at_least"].items()
            if {**one, "total": total}[what] < F(least):
                return 0
        if "each" in entry:
            ((what, each),) = entry["each"].items()
            return max(0, int({**one, "total": total}[what] // F(each)))
        return 1

    def collection(self, entry: Raw, tries: list[Raw], total: Fraction) -> list[tuple[str, str, int]]:
        had = []
        for token in self.stage.get("award", {}).get("tokens", ()):
            for one in tries:
                if (not token.get("all_correct") or one["full"]) and self.of_attempt(
                    {"at_least": token["at_least"]} if "at_least" in token else {}, one, total
                ):
                    had.append(token["give"])
        sets = 0
        while all(had.count(name) >= (sets + 1) * entry["tokens"].count(name) for name in entry["tokens"]):
            sets += 1
        return [("", "", sets)]

    def within_cap(self, cap: Raw, earned: list[tuple[str, str, int]]) -> list[int]:
        """How many of each are within a cap, the earlier first; what belongs to no day has no daily cap."""
        kept: list[int] = []
        for n, (day, period, number) in enumerate(earned):
            before = list(zip(earned[:n], kept, strict=True))
            room = [number]
            if "total" in cap:
                room.append(cap["total"] - sum(k for _, k in before))
            if "per_day" in cap and day:
                room.append(cap["per_day"] - sum(k for one, k in before if one[0] == day))
            if "per_period" in cap and day:
                room.append(cap["per_period"] - sum(k for one, k in before if one[0] and one[1] == period))
            kept.append(max(0, min(room)))
        return kept


COMPARED = ("total", "time", "reached", "first_started", "attempts")


def flat(tables: dict[str, Any]) -> Any:
    """Put the rows of a divided board side by side, one level less deep."""
    parts = list(tables.values())
    if parts and isinstance(parts[0], dict):
        return {f"{n}/{name}": rows for n, part in enumerate(parts) for name, rows in part.items()}
    return [row for rows in parts for row in rows]


def redone(given: list[Fraction | None], ms: list[int], of: int) -> tuple[list[Fraction | None], list[int]]:
    """The last answer to each question where what is not right comes again, round by round."""
    found, times = given[:of], ms[:of]
    rest = list(zip(given[of:], ms[of:], strict=True))
    while rest:
        wrong = [n for n, right in enumerate(found) if right != 1]
        if not wrong:
            break
        for n in wrong:
            if rest:
                found[n], times[n] = rest.pop(0)
    return found, times
