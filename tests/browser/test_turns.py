"""With a clock for each question the server opens one after the other, and there is no going back."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.phone import Phone
from tests.browser.site import Site, wait_until
from tests.browser.test_layouts import HEARD
from tests.browser.test_sending import stand_still
from tests.browser.test_survival import AN_HOUR_FAST

IN_TURN = "per_question_s: 300"
SLOW = "per_question_s: 300, grace_s: 120"  # for tests in which time passes when they say so


def test_an_answer_opens_the_next_question_and_the_last_one_hands_in(phone: Phone, site: Site) -> None:
    attempt = phone.start(site.publish("逐题计时", clock=IN_TURN, count=3))
    assert phone.page.locator(".question").count() == 1
    expect(phone.page.locator("#previous")).to_be_hidden()

    for n in (1, 2):
        expect(phone.question).to_contain_text(f"第 {n} 题")
        phone.choose(0)
        phone.press("提交，下一题")
    expect(phone.question).to_contain_text("第 3 题")
    phone.choose(0)
    phone.press("提交并交卷")

    phone.page.wait_for_url("**/result*")
    assert site.saved(attempt) == {1: 1, 2: 1, 3: 1}


def test_a_question_whose_time_is_up_gives_way_to_the_next(phone: Phone, site: Site) -> None:
    attempt = phone.start(site.publish("时间到换题", clock=SLOW, count=3))
    phone.page.clock.install()
    phone.choose(1)

    site.later(attempt, 300, phone.page)

    expect(phone.question).to_contain_text("第 2 题")

    assert site.saved(attempt)[1] == 1


def test_a_reload_shows_the_open_question_and_not_one_before(phone: Phone, site: Site) -> None:
    phone.start(site.publish("刷新不回头", clock=IN_TURN, count=3))
    phone.choose(0)
    phone.press("提交，下一题")
    expect(phone.question).to_contain_text("第 2 题")

    phone.page.reload()

    expect(phone.question).to_contain_text("第 2 题")
    assert phone.page.locator(".question").count() == 1


def test_ten_seconds_without_network_lose_only_the_open_question(phone: Phone, site: Site) -> None:
    attempt = phone.start(site.publish("断网丢一题", clock=SLOW, count=4))
    phone.page.clock.install()
    phone.choose(0)
    phone.press("提交，下一题")
    expect(phone.question).to_contain_text("第 2 题")
    phone.offline()
    phone.choose(1)
    site.later(attempt, 420, phone.page)
    expect(phone.page.locator("#net")).to_contain_text("存在手机里")
    phone.online()

    expect(phone.question).to_contain_text("第 3 题")
    phone.choose(0)
    phone.press("提交，下一题")

    wait_until(lambda: 3 in site.saved(attempt))
    assert 2 not in site.saved(attempt)


def test_a_phone_clock_that_jumps_ends_no_question(phone: Phone, site: Site) -> None:
    attempt = phone.start(site.publish("逐题跳时钟", clock="per_question_s: 60", count=3))
    with phone.page.expect_response(f"**/api/v1/attempts/{attempt}"):
        phone.page.evaluate(AN_HOUR_FAST)  # the server is asked first
    phone.choose(0)
    phone.press("提交，下一题")

    expect(phone.question).to_contain_text("第 2 题")
    assert site.saved(attempt) == {1: 1}


def test_another_page_goes_on_to_the_question_that_is_open(phone: Phone, site: Site) -> None:
    attempt = phone.start(site.publish("逐题两页", clock=IN_TURN, count=3))
    other = phone.new_page()
    other.goto(phone.page.url)
    expect(other.locator(".question:visible")).to_contain_text("第 1 题")
    phone.choose(0)
    phone.press("提交，下一题")
    expect(other.locator(".question:visible")).to_contain_text("第 2 题")
    phone.choose(0, other)
    other.get_by_role("button", name="提交，下一题").click()

    expect(phone.question).to_contain_text("第 3 题")
    assert site.saved(attempt) == {1: 1, 2: 1}


def test_a_question_is_skipped_only_when_that_is_asked_for_twice(phone: Phone, site: Site) -> None:
    attempt = phone.start(site.publish("误触不跳题", clock=IN_TURN, count=3))
    phone.page.locator(".stem").evaluate("each => { each.textContent = '很长的题目。'.repeat(99); }")
    phone.page.evaluate("scrollTo(0, 9999)")
    phone.tap_twice("#next")
    expect(phone.page.locator("#tell")).to_contain_text("再按一次就跳过")
    expect(phone.page.locator("#tell")).to_be_in_viewport(ratio=1)
    expect(phone.question).to_contain_text("第 1 题")

    phone.page.locator("#next").press("Enter")  # no tap, so it may come at once

    expect(phone.question).to_contain_text("第 2 题")
    assert site.saved(attempt) == {1: 0}


def test_the_time_of_each_question_is_said_aloud_rarely(phone: Phone, site: Site) -> None:
    phone.page.clock.install()
    phone.start(site.publish("听见每题的时间", clock="per_question_s: 400", count=2))
    phone.page.evaluate(HEARD)
    stand_still(phone)

    phone.page.clock.run_for(400_000)

    phone.page.wait_for_function("heard.includes('本题还剩 10 秒')")
    said = [words for words in phone.page.evaluate("heard") if words]
    assert said[:3] == ["本题还剩 5 分钟", "本题还剩 1 分钟", "本题还剩 10 秒"]


def test_a_paper_is_not_handed_in_before_the_least_time(phone: Phone, site: Site) -> None:
    contest = site.publish("最短时间", clock="per_attempt_s: 600, at_least_s: 300", count=2)
    attempt = phone.start(contest)
    phone.choose(0)
    phone.page.locator("#to-card").click()
    phone.page.locator("#hand-in").click()
    expect(phone.page.locator("#tell")).to_contain_text("才能交卷")
    assert not site.is_finished(attempt)

    site.later(attempt, 300)
    phone.page.reload()
    phone.hand_in()

    phone.page.wait_for_url("**/result*")
    assert site.saved(attempt) == {1: 1}


def test_questions_in_turn_that_are_through_wait_for_the_least_time(phone: Phone, site: Site) -> None:
    attempt = phone.start(site.publish("答完再等", clock="per_question_s: 600, at_least_s: 300", count=1))
    phone.page.clock.install()
    phone.choose(0)
    phone.press("提交并交卷")
    expect(phone.page.locator("#tell")).to_contain_text("到时自动交卷")
    assert not site.is_finished(attempt)

    site.later(attempt, 300, phone.page)

    phone.page.wait_for_url("**/result*")
