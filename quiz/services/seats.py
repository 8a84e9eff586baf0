"""Seats of classes: class code, seat and pass number sign a pupil in; cards carry them and a QR code."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from quiz.errors import N_, InvalidInput, NotFound, TooMany, WrongCode
from quiz.models.accounts import Identity, Unit
from quiz.models.seats import ClassCode, Seat
from quiz.services.devices import end_all
from quiz.services.entering import SignedIn, entered
from quiz.services.guessing import count_wrong
from quiz.services.platform import Actor, Platform
from quiz.services.secrets import CODE_ALPHABET, digest, new_code, number_of, plain_code

TREE, LEVEL = "school", "class"  # the units whose people have seats
CLASS_LENGTH = 6  # 31^6 ≈ 9·10^8: nobody outside finds a class by trying
PASS_DIGITS = 6
NAMESAKES = 5  # of a class: which of them it is the pass number tells
LONGEST_LABEL = 20  # characters
ASKED_AT_ONCE = 500  # cards
HOUR_S, DAY_S = 3_600, 86_400
MOST_OF_SEAT = 20  # tries an hour, right or wrong …
MOST_OF_SEAT_A_DAY = 60  # … and a day, by label and by name: 1.2·10^-4 of all pass numbers
MOST_OF_CLASS_A_DAY = 1_500  # a class of 60, each 25 times: 1.5·10^-3 of the pass numbers, spread over all
BLOCKED = N_("这个座位试的次数太多，请一小时后再试，或者扫参赛卡上的二维码登录。")


class WrongSeat(WrongCode):
    """Class, seat and pass number do not belong together; it is not told which of them is wrong."""

    code = "wrong_seat"
    message = N_("班级码、座号和口令对不上。请对照参赛卡重新输入。")


@dataclass(frozen=True)
class Typed:
    """What somebody typed to sign in."""

    class_code: str
    seat: str  # its label, or the name of who sits there
    pass_number: str


@dataclass(frozen=True)
class Card:
    """What is printed for one pupil; only who has the code can make it."""

    path: str  # of the class
    class_code: str
    label: str
    name: str
    pass_number: str
    code: str


def offered(platform: Platform) -> bool:
    """Return whether any class has seats."""
    with platform.store.reading() as session:
        return session.scalar(select(ClassCode.unit_id).limit(1)) is not None


def sign_in(platform: Platform, typed: Typed, now_ms: int, address: str = "") -> SignedIn:
    """Sign in who sits there; raises WrongSeat, TooMany."""
    return entered(platform, sitting(platform, typed, now_ms, address), now_ms)


def sitting(platform: Platform, typed: Typed, now_ms: int, address: str = "") -> int:
    """Return who sits there; raises WrongSeat, TooMany. One query, and a hash for each who is called so.

    Tries of a seat that nobody has are counted like those of others: nothing tells who is in a class.
    """
    class_code, wanted = plain_code(typed.class_code), label_of(typed.seat)
    name = " ".join(typed.seat.split())
    pass_number = plain_digits(typed.pass_number)
    with platform.store.reading() as session:
        rows = session.execute(
            select(Seat.unit_id, Seat.label, Seat.person_id, Seat.digest)
            .join(ClassCode, ClassCode.unit_id == Seat.unit_id)
            .join(Identity, Identity.person_id == Seat.person_id)
            .where(ClassCode.code == class_code, or_(Seat.label == wanted, Identity.name == name))
            .order_by(Seat.label != wanted, Seat.label)  # a label goes before a name
            .limit(NAMESAKES)
        ).all()
    _check_seat(platform, class_code, wanted, now_ms)
    for row in rows:
        kept = _digest(platform, row.unit_id, row.label, pass_number)
        if secrets.compare_digest(kept, row.digest):
            return int(row.person_id)
    kept = digest(platform.secret, "wrong-seat", f"{class_code}/{wanted}/{pass_number}")
    count_wrong(platform, address, kept, now_ms)
    raise WrongSeat()


def add_seat(platform: Platform, session: Session, person_id: int, seat: tuple[int, str], code: str) -> None:
    """Give a new person a seat in a transaction: of this unit, with this label or the next free number.

    The pass number follows from their participant code: who can print the one can print the other. A unit
    that is no class is left out. Raises InvalidInput where somebody sits there.
    """
    unit_id, label = seat
    unit = session.get_one(Unit, unit_id)
    if (unit.tree, unit.level) != (TREE, LEVEL):
        return
    if session.get(ClassCode, unit_id) is None:
        session.add(ClassCode(unit_id=unit_id, code=_new_class_code()))
        session.flush()
    taken = _taken(session, unit_id)
    if label in taken:
        raise InvalidInput(N_("%(unit)s的座号 %(seat)s 已经有人。"), unit=unit.name, seat=label)
    free = label or next(str(n) for n in range(1, len(taken) + 2) if str(n) not in taken)
    kept = _digest(platform, unit_id, free, pass_of(platform, code))
    session.add(Seat(unit_id=unit_id, label=free, person_id=person_id, digest=kept))
    taken.add(free)


def pass_of(platform: Platform, code: str) -> str:
    """Return the pass number that goes with a participant code."""
    number = number_of(platform.secret, f"pass-of:{plain_code(code)}")
    return str(number % 10**PASS_DIGITS).zfill(PASS_DIGITS)


def cards(platform: Platform, codes: Sequence[str]) -> list[Card]:
    """Return the cards of those who have these codes and a seat, by class and seat."""
    by_digest = {digest(platform.secret, "code", plain_code(code)): code for code in codes}
    made = []
    with platform.store.reading() as session:
        every = list(by_digest)
        for first in range(0, len(every), ASKED_AT_ONCE):
            part = every[first : first + ASKED_AT_ONCE]
            rows = session.execute(
                select(Unit.path, ClassCode.code, Seat.label, Identity.name, Identity.code_digest)
                .join(ClassCode, ClassCode.unit_id == Unit.id)
                .join(Seat, Seat.unit_id == Unit.id)
                .join(Identity, Identity.person_id == Seat.person_id)
                .where(Identity.code_digest.in_(part))
            )
            for path, class_code, label, name, kept in rows:
                code = by_digest[str(kept)]
                made.append(Card(path, class_code, label, name, pass_of(platform, code), code))
    return sorted(made, key=lambda card: (card.path, len(card.label), card.label))


def new_card(platform: Platform, person_id: int, actor: Actor) -> Card:
    """Give somebody with a seat a new code and pass number; the old card and every device end at once.

    Raises NotFound for who has no seat.
    """
    code = new_code()
    with platform.store.writing() as session:
        seat = session.scalar(select(Seat).where(Seat.person_id == person_id))
        if seat is None:
            raise NotFound(N_("这个人没有座位，不能补发参赛卡。"))
        seat.digest = _digest(platform, seat.unit_id, seat.label, pass_of(platform, code))
        kept = digest(platform.secret, "code", plain_code(code))
        session.execute(update(Identity).where(Identity.person_id == person_id).values(code_digest=kept))
        end_all(session, person_id, actor.now_ms)
        session.add(actor.audit("people.card", str(person_id)))
    return cards(platform, [code])[0]


def has_seat(platform: Platform, person_id: int) -> bool:
    """Return whether somebody has a seat in a class."""
    with platform.store.reading() as session:
        return bool(session.scalar(select(func.count()).where(Seat.person_id == person_id)))


def taken_seats(session: Session) -> dict[tuple[int, str], int]:
    """Return every seat that somebody has, as (unit, label) → 0."""
    return {(row.unit_id, row.label): 0 for row in session.execute(select(Seat.unit_id, Seat.label))}


def label_of(typed: str) -> str:
    """Return a seat or a name as it is stored: full width, spaces, lower case and leading zeros aside."""
    plain = "".join(unicodedata.normalize("NFKC", typed).split()).upper()
    return (plain.lstrip("0") or "0") if plain.isdigit() else plain


def plain_digits(typed: str) -> str:
    """Return the digits of a pass number, however they were typed."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", typed) if sign in "0123456789")


def _taken(session: Session, unit_id: int) -> set[str]:
    """Return the seats that are taken in a class, read once a transaction."""
    kept: dict[int, set[str]] = session.info.setdefault("seats", {})
    if unit_id not in kept:
        kept[unit_id] = set(session.scalars(select(Seat.label).where(Seat.unit_id == unit_id)))
    return kept[unit_id]


def _check_seat(platform: Platform, class_code: str, seat: str, now_ms: int) -> None:
    """Count one more try of a seat as it was typed, by its label or by a name; no counter tells which."""
    of_class = digest(platform.secret, "tries", class_code)[:32]
    of_seat = digest(platform.secret, "tries", f"{class_code}/{seat}")[:32]
    for key, most, window_s in (
        (f"seat:{of_seat}", MOST_OF_SEAT, HOUR_S),
        (f"seat-day:{of_seat}", MOST_OF_SEAT_A_DAY, DAY_S),
        (f"class-day:{of_class}", MOST_OF_CLASS_A_DAY, DAY_S),
    ):
        if not platform.limits.allow(key, most, window_s, now_ms):
            raise TooMany(BLOCKED, retry_after=HOUR_S)


def _digest(platform: Platform, unit_id: int, label: str, pass_number: str) -> str:
    return digest(platform.secret, "seat", f"{unit_id}/{label}:{pass_number}")


def _new_class_code() -> str:
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(CLASS_LENGTH))
