"""What people wrote into the gaps of a question that was marked wrong, so that some of it can be accepted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import orjson
from sqlalchemy import Connection, select

from question_bank.formats.checks_by_kind import LONGEST_ACCEPTED
from question_bank.gaps import Accepted, Gap, plain
from question_bank.question import Question
from quiz.errors import N_, InvalidInput, NotFound
from quiz.models.bank import QuestionVersion
from quiz.models.play import Attempt, Result
from quiz.services import bank_editing
from quiz.services.corrected import Said, book_of
from quiz.services.correcting import in_papers, key_now
from quiz.services.platform import Actor, Platform
from quiz.services.published import Published, in_force
from quiz.services.second_person import version_row

ROWS_READ = 1_000
MOST_TEXTS = 5_000  # different texts of a gap that are counted; what comes after is only added up
MOST_LISTED = 100  # of a gap, the most frequent first


class Wrote(NamedTuple):
    """A text as somebody wrote it, and how often it came, whatever makes no difference."""

    text: str
    times: int


@dataclass(frozen=True)
class WrittenInGap:
    """One gap with what it accepts now and what was wrong by that."""

    accepted: Sequence[Accepted]
    wrong: Sequence[Wrote]
    others: int  # answers that are wrong and not listed


@dataclass(frozen=True)
class Written:
    """What was written into a question of one contest."""

    question: Question
    gaps: Sequence[WrittenInGap]
    newest_id: int | None  # the version of the bank that lacks what this contest accepts; None: nothing to do


def written(platform: Platform, contest_id: int, version_id: int) -> Written:
    """Return what was written into the gaps of a question in closed attempts; raises NotFound."""
    rules = in_force(platform, contest_id)
    question = rules.questions.get(version_id)
    if question is None or not question.gaps:
        raise NotFound(N_("这场比赛没有用到这道填空题。"))
    gaps = _gaps_now(platform, rules, version_id)
    with platform.store.snapshot() as session:
        tallies = [_Tally(gap) for gap in gaps]
        for texts in _texts(session.connection(), contest_id, version_id):
            for tally, text in zip(tallies, texts, strict=False):
                tally.add(text)
    found = [tally.told for tally in tallies]
    newest = _newest(platform, version_id)
    lacks = newest is not None and _with_more(newest[1], gaps) != newest[1]
    return Written(question, found, newest[0] if newest and lacks else None)


def put_in_bank(platform: Platform, contest_id: int, version_id: int, actor: Actor) -> int:
    """Let the question in the bank accept what a contest accepts, as a new version in review; returns it.

    Raises NotFound, InvalidInput where there is nothing that it does not accept yet.
    """
    gaps = _gaps_now(platform, in_force(platform, contest_id), version_id)
    newest = _newest(platform, version_id)
    if newest is None or (more := _with_more(newest[1], gaps)) == newest[1]:
        raise InvalidInput(N_("题库里的这道题已经认可这些答案，或空的个数已经不同，没有什么可以加上。"))
    return bank_editing.edit(platform, newest[0], more, actor)


class _Tally:
    """Counts the wrong texts of one gap."""

    def __init__(self, gap: Gap) -> None:
        self.gap = gap
        self.spelt: dict[str, str] = {}  # without what makes no difference → as somebody wrote it
        self.times: Counter[str] = Counter()
        self.others = 0

    def add(self, text: str) -> None:
        if not text.strip() or self.gap.share(text):
            return
        same = plain(text, self.gap.ignoring)
        if len(text) > LONGEST_ACCEPTED or (same not in self.spelt and len(self.spelt) >= MOST_TEXTS):
            self.others += 1
        else:
            self.spelt.setdefault(same, text)
            self.times[same] += 1

    @property
    def told(self) -> WrittenInGap:
        found = [Wrote(self.spelt[same], times) for same, times in self.times.items()]
        found.sort(key=lambda wrote: (-wrote.times, wrote.text))
        others = self.others + sum(wrote.times for wrote in found[MOST_LISTED:])
        return WrittenInGap(self.gap.accepted, found[:MOST_LISTED], others)


def _gaps_now(platform: Platform, rules: Published, version_id: int) -> tuple[Gap, ...]:
    question = rules.questions.get(version_id)
    if question is None:
        raise NotFound()
    with platform.store.reading() as session:
        said = Said(book_of(session.connection(), rules.contest_id, []).of_questions)
    return key_now(rules, said, version_id).gaps or question.gaps


def _texts(connection: Connection, contest_id: int, version_id: int) -> Iterator[list[str]]:
    """Yield what each closed attempt has in the gaps of a question."""
    rows = connection.execute(
        select(Result.sheet)
        .join(Attempt, Attempt.id == Result.attempt_id)
        .where(Attempt.contest_id == contest_id, in_papers(version_id))
        .execution_options(yield_per=ROWS_READ)
    )
    for (sheet,) in rows:
        yield from (chosen for version, chosen, *_ in orjson.loads(sheet) if version == version_id)


def _newest(platform: Platform, version_id: int) -> tuple[int, Question] | None:
    """Return the newest version of a question of the bank, None where it has no gaps any more."""
    with platform.store.reading() as session:
        row = session.execute(
            select(QuestionVersion.id, QuestionVersion.content)
            .where(QuestionVersion.question_id == version_row(session, version_id).question_id)
            .order_by(QuestionVersion.number.desc())
            .limit(1)
        ).one()
    question = Question.from_dict(row.content)
    return (row.id, question) if question.kind == "fill" else None


def _with_more(question: Question, gaps: Sequence[Gap]) -> Question:
    """Return a question that accepts what gaps accept that it does not; itself where their number differs."""
    if len(gaps) != len(question.gaps):
        return question
    return replace(
        question,
        gaps=tuple(
            replace(own, accepted=(*own.accepted, *_lacking(own, gap.accepted)))
            for own, gap in zip(question.gaps, gaps, strict=True)
        ),
    )


def _lacking(own: Gap, accepted: Sequence[Accepted]) -> list[Accepted]:
    return [each for each in accepted if own.share(each.text) < each.weight]
