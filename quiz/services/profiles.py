"""What rules ask about a person: told by themselves where a contest needs it, corrected at the desk."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from quiz.errors import N_, InvalidInput, NotAllowed, NotFound
from quiz.models.accounts import About, Identity, Person
from quiz.rules import eligibility, extra_time, minors
from quiz.rules.eligibility import BORN, GRADE, GROUP
from quiz.rules.minors import Pupil
from quiz.rules.permissions import Role
from quiz.services.admission import known_of
from quiz.services.everywhere import announce_all, refolded
from quiz.services.platform import Actor, Platform
from quiz.services.published import Published
from quiz.services.pupils import may_be_child
from quiz.services.selves import tell_selves

LONGEST = 40  # characters of a group, a grade
MOST_GROUPS = 20
OLDEST_YEAR = 1900
A_DAY = timedelta(days=1)  # it is tomorrow somewhere
SEPARATORS = re.compile(r"[,，、;；/]")  # of groups
BORN_TEXT = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?)?年?(?: 00:00:00)?")


@dataclass(frozen=True)
class Told:
    """What somebody says of themselves; "" where they say nothing."""

    group: str = ""
    born: str = ""
    grade: str = ""


@dataclass(frozen=True)
class Profile:
    """A person as the desk sees them."""

    person_id: int
    nickname: str
    name: str
    created_ms: int
    on_roster: bool
    groups: tuple[str, ...]
    born: str
    grade: str
    extra: str  # as rules.extra_time keeps it


def missing(platform: Platform, rules: Published, person_id: int, now_ms: int) -> tuple[str, ...]:
    """Return what a contest has to know of a person and nobody has told."""
    with platform.store.reading() as session:
        known = known_of(session.connection(), rules.document, person_id, now_ms)
    return eligibility.missing(rules.document.people, known.facts)


def tell(platform: Platform, rules: Published, person_id: int, told: Told, now_ms: int) -> None:
    """Keep what somebody says of themselves; what is known already stays: only the desk corrects it.

    Raises InvalidInput; UnderAge, and nothing is kept, where somebody who is on no roster is under 14.
    """
    people = rules.document.people
    if told.group and told.group not in people.groups:
        raise InvalidInput(N_("请从这场比赛的组别中选一个：%(groups)s。"), groups="、".join(people.groups))
    born, grade = read_born(told.born, now_ms), read_word(told.grade)
    check_not_child(platform, person_id, Pupil(False, born, grade), now_ms)
    with platform.store.writing() as session:
        session.execute(select(Person.id).where(Person.id == person_id).with_for_update())
        wanted = eligibility.missing(
            people, known_of(session.connection(), rules.document, person_id, now_ms).facts
        )
        row = _about(session, person_id)
        if told.group and GROUP in wanted:
            row.groups = _packed((*orjson.loads(row.groups), told.group))
        if BORN in wanted:
            row.born = born
        if GRADE in wanted:
            row.grade = grade


def check_not_child(platform: Platform, person_id: int, pupil: Pupil, now_ms: int) -> None:
    """Raise UnderAge where what somebody tells of themselves says that they are under 14, on no roster."""
    with platform.store.reading() as session:
        about = session.get(About, person_id)
    if about is None or not about.on_roster:
        minors.check(pupil, now_ms)


def is_child(platform: Platform, person_id: int, now_ms: int) -> bool:
    """Return whether somebody on a roster is, or may be, under 14."""
    with platform.store.reading() as session:
        return may_be_child(session.connection(), person_id, now_ms)


def check_may_be_known(platform: Platform, person_id: int, now_ms: int) -> None:
    """Raise NotAllowed for a pupil under 14: no number and no address of theirs is stored."""
    if is_child(platform, person_id, now_ms):
        raise NotAllowed(N_("不满 14 周岁的学生不登记手机号和其他账号，请用学校发的参赛卡登录。"))


def profile(platform: Platform, person_id: int) -> Profile:
    """Return a participant as the desk sees them; raises NotFound."""
    with platform.store.reading() as session:
        row = session.execute(
            select(Person, Identity, About)
            .outerjoin(Identity, Identity.person_id == Person.id)
            .outerjoin(About, About.person_id == Person.id)
            .where(Person.id == person_id, Person.role == Role.PARTICIPANT)
        ).one_or_none()
    if row is None:
        raise NotFound()
    about = row.About or About(on_roster=False, groups="[]", born="", grade="", extra="")
    return Profile(
        person_id=person_id,
        nickname=row.Identity.nickname if row.Identity else "",
        name=row.Identity.name if row.Identity else "",
        created_ms=row.Person.created_ms,
        on_roster=about.on_roster,
        groups=tuple(orjson.loads(about.groups)),
        born=about.born,
        grade=about.grade,
        extra=about.extra,
    )


@dataclass(frozen=True)
class Correction:
    """What the desk writes about a person, and why."""

    groups: str  # separated by commas
    born: str
    grade: str
    extra: str
    because: str


def correct(platform: Platform, person_id: int, wanted: Correction, actor: Actor) -> None:
    """Let the desk correct what is known of a person; it decides about starts, and boards by groups follow.

    Raises NotFound, InvalidInput.
    """
    because = wanted.because.strip()
    if not because:
        raise InvalidInput(N_("请写明更正的原因，它会留在操作记录里。"))
    groups, born = read_groups(wanted.groups), read_born(wanted.born, actor.now_ms)
    grade, extra = read_word(wanted.grade), read_extra(wanted.extra)
    before = profile(platform, person_id)
    changed = {
        name: [old, new]
        for name, old, new in (
            ("groups", list(before.groups), list(groups)),
            ("born", before.born, born),
            ("grade", before.grade, grade),
            ("extra", before.extra, extra),
        )
        if old != new
    }
    with platform.store.writing() as session:
        row = _about(session, person_id)
        row.groups, row.born, row.grade, row.extra = _packed(groups), born, grade, extra
        tell_selves(session, person_id, born=born, grade=grade, extra=extra)
        detail = orjson.dumps({**changed, "because": because}).decode()
        session.add(actor.audit("people.about", str(person_id), detail))
        session.flush()
        regrouped = "groups" in changed
        lines = refolded(session.connection(), platform, person_id, actor.now_ms) if regrouped else {}
    announce_all(platform, lines)


def read_born(text: str, now_ms: int) -> str:
    """Return a date of birth, or only its year, as it is kept; "" for none. Raises InvalidInput."""
    found = BORN_TEXT.fullmatch(text.strip())
    if not text.strip():
        return ""
    try:
        if found is None:
            raise ValueError(text)
        year, month, day = found.groups()
        born = date(int(year), int(month or 1), int(day or 1))
    except ValueError as error:
        raise InvalidInput(N_("出生日期请写成 2012-05-31 的样子，或只写年份 2012。")) from error
    if not born.year >= OLDEST_YEAR or datetime.fromtimestamp(now_ms // 1000, UTC).date() + A_DAY < born:
        raise InvalidInput(N_("出生日期请写成 2012-05-31 的样子，或只写年份 2012。"))
    return born.isoformat() if month else year


def read_groups(text: str) -> tuple[str, ...]:
    """Return groups and marks that are separated by commas or the like; raises InvalidInput."""
    found = [read_word(part) for part in SEPARATORS.split(text)]
    groups = tuple(dict.fromkeys(group for group in found if group))
    if len(groups) > MOST_GROUPS:
        raise InvalidInput(N_("一个人最多写 %(most)s 个组别。"), most=MOST_GROUPS)
    return groups


def read_word(text: str) -> str:
    """Return a group or a grade without needless spaces; raises InvalidInput when it is too long."""
    word = " ".join(text.split())
    if len(word) > LONGEST or not word.isprintable():
        raise InvalidInput(N_("最多 %(most)s 个字，请缩短。"), most=LONGEST)
    return word


def read_extra(text: str) -> str:
    """Return extra time as it is kept; raises InvalidInput."""
    try:
        return extra_time.read(text)
    except ValueError as error:
        raise InvalidInput(N_("加时请写秒数（如 300）或倍数（如 1.25倍）。")) from error


def _about(session: Session, person_id: int) -> About:
    row = session.get(About, person_id)
    if row is None:
        row = About(person_id=person_id, on_roster=False, groups="[]", born="", grade="", extra="")
        session.add(row)
    return row


def _packed(groups: tuple[str, ...]) -> str:
    return orjson.dumps(list(dict.fromkeys(groups))).decode()
