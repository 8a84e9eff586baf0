"""Questions that the bank holds, whatever an import would say of them."""

from __future__ import annotations

from question_bank.question import Question
from quiz.models.bank import Import
from quiz.models.bank import Question as QuestionRow
from quiz.services.platform import Platform
from quiz.services.versions import add_newest, version_of


def hold(platform: Platform, now_ms: int, *questions: Question) -> int:
    """Put questions into the bank as one import and return it."""
    with platform.store.writing() as session:
        came_with = Import(at_ms=now_ms, filename="题库.jsonl", state="visible", taken=len(questions))
        session.add(came_with)
        session.flush()
        rows = [QuestionRow(import_id=came_with.id) for _ in questions]
        session.add_all(rows)
        session.flush()
        versions = [version_of(row.id, each, now_ms) for row, each in zip(rows, questions, strict=True)]
        add_newest(session, versions, questions)
        return came_with.id
