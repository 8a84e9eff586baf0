"""Gaps are typed, orders and matches chosen from lists on the phone; nothing that was typed is lost."""

from __future__ import annotations

from collections.abc import Callable

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


def test_what_is_typed_into_and_chosen_from_is_as_big_as_a_finger(phone: Phone, site: Site) -> None:
    phone.start(site.publish("大小", sections="[{count: 2, kinds: [order, match]}]"))
    for _question in range(2):
        for place in phone.question.locator(".place").all():
            box = place.bounding_box()
            assert box is not None
            assert box["height"] >= 44
            assert place.evaluate("each => parseFloat(getComputedStyle(each).fontSize)") >= 16  # no zoom
        phone.page.locator("#next").press("Enter")


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


@pytest.mark.parametrize(
    ("clock", "flow"), [("per_question_s: 60", ""), ("per_attempt_s: 600", "stop: first_wrong,")]
)
def test_gaps_orders_and_matches_go_in_turn(phone: Phone, site: Site, clock: str, flow: str) -> None:
    title = f"各种题逐题{clock[4:9]}"
    phone.start(site.publish(title, sections=SECTIONS, clock=clock, flow=flow, after_answer="key"))
    for word in ("铁", "铜"):
        phone.question.get_by_text(word).click()
    said = {
        "水由": kinds.RIGHT[1],
        "圆周率": kinds.RIGHT[2],
        "由小到大": kinds.RIGHT[3],
        "连线": kinds.RIGHT[4],
    }
    for n in range(2, 6):
        phone.press("提交，下一题")
        expect(phone.question).to_contain_text(f"第 {n} 题")
        expect(phone.page.locator("#tell")).to_contain_text("✓ 答对了")
        text = phone.question.locator(".stem").inner_text()
        fill(phone, *next(words for stem, words in said.items() if stem in text))
    phone.press("提交并交卷")

    phone.page.wait_for_url("**/result*")
    expect(phone.page.locator(".facts")).to_contain_text("5/5")


def test_what_was_right_in_the_places_of_the_last_question_is_told(phone: Phone, site: Site) -> None:
    sections = "[{count: 1, kinds: [order]}, {count: 1, kinds: [match]}]"
    phone.start(site.publish("逐题说答案", sections=sections, clock="per_question_s: 60", after_answer="key"))
    fill(phone, "器官", "细胞", "组织")

    phone.press("提交，下一题")

    expect(phone.question).to_contain_text("第 2 题")
    expect(phone.page.locator("#tell")).to_contain_text("正确答案是“细胞、组织、器官”")


def test_enter_in_a_gap_hands_nothing_in_without_script(new_phone: Callable[..., Phone], site: Site) -> None:
    phone = new_phone(java_script_enabled=False)
    attempt = phone.start(site.publish("回车", sections="[{count: 1, kinds: [fill], points: 1}]"))
    gap = phone.page.locator(".place").first
    gap.fill("氢")
    gap.press("Enter")
    assert not site.is_finished(attempt)

    phone.page.get_by_role("button", name="交卷").click()

    phone.page.wait_for_url("**/result*")
