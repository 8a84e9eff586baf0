"""Papers: what they must hold, whatever the pool and the seed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from hashlib import blake2b
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from question_bank.drawing import Candidate, Drawn, Pool, draw
from question_bank.lacking import Shortfall, shortfalls
from question_bank.streams import Stream
from tests.question_bank.papers import Paper, Range, Section


def single(candidate_id: int, topic: str = "水", difficulty: str | None = None) -> Candidate:
    return Candidate(candidate_id, "single", {"topic": (topic,)}, difficulty)


POOL = Pool(
    [
        *(Candidate(n, "single", {"topic": ("水",)}, "easy") for n in range(1, 21)),
        *(Candidate(n, "multiple", {"topic": ("火",)}, "hard") for n in range(21, 31)),
        *(Candidate(n, "true_false", {"topic": ("水", "火")}, None, 2, True) for n in range(31, 41)),
    ]
)
PAPER = Paper([Section(6, ["single"]), Section(2, ["multiple"]), Section(2, ["true_false"])])


def ids(drawn: Sequence[Drawn]) -> list[int]:
    return [each.candidate_id for each in drawn]


def test_each_section_is_filled_with_its_kind_in_the_order_of_the_document() -> None:
    drawn = draw(PAPER, POOL, "seed")

    assert [each.section_index for each in drawn] == [0] * 6 + [1] * 2 + [2] * 2
    assert [POOL.by_id[i].kind for i in ids(drawn)] == ["single"] * 6 + ["multiple"] * 2 + ["true_false"] * 2
    assert len(set(ids(drawn))) == 10


def test_a_tag_matches_any_value_of_a_facet_and_every_facet() -> None:
    pool = Pool(
        [
            Candidate(1, "single", {"topic": ("水",), "audience": ("青少年",)}, None),
            Candidate(2, "single", {"topic": ("火",), "audience": ("青少年",)}, None),
            Candidate(3, "single", {"topic": ("土",), "audience": ("青少年",)}, None),
            Candidate(4, "single", {"topic": ("水",), "audience": ("老年人",)}, None),
        ]
    )

    found = pool.matching(Section(1, tags={"topic": ["水", "火"], "audience": ["青少年"]}))

    assert [each.id for each in found] == [1, 2]


@pytest.mark.parametrize(
    ("least", "most", "wanted"),
    [
        ("0.7", "1", ["easy"]),
        ("0.3", "0.7", ["medium"]),
        ("0", "0.3", ["hard"]),
        ("0.5", "0.8", ["easy", "medium"]),
    ],
)
def test_a_band_of_difficulty_takes_what_was_declared_and_nothing_undeclared(
    least: str, most: str, wanted: list[str]
) -> None:
    declared = ["easy", "medium", "hard", None]
    pool = Pool([single(n, difficulty=word) for n, word in enumerate(declared)])

    found = pool.matching(Section(1, difficulty=Range(Fraction(least), Fraction(most))))

    assert [each.difficulty for each in found] == wanted


RECORDED = [2, 13, 15, 20, 17, 18, 26, 23, 36, 39]
RECORDED_ORDER = (1, 2, 3, 0)


def test_a_seed_gives_the_paper_that_it_gave_when_this_was_written() -> None:
    drawn = draw(PAPER, POOL, "2026", order_seed="p1")

    assert ids(drawn) == RECORDED
    assert drawn[0].option_order == RECORDED_ORDER


def test_the_stream_is_the_one_that_is_documented() -> None:
    first = int.from_bytes(blake2b(b"s/0").digest()[:8], "big")

    assert Stream("s").below(1000) == first % 1000


def test_a_fixed_paper_has_the_same_questions_for_everybody_in_another_order() -> None:
    fixed = Paper(PAPER.sections, draw="fixed")

    one = draw(fixed, POOL, "rules", order_seed="ann")
    other = draw(fixed, POOL, "rules", order_seed="bob")

    assert sorted(ids(one)) == sorted(ids(other))
    assert ids(one) != ids(other)


def test_without_shuffling_questions_and_options_stand_as_in_the_bank() -> None:
    drawn = draw(Paper(PAPER.sections, shuffle=()), POOL, "seed")

    assert ids(drawn)[:6] == sorted(ids(drawn)[:6])
    assert {each.option_order for each in drawn} == {(0, 1, 2, 3), (0, 1)}


def test_options_that_must_keep_their_order_keep_it() -> None:
    papers = [draw(PAPER, POOL, str(seed)) for seed in range(20)]

    assert {each.option_order for paper in papers for each in paper[8:]} == {(0, 1)}
    assert len({each.option_order for paper in papers for each in paper[:8]}) > 5


def test_unseen_questions_come_first_and_seen_ones_only_fill_up() -> None:
    unseen = Paper([Section(6, ["single"])], draw="unseen")

    drawn = draw(unseen, POOL, "seed", seen=range(1, 18))

    assert {18, 19, 20} <= set(ids(drawn))
    assert len(set(ids(drawn))) == 6


def test_what_was_seen_does_not_matter_to_a_random_paper() -> None:
    assert draw(PAPER, POOL, "seed", seen=range(1, 18)) == draw(PAPER, POOL, "seed")


def test_sections_that_compete_for_questions_are_all_filled() -> None:
    pool = Pool([single(1), single(2), single(3, "火")])
    paper = Paper([Section(1), Section(1, tags={"topic": ["火"]}), Section(1)])

    for seed in range(30):
        drawn = draw(paper, pool, str(seed))
        assert sorted(ids(drawn)) == [1, 2, 3]
        assert drawn[1].candidate_id == 3


def test_a_shortfall_counts_what_the_other_sections_leave() -> None:
    pool = Pool([single(n) for n in range(5)])

    assert shortfalls([Section(3), Section(4)], pool) in (
        [Shortfall(1, 4, 2)],
        [Shortfall(0, 3, 1)],
        [Shortfall(0, 3, 2), Shortfall(1, 4, 3)],
    )
    assert shortfalls([Section(2, ["multiple"])], pool) == [Shortfall(0, 2, 0)]
    assert shortfalls([Section(3), Section(2)], pool) == []


def test_a_pool_that_is_too_small_is_our_mistake_at_the_draw() -> None:
    with pytest.raises(ValueError, match="cannot fill"):
        draw(Paper([Section(2)]), Pool([single(1)]), "seed")


def test_every_question_of_a_section_is_drawn_about_as_often() -> None:
    counts = Counter(
        i for seed in range(2000) for i in ids(draw(Paper([Section(5, ["single"])]), POOL, str(seed)))
    )

    assert set(counts) == set(range(1, 21))
    assert all(400 < counts[i] < 600 for i in counts)  # 500 each, five standard deviations about 97


def test_every_order_of_three_options_comes_about_as_often() -> None:
    counts = Counter(tuple(Stream(str(seed)).shuffled(range(3))) for seed in range(3000))

    assert len(counts) == 6
    assert all(400 < count < 600 for count in counts.values())


KINDS = ("single", "multiple", "true_false")
TOPICS = ("水", "火", "土")
topics_of_one = st.sets(st.sampled_from(TOPICS), max_size=2).map(tuple)
candidates = st.lists(st.tuples(st.sampled_from(KINDS), topics_of_one), max_size=9).map(
    lambda rows: [Candidate(n, kind, {"topic": topics}, None) for n, (kind, topics) in enumerate(rows)]
)
sections = st.lists(
    st.builds(
        Section,
        st.integers(1, 3),
        st.sets(st.sampled_from(KINDS), max_size=2).map(tuple),
        st.one_of(
            st.just({}), st.sets(st.sampled_from(TOPICS), min_size=1).map(lambda t: {"topic": tuple(t)})
        ),
    ),
    min_size=1,
    max_size=3,
)


def can_be_filled(wanted: Sequence[Section], pool: Pool) -> bool:
    """Hall's condition: any places together find at least as many questions as they are."""
    places = [{c.id for c in pool.matching(section)} for section in wanted for _ in range(section.count)]
    return all(
        len(set().union(*chosen)) >= size
        for size in range(1, len(places) + 1)
        for chosen in combinations(places, size)
    )


@settings(deadline=None)
@given(candidates, sections, st.text(max_size=4), st.sets(st.integers(0, 8)))
def test_a_paper_that_can_be_filled_is_filled_and_any_other_has_a_shortfall(
    rows: list[Candidate], wanted: list[Section], seed: str, seen: set[int]
) -> None:
    pool, paper = Pool(rows), Paper(wanted, draw="unseen")

    if not can_be_filled(wanted, pool):
        assert shortfalls(wanted, pool) != []
        return
    drawn = draw(paper, pool, seed, seen=seen)

    assert shortfalls(wanted, pool) == []
    assert Counter(each.section_index for each in drawn) == {i: s.count for i, s in enumerate(wanted)}
    assert len(set(ids(drawn))) == len(drawn)
    for each in drawn:
        assert pool.by_id[each.candidate_id] in pool.matching(wanted[each.section_index])
        assert sorted(each.option_order) == [0, 1, 2, 3]
    assert drawn == draw(paper, Pool(rows), seed, seen=seen)


@settings(deadline=None)
@given(candidates, sections, st.text(max_size=4), st.sets(st.integers(0, 8)))
def test_no_other_paper_has_more_unseen_questions(
    rows: list[Candidate], wanted: list[Section], seed: str, seen: set[int]
) -> None:
    pool, fresh = Pool(rows), Pool([row for row in rows if row.id not in seen])
    if not can_be_filled(wanted, pool):
        return
    most = sum(section.count for section in wanted) - sum(
        short.wanted - short.available for short in shortfalls(wanted, fresh)
    )

    drawn = draw(Paper(wanted, draw="unseen"), pool, seed, seen=seen)

    assert len(set(ids(drawn)) - seen) == most
