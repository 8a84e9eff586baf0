"""Scripts that come late, hang, fail or break: no choice is lost, and the paper can always be handed in."""

from __future__ import annotations

import pytest
from playwright.sync_api import Route, expect

from tests.browser.phone import Phone
from tests.browser.site import Site, wait_until

SCRIPT = "**/runner.js*"
CUT_OFF = "(function () { document.getElementById('paper').hidden = true; function"  # of a lost connection


def hold_script(phone: Phone) -> list[Route]:
    """Let the runner's script hang until the route is continued."""
    held: list[Route] = []
    phone.context.route(SCRIPT, lambda route: held.append(route))
    return held


def opened(phone: Phone, site: Site, contest: int) -> int:
    """Sign up, start the contest and return the attempt's id once the paper is there, without its script."""
    phone.sign_up(f"/contests/{contest}")
    phone.page.get_by_role("button", name="开始答题").click(no_wait_after=True)
    expect(phone.question).to_be_visible()
    return int(phone.page.url.rsplit("/", 1)[1])


def test_what_was_chosen_before_the_script_came_is_sent(phone: Phone, site: Site) -> None:
    held = hold_script(phone)
    attempt = opened(phone, site, site.publish("脚本来晚"))
    phone.page.locator("#q1 .option").nth(1).click()
    expect(phone.page.locator("#q1 input").nth(1)).to_be_checked()

    wait_until(lambda: phone.page.evaluate("1") and held)
    held[0].continue_()

    phone.expect_saved()
    assert site.saved(attempt) == {1: 1}


@pytest.mark.full
def test_a_script_that_hangs_leaves_a_form_and_takes_it_over_when_it_comes(phone: Phone, site: Site) -> None:
    phone.page.clock.install()
    held = hold_script(phone)
    attempt = opened(phone, site, site.publish("脚本卡住", count=3))
    expect(phone.page.get_by_role("button", name="交卷")).to_be_hidden()
    phone.page.clock.fast_forward(11_000)
    expect(phone.page.get_by_role("button", name="交卷")).to_be_visible()
    phone.page.locator("#q3 .option").nth(0).click()

    wait_until(lambda: phone.page.evaluate("1") and held)
    held[0].continue_()

    expect(phone.page.locator("#next")).to_be_visible()
    wait_until(lambda: phone.page.locator("#net").inner_text() == "答案都已保存")
    assert site.saved(attempt) == {3: 1}


@pytest.mark.full
@pytest.mark.parametrize("how", ["lost", "cut off"])
def test_answers_that_wait_on_the_phone_are_handed_in_with_the_form(
    phone: Phone, site: Site, how: str
) -> None:
    attempt = phone.start(site.publish("排队的答案", count=3))
    phone.offline()
    phone.choose(1)
    phone.press("下一题")
    phone.choose(0)
    expect(phone.page.locator("#net")).to_contain_text("2 题存在手机里")
    phone.stay_offline()
    phone.page.close()
    assert site.saved(attempt) == {}
    if how == "lost":
        phone.context.route(SCRIPT, lambda route: route.abort())
    else:
        phone.context.route(SCRIPT, lambda route: route.fulfill(body=CUT_OFF, content_type="text/javascript"))
    phone.online()
    phone.page = phone.new_page()
    page = phone.go(f"/attempts/{attempt}")
    expect(page.locator("#q1 input").nth(1)).to_be_checked()

    page.get_by_role("button", name="交卷").click()

    page.wait_for_url("**/result*")
    assert site.saved(attempt) == {1: 1, 2: 1}
    phone.script_errors.clear()  # the script that was cut off


@pytest.mark.full
@pytest.mark.parametrize("missing", ["clock.js", "soon.js"])
def test_each_of_the_other_scripts_can_fail(phone: Phone, site: Site, missing: str) -> None:
    phone.context.route(f"**/{missing}*", lambda route: route.abort())
    attempt = phone.start(site.publish("别的脚本丢失", count=1))
    phone.page.locator("#q1 .option").nth(1).click()
    if missing == "clock.js":
        phone.page.get_by_role("button", name="交卷").click()
    else:
        phone.hand_in()

    phone.page.wait_for_url("**/result*")
    assert site.saved(attempt) == {1: 1}


@pytest.mark.full
def test_a_phone_on_which_the_script_breaks_shows_the_form(phone: Phone, site: Site) -> None:
    phone.context.add_init_script("History.prototype.pushState = function () { throw new Error('old'); };")
    attempt = phone.start(site.publish("脚本出错", count=3))
    expect(phone.page.locator("p.without-script")).to_contain_text("脚本没有运行")
    for n in (1, 3):
        phone.page.locator(f"#q{n} .option").nth(1).click()

    phone.page.get_by_role("button", name="交卷").click()

    phone.page.wait_for_url("**/result*")
    assert site.saved(attempt) == {1: 1, 3: 1}
    assert [error for error in phone.script_errors if error != "old"] == []
    phone.script_errors.clear()
