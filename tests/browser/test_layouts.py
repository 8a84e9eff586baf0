"""How a paper lies on the screen: as a list where the rules say so, with the times that run."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from quiz.services import profiles
from quiz.services.platform import Actor
from quiz.services.profiles import Correction
from tests.browser.phone import Phone
from tests.browser.site import Site
from tests.browser.test_every_page import CHOOSE
from tests.browser.test_everybody import LOOKS, SHIFTS
from tests.browser.test_sending import stand_still
from tests.browser.test_survival import seconds_left

LIST = "layout: list, "
HEARD = """() => {
    window.heard = [];
    const look = () => window.heard.push(document.getElementById('announce').textContent);
    new MutationObserver(look).observe(document.getElementById('announce'), {childList: true});
}"""


def test_a_list_shows_all_questions_saves_each_and_names_what_is_left(phone: Phone, site: Site) -> None:
    attempt = phone.start(site.publish("一页列出", flow=LIST, count=4))
    page = phone.page
    expect(page.locator(".question:visible")).to_have_count(4)
    expect(page.locator("#previous")).to_be_hidden()
    assert page.evaluate(SHIFTS) == 0
    phone.press("检查交卷")
    expect(page.locator("#unanswered")).to_have_text("还有 4 题没答：第 1–4 题。")
    phone.press("继续答题")
    for n in (3, 1):
        page.locator(f"#q{n} .option").nth(1).click()
    phone.expect_saved()
    expect(page.locator("#q3 .state")).to_have_text("已保存")
    expect(page.locator("#to-card")).to_contain_text("2/4")

    phone.press("检查交卷")
    expect(page.locator("#unanswered")).to_have_text("还有 2 题没答：第 2、4 题。")
    page.locator("#card-4").click()
    expect(page.locator("#q4 legend")).to_be_focused()
    expect(page.locator("#q4")).to_be_in_viewport()
    expect(page.locator(".question:visible")).to_have_count(4)
    page.locator("#to-card").click()
    page.locator("#hand-in").press("Enter")  # no tap, so it may come at once after "next"

    page.wait_for_url("**/result*")
    assert site.saved(attempt) == {1: 1, 3: 1}


@pytest.mark.parametrize(
    ("clock", "shown"), [("per_question_s: 200", ""), ("per_question_s: 200, per_attempt_s: 3000", "全卷")]
)
def test_the_time_of_a_question_and_of_the_whole_are_shown(
    phone: Phone, site: Site, clock: str, shown: str
) -> None:
    phone.start(site.publish("两种时间", clock=clock, count=3))

    expect(phone.page.locator("#time-left")).to_be_visible()
    expect(phone.page.locator("#time-left")).to_have_text(re.compile("0[23]:[0-5][0-9]"))
    expect(phone.page.locator("#time-left")).to_have_class("number")  # no alarm from the beginning
    expect(phone.page.locator(".time")).not_to_contain_text("全卷 50:00")
    expect(phone.page.locator(".time")).to_contain_text(re.compile(f"{shown} 4[0-9]:" if shown else "0[23]:"))


def test_the_buttons_of_the_largest_text_hold_their_words(
    new_phone: Callable[..., Phone], site: Site
) -> None:
    phone = new_phone(width=320)
    phone.start(site.publish("大字按钮", after_answer="key"))
    phone.page.evaluate(CHOOSE, LOOKS["largest"])

    expect(phone.page.locator("#next")).to_have_text("提交本题")
    for button in phone.page.locator(".bottom .button").all():
        assert button.evaluate("each => each.scrollWidth <= each.clientWidth")
    assert phone.page.evaluate("document.documentElement.scrollWidth") == 320


def test_extra_time_is_in_the_countdown_and_said(phone: Phone, site: Site) -> None:
    person = site.person_of(phone.start(site.publish("加时以前")))
    more = Correction(groups="", born="", grade="", extra="1.5倍", because="视力不便")
    profiles.correct(site.platform, person, more, Actor(None, site.platform.clock.now_ms()))

    phone.start_again(site.publish("加时以后", clock="per_attempt_s: 600"))

    expect(phone.page.locator("#time-left")).to_have_text(re.compile("1(5:00|4:[0-5][0-9])"))
    expect(phone.page.locator(".time")).to_contain_text("已加时")


def test_a_lost_network_is_announced_once_and_so_is_its_return(phone: Phone, site: Site) -> None:
    phone.start(site.publish("听见断网", count=3))
    phone.page.evaluate(HEARD)
    phone.offline()
    for _ in range(2):
        phone.choose(0)
        phone.press("下一题")
    expect(phone.page.locator("#net")).to_contain_text("2 题存在手机里")

    phone.online()

    phone.expect_saved()
    said, *later = phone.page.evaluate("heard")
    assert "存在手机里" in said
    assert later == ["答案都已保存"]


def test_the_time_is_announced_once_and_answers_are_not(phone: Phone, site: Site) -> None:
    phone.page.clock.install()
    phone.start(site.publish("少打扰", clock="per_attempt_s: 600", count=3))
    phone.page.evaluate(HEARD)
    for _ in range(2):
        phone.choose(0)
        phone.press("下一题")
    phone.expect_saved()
    stand_still(phone)
    phone.page.clock.run_for((seconds_left(phone.page) - 30) * 1000)

    expect(phone.page.locator("#time-left")).to_have_text(re.compile("00:(30|29)"))
    assert phone.page.evaluate("heard") == ["还剩 5 分钟", "还剩 1 分钟"]
