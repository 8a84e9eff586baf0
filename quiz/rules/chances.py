"""What people's attempts and events bring them: entries in draws, prizes for reaching a threshold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from quiz.rules import draws, timing
from quiz.rules.across import Across
from quiz.rules.awards import longest_row
from quiz.rules.limits import Dated
from quiz.rules.parts import AtLeast, Draw, Prize
from quiz.rules.record import Record

Places = Mapping[str, Mapping[str, Sequence[int]]]  # board → who → places, one for each of its periods


@dataclass
class Brought:
    """What people's attempts and events bring; it can be carried from one process to another."""

    entries: dict[str, dict[str, int]] = field(
        default_factory=dict
    )  # draw → person; without those for places
    reaching: dict[str, list[str]] = field(default_factory=dict)  # prize → who reached its threshold

    def add(self, other: Brought) -> None:
        """Take in what others' bring them."""
        for draw, entries in other.entries.items():
            self.entries.setdefault(draw, {}).update(entries)
        for prize, people in other.reaching.items():
            self.reaching.setdefault(prize, []).extend(people)


def brought(record: Record | Across) -> Brought:
    """Return what everybody's attempts and events bring them in a stage, or in all of them."""
    stage = record.stage
    found = Brought({draw.name: {} for draw in stage.draws})
    for draw in stage.draws:
        for person in drawing(record, draw):
            number = draws.apart_from_places(draw, stage.award, entrant(record, person))
            if number:
                found.entries[draw.name][person] = number
    for prize in stage.awards:
        if prize.at_least is not None:
            found.reaching[prize.name] = reaching(record, prize.at_least, prize)
    return found


def drawing(record: Record | Across, draw: Draw) -> list[str]:
    """Return who may take part in a draw, in order."""
    kinds = {entry.kind for entry in draw.entries if entry.kind is not None}
    more = record.people_of_events(kinds) if kinds else []
    if not record.stage.integrity.entries_withdrawn:
        more += record.people_of_tries()  # also of who has nothing but void attempts
    people = sorted({*record.people(), *more}) if more else record.people()
    shut_out = set(draw.exclude)
    return [person for person in people if not shut_out & set(record.groups(person))] if shut_out else people


def entrant(record: Record | Across, person: str, places: Places | None = None) -> draws.Entrant:
    """Return what a person has that may earn entries."""
    events: dict[str, list[Dated]] = {}
    for event in record.events_of(person):
        events.setdefault(event.kind, []).append(record.dated(event))
    own = {board: rows[person] for board, rows in (places or {}).items() if person in rows}
    tries = record.tries(person, with_void=not record.stage.integrity.entries_withdrawn)
    return draws.Entrant(tries, events, own, record.total(person))


def reaching(record: Record | Across, least: AtLeast, prize: Prize) -> list[str]:
    """Return everybody who reached a threshold: in an attempt, with their total, or so often in a row."""
    return [who for who in record.people() if _reaches(record, least, prize.in_a_row or 1, who)]


def _reaches(record: Record | Across, least: AtLeast, in_a_row: int, person: str) -> bool:
    stage = record.stage
    entrant = draws.Entrant(record.tries(person), {}, {}, record.total(person))
    if in_a_row == 1 and least.what == "total":
        return entrant.total >= least.number  # points of events reach it too
    reached: dict[str | int, bool] = {}
    for n, each in enumerate(entrant.tries):
        span = each.period if stage.calendar.period != "none" else n  # else attempts follow each other
        reached[span] = reached.get(span, False) or draws.reaches(least, each, entrant)
    return longest_row(timing.in_a_row(stage, reached)) >= in_a_row
