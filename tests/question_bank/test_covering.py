"""Papers that must hold every value of a facet: always when it can be done, refused with the value if not."""

from __future__ import annotations

from collections import Counter
from itertools import combinations, permutations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from question_bank.drawing import Candidate, Pool, draw, values_to_cover
from question_bank.lacking import shortfalls, uncovered
from tests.question_bank.papers import Paper, Section, held, ids, starter

CRITERIA = {str(n) for n in range(1, 27)}
KINDS_OF_50 = [Section(30, ["single"]), Section(10, ["multiple"]), Section(10, ["true_false"])]


def test_fifty_questions_hold_all_26_criteria_beside_quotas_by_kind() -> None:
    pool = starter()
    paper = Paper(KINDS_OF_50, cover=["criterion"])

    for seed in range(50):
        drawn = draw(paper, pool, str(seed))

        assert held(drawn, pool, "criterion") == CRITERIA
        assert Counter(pool.by_id[i].kind for i in ids(drawn)) == {
            "single": 30,
            "multiple": 10,
            "true_false": 10,
        }
        assert len(set(ids(drawn))) == 50


def test_two_facets_are_covered_at_once_in_balanced_papers() -> None:
    pool = starter()
    paper = Paper(KINDS_OF_50, cover=["criterion", "domain"], balance=True)

    for seed in range(20):
        drawn = draw(paper, pool, str(seed))

        assert held(drawn, pool, "criterion") == CRITERIA
        assert len(held(drawn, pool, "domain")) == 4


def test_fewer_questions_than_values_are_enough_where_questions_hold_several() -> None:
    pool = starter()
    paper = Paper([Section(16)], cover=["criterion"])

    assert uncovered(paper, pool) == []
    assert held(draw(paper, pool, "1"), pool, "criterion") == CRITERIA


def test_a_value_that_no_section_admits_is_named() -> None:
    pool = Pool(
        [
            *(Candidate(n, "single", {"criterion": ("1",)}, None) for n in range(5)),
            Candidate(5, "multiple", {"criterion": ("2",)}, None),
        ]
    )

    assert uncovered(Paper([Section(3, ["single"])], cover=["criterion"]), pool) == [("criterion", "2")]


def test_more_values_than_places_name_those_that_are_too_many() -> None:
    pool = Pool([Candidate(n, "single", {"criterion": (str(n),)}, None) for n in range(5)])

    assert uncovered(Paper([Section(3)], cover=["criterion"]), pool) == [
        ("criterion", "3"),
        ("criterion", "4"),
    ]


def test_a_facet_that_a_section_restricts_is_covered_as_far_as_it_admits() -> None:
    pool = Pool([Candidate(n, "single", {"criterion": (str(n % 4),)}, None) for n in range(12)])
    paper = Paper([Section(3, tags={"criterion": ["0", "1"]})], cover=["criterion"])

    assert uncovered(paper, pool) == []
    assert held(draw(paper, pool, "1"), pool, "criterion") == {"0", "1"}


def test_a_paper_that_cannot_cover_is_our_mistake_at_the_draw() -> None:
    pool = Pool([Candidate(n, "single", {"criterion": (str(n),)}, None) for n in range(5)])

    with pytest.raises(ValueError, match="cannot fill"):
        draw(Paper([Section(3)], cover=["criterion"]), pool, "seed")


def test_every_question_is_drawn_about_as_often_as_others_of_its_value() -> None:
    pool = Pool([Candidate(n, "single", {"criterion": (str(n % 4),)}, None) for n in range(40)])
    paper = Paper([Section(6)], cover=["criterion"])

    counts = Counter(i for seed in range(2000) for i in ids(draw(paper, pool, str(seed))))

    assert all(220 < counts[n] < 380 for n in range(40))  # 300 each, five standard deviations about 80


def test_unseen_questions_go_first_as_far_as_the_values_allow() -> None:
    pool = Pool([Candidate(n, "single", {"criterion": (str(n % 4),)}, None) for n in range(12)])
    paper = Paper([Section(4)], draw="unseen", cover=["criterion"])
    seen: list[int] = []

    for number in range(3):
        drawn = ids(draw(paper, pool, f"{number}", seen=seen))
        assert not set(drawn) & set(seen)
        seen += drawn

    assert sorted(seen) == list(range(12))


TOPICS, FACETS = ("水", "火", "土"), ("甲", "乙", "丙", "丁")
candidates = st.lists(
    st.tuples(
        st.sampled_from(("single", "multiple")),
        st.sets(st.sampled_from(TOPICS), max_size=2),
        st.sets(st.sampled_from(FACETS), max_size=3),
        st.sampled_from(("easy", "medium", "hard", None)),
    ),
    max_size=8,
).map(
    lambda rows: [
        Candidate(n, kind, {"topic": tuple(topics), "facet": tuple(sorted(facets))}, difficulty)
        for n, (kind, topics, facets, difficulty) in enumerate(rows)
    ]
)
sections = st.lists(
    st.builds(
        Section,
        st.integers(1, 2),
        st.sets(st.sampled_from(("single", "multiple")), max_size=2).map(tuple),
        st.one_of(
            st.just({}), st.sets(st.sampled_from(TOPICS), min_size=1).map(lambda t: {"topic": tuple(t)})
        ),
    ),
    min_size=1,
    max_size=3,
)


def is_possible(paper: Paper, pool: Pool) -> bool:
    """Try every paper there could be."""
    wanted = {value for c in pool.candidates for value in c.tags["facet"]}
    places = [{c.id for c in pool.matching(s)} for s in paper.sections for _ in range(s.count)]
    return any(
        {value for i in chosen for value in pool.by_id[i].tags["facet"]} >= wanted
        and any(
            all(i in place for i, place in zip(order, places, strict=True)) for order in permutations(chosen)
        )
        for chosen in combinations(pool.by_id, len(places))
    )


@settings(deadline=None, max_examples=300)
@given(candidates, sections, st.text(max_size=3), st.sets(st.integers(0, 7)), st.booleans())
def test_a_paper_that_can_cover_everything_does_and_any_other_is_refused_beforehand(
    rows: list[Candidate], wanted: list[Section], seed: str, seen: set[int], balance: bool
) -> None:
    pool = Pool(rows)
    paper = Paper(wanted, draw="unseen", cover=["facet"], balance=balance)
    if not is_possible(paper, pool):
        assert shortfalls(wanted, pool) or uncovered(paper, pool)
        return

    drawn = draw(paper, pool, seed, seen=seen)

    assert not shortfalls(wanted, pool)
    assert not uncovered(paper, pool)
    assert held(drawn, pool, "facet") == {value for row in rows for value in row.tags["facet"]}
    assert Counter(each.section_index for each in drawn) == {i: s.count for i, s in enumerate(wanted)}
    assert len(set(ids(drawn))) == len(drawn)
    for each in drawn:
        assert pool.by_id[each.candidate_id] in pool.matching(wanted[each.section_index])
    assert drawn == draw(paper, Pool(rows), seed, seen=seen)


def random_pool(chance: Random) -> list[Candidate]:
    """Return up to forty questions with up to three of up to nine values each."""
    values = [str(n) for n in range(chance.randint(3, 9))]
    return [
        Candidate(
            n,
            chance.choice(["single", "multiple"]),
            {
                "facet": tuple(chance.sample(values, chance.choice([0, 1, 1, 2, 3]))),
                "side": (chance.choice("甲乙"),),
            },
            chance.choice(["easy", "medium", "hard", None]),
        )
        for n in range(chance.randint(4, 40))
    ]


@pytest.mark.parametrize("seed", [2, 9])
def test_whatever_was_seen_before_a_possible_paper_is_drawn(seed: int) -> None:
    chance = Random(seed)
    drawn_papers = 0
    while drawn_papers < 1500:
        pool = Pool(random_pool(chance))
        wanted = [
            Section(chance.randint(1, 5), chance.choice([(), ("single",), ("multiple",)]))
            for _ in range(chance.randint(1, 3))
        ]
        paper = Paper(wanted, draw="unseen", cover=["facet", "side"], balance=chance.random() < 0.5)
        if shortfalls(wanted, pool) or uncovered(paper, pool):
            continue
        seen: list[int] = []
        for number in range(5):
            drawn = draw(paper, pool, f"{number}", seen=seen)
            seen += ids(drawn)
            drawn_papers += 1
            found = {(facet, value) for facet in paper.cover for value in held(drawn, pool, facet)}
            assert found >= set(values_to_cover(paper, pool))
            assert Counter(each.section_index for each in drawn) == {i: s.count for i, s in enumerate(wanted)}
