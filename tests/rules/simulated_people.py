"""Simulated people who play a contest: seeded, at legal and illegal moments, on both sides of boundaries."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from typing import Any

from quiz.rules.document import Document, Stage

SHANGHAI = timezone(timedelta(hours=8))
DAY_MS = 86_400_000
MINUTE_MS = 60_000
PEOPLE = [f"P{n:02}" for n in range(1, 13)]
STRANGER = "X99"  # on no roster, in no unit
Attempt = dict[str, Any]  # Any: a line of attempts.jsonl
Files = dict[str, str]


def files_of(rules: str, document: Document, seed: int) -> Files:
    """Return the files of a case in which simulated people play every stage of a document."""
    chance = random.Random(seed)
    played = [a for stage in document.stages for a in _attempts(stage, chance)]
    attempts = list({(a["person"], a["started_at"]): a for a in played}.values())  # never two at one moment
    events = [e for stage in document.stages for e in _events(stage, chance)]
    return {
        "rules.yaml": rules,
        "people.csv": _table([_person(document, n, name) for n, name in enumerate(PEOPLE)]),
        "units.csv": _table(list(_enrolled(document))),
        "attempts.jsonl": _lines([{"id": n, **a} for n, a in enumerate(attempts, 1)]),
        "events.jsonl": _lines(events),
    }


def shuffled(files: Files, seed: int) -> Files:
    """Return the same files with the lines of people, attempts and events in another order."""
    chance = random.Random(seed)
    mixed = dict(files)
    for name, head in (("people.csv", 1), ("attempts.jsonl", 0), ("events.jsonl", 0)):
        lines = files[name].splitlines()
        body = lines[head:]
        chance.shuffle(body)
        mixed[name] = "\n".join([*lines[:head], *body])
    return mixed


def moment(ms: int) -> str:
    """Return a moment as the files write it."""
    return datetime.fromtimestamp(ms // 1000, UTC).astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M:%S") + (
        f".{ms % 1000:03}+08:00"
    )


def path(document: Document, tree: str, n: int) -> str:
    """Return the path of the n-th person's unit: two branches on every level, every name once in the tree."""
    name, parts = tree, []
    for depth in range(len(document.units[tree].levels)):
        name += "AB"[n >> depth & 1]
        parts.append(name)
    return "/".join(parts)


def _person(document: Document, n: int, name: str) -> dict[str, str]:
    groups = document.people.groups
    row = {"person": name, "group": groups[n % len(groups)] if groups else ""} | _told(document, n)
    for tree, rules in document.units.items():
        stays_out = n % 5 == 4 and not rules.required
        row[tree] = "" if stays_out else path(document, tree, n)
    return row


def _told(document: Document, n: int) -> dict[str, str]:
    """Return what a roster tells of the n-th person, on both sides of what the rules ask for."""
    people, told = document.people, {}
    if people.ages is not None:
        youngest, oldest = people.ages[0] or 0, people.ages[1] or 99
        told["age"] = str((youngest - 1, youngest, oldest, oldest + 1)[n % 4])
    if people.grades:
        told["grade"] = (*people.grades, "别的年级")[n % (len(people.grades) + 1)]
    if people.register_by_ms is not None:
        told["registered_at"] = moment(people.register_by_ms + (-1, 0, -DAY_MS)[n % 3])
    return told


def _enrolled(document: Document) -> Iterator[dict[str, str]]:
    """Every lowest unit has people enrolled on the day of the rules; a later figure must not be used."""
    for tree, rules in document.units.items():
        for unit in sorted({path(document, tree, n) for n in range(len(PEOPLE))}):
            yield {"tree": tree, "unit": unit, "enrolled": "7", "as_of": rules.enrolled_on or "2015-01-01"}
            if rules.enrolled_on is not None:
                yield {"tree": tree, "unit": unit, "enrolled": "9999", "as_of": "2099-01-01"}


def _boundaries(stage: Stage) -> list[int]:
    """Return the moments at which something changes: window, gaps, hours, days and weeks near both ends."""
    calendar = stage.calendar
    first = (calendar.opens_ms + 8 * 3_600_000) // DAY_MS * DAY_MS - 8 * 3_600_000
    days = [first + n * DAY_MS for n in (0, 1, 2, 7, 8)]
    found = [calendar.opens_ms, calendar.closes_ms]
    found += [edge for gap in calendar.gaps for edge in (gap.opens_ms, gap.closes_ms)]
    found += [day + calendar.day_begins_min * MINUTE_MS for day in days]
    found += [day + m * MINUTE_MS for day in days for h in calendar.hours for m in (h.from_min, h.to_min)]
    return sorted(set(found))


def _moments(stage: Stage, chance: random.Random) -> list[int]:
    """Return different moments of one person: some on both sides of boundaries, some on the same days."""
    edges = _boundaries(stage)
    found = {edge + side for edge in chance.sample(edges, min(3, len(edges))) for side in (-1, 0)}
    for one, other in chance.sample(list(pairwise(edges)), min(2, len(edges) - 1)):
        found |= {chance.randrange(one, other) for _ in range(4)}
    return sorted(found)


def _attempts(stage: Stage, chance: random.Random) -> Iterator[Attempt]:
    for person in (*PEOPLE, STRANGER):
        skill = chance.choice((0.3, 0.6, 0.9, 1.0))
        for started in _moments(stage, chance):
            answers = _answers(stage, skill, chance)
            ms = [_taken(stage, chance) for _ in answers]
            yield {
                "person": person,
                "started_at": moment(started),
                "finished_at": moment(started + sum(ms) + chance.choice((0, 1, 3_000))),
                "answers": answers,
                "ms": ms,
                "stage": stage.name,
            } | _scene(stage, chance)


def _answers(stage: Stage, skill: float, chance: random.Random) -> list[str]:
    given = ["R" if chance.random() < skill else chance.choice("WW-") for _ in range(stage.paper.count)]
    if stage.flow.stop == "first_wrong":
        end = next((n for n, answer in enumerate(given, 1) if answer != "R"), len(given))
        return given[:end]
    return given


def _taken(stage: Stage, chance: random.Random) -> int:
    limit = stage.clock.per_question_ms
    if limit is None:
        return chance.randrange(1, 12_000)
    return chance.choice((limit, limit + 1, *(chance.randrange(1, limit) for _ in range(6))))


def _scene(stage: Stage, chance: random.Random) -> dict[str, str]:
    if stage.calendar.period == "scene":
        return {"scene": chance.choice((*stage.calendar.scenes, "没有的场景"))}
    if stage.flow.levels is not None:
        return {"level": str(chance.randrange(1, 4))}
    return {"duel": chance.choice(("win", "draw", "loss"))} if stage.flow.duel is not None else {}


def _events(stage: Stage, chance: random.Random) -> Iterator[dict[str, str]]:
    kinds = [*stage.events, *(extra.event for extra in stage.quota.extra), "没有写的活动"]
    for person in PEOPLE:
        for at in _moments(stage, chance):
            yield {"person": person, "at": moment(at), "kind": chance.choice(kinds)}


def _table(rows: list[dict[str, str]]) -> str:
    if not rows:
        return ""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _lines(rows: list[dict[str, Any]]) -> str:
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
