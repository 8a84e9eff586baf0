"""Lots drawn as their entries arise: seed and order decide, stock and limits hold, prizes pass on in line."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quiz.rules import lots_at_once
from quiz.rules.lots import Drawing, Holder
from quiz.rules.lots_at_once import Given, Lot
from quiz.rules.parts import Draw, Limit
from quiz.rules.redraws import Course

SEED = "5" * 64


def draw(stock: int = 2, chance: str = "1", wins: Limit | None = None, drawn: str = "at_once") -> Draw:
    return Draw(
        "红包",
        (),
        prizes=(("大", 1), ("小", stock)),
        wins=wins or Limit(),
        drawn=drawn,
        chance=Fraction(chance),
    )


def drum(count: int, people: int = 3, day: str = "2026-03-02") -> list[Lot]:
    had: Counter[str] = Counter()
    found = []
    for n in range(1, count + 1):
        code = f"{n % people:016x}"
        had[code] += 1
        found.append(Lot("红包", n, day, "", code, had[code]))
    return found


def drawn(rules: Draw, lots: list[Lot], seed: str = SEED) -> list[int | None]:
    so_far = Given()
    return [lots_at_once.prize_of(rules, lot, seed, so_far) for lot in lots]


@given(st.text("0123456789abcdef", min_size=64, max_size=64), st.integers(0, 30), st.integers(1, 5))
@settings(max_examples=60)
def test_no_more_is_given_away_than_there_is(seed: str, count: int, stock: int) -> None:
    found = Counter(drawn(draw(stock), drum(count), seed))

    assert found[0] <= 1
    assert found[1] <= stock
    assert found[0] + found[1] == min(count, stock + 1)


def test_a_chance_decides_by_the_ticket_alone() -> None:
    lots = drum(2_000, people=2_000)
    found = drawn(draw(5_000, "1/20"), lots)

    winners = {lot.code for lot, prize in zip(lots, found, strict=True) if prize is not None}
    backwards = drawn(draw(5_000, "1/20"), lots[::-1])
    assert {
        lot.code for lot, prize in zip(lots[::-1], backwards, strict=True) if prize is not None
    } == winners
    assert 60 <= len(winners) <= 140


@pytest.mark.parametrize("wins", [Limit(total=1), Limit(per_day=1)])
def test_who_has_won_as_often_as_allowed_wins_no_more(wins: Limit) -> None:
    found = drawn(draw(9, wins=wins), drum(9))

    assert [prize is not None for prize in found] == [True] * 3 + [False] * 6


def test_a_list_is_read_as_it_was_published() -> None:
    assert lots_at_once.read(lots_at_once.published(drum(5))) == drum(5)
    assert lots_at_once.is_list(lots_at_once.published([]))


def test_a_prize_that_is_not_claimed_passes_on_along_the_line() -> None:
    course = Course(draw(1, "1/2"), SEED)
    lots = drum(12, people=12)
    first = course.hold_at_once(lots)
    lost = first[0]

    found = course.pass_on("", lost.code, lost.entry)

    assert found is not None
    without = [lot for lot in lots if (lot.code, lot.entry) not in {(w.code, w.entry) for w in first}]
    assert (found.code, found.entry) == min(without, key=lambda lot: lots_at_once.ticket(SEED, lot))[4:]
    assert found.prize == lost.prize
    with pytest.raises(ValueError, match=lost.code):
        course.pass_on("", lost.code, lost.entry)


def test_in_a_drawing_it_passes_to_the_next_ticket_of_somebody_who_may_win() -> None:
    rules = draw(1, wins=Limit(total=1), drawn="at_end")
    course = Course(rules, SEED)
    held = course.hold(Drawing("红包", "", "", (Holder("a", 9), Holder("b", 9), Holder("c", 1))))
    (third,) = {"a", "b", "c"} - {win.code for win in held}

    found = course.pass_on("", held[0].code, held[0].entry)

    assert found is not None
    assert found.code == third
    assert course.pass_on("", found.code, found.entry) is None
