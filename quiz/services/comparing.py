"""Comparing questions with the bank: a file's before they are taken, those of the bank with one another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from sqlalchemy import delete, exists, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from question_bank.duplicates import SORTS, pairs
from question_bank.wording import Wording
from quiz.models.duplicates import QuestionWording, Twin
from quiz.services.platform import Platform
from quiz.services.wordings import ROWS_A_TRANSACTION, Held, all_held, held_like, missing, put_down_missing

Row = TypeVar("Row")
MOST_PAIRS = 20_000  # that are told or kept: nobody looks through more
AT_HAND = 500  # questions that are compared at once; more in a process of their own


@dataclass(frozen=True)
class Alike:
    """A question of a file that is too much like one of the bank, or like an earlier one of the file."""

    index: int  # its position in the file, from 0
    sort: str  # one of question_bank.duplicates.SORTS
    similarity: int  # of the stems, in percent
    version_id: int | None  # the newest version of the bank's question; None: it is one of the file
    before: int | None  # the position of the earlier one in the file; None: it is one of the bank


def is_large(platform: Platform, questions: int) -> bool:
    """Tell whether comparing so many questions with the bank takes longer than a page may hold up others."""
    with platform.store.reading() as session:
        return questions > AT_HAND or missing(session) > AT_HAND


def compare(platform: Platform, wordings: Sequence[Wording]) -> list[Alike]:
    """Return where questions are too much like the bank's or one another, in order: at most `MOST_PAIRS`."""
    put_down_missing(platform)
    with platform.store.reading() as session:
        held = held_like(session, wordings) if len(wordings) <= AT_HAND else all_held(session)
    first = len(held)
    found = islice(pairs([*(each.wording for each in held), *wordings], first), MOST_PAIRS)
    alike = [
        Alike(other - first, sort, similarity, held[one].version_id, None)
        if one < first
        else Alike(other - first, sort, similarity, None, one - first)
        for one, other, sort, similarity in found
    ]
    return sorted(alike, key=lambda each: (each.index, SORTS.index(each.sort), -each.similarity))


def compare_bank(platform: Platform) -> None:
    """Find which questions of the bank are too much alike, of those that have not been compared yet.

    Written in small transactions. Where somebody changes the bank meanwhile, the rest is left to the next
    time; so it is where more than `MOST_PAIRS` are found.
    """
    put_down_missing(platform)
    _forget_outdated(platform)
    with platform.store.reading() as session:
        held = all_held(session)
        kept = session.scalar(select(func.count()).select_from(Twin)) or 0
        known = {(one, other) for one, other in session.execute(select(Twin.one_id, Twin.other_id))}
    first = sum(each.compared for each in held)
    found = islice(pairs([each.wording for each in held], first), MOST_PAIRS + 1)
    twins = [_twin(held[one], held[other], sort, similarity) for one, other, sort, similarity in found]
    new = [row for row in twins if (row["one_id"], row["other_id"]) not in known]
    try:
        for some in _chunks(new[: max(0, MOST_PAIRS - kept)]):
            with platform.store.writing() as session:
                session.execute(insert(Twin), some)
    except IntegrityError:  # a question was deleted, or another comparison found the same
        return
    if len(new) + kept <= MOST_PAIRS:
        _mark_compared(platform, held[first:])


def _twin(here: Held, there: Held, sort: str, similarity: int) -> dict[str, object]:
    one, other = sorted((here, there))
    return {
        "one_id": one.question_id,
        "other_id": other.question_id,
        "one_version": one.version_id,
        "other_version": other.version_id,
        "sort": sort,
        "similarity": similarity,
    }


def _forget_outdated(platform: Platform) -> None:
    """Delete what holds for a version that is no longer the newest."""
    with platform.store.writing() as session:
        for question, version in ((Twin.one_id, Twin.one_version), (Twin.other_id, Twin.other_version)):
            is_newest = exists().where(
                QuestionWording.question_id == question, QuestionWording.version_id == version
            )
            session.execute(delete(Twin).where(~is_newest))


def _mark_compared(platform: Platform, held: Sequence[Held]) -> None:
    for some in _chunks(held):
        with platform.store.writing() as session:
            session.execute(
                update(QuestionWording)
                .where(QuestionWording.version_id.in_([each.version_id for each in some]))
                .values(compared=True)
            )


def _chunks(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    return (rows[n : n + ROWS_A_TRANSACTION] for n in range(0, len(rows), ROWS_A_TRANSACTION))
