"""Papers of banks without materials: what a seed has drawn it draws for ever, or no paper could be proved."""

from __future__ import annotations

from fractions import Fraction
from hashlib import sha256

import pytest

from question_bank.drawing import Candidate, Pool, draw
from tests.question_bank.papers import Paper, Range, Section

KINDS, HARDNESS = ("single", "single", "multiple", "true_false", "fill"), ("easy", "medium", "hard", None)
POOL = Pool(
    Candidate(
        n,
        KINDS[n % 5],
        {"topic": ("水", "火", "土")[n % 3 :], "criterion": tuple(dict.fromkeys((str(n % 26), str(n % 7))))},
        HARDNESS[n // 3 % 4],
        keeps_order=n % 11 == 0,
        calibrated=Fraction(n % 17, 20) if n % 4 == 0 else None,
    )
    for n in range(1, 401)
)
SECTIONS = [Section(20, ["single"]), Section(5, ["multiple"], {"topic": ["水", "火"]}), Section(25)]
PAPERS = {
    "plain": (Paper(SECTIONS), "7bb5ec30852eb3aa"),
    "unseen": (Paper(SECTIONS, draw="unseen"), "9bf20d4bd9b7fed7"),
    "covering": (Paper(SECTIONS, cover=["criterion"]), "ca092e07f3deacde"),
    "balanced": (Paper(SECTIONS, balance=True), "bc08198c9fef6b8f"),
    "all": (
        Paper(SECTIONS, draw="unseen", cover=["criterion"], balance=True, shuffle=()),
        "3bcccdc013f0225b",
    ),
    "band": (
        Paper([Section(10, (), {}, Range(Fraction(1, 10), Fraction(6, 10))), Section(10, ["true_false"])]),
        "7b78524e9d9e39f2",
    ),
}


@pytest.mark.parametrize(("paper", "expected"), PAPERS.values(), ids=PAPERS)
def test_a_seed_draws_what_it_has_always_drawn(paper: Paper, expected: str) -> None:
    text, seen = "", list[int]()
    for n in range(8):
        drawn = draw(paper, POOL, f"seed {n}", order_seed=f"order {n}" if n % 2 else "", seen=seen)
        seen += [each.candidate_id for each in drawn]
        orders = ["".join(map(str, each.option_order)) for each in drawn]
        text += f"{[(d.candidate_id, d.section_index) for d in drawn]} {orders}\n"

    assert sha256(text.encode()).hexdigest()[:16] == expected
