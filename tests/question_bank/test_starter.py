"""Holds the form and the balance of the questions, units and rules that a new installation starts with."""

import csv
import json
import re
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from rapidfuzz import fuzz, process

from question_bank.formats import jsonl
from quiz.rules.document import Document, load

STARTER = Path(__file__).parents[2] / "question_bank" / "starter"
PAGE = Path(__file__).parents[2] / "docs" / "bank.md"
FACETS = {
    "domain": {"科学知识", "科学方法", "科学精神与思想", "应用能力"},
    "criterion": {str(number) for number in range(1, 27)},
    "topic": {
        "生命健康",
        "防灾减灾",
        "绿色低碳",
        "数智科技",
        "食品安全",
        "科学家精神",
        "重庆本地",
        "应急避险",
        "物质与能量",
        "地球与宇宙",
        "数学与信息",
        "破除迷信",
        "新材料",
        "航空航天",
        "科学生产",
        "知识产权",
        "移风易俗",
        "科技政策",
    },
    "audience": {"青少年", "农民", "产业工人", "老年人", "领导干部和公务员", "城镇居民"},
}
VAGUE_SOURCES = ("官网", "科普资料", "宣传资料", "安全提示", "网络", "百度")
CATCH_ALLS = ("都对", "都不对", "都正确", "全部正确", "均正确")
ALIKE = 75  # of 100 characters of two stems that stand in both, in their order; 85 would be the same question
NO_WORD = re.compile(r"[\W_]+")
EXAM_PHRASES = re.compile("下列|以下|关于.*说法|的是[？。]|的是（|不正确|错误的")
STANDARD = re.compile(r"(?:GB|GB/T|GBZ|JGJ|CJJ|HJ|WS/T|QB/T|TSG) ?[\d.]+(—\d{4})?")
LAW = re.compile(r"《中华人民共和国([^》]+)》(（[^）]*\d{4}[^）]*）)?")
# Cited without a year: a series, limits that are revised every few years, laws whose revision is under way.
NO_YEAR = {"GB/T 8321", "GB 2762", "GB 2763", "商标法", "气象法", "防洪法", "防震减灾法"}
Question = dict[str, Any]  # a line of the file as JSON gives it


def lines() -> list[Question]:
    text = (STARTER / "questions.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


QUESTIONS = lines()


def units(name: str) -> list[dict[str, str]]:
    with (STARTER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def of_kind(kind: str) -> list[Question]:
    return [question for question in QUESTIONS if question["kind"] == kind]


def rights(question: Question) -> list[str]:
    return [question["options"]["ABCD".index(letter)] for letter in question["key"]]


def wrongs(question: Question) -> list[str]:
    return [option for option in question["options"] if option not in rights(question)]


def test_there_are_a_thousand_questions_and_enough_of_each_kind() -> None:
    kinds = Counter(question["kind"] for question in QUESTIONS)

    assert kinds.keys() == {"single", "multiple", "true_false"}
    assert kinds.total() >= 1000
    assert min(kinds.values()) >= 180


def test_most_questions_are_of_medium_difficulty_and_a_sixth_each_easy_and_hard() -> None:
    difficulties = Counter(question["difficulty"] for question in QUESTIONS)

    assert difficulties.most_common(1)[0][0] == "medium"
    assert min(difficulties.values()) >= len(QUESTIONS) // 6


def test_every_id_is_used_once() -> None:
    assert len({question["id"] for question in QUESTIONS}) == len(QUESTIONS)


@pytest.mark.parametrize("facet", FACETS)
def test_every_word_of_a_facet_is_used_and_no_other(facet: str) -> None:
    used = {word for question in QUESTIONS for word in question["tags"][facet]}

    assert used == FACETS[facet]


@pytest.mark.parametrize(
    ("facet", "least"), [("criterion", 30), ("audience", 150), ("topic", 15), ("domain", 80)]
)
def test_every_word_of_a_facet_has_its_share_of_questions(facet: str, least: int) -> None:
    found = Counter(word for question in QUESTIONS for word in question["tags"][facet])

    assert min(found.values()) >= least


def test_a_criterion_has_questions_of_more_than_one_kind_and_difficulty() -> None:
    kinds = {(number, q["kind"]) for q in QUESTIONS for number in q["tags"]["criterion"]}
    difficulties = {(number, q["difficulty"]) for q in QUESTIONS for number in q["tags"]["criterion"]}

    assert len(kinds) == len(difficulties) == 26 * 3


def is_whole(question: Question) -> bool:
    options, key = question["options"], question["key"]
    options_wanted = ["对", "错"] if question["kind"] == "true_false" else options
    right_wanted = {2, 3} if question["kind"] == "multiple" else {1}
    return (
        question["stem"].endswith(("？", "。"))
        and options == options_wanted
        and len(set(options)) == (2 if question["kind"] == "true_false" else 4)
        and key == sorted(set(key))
        and len(key) in right_wanted
        and set(key) <= set("ABCD"[: len(options)])
        and bool(question["tags"]["source"])
    )


def test_every_question_is_whole() -> None:
    assert [question["id"] for question in QUESTIONS if not is_whole(question)] == []


def test_an_explanation_is_two_or_three_sentences() -> None:
    odd = [
        question["id"]
        for question in QUESTIONS
        if not 2 <= sum(question["explanation"].count(end) for end in "。？！") <= 3
        or not 35 <= len(question["explanation"]) <= 140
    ]

    assert odd == []


def test_no_option_stands_for_all_the_others() -> None:
    options = [option for question in QUESTIONS for option in question["options"]]

    assert [o for o in options if o.startswith("以上") or o.endswith(CATCH_ALLS)] == []


def test_no_explanation_names_an_option_by_its_letter() -> None:
    named = ("选项A", "选项B", "选项C", "选项D", "A项", "B项", "C项", "D项", "选A", "选B", "选C", "选D")

    assert [q["id"] for q in QUESTIONS if any(name in q["explanation"] for name in named)] == []


def test_no_explanation_names_an_option_by_its_position() -> None:
    by_position = re.compile(
        "[前后][一两二三]种|[前后][一两二三](项|个选项)|第[一二三四](种|项|个选项)"
    )  # options are shuffled

    assert [q["id"] for q in QUESTIONS if by_position.search(q["explanation"])] == []


def test_every_source_is_a_work_that_a_reader_can_look_up() -> None:
    vague = [q["id"] for q in QUESTIONS for s in q["tags"]["source"] if s.endswith(VAGUE_SOURCES)]

    assert vague == []


def test_every_standard_and_every_law_is_cited_with_its_year() -> None:
    cited = [
        (match, q["id"])
        for q in QUESTIONS
        for s in q["tags"]["source"]
        for match in (*STANDARD.finditer(s), *LAW.finditer(s))
    ]

    undated = [(match[0], where) for match, where in cited if not match[match.re.groups]]
    assert [each for each in undated if not any(name in each[0] for name in NO_YEAR)] == []


@pytest.mark.parametrize(("kind", "spread"), [("single", 3), ("multiple", 3)])
def test_right_answers_are_spread_evenly_over_the_letters(kind: str, spread: int) -> None:
    found = Counter(letter for question in of_kind(kind) for letter in question["key"])

    assert set(found) == set("ABCD")
    assert max(found.values()) - min(found.values()) <= spread


def test_right_and_wrong_statements_are_of_like_number() -> None:
    right = sum(question["key"] == ["A"] for question in of_kind("true_false"))

    assert 0.45 <= right / len(of_kind("true_false")) <= 0.55


def test_the_options_of_a_question_are_of_like_length() -> None:
    apart = [
        question["id"]
        for question in of_kind("single")
        if max(map(len, question["options"])) - min(map(len, question["options"])) > 6
    ]

    assert apart == []


def test_no_four_characters_in_a_row_stand_in_more_than_ten_stems() -> None:
    found: Counter[str] = Counter()
    for stem in (question["stem"] for question in QUESTIONS):
        found.update({stem[start : start + 4] for start in range(len(stem) - 3)})

    assert [each for each in found.most_common(20) if each[1] > 10] == []


def test_no_stem_asks_in_the_phrases_of_examination_papers() -> None:
    assert [q["stem"] for q in QUESTIONS if EXAM_PHRASES.search(q["stem"])] == []


def test_no_two_stems_are_alike() -> None:
    stems = [NO_WORD.sub("", question["stem"]) for question in QUESTIONS]

    similar = process.cdist(stems, stems, scorer=fuzz.ratio, score_cutoff=ALIKE)
    assert [
        (QUESTIONS[i]["id"], QUESTIONS[j]["id"]) for i, j in zip(*similar.nonzero(), strict=True) if i < j
    ] == []


@pytest.mark.parametrize(
    ("name", "levels"),
    [
        ("units.csv", {"district": 1, "street": 11, "community": 80}),
        ("schools.csv", {"school": 6, "grade": 17, "class": 34}),
    ],
)
def test_every_unit_stands_below_its_parent_in_the_file(name: str, levels: dict[str, int]) -> None:
    rows = units(name)

    above: set[str] = {""}
    for row in rows:
        assert row["parent"] in above
        above.add(row["code"])
    assert len(above) == len(rows) + 1
    assert Counter(row["level"] for row in rows) == levels


def test_a_district_code_begins_with_the_code_of_its_parent() -> None:
    rows = units("units.csv")

    assert [row["name"] for row in rows if not row["code"].startswith(row["parent"])] == []
    assert {len(row["code"]) for row in rows} == {6, 9, 12}


def test_no_school_can_be_taken_for_a_real_one() -> None:
    names = [row["name"] for row in units("schools.csv") if row["level"] == "school"]

    assert [name for name in names if not name.startswith("示范")] == []


def document(name: str) -> Document:
    text = (STARTER / name).read_text(encoding="utf-8")
    return load(text.replace("{opens}", "2026-01-01 00:00").replace("{closes}", "2026-03-02 24:00"))


@pytest.mark.parametrize("name", ["contest.yaml", "practice.yaml"])
def test_a_rules_document_is_valid_once_its_window_is_filled_in(name: str) -> None:
    calendar = document(name).stages[0].calendar

    last_ms = int(datetime(2026, 3, 3, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp() * 1000)
    assert calendar.closes_ms == last_ms


@pytest.mark.parametrize("name", ["contest.yaml", "practice.yaml"])
def test_the_bank_holds_ten_times_what_a_section_draws(name: str) -> None:
    for section in document(name).stages[0].paper.sections:
        kinds = section.kinds or ("single", "multiple", "true_false")
        assert sum(len(of_kind(kind)) for kind in kinds) >= 10 * section.count


def test_the_questions_are_imported_without_a_problem() -> None:
    reading = jsonl.read((STARTER / "questions.jsonl").read_bytes())

    assert reading.problems == ()
    assert len(reading.questions) == len(QUESTIONS)


def test_the_page_on_the_bank_counts_the_questions_of_each_criterion() -> None:
    rows = re.findall(r"^\| (\d+) \| .* \| (\d+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)

    found = Counter(number for question in QUESTIONS for number in question["tags"]["criterion"])
    assert {number: int(count) for number, count in rows} == found


def test_the_page_on_the_bank_counts_the_kinds_and_difficulties() -> None:
    words = {"multiple": "multiple", "single": "single", "true_false": "true or false"}
    page = PAGE.read_text(encoding="utf-8")

    assert f"holds {len(QUESTIONS):,} questions" in page
    for kind, count in Counter(question["kind"] for question in QUESTIONS).items():
        assert f"{count} {words[kind]}" in page
    for difficulty, count in Counter(question["difficulty"] for question in QUESTIONS).items():
        assert f"{count} {difficulty}" in page
