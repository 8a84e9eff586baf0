"""Questions that are too much alike at the desk: side by side, kept, retired, warned of on an edit."""

from __future__ import annotations

import pytest

from question_bank.question import Question, lettered
from quiz.services import duplicates
from quiz.services.platform import Platform
from tests.support.clock import MovedClock
from tests.support.desk import Visitor
from tests.support.held import hold
from tests.support.statements import statements

ADDRESS = "/desk/bank/duplicates/"
STEM = "地球上的光和热主要来自哪个天体"


def asked(stem: str, key: str = "A", options: str = "太阳 月亮 火星") -> Question:
    return Question("single", stem, lettered(options.split()), frozenset(key))


QUESTIONS = (
    asked(STEM),
    asked(f"请问{STEM}", options="太阳 月亮 金星"),
    asked("月食发生在什么月相", options="满月 新月"),
    asked("月食发生在什么月相", options="满月 新月 上弦月", key="B"),
)


@pytest.fixture
def held(platform: Platform, clock: MovedClock) -> None:
    """A bank with a near pair and a conflict that has not been compared yet."""
    hold(platform, clock.now_ms(), *QUESTIONS)


@pytest.fixture
def compared(platform: Platform, held: None) -> None:
    """The same, compared."""
    duplicates.compare_the_bank(platform)


def test_an_organizer_has_the_bank_compared_and_sees_the_pairs(organizer: Visitor, held: None) -> None:
    assert "4 题里，有 4 题还没有和其他题目比对" in organizer.open(ADDRESS)

    said = organizer.send(ADDRESS)

    assert "题库的 4 题都已互相比对" in said
    assert "全部 2 答案矛盾 1 相近 1" in said
    assert said.index("题干相似 100%") < said.index("题干相似 93%")
    assert "不同之处：题干、选项" in said
    marks = organizer.page.get_data(as_text=True).split("<mark>") if organizer.page else []
    assert [mark.split("</mark>")[0] for mark in marks[1:]] == ["上弦月", "火星", "请问", "金星"]


def test_formulas_of_alike_questions_are_drawn_and_marked_as_a_whole(
    organizer: Visitor, platform: Platform, clock: MovedClock
) -> None:
    texts = ("边长为 $a$ 的正方形面积是", "边长为 $b$ 的正方形面积是")
    hold(platform, clock.now_ms(), *(asked(each, options="$a^2$ $4a$ $2a$") for each in texts))
    duplicates.compare_the_bank(platform)

    organizer.open(ADDRESS)

    html = organizer.page.get_data(as_text=True) if organizer.page else ""
    assert html.count('<mark><svg class="formula') == 2
    assert "$a$" not in html
    assert "<title>a 的平方</title>" in html


def test_only_one_sort_of_pairs_is_shown_where_it_is_asked_for(organizer: Visitor, compared: None) -> None:
    said = organizer.open(f"{ADDRESS}?sort=near")

    assert "题干相似 93%" in said
    assert "题干相似 100%" not in said


def test_two_questions_that_stay_are_not_shown_again(
    platform: Platform, organizer: Visitor, compared: None
) -> None:
    organizer.open(ADDRESS)
    pair = duplicates.twins(platform, "near", 0, 1)[0]

    said = organizer.send(f"{ADDRESS}keep", one=pair.one.question_id, other=pair.other.question_id)

    assert "两题都保留，以后不再提示" in said
    assert "全部 1 答案矛盾 1" in said
    assert "保留相似的两题" in organizer.open("/desk/audit")


def test_one_of_two_questions_is_retired(platform: Platform, organizer: Visitor, compared: None) -> None:
    organizer.open(ADDRESS)
    pair = duplicates.twins(platform, "conflict", 0, 1)[0]

    said = organizer.send(f"{ADDRESS}retire", version=pair.other.version_id)

    assert "这道题已停用" in said
    assert "全部 1 相近 1" in said


@pytest.mark.parametrize("form", [{"one": "x"}, {"one": "1", "other": "99999"}, {"one": "2", "other": "1"}])
def test_a_pair_that_does_not_exist_is_refused(organizer: Visitor, held: None, form: dict[str, str]) -> None:
    organizer.open(ADDRESS)

    assert organizer.post(f"{ADDRESS}keep", **form).status_code == 404


def test_a_question_that_does_not_exist_is_not_retired(organizer: Visitor, held: None) -> None:
    organizer.open(ADDRESS)

    assert organizer.post(f"{ADDRESS}retire", version="99999").status_code == 404


def test_the_page_and_the_form_of_a_question_warn_of_what_is_like_it(
    platform: Platform, organizer: Visitor, held: None
) -> None:
    """Nothing has to be compared before, and saving is not refused."""
    version = 1 + next(n for n, each in enumerate(QUESTIONS) if each.stem.startswith("请问"))

    for address in (f"/desk/bank/questions/{version}", f"/desk/bank/questions/{version}/edit"):
        said = organizer.open(address)
        assert f"相近 {STEM} 题干相似 93%" in said

    saved = organizer.send(f"/desk/bank/questions/{version}/edit", cell__题干=STEM, cell__答案="B")
    assert "题库里有 1 题和它相似" in saved
    said = organizer.open(f"/desk/bank/questions/{len(QUESTIONS) + 1}/edit")
    assert f"答案矛盾 {STEM} 题干相似 100%" in said


def test_the_page_asks_the_database_a_few_times_whatever_it_lists(
    platform: Platform, organizer: Visitor, compared: None
) -> None:
    organizer.open(ADDRESS)

    with statements(platform.store.engine) as made:
        organizer.open(ADDRESS)

    assert len(made) <= 7, "\n".join(made)
