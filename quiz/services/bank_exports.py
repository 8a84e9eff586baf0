"""Questions as files of every format that can be written, with what each format cannot hold."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from itertools import islice
from pathlib import Path

from sqlalchemy import select

from question_bank.formats import FORMATS, WRITTEN, left_out, write
from question_bank.question import Question
from quiz.errors import N_, InvalidInput
from quiz.models.bank import Question as QuestionRow
from quiz.models.bank import QuestionVersion, is_newest
from quiz.services import media
from quiz.services.apart import place_of
from quiz.services.chosen import chosen
from quiz.services.large_exports import Export, export_of, folder_of, start, told
from quiz.services.measured import as_measured, calibrated_shares
from quiz.services.platform import Actor, Platform

READ_AT_ONCE = 500


@dataclass(frozen=True)
class Order:
    """What the process of an export is told."""

    database_url: str
    data: str
    chosen: str  # token of the questions
    format: str
    now_ms: int
    token: str
    export: Export


def begin(platform: Platform, chosen_token: str, format_name: str, name: str, actor: Actor) -> str:
    """Start writing chosen questions in a process of its own; returns the token that names the export.

    `name`: what the file is called, without its ending. The second of two clicks gets the first one's token.
    Raises NotFound, InvalidInput.
    """
    if format_name not in WRITTEN:
        raise InvalidInput(N_("题目不能导出成这种格式，请在页面上重新选择。"))
    question_ids = chosen(platform, chosen_token).question_ids
    folder = folder_of(platform, actor.now_ms)
    token = sha256(f"{chosen_token} {format_name}".encode()).hexdigest()[: len(chosen_token)]
    if (folder / f"{token}.json").is_file() and export_of(platform, token).state != "failed":
        return token
    export = Export(f"{name}{FORMATS[format_name].suffix}", of=len(question_ids))
    told(folder, token, export)
    order = Order(
        **place_of(platform),
        chosen=chosen_token,
        format=format_name,
        now_ms=actor.now_ms,
        token=token,
        export=export,
    )
    note(platform, format_name, len(question_ids), actor)
    start("quiz.services.bank_export_process", asdict(order), folder)
    return token


def note(platform: Platform, format_name: str, count: int, actor: Actor) -> None:
    """Put on record that somebody took questions with their keys away."""
    with platform.store.writing() as session:
        session.add(actor.audit("bank.export", format_name, json.dumps({"rows": count})))


def write_questions(
    platform: Platform,
    question_ids: Sequence[int],
    format_name: str,
    path: Path,
    tell: Callable[[int], None] = lambda _count: None,
) -> dict[str, int]:
    """Write questions to a file in their order; returns how many of each kind the format cannot hold.

    `tell` hears how many have been read. Raises KeyError for a format that is not written.
    """

    def telling() -> Iterator[Question]:
        for number, question in enumerate(questions(platform, question_ids), 1):
            yield question
            if number % READ_AT_ONCE == 0:
                tell(number)

    missing = left_out(questions(platform, question_ids), format_name)
    path.write_bytes(write(telling(), format_name))
    return missing


def sealed_among(platform: Platform, question_ids: Sequence[int]) -> int:
    """Return how many questions are kept back for a contest: no file says so, since it knows no contest."""
    with platform.store.reading() as session:
        sealed = set(session.scalars(select(QuestionRow.id).where(QuestionRow.sealed_for.is_not(None))))
    return len(sealed.intersection(question_ids))


def questions(platform: Platform, question_ids: Sequence[int]) -> Iterator[Question]:
    """Return questions whole, in the order of their ids as given; as difficult as they were measured."""
    with platform.store.reading() as session:
        shares = calibrated_shares(session)
        ids = iter(question_ids)
        while some := list(islice(ids, READ_AT_ONCE)):
            rows = session.execute(
                select(QuestionRow.id, QuestionVersion.id, QuestionVersion.content)
                .join(QuestionVersion, QuestionVersion.question_id == QuestionRow.id)
                .where(QuestionRow.id.in_(some), is_newest())
            )
            found = {
                question_id: as_measured(Question.from_dict(content), shares.get(version_id))
                for question_id, version_id, content in rows
            }
            yield from media.with_content(session, [found[each] for each in some if each in found])
