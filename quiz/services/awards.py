"""Awards and advancement: who gets them by now, the lists that were confirmed, who may start a stage."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, Row, exists, func, insert, select

from quiz.errors import N_, ChangedMeanwhile, NotAllowed, NotFound, NotNow
from quiz.models.accounts import About, Identity, Unit
from quiz.models.play import Attempt
from quiz.models.privacy import kept_names
from quiz.models.rewards import AwardList, AwardWinner
from quiz.rules import names, timing
from quiz.rules.across import as_stage
from quiz.rules.document import Document, Stage
from quiz.rules.eligibility import is_minor
from quiz.rules.parts import Prize
from quiz.rules.publicity import waits
from quiz.rules.runs import Run
from quiz.services.belonging import unit_ids
from quiz.services.kept_folds import kept
from quiz.services.platform import Actor, Platform
from quiz.services.published import Published
from quiz.services.whole_stage import runs

DAY_MS = 86_400_000
AT_ONCE = 500
WARNED_MS = 3 * DAY_MS  # before a stage opens: that nobody may be in it yet


@dataclass(frozen=True)
class AwardId:
    """Names one award of a contest: "0-2" is the third of the first stage; last come those of all stages."""

    stage: int
    prize: int

    @classmethod
    def parse(cls, text: str) -> AwardId:
        """Read an award's id; raises NotFound."""
        stage, _, prize = text.partition("-")
        if not (text.isascii() and stage.isdecimal() and prize.isdecimal() and len(text) < 12):
            raise NotFound(N_("没有这个奖项。"))
        return cls(int(stage), int(prize))

    def __str__(self) -> str:
        return f"{self.stage}-{self.prize}"


@dataclass(frozen=True)
class Getter:
    """Somebody, or a unit, who gets an award, with what decided."""

    who: int
    place: int | None
    name: str  # as everybody may see it
    real_name: str
    figures: Mapping[str, object]  # of the board's row, by column


@dataclass(frozen=True)
class Given:
    """An award on one occasion: who gets it by now, and what was confirmed."""

    award: AwardId
    stage: Stage
    prize: Prize
    of: str  # people, or the level of a unit board
    period: str  # "" at the end
    getters: Sequence[Getter]
    ends_ms: int
    open_attempts: bool
    confirmed: Confirmed | None

    @property
    def digest(self) -> str:
        """Names the list that was looked at."""
        return _digest([(each.who, each.place) for each in self.getters])

    @property
    def has_changed(self) -> bool:
        """Whether corrections have changed what was confirmed."""
        return self.confirmed is not None and self.confirmed.digest != self.digest

    def is_ready(self, now_ms: int) -> bool:
        """Whether nothing but a correction can change the list any more."""
        return now_ms >= self.ends_ms and not self.open_attempts


@dataclass(frozen=True)
class Confirmed:
    """A list that was confirmed: as everybody sees it."""

    award: AwardId
    stage: Stage
    prize: Prize
    period: str
    confirmed_ms: int
    notice_until_ms: int | None  # until when objections are heard
    digest: str
    getters: Sequence[Getter]


def stages_of(document: Document) -> list[Stage]:
    """Return the stages, then what stands beside them."""
    return [*document.stages, as_stage(document)]


def prize_of(rules: Published, award: AwardId) -> tuple[Stage, Prize]:
    """Return stage and award of an id. Raises NotFound."""
    stages = stages_of(rules.document)
    if award.stage >= len(stages) or award.prize >= len(stages[award.stage].awards):
        raise NotFound(N_("没有这个奖项。"))
    return stages[award.stage], stages[award.stage].awards[award.prize]


def given(platform: Platform, rules: Published) -> list[Given]:
    """Return who gets what by now, on every occasion, in the order in which places pass down."""
    with platform.store.snapshot() as session:
        connection = session.connection()
        confirmed = {(c.award, c.period): c for c in _confirmed(connection, rules)}
        found = kept(
            platform,
            connection,
            rules,
            "awards",
            lambda: [
                each
                for position, run in enumerate(runs(platform, session, rules))
                for each in _of_run(rules, position, run)
            ],
        )
        return [_given(connection, rules, each, confirmed) for each in found]


def one(platform: Platform, rules: Published, award: AwardId, period: str) -> Given:
    """Return an award on one occasion. Raises NotFound."""
    prize_of(rules, award)
    for each in given(platform, rules):
        if (each.award, each.period) == (award, period):
            return each
    raise NotFound(N_("这一期还没有成绩。"))


def confirm(
    platform: Platform, rules: Published, award: AwardId, period: str, seen: str, actor: Actor
) -> None:
    """Keep the list of an award as it is now; it is published, and advancement follows it.

    `seen`: the digest of the list that was looked at; ChangedMeanwhile when it is another by now. The second
    of two clicks changes nothing. Raises NotFound, NotNow.
    """
    found = one(platform, rules, award, period)
    if found.digest != seen:
        raise ChangedMeanwhile()
    if not found.is_ready(actor.now_ms):
        raise NotNow(N_("还有人在答题，或这一期还没有结束，现在不能确认名单。"))
    if found.confirmed is not None and found.confirmed.digest == seen:
        return
    detail = {"contest": rules.contest_id, "award": found.prize.name, "period": period}
    with platform.store.writing() as session:
        row = AwardList(
            contest_id=rules.contest_id,
            stage=award.stage,
            prize=award.prize,
            period=period,
            digest=found.digest,
            confirmed_ms=actor.now_ms,
            actor_id=actor.person_id,
        )
        session.add(row)
        session.flush()
        rows = [
            {"list_id": row.id, "number": n, "who": each.who, "place": each.place}
            for n, each in enumerate(found.getters, 1)
        ]
        if rows:
            session.execute(insert(AwardWinner), rows)
        session.add(actor.audit("award.confirm", rules.document.title, json.dumps(detail)))


def confirmed(platform: Platform, rules: Published) -> list[Confirmed]:
    """Return the lists in force, in the document's order."""
    with platform.store.reading() as session:
        return _confirmed(session.connection(), rules)


def published_lists(platform: Platform, rules: Published, now_ms: int) -> list[Confirmed]:
    """Return the lists in force that may be told: none of a board that is not public yet, or frozen."""
    return [each for each in confirmed(platform, rules) if _may_be_told(each, now_ms)]


def _may_be_told(found: Confirmed, now_ms: int) -> bool:
    board = next((b for b in found.stage.boards if b.name == found.prize.board), None)
    return board is None or not waits(found.stage, board, now_ms)


def check_advanced(has: bool) -> None:
    """Raise NotAllowed where somebody has not advanced to a stage."""
    if not has:
        raise NotAllowed(N_("这个阶段只有晋级者可以参加，您不在已确认的晋级名单里。"))


def has_advanced(connection: Connection, rules: Published, position: int, person_id: int) -> bool:
    """Return whether somebody, or their unit, may be in a stage; one that no award leads to is for all."""
    leading = leads_to(rules.document, position)
    if not leading:
        return True
    units = unit_ids(connection, rules.document, person_id).values()
    for award, prize in leading:
        stage = stages_of(rules.document)[award.stage]
        who = [person_id] if whom(stage, prize) == "people" else units
        wanted = select(
            exists().where(AwardWinner.list_id.in_(_in_force(rules, award)), AwardWinner.who.in_(who))
        )
        if connection.scalar(wanted):
            return True
    return False


def nobody_advanced_yet(platform: Platform, rules: Published, now_ms: int) -> list[Stage]:
    """Return the stages that open within three days, or are open, and that no confirmed list leads to."""
    with platform.store.reading() as session:
        lists = {found.award for found in _confirmed(session.connection(), rules)}
    return [
        stage
        for position, stage in enumerate(rules.document.stages)
        if stage.calendar.opens_ms - WARNED_MS <= now_ms < stage.calendar.closes_ms
        and (leading := leads_to(rules.document, position))
        and not any(award in lists for award, _ in leading)
    ]


def leads_to(document: Document, position: int) -> list[tuple[AwardId, Prize]]:
    """Return the awards that lead to a stage."""
    name = document.stages[position].name
    return [
        (AwardId(s, n), prize)
        for s, stage in enumerate(stages_of(document))
        for n, prize in enumerate(stage.awards)
        if prize.to == name
    ]


def _in_force(rules: Published, award: AwardId) -> Any:  # Any: a select of one column
    """Select the latest list of each occasion of an award."""
    return (
        select(func.max(AwardList.id))
        .where(
            AwardList.contest_id == rules.contest_id,
            AwardList.stage == award.stage,
            AwardList.prize == award.prize,
        )
        .group_by(AwardList.period)
    )


class _Got(NamedTuple):
    """Who gets an award on an occasion, as the fold has it."""

    award: AwardId
    of: str
    period: str
    getters: Sequence[Getter]  # without names, which belong to no record


def _of_run(rules: Published, position: int, run: Run) -> Iterator[_Got]:
    stage = stages_of(rules.document)[position]
    positions = {prize.name: n for n, prize in enumerate(stage.awards)}
    for occasion, got in run.given():
        n = positions[occasion.prize.name]
        prize = stage.awards[n]
        places = dict(occasion.rows) if prize.board is not None and prize.in_a_row is None else {}
        rows = _board_rows(run, prize, occasion.period)
        getters = [Getter(int(who), places.get(who), "", "", rows.get(who, {})) for who in got]
        yield _Got(AwardId(position, n), occasion.of, occasion.period or "", getters)


def _given(
    connection: Connection,
    rules: Published,
    got: _Got,
    confirmed: Mapping[tuple[AwardId, str], Confirmed],
) -> Given:
    stage, prize = prize_of(rules, got.award)
    called = _called(connection, stage, prize, [each.who for each in got.getters])
    getters = []
    for each in got.getters:
        name, real_name = called.get(each.who, ("", ""))
        getters.append(replace(each, name=name, real_name=real_name))
    ends_ms = timing.period_ends_ms(stage, got.period)
    is_open = _has_open(connection, rules, got.award.stage, ends_ms)
    known = confirmed.get((got.award, got.period))
    return Given(got.award, stage, prize, got.of, got.period, getters, ends_ms, is_open, known)


def _board_rows(run: Run, prize: Prize, period: str | None) -> Mapping[str, Mapping[str, object]]:
    """Return what stands on the board of an award beside each name: the reason for the place."""
    if prize.board is None:
        totals = ((who, {"total": run.record.total(who)}) for who in run.record.people())
        return dict(totals)
    board = next(board for board in run.stage.boards if board.name == prize.board)
    rows = run.tables.rows(board, period if board.over == "period" else None)
    return {row["who"]: row for row in rows}


def whom(stage: Stage, prize: Prize) -> str:
    """Return whom an award is for: people, or the units of a level."""
    return next((board.of for board in stage.boards if board.name == prize.board), "people")


def _confirmed(connection: Connection, rules: Published) -> list[Confirmed]:
    found = []
    for position, stage in enumerate(stages_of(rules.document)):
        for n, prize in enumerate(stage.awards):
            award = AwardId(position, n)
            rows = connection.execute(
                select(AwardList.__table__)
                .where(AwardList.id.in_(_in_force(rules, award)))
                .order_by(AwardList.period)
            ).all()
            found += [_list(connection, award, stage, prize, row) for row in rows]
    return found


def _list(
    connection: Connection, award: AwardId, stage: Stage, prize: Prize, row: Row[Any]
) -> Confirmed:  # Any: the columns of AwardList
    winners = connection.execute(
        select(AwardWinner.who, AwardWinner.place)
        .where(AwardWinner.list_id == row.id)
        .order_by(AwardWinner.number)
    ).all()
    called = _called(connection, stage, prize, [who for who, _ in winners])
    days = stage.integrity.notice_days
    return Confirmed(
        award=award,
        stage=stage,
        prize=prize,
        period=row.period,
        confirmed_ms=row.confirmed_ms,
        notice_until_ms=row.confirmed_ms + days * DAY_MS if days is not None else None,
        digest=row.digest,
        getters=[Getter(who, place, *called.get(who, ("", "")), {}) for who, place in winners],
    )


def _called(
    connection: Connection, stage: Stage, prize: Prize, numbers: Sequence[int]
) -> dict[int, tuple[str, str]]:
    """Return what those who get an award are called in public, as on its board, and their real names."""
    found: dict[int, tuple[str, str]] = {}
    board = next((board for board in stage.boards if board.name == prize.board), None)
    is_of_people = board is None or board.of == "people"
    for first in range(0, len(numbers), AT_ONCE):
        some = numbers[first : first + AT_ONCE]
        if is_of_people:
            policy = board.names if board is not None else "masked"
            for person, nickname, name, born, grade in connection.execute(
                select(Identity.person_id, Identity.nickname, Identity.name, About.born, About.grade)
                .outerjoin(About, About.person_id == Identity.person_id)
                .where(Identity.person_id.in_(some))
            ):
                minor = is_minor(born or "", grade or "", stage.calendar.zone, stage.calendar.closes_ms)
                found[person] = (names.shown(policy, nickname, name, minor=minor), name or nickname)
            found |= {person: ("", name) for person, name in kept_names(connection, some).items()}
        else:
            for unit, path in connection.execute(select(Unit.id, Unit.path).where(Unit.id.in_(some))):
                found[unit] = (path, path)
    return found


def _has_open(connection: Connection, rules: Published, position: int, until_ms: int) -> bool:
    here = [Attempt.stage == position] if position < len(rules.document.stages) else []
    return bool(
        connection.scalar(
            select(
                exists().where(
                    Attempt.contest_id == rules.contest_id,
                    Attempt.finished_ms.is_(None),
                    Attempt.started_ms < until_ms,
                    *here,
                )
            )
        )
    )


def _digest(rows: Sequence[tuple[int, int | None]]) -> str:
    return hashlib.sha256(orjson.dumps(rows)).hexdigest()
