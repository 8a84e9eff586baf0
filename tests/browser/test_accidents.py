"""What happens to phones by accident: a browser killed, a button tapped twice, news that do not come."""

from __future__ import annotations

import pytest
from playwright.sync_api import Route, expect
from sqlalchemy import func, select

from quiz.models.play import Receipt
from quiz.services import play
from quiz.services.platform import Platform
from quiz.services.play import Batch
from tests.browser.phone import Phone
from tests.browser.site import Site, wait_until
from tests.browser.test_leaving import look_away
from tests.browser.test_sending import COMES_BACK


def receipts(site: Site, attempt_id: int) -> int:
    """Return how many batches the server has stored of an attempt."""
    with site.platform.store.reading() as session:
        count = select(func.count()).select_from(Receipt).where(Receipt.attempt_id == attempt_id)
        return session.scalar(count) or 0


def hand_in(platform: Platform, attempt_id: int, person_id: int) -> None:
    """Hand an attempt in as from elsewhere."""
    now_ms = platform.clock.now_ms()
    epoch = play.sheet_of(platform, attempt_id, person_id, now_ms).row.epoch
    play.finish(platform, Batch(attempt_id, person_id, epoch, "elsewhere", (), now_ms))


def test_a_browser_that_forgot_what_it_stored_last_gives_no_number_twice(phone: Phone, site: Site) -> None:
    attempt = phone.start(site.publish("浏览器被关掉"))
    key = f"answers:{attempt}"
    phone.choose(0)
    phone.expect_saved()
    kept = phone.page.evaluate("key => localStorage.getItem(key)", key)
    phone.choose(1)
    wait_until(lambda: phone.page.evaluate("1") and receipts(site, attempt) == 2)
    phone.expect_saved()
    phone.page.evaluate("([key, kept]) => localStorage.setItem(key, kept)", [key, kept])  # a killed browser
    phone.page.reload()
    expect(phone.page.locator(".question:visible .option").nth(1)).to_have_class("option picked")

    phone.choose(2)

    last = phone.question.locator("input").nth(2).get_attribute("value")
    wait_until(lambda: phone.page.evaluate("1") and site.responses(attempt)[1] == (last,))


@pytest.mark.full
def test_what_such_a_browser_sends_again_is_not_shown_for_what_counts(phone: Phone, site: Site) -> None:
    attempt = phone.start(site.publish("旧队列"))
    key = f"answers:{attempt}"
    phone.choose(0)
    kept = phone.page.evaluate("key => localStorage.getItem(key)", key)  # it waits
    phone.choose(1)
    phone.expect_saved()
    last = phone.question.locator("input").nth(1).get_attribute("value")
    wait_until(lambda: phone.page.evaluate("1") and site.responses(attempt).get(1) == (last,))
    phone.page.evaluate("([key, kept]) => localStorage.setItem(key, kept)", [key, kept])

    phone.page.reload()

    expect(phone.page.locator(".question:visible .option").nth(1)).to_have_class("option picked")
    phone.expect_saved()
    assert site.responses(attempt)[1] == (last,)


@pytest.mark.full
def test_what_a_form_has_handed_in_is_not_called_lost(phone: Phone, site: Site) -> None:
    attempt = phone.start(site.publish("表单带走", count=2))
    phone.offline()
    phone.choose(0)
    expect(phone.page.locator("#net")).to_contain_text("存在手机里")
    phone.stay_offline()
    phone.page.close()
    phone.online()
    phone.context.route("**/runner.js*", lambda route: route.abort())
    phone.page = phone.new_page()
    phone.go(f"/attempts/{attempt}")
    phone.page.locator("#q2 .option").nth(1).click()

    phone.page.get_by_role("button", name="交卷").click()

    phone.page.wait_for_url("**/result*")
    phone.page.wait_for_function("key => !localStorage.getItem(key)", arg=f"answers:{attempt}")
    expect(phone.page.locator("main")).not_to_contain_text("没有计入")
    assert site.saved(attempt) == {1: 1, 2: 1}


@pytest.mark.full
def test_news_that_do_not_come_keep_no_answer_back(phone: Phone, site: Site) -> None:
    attempt = phone.start(site.publish("没问到"))
    asked: list[Route] = []

    def lose(route: Route) -> None:
        asked.append(route)
        route.abort()

    phone.page.route(f"**/api/v1/attempts/{attempt}", lose)
    phone.page.evaluate(COMES_BACK)
    wait_until(lambda: phone.page.evaluate("1") and asked)

    phone.choose(1)

    wait_until(lambda: phone.page.evaluate("1") and site.saved(attempt) == {1: 1})
    phone.expect_saved()


@pytest.mark.full
def test_more_than_one_batch_that_waits_does_not_keep_an_ended_attempt_asking(
    phone: Phone, site: Site
) -> None:
    attempt = phone.start(site.publish("别处交了卷", count=2))
    row = site.platform, attempt, site.person_of(attempt)
    phone.offline()
    phone.choose(0)
    expect(phone.page.locator("#net")).to_contain_text("存在手机里")
    phone.page.evaluate(
        """key => {
            const kept = JSON.parse(localStorage.getItem(key));
            for (let n = 3; n < 150; n += 1) kept.queue[n] = {seq: n, response: ["a"]};
            localStorage.setItem(key, JSON.stringify(kept));
        }""",
        f"answers:{attempt}",
    )
    hand_in(*row)

    phone.online()

    phone.page.wait_for_url("**/result*")
    expect(phone.page.locator("main")).to_contain_text("没有计入")


@pytest.mark.full
def test_a_report_that_the_page_was_left_is_sent_once(phone: Phone, site: Site) -> None:
    phone.start(site.publish("只报一次", clock="per_attempt_s: 600, leaving: strike, strikes: 5"))
    look_away(phone.page)
    expect(phone.page.locator("#tell")).to_contain_text("这是第 1 次")
    bodies: list[str] = []
    phone.page.on(
        "request", lambda each: bodies.append(each.post_data or "") if each.method == "POST" else None
    )

    phone.choose(1)

    phone.expect_saved()
    wait_until(lambda: phone.page.evaluate("1") and bodies)
    assert '"left":[]' in bodies[0]


@pytest.mark.full
def test_who_leaves_without_network_is_asked_first(phone: Phone, site: Site) -> None:
    phone.start(site.publish("断网时刷新"))
    phone.offline()
    phone.choose(1)
    expect(phone.page.locator("#net")).to_contain_text("存在手机里")

    with phone.page.expect_event("dialog") as asked:
        phone.page.evaluate("setTimeout(() => location.reload())")

    assert asked.value.type == "beforeunload"
    asked.value.dismiss()
    expect(phone.question.locator(".option").nth(1)).to_have_class("option picked")


@pytest.mark.full
def test_the_second_tap_of_a_double_one_skips_no_question(phone: Phone, site: Site) -> None:
    phone.start(site.publish("双击", count=3))

    phone.tap_twice("#next")

    expect(phone.question).to_contain_text("第 2 题")
    phone.press("上一题")
    expect(phone.question).to_contain_text("第 1 题")
