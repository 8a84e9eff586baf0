"""How a phone sends: together, again after growing pauses, and what is chosen meanwhile is what counts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from playwright.sync_api import APIResponse, Route, expect
from sqlalchemy import select

from quiz.models.play import Receipt
from tests.browser.phone import Phone
from tests.browser.site import Site, wait_until

MINUTES_10 = 600_000  # ms
LONGEST_PAUSE = 45_000  # ms: half a minute and half of that by chance
SENDS = """status => {
    window.sends = [];
    window.fetch = (to, how) => {
        window.sends.push([performance.now(), how.body]);
        if (!status) return Promise.reject(new TypeError('no network'));
        return Promise.resolve(new Response('{"now": 1}', {status, headers: {'Retry-After': '60'}}));
    };
}"""
COMES_BACK = "window.dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))"
SETTLED = "new Promise(done => setTimeout(done, 100))"


def stand_still(phone: Phone) -> None:
    """Let time pass on the phone only when a test says so."""
    phone.page.clock.pause_at(datetime.now(UTC) + timedelta(seconds=30))


def pauses(phone: Phone) -> list[float]:
    """Return the ms between the attempts to send within ten minutes."""
    phone.page.clock.run_for(MINUTES_10)
    moments = [moment for moment, _body in phone.page.evaluate("sends")]
    return [later - sooner for sooner, later in pairwise(moments)]


def test_pauses_between_attempts_grow_to_half_a_minute_and_differ(phone: Phone, site: Site) -> None:
    phone.page.clock.install()
    phone.start(site.publish("越等越久", clock="per_attempt_s: 36000"))
    stand_still(phone)
    phone.page.evaluate(SENDS, 0)
    phone.choose(1)

    found = pauses(phone)

    assert found[0] < 2_000
    assert min(found[8:]) >= LONGEST_PAUSE / 3
    assert max(found) <= LONGEST_PAUSE
    assert len({round(pause, -2) for pause in found[8:]}) > 3  # a class does not come back in one moment
    before = phone.page.evaluate("sends.length")
    phone.page.evaluate("window.dispatchEvent(new Event('online'))")
    assert phone.page.evaluate("sends.length") == before + 1


def test_a_busy_server_is_left_alone_as_long_as_it_says(phone: Phone, site: Site) -> None:
    phone.page.clock.install()
    phone.start(site.publish("按要求等", clock="per_attempt_s: 36000"))
    stand_still(phone)
    phone.page.evaluate(SENDS, 503)
    phone.choose(1)

    assert min(pauses(phone)) >= 60_000


def test_what_is_answered_quickly_is_sent_together(phone: Phone, site: Site) -> None:
    phone.page.clock.install()
    phone.start(site.publish("一起发送", count=6))
    stand_still(phone)
    phone.page.evaluate(SENDS, 0)
    for _question in range(4):
        phone.choose(1)
        phone.press("下一题")
    assert phone.page.evaluate("sends") == []

    phone.choose(1)

    (_moment, body), *others = phone.page.evaluate("sends")
    assert others == []
    assert body.count('"seq"') == 5


def test_a_request_that_hangs_is_given_up_and_made_again(phone: Phone, site: Site) -> None:
    phone.page.clock.install()
    attempt = phone.start(site.publish("请求卡住"))
    held: list[Route] = []
    phone.page.route("**/answers", lambda route: route.continue_() if held else held.append(route))
    phone.choose(1)
    phone.page.clock.fast_forward(2_000)
    wait_until(lambda: phone.page.evaluate("1") and held)

    phone.page.clock.fast_forward(10_000)

    expect(phone.page.locator("#net")).to_contain_text("存在手机里")
    phone.page.clock.fast_forward(2_000)
    phone.expect_saved()
    assert site.saved(attempt) == {1: 1}


def test_an_answer_changed_while_it_is_being_saved_is_saved_as_changed(phone: Phone, site: Site) -> None:
    attempt = phone.start(site.publish("保存时改答案"))
    held: list[tuple[Route, APIResponse]] = []

    def hold_first(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append((route, route.fetch()))

    phone.page.route("**/answers", hold_first)
    phone.choose(0)
    wait_until(lambda: phone.page.evaluate("1") and held)
    phone.choose(2)

    held[0][0].fulfill(response=held[0][1])

    last = phone.question.locator("input").nth(2).get_attribute("value")
    wait_until(lambda: phone.page.evaluate("1") and site.responses(attempt)[1] == (last,))
    phone.expect_saved()


@pytest.mark.parametrize("is_saved", [True, False], ids=["saved", "waiting"])
def test_news_that_are_older_than_a_choice_do_not_undo_it(phone: Phone, site: Site, is_saved: bool) -> None:
    attempt = phone.start(site.publish("旧消息"))
    phone.choose(0)
    phone.expect_saved()
    held: list[tuple[Route, APIResponse]] = []
    phone.page.route(f"**/api/v1/attempts/{attempt}", lambda route: held.append((route, route.fetch())))
    phone.page.evaluate(COMES_BACK)
    wait_until(lambda: phone.page.evaluate("1") and held)
    if not is_saved:
        phone.offline()
    phone.choose(2)
    if is_saved:
        wait_until(lambda: phone.page.evaluate("1") and site.saved(attempt))
        expect(phone.question.locator(".state")).to_have_text("已保存")

    held[0][0].fulfill(response=held[0][1])

    phone.page.evaluate(SETTLED)
    expect(phone.question.locator(".option").nth(2)).to_have_class("option picked")


def test_a_page_that_comes_back_from_the_browsers_memory_shows_what_is_saved(
    phone: Phone, site: Site
) -> None:
    attempt = phone.start(site.publish("退回来"))
    other = phone.new_page()
    other.goto(phone.page.url)
    phone.choose(2, other)
    wait_until(lambda: other.evaluate("1") and site.saved(attempt) == {1: 1})
    phone.page.evaluate("document.querySelectorAll('#q1 input').forEach(each => { each.checked = false; })")

    phone.page.evaluate(COMES_BACK)

    expect(phone.page.locator("#q1 input").nth(2)).to_be_checked()


def test_a_storage_that_fills_up_brings_no_old_answer_back(phone: Phone, site: Site) -> None:
    phone.start(site.publish("中途存满"))
    phone.offline()
    phone.choose(0)
    expect(phone.page.locator("#net")).to_contain_text("存在手机里")
    phone.page.evaluate("() => { Storage.prototype.setItem = () => { throw new Error('quota'); }; }")
    phone.choose(2)
    expect(phone.page.locator("#tell")).to_contain_text("不让网页存东西")
    phone.online()
    phone.expect_saved()

    phone.page.reload()

    expect(phone.question.locator(".option").nth(2)).to_have_class("option picked")


def test_a_hand_in_without_network_happens_after_the_page_was_closed(phone: Phone, site: Site) -> None:
    attempt = phone.start(site.publish("断网交卷", count=2))
    phone.offline()
    phone.choose(1)
    phone.page.locator("#to-card").click()
    phone.page.locator("#hand-in").click()
    expect(phone.page.locator("#tell")).to_contain_text("正在反复尝试交卷")
    phone.stay_offline()
    phone.page.close()
    assert not site.is_finished(attempt)

    phone.online()
    phone.page = phone.new_page()
    phone.go(f"/attempts/{attempt}")

    phone.page.wait_for_url("**/result*")
    assert site.saved(attempt) == {1: 1}


def test_an_answer_that_is_final_closes_on_other_pages_and_phones(
    new_phone: Callable[..., Phone], site: Site
) -> None:
    phone, second = new_phone(), new_phone()
    code = phone.sign_up()
    attempt = phone.start_again(site.publish("两处练习", count=2, after_answer="explanation"))
    second.go(f"/sign-in?next=/attempts/{attempt}").locator("#code").fill(code)
    second.page.locator("#code").press("Enter")
    expect(second.question).to_be_visible()
    other = phone.new_page()
    other.goto(phone.page.url)
    phone.choose(0)
    phone.press("提交本题")
    expect(other.locator(".feedback:visible .verdict")).not_to_be_empty()
    expect(other.locator("#q1 input").nth(0)).to_be_checked()

    second.choose(1)  # it does not know yet
    second.press("提交本题")

    expect(second.page.locator("#tell")).to_contain_text("以第一次的答案为准")
    expect(second.page.locator(".feedback:visible .verdict")).not_to_be_empty()
    expect(second.question.locator("input").nth(0)).to_be_checked()
    second.press("下一题")
    assert site.saved(attempt) == {1: 1}


def test_what_could_not_be_saved_is_brought_when_the_server_has_ended_the_attempt(
    phone: Phone, site: Site
) -> None:
    attempt = phone.start(site.publish("带着走", clock="per_attempt_s: 600, grace_s: 0"))
    phone.page.clock.install()
    phone.page.route("**/answers", lambda route: route.abort())
    phone.page.route("**/api/v1/attempts/*", lambda route: route.abort())
    phone.choose(1)
    site.later(attempt, 600, phone.page)
    wait_until(lambda: phone.page.evaluate("1") and site.is_finished(attempt))

    phone.page.unroute("**/api/v1/attempts/*")

    phone.page.wait_for_url("**/result*")

    expect(phone.page.locator("main")).to_contain_text("1 题的答案在时间到之后才送到")
    with site.platform.store.reading() as session:
        found = session.scalars(select(Receipt.late).where(Receipt.attempt_id == attempt)).all()
    assert found == [True]
