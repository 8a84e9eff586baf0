"""Reading, signing in and handing a paper in work without script; the runner says that it is missing."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.phone import Phone
from tests.browser.site import Site


def test_the_whole_path_works_without_script(new_phone: Callable[..., Phone], site: Site) -> None:
    phone = new_phone(java_script_enabled=False)
    contest = site.publish("不用脚本", count=3)
    page = phone.go(f"/sign-in?next=/contests/{contest}")
    page.get_by_label("昵称").fill("没有脚本")
    page.locator("#find-region").fill("大坪正街")
    page.get_by_role("button", name="开始参加").click()
    page.get_by_role("button", name="记下了，继续").click()
    page.get_by_role("button", name="开始答题").click()
    expect(page.locator("p.without-script")).to_contain_text("脚本没有运行")
    expect(page.locator(".question")).to_have_count(3)
    attempt = int(page.url.rsplit("/", 1)[1])
    for n in (1, 3):
        page.locator(f"#q{n} .option").nth(1).click()
    page.get_by_role("button", name="交卷").click()

    expect(page.locator(".points")).to_be_visible()
    assert site.saved(attempt) == {1: 1, 3: 1}
    page.get_by_role("link", name="看榜单").click()
    expect(page.locator("tr.mine")).to_have_count(1)


def test_several_units_of_a_name_are_offered_without_script(new_phone: Callable[..., Phone]) -> None:
    phone = new_phone(java_script_enabled=False)
    page = phone.go("/sign-in")
    page.get_by_label("昵称").fill("找社区")
    page.locator("#find-region").fill("大坪")
    page.get_by_role("button", name="开始参加").click()
    expect(page.locator("#find-region-wrong")).to_contain_text("请选一个")

    page.get_by_text("大坪街道").first.click()
    page.get_by_role("button", name="开始参加").click()

    expect(page.locator(".ticket")).to_be_visible()


def test_the_paper_is_still_a_form_when_only_its_script_fails_to_load(phone: Phone, site: Site) -> None:
    phone.context.route("**/runner.js*", lambda route: route.abort())
    attempt = phone.start(site.publish("脚本丢失", count=2))
    phone.page.locator("#q1 .option").nth(0).click()
    phone.page.locator("#q2 .option").nth(1).click()

    phone.page.get_by_role("button", name="交卷").click()

    phone.page.wait_for_url("**/result*")
    assert site.saved(attempt) == {1: 1, 2: 1}


def test_a_clock_for_each_question_works_without_script_one_at_a_time(
    new_phone: Callable[..., Phone], site: Site
) -> None:
    phone = new_phone(java_script_enabled=False)
    attempt = phone.start(site.publish("逐题无脚本", clock="per_question_s: 60", count=2))
    for n in (1, 2):
        expect(phone.question).to_contain_text(f"第 {n} 题")
        phone.question.locator(".option").first.click()
        phone.page.get_by_role("button", name="提交本题").click()

    phone.page.wait_for_url("**/result*")
    assert site.saved(attempt) == {1: 1, 2: 1}


def test_size_theme_and_language_are_chosen_without_script(new_phone: Callable[..., Phone]) -> None:
    phone = new_phone(java_script_enabled=False)
    page = phone.go("/sign-in?next=/me")
    page.get_by_role("button", name="长辈版").click()
    page.get_by_role("button", name="深色").click()

    html = page.locator("html")
    assert page.url.endswith("/sign-in?next=/me")
    expect(html).to_have_attribute("data-size", "large")
    expect(html).to_have_attribute("data-theme", "dark")
    page.get_by_role("button", name="English").click()
    expect(html).to_have_attribute("lang", "en")
