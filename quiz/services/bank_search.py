"""Finding questions in the bank: by words, kind, difficulty, a tag, or the import they came with."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, String, cast, func, select

from question_bank.question import Question
from quiz.errors import N_, NotFound
from quiz.models.bank import Import, QuestionVersion, is_newest
from quiz.models.bank import Question as QuestionRow
from quiz.models.contests import Contest, FrozenQuestion, Rules
from quiz.models.quality import QuestionFigures
from quiz.services.measured import newest
from quiz.services.platform import Platform

Selected = TypeVar("Selected", bound=Select[*tuple[Any, ...]])  # Any: whatever columns are asked for
ORDERS: dict[str, tuple[ColumnElement[Any], ...]] = {  # Any: of numbers
    "facility": (QuestionFigures.facility.asc().nulls_last(),),
    "discrimination": (QuestionFigures.discrimination.asc().nulls_last(),),
    "seen": (QuestionFigures.attempts.desc().nulls_last(),),
}
UNDECLARED = "none"  # asks for questions whose difficulty nobody declared


@dataclass(frozen=True)
class Search:
    """What questions are looked for; an empty field asks for nothing."""

    words: str = ""
    kind: str = ""
    difficulty: str = ""  # easy, medium, hard or UNDECLARED
    facet: str = ""
    value: str = ""  # of the facet
    import_id: int | None = None
    flag: str = ""  # one of question_bank.flags.FLAGS that stands
    order: str = ""  # one of ORDERS; newest first otherwise


@dataclass(frozen=True)
class Found:
    """A question of the bank."""

    version_id: int
    question: Question
    import_id: int


@dataclass(frozen=True)
class Whole:
    """One question with where it came from and which contests use it."""

    found: Found
    filename: str
    imported_ms: int
    contests: tuple[tuple[int, str], ...]  # id and title of those whose rules in force may draw it


def search(platform: Platform, wanted: Search, first: int = 0, size: int = 50) -> tuple[list[Found], int]:
    """Return one page of the questions that match, newest first, and how many match in all."""
    matching = _matching(wanted)
    with platform.store.reading() as session:
        count = session.scalar(select(func.count()).select_from(matching.subquery())) or 0
        if wanted.order and not wanted.flag:  # who counts does not need it
            matching = _with_figures(matching)
        matching = matching.order_by(*ORDERS.get(wanted.order, ()), QuestionVersion.id.desc())
        rows = session.execute(matching.offset(first).limit(size)).all()
        return [Found(v.id, Question.from_dict(v.content), import_id) for v, import_id in rows], count


def facets(platform: Platform) -> dict[str, list[tuple[str, int]]]:
    """Return, by facet, the values that occur in the bank and in how many questions, the most first."""
    found: dict[str, Counter[str]] = {}
    with platform.store.reading() as session:
        for content in session.scalars(_visible(select(QuestionVersion.content))):
            for facet, values in _tags(content).items():
                found.setdefault(facet, Counter()).update(values)
    return {facet: counter.most_common() for facet, counter in sorted(found.items())}


def figures(platform: Platform) -> dict[str, int]:
    """Return how many questions of each kind the bank holds."""
    with platform.store.reading() as session:
        rows = session.execute(
            _visible(select(QuestionVersion.kind, func.count())).group_by(QuestionVersion.kind)
        )
        return dict(rows.all())


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


def _visible(wanted: Selected) -> Selected:
    return (
        wanted.select_from(QuestionVersion)
        .join(QuestionRow, QuestionRow.id == QuestionVersion.question_id)
        .join(Import, Import.id == QuestionRow.import_id)
        .where(Import.state == "visible", is_newest())
    )


def _matching(wanted: Search) -> Select[QuestionVersion, int]:
    matching = _visible(select(QuestionVersion, QuestionRow.import_id))
    if wanted.words:
        matching = matching.where(QuestionVersion.stem.contains(wanted.words, autoescape=True))
    if wanted.kind:
        matching = matching.where(QuestionVersion.kind == wanted.kind)
    if wanted.difficulty == UNDECLARED:
        matching = matching.where(QuestionVersion.difficulty.is_(None))
    elif wanted.difficulty:
        matching = matching.where(QuestionVersion.difficulty == wanted.difficulty)
    if wanted.import_id is not None:
        matching = matching.where(QuestionRow.import_id == wanted.import_id)
    if wanted.flag:
        matching = _with_figures(matching).where(
            QuestionFigures.flags.contains(f" {wanted.flag} ", autoescape=True)
        )
    if wanted.facet and wanted.value:
        # The tags of a facet are a short JSON list; a value stands in it as JSON writes it, with its quotes.
        values = cast(QuestionVersion.content[("tags", wanted.facet)], String)
        matching = matching.where(values.contains(json.dumps(wanted.value), autoescape=True))
    return matching


def _with_figures(matching: Selected) -> Selected:
    return matching.outerjoin(
        QuestionFigures,
        (QuestionFigures.version_id == QuestionVersion.id) & (QuestionFigures.analysis_id == newest()),
    )


def _tags(content: Mapping[str, object]) -> Mapping[str, Sequence[str]]:
    tags = content.get("tags")
    return tags if isinstance(tags, dict) else {}
