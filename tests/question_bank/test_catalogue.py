"""A bank in memory: what is found, counted and ordered, whatever was changed since."""

from __future__ import annotations

import random

import numpy as np

from question_bank.catalogue import DIFFICULTY, KIND, Catalogue, Entry, Wish

TOPICS = ("物质", "生命", "宇宙", "生活")
WISHES = Wish(), Wish(("水", "火")), Wish(tags=((KIND, "fill"), ("topic", "生命"))), Wish(import_id=1)


def entry(number: int, version: int, chance: random.Random) -> Entry:
    tags = [("topic", topic) for topic in TOPICS if chance.random() < 0.4]
    kind, difficulty = chance.choice(("single", "fill")), chance.choice(("easy", "hard", ""))
    stem = "".join(chance.choices("水火土气", k=6))
    return Entry(number, number % 3, version, version, stem, ((KIND, kind), (DIFFICULTY, difficulty), *tags))


def test_after_any_changes_it_holds_what_one_made_anew_holds() -> None:
    chance = random.Random(1)
    catalogue, held, version = Catalogue.empty(), dict[int, Entry](), 0
    for _ in range(60):
        changed = chance.sample(range(1, 40), chance.randint(0, 6))
        gone = chance.sample(range(1, 40), chance.randint(0, 2))
        entries = [entry(number, version := version + 1, chance) for number in changed]
        catalogue = catalogue.having(entries, gone)
        held = {i: each for i, each in held.items() if i not in gone} | {e.question_id: e for e in entries}
        anew = Catalogue.empty().having(list(held.values()))

        for wish in (
            Wish(),
            Wish(("水", "火")),
            Wish(tags=((KIND, "fill"), ("topic", "生命"))),
            Wish(import_id=1),
        ):
            found, again = (
                each.matching(wish, np.ones(len(each.ids), np.bool_)) for each in (catalogue, anew)
            )
            expected = {
                i
                for i, each in held.items()
                if all(word in each.searched for word in wish.words)
                and set(wish.tags) <= set(each.tags)
                and wish.import_id in (None, each.import_id)
            }
            assert set(catalogue.ids[found].tolist()) == expected
            assert catalogue.counts(found) == anew.counts(again)
            for order in ("stem", "kind", "difficulty", "age"):
                for is_down in (False, True):
                    rows, same = catalogue.ordered(order, is_down, found), anew.ordered(order, is_down, again)
                    assert catalogue.ids[rows].tolist() == anew.ids[same].tolist()


def test_the_most_frequent_values_of_a_facet_are_told_those_as_frequent_by_their_names() -> None:
    common = [("source", f"c{n:03}") for n in range(150)]
    entries = [Entry(n, 1, n, n, "", (*common, ("source", f"r{n:03}"))) for n in range(100)]
    catalogue = Catalogue.empty().having(entries)

    told = catalogue.counts(np.ones(100, np.bool_))["source"]

    assert told == [(value, 100) for _facet, value in common] + [(f"r{n:03}", 1) for n in range(50)]


def test_who_searches_keeps_the_catalogue_they_had() -> None:
    before = Catalogue.empty().having([Entry(1, 1, 1, 1, "水", ((KIND, "fill"),))])

    before.having([Entry(1, 1, 2, 2, "火", ((KIND, "single"),))], [1])

    assert before.texts == ["水"]
    assert before.counts(np.ones(1, np.bool_)) == {KIND: [("fill", 1)]}
