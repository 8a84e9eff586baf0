"""The desk's page of a question's pictures and sounds, as somebody uses it without script."""

from __future__ import annotations

import pytest

from quiz.services import bank_search
from quiz.services.bank_search import Search
from quiz.services.platform import Platform
from tests.question_bank.kinds import PIXEL
from tests.support import kinds
from tests.support.desk import Visitor


@pytest.fixture
def address(platform: Platform) -> str:
    """The page of a question without pictures."""
    kinds.fill_bank(platform, platform.clock.now_ms())
    (found,), _count = bank_search.search(platform, Search(words="金属"))
    return f"/desk/bank/questions/{found.version_id}/media"


def test_a_picture_is_added_shown_said_in_words_and_removed(organizer: Visitor, address: str) -> None:
    assert "还没有图片和声音" in organizer.open(address)

    organizer.send(address, file=(PIXEL, "铁.png"), place="A", words="")
    assert organizer.page is not None
    assert "<h2>铁.png</h2>" in organizer.page.get_data(as_text=True)
    assert "“铁.png”没有文字说明" in organizer.open(organizer.address.removesuffix("/media"))
    organizer.open(organizer.address + "/media")

    organizer.send(organizer.address, do="say", name="铁.png", words="一块铁")
    assert organizer.page is not None
    assert 'value="一块铁"' in organizer.page.get_data(as_text=True)

    organizer.send(organizer.address, do="remove", name="铁.png")
    assert "还没有图片和声音" in organizer.text


def test_what_cannot_be_used_gets_its_sentence_and_what_was_typed_stays(
    organizer: Visitor, address: str
) -> None:
    organizer.open(address)
    said = organizer.send(address, 400, file=(b"?", "a.png"), place="stem", words="一块铁")

    assert "“a.png”不是能用的图片或声音" in said
    assert organizer.page is not None
    assert 'value="一块铁"' in organizer.page.get_data(as_text=True)
    assert "请选择一个图片或声音文件" in organizer.send(address, 400, place="stem", words="")


def test_a_file_that_is_larger_than_any_request_gets_a_sentence(organizer: Visitor, address: str) -> None:
    organizer.open(address)

    said = organizer.send(address, 413, file=(bytes(30_000_000), "a.png"), place="stem", words="")

    assert "文件太大" in said


def test_an_edit_is_seen_as_the_phone_shows_it_before_anything_is_saved(
    platform: Platform, organizer: Visitor
) -> None:
    kinds.fill_bank(platform, platform.clock.now_ms())
    (found,), _count = bank_search.search(platform, Search(words="圆周率"))
    address = f"/desk/bank/questions/{found.version_id}/edit"
    organizer.open(address)

    said = organizer.send(address, cell__题干="圆周率 $\\pi\\approx$ ____ $\\frac{1}{$", preview="1")

    html = organizer.page.get_data(as_text=True) if organizer.page else ""
    assert "<title>π 约等于</title>" in html.split('class="phone"')[1]
    assert "圆周率 $\\pi\\approx$ ____ $\\frac{1}{$</textarea>" in html
    assert "公式里有 1 个左花括号" in said
    assert "还没有保存" in said
    (still,), _count = bank_search.search(platform, Search(words="圆周率"))
    assert still.version_id == found.version_id
