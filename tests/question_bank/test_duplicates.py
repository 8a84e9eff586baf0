"""Exact, near and conflict: what is found among questions, and that none is missed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from question_bank.attached import Material, Medium
from question_bank.duplicates import CONFLICT, EXACT, NEAR, Pair, pairs, relation
from question_bank.gaps import Accepted, Gap
from question_bank.question import Question, lettered
from question_bank.wording import Wording

STARTER = Path("question_bank/starter/questions.jsonl")


def single(stem: str, options: str = "太阳 月亮 金星 火星", key: str = "A") -> Question:
    kind = "single" if len(key) == 1 else "multiple"
    return Question(kind, stem, lettered(options.split()), frozenset(key))


def statement(stem: str, is_true: bool, options: str = "对 错") -> Question:
    return Question("true_false", stem, lettered(options.split()), frozenset("A" if is_true else "B"))


def fill(stem: str, *accepted: str) -> Question:
    gaps = tuple(Gap(tuple(Accepted(text) for text in each.split())) for each in accepted)
    return Question("fill", stem, (), frozenset(), gaps=gaps)


def order(stem: str, arranged: str, options: str = "唐 宋 元 明") -> Question:
    return Question("order", stem, lettered(options.split()), frozenset(), arranged=tuple(arranged))


def match(stem: str, arranged: str, prompts: str = "水 铁") -> Question:
    options = lettered(["H2O", "Fe", "O2"])
    return Question(
        "match", stem, options, frozenset(), prompts=tuple(prompts.split()), arranged=tuple(arranged)
    )


def found(one: Question, other: Question) -> str | None:
    related = relation(Wording.of(one), Wording.of(other))
    return related[0] if related else None


ASKED = single("地球上的光和热主要来自哪个天体？")
RELATED = {
    "width, case, marks, blanks, number and order of options make no difference": (
        ASKED,
        single("１．地球上的光和热，主要来自哪个天体(　)", "月亮 金星 太阳 火星", "C"),
        EXACT,
    ),
    "other wrong options are near": (ASKED, single(ASKED.stem, "太阳 木星 土星 水星"), NEAR),
    "where it is from and what it is worth make no difference": (
        ASKED,
        single(f"3.【2021 年初赛第 13 题】{ASKED.stem}", "太阳 木星"),
        NEAR,
    ),
    "the same wording with brackets around its source and without": (
        single("【初赛】太阳是什么"),
        single("初赛太阳是什么"),
        EXACT,
    ),
    "a word more is near": (ASKED, single("地球上的光和热最主要来自哪个天体？"), NEAR),
    "another subject with the same answer is not": (ASKED, single("太阳系的中心是什么？"), None),
    "a similar stem with another answer is not": (
        ASKED,
        single("月球上的光和热主要来自哪个天体", key="B"),
        None,
    ),
    "the same with another answer": (ASKED, single(ASKED.stem, key="B"), CONFLICT),
    "another answer among other options": (ASKED, single(ASKED.stem, "木星 土星"), CONFLICT),
    "the stem only points at its options, which are others": (
        single("下列说法正确的是", "太阳是恒星 月亮是恒星"),
        single("下列说法正确的是", "铁能导电 木头能导电"),
        None,
    ),
    "the stem points at its options, and one is right here and wrong there": (
        single("下列属于恒星的是", "太阳 月亮 金星"),
        single("下列属于恒星的是", "太阳 月亮 火星", "B"),
        CONFLICT,
    ),
    "several right options, one of them wrong elsewhere": (
        single("下列属于可再生能源的是", "太阳能 风能 煤", "AB"),
        single("下列属于可再生能源的是", "太阳能 风能 石油", "A"),
        CONFLICT,
    ),
    "a formula with and without dollars": (
        single("计算$$3+5$$的得数是（~ ）", "$$8$$ $$9$$"),
        single("计算3+5的得数是( )", "8 7"),
        NEAR,
    ),
    "a statement in other words for true": (
        statement("水是由氢和氧组成的", True),
        statement("水是由氢和氧组成的。", True, "正确 错误"),
        NEAR,
    ),
    "a statement turned round": (
        statement("水是由氢和氧组成的", True),
        statement("水是由氢和氧组成的。", False),
        CONFLICT,
    ),
    "statements that are similar and one true, one false": (
        statement("水是由氢和氧组成的", True),
        statement("水是由氢和氮组成的", False),
        None,
    ),
    "a gap with one answer in common": (
        fill("水的化学式是____，它是化合物", "H2O"),
        fill("水的化学式是______，它是化合物。", "h2o 一氧化二氢"),
        NEAR,
    ),
    "a gap with no answer in common": (
        fill("水的化学式是____", "H2O"),
        fill("水的化学式是__", "HO"),
        CONFLICT,
    ),
    "one gap of two is filled otherwise": (
        fill("水含____和____", "氢", "氧"),
        fill("水含____和____", "氢", "氮"),
        CONFLICT,
    ),
    "another number of gaps": (fill("水含____", "氢"), fill("水含____和____", "氢", "氧"), None),
    "the same order from other letters": (
        order("按先后排列这些朝代", "ABCD"),
        order("请按先后排列这些朝代", "DCBA", "明 元 宋 唐"),
        NEAR,
    ),
    "another order of the same": (
        order("按先后排列这些朝代", "ABCD"),
        order("按先后排列这些朝代", "BACD"),
        CONFLICT,
    ),
    "the order of other things": (
        order("按先后排列这些朝代", "ABCD"),
        order("按先后排列这些朝代", "ABCD", "夏 商 周 秦"),
        None,
    ),
    "the same pairs in another order": (
        match("把名称和化学式连起来", "AB"),
        match("请把名称和化学式连起来", "BA", "铁 水"),
        NEAR,
    ),
    "one prompt goes elsewhere": (
        match("把名称和化学式连起来", "AB"),
        match("把名称和化学式连起来", "AC"),
        CONFLICT,
    ),
    "another material": (
        replace(ASKED, material=Material("甲地的气温逐年上升")),
        replace(ASKED, material=Material("一段完全不同的实验记录")),
        None,
    ),
    "another picture of one name": (
        replace(ASKED, media=(Medium("a.png", "image/png", b"1"),)),
        replace(ASKED, media=(Medium("a.png", "image/png", b"2"),)),
        NEAR,
    ),
    "another picture and another answer": (
        replace(ASKED, media=(Medium("a.png", "image/png", b"1"),)),
        replace(single(ASKED.stem, key="B"), media=(Medium("a.png", "image/png", b"2"),)),
        None,
    ),
}


@pytest.mark.parametrize(("one", "other", "expected"), RELATED.values(), ids=RELATED)
def test_questions_are_related_as_people_would_say(
    one: Question, other: Question, expected: str | None
) -> None:
    assert (found(one, other), found(other, one)) == (expected, expected)


def test_85_of_100_characters_are_enough_and_84_are_not() -> None:
    stem = "".join(chr(0x4E00 + n) for n in range(100))  # 100 characters, none of them twice
    other = "".join(chr(0x6E00 + n) for n in range(100))

    enough = relation(Wording.of(single(stem)), Wording.of(single(stem[:85] + other[:15])))
    not_enough = relation(Wording.of(single(stem)), Wording.of(single(stem[:84] + other[:16])))

    assert (enough, not_enough) == ((NEAR, 85), None)


def test_a_wording_is_read_back_as_it_was() -> None:
    for one, other, _expected in RELATED.values():
        for wording in (Wording.of(one), Wording.of(other)):
            assert Wording.from_json(json.loads(json.dumps(wording.as_json()))) == wording


def test_every_pair_of_the_table_is_found_among_many() -> None:
    assert_all_are_found(
        [Wording.of(each) for one, other, _expected in RELATED.values() for each in (one, other)], 0
    )


def test_questions_that_are_held_are_compared_with_the_new_ones_only() -> None:
    wordings = [Wording.of(single(f"{ASKED.stem}{more}")) for more in ("", "呢", "吗", "吧")]

    assert {(pair.one, pair.other) for pair in pairs(wordings, held=2)} == {
        (0, 2),
        (1, 2),
        (0, 3),
        (1, 3),
        (2, 3),
    }


few_characters = st.text("日月水火土abc", max_size=12)
alike_stems = st.builds(
    lambda at, put, base: base[:at] + put + base[at + len(put) // 2 :],
    st.integers(0, 40),
    few_characters,
    st.sampled_from(["地球绕着太阳转，月亮绕着地球转，一年有四季", "the quick brown fox jumps over", ""]),
)
alike_questions = (
    st.builds(statement, alike_stems, st.booleans())
    | st.builds(
        single, alike_stems, st.sampled_from(["日 月 水", "日 月 火"]), st.sampled_from(["A", "B", "AB"])
    )
    | st.builds(fill, alike_stems, st.sampled_from(["日", "日 月", "月"]))
    | st.builds(order, alike_stems, st.permutations("ABCD").map("".join))
    | st.builds(match, alike_stems, st.sampled_from(["AB", "BA", "AC"]))
)


@settings(max_examples=60, deadline=None)
@given(st.lists(alike_questions, min_size=2, max_size=60), st.integers(0, 30))
def test_no_pair_is_missed_among_random_questions(questions: list[Question], held: int) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("question_bank.duplicates.FEW", 1)  # so that all pass the sieve
        assert_all_are_found([Wording.of(question) for question in questions], min(held, len(questions)))


def bank(shared: Path, name: str) -> list[Wording]:
    """Return what the questions of a public bank are compared by, whatever is wrong with them."""
    lines = (shared / "banks" / f"{name}.jsonl").read_text("utf-8").splitlines()
    kinds = {"truefalse": "true_false"}
    return [
        Wording.of(
            Question(
                kinds.get(row["type"], row["type"]),
                row["stem"],
                lettered(row["options"]),
                frozenset(row["answer"]),
            )
        )
        for row in map(json.loads, lines)
        if row["options"]
    ]


@pytest.mark.parametrize("name", ["tal_scq5k_cn.train", "opentriviaqa.science", "m3ke.dev", "gaokao.science"])
def test_no_pair_is_missed_in_real_banks(name: str, shared: Path) -> None:
    assert_all_are_found(bank(shared, name)[:400], 100)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("tal_scq5k_cn.train", {EXACT: 118, NEAR: 448, CONFLICT: 14}),
        ("opentriviaqa.science", {NEAR: 3}),
        ("m3ke.dev", {}),
        ("gaokao.science", {}),
    ],
)
def test_so_many_pairs_stand_in_public_banks(name: str, expected: dict[str, int], shared: Path) -> None:
    """The numbers of docs/bank.md. Looked at were the conflicts and the first near pairs."""
    assert Counter(pair.sort for pair in pairs(bank(shared, name))) == expected


def test_the_starter_bank_has_no_two_alike() -> None:
    lines = STARTER.read_text("utf-8").splitlines()

    assert list(pairs([Wording.of(Question.from_dict(json.loads(line))) for line in lines])) == []


def assert_all_are_found(wordings: Sequence[Wording], held: int) -> None:
    """Compare with the naive way: every question with every one before it."""
    naive = [
        Pair(one, other, *related)
        for other in range(held, len(wordings))
        for one in range(other)
        if (related := relation(wordings[one], wordings[other]))
    ]

    assert sorted(pairs(wordings, held)) == sorted(naive)
