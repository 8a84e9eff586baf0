"""Reading aloud in the large sizes: the question, its options, what is told of it; silent when one leaves.

What speaks is the phone's own; a stand-in writes down what it is given to say."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.phone import Phone
from tests.browser.site import Site, wait_until

PRACTICE = 2  # the second contest of the starter content
VOICE = """(() => {
  window.saying = []; window.cut = 0;
  Object.defineProperty(window, "speechSynthesis", {value: {
    getVoices: () => [{lang: "en-GB"}, {lang: "LANG"}], addEventListener() {},
    cancel() { window.cut += 1; window.saying = []; }, speak(it) { window.saying.push([it.lang, it.text]); },
  }});
  window.SpeechSynthesisUtterance = function (text) { this.text = text; };
})()"""


def speaking(phone: Phone, lang: str = "zh-CN") -> Phone:
    """Give the phone a voice of a language, and a person who reads in the large size."""
    phone.context.add_init_script(VOICE.replace("LANG", lang))
    phone.context.add_cookies([{"name": "size", "value": "large", "url": phone.site.url}])
    return phone


def said(phone: Phone) -> list[str]:
    """Return what is being said, piece by piece."""
    pieces = phone.page.evaluate("window.saying")
    assert {lang for lang, _text in pieces} <= {"zh-CN"}
    return [text for _lang, text in pieces]


def test_each_question_is_read_and_what_is_told_of_it_until_one_leaves(phone: Phone) -> None:
    speaking(phone).start(PRACTICE)
    page = phone.page
    assert said(phone) == []

    phone.press("朗读")
    first = said(phone)
    assert first[0].startswith("第 1 题")
    assert page.locator(".question:visible .stem").inner_text()[:6] in first[1]
    assert [text[:4] for text in first[2:4]] == ["选项1：", "选项2："]

    phone.choose(0)
    phone.press("提交本题")
    expect(page.locator(".feedback:visible")).to_be_visible()
    wait_until(lambda: len(said(phone)) == 2)  # the verdict and the explanation
    assert said(phone)[0] == page.locator(".verdict:visible").inner_text()

    phone.press("下一题")
    wait_until(lambda: said(phone)[:1] != [] and said(phone)[0].startswith("第 2 题"))
    page.evaluate("window.dispatchEvent(new Event('pagehide'))")
    assert said(phone) == []
    expect(page.get_by_role("button", name="朗读", exact=True)).to_be_visible()


def test_a_result_is_read_on_its_page(phone: Phone, site: Site) -> None:
    speaking(phone).start(site.publish("读成绩", count=2))
    phone.choose(0)
    phone.hand_in()

    phone.press("朗读")

    assert "解析" in " ".join(said(phone))
    phone.press("停止朗读")
    assert said(phone) == []


@pytest.mark.parametrize(("lang", "size"), [("en-US", "large"), ("zh-CN", "normal")])
def test_no_button_without_a_chinese_voice_or_in_the_normal_size(phone: Phone, lang: str, size: str) -> None:
    speaking(phone, lang).context.add_cookies([{"name": "size", "value": size, "url": phone.site.url}])

    phone.start(PRACTICE)

    expect(phone.page.get_by_role("button", name="朗读", exact=True)).to_have_count(0)


def test_practice_goes_on_being_read_from_question_to_explanation(phone: Phone) -> None:
    speaking(phone).sign_up()
    page = phone.go("/practice/next")
    phone.press("朗读")
    stem = page.locator(".stem").inner_text()
    assert any(stem[:8] in text for text in said(phone))

    phone.press("不会，看答案")

    wait_until(lambda: any("解析" in text for text in said(phone)))
    assert not any(stem[:8] in text for text in said(phone))  # it was read before
    phone.press("停止朗读")
