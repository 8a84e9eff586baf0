"""Questions of one material: drawn all or none, side by side, in their order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from question_bank.drawing import Candidate, Drawn, Pool, draw
from question_bank.lacking import Shortfall, shortfalls, torn, uncovered
from tests.question_bank.papers import Paper, Section, ids

TWO = Fraction(2)


def about(material: str, *numbers: int, kinds: Sequence[str] = ()) -> list[Candidate]:
    """Questions of one material; the first number is the first in turn."""
    return [
        Candidate(n, kind, {}, None, material=material, turn=turn)
        for turn, (n, kind) in enumerate(zip(numbers, kinds or ["single"] * len(numbers), strict=True))
    ]


def single(*numbers: int) -> list[Candidate]:
    return [Candidate(n, "single", {}, None) for n in numbers]


def drawn_with(pool: Pool, drawn: Sequence[Drawn]) -> dict[str, list[int]]:
    """By material, at which positions of the paper its questions stand, in their own order."""
    at = {each.candidate_id: n for n, each in enumerate(drawn)}
    return {each[0].material: [at[c.id] for c in each if c.id in at] for each in pool.materials}


def test_a_material_comes_whole_side_by_side_and_in_order_or_not_at_all() -> None:
    pool = Pool([*single(*range(1, 21)), *about("泉", 33, 31, 32), *about("桥", 41, 42)])

    papers = [draw(Paper([Section(10)]), pool, str(seed)) for seed in range(200)]

    seen = Counter()
    for drawn in papers:
        assert len(set(ids(drawn))) == 10
        for material, at in drawn_with(pool, drawn).items():
            assert at == list(range(at[0], at[0] + len(at))) if at else True
            assert len(at) in (0, 3 if material == "泉" else 2)
            seen[material] += bool(at)
    assert 50 < seen["泉"] < 110  # about as often as any single question: 200 × 10 / 25 = 80
    assert 50 < seen["桥"] < 110


def test_the_options_of_its_questions_are_shuffled_and_the_same_seed_draws_the_same() -> None:
    pool = Pool([*single(1, 2, 3), *about("泉", 11, 12)])
    paper = Paper([Section(4)])

    first = draw(paper, pool, "seed", order_seed="me")

    assert first == draw(paper, Pool(pool.candidates), "seed", order_seed="me")
    assert ids(first) != ids(draw(paper, pool, "seed", order_seed="you"))


def test_one_question_of_a_material_alone_in_the_bank_is_drawn_as_any_other() -> None:
    alone, plain = Pool([*single(1, 2, 3), *about("泉", 4)]), Pool(single(1, 2, 3, 4))

    assert [draw(Paper([Section(2)]), alone, str(n)) for n in range(20)] == [
        draw(Paper([Section(2)]), plain, str(n)) for n in range(20)
    ]


def test_its_questions_count_in_the_sections_of_their_kinds_and_stand_together_in_the_first() -> None:
    pool = Pool([*about("泉", 1, 2, 3, kinds=["single", "multiple", "single"]), *single(11, 12)])
    paper = Paper([Section(3, ["single"]), Section(1, ["multiple"])])

    drawn = draw(paper, pool, "seed")

    assert Counter(each.section_index for each in drawn) == {0: 3, 1: 1}
    assert [n - drawn_with(pool, drawn)["泉"][0] for n in drawn_with(pool, drawn)["泉"]] == [0, 1, 2]


def test_sections_of_other_points_tear_a_material_so_it_is_told_and_never_drawn() -> None:
    material = about("泉", 1, 2, kinds=["single", "multiple"])
    pool = Pool([*material, *single(11, 12), Candidate(13, "multiple", {}, None)])
    paper = Paper([Section(1, ["single"]), Section(1, ["multiple"], points=TWO)])

    assert torn(paper, pool) == [material]
    assert not {i for seed in range(30) for i in ids(draw(paper, pool, str(seed)))} & {1, 2}
    assert torn(Paper([Section(1, ["single"]), Section(1, ["multiple"])]), pool) == []


def test_a_section_that_only_half_a_material_could_fill_is_told() -> None:
    pool = Pool([*about("泉", 1, 2), *about("桥", 3, 4), *single(5)])

    assert shortfalls([Section(4)], pool) == []
    assert shortfalls([Section(5)], pool) == []
    assert shortfalls([Section(2), Section(1)], pool) == []
    assert shortfalls([Section(3)], Pool([*about("泉", 1, 2), *about("桥", 3, 4)])) == [
        Shortfall(0, 3, 2, is_of_materials=True)
    ]


def test_where_only_materials_can_fill_a_paper_chance_chooses_among_them() -> None:
    pool = Pool([each for n in range(0, 60, 3) for each in about(f"文{n}", n, n + 1, n + 2)])
    paper = Paper([Section(6)])

    counts = Counter(i for seed in range(400) for i in ids(draw(paper, pool, str(seed))))

    assert set(counts) == set(range(60))
    assert all(10 < count < 80 for count in counts.values())  # 40 each, six standard deviations about 36


def test_a_value_that_only_a_material_holds_is_covered_by_it() -> None:
    rows = [replace(c, tags={"topic": ("水",)}) for c in single(*range(1, 30))]
    material = [replace(c, tags={"topic": (("火", "土")[c.turn],)}) for c in about("泉", 41, 42)]
    paper = Paper([Section(5)], cover=["topic"])

    assert uncovered(paper, Pool([*rows, *material])) == []
    for seed in range(20):
        assert {41, 42} < set(ids(draw(paper, Pool([*rows, *material]), str(seed))))
    assert uncovered(Paper([Section(1)], cover=["topic"]), Pool([*rows, *material])) != []


def test_a_material_that_was_seen_comes_after_what_was_not() -> None:
    pool = Pool([*single(1, 2), *about("泉", 11, 12), *about("桥", 21, 22), *about("山", 31, 32)])
    paper = Paper([Section(4)], draw="unseen")

    for seed in range(20):
        first = ids(draw(paper, pool, f"{seed}/1"))
        second = ids(draw(paper, pool, f"{seed}/2", seen=first))
        assert not set(first) & set(second)


KINDS = ("single", "multiple")
bundled = st.lists(st.lists(st.sampled_from(KINDS), min_size=1, max_size=3), max_size=4)
wanted = st.lists(
    st.builds(Section, st.integers(1, 4), st.sampled_from([(), ("single",), ("multiple",)])),
    min_size=1,
    max_size=3,
)


def pool_of(kinds: Sequence[Sequence[str]], ones: Sequence[str]) -> Pool:
    rows = [Candidate(n, kind, {}, None) for n, kind in enumerate(ones)]
    for m, each in enumerate(kinds):
        rows += about(f"文{m}", *range(100 + 10 * m, 100 + 10 * m + len(each)), kinds=each)
    return Pool(rows)


def can_be_filled(sections: Sequence[Section], pool: Pool) -> bool:
    """Whether some whole materials and some single questions fill the paper exactly, by trying all."""
    in_materials = {c.id for each in pool.materials for c in each}
    ones = [c for c in pool.candidates if c.id not in in_materials]
    for size in range(len(pool.materials) + 1):
        for chosen in combinations(pool.materials, size):
            whole = [c for each in chosen for c in each]
            if all_placed_and_filled(sections, whole, ones):
                return True
    return False


def all_placed_and_filled(
    sections: Sequence[Section], whole: Sequence[Candidate], ones: Sequence[Candidate]
) -> bool:
    fits = [[n for n, s in enumerate(sections) if c.kind in (s.kinds or KINDS)] for c in whole]
    for homes in product(*fits):
        taken = Counter(homes)
        if any(taken[n] > s.count for n, s in enumerate(sections)):
            continue
        places = [s.kinds or KINDS for n, s in enumerate(sections) for _ in range(s.count - taken[n])]
        kinds = [{c.id for c in ones if c.kind in place} for place in places]
        if all(
            len(set().union(*some)) >= size
            for size in range(1, len(kinds) + 1)
            for some in combinations(kinds, size)
        ):
            return True
    return False


@settings(deadline=None)
@given(bundled, st.lists(st.sampled_from(KINDS), max_size=5), wanted, st.text(max_size=3), st.booleans())
def test_what_whole_materials_can_fill_is_filled_and_nothing_else(
    kinds: list[list[str]], ones: list[str], sections: list[Section], seed: str, balance: bool
) -> None:
    pool, paper = pool_of(kinds, ones), Paper(sections, balance=balance)

    if not can_be_filled(sections, pool):
        assert shortfalls(sections, pool) != []
        with pytest.raises(ValueError, match="cannot fill"):
            draw(paper, pool, seed)
        return
    drawn = draw(paper, pool, seed)

    assert shortfalls(sections, pool) == []
    assert Counter(each.section_index for each in drawn) == {n: s.count for n, s in enumerate(sections)}
    assert len(set(ids(drawn))) == len(drawn)
    for each in drawn:
        assert pool.by_id[each.candidate_id] in pool.matching(sections[each.section_index])
    for members in pool.materials:
        at = drawn_with(pool, drawn)[members[0].material]
        assert at in ([], list(range(at[0], at[0] + len(members))) if at else [])
