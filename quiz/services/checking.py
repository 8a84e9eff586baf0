"""What is wrong with questions that the bank holds, by the rules of today's imports."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from question_bank.formats.checks import check
from question_bank.formats.place import Place
from question_bank.problems import Problem
from question_bank.question import Question
from quiz.models.bank import Import, QuestionVersion
from quiz.models.bank import Question as QuestionRow
from quiz.services.platform import Platform

AT_ONCE = 500  # questions that are read at once


def problems_of_the_bank(platform: Platform) -> Iterator[Problem]:
    """Yield everything to be said about the newest versions; a problem's row is the question's number."""
    last = 0
    while True:
        with platform.store.reading() as session:
            rows = session.execute(
                select(QuestionRow.id, QuestionVersion.content)
                .join(QuestionVersion, QuestionVersion.id == QuestionRow.newest_id)
                .join(Import, Import.id == QuestionRow.import_id)
                .where(Import.state == "visible", QuestionRow.id > last)
                .order_by(QuestionRow.id)
                .limit(AT_ONCE)
            ).all()
        if not rows:
            return
        for question_id, content in rows:
            place = Place("", question_id)
            check(place, Question.from_dict(content))
            yield from place.problems
        last = rows[-1][0]
