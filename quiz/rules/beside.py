"""What a case tells beside its first notation: moves, confirmed lists, what answers were to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from quiz.rules.instants import instant_ms


@dataclass(frozen=True, slots=True)
class MoveRow:
    """Since when a person belongs to a unit of a tree, in the order in which it was written down."""

    person: str
    tree: str
    unit: str  # its path
    since: str  # as in the file
    since_ms: int
    because: str = ""  # a correction of the organizer, which is no change of the person's


@dataclass(frozen=True, slots=True)
class ListRow:
    """Who had an award on an occasion when the list was confirmed."""

    at_ms: int
    stage: str
    award: str
    period: str  # "" at the end
    who: frozenset[str]


class Sheet(NamedTuple):
    """Which questions the answers of an attempt were to, and which options were chosen.

    "AC"; of a question with places what stands in each, () where nothing does.
    """

    questions: tuple[str, ...]
    chosen: tuple[str | tuple[str, ...], ...]


def move(_line: int, row: Mapping[str, str]) -> MoveRow:
    """Read a line of moves.csv."""
    since, because = row["since"], row.get("because", "")
    return MoveRow(row["person"], row["tree"], row["unit"], since, instant_ms(since), because)


def list_of(_line: int, row: Mapping[str, Any]) -> ListRow:
    """Read a line of confirmed.jsonl."""
    who = frozenset(map(str, row["who"]))
    return ListRow(instant_ms(row["at"]), str(row["stage"]), row["award"], row.get("period", ""), who)


def published(_line: int, row: Mapping[str, Any]) -> int:
    """Return from about.json when the rules were first published."""
    return instant_ms(row["published_at"])


def sheet(row: Mapping[str, Any], count: int) -> Sheet:
    """Read what the answers of an attempt were to; raises ValueError."""
    found = Sheet(tuple(map(str, row["questions"])), tuple(map(_chosen, row["chosen"])))
    if len(found.chosen) != count or len(found.questions) > count:
        raise ValueError("questions, chosen")
    return found


def _chosen(written: Any) -> str | tuple[str, ...]:  # Any: JSON
    return tuple(map(str, written)) if isinstance(written, list) else str(written)
