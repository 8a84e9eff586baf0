"""Only the server's own word is a receipt: foreign replies, late ones, a page closed while it sends."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Error, Request, Route, expect

from tests.browser.phone import Phone
from tests.browser.site import Site, wait_until

HOTSPOT = "<html><title>WiFi</title>请先登录本店的无线网络</html>"  # what a café's network says to everything
FOREIGN = (200, *(pytest.param(status, marks=pytest.mark.full) for status in (404, 409, 401)))


@pytest.mark.parametrize("status", FOREIGN)
def test_what_a_foreign_network_says_to_a_save_is_no_receipt(phone: Phone, site: Site, status: int) -> None:
    attempt = phone.start(site.publish("咖啡馆的网络"))
    phone.page.route("**/answers", lambda route: route.fulfill(status=status, body=HOTSPOT))
    phone.choose(1)
    expect(phone.page.locator("#net")).to_contain_text("存在手机里")
    expect(phone.page.locator("#expired")).to_be_hidden()
    assert site.saved(attempt) == {}

    phone.page.unroute("**/answers")

    phone.expect_saved()
    assert site.saved(attempt) == {1: 1}


@pytest.mark.full
def test_what_a_foreign_network_says_to_a_hand_in_does_not_end_it(phone: Phone, site: Site) -> None:
    attempt = phone.start(site.publish("交卷时的网络", count=2))
    phone.page.route("**/answers", lambda route: route.fulfill(body=HOTSPOT))
    phone.page.route("**/finish", lambda route: route.fulfill(body=HOTSPOT))
    phone.choose(1)
    phone.page.locator("#to-card").click()
    phone.page.locator("#hand-in").click()
    expect(phone.page.locator("#tell")).to_contain_text("正在反复尝试交卷")
    assert not site.is_finished(attempt)

    phone.page.unroute("**/finish")

    phone.page.wait_for_url("**/result*")
    assert site.saved(attempt) == {1: 1}


@pytest.mark.full
def test_a_page_closed_while_it_sends_has_sent(phone: Phone, site: Site) -> None:
    attempt = phone.start(site.publish("发送时关页面"))
    held: list[Route] = []

    def hold(route: Route, request: Request) -> None:
        if request.resource_type == "fetch":
            held.append(route)
        else:
            route.continue_()

    phone.context.route("**/answers", hold)
    phone.choose(1)
    wait_until(lambda: phone.page.evaluate("1") and held)

    phone.page.close(run_before_unload=True)

    wait_until(lambda: site.saved(attempt) == {1: 1})


@pytest.mark.full
def test_reloading_without_network_keeps_the_answers_for_when_it_is_back(phone: Phone, site: Site) -> None:
    attempt = phone.start(site.publish("断网刷新"))
    phone.offline()
    phone.choose(1)
    expect(phone.page.locator("#net")).to_contain_text("存在手机里")
    phone.stay_offline()
    with pytest.raises(Error, match="ERR_INTERNET_DISCONNECTED"):
        phone.page.reload()  # the browser's own page: it can be reloaded as often as one likes
    assert site.saved(attempt) == {}

    phone.online()
    phone.go(f"/attempts/{attempt}")

    expect(phone.page.locator(".question:visible .option").nth(1)).to_have_class("option picked")
    phone.expect_saved()
    assert site.saved(attempt) == {1: 1}


@pytest.mark.full
def test_what_waited_while_the_attempt_ended_is_brought_and_named(phone: Phone, site: Site) -> None:
    attempt = phone.start(site.publish("关页面到点", clock="per_attempt_s: 600, grace_s: 0"))
    phone.choose(0)
    phone.expect_saved()
    phone.offline()
    phone.press("下一题")
    phone.choose(1)
    phone.stay_offline()
    phone.page.close()
    site.later(attempt, 600)
    wait_until(lambda: site.is_finished(attempt))

    phone.online()
    phone.page = phone.new_page()
    phone.go(f"/attempts/{attempt}")

    expect(phone.page.locator("main")).to_contain_text("1 题的答案在时间到之后才送到")
    phone.go(f"/attempts/{attempt}")
    expect(phone.page.locator("main")).not_to_contain_text("没有计入")
    assert site.saved(attempt) == {1: 1}


@pytest.mark.full
def test_hours_without_network_lose_nothing(phone: Phone, site: Site) -> None:
    attempt = phone.start(site.publish("断网几小时", clock="per_attempt_s: 36000"))
    phone.page.clock.install()
    phone.offline()
    phone.choose(1)
    phone.press("下一题")
    for hours in ("01:00:00", "03:30:00"):
        phone.page.clock.fast_forward(hours)
        expect(phone.page.locator("#net")).to_contain_text("存在手机里")
    phone.choose(2)
    assert site.saved(attempt) == {}

    phone.online()

    phone.expect_saved()
    assert site.saved(attempt) == {1: 1, 2: 1}


@pytest.mark.full
def test_a_practice_goes_on_without_network_and_explains_later(phone: Phone, site: Site) -> None:
    attempt = phone.start(site.publish("断网练习", count=3, after_answer="explanation"))
    phone.offline()
    phone.choose(0)
    phone.press("提交本题")
    expect(phone.question.locator(".state")).to_contain_text("存在手机里")
    expect(phone.question.locator("input").first).to_be_disabled()
    phone.press("下一题")
    phone.choose(1)
    phone.press("提交本题")
    phone.online()
    phone.expect_saved()

    expect(phone.page.locator(".feedback:visible .explanation")).not_to_be_empty()
    phone.press("上一题")
    expect(phone.page.locator(".feedback:visible .verdict")).to_have_text(re.compile("答对了|答错了"))
    assert site.saved(attempt) == {1: 1, 2: 1}


@pytest.mark.full
def test_what_the_other_page_took_at_the_same_moment_is_not_forgotten(phone: Phone, site: Site) -> None:
    attempt = phone.start(site.publish("同时写"))
    phone.offline()
    phone.choose(1)
    expect(phone.page.locator("#net")).to_contain_text("存在手机里")
    phone.press("下一题")
    phone.page.evaluate(  # as the other page writes that has not seen it yet
        """key => {
            const kept = JSON.parse(localStorage.getItem(key));
            kept.queue = {};
            localStorage.setItem(key, JSON.stringify(kept));
        }""",
        f"answers:{attempt}",
    )
    phone.choose(0)

    phone.online()

    phone.expect_saved()
    assert site.saved(attempt) == {1: 1, 2: 1}


@pytest.mark.full
def test_handing_in_on_one_page_closes_the_other(phone: Phone, site: Site) -> None:
    phone.start(site.publish("两页交卷", count=2))
    other = phone.new_page()
    other.goto(phone.page.url)
    expect(other.locator("#next")).to_be_visible()
    phone.choose(0)
    phone.hand_in()

    other.wait_for_url("**/result*")


@pytest.mark.full
def test_an_answer_that_another_phone_cut_off_is_named(new_phone: Callable[..., Phone], site: Site) -> None:
    first, second = new_phone(), new_phone()
    code = first.sign_up()
    attempt = first.start_again(site.publish("别处交卷"))
    first.choose(0)
    first.expect_saved()
    first.offline()
    first.press("下一题")
    first.choose(1)
    expect(first.page.locator("#net")).to_contain_text("存在手机里")
    second.go(f"/sign-in?next=/attempts/{attempt}")
    second.page.get_by_role("textbox", name="参赛码").fill(code)
    second.page.get_by_role("button", name="登录", exact=True).click()
    second.hand_in()

    first.online()

    first.page.wait_for_url("**/result*")
    expect(first.page.locator("main")).to_contain_text("1 题的答案在时间到之后才送到，或没有送到")
    assert site.saved(attempt) == {1: 1}
