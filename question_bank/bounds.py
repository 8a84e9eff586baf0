"""Where and until when a question may be asked: three facets that say it in every file format."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date

REGION = "region"  # facet: the question is local, only contests that name one of its regions ask it
VALID_UNTIL = "valid_until"  # facet: the last day on which it holds
WRITTEN = re.compile(r"(\d{4})(?:-|/|\.|年)(\d{1,2})(?:-|/|\.|月)(\d{1,2})日?(?:[ T]00:00:00)?")

Tags = Mapping[str, Sequence[str]]


def valid_until(tags: Tags) -> str | None:
    """Return the last day on which a question holds as an ISO date, None: without end.

    Raises ValueError for what is no date, and for more than one.
    """
    written = tags.get(VALID_UNTIL, ())
    if not written:
        return None
    found = WRITTEN.fullmatch(written[0].strip()) if len(written) == 1 else None
    try:
        year, month, day = map(int, found.groups() if found else ())
        return date(year, month, day).isoformat()
    except ValueError as error:
        raise ValueError("、".join(written)) from error


def may_be_asked_in(tags: Tags, regions: frozenset[str]) -> bool:
    """Return whether a question may be asked where these regions are named; one that is not local may."""
    local = tags.get(REGION, ())
    return not local or not regions.isdisjoint(local)


def tagged(tags: Tags, facet: str, value: str) -> dict[str, tuple[str, ...]]:
    """Return tags with one more; a question has one last day, so that another takes its place."""
    held = tuple(tags.get(facet, ())) if facet != VALID_UNTIL else ()
    more = tuple(dict.fromkeys((*held, value)))
    return {**{each: tuple(values) for each, values in tags.items()}, facet: more}
