"""Questions chosen in the list: tagged, retired and handed out at the desk, once however often one clicks."""

from __future__ import annotations

import html
import json
import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import select

from question_bank.formats import FORMATS, WRITTEN, left_out
from quiz.models.accounts import Audit
from quiz.models.bank import Question as QuestionRow
from quiz.models.bank import QuestionVersion
from quiz.services import bank_search
from quiz.services.bank_search import Search
from quiz.services.platform import Platform
from quiz.services.versions import raise_number
from tests.support import contests as ready
from tests.support import kinds
from tests.support.desk import Visitor, wait_until


@pytest.fixture
def filled(platform: Platform, organizer: Visitor) -> Visitor:
    """An organizer who looks at a bank of thirteen questions, seven of them of single choice."""
    ready.fill_bank(platform, platform.clock.now_ms())
    kinds.fill_bank(platform, platform.clock.now_ms())
    organizer.open("/desk/bank/")
    return organizer


def ids(platform: Platform, wanted: Search) -> list[int]:
    return list(bank_search.matching(platform, wanted))


def test_a_tag_is_given_to_all_that_match_and_told_honestly(platform: Platform, filled: Visitor) -> None:
    said = filled.send("/desk/bank/chosen/", do="tag", scope="all", kind="single")
    assert "加标签（7 题）" in said
    address = filled.address

    said = filled.send(address, facet="主题", value="决赛")

    assert "给 7 题加上了标签“决赛”。" in said
    assert len(ids(platform, Search(tags=(("topic", "决赛"),)))) == 7
    filled.open("/desk/bank/")
    filled.send("/desk/bank/chosen/", do="tag", scope="all")
    said = filled.send(filled.address, facet="主题", value="决赛")
    assert "给 6 题加上了标签“决赛”。 另外 7 题本来就是这样" in said


def test_confirmed_twice_at_once_is_done_once(app: Flask, platform: Platform, filled: Visitor) -> None:
    filled.send("/desk/bank/chosen/", do="tag", scope="all")
    address, fields = filled.address, {"facet": "主题", "value": "决赛", "csrf_token": filled.token}
    cookies = filled.client.get_cookie("quiz")
    assert cookies is not None
    together = Barrier(2)

    def click() -> tuple[int, str]:
        client = app.test_client()
        client.set_cookie("quiz", cookies.value)
        together.wait()
        answered = client.post(address, data=fields)
        return answered.status_code, answered.location

    with ThreadPoolExecutor(2) as clicks:
        answers = [each.result() for each in [clicks.submit(click), clicks.submit(click)]]

    assert answers == [(303, address)] * 2
    assert "给 13 题加上了标签“决赛”。" in filled.open(address)
    with platform.store.reading() as session:
        told = session.scalars(select(Audit.detail).where(Audit.action == "bank.tag")).all()
        numbers = session.scalars(select(QuestionVersion.number)).all()
    assert [json.loads(each)["rows"] for each in told] == [13]
    assert sorted(numbers) == [1] * 13 + [2] * 13


def test_the_last_day_of_many_questions_is_set_and_has_to_be_a_day(
    platform: Platform, filled: Visitor
) -> None:
    filled.send("/desk/bank/chosen/", do="tag", scope="all", kind="single")
    assert "“年底”不是日期" in filled.send(filled.address, 400, facet="有效期至", value="年底")
    filled.send(filled.address, facet="有效期至", value="2026-06-30")
    filled.open("/desk/bank/")
    filled.send("/desk/bank/chosen/", do="tag", scope="all", kind="single")

    said = filled.send(filled.address, facet="valid_until", value="2026年12月31日")

    assert "给 7 题加上了标签" in said
    with platform.store.reading() as session:
        newest = QuestionRow.newest_id == QuestionVersion.id
        days = session.scalars(select(QuestionVersion.valid_until).join(QuestionRow, newest)).all()
    assert sorted(day for day in days if day) == ["2026-12-31"] * 7


def test_a_tag_is_taken_away_from_ticked_questions(platform: Platform, filled: Visitor) -> None:
    one, other, *_ = ids(platform, Search())
    filled.send("/desk/bank/chosen/", do="tag", id=[one, other])
    filled.send(filled.address, facet="批次", value="一")
    filled.open("/desk/bank/")

    filled.send("/desk/bank/chosen/", do="untag", id=[one])
    said = filled.send(filled.address, tag="批次:一")

    assert "从 1 题去掉了标签“一”。" in said
    assert ids(platform, Search(tags=(("批次", "一"),))) == [other]


def test_a_tag_with_colons_is_found_and_taken_away(platform: Platform, filled: Visitor) -> None:
    one, *_ = ids(platform, Search())
    filled.send("/desk/bank/chosen/", do="tag", id=[one])
    filled.send(filled.address, facet="批次:~甲", value="https://example.org/1:2")
    assert filled.page is not None
    seen = re.search(r'href="(/desk/bank/\?tag=[^"]+)"', filled.page.get_data(as_text=True))
    assert seen

    assert "找到 1 题" in filled.open(html.unescape(seen[1]))
    filled.send("/desk/bank/chosen/", do="untag", id=[one])
    assert filled.page is not None
    field = re.search(r'<option value="([^"]+example[^"]+)"', filled.page.get_data(as_text=True))
    assert field
    said = filled.send(filled.address, tag=html.unescape(field[1]))

    assert "从 1 题去掉了标签“https://example.org/1:2”。" in said


def test_sealed_questions_are_marked_in_the_list_and_found_beside_it(
    platform: Platform, filled: Visitor
) -> None:
    one, other, *_ = ids(platform, Search())
    with platform.store.writing() as session:
        session.get_one(QuestionRow, other).sealed_for = 99
        raise_number(session, [other])
    filled.send("/desk/bank/chosen/", do="tag", id=[one])
    filled.send(filled.address, facet="地区", value="渝中区")

    said = filled.open("/desk/bank/")
    assert "使用范围 密封给一场比赛 1 只限本地 1" in said
    said = filled.open("/desk/bank/?limit=sealed")

    assert "找到 1 题" in said
    assert "密封给一场比赛 ×" in said


def test_questions_are_retired_and_taken_back_into_use(platform: Platform, filled: Visitor) -> None:
    one, other, *_ = ids(platform, Search())
    filled.send("/desk/bank/chosen/", do="retire", scope="page", on_page=[one, other])
    assert "停用了 2 题" in filled.send(filled.address)
    assert ids(platform, Search(state="retired")) == [one, other]
    assert len(ids(platform, Search())) == 11

    filled.open("/desk/bank/?state=retired")
    filled.send("/desk/bank/chosen/", do="revive", scope="all", state="retired")

    assert "恢复使用 2 题。" in filled.send(filled.address)
    assert len(ids(platform, Search())) == 13


def test_who_has_chosen_nothing_is_told(filled: Visitor) -> None:
    assert "还没有选题目" in filled.send("/desk/bank/chosen/", do="retire", scope="ticked", q="水")


def test_a_tag_without_a_word_is_refused_and_nothing_is_lost(filled: Visitor) -> None:
    filled.send("/desk/bank/chosen/", do="tag", scope="all")

    said = filled.send(filled.address, 400, facet="主题", value=" ")

    assert "请写明标签的类别和内容" in said
    assert filled.page is not None
    assert 'value="主题"' in filled.page.get_data(as_text=True)


@pytest.mark.parametrize("name", WRITTEN)
def test_a_file_of_every_format_is_written_beside_the_server_and_says_what_it_cannot_hold(
    platform: Platform, filled: Visitor, name: str
) -> None:
    filled.send("/desk/bank/chosen/", do="export", scope="all")
    filled.send(filled.address, format=name)
    address = filled.address
    wait_until(lambda: "已经写好" in filled.open(address))

    reply = filled.client.get(f"{address}/file")

    found = FORMATS[name].read(reply.data, None)
    kept = {placed.question.stem for placed in found.questions}
    held = [each.question for each in bank_search.search(platform, Search())[0]]
    carries = FORMATS[name].carries
    carried = {each.stem for each in held if carries is None or carries(each)}
    missing = sum(left_out(held, name).values())
    assert carried <= kept
    assert len(carried) == 13 - missing
    assert (f"这种格式不能完整保存 {missing} 题" in filled.text) == bool(missing)


def test_the_bank_is_marked_in_the_menu_on_all_its_pages(filled: Visitor) -> None:
    marked = '<a href="%s" aria-current='
    pages = {
        "/desk/bank/": "/desk/bank/",
        "/desk/bank/quality/": "/desk/bank/",
        "/desk/bank/questions/1/history": "/desk/bank/",
        "/desk/bank/review": "/desk/bank/review",
    }
    for address, tab in pages.items():
        filled.open(address)
        assert filled.page is not None
        html = filled.page.get_data(as_text=True)
        assert [each for each in ("/desk/bank/", "/desk/bank/review") if marked % each in html] == [tab]
