"""Pictures, sounds and formulas on the phone: nothing jumps, all is in words, a picture is enlarged."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Callable
from io import BytesIO

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image, ImageDraw
from playwright.sync_api import expect

from quiz.services import bank
from quiz.services.platform import Actor
from tests.browser.phone import Phone
from tests.browser.site import Site
from tests.browser.test_everybody import LOOKS, RULES

JUMPS = """() => new Promise((resolve) => {
  const found = [];
  new PerformanceObserver((list) => list.getEntries().forEach((e) => {
    found.push(...e.sources.filter((s) => s.node).map((s) => s.node.nodeName));
  })).observe({ type: 'layout-shift', buffered: true });
  setTimeout(() => resolve(found), 300);
})"""  # of what is ours: the controls inside a player arrange themselves
SOUND = b64encode(b"\xff\xfb" + bytes(400)).decode()
ARRANGED = "[{count: 2, kinds: [order], tags: {topic: [排图]}}]"
SECTIONS = "[{count: 3, kinds: [single], tags: {topic: [看图]}}]"


def picture(width: int, height: int) -> str:
    """Return a PNG file as base64: a dark leaf on nothing, as drawings for white paper are."""
    image, out = Image.new("RGBA", (width, height)), BytesIO()
    ImageDraw.Draw(image).ellipse((9, 9, width - 9, height - 9), outline="black", width=6)
    image.save(out, "PNG")
    return b64encode(out.getvalue()).decode()


def asked(n: int, **more: object) -> str:
    """Return a line of a question with two pictures, a sound and formulas."""
    return json.dumps({
        "kind": "single",
        "stem": f"第{n}题：图中的叶 ![一片叶的轮廓](leaf.png)面积约为 $\\frac{{3}}{{4}}\\pi r^2$，"
        f"边长 $a_{n}$，听 ![鸟叫](bird.mp3)",
        "options": [f"![小叶](small.png) $x^{n}$", "$\\sqrt{2}$ 倍", "都不对"],
        "key": ["A"],
        "tags": {"topic": ["看图"]},
        "explanation": "$$S=\\frac{1}{2}ah$$看 ![一片叶的轮廓](leaf.png)",
        "media": [
            {"name": "leaf.png", "type": "image/png", "base64": picture(900 + n, 600)},
            {"name": "small.png", "type": "image/png", "base64": picture(120, 40)},
            {"name": "bird.mp3", "type": "audio/mpeg", "base64": SOUND},
        ],
        **more,
    }, ensure_ascii=False)  # fmt: skip


def arranged(n: int) -> str:
    """Return a line of a question whose options are pictures and formulas to be put into an order."""
    words = ("$\\text{一}^2$", "![小叶](small.png)", "三")
    options = {"options": list(words), "key": [], "arranged": ["A", "B", "C"], "tags": {"topic": ["排图"]}}
    return asked(n, kind="order", stem=f"第{n}题：$\\text{{面积}}_{n}$ 由小到大", **options)


@pytest.fixture(scope="module", autouse=True)
def _bank(site: Site) -> None:
    now = site.platform.clock.now_ms()
    lines = [*map(asked, (1, 2, 3)), *map(arranged, (4, 5))]
    token = bank.stage(site.platform, "\n".join(lines).encode(), "图.jsonl", now)
    bank.take(site.platform, bank.preview(site.platform, token), Actor(None, now))


@pytest.fixture
def contest(site: Site) -> int:
    return site.publish("看图", sections=SECTIONS)


def test_a_paper_with_pictures_keeps_still_and_has_them_all_before_a_tunnel(
    phone: Phone, contest: int
) -> None:
    attempt = phone.start(contest)
    page = phone.go(f"/attempts/{attempt}")
    page.wait_for_load_state("networkidle")

    assert page.evaluate(JUMPS) == []
    assert page.evaluate("[...document.images].every(i => i.complete && i.naturalWidth > 0)")
    assert page.locator("audio").first.evaluate("a => [a.preload, a.readyState]") == ["none", 0]


def test_a_picture_is_enlarged_by_a_tap_and_put_back_by_another(phone: Phone, contest: int) -> None:
    phone.start(contest)
    shown = phone.question.get_by_role("img", name="一片叶的轮廓")
    before = shown.bounding_box()

    shown.click()
    larger = shown.bounding_box()
    shown.click()

    assert before is not None
    assert larger is not None
    assert larger["width"] > 2 * before["width"]
    assert shown.bounding_box() == before
    assert phone.question.locator("input:checked").count() == 0


def test_a_picture_is_enlarged_from_the_keyboard(phone: Phone, contest: int) -> None:
    phone.start(contest)
    phone.question.locator("summary").first.focus()

    phone.page.keyboard.press("Enter")

    expect(phone.question.locator("details.zoom[open]")).to_have_count(1)


def test_an_option_is_chosen_by_its_picture(phone: Phone, contest: int) -> None:
    phone.start(contest)

    phone.question.get_by_role("img", name="小叶").click()

    expect(phone.question.locator("input:checked")).to_have_count(1)
    phone.expect_saved()


def test_pictures_to_be_arranged_are_seen_beside_lists_that_name_them(phone: Phone, site: Site) -> None:
    phone.start(site.publish("排图", sections=ARRANGED, clock="per_question_s: 60"))
    for n in (1, 2):  # the first is the server's page, the second is written by the script
        expect(phone.question).to_contain_text(f"第 {n} 题")
        expect(phone.question.locator(".pictured img")).to_be_visible()
        expect(phone.question.locator(".pictured")).to_have_text("小叶")
        listed = phone.question.locator("select").first.locator("option").all_text_contents()
        assert sorted(listed) == sorted(["请选择", "一 的平方", "小叶", "三"])
        for at, words in enumerate(("一 的平方", "小叶", "三")):
            phone.question.locator("select").nth(at).select_option(label=words)
        phone.press("提交，下一题" if n == 1 else "提交并交卷")

    phone.page.wait_for_url("**/result*")


def test_chinese_in_a_formula_is_as_large_as_beside_it(phone: Phone, site: Site) -> None:
    phone.start(site.publish("中文公式", sections=ARRANGED))
    letters = phone.question.locator(".stem svg.formula text")

    box = letters.first.bounding_box()
    size = phone.question.locator(".stem").evaluate("e => parseFloat(getComputedStyle(e).fontSize)")

    assert letters.all_text_contents() == ["面", "积"]
    assert box is not None
    assert abs(box["width"] - size) < 1.5


def test_people_are_told_before_the_start_that_there_is_something_to_hear(
    phone: Phone, site: Site, contest: int
) -> None:
    phone.sign_up()
    phone.go(f"/contests/{contest}")

    expect(phone.page.get_by_text("请准备好耳机")).to_be_visible()


def test_a_sound_stops_with_its_question(phone: Phone, contest: int) -> None:
    phone.start(contest)
    sound = phone.question.locator("audio").first.element_handle()
    sound.evaluate("""a => { a.pause = () => { a.dataset.stopped = "yes"; };
      a.dispatchEvent(new Event("play")); }""")
    phone.page.wait_for_function("a => a.offsetParent && !a.dataset.stopped", arg=sound)

    phone.press("下一题")

    phone.page.wait_for_function("a => a.dataset.stopped === 'yes'", arg=sound)


def test_a_wide_screen_shows_pictures_and_formulas_as_well(
    new_phone: Callable[..., Phone], contest: int
) -> None:
    phone = new_phone(width=1280)
    phone.start(contest)
    page = phone.page
    page.wait_for_load_state("networkidle")

    found = Axe().run(page, options=RULES)

    assert [v["id"] for v in found.response["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize("look", list(LOOKS))
def test_everybody_can_use_pictures_and_formulas(phone: Phone, contest: int, look: str) -> None:
    phone.context.add_cookies(
        [{"name": key, "value": value, "url": phone.site.url} for key, value in LOOKS[look].items()]
    )
    phone.start(contest)
    page = phone.page
    page.wait_for_load_state("networkidle")

    found = Axe().run(page, options=RULES)
    formula = page.locator("svg.formula").first

    assert [v["id"] for v in found.response["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    expect(formula).to_have_accessible_name(re.compile("4 分之 3"))
    assert formula.evaluate("s => getComputedStyle(s.querySelector('path')).fill") == formula.evaluate(
        "s => getComputedStyle(s).color"
    )
    assert page.locator("img.shown").first.evaluate("i => getComputedStyle(i).backgroundColor") == (
        "rgb(255, 255, 255)"
    )


def test_pictures_and_formulas_are_looked_back_at(phone: Phone, contest: int) -> None:
    phone.start(contest)
    phone.question.get_by_text("都不对").click()
    phone.hand_in()

    first = phone.page.locator("#q1")

    expect(first.locator(".stem img.shown")).to_be_visible()
    expect(first.locator(".explained svg.formula")).to_be_visible()
    assert "style=" not in first.inner_html()
