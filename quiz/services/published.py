"""Published rules and their frozen questions, read once and kept: neither ever changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from sqlalchemy import select

from question_bank.drawing import Candidate, Pool
from question_bank.question import Question, digest
from quiz.errors import N_, NotFound
from quiz.models.bank import QuestionVersion
from quiz.models.contests import Contest, FrozenQuestion, Rules
from quiz.rules import lots
from quiz.rules.across import board_stages
from quiz.rules.document import Document, Stage, load
from quiz.rules.papers import Frozen, commitment, question_line
from quiz.rules.rekeyed import Rekeyed
from quiz.services.measured import as_measured
from quiz.services.platform import Platform


@dataclass(frozen=True)
class Published:
    """The rules in force, the questions they may draw, and the pool prepared for drawing."""

    contest_id: int
    rules_id: int
    version: int
    kind: str  # contest, practice
    board_epoch: str
    document: Document
    questions: Mapping[int, Question]  # by version id
    pool: Pool
    text: str = ""  # the document as it was published
    seed: str = ""  # the master seed of all papers; "" for versions published before there was one
    draw_seed: str = ""  # of all draws: told by none before it has been drawn
    rekeyed: Mapping[int, Rekeyed] = field(default_factory=dict)  # by version, for looking back at an attempt

    @cached_property
    def board_stages(self) -> tuple[Stage, ...]:
        """The stages and, where boards stand beside them, last the one that stands for all of them."""
        return board_stages(self.document)

    @cached_property
    def draws_at_once(self) -> bool:
        """Whether anything is drawn as soon as somebody has an entry."""
        return any(draw.drawn == "at_once" for _, draw in lots.titles(self.document).values())

    @cached_property
    def has_sound(self) -> bool:
        """Whether a question that may be drawn is to be listened to."""
        return any(medium.is_sound for question in self.questions.values() for medium in question.media)

    @property
    def closes_ms(self) -> int:
        """When the last stage closes: from then on the master seed may be known."""
        return max(stage.calendar.closes_ms for stage in self.document.stages)

    @cached_property
    def committed(self) -> Frozen | None:
        """What all papers follow from, with the hash of the seed but without it; None where there is none."""
        if not self.seed:
            return None
        lines = [question_line(c, digest(self.questions[c.id])) for c in self.pool.candidates]
        return Frozen(
            self.document.title, self.version, self.text, tuple(lines), commitment(self.seed), seed=None
        )

    def told(self, now_ms: int) -> Frozen | None:
        """Return the same as it may be told at a moment: after the last close with the seed."""
        found = self.committed
        if found is None or now_ms < self.closes_ms:
            return found
        return replace(found, seed=self.seed)


def published(platform: Platform, rules_id: int) -> Published:
    """Return published rules by their id; raises NotFound."""
    kept = platform.published.get(rules_id)
    if kept is None:
        kept = platform.published[rules_id] = _read(platform, rules_id)
    return kept


def in_force(platform: Platform, contest_id: int) -> Published:
    """Return the rules a contest is run by; raises NotFound while it is not published."""
    with platform.store.reading() as session:
        rules_id = session.scalar(select(Contest.rules_id).where(Contest.id == contest_id))
    if rules_id is None:
        raise NotFound(N_("没有这场比赛，或比赛尚未发布。"))
    return published(platform, rules_id)


def candidate(version_id: int, question: Question, turn: int) -> Candidate:
    """Return a question as the drawing of papers sees it; `turn`: among those of its material."""
    return Candidate(
        version_id,
        question.kind,
        question.tags,
        question.difficulty,
        option_count=len(question.options),
        keeps_order=question.keeps_order,
        calibrated=question.calibrated,
        material=question.material_name,
        turn=turn if question.material is not None else 0,
    )


def _read(platform: Platform, rules_id: int) -> Published:
    with platform.store.reading() as session:
        row = session.execute(
            select(Rules, Contest).join(Contest, Contest.id == Rules.contest_id).where(Rules.id == rules_id)
        ).one_or_none()
        if row is None:
            raise NotFound()
        versions = session.execute(
            select(
                QuestionVersion.id,
                QuestionVersion.question_id,
                QuestionVersion.content,
                FrozenQuestion.calibrated,
            )
            .join(FrozenQuestion, FrozenQuestion.version_id == QuestionVersion.id)
            .where(FrozenQuestion.rules_id == rules_id)
            .order_by(QuestionVersion.id)
        ).all()
    questions = {
        version_id: as_measured(Question.from_dict(content), share)
        for version_id, _question_id, content, share in versions
    }
    turns = {version_id: question_id for version_id, question_id, _content, _share in versions}
    return Published(
        contest_id=row.Contest.id,
        rules_id=rules_id,
        version=row.Rules.version,
        kind=row.Contest.kind,
        board_epoch=row.Contest.board_epoch,
        document=load(row.Rules.text),
        questions=questions,
        pool=Pool([candidate(i, q, turns[i]) for i, q in questions.items()]),
        text=row.Rules.text,
        seed=row.Rules.seed,
        draw_seed=row.Rules.draw_seed,
    )
