"""Signing in and out, inviting organizers, adding people and units."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import orjson
from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from quiz.errors import N_, InvalidInput, NotAllowed, WrongCode
from quiz.models.accounts import About, Enrolment, Identity, Invitation, Membership, Person, SignIn, Unit
from quiz.rules.permissions import Role
from quiz.services.consents import Said, consent_row
from quiz.services.entering import DAY_MS, SignedIn, add_sign_in, entered
from quiz.services.events import visited
from quiz.services.guessing import check_guessing, check_tries, count_wrong
from quiz.services.platform import Actor, Platform
from quiz.services.seats import add_seat
from quiz.services.secrets import digest, new_code, new_token, plain_code
from quiz.services.selves import parts_of, revoke, selves_of
from quiz.services.spelling import spelt
from quiz.services.subjects import Proven, Taken, add_subject, person_of

INVITATION_MS = 2 * DAY_MS
TEAM = "team"  # the tree, and its one level, of teams that a roster makes
LONGEST_NICKNAME = 20  # characters
LONGEST_PATH = 400  # characters of the names of a unit and those above it
RING = N_("上级单位 %(parent)s 是这个单位自己，或在它下面，请改成别的单位。")


@dataclass(frozen=True)
class Visitor:
    """Who a request comes from."""

    person_id: int
    role: Role
    nickname: str
    epoch: int
    token: str
    selves: tuple[int, ...] = ()  # all persons of the account, the own first, where accounts were joined
    parts: Mapping[int, int] = field(default_factory=dict)  # contest → as whom, where it is another of them

    @property
    def persons(self) -> tuple[int, ...]:
        """All persons of the account, the own first."""
        return self.selves or (self.person_id,)

    def within(self, contest_id: int) -> int:
        """Return as whom they take part in a contest."""
        return self.parts.get(contest_id, self.person_id)


@dataclass(frozen=True)
class NewPerson:
    """Somebody to be added from a roster."""

    nickname: str
    name: str = ""
    units: Mapping[str, int] | None = None  # tree → unit id
    seat: str = ""  # in their class; "" for the next free number
    team: str = ""  # of the tree `team`; made where there is none of this name
    on_roster: bool = False
    groups: tuple[str, ...] = ()
    born: str = ""
    grade: str = ""
    extra: str = ""  # extra time, as rules.extra_time keeps it
    consent: str = ""  # of the guardian, as rules.minors says it
    guardian: str = ""  # which one said it


@dataclass(frozen=True)
class UnitRow:
    """One unit as a file gives it; `code` is unique in its tree, a parent comes before its children."""

    code: str
    name: str
    level: str
    parent: str
    enrolled: int | None = None  # how many people it had …
    as_of: str = ""  # … on this day (ISO date)


def sign_in_with_code(platform: Platform, typed: str, now_ms: int, address: str = "") -> SignedIn:
    """Sign in the person whose participant code this is; raises WrongCode, TooMany."""
    return entered(platform, person_with_code(platform, typed, now_ms, address), now_ms)


def person_with_code(platform: Platform, typed: str, now_ms: int, address: str = "") -> int:
    """Return the person whose participant code this is; raises WrongCode, TooMany.

    `address`: where the try comes from; 500 pupils of a school share one, so only wrong codes are counted.
    """
    check_guessing(platform, address, now_ms)
    kept = digest(platform.secret, "code", plain_code(typed))
    with platform.store.reading() as session:
        person_id = session.scalar(select(Identity.person_id).where(Identity.code_digest == kept))
    if person_id is None:
        count_wrong(platform, address, kept, now_ms)
        raise WrongCode()
    return person_id


def sign_up(
    platform: Platform, nickname: str, units: Mapping[str, int], now_ms: int, address: str = ""
) -> SignedIn:
    """Make a person with a nickname and the units chosen (tree → unit id), and sign them in.

    The code that is told once lets them come back on another phone. Raises InvalidInput, TooMany.
    """
    check_tries(platform, address, now_ms)
    nickname = checked_nickname(nickname)
    with platform.store.writing() as session:
        code = new_code()
        person = _add_person(platform, session, NewPerson(nickname, units=units), code, now_ms)
        entry = SignedIn(add_sign_in(platform, session, person, now_ms), person.id, code)
    visited(platform, entry.person_id, now_ms)
    return entry


def sign_up_known(platform: Platform, new: NewPerson, proven: Proven, now_ms: int) -> SignedIn:
    """Make a person who is known by what they have just proven, and sign them in; sent twice it is the same.

    Raises InvalidInput.
    """
    new = replace(new, nickname=checked_nickname(new.nickname))
    try:
        with platform.store.writing() as session:
            person = _add_person(platform, session, new, new_code(), now_ms)
            add_subject(platform, session, person.id, proven, now_ms)
            entry = SignedIn(add_sign_in(platform, session, person, now_ms), person.id)
    except (IntegrityError, Taken):
        person_id = person_of(platform, proven)
        if person_id is None:
            raise
        return entered(platform, person_id, now_ms)
    visited(platform, entry.person_id, now_ms)
    return entry


def sign_out(platform: Platform, token: str, now_ms: int) -> None:
    """End a sign-in and everything signed for the person; doing it again changes nothing."""
    with platform.store.writing() as session:
        row = session.get(SignIn, digest(platform.secret, "sign-in", token))
        if row is None or row.revoked_ms is not None:
            return
        row.revoked_ms = now_ms
        revoke(session, row.person_id)


def visitor(platform: Platform, token: str, now_ms: int) -> Visitor | None:
    """Return who signed in with this token; None when it is unknown, revoked or has run out."""
    with platform.store.reading() as session:
        row = session.execute(
            select(SignIn, Person, Identity.nickname)
            .join(Person, Person.id == SignIn.person_id)
            .outerjoin(Identity, Identity.person_id == Person.id)
            .where(SignIn.digest == digest(platform.secret, "sign-in", token))
        ).one_or_none()
        if row is None or row.SignIn.revoked_ms is not None or row.SignIn.expires_ms <= now_ms:
            return None
        person: Person = row.Person
        found = Visitor(person.id, Role(person.role), row.nickname or "", person.epoch, token)
        if person.joined_into is None:
            return found
        head = session.get_one(Person, person.joined_into)  # another one where they signed in at that moment
        selves, parts = selves_of(session, head.id), parts_of(session, head.id)
        return replace(found, person_id=head.id, epoch=head.epoch, selves=tuple(selves), parts=parts)


def invite_organizer(platform: Platform, name: str, actor: Actor) -> str:
    """Make a one-time invitation and return its code; the address is the web's matter."""
    token = new_token()
    with platform.store.writing() as session:
        session.add(
            Invitation(
                digest=digest(platform.secret, "invitation", token),
                name=checked_nickname(name),
                created_ms=actor.now_ms,
                expires_ms=actor.now_ms + INVITATION_MS,
            )
        )
        session.add(actor.audit("organizer.invite", name))
    return token


def open_invitation(platform: Platform, token: str, now_ms: int) -> str:
    """Return the name an unused invitation was made for; raises NotAllowed when it is not valid any more."""
    with platform.store.reading() as session:
        return _usable(platform, session, token, now_ms).name


def accept_invitation(platform: Platform, token: str, now_ms: int) -> SignedIn:
    """Use an invitation once: its bearer becomes an organizer and is signed in. Raises NotAllowed."""
    with platform.store.writing() as session:
        row = _usable(platform, session, token, now_ms, lock=True)
        person = Person(role=Role.ORGANIZER, created_ms=now_ms)
        session.add(person)
        session.flush()
        session.add(Identity(person_id=person.id, nickname=row.name))
        row.used_ms, row.person_id = now_ms, person.id
        session.add(Actor(person.id, now_ms).audit("organizer.accept", row.name))
        return SignedIn(add_sign_in(platform, session, person, now_ms), person.id)


def has_organizer(platform: Platform) -> bool:
    """Return whether anybody can work at the desk yet."""
    with platform.store.reading() as session:
        return session.scalar(select(Person.id).where(Person.role == Role.ORGANIZER).limit(1)) is not None


def add_people(
    platform: Platform,
    people: Sequence[NewPerson],
    actor: Actor,
    codes: Sequence[str] | None = None,
    said: Said | None = None,
) -> list[str]:
    """Add people from a roster and return their participant codes in the same order; none is stored readable.

    `codes`: those a caller has chosen; an IntegrityError, and nobody added, when anybody has one of them.
    `said`: how and when the guardians of those under 14 consented.
    """
    codes = [new_code() for _ in people] if codes is None else list(codes)
    with platform.store.writing() as session:
        for new, code in zip(people, codes, strict=True):
            person = _add_person(platform, session, new, code, actor.now_ms)
            if said is not None and new.consent:
                session.add(consent_row(person.id, replace(said, guardian=new.guardian), actor))
        session.add(actor.audit("people.add", str(len(codes))))
    return codes


def load_units(platform: Platform, tree: str, rows: Iterable[UnitRow], actor: Actor) -> int:
    """Add the units of one tree, or rename those whose code is known; returns how many rows were read."""
    with platform.store.writing() as session:
        known = {unit.code: unit for unit in session.scalars(select(Unit).where(Unit.tree == tree))}
        count = 0
        for count, row in enumerate(rows, 1):
            parent = known.get(row.parent) if row.parent else None
            if row.parent and parent is None:
                raise InvalidInput(
                    N_("第 %(row)s 行：上级单位 %(parent)s 不存在，请把上级写在下级前面。"),
                    row=count,
                    parent=row.parent,
                )
            unit = known.setdefault(row.code, Unit(tree=tree, code=row.code))
            if unit.name != row.name or not unit.spelt:
                unit.spelt = spelt(row.name)
            unit.level, unit.name = row.level, row.name
            unit.parent_id = parent.id if parent else None
            unit.path = row.name  # until all are read
            session.add(unit)
            session.flush()
            if row.enrolled is not None:
                session.merge(Enrolment(unit_id=unit.id, as_of=row.as_of, enrolled=row.enrolled))
        _renew_paths(list(known.values()))
        session.add(actor.audit("units.load", f"{tree}: {count}"))
    return count


def _renew_paths(tree: Sequence[Unit]) -> None:
    """Name every unit by all that are above it: one that was renamed names those below it anew.

    Raises InvalidInput where units lie above each other in a ring, which no climb would leave.
    """
    by_id = {unit.id: unit for unit in tree}
    for unit in tree:
        names: list[str] = []
        step: Unit | None = unit
        while step is not None:
            names.insert(0, step.name)
            if len(names) > len(tree):
                raise InvalidInput(RING, parent=unit.code)
            step = by_id.get(step.parent_id) if step.parent_id is not None else None
        unit.path = "/".join(names)
        if len(unit.path) > LONGEST_PATH:
            raise InvalidInput(
                N_("单位 %(unit)s 和各级上级的名称合起来最多 %(most)s 个字，请缩短。"),
                unit=unit.code,
                most=LONGEST_PATH,
            )


def set_enrolment(platform: Platform, unit_id: int, as_of: str, enrolled: int, actor: Actor) -> None:
    """State how many people a unit had on a day (ISO date)."""
    with platform.store.writing() as session:
        session.merge(Enrolment(unit_id=unit_id, as_of=as_of, enrolled=enrolled))
        session.add(actor.audit("units.enrolment", f"{unit_id} {as_of}: {enrolled}"))


def checked_nickname(typed: str) -> str:
    """Return a nickname as it is stored; raises InvalidInput when it is empty, too long or unprintable."""
    nickname = " ".join(unicodedata.normalize("NFC", typed).split())
    if not nickname:
        raise InvalidInput(N_("请填写昵称。"))
    if len(nickname) > LONGEST_NICKNAME:
        raise InvalidInput(N_("昵称最多 %(most)s 个字，请缩短。"), most=LONGEST_NICKNAME)
    if not nickname.isprintable():
        raise InvalidInput(N_("昵称里有不能显示的字符，请重新填写。"))
    return nickname


def _add_person(platform: Platform, session: Session, new: NewPerson, code: str, now_ms: int) -> Person:
    known_ms = now_ms if new.on_roster else None
    person = Person(created_ms=now_ms, role=Role.PARTICIPANT, known_ms=known_ms)
    session.add(person)
    session.flush()
    kept = digest(platform.secret, "code", plain_code(code))
    session.add(Identity(person_id=person.id, nickname=new.nickname, name=new.name, code_digest=kept))
    for tree, unit_id in (new.units or {}).items():
        unit = session.get(Unit, unit_id)
        if unit is None or unit.tree != tree:
            raise InvalidInput(N_("所选的街道、社区或学校不存在，请重新选择。"))
        session.add(Membership(person_id=person.id, tree=tree, unit_id=unit_id, since_ms=now_ms))
        if new.on_roster:
            add_seat(platform, session, person.id, (unit_id, new.seat), code)
    if new.team:
        unit_id = _team(session, new.team)
        session.add(Membership(person_id=person.id, tree=TEAM, unit_id=unit_id, since_ms=now_ms))
    if new.on_roster:
        groups = orjson.dumps(list(new.groups)).decode()
        session.add(
            About(
                person_id=person.id,
                on_roster=True,
                groups=groups,
                born=new.born,
                grade=new.grade,
                extra=new.extra,
                consent=new.consent,
            )
        )
    return person


def _team(session: Session, name: str) -> int:
    """Return the team of this name or code; one that nobody has heard of is made."""
    known = session.scalars(
        select(Unit.id).where(Unit.tree == TEAM, or_(Unit.code == name, Unit.name == name)).order_by(Unit.id)
    ).first()
    if known is not None:
        return known
    unit = Unit(tree=TEAM, level=TEAM, code=name, name=name, path=name, spelt=spelt(name))
    session.add(unit)
    session.flush()
    return unit.id


def _usable(platform: Platform, session: Session, token: str, now_ms: int, lock: bool = False) -> Invitation:
    row = session.get(Invitation, digest(platform.secret, "invitation", token), with_for_update=lock or None)
    if row is None or row.used_ms is not None or row.expires_ms <= now_ms:
        raise NotAllowed(N_("这个登录地址已经用过或已过期，请用 flask organizer invite 重新生成。"))
    return row
