"""The rules page: what it says is what scores, in both languages, for every contest in docs/contests."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from babel.messages import Catalog
from babel.messages.pofile import read_po
from click.testing import CliRunner

from quiz.cli_contest import contest
from quiz.errors import InvalidDocument
from quiz.rules.document import load
from quiz.rules.parts import Document, Stage
from quiz.rules.saying import filled_in, speech
from quiz.rules.words import passages, text
from tests.rules.documents import EXAMPLES, calendar, document, small, starter
from tests.rules.documents import text as as_text

ROOT = Path(__file__).parents[2]
CONTESTS = {path.stem: path for path in sorted((ROOT / "docs" / "contests").glob("*.yaml"))}
WORKED = {f"example-{path.parent.name}": path for path in sorted(EXAMPLES.glob("**/*.yaml"))}
STARTERS = ("contest", "practice")
NAMES = [*CONTESTS, *WORKED, *(f"starter-{name}" for name in STARTERS)]
CATALOGUE = ROOT / "quiz" / "translations" / "en" / "LC_MESSAGES" / "messages.po"
CHINESE = re.compile(r"[\u3400-\u9fff]")


@cache
def read(name: str) -> Document:
    if name.startswith("starter-"):
        return load(starter(name.removeprefix("starter-")))
    return load((CONTESTS | WORKED)[name].read_text("utf-8"))


def said(changes: dict[str, Any] | None = None, **stage: Any) -> str:
    return text(document(changes, **stage))


def page(number: str) -> str:
    """Return the page of one of the real contests, by its number."""
    return text(read(next(name for name in CONTESTS if name.startswith(number))))


class English:
    """The English catalogue as it is in the source, and what it was asked for in vain."""

    def __init__(self) -> None:
        with CATALOGUE.open("rb") as file:
            self.catalogue: Catalog = read_po(file, locale="en")
        self.missing: set[str] = set()

    def gettext(self, message: str, /) -> str:
        return self.ngettext(message, message, 2)

    def ngettext(self, one: str, _many: str, count: int, /) -> str:
        found = self.catalogue.get(one)
        forms = () if found is None else found.string if isinstance(found.string, tuple) else (found.string,)
        if not all(forms) or not forms:
            self.missing.add(one)
            return one
        return str(forms[0 if count == 1 else -1])


@pytest.fixture(scope="module")
def english() -> English:
    return English()


# Every document, in both languages


@pytest.mark.parametrize("name", NAMES)
def test_a_page_in_chinese_has_neither_empty_places_nor_internal_names(name: str) -> None:
    rules = read(name)
    page = without_own_words(text(rules), rules)

    assert "%(" not in page
    assert "【比赛时间】" in page
    assert re.findall("[a-z_]{2,}", page) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_page_in_english_is_complete(name: str, english: English) -> None:
    rules = read(name)
    page = text(rules, speech("en", english))

    assert english.missing == set()
    assert "%(" not in page
    assert "[When]" in page
    assert not re.search("[【】]", page)
    assert CHINESE.findall(without_own_words(page, rules)) == []
    assert re.findall(r"\w*_\w*", page) == []


@pytest.mark.parametrize("name", NAMES)
def test_every_sentence_is_one_of_the_catalogue_with_its_values_apart(name: str) -> None:
    for passage in passages(read(name)):
        for sentence in passage.sentences:
            assert sentence.text.endswith("。"), sentence.text
            assert "。。" not in filled_in(sentence)


def without_own_words(page: str, rules: Document) -> str:
    """Return a page without what the document itself calls its contest, boards, groups, prizes and so on."""
    own = {rules.title, *rules.people.groups, *rules.people.grades, *rules.people.exclude}
    parts: list[Document | Stage] = [rules, *rules.stages]
    for part in parts:
        own |= {board.name for board in part.boards} | {prize.name for prize in part.awards}
        own |= {prize.to for prize in part.awards if prize.to}
        for draw in part.draws:
            own |= {draw.name, *draw.exclude, *(name for name, _ in draw.prizes)}
            own |= {token for entry in draw.entries for token in entry.tokens}
    for stage in rules.stages:
        own |= {stage.name, *stage.calendar.scenes, *(token.give for token in stage.award.tokens)}
        own |= {tag for section in stage.paper.sections for tags in section.tags.values() for tag in tags}
    for word in sorted(own, key=len, reverse=True):
        page = page.replace(word, "…")
    return page


def test_the_page_is_printed_in_english_too() -> None:
    path = EXAMPLES / "e1-points-per-attempt" / "rules.yaml"

    outcome = CliRunner().invoke(contest, ["explain", "--lang", "en", str(path)])

    assert "With 2 questions or more right the attempt counts 1 point." in outcome.output
    assert "With less than 2 questions it counts 0 points." in outcome.output


LEVELS = {"calendar": calendar(period="level")}
# What a document says → what the page must say
SAID: dict[str, tuple[dict[str, Any], str]] = {
    "the day begins at four": (
        {"calendar": calendar(day_begins="04:00")},
        "一天从 4:00 算起，到第二天的 4:00 为止；4:00 以前开始的答题算前一天的。",
    ),
    "hours": (
        {"calendar": calendar(hours=[{"days": ["mon", "wed"], "from": "11:30", "to": "12:30"}])},
        "周一、周三 11:30 至 12:30 开放。",
    ),
    "days in a row and whole days": (
        {
            "calendar": calendar(
                hours=[{"days": ["mon", "tue", "wed", "sat"], "from": "00:00", "to": "24:00"}]
            )
        },
        "周一至周三、周六全天开放。",
    ),
    "the week begins on Friday": (
        {"calendar": calendar(period="week", week_begins="fri")},
        "成绩按周计算，周五到周四为一周；一次答题算在开始的那一周。",
    ),
    "the close cuts": (
        {"calendar": calendar(at_close="cut")},
        "到截止的时刻，还没做完的答题立即结束，按已经提交的答案计分。",
    ),
    "the close and the hours cut": (
        {"calendar": calendar(at_close="cut", hours=[{"from": "08:00", "to": "12:00"}])},
        "到截止（或当天时段结束、暂停开始）的时刻，",
    ),
    "who began within the hours may finish": (
        {"calendar": calendar(hours=[{"from": "08:00", "to": "12:00"}])},
        "截止（或当天时段结束、暂停开始）以前已经开始的答题可以做完，照常计分。",
    ),
    "more time for who needs it": (
        {"clock": {"per_attempt_s": 300}},
        "主办方可以为有需要的人（例如视力或行动不便）延长限时，比赛截止的时刻不因此改变。",
    ),
    "the limit includes its number": ({"clock": {"per_attempt_s": 300}}, "限时 5 分钟（正好 5 分钟也有效）"),
    "grace": ({"clock": {"per_attempt_s": 300}}, "到时以后 15 秒以内送到服务器的答案仍然有效"),
    "what is late is wrong where wrong costs": (
        {"clock": {"per_question_s": 30}, "marking": {"wrong": -1}},
        "超过限时才送到服务器的答案按答错处理。",
    ),
    "whole seconds": ({"clock": {"time_in": "s"}}, "用时按 1 秒计，不足 1 秒的部分舍去。"),
    "steps include their number": (
        {"award": {"from": "correct", "steps": [{"at_least": 2, "points": 1}]}},
        "答对 2 题及以上，这次答题计 1 分。",
    ),
    "minus for wrong ones": ({"marking": {"wrong": "-0.25"}}, "答错扣 0.25 分，没答得 0 分。"),
    "nothing for wrong ones": ({}, "答错或没答得 0 分。"),
    "what the order of questions is": ({}, "题目的先后和选项的先后每次都打乱。"),
    "the best of a day": (
        {"person": {"within_period": "best", "across_periods": "sum"}},
        "举例：第一天各次答题依次计 3 分、1 分、3 分，第二天计 3 分，总分是 6 分。",
    ),
    "only the first two count": (
        {"person": {"counted": {"first": 2, "of": "day"}}},
        "每天只有最先开始的 2 次计入成绩",
    ),
    "a void attempt leaves its turn to the next": (
        {"person": {"counted": {"first": 2, "of": "day"}}},
        "作废的答题不占计入成绩的次数，由后面的答题递补。",
    ),
    "a void attempt counts for nothing": ({}, "作废的答题不计成绩，用掉的次数不退还。"),
    "a void attempt is given back": (
        {"integrity": {"void": {"quota_back": True}}},
        "作废的答题不计成绩，用掉的次数退还。",
    ),
    "quota": ({"quota": {"limit": {"per_day": 3, "total": 9}}}, "每人每天最多 3 次、总共最多 9 次。"),
    "no quota": ({}, "答题次数不限。"),
    "an event adds to every limit": (
        {
            "quota": {
                "limit": {"per_day": 3, "total": 9},
                "extra": [{"event": "sign_in", "adds": 1, "cap": {"per_day": 1}}],
            }
        },
        "签到一次，当天、总共的答题次数多 1 次。",
    ),
    "ties share": ({}, "例如两人并列第 2，下一名是第 4。"),
    "ties share densely": ({"places": "dense"}, "例如两人并列第 2，下一名是第 3。"),
    "who is equal is listed by number": ({}, "各项全部相同的并列同一名次，按编号先后列出"),
    "the time of all that are summed": ({}, "“用时”是计入总分的各次答题的用时之和"),
    "the time of the best": (
        {"person": {"within_period": "best", "across_periods": "best"}},
        "“用时”是计入总分的那一次答题的用时。",
    ),
    "an answer that is shown at once cannot be changed": (
        {"flow": {"show": {"after_answer": "right_or_wrong"}}},
        "所以每题只能答一次，提交以后不能再改。",
    ),
    "an attempt that fails its level counts all the same": (
        {**LEVELS, "flow": {"levels": {"pass": [2, 2], "again": "never"}}},
        "没有通过这一关的一次，也照这样计分。",
    ),
    "an attempt that fails its level counts less": (
        {**LEVELS, "flow": {"levels": {"pass": [2, 2], "failed_gives": 1}}},
        "没有通过这一关的一次，计 1 分。",
    ),
    "who fails the only try at a level is through": (
        {**LEVELS, "flow": {"levels": {"pass": [2, 2], "again": "never"}}},
        "没有通过的，不能再进入后面的关。",
    ),
    "a sum beyond the range": (
        {"paper": {"sections": [{"count": 5}]}, "marking": {"wrong": -1, "range": {"min": 0, "max": 2}}},
        "举例：第 3 题答错，其余都答对，各题加起来是 3 分，得分按 2 分算。",
    ),
    "a draw by day": (
        {
            "draws": [
                {
                    "name": "抽奖",
                    "entries": [{"for": "attempt"}],
                    "prizes": [{"name": "书", "stock": 1}],
                    "drawn": "per_day",
                }
            ]
        },
        "每天结束后抽奖，用当天得到的机会。",
    ),
    "entries of no day in a draw by day": (
        {
            "draws": [
                {
                    "name": "抽奖",
                    "entries": [{"for": "place", "board": "个人", "top": 3}],
                    "prizes": [{"name": "书", "stock": 1}],
                    "drawn": "per_day",
                }
            ]
        },
        "靠名次、靠集齐得到的机会不属于哪一天，在比赛结束后抽奖。",
    ),
    "a corrected key": ({}, "更正的，所有人的这道题重新判分。"),
    "a key that stays": ({"integrity": {"corrected_key": "keep"}}, "更正的，已经判过的分不变。"),
}


@pytest.mark.parametrize(("stage", "sentence"), SAID.values(), ids=SAID)
def test_what_was_chosen_is_said(stage: dict[str, Any], sentence: str) -> None:
    assert sentence in said(**stage)


def test_people_with_events_alone_are_counted_and_the_page_says_so() -> None:
    events = {"sign_in": {"points": 1}}
    boards = [{"name": "街道", "of": "region.street", "order": ["people"]}]

    assert "参加人数：至少有一次有效答题或活动加分的人数" in said(events=events, boards=boards)
    assert "参加人数：至少有一次有效答题的人数" in said(boards=boards)


def test_a_prize_of_a_divided_board_goes_to_each_part_unless_it_names_other_parts() -> None:
    people = {"groups": ["青年组", "老年组"]}
    boards = [{"name": "分组榜", "of": "people", "each": "group"}]
    awards = [
        {"name": "一等奖", "board": "分组榜", "top": 3},
        {"name": "街道之星", "board": "分组榜", "top": 1, "each": "region.street"},
    ]

    page = said({"people": people}, boards=boards, awards=awards)

    assert "“一等奖”：“分组榜”中每个组别的前 3 名。" in page
    assert "“街道之星”：“分组榜”中每个街道的第 1 名（各组别合在一起排，不分开取）。" in page


def test_who_has_no_unit_is_not_on_a_board_divided_by_units_where_it_may_be_left_out() -> None:
    boards = [{"name": "各街道", "of": "people", "each": "region.street"}]
    required = {"units": {"region": {"levels": ["district", "street"], "required": True}}}

    assert "没有街道的人不上“各街道”。" in said(boards=boards)
    assert "不上“各街道”" not in said(required, boards=boards)


def test_boards_with_and_without_people_who_have_no_points_are_told_apart() -> None:
    boards = [
        {"name": "人数榜", "of": "region.street", "order": ["people"], "zero_scorers": "out"},
        {"name": "人次榜", "of": "region.street", "order": ["attempts"]},
    ]

    page = said(boards=boards)

    assert "“人数榜”不把总分为 0 的人计入人数和次数。" in page
    assert "其余单位榜计人数和次数时，总分为 0 的人也算在内。" in page


def test_no_sentence_stands_twice_in_a_passage() -> None:
    for name in NAMES:
        for passage in passages(read(name)):
            sentences = [filled_in(each) for each in passage.sentences]
            assert len(set(sentences)) == len(sentences), name


def test_the_formula_of_a_unit_board_has_an_example_that_it_computed_itself() -> None:
    page = text(load((EXAMPLES / "e5-rate-and-mean" / "rules.yaml").read_text("utf-8")))

    assert "综合得分 = 参与率 × 0.5 + 人均分 × 0.5（四舍五入，保留 2 位小数）。" in page
    assert "综合得分 = 80 × 0.5 + 60 × 0.5 = 70.00。" in page


def test_several_stages_are_said_each_under_its_name() -> None:
    twice = load(
        (EXAMPLES / "e1-points-per-attempt" / "rules.yaml").read_text("utf-8")
        + """  - name: 决赛
    calendar: {opens: "2024-08-30 08:00", closes: "2024-08-31 20:00"}
    paper: {sections: [{count: 5}]}
    person: {within_period: best}
    order: [total]
    boards: [{name: 决赛个人, of: people}]
"""
    )

    alone = [filled_in(p.heading) for p in passages(twice) if not p.sentences]
    assert alone == ["每个阶段都一样", "阶段：网络赛", "阶段：决赛", "每个阶段都适用"]


def test_a_page_says_nothing_that_cannot_hold() -> None:
    rules = document(
        {"units": {"region": {"levels": ["town"]}}},
        calendar=calendar(at_close="cut", period="none"),
        quota={"limit": {"per_period": 3, "total": 2}},
        order=["total", "time"],
        boards=[{"name": "早起榜", "of": "region.town", "order": ["first_started"]}],
    )

    page = text(rules)

    assert "“早起榜”按最早开始答题的时刻（早的在前）排乡镇。" in page
    assert "每人总共最多 2 次。" in page
    assert "用时算到那一刻为止" in page
    assert "用时按用满计算" not in page


# The document's own words


OWN = {
    "units": {"region": {"levels": ["town"]}},
    "called": {"town": {"zh": "乡镇（街道）", "en": "township"}},
}
TOWNS = [{"name": "乡镇榜", "of": "region.town", "order": ["people"]}]


def test_a_page_calls_things_as_the_document_does(english: English) -> None:
    rules = document(OWN, boards=TOWNS)

    assert "“乡镇榜”按参加人数排乡镇（街道），高的在前。" in text(rules)
    assert "ranks each township by its number of people" in text(rules, speech("en", english))


def test_a_word_in_one_language_is_the_word_in_all(english: English) -> None:
    rules = document({**OWN, "called": {"town": "乡镇（街道）"}}, boards=TOWNS)

    assert "ranks each 乡镇（街道） by" in text(rules, speech("en", english))


def test_a_word_for_what_is_not_in_the_document_is_refused() -> None:
    with pytest.raises(InvalidDocument) as refused:
        load(as_text(small({**OWN, "called": {"twon": "乡镇"}}, boards=TOWNS)))

    (fault,) = refused.value.faults
    assert (fault.at, fault.code) == ("/called/twon", "unknown_name")


def test_a_word_that_is_no_text_is_refused() -> None:
    with pytest.raises(InvalidDocument) as refused:
        load(as_text(small({**OWN, "called": {"town": 5}}, boards=TOWNS)))

    assert [(fault.at, fault.code) for fault in refused.value.faults] == [("/called/town", "word")]
