"""Finding questions in the bank: by words, kind, difficulty, state, tags, or the import they came with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session

from question_bank.question import DIFFICULTIES, KINDS, Question
from question_bank.searched import LONGEST_FACET, LONGEST_VALUE, words_of
from quiz.errors import N_, NotFound
from quiz.models.bank import DRAFT, IN_REVIEW, READY, Import, QuestionTag, QuestionVersion
from quiz.models.bank import Question as QuestionRow
from quiz.models.base import plain_rows
from quiz.models.contests import Contest, FrozenQuestion, Rules
from quiz.models.quality import QuestionFigures
from quiz.services.measured import newest
from quiz.services.platform import Platform
from quiz.services.tagged import Counts

STEM_COMPARED = 24  # characters by which stems are ordered
Ordered = ColumnElement[Any]  # Any: of numbers or texts
ORDERS: dict[str, Ordered] = {  # what the list can be ordered by; with DOWN before its name the other way
    "stem": func.substr(QuestionRow.searched, 1, STEM_COMPARED),
    "kind": case({kind: n for n, kind in enumerate(KINDS)}, value=QuestionRow.kind),
    "difficulty": case({each: n for n, each in enumerate(DIFFICULTIES)}, value=QuestionRow.difficulty),
    "facility": QuestionFigures.facility.expression,
    "discrimination": QuestionFigures.discrimination.expression,
    "seen": QuestionFigures.attempts.expression,
    "age": QuestionRow.newest_id.expression,
}
OF_FIGURES = ("facility", "discrimination", "seen")
DOWN = "-"
USUAL_ORDER = f"{DOWN}age"
UNDECLARED = "none"  # asks for questions whose difficulty nobody declared
RETIRED, ANY = "retired", "any"
READ_AT_ONCE = 500
STATES = (READY, IN_REVIEW, DRAFT, RETIRED)  # of a question in the list: retired, or of its newest version


@dataclass(frozen=True)
class Search:
    """What questions are looked for; an empty field asks for nothing."""

    words: str = ""  # all that stand between blanks must occur somewhere in the question
    kind: str = ""
    difficulty: str = ""  # easy, medium, hard or UNDECLARED
    tags: tuple[tuple[str, str], ...] = ()  # facet and value; a question must have all of them
    state: str = ""  # one of STATES, or ANY; otherwise all that are not retired
    import_id: int | None = None
    flag: str = ""  # one of question_bank.flags.FLAGS that stands
    order: str = USUAL_ORDER  # one of ORDERS, perhaps with DOWN before it


@dataclass(frozen=True)
class Found:
    """A question of the bank."""

    version_id: int
    question: Question
    import_id: int
    question_id: int = 0
    state: str = READY  # one of STATES
    written_ms: int = 0


@dataclass(frozen=True)
class Listing:
    """One page of the questions that match, and what there is among all that do."""

    rows: Sequence[Found]
    count: int
    counts: Counts
    states: Mapping[str, int] = field(default_factory=dict)  # whatever state is asked for


@dataclass(frozen=True)
class Whole:
    """One question with where it came from and which contests use it."""

    found: Found
    filename: str
    imported_ms: int
    contests: tuple[tuple[int, str], ...]  # id and title of those whose rules in force may draw it


def search(platform: Platform, wanted: Search, first: int = 0, size: int = 50) -> tuple[list[Found], int]:
    """Return one page of the questions that match, newest first, and how many match in all."""
    with platform.store.reading() as session:
        ids, _states = _ids(session, wanted)
        return _rows(session, ids[first : first + size]), len(ids)


def listing(platform: Platform, wanted: Search, first: int = 0, size: int = 50) -> Listing:
    """Return the same with how many of those that match have each tag, kind, difficulty and state."""
    with platform.store.reading() as session:
        ids, states = _ids(session, wanted)
        counts = platform.tagged.counted(session, ids)
        return Listing(_rows(session, ids[first : first + size]), len(ids), counts, states)


def matching(platform: Platform, wanted: Search) -> Sequence[int]:
    """Return the ids of the questions that match, in their order."""
    with platform.store.reading() as session:
        return _ids(session, wanted)[0]


def of_ids(platform: Platform, question_ids: Sequence[int], size: int = 50) -> Listing:
    """Return the first of some questions, and how many of them all have each tag, kind and difficulty."""
    with platform.store.reading() as session:
        rows = _rows(session, question_ids[:size])
        return Listing(rows, len(question_ids), platform.tagged.counted(session, question_ids))


def newest_versions(platform: Platform, question_ids: Sequence[int]) -> list[int]:
    """Return the newest versions of some questions."""
    found: list[int] = []
    with platform.store.reading() as session:
        for start in range(0, len(question_ids), READ_AT_ONCE):
            some = question_ids[start : start + READ_AT_ONCE]
            newest_ids = session.scalars(select(QuestionRow.newest_id).where(QuestionRow.id.in_(some)))
            found += [each for each in newest_ids if each is not None]
    return found


def holds_any(platform: Platform) -> bool:
    """Return whether there is any question in the bank."""
    with platform.store.reading() as session:
        return session.scalar(select(QuestionRow.id).where(_is_visible()).limit(1)) is not None


def one(platform: Platform, version_id: int) -> Whole:
    """Return one question of the bank; raises NotFound."""
    with platform.store.reading() as session:
        row = session.execute(
            select(QuestionVersion, Import)
            .join(QuestionRow, QuestionRow.id == QuestionVersion.question_id)
            .join(Import, Import.id == QuestionRow.import_id)
            .where(Import.state == "visible", QuestionVersion.id == version_id)
        ).one_or_none()
        if row is None:
            raise NotFound(N_("题库里没有这道题，可能它的导入已被撤销。"))
        uses = session.execute(
            select(Contest.id, Contest.title)
            .join(Rules, Rules.id == Contest.rules_id)
            .join(FrozenQuestion, FrozenQuestion.rules_id == Rules.id)
            .where(FrozenQuestion.version_id == version_id)
            .order_by(Contest.id)
        )
        found = Found(version_id, Question.from_dict(row.QuestionVersion.content), row.Import.id)
        return Whole(found, row.Import.filename, row.Import.at_ms, tuple(uses.all()))


def contests_using(platform: Platform, import_id: int) -> list[tuple[int, str]]:
    """Return id and title of the contests that have frozen a question of an import."""
    with platform.store.reading() as session:
        rows = session.execute(
            select(Contest.id, Contest.title)
            .join(Rules, Rules.contest_id == Contest.id)
            .join(FrozenQuestion, FrozenQuestion.rules_id == Rules.id)
            .join(QuestionVersion, QuestionVersion.id == FrozenQuestion.version_id)
            .join(QuestionRow, QuestionRow.id == QuestionVersion.question_id)
            .where(QuestionRow.import_id == import_id)
            .distinct()
            .order_by(Contest.id)
        )
        return list(rows.all())


def import_of(platform: Platform, import_id: int) -> Import:
    """Return one import; raises NotFound."""
    with platform.store.reading() as session:
        row = session.get(Import, import_id)
        if row is None:
            raise NotFound(N_("没有这次导入。"))
        session.expunge(row)
        return row


def _is_visible() -> ColumnElement[bool]:
    return QuestionRow.import_id.in_(select(Import.id).where(Import.state == "visible"))


def _ids(session: Session, wanted: Search) -> tuple[list[int], dict[str, int]]:
    """Return the questions that match in their order, and how many there are of each state without it."""
    rows = plain_rows(session, _ordered(_matching(select(QuestionRow.id), wanted), wanted.order))
    found = [question_id for (question_id,) in rows]
    unusual = _unusual_states(session)
    counted = Counter(map(unusual.get, found))
    states = {state or READY: count for state, count in counted.items()}
    match wanted.state:
        case "" if RETIRED in states:
            ids = [each for each in found if unusual.get(each) != RETIRED]
        case "" | "any":
            ids = found
        case state:
            ids = [each for each in found if unusual.get(each, READY) == state]
    return ids, states


def _unusual_states(session: Session) -> dict[int, str]:
    """Return the state of the questions that are not simply ready."""
    found = dict(
        session.execute(
            select(QuestionVersion.question_id, QuestionVersion.state)
            .join(QuestionRow, QuestionRow.newest_id == QuestionVersion.id)
            .where(QuestionVersion.state.in_((DRAFT, IN_REVIEW)))
        ).all()
    )
    retired = session.scalars(select(QuestionRow.id).where(QuestionRow.retired_ms.is_not(None)))
    return {**found, **dict.fromkeys(retired, RETIRED)}


def _matching(found: Select[int], wanted: Search) -> Select[int]:
    found = found.where(_is_visible())
    for word in words_of(wanted.words):
        found = found.where(QuestionRow.searched.contains(word, autoescape=True))
    if wanted.kind:
        found = found.where(QuestionRow.kind == wanted.kind)
    if wanted.difficulty:
        declared = None if wanted.difficulty == UNDECLARED else wanted.difficulty
        found = found.where(QuestionRow.difficulty.is_not_distinct_from(declared))
    if wanted.import_id is not None:
        found = found.where(QuestionRow.import_id == wanted.import_id)
    for facet, value in wanted.tags:
        tagged = select(QuestionTag.question_id).where(
            QuestionTag.facet == facet[:LONGEST_FACET], QuestionTag.value == value[:LONGEST_VALUE]
        )
        found = found.where(QuestionRow.id.in_(tagged))
    if wanted.flag:
        flagged = select(QuestionFigures.version_id).where(
            QuestionFigures.analysis_id == newest(),
            QuestionFigures.flags.contains(f" {wanted.flag} ", autoescape=True),
        )
        found = found.where(QuestionRow.newest_id.in_(flagged))
    return found


def _ordered(found: Select[int], order: str) -> Select[int]:
    name = order.removeprefix(DOWN)
    if name in OF_FIGURES:
        found = found.outerjoin(
            QuestionFigures,
            (QuestionFigures.version_id == QuestionRow.newest_id) & (QuestionFigures.analysis_id == newest()),
        )
    column = ORDERS[name]
    if name != "age":
        column = (column.desc() if order.startswith(DOWN) else column.asc()).nulls_last()
        return found.order_by(column, QuestionRow.newest_id.desc())
    return found.order_by(column.desc() if order.startswith(DOWN) else column.asc())


def _rows(session: Session, ids: Sequence[int]) -> list[Found]:
    rows = session.execute(
        select(QuestionRow, QuestionVersion)
        .join(QuestionVersion, QuestionVersion.id == QuestionRow.newest_id)
        .where(QuestionRow.id.in_(ids))
    ).all()
    by_id = {
        row.id: Found(
            version.id,
            Question.from_dict(version.content),
            row.import_id,
            row.id,
            RETIRED if row.retired_ms is not None else version.state,
            version.created_ms,
        )
        for row, version in rows
    }
    return [by_id[each] for each in ids if each in by_id]
