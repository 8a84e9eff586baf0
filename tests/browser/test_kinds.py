"""Gaps are typed, orders and matches chosen from lists on the phone; nothing that was typed is lost."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.phone import Phone
from tests.browser.site import Site, wait_until
from tests.support import kinds

SECTIONS = (
    "[{count: 1, kinds: [indefinite]}, {count: 2, kinds: [fill]}, "
    "{count: 1, kinds: [order]}, {count: 1, kinds: [match]}]"
)


@pytest.fixture(scope="module", autouse=True)
def _bank(site: Site) -> None:
    kinds.fill_bank(site.platform, site.platform.clock.now_ms())


def fill(phone: Phone, *words: str) -> None:
    """Give what stands in each place of the question on the screen."""
    for field, word in zip(phone.question.locator(".place").all(), words, strict=True):
        if field.evaluate("each => each.tagName") == "SELECT":
            field.select_option(label=word)
        else:
            field.press_sequentially(word)


def test_every_kind_is_answered_saved_and_looked_back_at(phone: Phone, site: Site) -> None:
    attempt = phone.start(site.publish("各种题", sections=SECTIONS))
    for word in ("铁", "铜"):
        phone.question.get_by_text(word).click()
    for words in kinds.RIGHT[1:4]:
        phone.press("下一题")
        fill(phone, *words)
    phone.press("下一题")
    fill(phone, "氧气", "氮气")
    phone.expect_saved()

    phone.page.reload()
    expect(phone.question.locator("select").nth(1)).to_contain_text("氮气")
    assert site.responses(attempt)[2] == ("ｈ", "氧")
    phone.press("上一题")
    assert phone.question.locator("select").first.evaluate("s => s.selectedOptions[0].text") == "细胞"
    phone.hand_in()

    expect(phone.page.locator(".facts")).to_contain_text("4/5")
    expect(phone.page.locator("#q5")).to_contain_text("最轻：氮气 正确答案：氢气")


def test_a_text_counts_as_far_as_it_was_typed_when_the_page_goes(phone: Phone, site: Site) -> None:
    attempt = phone.start(site.publish("打字时离开", sections="[{count: 1, kinds: [fill], points: 1}]"))
    phone.question.locator(".place").first.press_sequentially("氢")

    phone.go("/")

    wait_until(lambda: site.responses(attempt).get(1, ("",))[0] == "氢")


def test_with_an_answer_at_once_the_places_close_and_say_what_is_right(phone: Phone, site: Site) -> None:
    phone.start(site.publish("当场", sections="[{count: 1, kinds: [order]}]", after_answer="key"))
    fill(phone, "器官", "细胞", "组织")

    phone.press("提交本题")

    expect(phone.question.locator(".verdict")).to_have_text("✗ 答错了")
    assert phone.question.locator(".mark").all_inner_texts() == ["细胞", "组织", "器官"]
    assert phone.question.locator("select:enabled").count() == 0
