"""Levels on the phone: the list, an attempt, passed or not, what is next."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.phone import Phone
from tests.browser.site import Site
from tests.browser.test_redo import position

LEVELS = "levels: {pass: [10, 20]}, "


def play(phone: Phone, site: Site, answers: str) -> None:
    """Answer the paper on the screen, R right and W wrong, and hand it in."""
    attempt = int(phone.page.url.rsplit("/", 1)[1].split("#")[0])
    for n, letter in enumerate(answers, 1):
        expect(phone.question).to_contain_text(f"第 {n} 题")
        phone.choose(position(site, attempt, n, letter == "R"))
        if n < len(answers):
            phone.page.locator("#next").click()
    phone.expect_saved()
    phone.hand_in()


def test_a_person_goes_from_level_to_level(phone: Phone, site: Site) -> None:
    contest = site.publish(
        "闯关", count=2, flow=LEVELS, calendar=", period: level", person=", across_periods: sum"
    )
    phone.sign_up(f"/contests/{contest}")
    levels = phone.page.locator(".level")
    expect(levels.nth(0)).to_contain_text("可以闯关")
    expect(levels.nth(1)).to_contain_text("未开放 通过第 1 关以后")

    phone.page.locator("#start").get_by_role("button", name="开始第 1 关").click()
    expect(phone.page.locator(".level-now")).to_have_text("第 1 关")
    play(phone, site, "WW")
    expect(phone.page.locator("h1")).to_have_text("第 1 关没有通过")
    phone.press("再闯第 1 关")
    play(phone, site, "RW")
    expect(phone.page.locator("h1")).to_have_text("第 1 关，闯关成功！")
    phone.press("开始第 2 关")
    expect(phone.page.locator(".level-now")).to_have_text("第 2 关")
    play(phone, site, "RR")

    expect(phone.page.locator(".score")).to_contain_text("全部 2 关都已通过，恭喜！")
    phone.page.get_by_role("link", name="看全部关卡").click()
    expect(levels.nth(1)).to_contain_text("已通过 最好 20 分")
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= 390
