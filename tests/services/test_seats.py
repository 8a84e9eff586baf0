"""Class code, seat, pass number: who sits there signs in, nobody guesses, cards are printed and renewed."""

from __future__ import annotations

import pytest

from quiz.errors import InvalidInput, NotFound, TooMany, WrongCode
from quiz.services import accounts, desk, guessing, rosters, seats
from quiz.services.accounts import NewPerson, UnitRow
from quiz.services.platform import Actor, Platform
from quiz.services.seats import Card, Typed, WrongSeat
from tests.support.clock import MovedClock

SCHOOL = [
    UnitRow("S", "人民小学", "school", ""),
    UnitRow("S11", "一年级1班", "class", "S"),
    UnitRow("S12", "一年级2班", "class", "S"),
]
FIRST = "人民小学/一年级1班"


@pytest.fixture
def now(clock: MovedClock) -> int:
    return clock.now_ms()


def add(platform: Platform, now: int, *people: NewPerson) -> list[Card]:
    codes = accounts.add_people(platform, people, Actor(None, now))
    return seats.cards(platform, codes)


def classes(platform: Platform, now: int) -> dict[str, int]:
    accounts.load_units(platform, "school", SCHOOL, Actor(None, now))
    return desk.unit_ids(platform, "school")


def pupil(unit_id: int, name: str, seat: str = "") -> NewPerson:
    return NewPerson(name, name, {"school": unit_id}, seat=seat, on_roster=True)


@pytest.fixture
def two(platform: Platform, now: int) -> list[Card]:
    unit = classes(platform, now)["S11"]
    return add(platform, now, pupil(unit, "王小明", "7"), pupil(unit, "李小红"))


def typed(card: Card, **other: str) -> Typed:
    return Typed(
        **{"class_code": card.class_code, "seat": card.label, "pass_number": card.pass_number, **other}
    )


def test_a_card_says_class_seat_and_pass_number(two: list[Card]) -> None:
    assert [(card.path, card.label, card.name) for card in two] == [
        (FIRST, "1", "李小红"),
        (FIRST, "7", "王小明"),
    ]
    assert two[0].class_code == two[1].class_code
    assert two[0].pass_number != two[1].pass_number
    assert {len(card.pass_number) for card in two} == {6}


@pytest.mark.parametrize(
    ("field", "say"),
    [
        ("class_code", lambda card: f" {card.class_code.lower()} "),
        ("seat", lambda card: f"００{card.label}"),
        ("seat", lambda card: card.name),
        ("pass_number", lambda card: f"{card.pass_number[:3]} {card.pass_number[3:]}"),
    ],
)
def test_who_sits_there_signs_in_however_it_is_typed(
    platform: Platform, now: int, two: list[Card], field: str, say: object
) -> None:
    card = two[1]

    entry = seats.sign_in(platform, typed(card, **{field: say(card)}), now)  # type: ignore[operator]

    assert entry.person_id == accounts.sign_in_with_code(platform, card.code, now).person_id


def test_the_pass_number_tells_pupils_of_one_name_apart(platform: Platform, now: int) -> None:
    unit = classes(platform, now)["S11"]
    cards = add(platform, now, pupil(unit, "王小明"), pupil(unit, "王小明"))

    for card in cards:
        entry = seats.sign_in(platform, typed(card, seat="王小明"), now)
        assert entry.person_id == accounts.sign_in_with_code(platform, card.code, now).person_id


def test_what_does_not_belong_together_signs_nobody_in_and_is_told_the_same(
    platform: Platform, now: int, two: list[Card]
) -> None:
    wrong = [
        typed(two[0], pass_number=two[1].pass_number),
        typed(two[0], seat="99"),
        typed(two[0], seat=""),
        typed(two[0], class_code="AAAAAA"),
        typed(two[0], pass_number=""),
    ]

    said = set()
    for each in wrong:
        with pytest.raises(WrongSeat) as refused:
            seats.sign_in(platform, each, now)
        said.add(refused.value.text)

    assert len(said) == 1


def test_guessing_a_pass_number_ends_after_a_few_tries_and_the_card_still_works(
    platform: Platform, now: int, two: list[Card]
) -> None:
    for number in range(seats.MOST_OF_SEAT):
        with pytest.raises(WrongSeat):
            seats.sign_in(platform, typed(two[0], pass_number=f"x{number}"), now, f"198.51.100.{number}")

    with pytest.raises(TooMany):
        seats.sign_in(platform, typed(two[0]), now)
    seats.sign_in(platform, typed(two[1]), now)  # somebody else of the class
    accounts.sign_in_with_code(platform, two[0].code, now)  # the QR code of the card
    seats.sign_in(platform, typed(two[0]), now + seats.HOUR_S * 1000)


def test_guessing_class_codes_is_refused_and_keeps_nobody_else_of_the_school_out(
    platform: Platform, now: int, two: list[Card]
) -> None:
    for number in range(guessing.MOST_WRONG):
        with pytest.raises(WrongSeat):
            seats.sign_in(platform, typed(two[0], class_code="AAAA", seat=str(number)), now, "203.0.113.9")

    with pytest.raises(TooMany):
        seats.sign_in(platform, typed(two[0], class_code="BBBB"), now, "203.0.113.9")
    seats.sign_in(platform, typed(two[0]), now, "203.0.113.9")


@pytest.mark.parametrize("seat", ["99", "赵一"], ids=["no such seat", "no such name"])
def test_tries_do_not_tell_who_sits_in_a_class(
    platform: Platform, now: int, two: list[Card], seat: str
) -> None:
    def said(tried: str) -> list[str]:
        found = []
        for _ in range(seats.MOST_OF_SEAT + 1):
            with pytest.raises((WrongSeat, TooMany)) as refused:
                seats.sign_in(platform, typed(two[0], seat=tried, pass_number="000"), now)
            found.append(refused.value.code)
        return found

    assert said(seat) == said(two[0].label) == said(two[0].name)


def test_five_hundred_pupils_sign_in_within_a_minute_from_one_address(platform: Platform, now: int) -> None:
    units = classes(platform, now)
    people = [pupil(units["S11" if n % 2 else "S12"], f"学生{n}") for n in range(60)]
    made = add(platform, now, *people)

    found = {seats.sign_in(platform, typed(made[n % 60]), now, "203.0.113.5").person_id for n in range(500)}

    assert len(found) == 60


def test_a_seat_is_taken_once(platform: Platform, now: int, two: list[Card]) -> None:
    unit = classes(platform, now)["S11"]

    with pytest.raises(InvalidInput, match="座号 7 已经有人"):
        add(platform, now, pupil(unit, "张三", "7"))
    third = add(platform, now, pupil(unit, "张三"))

    assert third[0].label == "2"


def test_who_has_no_class_gets_no_seat(platform: Platform, now: int) -> None:
    units = classes(platform, now)

    assert add(platform, now, pupil(units["S"], "校长"), NewPerson("居民", "居民", on_roster=True)) == []
    assert not seats.offered(platform)


def test_a_new_card_ends_the_old_one_and_every_device(platform: Platform, now: int, two: list[Card]) -> None:
    entry = seats.sign_in(platform, typed(two[0]), now)

    new = seats.new_card(platform, entry.person_id, Actor(None, now))

    assert accounts.visitor(platform, entry.token, now) is None
    with pytest.raises(WrongSeat):
        seats.sign_in(platform, typed(two[0]), now)
    with pytest.raises(WrongCode):
        accounts.sign_in_with_code(platform, two[0].code, now)
    assert seats.sign_in(platform, typed(new), now).person_id == entry.person_id
    assert accounts.sign_in_with_code(platform, new.code, now).person_id == entry.person_id


def test_who_has_no_seat_gets_no_card(platform: Platform, now: int) -> None:
    entry = accounts.sign_up(platform, "小明", {}, now)

    with pytest.raises(NotFound):
        seats.new_card(platform, entry.person_id, Actor(None, now))


def test_a_roster_names_seats_that_are_taken_repeated_or_without_a_class(
    platform: Platform, now: int, two: list[Card]
) -> None:
    text = "姓名,学校,座号\n甲,一年级1班,7\n乙,一年级1班,8\n丙,一年级1班,08\n丁,,9\n戊,一年级2班,7\n"
    token = rosters.stage(platform, text.encode(), "名单.csv", now)

    found = rosters.preview(platform, token)

    assert [(p.row, p.code) for p in found.problems] == [
        (2, "seat_taken"),
        (4, "repeated_seat"),
        (5, "no_class"),
    ]
    assert [person.seat for person in found.people] == ["7", "8", "8", "9", "7"]


CITY = [
    *(UnitRow(c, name, "school", "") for c, name in (("A", "人民小学"), ("B", "和平小学"))),
    *(UnitRow(f"{c}{g}", f"{name}年级", "grade", c) for c in "AB" for g, name in ((1, "一"), (2, "二"))),
    *(
        UnitRow(f"{c}{g}{n}", f"{name}年级{n}班", "class", f"{c}{g}")
        for c in "AB"
        for g, name in ((1, "一"), (2, "二"))
        for n in (1, 2)
    ),
]


def test_school_grade_and_class_may_stand_in_columns_of_their_own(platform: Platform, now: int) -> None:
    accounts.load_units(platform, "school", CITY, Actor(None, now))
    text = (
        "班级,姓名,学校,年级,座号\n"
        "一年级1班,甲,和平小学,,1\n1班,乙,和平小学,一,2\n2班,丙,人民小学,二年级,3\n"
        ",丁,人民小学,,\n9班,戊,人民小学,一年级,4\n一年级1班,己,,,5\nA11,庚,和平小学,,6\n"
    )
    token = rosters.stage(platform, text.encode(), "名单.csv", now)

    found = rosters.preview(platform, token)

    first, other = ("和平小学/一年级/一年级1班",), ("人民小学/二年级/二年级2班",)
    assert found.units[:4] == (first, first, other, ("人民小学",))
    assert [(p.row, p.column, p.code) for p in found.problems] == [
        (6, "A", "unknown_unit"),
        (7, "A", "ambiguous_unit"),
        (8, "C", "torn_unit"),
    ]
    assert found.ignored == ()
