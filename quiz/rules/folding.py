"""A case folded part by part: of all that some people did, only what they have is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from quiz.rules import case, chances, timing
from quiz.rules.across import Across
from quiz.rules.advancing import Advanced, Listed, confirmed, leading
from quiz.rules.case import Case, Heard
from quiz.rules.chances import Brought
from quiz.rules.parts import Document
from quiz.rules.record import Record, Refused, Taken, records_of
from quiz.rules.runs import Run
from quiz.rules.shared import Shared
from quiz.rules.tables import Tables


@dataclass
class Part:
    """What some people's attempts and events come to; it can be carried from one process to another."""

    taken: list[Taken]  # by stage
    brought: list[Brought]  # by stage, and last where something stands beside the stages
    refused: list[Refused]
    heard: Heard = field(default_factory=set)


def folded(shared: Shared) -> Part:
    """Fold what the people of a case did; raises InvalidInput for a line that cannot be read."""
    records = records_of(shared)
    brought = [chances.brought(each) for each in _with_across(shared.document, records)]
    refused = [each for record in records for each in record.refused]
    for record in records:
        record.taken.refused, record.taken.tries = [], {}
    return Part([record.taken for record in records], brought, refused, shared.case.heard())


def put_together(shared: Shared, parts: Iterable[Part]) -> list[Run]:
    """Return all stages, and what folds all of them where something stands beside them.

    Raises InvalidInput for a correction of somebody of whom no part has heard. `shared`: without attempts.
    """
    records = [Record(shared, stage) for stage in shared.document.stages]
    brought = [Brought() for _ in _with_across(shared.document, records)]
    heard: Heard = set()
    for part in parts:
        heard |= part.heard
        for record, taken in zip(records, part.taken, strict=True):
            record.taken.add(taken)
        for mine, others in zip(brought, part.brought, strict=True):
            mine.add(others)
    case.all_heard(shared.case, heard)
    for record in records:
        record.settle()
    found = _with_across(shared.document, records)
    return [Run(Tables(each), own) for each, own in zip(found, brought, strict=True)]


def let_on(shared: Shared, fold: Callable[[Shared], list[Run]]) -> None:
    """Settle who may be in the stages that awards lead to, one stage after the other as they open.

    By the lists that were confirmed, where there are any; else each award counts from the end of its period
    or stage, with the ledger as it stood when the stage opened that it leads to. `fold` folds all of a case.
    """
    document = shared.document
    wanted = {prize.to for _, prize, _ in leading(document)}
    for stage in sorted(document.stages, key=lambda each: each.calendar.opens_ms):
        if stage.name in wanted:
            lists = confirmed(shared.case.confirmed, document, stage.name)
            if not lists:
                runs = fold(shared.as_of(stage.calendar.opens_ms))
                lists = [each for run in runs for each in _lists(run, stage.name)]
            by_path = [each.by_path(shared.forest.find) for each in lists]
            shared.advanced = Advanced({**shared.advanced.lists, stage.name: by_path})


def _lists(run: Run, to: str) -> Iterator[Listed]:
    for occasion, got in run.given():
        if occasion.prize.to == to:
            period = occasion.period or ""
            ends_ms = timing.period_ends_ms(run.stage, period)
            award = (run.stage.name, occasion.prize.name, period)
            yield Listed(award, ends_ms, occasion.of, frozenset(got))


def whole(document: Document, recorded: Case) -> tuple[list[Run], list[Refused]]:
    """Fold a case in one part; returns its stages and the attempts that were refused."""
    shared = Shared(document, recorded)
    let_on(shared, lambda as_it_was: put_together(as_it_was, [folded(as_it_was)]))
    part = folded(shared)
    return put_together(shared, [part]), part.refused


def _with_across(document: Document, records: list[Record]) -> list[Record | Across]:
    beside = document.boards or document.draws or document.awards
    return [*records, *([Across(document, records)] if beside else [])]
