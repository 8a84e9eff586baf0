"""Runs on a phone: until the first wrong answer, and as many questions as fit into the time."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.phone import Phone
from tests.browser.site import Site, wait_until

UNTIL_WRONG = "stop: first_wrong, "
UNTIL_TIME = "stop: time, "


def answer(phone: Phone, site: Site, attempt: int, right: bool) -> None:
    """Choose a right or a wrong option of the question on the screen and send it."""
    n = int(phone.question.get_attribute("data-n"))
    wanted = site.right_options(attempt, n)
    for input_ in phone.question.locator("input").all():
        if (input_.get_attribute("value") in wanted) is right:
            input_.locator("xpath=..").click()
            break
    phone.press("提交，下一题")


def test_the_first_wrong_answer_ends_the_attempt(phone: Phone, site: Site) -> None:
    contest = site.publish("答错即止", flow=UNTIL_WRONG, count=5, after_answer="right_or_wrong")
    attempt = phone.start(contest)
    assert phone.page.locator(".question").count() == 1

    answer(phone, site, attempt, right=True)
    expect(phone.question).to_contain_text("第 2 题")
    expect(phone.page.locator("#tell")).to_contain_text("上一题：✓ 答对了")
    answer(phone, site, attempt, right=False)

    phone.page.wait_for_url("**/result*")
    assert site.is_finished(attempt)
    assert len(site.saved(attempt)) == 2


def test_skipping_in_such_a_run_is_warned_of(phone: Phone, site: Site) -> None:
    attempt = phone.start(site.publish("跳题即止", flow=UNTIL_WRONG, count=5))

    phone.press("提交，下一题")
    expect(phone.page.locator("#tell")).to_contain_text("这次答题到此结束")
    assert not site.is_finished(attempt)
    phone.page.locator("#next").press("Enter")

    phone.page.wait_for_url("**/result*")


def test_questions_come_until_the_clock_ends_and_what_is_chosen_then_counts(phone: Phone, site: Site) -> None:
    attempt = phone.start(
        site.publish("限时连续答题", flow=UNTIL_TIME, count=9, clock="per_attempt_s: 600, grace_s: 300")
    )
    phone.page.clock.install()
    for n in (2, 3):
        answer(phone, site, attempt, right=True)
        expect(phone.question).to_contain_text(f"第 {n} 题")
    phone.choose(0)

    site.later(attempt, 600, phone.page)

    phone.page.wait_for_url("**/result*")
    wait_until(lambda: site.is_finished(attempt))
    assert sorted(site.saved(attempt)) == [1, 2, 3]


def test_a_lost_network_stops_no_run(phone: Phone, site: Site) -> None:
    attempt = phone.start(site.publish("断网不止步", flow=UNTIL_WRONG, count=5))
    phone.offline()
    answer(phone, site, attempt, right=True)
    expect(phone.page.locator("#net")).to_contain_text("存在手机里")
    phone.online()

    expect(phone.question).to_contain_text("第 2 题")
    assert not site.is_finished(attempt)
