"""A material stands above its questions, once; folded it stays folded."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

from quiz.services import bank
from quiz.services.platform import Actor
from tests.browser.phone import Phone
from tests.browser.site import Site

SPRING = "缙云山的泉水从石缝里流出来。\n连下三天雨以后，泉水会变多。" * 6
SECTIONS = "[{count: 4, kinds: [single], tags: {topic: [泉]}}]"


@pytest.fixture(scope="module", autouse=True)
def _bank(site: Site) -> None:
    now = site.platform.clock.now_ms()
    single = {"kind": "single", "options": ["是", "否", "不一定"], "key": ["A"], "tags": {"topic": ["泉"]}}
    single["explanation"] = "读一读就知道。"  # as all questions have that other tests may draw
    about = [{**single, "stem": f"文中的问题{n}", "material": {"text": SPRING}} for n in (1, 2, 3)]
    rows = [*about, {**single, "stem": "与文无关的问题"}]
    content = "\n".join(json.dumps(each, ensure_ascii=False) for each in rows).encode()
    token = bank.stage(site.platform, content, "materials.jsonl", now)
    bank.take(site.platform, bank.preview(site.platform, token), Actor(None, now))


def test_a_material_stands_above_its_questions_and_stays_folded(phone: Phone, site: Site) -> None:
    phone.start(site.publish("材料题", sections=SECTIONS))
    material = phone.page.locator(".material")
    assert material.count() == 1
    phone.page.click("#to-card")
    grouped = phone.page.locator("#card-list .grouped")
    expect(grouped).to_have_count(3)
    grouped.first.click()

    expect(material).to_be_visible()
    expect(phone.question).to_contain_text("文中的问题1")
    expect(material.locator("div")).to_contain_text("石缝")
    phone.press("下一题")
    expect(phone.question).to_contain_text("文中的问题2")
    expect(phone.question.locator("legend")).to_be_in_viewport()
    material.locator("summary").click()
    phone.page.locator("#next").press("Enter")
    expect(phone.question).to_contain_text("文中的问题3")
    expect(material.locator("div")).to_be_hidden()
    phone.page.reload()
    expect(material.locator("summary")).to_be_visible()
    expect(material.locator("div")).to_be_hidden()

    phone.page.click("#to-card")
    expect(material).to_be_hidden()
    phone.page.locator("#card-list button:not(.grouped)").click()
    expect(phone.question).to_contain_text("与文无关")
    expect(material).to_be_hidden()
    phone.hand_in()
    assert phone.page.locator(".reviewed").count() == 4
    assert phone.page.content().count("缙云山") == SPRING.count("缙云山")


def test_in_turn_the_material_stays_while_its_questions_last(phone: Phone, site: Site) -> None:
    phone.start(site.publish("材料逐题", sections=SECTIONS, clock="per_question_s: 60"))
    material, seen, folded = phone.page.locator(".material"), 0, False
    for n in range(1, 5):
        expect(phone.question).to_contain_text(f"第 {n} 题")
        is_about = "文中" in phone.question.inner_text()
        expect(material).to_have_count(1 if is_about else 0)
        if is_about:
            expect(material.locator("div")).to_be_visible(visible=not folded)
        if is_about and not folded:
            material.locator("summary").click()
            folded = True
        seen += is_about
        phone.choose(0)
        phone.press("提交，下一题" if n < 4 else "提交并交卷")
    phone.page.wait_for_url("**/result*")
    assert seen == 3
