"""What a contest may draw of a bank: its regions, the day its questions must hold, whether sealed ones."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from question_bank.bounds import REGION
from quiz.rules.parts import Document


def regions(document: Document) -> frozenset[str]:
    """Return the regions that a document names: in the tags of any section."""
    return frozenset(
        region
        for stage in document.stages
        for section in stage.paper.sections
        for region in section.tags.get(REGION, ())
    )


def last_day(document: Document, kind: str, now_ms: int) -> str:
    """Return the day on which a question must still hold, as an ISO date of the document's zone.

    A contest asks until it closes. A practice may run for years: it wants what holds when it is published.
    """
    closes_ms = max(stage.calendar.closes_ms for stage in document.stages)
    ms = max(now_ms, closes_ms - 1) if kind == "contest" else now_ms
    return datetime.fromtimestamp(ms / 1000, UTC).astimezone(ZoneInfo(document.timezone)).date().isoformat()


def asks_sealed(document: Document, kind: str) -> bool:
    """Return whether questions kept back for a contest may be in it: never in anything that is practised."""
    return kind == "contest" and all(stage.flow.practice_first is None for stage in document.stages)
