"""Contests: draft, check, publish, and what the public sees of them."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from question_bank.drawing import Pool, values_to_cover
from question_bank.lacking import shortfalls, uncovered
from quiz.errors import N_, ChangedMeanwhile, Fault, InvalidDocument, InvalidInput, NotFound
from quiz.models.accounts import Unit
from quiz.models.contests import Contest, FrozenQuestion, Rules
from quiz.models.play import Attempt
from quiz.rules import timing
from quiz.rules.document import Document, Stage, load, playable
from quiz.rules.supplies import StageSupply, supplies
from quiz.services.drawable import Wanting, keep_still, pool
from quiz.services.measured import calibrated_shares
from quiz.services.platform import Actor, Platform
from quiz.services.published import Published, published

DOUBLE_CLICK_MS = 10_000
PAPERS_TRIED = 100  # about half a second of the largest banks; `flask contest papers` draws more
LONGEST_TITLE = 200  # characters of a title in lists; the document keeps all of it
NO_UNITS = N_("单位体系 %(tree)s 的 %(level)s 一级还没有单位，请先导入。")
NO_VALUES = N_("%(stage)s：题库里没有一道题标注了“%(facet)s”，不能要求试卷覆盖它。")
NOT_COVERED = N_(
    "%(stage)s：“%(facet)s”里的“%(value)s”没有办法放进每一份试卷。"
    "请放宽各组题的条件、增加题数，或补充这一类的题。"
)
TOO_FEW_WHOLE = N_(
    "%(stage)s：第 %(section)s 组题需要 %(wanted)s 道，"
    "同一份材料的题要一起出，整组地抽只能凑够 %(available)s 道。"
    "请改这一组的题数，补充不带材料的题，或让相邻各组每题分值相同。"
)
TOO_FEW = N_("%(stage)s：第 %(section)s 组题需要 %(wanted)s 道，题库中符合条件的只够 %(available)s 道。")


@dataclass(frozen=True)
class Draft:
    """A contest as the organizer edits it."""

    contest_id: int
    title: str
    kind: str
    text: str
    published_version: int | None


@dataclass(frozen=True)
class Seen:
    """What an organizer looked at before publishing it."""

    draft: str  # its digest
    version: int | None  # in force then

    @property
    def version_after(self) -> int:
        """The version that publishing it makes."""
        return (self.version or 0) + 1


@dataclass(frozen=True)
class Listed:
    """A published contest as everybody sees it."""

    contest_id: int
    published: Published
    phase: timing.Phase
    attempts: int = 0  # at the desk: how many were started
    people: int = 0


def create(platform: Platform, text: str, kind: str, actor: Actor) -> int:
    """Keep a new draft and return its contest's id; the text may still have problems.

    The second of two clicks gets the draft that the first one made.
    """
    with platform.store.writing() as session:
        twin = _just_created(session, text, actor)
        if twin is not None:
            return twin
        row = Contest(
            kind=kind,
            title=_title(text),
            draft=text,
            board_epoch=secrets.token_hex(8),
            created_ms=actor.now_ms,
        )
        session.add(row)
        session.flush()
        session.add(actor.audit("contest.create", row.title, json.dumps({"contest": row.id})))
        return row.id


def save_draft(platform: Platform, contest_id: int, text: str, actor: Actor, seen: str | None = None) -> None:
    """Keep a changed draft; what is published stays as it is. Raises NotFound.

    `seen`: the digest of the draft that the person began from; ChangedMeanwhile when it is another by now.
    """
    with platform.store.writing() as session:
        row = _contest(session, contest_id, lock=True)
        if row.draft == text:
            return
        if seen not in (None, draft_digest(row.draft)):
            raise ChangedMeanwhile()
        row.draft = text
        if row.rules_id is None:
            row.title = _title(text)
        session.add(actor.audit("contest.save", row.title, json.dumps({"contest": contest_id})))


def draft_digest(text: str) -> str:
    """Return the digest by which a draft is known."""
    return hashlib.sha256(text.encode()).hexdigest()


def draft(platform: Platform, contest_id: int) -> Draft:
    """Return a contest as the organizer edits it; raises NotFound."""
    with platform.store.reading() as session:
        row = _contest(session, contest_id)
        version = (
            session.scalar(select(Rules.version).where(Rules.id == row.rules_id)) if row.rules_id else None
        )
        return Draft(row.id, row.title, row.kind, row.draft, version)


def text_in_force(platform: Platform, contest_id: int) -> str:
    """Return the rules document a contest is run by; raises NotFound while it is not published."""
    with platform.store.reading() as session:
        text = session.scalar(
            select(Rules.text).join(Contest, Contest.rules_id == Rules.id).where(Contest.id == contest_id)
        )
    if text is None:
        raise NotFound(N_("没有这场比赛，或比赛尚未发布。"))
    return text


def missing(platform: Platform, wanting: Wanting) -> list[Fault]:
    """Return what keeps a document from being published: too few questions, levels without units."""
    document = wanting.document
    with platform.store.reading() as session:
        held = pool(session, wanting)
        trees = {(row.tree, row.level) for row in session.execute(select(Unit.tree, Unit.level).distinct())}
    faults = [
        Fault(f"/units/{tree}/levels", None, "no_units", NO_UNITS, {"tree": tree, "level": level})
        for tree, levels in document.units.items()
        for level in levels.levels
        if (tree, level) not in trees
    ]
    return [*faults, *_lacking(document, held)]


def _lacking(document: Document, held: Pool) -> list[Fault]:
    """Return for what there are too few questions."""
    faults: list[Fault] = []
    for number, stage in enumerate(document.stages):
        faults += _uncovered(number, stage, held)
        for short in shortfalls(stage.paper.sections, held):
            at = f"/stages/{number}/paper/sections/{short.section}/count"
            values = {
                "stage": stage.name,
                "section": short.section + 1,
                "wanted": short.wanted,
                "available": short.available,
            }
            words = TOO_FEW_WHOLE if short.is_of_materials else TOO_FEW
            faults.append(Fault(at, None, "too_few_questions", words, values))
    return faults


def papers_tried(platform: Platform, wanting: Wanting, seed: str) -> list[StageSupply]:
    """Return what papers of a document would be like if it were published now: told before the opening."""
    with platform.store.reading() as session:
        held = pool(session, wanting)
    return supplies(wanting.document, held, seed, PAPERS_TRIED)


def _uncovered(number: int, stage: Stage, pool: Pool) -> Iterator[Fault]:
    """Yield what a paper of the stage must hold and cannot."""
    paper = stage.paper
    if not paper.cover:
        return
    at = f"/stages/{number}/paper/cover"
    present = {facet for facet, _value in values_to_cover(paper, pool)}
    for facet in paper.cover:
        if facet not in present:
            yield Fault(at, None, "no_values", NO_VALUES, {"stage": stage.name, "facet": facet})
    for facet, value in uncovered(paper, pool):
        values = {"stage": stage.name, "facet": facet, "value": value}
        yield Fault(at, None, "not_covered", NOT_COVERED, values)


def publish(platform: Platform, contest_id: int, actor: Actor, seen: Seen | None = None) -> int:
    """Freeze the draft and the questions it may draw as a new version of the rules; returns the version.

    Raises InvalidDocument for a document that is wrong or that bank and units cannot serve, InvalidInput once
    the contest has opened: from then on only the ledger changes anything.
    `seen`: what a person looked at before; ChangedMeanwhile when it is no longer the draft, and the second of
    two clicks publishes nothing.
    """
    found = draft(platform, contest_id)
    text = found.text
    if seen is not None and seen.draft != draft_digest(text):
        raise ChangedMeanwhile()
    document = playable(text)
    wanting = Wanting(document, actor.now_ms, contest_id, found.kind)
    faults = missing(platform, wanting)
    if faults:
        raise InvalidDocument(faults)
    with platform.store.writing() as session:
        row = _contest(session, contest_id, lock=True)
        before = session.get(Rules, row.rules_id) if row.rules_id else None
        if seen is not None and before is not None and before.version != seen.version:
            if before.version == seen.version_after and before.text == text:
                return before.version
            raise ChangedMeanwhile()
        if _has_opened(platform, row, actor.now_ms) or _has_attempts(session, contest_id):
            raise InvalidInput(N_("比赛已经开始，规则不能再改；更正成绩请使用更正记录。"))
        version = 1 + (
            session.scalar(select(func.max(Rules.version)).where(Rules.contest_id == contest_id)) or 0
        )
        rules = Rules(
            contest_id=contest_id,
            version=version,
            text=text,
            digest=draft_digest(text),
            published_ms=actor.now_ms,
            actor_id=actor.person_id,
            seed=secrets.token_hex(32),
            draw_seed=secrets.token_hex(32),
        )
        session.add(rules)
        session.flush()
        _freeze(session, rules.id, wanting)
        row.rules_id, row.title = rules.id, document.title[:LONGEST_TITLE]
        session.add(
            actor.audit("contest.publish", row.title, json.dumps({"contest": contest_id, "version": version}))
        )
    return version


def drafts(platform: Platform) -> Sequence[Draft]:
    """Return all contests as the desk lists them, newest first."""
    with platform.store.reading() as session:
        rows = session.execute(
            select(Contest, Rules.version)
            .outerjoin(Rules, Rules.id == Contest.rules_id)
            .order_by(Contest.id.desc())
        )
        return [Draft(row.id, row.title, row.kind, row.draft, version) for row, version in rows]


def listed(platform: Platform, now_ms: int) -> list[Listed]:
    """Return the published contests, newest first."""
    with platform.store.reading() as session:
        rows = session.execute(
            select(Contest.id, Rules.id).join(Rules, Rules.id == Contest.rules_id).order_by(Contest.id.desc())
        ).all()
    found = [(contest_id, published(platform, rules_id)) for contest_id, rules_id in rows]
    return [Listed(contest_id, rules, phase(rules.document, now_ms)) for contest_id, rules in found]


def counts(platform: Platform, contest_id: int) -> tuple[int, int, int]:
    """Return how many attempts were started, how many are open, and how many people started one."""
    with platform.store.reading() as session:
        row = session.execute(
            select(
                func.count(),
                func.count().filter(Attempt.finished_ms.is_(None)),
                func.count(Attempt.person_id.distinct()),
            ).where(Attempt.contest_id == contest_id)
        ).one()
    return row[0], row[1], row[2]


def phase(document: Document, now_ms: int) -> timing.Phase:
    """Return the phase of a contest: of the stage that runs, else of the next to come, else of the last."""
    phases = [timing.phase(stage, now_ms) for stage in document.stages]
    for name in ("open", "paused", "coming"):
        for found in phases:
            if found.name == name:
                return found
    return phases[-1]


def current_stage(document: Document, now_ms: int) -> int:
    """Return the position of the stage that `phase` speaks of."""
    chosen = phase(document, now_ms)
    return next(i for i, stage in enumerate(document.stages) if timing.phase(stage, now_ms) == chosen)


def _just_created(session: Session, text: str, actor: Actor) -> int | None:
    """Return the draft with this text that a first click made a moment ago; a command has no clicks."""
    if actor.person_id is None:
        return None
    return session.scalar(
        select(Contest.id).where(
            Contest.draft == text,
            Contest.rules_id.is_(None),
            Contest.created_ms > actor.now_ms - DOUBLE_CLICK_MS,
        )
    )


def _contest(session: Session, contest_id: int, lock: bool = False) -> Contest:
    row = session.get(Contest, contest_id, with_for_update=lock or None)
    if row is None:
        raise NotFound(N_("没有这场比赛。"))
    return row


def _has_opened(platform: Platform, row: Contest, now_ms: int) -> bool:
    """Return whether what is published has opened: by the clock, whether or not anybody came."""
    if row.rules_id is None:
        return False
    stages = published(platform, row.rules_id).document.stages
    return now_ms >= min(stage.calendar.opens_ms for stage in stages)


def _has_attempts(session: Session, contest_id: int) -> bool:
    return session.scalar(select(Attempt.id).where(Attempt.contest_id == contest_id).limit(1)) is not None


def _title(text: str) -> str:
    try:
        return load(text).title[:LONGEST_TITLE]
    except InvalidDocument:
        first = next((line for line in text.splitlines() if line.startswith("title:")), "")
        return first.removeprefix("title:").strip(" \"'")[:LONGEST_TITLE] or N_("未命名的比赛")


def _freeze(session: Session, rules_id: int, wanting: Wanting) -> None:
    """Keep the questions; raises InvalidDocument where some have been taken away since they were counted."""
    keep_still(session)
    held, shares = pool(session, wanting), calibrated_shares(session)
    if faults := _lacking(wanting.document, held):
        raise InvalidDocument(faults)
    sections = [section for stage in wanting.document.stages for section in stage.paper.sections]
    wanted = held.asked_in(sections)
    session.execute(
        insert(FrozenQuestion),
        [{"rules_id": rules_id, "version_id": i, "calibrated": shares.get(i)} for i in sorted(wanted)],
    )
