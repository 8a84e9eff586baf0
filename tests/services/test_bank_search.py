"""The list of the bank: words, facets, states and orders; on every database."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from question_bank.catalogue import DIFFICULTY, KIND
from question_bank.question import Question
from quiz.models.bank import DRAFT, QuestionVersion
from quiz.models.bank import Question as QuestionRow
from quiz.models.contests import Contest
from quiz.services import bank, bank_editing, bank_review, bank_search, keeping_back
from quiz.services.bank_search import ORDERS, Search
from quiz.services.catalogued import Catalogued
from quiz.services.platform import Actor, Platform
from quiz.services.versions import raise_number
from tests.support import bank as held
from tests.support import once
from tests.support.statements import statements

NOW = 1_770_000_000_000
ORGANIZER = Actor(None, NOW)
TWO = {"topic": ["生命"], "source": ["《生物学》100%"]}
LINES = (
    {"id": "sk-1", "stem": "水在几度结冰？", "tags": {"topic": ["物质", "生活"]}, "difficulty": "easy"},
    {"id": "sk-2", "stem": "ＤＮＡ 的全称是什么？", "tags": TWO},
    {"id": "sk-3", "stem": "地球a_b绕什么转？", "tags": {"topic": ["宇宙", "生活"]}, "difficulty": "hard"},
    {
        "id": "sk-4", "stem": "水由____组成", "kind": "fill", "gaps": [{"accepted": ["氢和氧", "Hydrogen"]}],
        "material": {"text": "读下面的材料。"}, "options": [], "key": [], "tags": {"topic": ["物质"]},
    },
)  # fmt: skip


@pytest.fixture
def filled(platform: Platform) -> Platform:
    """A bank of four questions."""
    usual = {"kind": "single", "options": ["太阳", "月亮"], "key": ["A"]}
    content = "\n".join(json.dumps({**usual, **each}, ensure_ascii=False) for each in LINES).encode()
    token = once.stage(platform, content, "四题.jsonl", NOW)
    bank.take(platform, bank.preview(platform, token), ORGANIZER)
    return platform


def numbers(platform: Platform, wanted: Search) -> str:
    """Return the numbers of the questions that are found, in their order."""
    found, count = bank_search.search(platform, wanted)
    assert count == len(found)
    return "".join(each.question.external_id.removeprefix("sk-") for each in found)


def change_state(platform: Platform, number: str, retired: bool = False, state: str = "ready") -> None:
    with platform.store.writing() as session:
        row = session.scalar(select(QuestionRow).where(QuestionRow.external_id == f"sk-{number}"))
        assert row is not None
        row.retired_ms = NOW if retired else None
        session.execute(
            update(QuestionVersion).where(QuestionVersion.id == row.newest_id).values(state=state)
        )
        raise_number(session, [row.id])


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("结冰", "1"),
        ("水", "41"),
        ("水 结冰", "1"),
        ("结冰　 水", "1"),
        ("水 地球", ""),
        ("dna", "2"),
        ("ｄｎａ 全称", "2"),
        ("太阳", "321"),
        ("氢和", "4"),
        ("hydrogen", "4"),
        ("材料", "4"),
        ("生物学", "2"),
        ("生活", "31"),
        ("SK-3", "3"),
        ("100%", "2"),
        ("%", "2"),
        ("a_b", "3"),
        ("_b", "3"),
        ("由_", "4"),
        ("么转？", "3"),
        ("/", ""),
        ("\\", ""),
        ("'", ""),
        ("  ", "4321"),
    ],
)
def test_all_words_must_occur_somewhere_in_a_question(filled: Platform, words: str, found: str) -> None:
    assert numbers(filled, Search(words=words)) == found


def test_words_are_not_found_across_two_options(filled: Platform) -> None:
    assert numbers(filled, Search(words="太阳月亮")) == ""


@pytest.mark.parametrize(
    ("tags", "found"),
    [
        ((("topic", "生活"),), "31"),
        ((("topic", "生活"), ("topic", "物质")), "1"),
        ((("topic", "生"),), ""),
        ((("source", "《生物学》100%"),), "2"),
        ((("topic", "生活" * 200),), ""),
    ],
)
def test_a_question_must_have_all_tags_that_are_asked_for(
    filled: Platform, tags: tuple[tuple[str, str], ...], found: str
) -> None:
    assert numbers(filled, Search(tags=tags)) == found


def counts(platform: Platform, wanted: Search) -> Mapping[str, object]:
    return bank_search.listing(platform, wanted).counts


def test_facets_count_what_is_found(filled: Platform) -> None:
    assert counts(filled, Search()) == {
        KIND: [("single", 3), ("fill", 1)],
        DIFFICULTY: [("", 2), ("easy", 1), ("hard", 1)],
        "source": [("《生物学》100%", 1)],
        "topic": [("物质", 2), ("生活", 2), ("宇宙", 1), ("生命", 1)],
    }
    assert counts(filled, Search(words="水", tags=(("topic", "生活"),))) == {
        KIND: [("single", 1)],
        DIFFICULTY: [("easy", 1)],
        "topic": [("物质", 1), ("生活", 1)],
    }
    assert counts(filled, Search(words="没有这个词")) == {}


def test_facets_follow_edits_imports_and_undoing(filled: Platform) -> None:
    before = counts(filled, Search())
    (first,), _ = bank_search.search(filled, Search(words="sk-1"))
    question = Question.from_dict({**first.question.as_dict(), "tags": {"topic": ["生活", "气象"]}})

    bank_editing.edit(filled, first.version_id, question, ORGANIZER)

    assert counts(filled, Search())["topic"] == [
        ("生活", 2),
        ("宇宙", 1),
        ("气象", 1),
        ("物质", 1),
        ("生命", 1),
    ]

    line = {
        "kind": "single",
        "stem": "新题？",
        "options": ["甲", "乙"],
        "key": ["A"],
        "tags": {"topic": ["生活"]},
    }
    token = bank.stage(filled, json.dumps(line, ensure_ascii=False).encode(), "一题.jsonl", NOW)
    taken = bank.take(filled, bank.preview(filled, token), ORGANIZER)
    assert counts(filled, Search())["topic"][0] == ("生活", 3)  # type: ignore[index]

    held.undo(filled, taken.import_id, ORGANIZER)
    assert counts(filled, Search())["topic"][0] == ("生活", 2)  # type: ignore[index]
    assert counts(filled, Search())["source"] == before["source"]


def drafted(platform: Platform) -> int:
    """Write down a contest that is not published yet, and return it."""
    with platform.store.writing() as session:
        row = Contest(kind="contest", title="赛", draft="", board_epoch="e", created_ms=ORGANIZER.now_ms)
        session.add(row)
        session.flush()
        return row.id


def test_what_is_sealed_local_or_ends_soon_is_marked_counted_and_found(filled: Platform) -> None:
    one, two, three, *_ = bank_search.search(filled, Search())[0]
    keeping_back.seal(filled, one.version_id, drafted(filled), ORGANIZER)
    held.tag(filled, [one.question_id, two.question_id], ("region", "渝中区"), ORGANIZER)
    for each, day in ((one, "2026-03-31"), (two, "2026年4月1日"), (three, "2026-04-02")):
        held.tag(filled, [each.question_id], ("valid_until", day), ORGANIZER)
    wanted = Search(last_day="2026-04-01")

    found = bank_search.listing(filled, wanted)

    assert found.limits == {"sealed": 1, "local": 2, "ending": 2}
    assert [row.question_id for row in found.rows if row.is_sealed] == [one.question_id]
    for limit, expected in (("sealed", [one]), ("local", [one, two]), ("ending", [one, two])):
        rows = bank_search.search(filled, replace(wanted, limit=limit))[0]
        assert {row.question_id for row in rows} == {each.question_id for each in expected}
    sealed = bank_search.listing(filled, replace(wanted, limit="sealed"))
    assert (sealed.limits, sum(sealed.states.values())) == (found.limits, 1)


def test_the_list_knows_at_once_whatever_was_written(filled: Platform) -> None:
    (last, *_), _ = bank_search.search(filled, Search())
    other, contest = replace(last.question, stem="改过的题____？"), drafted(filled)

    def newest() -> int:
        with filled.store.reading() as session:
            return session.get_one(QuestionRow, last.question_id).newest_id or 0

    for write in (
        lambda: held.tag(filled, [last.question_id], ("topic", "决赛"), ORGANIZER),
        lambda: held.tag(filled, [last.question_id], ("topic", "决赛"), ORGANIZER, off=True),
        lambda: keeping_back.retire(filled, newest(), ORGANIZER),
        lambda: keeping_back.retire(filled, newest(), ORGANIZER, back=True),
        lambda: keeping_back.seal(filled, newest(), contest, ORGANIZER),
        lambda: bank_editing.edit(filled, newest(), other, ORGANIZER, DRAFT),
        lambda: bank_review.submit(filled, newest(), ORGANIZER),
        lambda: bank_review.send_back(filled, newest(), ORGANIZER, "再改"),
        lambda: held.undo(filled, last.import_id, ORGANIZER),
    ):
        before = bank_search.listing(filled, Search(state="any"))
        write()
        found = bank_search.listing(filled, Search(state="any"))
        filled.catalogued = Catalogued()  # that has read nothing yet

        assert found != before
        assert found == bank_search.listing(filled, Search(state="any"))
    assert found.count == 0


def test_what_is_retired_is_listed_only_when_it_is_asked_for(filled: Platform) -> None:
    change_state(filled, "1", retired=True)
    change_state(filled, "2", state=DRAFT)

    assert numbers(filled, Search()) == "432"
    assert numbers(filled, Search(state="retired")) == "1"
    assert numbers(filled, Search(state="draft")) == "2"
    assert numbers(filled, Search(state="ready")) == "43"
    assert numbers(filled, Search(state="any")) == "4321"
    found = bank_search.listing(filled, Search(state="retired"))
    assert found.states == {"ready": 2, "draft": 1, "retired": 1}
    assert [each.state for each in found.rows] == ["retired"]


@pytest.mark.parametrize(
    ("order", "found"),
    [
        ("age", "1234"),
        ("-age", "4321"),
        ("difficulty", "1342"),
        ("-difficulty", "3142"),
        ("kind", "3214"),
        ("-kind", "4321"),
        ("stem", "2314"),
        ("-stem", "4132"),
    ],
)
def test_the_list_is_ordered_by_each_column_both_ways(filled: Platform, order: str, found: str) -> None:
    if filled.store.dialect == "postgresql" and "stem" in order:
        found = numbers(filled, Search(order="stem"))[:: -1 if order == "-stem" else 1]  # its own collation

    assert numbers(filled, Search(order=order)) == found


@pytest.mark.parametrize("order", [*ORDERS, *(f"-{name}" for name in ORDERS)])
def test_pages_of_any_order_hold_each_question_once(filled: Platform, order: str) -> None:
    pages = [bank_search.search(filled, Search(order=order), first, 2)[0] for first in (0, 2, 4)]

    assert [len(page) for page in pages] == [2, 2, 0]
    assert len({each.question_id for page in pages for each in page}) == 4


def test_the_list_takes_a_handful_of_statements(filled: Platform) -> None:
    bank_search.listing(filled, Search())

    with statements(filled.store.engine) as seen:
        bank_search.listing(filled, Search(words="水 冰", tags=(("topic", "生活"),), order="facility"))

    assert len(seen) == 4  # the number of the bank; the newest analysis, its figures; the page
