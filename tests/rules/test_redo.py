"""Rounds of an attempt in which what is not right comes again, as the record alone tells them."""

from __future__ import annotations

from itertools import permutations

from quiz.rules.redo import Rounds
from quiz.rules.sheet import Answer, Received


def receipt(device: str, *answers: tuple[int, int, str]) -> Received:
    return Received(device, 1_000, tuple(Answer(n, seq, (option,)) for n, seq, option in answers))


def rounds(of: int, *received: Received) -> Rounds:
    """Return an attempt in which option r is right."""
    return Rounds(of, lambda _n, response: response == ("r",), received)


def test_a_round_is_over_when_all_that_is_left_was_answered_in_it() -> None:
    found = rounds(3, receipt("d1", (1, 1, "w"), (2, 2, "r")))

    assert (found.number, found.asked) == (1, [3])
    found = rounds(3, receipt("d1", (1, 1, "w"), (2, 2, "r"), (3, 3, "w")))
    assert (found.number, found.asked) == (2, [1, 3])


def test_a_right_answer_stays_in_whatever_order_two_phones_were_stored() -> None:
    stored = (receipt("d1", (1, 1, "r")), receipt("d2", (1, 1, "w")), receipt("d2", (1, 2, "w")))

    for order in permutations(stored):
        found = rounds(2, *order)
        assert found.last[1].response == ("r",)
        assert found.asked == [2]


def test_the_same_answer_stored_twice_is_one_answer() -> None:
    found = rounds(2, receipt("d1", (1, 1, "w"), (2, 2, "w")), receipt("d1", (1, 1, "w")))

    assert (found.number, found.asked) == (2, [1, 2])


def test_what_came_too_late_asks_for_nothing() -> None:
    late = Received("d1", 1_000, (Answer(1, 1, ("r",)),), late=True)

    assert rounds(1, late).asked == [1]
