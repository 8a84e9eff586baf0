"""The catalogue of the bank, kept in the process and brought up to date with what was written since.

Every writer raises the number of the bank in its own transaction (`versions.raise_number`) and marks with it
what it changed; who reads compares numbers and reads the marked rows only.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from question_bank.catalogue import DIFFICULTY, KIND, SEALED, STATE, Catalogue, Entry, Mask, Tag
from quiz.models.bank import DRAFT, IN_REVIEW, READY, BankState, Import, QuestionTag, QuestionVersion
from quiz.models.bank import Question as QuestionRow
from quiz.models.base import plain_rows
from quiz.models.quality import QuestionFigures
from quiz.services.measured import newest

RETIRED = "retired"
FIGURES = ("facility", "discrimination", "seen")
NOTHING_READ = -1  # lower than any number of the bank


class Shown(NamedTuple):
    """A catalogue and which of its rows there are for others: those of imports that are visible."""

    catalogue: Catalogue
    rows: Mask


@dataclass
class Catalogued:
    """What this process knows of the bank, as of a number of it."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    shown: Shown = field(default_factory=lambda: Shown(Catalogue.empty(), np.zeros(0, np.bool_)))
    number: int = NOTHING_READ
    figures: Figures | None = None

    def current(self, session: Session) -> Shown:
        """Return the catalogue as it is by now."""
        with self.lock:
            number, deleted = session.execute(select(BankState.number, BankState.deleted)).one()
            if number > self.number:
                catalogue = _read(session, self.shown.catalogue, self.number, deleted > self.number)
                visible = session.scalars(select(Import.id).where(Import.state == "visible")).all()
                self.shown, self.number = Shown(catalogue, catalogue.of_imports(visible)), number
            return self.shown

    def keep_ready(self, session: Session) -> None:
        """Read what was written since, so that nobody at the desk waits for it."""
        self.current(session).catalogue.prepare()

    def proved(self, session: Session, catalogue: Catalogue) -> Figures:
        """Return what the newest analysis found of each row."""
        analysis_id = session.scalar(select(newest()))
        with self.lock:
            if self.figures is None or (self.figures.analysis_id, self.figures.of) != (
                analysis_id,
                catalogue,
            ):
                self.figures = _figures(session, catalogue, analysis_id)
            return self.figures


@dataclass(frozen=True)
class Figures:
    """What an analysis found of the rows of a catalogue; NaN and no flags where nothing."""

    analysis_id: int | None
    of: Catalogue
    values: Mapping[str, NDArray[np.float64]]  # by FIGURES
    flags: Mapping[int, str]  # row → names between spaces

    def flagged(self, flag: str) -> Mask:
        """Return on which rows a flag stands."""
        found = np.zeros(len(self.of.ids), np.bool_)
        found[[row for row, flags in self.flags.items() if f" {flag} " in flags]] = True
        return found


def _read(session: Session, known: Catalogue, since: int, with_deleted: bool) -> Catalogue:
    marked = QuestionRow.changed > since
    tags: dict[int, list[Tag]] = defaultdict(list)
    of_marked = select(QuestionTag.question_id, QuestionTag.facet, QuestionTag.value)
    if since == NOTHING_READ:
        held = plain_rows(session, of_marked)
    else:
        held = plain_rows(session, of_marked.join(QuestionRow).where(marked))
    for question_id, facet, value in held:
        tags[question_id].append((facet, value))
    unready = select(QuestionRow.id, QuestionVersion.state).join(
        QuestionVersion, QuestionVersion.id == QuestionRow.newest_id
    )
    states = dict(plain_rows(session, unready.where(marked, QuestionVersion.state.in_((DRAFT, IN_REVIEW)))))
    proved_as = select(QuestionRow.id, QuestionVersion.proved_as).join(
        QuestionVersion, QuestionVersion.id == QuestionRow.newest_id
    )
    proved = dict(plain_rows(session, proved_as.where(marked, QuestionVersion.proved_as.is_not(None))))
    wanted = select(
        QuestionRow.id,
        QuestionRow.import_id,
        QuestionRow.newest_id,
        QuestionRow.kind,
        QuestionRow.difficulty,
        QuestionRow.retired_ms,
        QuestionRow.sealed_for,
        QuestionRow.searched,
    )
    entries = [
        Entry(
            i,
            import_id,
            newest_id,
            proved.get(i, newest_id),
            searched,
            (
                (KIND, kind),
                (DIFFICULTY, difficulty or ""),
                (STATE, RETIRED if retired is not None else states.get(i, READY)),
                *((SEALED,) if sealed_for is not None else ()),
                *tags.get(i, ()),
            ),
        )
        for i, import_id, newest_id, kind, difficulty, retired, sealed_for, searched in plain_rows(
            session, wanted.where(marked, QuestionRow.newest_id.is_not(None))
        )
    ]
    gone = set(known.ids.tolist()).difference(session.scalars(select(QuestionRow.id))) if with_deleted else ()
    return known.having(entries, gone)


def _figures(session: Session, catalogue: Catalogue, analysis_id: int | None) -> Figures:
    values = {name: np.full(len(catalogue.ids), np.nan) for name in FIGURES}
    flags: dict[int, str] = {}
    rows = plain_rows(
        session,
        select(
            QuestionFigures.version_id,
            QuestionFigures.facility,
            QuestionFigures.discrimination,
            QuestionFigures.attempts,
            QuestionFigures.flags,
        ).where(QuestionFigures.analysis_id == analysis_id),
    )
    if rows:
        places = {version_id: row for row, version_id in enumerate(catalogue.proved_as.tolist())}
        for version_id, *found, told in rows:
            if (row := places.get(version_id)) is None:
                continue
            for name, value in zip(FIGURES, found, strict=True):
                values[name][row] = np.nan if value is None else value
            if told:
                flags[row] = told
    return Figures(analysis_id, catalogue, values, flags)
