"""Joining accounts: the record stays as it is, both go on where they took part, the desk decides the rest."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from quiz.errors import ChangedMeanwhile, NotAllowed, QuizError
from quiz.models.accounts import Person
from quiz.services import (
    accounts,
    boards,
    erasing,
    join_wishes,
    joining,
    ledger,
    own_attempts,
    own_data,
    play,
    retention,
    subjects,
    why,
)
from quiz.services.accounts import Visitor
from quiz.services.correcting import Correction
from quiz.services.entering import SignedIn, add_sign_in, entered
from quiz.services.joining import BothTookPart
from quiz.services.platform import Actor, Platform
from quiz.services.published import Published
from quiz.services.results import Wanted
from quiz.services.subjects import Proven
from tests.support import standing
from tests.support.clock import MovedClock
from tests.support.statements import statements

PHONE = Proven("phone", "+8613800138000")
DAY_MS = 86_400_000


@pytest.fixture
def now(clock: MovedClock) -> int:
    return clock.now_ms()


@pytest.fixture
def rules(platform: Platform, now: int) -> Published:
    found = standing.publish(platform, now)
    standing.catch_up(platform, now)
    return found


@pytest.fixture
def guest(platform: Platform, now: int, rules: Published) -> SignedIn:
    """Somebody with a nickname alone who has finished an attempt."""
    person = standing.join(platform, "小明", now)
    standing.finish(platform, rules, person, 3, now)
    return entered(platform, person, now)


@pytest.fixture
def known(platform: Platform, now: int, rules: Published) -> int:
    """The same human, known by a number."""
    person = standing.join(platform, "王小明", now)
    subjects.attach(platform, person, PHONE, now)
    return person


def signed_in(platform: Platform, entry: SignedIn, now: int) -> Visitor:
    found = accounts.visitor(platform, entry.token, now)
    assert found is not None
    return found


def disqualify(platform: Platform, rules: Published, person_id: int, now: int) -> None:
    wanted = Correction(of="person", id=person_id, do="disqualify", because="两个账号")
    ledger.book(platform, rules.contest_id, wanted, Actor(None, now), f"token of {person_id}")


def test_a_guest_becomes_a_person_and_every_board_stays(
    platform: Platform, now: int, rules: Published, guest: SignedIn, known: int
) -> None:
    standing.finish(platform, rules, standing.join(platform, "小红", now), 2, now)
    before = [standing.page(platform, rules, standing.STREETS, now).rows[0].values]

    joining.join(platform, guest.person_id, known, Actor(guest.person_id, now))

    me = signed_in(platform, guest, now)  # on the same phone
    again = entered(platform, guest.person_id, now)  # by what leads to the guest
    assert (me.person_id, me.nickname, again.person_id) == (known, "王小明", known)
    assert me.within(rules.contest_id) == guest.person_id
    people = standing.page(platform, rules, standing.PEOPLE, now)
    assert standing.placed(people) == [(1, "王小明"), (2, "小红")]
    assert [standing.page(platform, rules, standing.STREETS, now).rows[0].values] == before
    assert boards.verify(platform, rules.contest_id) == []
    assert [mine.person_id for mine in own_attempts.attempts_of(platform, *me.persons)] == [guest.person_id]
    wanted = Wanted(standing.PEOPLE, me=me.within(rules.contest_id))
    assert why.of_board(platform, rules, wanted, now).why.place == 1


def test_who_was_joined_goes_on_as_the_guest_and_never_as_two(
    platform: Platform, now: int, rules: Published, guest: SignedIn, known: int
) -> None:
    joining.join(platform, guest.person_id, known, Actor(guest.person_id, now))

    standing.finish(platform, rules, guest.person_id, 4, now + DAY_MS)
    with pytest.raises(ChangedMeanwhile):
        play.start(platform, known, play.Start(rules.contest_id, 0), now + DAY_MS)

    assert len(standing.page(platform, rules, standing.PEOPLE, now + DAY_MS).rows) == 1


def test_a_start_and_a_joining_at_once_leave_one_of_the_two(
    platform: Platform, now: int, rules: Published, guest: SignedIn, known: int
) -> None:
    def tried(work: object) -> str:
        try:
            work()  # type: ignore[operator]  # one of the two below
        except QuizError as error:
            return error.code
        return "done"

    with ThreadPoolExecutor(3) as pool:
        outcomes = list(
            pool.map(
                tried,
                [
                    lambda: play.start(platform, known, play.Start(rules.contest_id, 0), now),
                    lambda: joining.join(platform, guest.person_id, known, Actor(known, now)),
                    lambda: joining.join(platform, guest.person_id, known, Actor(known, now)),
                ],
            )
        )

    assert outcomes in (["done", "both_took_part", "both_took_part"], ["changed", "done", "done"])


def test_where_both_took_part_the_desk_decides_which_counts(
    platform: Platform, now: int, rules: Published, guest: SignedIn, known: int
) -> None:
    standing.finish(platform, rules, known, 1, now)
    both = (guest.person_id, known)
    with pytest.raises(BothTookPart, match=rules.document.title):
        joining.join(platform, *both, Actor(known, now))
    join_wishes.ask(platform, *both, now)
    join_wishes.ask(platform, *both, now)
    (wish,) = join_wishes.waiting(platform, now)
    with pytest.raises(NotAllowed):
        join_wishes.accept(platform, wish.wish_id, Actor(None, now))

    disqualify(platform, rules, known, now)
    join_wishes.accept(platform, wish.wish_id, Actor(None, now))

    assert signed_in(platform, guest, now).within(rules.contest_id) == guest.person_id
    assert join_wishes.waiting(platform, now) == []
    assert join_wishes.answer_of(platform, known) is None
    assert boards.verify(platform, rules.contest_id) == []


def test_a_wish_is_declined_with_a_reason_that_its_owner_reads(
    platform: Platform, now: int, rules: Published, guest: SignedIn, known: int
) -> None:
    standing.finish(platform, rules, known, 1, now)
    join_wishes.ask(platform, guest.person_id, known, now)
    (wish,) = join_wishes.waiting(platform, now)

    join_wishes.decline(platform, wish.wish_id, "两人各答各的", Actor(None, now))

    answer = join_wishes.answer_of(platform, guest.person_id)
    assert answer is not None
    assert answer.because == "两人各答各的"
    assert signed_in(platform, guest, now).person_id == guest.person_id


def test_a_wish_ends_with_one_of_its_accounts(
    platform: Platform, now: int, rules: Published, guest: SignedIn, known: int
) -> None:
    standing.finish(platform, rules, known, 1, now)
    join_wishes.ask(platform, guest.person_id, known, now)

    erasing.erase(platform, known, "owner", Actor(known, now))

    assert join_wishes.count_waiting(platform) == 0
    assert join_wishes.answer_of(platform, guest.person_id) is None


def test_who_signed_in_while_accounts_were_joined_is_the_account(
    platform: Platform, now: int, rules: Published, guest: SignedIn, known: int
) -> None:
    joining.join(platform, guest.person_id, known, Actor(known, now))
    with platform.store.writing() as session:
        token = add_sign_in(platform, session, session.get_one(Person, guest.person_id), now)

    me = signed_in(platform, SignedIn(token, guest.person_id), now)

    assert (me.person_id, me.within(rules.contest_id)) == (known, guest.person_id)


def test_an_organizer_and_a_deleted_account_are_never_joined(
    platform: Platform, now: int, guest: SignedIn, known: int
) -> None:
    code = accounts.invite_organizer(platform, "甲", Actor(None, now))
    organizer = accounts.accept_invitation(platform, code, now).person_id
    with pytest.raises(NotAllowed):
        joining.join(platform, guest.person_id, organizer, Actor(None, now))
    erasing.erase(platform, known, "owner", Actor(known, now))
    with pytest.raises(NotAllowed):
        joining.join(platform, guest.person_id, known, Actor(None, now))


def test_who_is_on_a_roster_stays_whichever_was_proven(
    platform: Platform, now: int, guest: SignedIn, known: int
) -> None:
    new = [accounts.NewPerson(name, name, on_roster=True) for name in ("甲", "乙")]
    pupil, other = (
        accounts.person_with_code(platform, code, now)
        for code in accounts.add_people(platform, new, Actor(None, now))
    )

    joining.join(platform, pupil, guest.person_id, Actor(pupil, now))

    assert signed_in(platform, guest, now).person_id == pupil
    with pytest.raises(NotAllowed):
        joining.join(platform, pupil, other, Actor(pupil, now))


def test_a_pupil_under_14_gets_no_number_by_a_joining(platform: Platform, now: int, known: int) -> None:
    child = accounts.NewPerson("甲", "甲", on_roster=True, grade="三年级")
    (code,) = accounts.add_people(platform, [child], Actor(None, now))

    with pytest.raises(NotAllowed, match="14"):
        joining.join(platform, known, accounts.person_with_code(platform, code, now), Actor(known, now))


def test_ones_own_data_and_deletion_are_of_the_whole_account(
    platform: Platform, now: int, rules: Published, guest: SignedIn, known: int
) -> None:
    joining.join(platform, guest.person_id, known, Actor(known, now))

    told = own_data.own_data(platform, known, now)
    erasing.erase(platform, known, "owner", Actor(known, now))

    assert [attempt["contest"] for attempt in told["attempts"]] == [rules.document.title]  # type: ignore[attr-defined]
    assert standing.placed(standing.page(platform, rules, standing.PEOPLE, now)) == [(1, "")]
    assert accounts.visitor(platform, guest.token, now) is None


def test_what_was_joined_is_kept_as_long_as_its_account(
    platform: Platform, clock: MovedClock, rules: Published, guest: SignedIn, known: int
) -> None:
    joining.join(platform, guest.person_id, known, Actor(known, clock.now_ms()))
    clock.move(days=700)
    entered(platform, guest.person_id, clock.now_ms())
    clock.move(days=100)

    retention.retain(platform, Actor(None, clock.now_ms()), does=True)

    people = standing.page(platform, rules, standing.PEOPLE, clock.now_ms())
    assert standing.placed(people) == [(1, "王小明")]


def test_signing_in_costs_who_never_joined_no_statement_more(
    platform: Platform, now: int, guest: SignedIn
) -> None:
    with statements(platform.store.engine) as seen:
        accounts.visitor(platform, guest.token, now)

    assert len(seen) == 1
