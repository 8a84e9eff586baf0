"""The whole path on a phone: from the home page to the board."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.phone import Phone
from tests.browser.site import Site

PRACTICE = 2  # the second contest of the starter content
CODE = re.compile(r"^[0-9A-Z]{5}-[0-9A-Z]{5}$")


def test_a_resident_signs_up_answers_offline_hands_in_and_stands_on_the_board(
    phone: Phone, site: Site
) -> None:
    page = phone.go("/")
    page.get_by_role("link", name="渝中区公民科学素质网络赛").click()
    page.get_by_role("link", name="登录并开始").click()
    page.get_by_label("昵称").fill("大坪老李")
    page.locator("#find-region").press_sequentially("大坪街")
    page.get_by_text("大坪街道").click()
    page.get_by_role("button", name="开始参加").click()
    expect(page.locator(".ticket")).to_have_text(CODE)
    page.get_by_role("button", name="记下了，继续").click()
    page.get_by_role("button", name="开始答题").click()
    phone.choose(0)
    phone.press("下一题")
    phone.offline()
    phone.choose(1)
    expect(page.locator("#net")).to_contain_text("存在手机里")
    phone.online()
    phone.expect_saved()
    page.reload()
    expect(phone.question).to_contain_text("第 2 题")
    expect(page.locator(".question:visible .option.picked")).to_have_count(1)
    phone.hand_in()
    expect(page.locator(".points")).to_be_visible()
    page.get_by_role("link", name="看榜单").click()

    expect(page.locator("tr.mine").first).to_contain_text("大坪老李")
    page.get_by_role("link", name="街道", exact=True).click()
    expect(page.locator("#live")).to_contain_text("大坪街道")


def test_a_participant_code_brings_everything_to_another_phone(
    new_phone: Callable[..., Phone], site: Site
) -> None:
    first, second = new_phone(), new_phone()
    contest = site.publish("换手机")
    code = first.sign_up()
    attempt = first.start_again(contest)
    first.choose(2)
    first.expect_saved()

    page = second.go("/sign-in")
    page.get_by_role("textbox", name="参赛码").fill(code.lower())
    page.get_by_role("button", name="登录", exact=True).click()
    second.go(f"/contests/{contest}").get_by_role("link", name="继续答题").click()

    expect(second.page.locator(".question:visible .option").nth(2)).to_have_class("option picked")
    assert second.page.url.endswith(f"/attempts/{attempt}")


def test_practice_tells_after_each_answer_what_was_right(phone: Phone) -> None:
    phone.start(PRACTICE)

    phone.choose(0)
    phone.press("提交本题")

    expect(phone.page.locator(".feedback:visible .explanation")).not_to_be_empty()
    expect(phone.page.locator(".option.is-key:visible").first).to_contain_text("正确答案")
    expect(phone.page.locator(".question:visible input").first).to_be_disabled()


@pytest.mark.full
def test_a_page_opened_before_the_start_opens_by_itself_without_asking_the_server(
    phone: Phone, site: Site
) -> None:
    phone.sign_up()
    for seconds in (6, 30, 100):  # a slow machine shows the page later than that: then once more
        contest = site.publish("准点开始", opens_in_s=seconds)
        page = phone.go(f"/contests/{contest}")
        if page.locator("#countdown:visible").count():
            break
    expect(page.locator("#countdown")).to_have_text(re.compile("00:0[1-5]"))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    page.get_by_role("button", name="开始答题").click()

    page.wait_for_url("**/attempts/*")
    assert [url for url in asked if url.endswith(f"/contests/{contest}")] == []


@pytest.mark.full
def test_a_board_moves_while_somebody_looks_at_it(new_phone: Callable[..., Phone], site: Site) -> None:
    contest = site.publish("看着涨")
    watcher, player = new_phone(), new_phone()
    watcher.go(f"/contests/{contest}/boards/0-0")
    expect(watcher.page.locator("#live")).to_contain_text("还没有人上榜")
    player.start(contest)
    player.choose(0)
    player.hand_in()

    expect(watcher.page.locator("#live tbody tr")).to_have_count(1)


def test_a_finished_attempt_is_on_the_board_at_once(phone: Phone, site: Site) -> None:
    contest = site.publish("马上上榜")
    attempt = phone.start(contest)
    phone.choose(0)
    phone.hand_in()

    board = phone.page.request.get(f"{site.url}/contests/{contest}/boards/0-0").text()

    assert board.count('<tr class="mine') == 1  # as it is sent, before any script asks again
    assert site.is_finished(attempt)
