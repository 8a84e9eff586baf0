"""Which questions have a tag, kept in memory: counting under any filter would cost SQL a tenth of a second.

Kept is what `question_tag` says; who asks first brings it up to date with the versions written since.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import nsmallest
from itertools import compress

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session

from quiz.models.bank import Question as QuestionRow
from quiz.models.bank import QuestionTag, QuestionVersion
from quiz.models.base import plain_rows

KIND, DIFFICULTY = "\0kind", "\0difficulty"  # counted like facets; no facet of a file holds NUL
MOST_VALUES = 200  # of a facet that are told; the search finds the others by their words
NOBODY = 0  # owns what a question had before it was changed
Tag = tuple[str, str]  # facet, value
Counts = Mapping[str, Sequence[tuple[str, int]]]  # facet → values and in how many questions, the most first


@dataclass
class Tagged:
    """Which question has which tag, as of the last version that was written: a long list of pairs."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    tags: list[Tag] = field(default_factory=list)
    numbers: dict[Tag, int] = field(default_factory=dict)  # where each stands in `tags`
    owners: list[int] = field(default_factory=list)  # question of each pair
    owned: list[int] = field(default_factory=list)  # and the number of its tag
    places: dict[int, list[int]] = field(default_factory=dict)  # question → where its pairs stand
    newest: int = 0  # version
    versions: int = 0  # how many there were

    def counted(self, session: Session, question_ids: Iterable[int]) -> Counts:
        """Return, by facet, the most frequent values among some questions and in how many of them."""
        with self.lock:
            self._refresh(session)
            is_in = bytearray(max(self.places, default=0) + 1)
            for each in question_ids:
                if each < len(is_in):
                    is_in[each] = 1
            counts = Counter(compress(self.owned, map(is_in.__getitem__, self.owners)))
            found: dict[str, list[tuple[int, str]]] = {}
            for number, count in counts.items():
                facet, value = self.tags[number]
                found.setdefault(facet, []).append((-count, value))
        return {
            facet: [(value, -less) for less, value in nsmallest(MOST_VALUES, values)]
            for facet, values in sorted(found.items())
        }

    def _refresh(self, session: Session) -> None:
        newest, count, since = session.execute(
            select(
                func.coalesce(func.max(QuestionVersion.id), 0),
                func.count(),
                func.count().filter(QuestionVersion.id > self.newest),
            )
        ).one()
        if count - since != self.versions:  # some were deleted, or committed later than they were numbered
            self.owners, self.owned, self.places = [], [], {}
            self._read(session, true())
        elif since:
            self._read(session, QuestionRow.newest_id > self.newest)
        self.newest, self.versions = newest, count

    def _read(self, session: Session, which: ColumnElement[bool]) -> None:
        rows = select(QuestionRow.id, QuestionRow.kind, QuestionRow.difficulty).where(which)
        tags = select(QuestionTag.question_id, QuestionTag.facet, QuestionTag.value)
        held = plain_rows(
            session, tags.join(QuestionRow, QuestionRow.id == QuestionTag.question_id).where(which)
        )
        for question_id, kind, difficulty in plain_rows(session, rows):
            for place in self.places.get(question_id, ()):
                self.owners[place] = NOBODY
            self.places[question_id] = []
            self._put(question_id, (KIND, kind))
            self._put(question_id, (DIFFICULTY, difficulty or ""))
        for question_id, facet, value in held:
            if question_id in self.places:
                self._put(question_id, (facet, value))

    def _put(self, question_id: int, tag: Tag) -> None:
        number = self.numbers.setdefault(tag, len(self.tags))
        if number == len(self.tags):
            self.tags.append(tag)
        self.places[question_id].append(len(self.owners))
        self.owners.append(question_id)
        self.owned.append(number)
