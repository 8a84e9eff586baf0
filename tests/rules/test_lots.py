"""Drawing lots: the seed and the published list decide, limits and stock hold, anybody gets the same."""

from __future__ import annotations

import hashlib

import pytest

from quiz.errors import InvalidInput
from quiz.rules import lots
from quiz.rules.lots import Drawing, Holder, Win, Won
from quiz.rules.parts import Draw, Limit

SEED = "5eed"
NO_LIMIT = Limit()


def draw(stock: int = 2, wins: Limit = NO_LIMIT, drawn: str = "at_end") -> Draw:
    return Draw("抽奖", (), wins=wins, prizes=(("大奖", 1), ("小奖", stock - 1)), drawn=drawn)


def drawing(occasion: str = "", period: str = "", **entries: int) -> Drawing:
    return Drawing("抽奖", occasion, period, tuple(Holder(c, n) for c, n in sorted(entries.items())))


def by_hand(listed: Drawing, seed: str) -> list[tuple[str, int]]:
    """The order of the tickets as docs/draws.md says it."""
    tickets = []
    for holder in listed.holders:
        for n in range(1, holder.entries + 1):
            text = f"{seed}|抽奖|{listed.occasion}|{holder.code}|{n}"
            tickets.append((hashlib.sha256(text.encode()).hexdigest(), holder.code, n))
    return [(code, n) for _, code, n in sorted(tickets)]


def test_the_smallest_tickets_get_the_prizes_in_the_document_order() -> None:
    listed = drawing(a=3, b=1, c=2, d=5)

    wins = lots.drawn(draw(stock=4), listed, SEED, Won())

    assert [(w.code, w.entry) for w in wins] == by_hand(listed, SEED)[:4]
    assert [w.prize for w in wins] == ["大奖", "小奖", "小奖", "小奖"]


@pytest.mark.parametrize("seed", [f"s{n}" for n in range(20)])
def test_nobody_wins_more_often_than_the_rules_allow(seed: str) -> None:
    listed = drawing(a=30, b=2, c=1)
    limited, seen = [], {"a": 0, "b": 0, "c": 0}
    for code, n in by_hand(listed, seed):
        seen[code] += 1
        if seen[code] <= 2:
            limited.append((code, n))

    wins = lots.drawn(draw(stock=4, wins=Limit(total=2)), listed, seed, Won())

    assert [(w.code, w.entry) for w in wins] == limited[:4]


def test_wins_of_earlier_drawings_count_for_the_period_and_in_total() -> None:
    rules = draw(stock=5, wins=Limit(per_period=1, total=2), drawn="per_day")
    won = Won()

    for day, period in (
        ("2026-03-02", "2026-03-02"),
        ("2026-03-03", "2026-03-02"),
        ("2026-03-09", "2026-03-09"),
    ):
        wins = lots.drawn(rules, drawing(day, period, a=1), SEED, won)
        assert len(wins) == (0 if day == "2026-03-03" else 1)
    assert lots.drawn(rules, drawing("2026-03-16", "2026-03-16", a=1), SEED, won) == []


def test_fewer_entries_than_prizes_leave_prizes_over_and_nobody_wins_without_entries() -> None:
    assert lots.drawn(draw(stock=9), drawing(a=1), SEED, Won()) == [Win("大奖", "a", 1)]
    assert lots.drawn(draw(), drawing(), SEED, Won()) == []


def test_entries_of_a_daily_draw_are_drawn_on_their_day_and_those_without_a_day_at_the_end() -> None:
    entries = {"a": [("2026-03-03", "2026-03-02", 2), ("", "", 1)], "b": [("2026-03-02", "2026-03-02", 1)]}

    found = lots.drawings(draw(drawn="per_day"), "抽奖", entries)

    assert [(d.occasion, d.holders) for d in found] == [
        ("2026-03-02", (Holder("b", 1),)),
        ("2026-03-03", (Holder("a", 2),)),
        ("", (Holder("a", 1),)),
    ]


def test_a_published_list_is_read_as_it_was_written() -> None:
    listed = [drawing("2026-03-02", "", a=1, b=2), drawing("", "", a=4)]

    assert lots.read(lots.published(listed)) == listed


@pytest.mark.parametrize(
    "text", ["", "code,entries\na,1\n", "draw,occasion,period,code,entries\n抽奖,,,a,x\n"]
)
def test_a_list_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        lots.read(text)
