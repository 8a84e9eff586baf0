"""The desk in a real browser, at a desk and on a phone, with script and without."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from quiz.services import accounts, play
from quiz.services.platform import Actor
from tests.browser.site import Site

FILE = (
    "题型,题干,选项A,选项B,选项C,答案,难度,解析\n单选,{name}：水在几度结冰？,0 ℃,10 ℃,100 ℃,A,易,冰水共存。\n"
)


def desk_of(chromium: Browser, site: Site, width: int, script: bool = True) -> Page:
    """Return a browser window of this width in which an organizer has just signed in."""
    actor = Actor(None, site.platform.clock.now_ms())
    code = accounts.invite_organizer(site.platform, "王老师", actor)
    context = chromium.new_context(
        viewport={"width": width, "height": 900}, locale="zh-CN", java_script_enabled=script
    )
    page = context.new_page()
    page.goto(f"{site.url}/desk/invitation/{code}")
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.get_by_role("heading", name="工作台")).to_be_visible()
    return page


def test_the_list_of_the_bank_is_read_on_a_phone_without_moving_it_sideways(
    chromium: Browser, site: Site
) -> None:
    page = desk_of(chromium, site, 320)
    page.goto(f"{site.url}/desk/bank/")

    hidden = page.locator(".chosen .scroll").evaluate("list => list.scrollWidth - list.clientWidth")

    assert hidden == 0
    expect(page.get_by_role("link", name="答对率")).to_be_visible()  # the columns still order it


@pytest.mark.parametrize(("width", "script"), [(1280, True), (390, False)], ids=["desk", "phone, no script"])
def test_questions_are_imported_and_a_contest_is_published(
    chromium: Browser, site: Site, tmp_path: Path, width: int, script: bool
) -> None:
    page = desk_of(chromium, site, width, script)
    file = tmp_path / "题目.csv"
    file.write_text(FILE.format(name=f"{width}"), "utf-8")

    page.get_by_role("link", name="题库").first.click()
    page.get_by_role("link", name="导入题目").click()
    page.locator("#file").set_input_files(file)
    page.get_by_role("button", name="上传并检查").click()
    page.get_by_role("link", name="下一步：查重复").click()
    page.get_by_role("link", name="下一步：确认导入").click()
    page.get_by_label("已由他人审过").check()
    page.get_by_role("button", name="导入 1 题").click()
    expect(page.get_by_text("已导入 1 题")).to_be_visible()
    page.get_by_role("link", name="新建比赛").click()
    page.get_by_label("每日三答积分：").check()
    page.get_by_role("button", name="新建草稿").click()
    text = page.get_by_label("文件的文字")
    text.fill(text.input_value().replace("count: 3", "count: 3.5"))
    page.get_by_role("button", name="保存并检查").click()
    expect(page.get_by_text("规则文件有 1 处错误")).to_be_visible()
    text.fill(text.input_value().replace("count: 3.5", "count: 4"))
    page.get_by_role("button", name="保存并检查").click()
    page.get_by_role("link", name="去发布").click()
    page.get_by_role("button", name="确认发布第 1 版").click()

    expect(page.get_by_text("已发布第 1 版").first).to_be_visible()
    page.context.close()


def test_numbers_move_by_themselves(chromium: Browser, site: Site) -> None:
    contest_id = site.publish("看数字的比赛")
    page = desk_of(chromium, site, 1280)
    page.goto(f"{site.url}/desk/contests/{contest_id}/watch")
    expect(page.locator(".facts div").first).to_have_text(re.compile(r"已开始\s*0"))
    page.evaluate("live.append(document.createElement('p'))")  # as if a notice had gone meanwhile

    now = site.platform.clock.now_ms()
    person = accounts.sign_up(site.platform, "甲", {}, now).person_id
    play.start(site.platform, person, play.Start(contest_id, 0), now)

    expect(page.locator(".facts div").first).to_have_text(re.compile(r"已开始\s*1"))
    page.context.close()
