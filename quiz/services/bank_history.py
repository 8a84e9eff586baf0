"""The history of a question: its versions, what was said of them, who uses which, whom a new key touches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from question_bank.formats.one_row import ANSWER, cells
from question_bank.question import Question
from question_bank.rekeying import answers_differ, with_answer_of
from quiz.models.accounts import Identity
from quiz.models.bank import READY, Import, QuestionVersion, Review
from quiz.models.bank import Question as QuestionRow
from quiz.models.contests import Contest, FrozenQuestion, Rules
from quiz.rules.rekeyed import Rekeyed
from quiz.services.corrected import Said, book_of
from quiz.services.correcting import key_now
from quiz.services.keeping_back import Seal, seal_in
from quiz.services.platform import Platform
from quiz.services.published import published
from quiz.services.second_person import version_row


@dataclass(frozen=True)
class Remark:
    """What somebody said of a version when its state changed."""

    who: str  # "": a command on the machine, or an account that is gone
    at_ms: int
    verdict: str  # submitted, approved, returned, vouched
    comment: str


@dataclass(frozen=True)
class Version:
    """One version of a question."""

    version_id: int
    number: int
    state: str  # draft, review, ready
    question: Question
    writer: str  # "": not known
    writer_id: int | None
    written_ms: int
    remarks: tuple[Remark, ...]
    contests: tuple[tuple[int, str], ...]  # id and title of those whose rules in force froze it


@dataclass(frozen=True)
class History:
    """A question from its first version to its newest."""

    question_id: int
    filename: str  # it was imported from
    retired_ms: int | None
    seal: Seal | None
    versions: tuple[Version, ...]  # the newest first

    @property
    def newest(self) -> Version:
        """The version that the desk lists and edits."""
        return self.versions[0]

    @property
    def in_use(self) -> Version | None:
        """The version that is drawn, None where none is ready."""
        return next((each for each in self.versions if each.state == READY), None)


@dataclass(frozen=True)
class Touched:
    """A contest that asks, or asked, a version whose key is another one by now."""

    contest_id: int
    title: str
    version_id: int  # as it was asked
    key: tuple[str, ...]  # what is right now, by its options; empty where somebody has to choose
    answer: str = ""  # the same of a question with places, as the workbook writes it


def history(platform: Platform, version_id: int, now_ms: int) -> History:
    """Return the history of the question that a version belongs to; raises NotFound."""
    with platform.store.reading() as session:
        question_id = version_row(session, version_id).question_id
        question = session.get_one(QuestionRow, question_id)
        filename = session.get_one(Import, question.import_id).filename
        rows = session.execute(
            select(QuestionVersion, Identity.nickname)
            .outerjoin(Identity, Identity.person_id == QuestionVersion.author_id)
            .where(QuestionVersion.question_id == question_id)
            .order_by(QuestionVersion.number.desc())
        ).all()
        remarks, uses = _remarks(session, question_id), _uses(session, question_id)
        versions = tuple(
            Version(
                version_id=row.id,
                number=row.number,
                state=row.state,
                question=Question.from_dict(row.content),
                writer=writer or "",
                writer_id=row.author_id,
                written_ms=row.created_ms,
                remarks=tuple(remarks.get(row.id, ())),
                contests=tuple((contest_id, title) for contest_id, title, _ in uses.get(row.id, ())),
            )
            for row, writer in rows
        )
        seal = seal_in(platform, session, question, now_ms)
        return History(question_id, filename, question.retired_ms, seal, versions)


def touched(platform: Platform, found: History, now_ms: int) -> list[Touched]:
    """Return the contests that have begun with another key than the newest version of a question has.

    Those are left out whose ledger marks by that key already, or the same for everybody.
    """
    with platform.store.reading() as session:
        uses = _uses(session, found.question_id)
        return [
            each
            for version in found.versions[1:]
            for each in _touched(platform, session, version, found.newest.question, uses, now_ms)
        ]


Uses = Mapping[int, Sequence[tuple[int, str, int]]]  # version → contest, title, rules


def _touched(
    platform: Platform, session: Session, version: Version, edited: Question, uses: Uses, now_ms: int
) -> Iterator[Touched]:
    if not answers_differ(version.question, edited):
        return
    becomes = with_answer_of(version.question, edited)
    for contest_id, title, rules_id in uses.get(version.version_id, ()):
        rules = published(platform, rules_id)
        if now_ms < min(stage.calendar.opens_ms for stage in rules.document.stages):
            continue
        said = Said(book_of(session.connection(), contest_id, []).of_questions)
        now = key_now(rules, said, version.version_id)
        if not now.has_key:
            continue
        if becomes is None:
            yield Touched(contest_id, title, version.version_id, ())
        elif not now.includes(Rekeyed.of(becomes)):
            answer = "" if becomes.key else cells(becomes)[ANSWER]
            yield Touched(contest_id, title, version.version_id, tuple(sorted(becomes.key)), answer)


def _remarks(session: Session, question_id: int) -> dict[int, list[Remark]]:
    found: dict[int, list[Remark]] = defaultdict(list)
    reviewer = aliased(Identity)
    rows = session.execute(
        select(Review, reviewer.nickname)
        .join(QuestionVersion, QuestionVersion.id == Review.version_id)
        .outerjoin(reviewer, reviewer.person_id == Review.actor_id)
        .where(QuestionVersion.question_id == question_id)
        .order_by(Review.id)
    )
    for row, who in rows:
        found[row.version_id].append(Remark(who or "", row.at_ms, row.verdict, row.comment))
    return found


def _uses(session: Session, question_id: int) -> Uses:
    found: dict[int, list[tuple[int, str, int]]] = defaultdict(list)
    rows = session.execute(
        select(FrozenQuestion.version_id, Contest.id, Contest.title, Rules.id)
        .join(Rules, Rules.id == FrozenQuestion.rules_id)
        .join(Contest, Contest.rules_id == Rules.id)
        .join(QuestionVersion, QuestionVersion.id == FrozenQuestion.version_id)
        .where(QuestionVersion.question_id == question_id)
        .order_by(Contest.id)
    )
    for version_id, contest_id, title, rules_id in rows:
        found[version_id].append((contest_id, title, rules_id))
    return found
