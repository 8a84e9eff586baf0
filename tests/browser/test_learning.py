"""Practice on a phone: question, explanation and next question follow each other without a new page."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.phone import Phone


def test_practice_goes_on_without_loading_the_page_anew(phone: Phone) -> None:
    phone.sign_up("/practice")
    page = phone.page
    page.get_by_role("link", name="生命健康").click()
    expect(phone.question).to_be_visible()
    page.evaluate("window.isTheSamePage = true")
    stem = page.locator(".stem").inner_text()

    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("alert")).to_contain_text("还没有作答")
    phone.press("不会，看答案")
    expect(page.locator(".reviewed")).to_contain_text("解析")
    expect(page.locator("h1")).to_be_focused()
    page.get_by_role("link", name="下一题").click()
    expect(phone.question).to_be_visible()

    assert page.locator(".stem").inner_text() != stem
    assert page.evaluate("window.isTheSamePage")
    page.get_by_role("link", name="不练了").click()
    expect(page.get_by_text("今天练过")).to_be_visible()


def test_a_question_that_could_not_be_sent_goes_as_a_form(phone: Phone) -> None:
    phone.sign_up("/practice")
    page = phone.page
    page.get_by_role("link", name="混着练").click()
    phone.choose(0)
    page.route(
        "**/practice/questions/*",
        lambda route: route.abort() if route.request.resource_type == "fetch" else route.continue_(),
    )
    phone.press("提交")

    expect(page.locator(".reviewed")).to_be_visible()
