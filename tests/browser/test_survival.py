"""No answer is lost: whatever the network, the phone, the tabs or the server do in the meantime."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import select

from quiz.models.play import Receipt
from tests.browser.phone import Phone
from tests.browser.site import Site, wait_until

REFUSES_TO_STORE = "Storage.prototype.setItem = function () { throw new Error('quota'); };"
HAS_NO_STORAGE = "Object.defineProperty(window, 'localStorage', { get: function () { return null; } });"
BEACONS_OF_2019 = """(function () {
    var send = navigator.sendBeacon.bind(navigator); // Chromium 59 to 80 throws at a blob of JSON
    navigator.sendBeacon = function (to, what) {
        if (what instanceof Blob && !/^text.plain/.test(what.type)) throw new Error("SecurityError");
        return send(to, what);
    };
})();"""
AN_HOUR_FAST = (
    "(function () { var real = Date.now; Date.now = function () { return real() + 3600000; }; })();"
)

AN_HOUR_SLOW = AN_HOUR_FAST.replace("+", "-")


def seconds_left(page: Page) -> int:
    """Return what the countdown shows."""
    minutes, seconds = page.locator("#time-left").inner_text().split(":")
    return int(minutes) * 60 + int(seconds)


def test_answers_given_offline_arrive_once_the_network_is_back(phone: Phone, site: Site) -> None:
    attempt = phone.start(site.publish("断网"))
    phone.offline()
    for _ in range(3):
        phone.choose(1)
        phone.press("下一题")
    expect(phone.page.locator("#net")).to_contain_text("3 题存在手机里")
    assert site.saved(attempt) == {}

    phone.online()

    phone.expect_saved()
    assert site.saved(attempt) == {1: 1, 2: 1, 3: 1}


def test_answers_in_the_queue_survive_closing_the_page(phone: Phone, site: Site) -> None:
    attempt = phone.start(site.publish("关页面"))
    phone.offline()
    phone.choose(1)
    expect(phone.page.locator("#net")).to_contain_text("存在手机里")
    phone.stay_offline()
    phone.page.close()
    assert site.saved(attempt) == {}

    phone.online()
    phone.page = phone.new_page()
    phone.go(f"/attempts/{attempt}")

    phone.expect_saved()
    assert site.saved(attempt) == {1: 1}


def test_an_answer_whose_reply_was_lost_is_stored_once(phone: Phone, site: Site) -> None:
    attempt = phone.start(site.publish("回执丢失"))
    calls: list[str] = []

    def lose_first_reply(route: Route) -> None:
        calls.append(route.request.post_data or "")
        if len(calls) == 1:
            route.fetch()
            route.abort()
        else:
            route.continue_()

    phone.page.route("**/answers", lose_first_reply)
    phone.choose(1)

    phone.expect_saved()
    assert len(calls) == 2
    assert site.saved(attempt) == {1: 1}


def test_a_server_that_goes_down_between_two_answers_loses_neither(phone: Phone, site: Site) -> None:
    attempt = phone.start(site.publish("服务器重启"))
    phone.choose(0)
    phone.expect_saved()
    site.down()
    phone.press("下一题")
    phone.choose(1)
    expect(phone.page.locator("#net")).to_contain_text("存在手机里")

    site.up()

    phone.expect_saved()
    assert site.saved(attempt) == {1: 1, 2: 1}


@pytest.mark.full
def test_a_busy_server_is_asked_again(phone: Phone, site: Site) -> None:
    attempt = phone.start(site.publish("服务器忙"))
    calls: list[int] = []

    def busy_twice(route: Route) -> None:
        calls.append(1)
        if len(calls) < 3:
            route.fulfill(status=503, headers={"Retry-After": "1"}, json={"error": {"code": "busy"}})
        else:
            route.continue_()

    phone.page.route("**/answers", busy_twice)
    phone.choose(1)

    phone.expect_saved()
    assert site.saved(attempt) == {1: 1}


def test_two_tabs_are_told_and_neither_loses_answers(phone: Phone, site: Site) -> None:
    attempt = phone.start(site.publish("两个页面"))
    first = phone.page
    second = phone.new_page()
    second.goto(first.url)
    expect(first.locator("#tell")).to_contain_text("另一个页面")
    expect(second.locator("#tell")).to_contain_text("另一个页面")
    phone.choose(0, first)
    phone.choose(2, first)
    phone.expect_saved()
    phone.choose(1, second)
    last = second.locator("#q1 input").nth(1).get_attribute("value")
    second.locator("#next").click()
    phone.choose(1, second)

    wait_until(lambda: site.saved(attempt) == {1: 1, 2: 1})
    assert site.responses(attempt)[1] == (last,)
    expect(first.locator("#q1 .option").nth(1)).to_have_class("option picked")
    first.locator("#next").click()
    expect(first.locator("#q2 .state")).to_have_text("已保存")
    expect(first.locator(".question:visible .option").nth(1)).to_have_class("option picked")


def test_another_phone_is_told_and_the_later_answer_counts(
    new_phone: Callable[..., Phone], site: Site
) -> None:
    first, second = new_phone(), new_phone()
    code = first.sign_up()
    attempt = first.start_again(site.publish("两部手机"))
    second.go(f"/sign-in?next=/attempts/{attempt}")
    second.page.get_by_role("textbox", name="参赛码").fill(code)
    second.page.get_by_role("button", name="登录", exact=True).click()
    first.choose(0)
    first.expect_saved()
    second.choose(2)
    second.expect_saved()
    expect(second.page.locator("#tell")).to_contain_text("另一部设备")
    first.press("下一题")
    first.choose(1)
    expect(first.page.locator("#tell")).to_contain_text("另一部设备")
    first.expect_saved()
    first.press("上一题")
    expect(first.question.locator(".option").nth(2)).to_have_class("option picked")

    assert site.saved(attempt) == {1: 1, 2: 1}
    assert site.responses(attempt)[1] == (
        second.page.locator(".question:visible input").nth(2).get_attribute("value"),
    )


def test_the_back_button_says_that_nothing_is_lost_and_answers_stay(phone: Phone, site: Site) -> None:
    contest = site.publish("返回键")
    attempt = phone.start(contest)
    phone.choose(1)
    phone.expect_saved()

    phone.page.evaluate("history.back()")

    expect(phone.page.locator("#tell")).to_contain_text("再按一次返回")
    assert phone.page.url.endswith(f"/attempts/{attempt}")
    phone.go(f"/contests/{contest}").get_by_role("link", name="继续答题").click()
    expect(phone.page.locator(".question:visible .option").nth(1)).to_have_class("option picked")


@pytest.mark.parametrize(
    "wrong",
    [pytest.param(AN_HOUR_FAST, id="fast"), pytest.param(AN_HOUR_SLOW, id="slow", marks=pytest.mark.full)],
)
def test_a_phone_clock_that_is_an_hour_wrong_changes_nothing(phone: Phone, site: Site, wrong: str) -> None:
    phone.context.add_init_script(wrong)

    attempt = phone.start(site.publish("手机差一小时"))

    assert 300 <= seconds_left(phone.page) <= 600
    phone.choose(1)
    phone.expect_saved()
    assert not site.is_finished(attempt)


@pytest.mark.full
def test_a_phone_clock_that_jumps_in_the_middle_does_not_hand_in(phone: Phone, site: Site) -> None:
    attempt = phone.start(site.publish("时钟跳动"))
    before = seconds_left(phone.page)
    phone.page.evaluate(AN_HOUR_SLOW)
    wait_until(lambda: seconds_left(phone.page) < before)
    phone.page.evaluate(AN_HOUR_FAST + AN_HOUR_FAST)
    phone.choose(1)

    phone.expect_saved()
    wait_until(lambda: seconds_left(phone.page) > 500)
    assert not site.is_finished(attempt)


@pytest.mark.full
def test_a_reload_does_not_start_the_countdown_again(phone: Phone, site: Site) -> None:
    phone.start(site.publish("刷新不重来"))
    wait_until(lambda: seconds_left(phone.page) <= 597)

    phone.page.reload()

    expect(phone.question).to_be_visible()
    assert seconds_left(phone.page) <= 597


@pytest.mark.parametrize(
    "how",
    [
        pytest.param(REFUSES_TO_STORE, id="full"),
        pytest.param(HAS_NO_STORAGE, id="none", marks=pytest.mark.full),
    ],
)
def test_a_phone_that_refuses_to_store_anything_still_takes_part(phone: Phone, site: Site, how: str) -> None:
    phone.context.add_init_script(how)
    attempt = phone.start(site.publish("存储已满"))
    expect(phone.page.locator("#tell")).to_contain_text("不让网页存东西")

    phone.choose(1)

    phone.expect_saved()
    assert site.saved(attempt) == {1: 1}


def test_the_paper_hands_itself_in_at_the_deadline(phone: Phone, site: Site) -> None:
    attempt = phone.start(site.publish("自动交卷", clock="per_attempt_s: 600"))
    phone.page.clock.install()
    phone.choose(1)
    phone.expect_saved()

    site.later(attempt, 600, phone.page)

    phone.page.wait_for_url("**/result*")

    assert site.saved(attempt) == {1: 1}
    assert site.is_finished(attempt)


def test_the_server_hands_in_what_it_has_when_the_phone_is_gone(phone: Phone, site: Site) -> None:
    attempt = phone.start(site.publish("手机没电", clock="per_attempt_s: 600, grace_s: 1"))
    phone.choose(1)
    phone.expect_saved()
    phone.page.close()
    assert not site.is_finished(attempt)

    site.later(attempt, 600)

    wait_until(lambda: site.is_finished(attempt))

    phone.page = phone.new_page()
    phone.go(f"/attempts/{attempt}")
    phone.page.wait_for_url("**/result*")


def test_answers_after_a_deadline_that_passed_offline_are_named(phone: Phone, site: Site) -> None:
    attempt = phone.start(site.publish("断网到点", clock="per_attempt_s: 600, grace_s: 0"))
    phone.page.clock.install()
    phone.choose(0)
    phone.expect_saved()
    phone.offline()
    phone.press("下一题")
    phone.choose(1)
    site.later(attempt, 600, phone.page)
    expect(phone.page.locator("#tell")).to_contain_text("正在反复尝试交卷")
    wait_until(lambda: site.is_finished(attempt))

    phone.online()

    phone.page.wait_for_url("**/result*")
    expect(phone.page.locator("main")).to_contain_text("1 题的答案在时间到之后才送到")
    assert site.saved(attempt) == {1: 1}
    with site.platform.store.reading() as session:  # kept all the same
        lateness = session.scalars(select(Receipt.late).where(Receipt.attempt_id == attempt)).all()
    assert lateness == [False, True]


@pytest.mark.full
def test_a_clock_that_jumps_while_offline_hands_nothing_in(phone: Phone, site: Site) -> None:
    attempt = phone.start(site.publish("断网时钟跳动"))
    phone.choose(1)
    phone.expect_saved()
    phone.offline()
    phone.page.evaluate(AN_HOUR_FAST)
    expect(phone.page.locator("#tell")).to_contain_text("正在反复尝试交卷")

    phone.online()

    expect(phone.question).to_be_visible()
    phone.expect_saved()
    assert site.saved(attempt) == {1: 1}
    assert seconds_left(phone.page) > 500
    assert not site.is_finished(attempt)


def test_answers_wait_while_the_sign_in_has_expired(new_phone: Callable[..., Phone], site: Site) -> None:
    first, second = new_phone(), new_phone()
    code = first.sign_up()
    attempt = first.start_again(site.publish("登录过期"))
    second.go("/sign-in?next=/me").get_by_role("textbox", name="参赛码").fill(code)
    second.page.get_by_role("button", name="登录", exact=True).click()
    second.page.get_by_role("button", name="退出登录").click()
    second.page.wait_for_url("**/")
    first.choose(1)
    expect(first.page.locator("#expired")).to_be_visible()
    expect(first.page.locator("#net")).to_contain_text("登录已失效")
    assert site.saved(attempt) == {}

    first.page.get_by_role("link", name="重新登录后继续").click()
    if "/sign-in" in first.page.url:
        first.page.get_by_role("textbox", name="参赛码").fill(code)
        first.page.get_by_role("button", name="登录", exact=True).click()

    first.page.wait_for_url(f"**/attempts/{attempt}")
    first.expect_saved()
    assert site.saved(attempt) == {1: 1}


def test_leaving_the_page_sends_what_still_waits(phone: Phone, site: Site) -> None:
    phone.context.add_init_script(BEACONS_OF_2019)
    attempt = phone.start(site.publish("离开时发送"))
    phone.choose(1)

    phone.go("/")

    wait_until(lambda: site.saved(attempt) == {1: 1})


def test_handing_in_names_what_is_unanswered_and_survives_a_lost_reply(phone: Phone, site: Site) -> None:
    attempt = phone.start(site.publish("交卷丢回执", count=3))
    phone.choose(0)
    phone.page.locator("#to-card").click()
    expect(phone.page.locator("#unanswered")).to_have_text("还有 2 题没答：第 2、3 题。")
    calls: list[int] = []

    def lose_first_reply(route: Route) -> None:
        calls.append(1)
        if len(calls) == 1:
            route.fetch()
            route.abort()
        else:
            route.continue_()

    phone.page.route("**/finish", lose_first_reply)
    phone.press("还有 2 题没答，仍然交卷")

    phone.page.wait_for_url("**/result*")
    assert site.saved(attempt) == {1: 1}
