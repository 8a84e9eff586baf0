"""Finding questions in the bank: by words, kind, difficulty, state, tags, or the import they came with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from question_bank import catalogue
from question_bank.bounds import REGION, VALID_UNTIL, valid_until
from question_bank.catalogue import DIFFICULTY, KIND, SEALED, STATE, Catalogue, Counts, Mask, Wish
from question_bank.question import Question
from question_bank.searched import LONGEST_FACET, LONGEST_VALUE, words_of
from quiz.errors import N_, NotFound
from quiz.models.bank import DRAFT, IN_REVIEW, READY, Import, QuestionVersion
from quiz.models.bank import Question as QuestionRow
from quiz.models.contests import Contest, FrozenQuestion, Rules
from quiz.services.catalogued import FIGURES, RETIRED
from quiz.services.platform import Platform

ORDERS = (*catalogue.ORDERS, *FIGURES)  # what the list can be ordered by; with DOWN before it the other way
DOWN = "-"
USUAL_ORDER = f"{DOWN}age"
UNDECLARED = "none"  # asks for questions whose difficulty nobody declared
ANY = "any"
NEVER = "9999-12-31"
LIMITS = ("sealed", "local", "ending")  # what keeps a question out of papers
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
    limit: str = ""  # one of LIMITS: sealed for a contest, local to a region, or its last day is at most …
    last_day: str = ""  # … this ISO date
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
    is_sealed: bool = False  # kept back for one contest


@dataclass(frozen=True)
class Listing:
    """One page of the questions that match, and what there is among all that do."""

    rows: Sequence[Found]
    count: int
    counts: Counts
    states: Mapping[str, int] = field(default_factory=dict)  # whatever state is asked for
    limits: Mapping[str, int] = field(default_factory=dict)  # whatever limit is asked for


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
        sought = _sought(platform, session, wanted)
        return _rows(session, sought.ids[first : first + size]), len(sought.ids)


def listing(platform: Platform, wanted: Search, first: int = 0, size: int = 50) -> Listing:
    """Return the same with how many of those that match have each tag, kind, difficulty and state."""
    with platform.store.reading() as session:
        sought = _sought(platform, session, wanted)
        rows = _rows(session, sought.ids[first : first + size])
        return Listing(rows, len(sought.ids), _counts(sought.of, sought.found), sought.states, sought.limits)


def matching(platform: Platform, wanted: Search) -> Sequence[int]:
    """Return the ids of the questions that match, in their order."""
    with platform.store.reading() as session:
        return _sought(platform, session, wanted).ids


def of_ids(platform: Platform, question_ids: Sequence[int], size: int = 50) -> Listing:
    """Return the first of some questions, and how many of them all have each tag, kind and difficulty."""
    with platform.store.reading() as session:
        known = platform.catalogued.current(session).catalogue
        rows = _rows(session, question_ids[:size])
        return Listing(rows, len(question_ids), _counts(known, known.of_ids(question_ids)))


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


class Sought(NamedTuple):
    """What a search came to: rows of a catalogue, and the ids of their questions in the order asked for."""

    of: Catalogue
    found: Mask
    ids: list[int]
    states: dict[str, int]  # how many match in each state, whichever is asked for
    limits: dict[str, int]  # the same of each limit


def _sought(platform: Platform, session: Session, wanted: Search) -> Sought:
    known, among = platform.catalogued.current(session)
    name, is_down = wanted.order.removeprefix(DOWN), wanted.order.startswith(DOWN)
    needs_figures = wanted.flag or name in FIGURES
    proved = platform.catalogued.proved(session, known) if needs_figures else None
    found = known.matching(_wish(wanted), among)
    if proved is not None and wanted.flag:
        found &= proved.flagged(wanted.flag)
    in_state = {state: known.with_tag((STATE, state)) for state in STATES}
    limited = {limit: _limited(known, limit, wanted.last_day) for limit in LIMITS}
    all_found = found & limited[wanted.limit] if wanted.limit else found
    states = _how_many({state: all_found & rows for state, rows in in_state.items()})
    match wanted.state:
        case "":
            found &= ~in_state[RETIRED]
        case state if state != ANY:
            found &= in_state[state]
    limits = _how_many({limit: found & rows for limit, rows in limited.items()})
    if wanted.limit:
        found &= limited[wanted.limit]
    if proved is not None and name in FIGURES:
        rows = known.by(proved.values[name], is_down, found)
    else:
        rows = known.ordered(name, is_down, found)
    return Sought(known, found, known.ids[rows].tolist(), states, limits)


def _limited(known: Catalogue, limit: str, last_day: str) -> Mask:
    match limit:
        case "sealed":
            return known.with_tag(SEALED)
        case "local":
            return known.with_any(REGION)
        case _ending:
            return known.with_any(VALID_UNTIL, lambda written: _day(written) <= last_day)


def _day(written: str) -> str:
    """Return a last day as an ISO date, and for what is no date one that never comes."""
    try:
        return valid_until({VALID_UNTIL: (written,)}) or NEVER
    except ValueError:
        return NEVER


def _how_many(masks: Mapping[str, Mask]) -> dict[str, int]:
    return {name: count for name, rows in masks.items() if (count := int(rows.sum()))}


def _wish(wanted: Search) -> Wish:
    tags = [(facet[:LONGEST_FACET], value[:LONGEST_VALUE]) for facet, value in wanted.tags]
    if wanted.kind:
        tags.append((KIND, wanted.kind))
    if wanted.difficulty:
        tags.append((DIFFICULTY, "" if wanted.difficulty == UNDECLARED else wanted.difficulty))
    return Wish(words_of(wanted.words), tuple(tags), wanted.import_id)


def _counts(known: Catalogue, found: Mask) -> Counts:
    return {facet: values for facet, values in known.counts(found).items() if facet not in (STATE, SEALED[0])}


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
            row.sealed_for is not None,
        )
        for row, version in rows
    }
    return [by_id[each] for each in ids if each in by_id]
