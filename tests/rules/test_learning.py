"""Spaced review and days in a row, by hand."""

from __future__ import annotations

import pytest

from quiz.rules.learning import Learned, Streak, answered, day_of, days_after, streak
from tests.support.clock import ms

MONDAY = "2026-03-02"


def history(told: str) -> Learned | None:
    """Return how somebody stands after answers such as "0x 1o 1o 2o": day, right (o) or wrong (x)."""
    stands = None
    for each in told.split():
        stands = answered(stands, each[-1] == "o", days_after(MONDAY, int(each[:-1])))
    return stands


@pytest.mark.parametrize(
    ("told", "due_in"),
    {
        "a right answer is no wrong question": ("0o", None),
        "a wrong one is due the next day": ("0x", 1),
        "right on the same day proves nothing": ("0x 0o 0o", 1),
        "right on a later day: due three days after": ("0x 1o", 4),
        "twice on one day counts once": ("0x 1o 1o", 4),
        "right on two later days: through": ("0x 1o 4o", None),
        "the two days may be any two": ("0x 5o 6o", None),
        "wrong once more begins anew": ("0x 1o 4x", 5),
        "wrong and then right on that day waits too": ("0x 1o 4x 4o 5o", 8),
        "wrong after it was through": ("0x 1o 2o 9x", 10),
    }.values(),
)
def test_a_wrong_question_leaves_after_right_answers_on_two_later_days(told: str, due_in: int | None) -> None:
    stands = history(told)

    assert stands is not None
    assert stands.due_on == (None if due_in is None else days_after(MONDAY, due_in))


def days(*numbers: int) -> list[str]:
    return [days_after(MONDAY, number) for number in numbers]


@pytest.mark.parametrize(
    ("on", "today", "expected"),
    {
        "nothing yet": ((), 0, Streak(0, 0, 0, False)),
        "today": ((0,), 0, Streak(1, 0, 1, True)),
        "yesterday, today is still open": ((0, 1), 2, Streak(2, 0, 2, False)),
        "missed a day without a spare one": ((0, 1), 3, Streak(0, 0, 2, False)),
        "seven days earn one": (range(7), 6, Streak(7, 1, 7, True)),
        "it makes up a day": ((*range(7), 8), 8, Streak(8, 0, 8, True)),
        "it makes up yesterday before today is answered": (range(7), 8, Streak(7, 0, 7, False)),
        "two days need two": ((*range(7), 9), 9, Streak(1, 1, 8, True)),
        "no more than two are kept": (range(28), 27, Streak(28, 2, 28, True)),
    }.values(),
)
def test_days_in_a_row_and_make_up_days(on: tuple[int, ...], today: int, expected: Streak) -> None:
    assert streak(days(*on), *days(today)) == expected


def test_a_day_ends_at_midnight_in_the_district() -> None:
    assert [day_of(ms(f"2026-03-02 {clock}")) for clock in ("00:00", "23:59:59.999")] == [MONDAY] * 2
    assert day_of(ms("2026-03-03 00:00")) == "2026-03-03"
