"""Joining two accounts of one person: no record changes its owner, each goes on where it took part.

docs/decisions/0112-joined-accounts.md
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import orjson
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from quiz.errors import N_, ChangedMeanwhile, NotAllowed
from quiz.models.accounts import About, Identity, Person, SignIn
from quiz.models.contests import Contest
from quiz.models.joining import Joined
from quiz.models.learning import DailyAnswer, Doubt, Learned
from quiz.models.play import Attempt, Line
from quiz.models.subjects import Subject
from quiz.rules import timing
from quiz.rules.permissions import Role
from quiz.services.everywhere import announce_all
from quiz.services.guests import Changed, become_known, is_any_known
from quiz.services.platform import Actor, Platform
from quiz.services.published import published
from quiz.services.pupils import may_be_child
from quiz.services.selves import parts_of, selves_of

KNOWN_ONCE = (
    "on_roster",
    "born",
    "grade",
    "extra",
    "consent",
)  # of `about`: true of a person wherever they take part


class BothTookPart(NotAllowed):
    """Both accounts took part in the same contest: only the organizer can decide which of them counts."""

    code = "both_took_part"
    message = N_("两个账号都参加过：%(contests)s。哪一个算数由组织者决定，请在下面请组织者处理。")


@dataclass(frozen=True)
class Account:
    """One of two accounts, as its owner is asked about it."""

    person_id: int
    nickname: str
    since_ms: int
    contests: tuple[str, ...]  # the titles of those it took part in


@dataclass(frozen=True)
class Shared:
    """A contest in which both took part, and which of them still counts in it."""

    contest_id: int
    title: str
    stays_as: int  # as whom the one that stays took part
    goes_as: int
    stays_counts: bool
    goes_counts: bool


@dataclass(frozen=True)
class Proposal:
    """What joining two accounts would mean."""

    stays: Account
    goes: Account  # becomes part of the other
    shared: tuple[Shared, ...] = ()

    @property
    def refusal(self) -> BothTookPart | None:
        """Why they cannot be joined without the organizer."""
        titles = "、".join(f"《{each.title}》" for each in self.shared)
        return BothTookPart(contests=titles) if self.shared else None

    @property
    def is_decided(self) -> bool:
        """Whether in every contest in which both took part at most one of them counts any more."""
        return not any(each.stays_counts and each.goes_counts for each in self.shared)


def proposal(platform: Platform, person_id: int, proven_id: int, now_ms: int) -> Proposal | None:
    """Return what joining two accounts would mean; None where they are one already.

    `person_id`: who is signed in; `proven_id`: to whom leads what they have proven now.
    Raises NotAllowed where the two are never joined.
    """
    with platform.store.reading() as session:
        heads = [_head(session, each) for each in (person_id, proven_id)]
        if heads[0].id == heads[1].id:
            return None
        return proposed(platform, session, heads, now_ms)


def join(platform: Platform, person_id: int, proven_id: int, actor: Actor) -> Proposal | None:
    """Make two accounts one, and return which goes on as which; None where they are one already.

    Sessions and ways of signing in lead to the one that stays; it takes part as the other in the contests
    in which only that took part. Raises NotAllowed, and BothTookPart where the organizer has to decide.
    """
    with platform.store.writing() as session:
        heads = locked(session, (person_id, proven_id))
        if heads is None:
            return None
        found = proposed(platform, session, heads, actor.now_ms)
        if found.refusal is not None:
            raise found.refusal
        changed = carry_out(platform, session, found, actor)
    announce_all(platform, changed)
    return found


def locked(session: Session, persons: Sequence[int]) -> list[Person] | None:
    """Lock the accounts of two persons in a transaction and return them; None where they are one already.

    Nobody starts an attempt as one of their persons meanwhile. Raises ChangedMeanwhile.
    """
    ids = [_head(session, each).id for each in persons]
    if ids[0] == ids[1]:
        return None
    session.expire_all()
    wanted = select(Person).where(Person.id.in_(ids)).order_by(Person.id).with_for_update()
    by_id = {person.id: person for person in session.scalars(wanted)}
    now = {person.joined_into or person.id for person in by_id.values()}
    if len(now) == 1:
        return None
    if now != set(ids):
        raise ChangedMeanwhile()
    others = select(Person.id).where(Person.joined_into.in_(ids)).order_by(Person.id).with_for_update()
    session.execute(others)
    return [by_id[each] for each in ids]


def carry_out(platform: Platform, session: Session, found: Proposal, actor: Actor) -> Changed:
    """Join two accounts in a transaction that has locked them; returns what the live boards are told then."""
    stays, goes = found.stays.person_id, found.goes.person_id
    persons = [*selves_of(session, stays), *selves_of(session, goes)]
    own, other = parts_of(session, stays), parts_of(session, goes)
    new = {each: other.get(each, goes) for each in _as_the_other(platform, session, found)}
    for contest_id, as_person_id in sorted(new.items()):
        if own.get(contest_id, stays) != as_person_id:
            session.add(
                Joined(person_id=stays, contest_id=contest_id, as_person_id=as_person_id, at_ms=actor.now_ms)
            )
    _lead_to(session, selves_of(session, goes), stays)
    _tell_alike(session, selves_of(session, goes), stays)
    session.execute(update(Person).where(Person.joined_into == goes).values(joined_into=stays))
    session.execute(update(Person).where(Person.id.in_((stays, goes))).values(joined_into=stays))
    _bring_learning(session, goes, stays)
    detail = orjson.dumps({"person": goes, "contests": sorted(new)}).decode()
    session.add(actor.audit("people.join", str(stays), detail))
    return become_known(platform, session, persons, actor.now_ms) if is_any_known(session, persons) else {}


def proposed(platform: Platform, session: Session, heads: Sequence[Person], now_ms: int) -> Proposal:
    """Return what joining two accounts means: of who is signed in, and what they have proven.

    Raises NotAllowed where the two are never joined.
    """
    stays, goes = _in_order(session, *heads)
    for person in (stays, goes):
        if person.role != Role.PARTICIPANT:
            raise NotAllowed(N_("组织者的账号不能合并。"))
    if _is_known(session, goes.id) and may_be_child(session.connection(), stays.id, now_ms):
        raise NotAllowed(N_("不满 14 周岁的学生不登记手机号和其他账号，这两个账号不能合并。"))
    took = [_took_part(platform, session, selves_of(session, person.id)) for person in (stays, goes)]
    both = sorted(took[0] & took[1])
    counts = [_counts(session, selves_of(session, person.id), both) for person in (stays, goes)]
    parts = [parts_of(session, person.id) for person in (stays, goes)]
    titles = _titles(session, took[0] | took[1])
    return Proposal(
        _account(session, stays, titles, took[0]),
        _account(session, goes, titles, took[1]),
        tuple(
            Shared(
                each,
                titles[each],
                parts[0].get(each, stays.id),
                parts[1].get(each, goes.id),
                each in counts[0],
                each in counts[1],
            )
            for each in both
        ),
    )


def _in_order(session: Session, signed_in: Person, proven: Person) -> tuple[Person, Person]:
    """Return which account stays, first: the one on a roster, else the known one, else the proven one."""
    ranks = {
        person.id: (
            _is_on_roster(session, person.id),
            _is_known(session, person.id),
        )
        for person in (signed_in, proven)
    }
    if all(on_roster for on_roster, _known in ranks.values()):
        raise NotAllowed(N_("两个账号都在学校或单位的名册里，不能自己合并。请联系老师或组织者。"))
    return (signed_in, proven) if ranks[signed_in.id] > ranks[proven.id] else (proven, signed_in)


def _is_on_roster(session: Session, person_id: int) -> bool:
    return bool(session.scalar(select(About.on_roster).where(About.person_id == person_id)))


def _is_known(session: Session, person_id: int) -> bool:
    """Return whether a number, an address or an account elsewhere leads to a person."""
    return session.scalar(select(Subject.key).where(Subject.person_id == person_id).limit(1)) is not None


def _head(session: Session, person_id: int) -> Person:
    """Return whose account a person is; raises NotAllowed for one that was deleted."""
    person = session.get_one(Person, person_id)
    if person.joined_into is not None:
        person = session.get_one(Person, person.joined_into)
    if session.get(Identity, person.id) is None:
        raise NotAllowed(N_("其中一个账号已经注销，不能合并。"))
    return person


def _took_part(platform: Platform, session: Session, persons: Sequence[int]) -> set[int]:
    """Return the contests with an attempt of these persons that is no practice, or a place on a board."""
    attempts = session.execute(
        select(Attempt.contest_id, Attempt.rules_id, Attempt.stage, Attempt.started_ms).where(
            Attempt.person_id.in_(persons), ~Attempt.practice
        )
    )
    found = set()
    for contest_id, rules_id, stage, started_ms in attempts:
        rules = published(platform, rules_id)
        if rules.kind == "contest" and not timing.is_practice(rules.document.stages[stage], started_ms):
            found.add(contest_id)
    listed = session.execute(
        select(Line.contest_id, Contest.rules_id)
        .join(Contest, Contest.id == Line.contest_id)
        .where(Line.person_id.in_(persons), Line.order_key != "")
        .distinct()
    )
    return found | {each for each, rules_id in listed if published(platform, rules_id or 0).kind == "contest"}


def _counts(session: Session, persons: Sequence[int], contests: Iterable[int]) -> set[int]:
    """Return the contests in which these persons are on a board, or are answering."""
    listed = select(Line.contest_id).where(
        Line.person_id.in_(persons), Line.contest_id.in_(contests), Line.order_key != ""
    )
    is_open = select(Attempt.contest_id).where(
        Attempt.person_id.in_(persons), Attempt.contest_id.in_(contests), Attempt.finished_ms.is_(None)
    )
    return {*session.scalars(listed), *session.scalars(is_open)}


def _as_the_other(platform: Platform, session: Session, found: Proposal) -> set[int]:
    """Return the contests in which the account that goes took part and the one that stays does not count."""
    goes, stays = (selves_of(session, each.person_id) for each in (found.goes, found.stays))
    took, shared = _took_part(platform, session, goes), {each.contest_id: each for each in found.shared}
    practised = set(session.scalars(select(Attempt.contest_id).where(Attempt.person_id.in_(goes))))
    practised -= set(session.scalars(select(Attempt.contest_id).where(Attempt.person_id.in_(stays))))
    decided_for = {each for each, told in shared.items() if told.goes_counts}
    own = _took_part(platform, session, stays)
    return (took - set(shared)) | decided_for | (practised - own)


def _titles(session: Session, contests: Iterable[int]) -> dict[int, str]:
    rows = session.execute(select(Contest.id, Contest.title).where(Contest.id.in_(contests)))
    return dict(rows.all())


def _account(session: Session, person: Person, titles: dict[int, str], took: set[int]) -> Account:
    nickname = session.get_one(Identity, person.id).nickname
    return Account(person.id, nickname, person.created_ms, tuple(titles[each] for each in sorted(took)))


def _lead_to(session: Session, persons: Sequence[int], stays: int) -> None:
    """Let every session and every way of signing in of these persons lead to the account that stays."""
    for table in (Subject, SignIn):
        session.execute(update(table).where(table.person_id.in_(persons)).values(person_id=stays))


def _tell_alike(session: Session, persons: Sequence[int], stays: int) -> None:
    """Call these persons as the one that stays is called, and know of them what is true wherever they are.

    Units and groups stay: they decided for what the results count.
    """
    nickname = session.get_one(Identity, stays).nickname
    session.execute(update(Identity).where(Identity.person_id.in_(persons)).values(nickname=nickname))
    known = session.get(About, stays)
    for person_id in persons:
        about = session.get(About, person_id) or About(person_id=person_id, groups="[]")
        for name in KNOWN_ONCE if known is not None else ():
            if getattr(known, name):
                setattr(about, name, getattr(known, name))
        session.add(about)


def _bring_learning(session: Session, goes: int, stays: int) -> None:
    """Give what was practised to the account that stays; what that one has itself goes first."""
    for table, key in (
        (Learned, Learned.question_id),
        (DailyAnswer, DailyAnswer.day),
        (Doubt, Doubt.version_id),
    ):
        own = select(key).where(table.person_id == stays)
        mine = table.person_id == goes
        session.execute(
            update(table)
            .where(mine, key.not_in(own))
            .values(person_id=stays)
            .execution_options(synchronize_session=False)
        )
    for table in (Learned, DailyAnswer):
        session.execute(
            delete(table).where(table.person_id == goes).execution_options(synchronize_session=False)
        )
