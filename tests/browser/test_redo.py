"""Wrong questions come again on the phone until they are right: through reloads, lost replies, two phones."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from quiz.models.play import Attempt
from quiz.rules.sheet import Paper
from quiz.services.published import published
from tests.browser.phone import Phone
from tests.browser.site import Site, wait_until

AGAIN = "redo: until_right, "


def position(site: Site, attempt_id: int, n: int, right: bool) -> int:
    """Return where an option of question `n` stands that is right, or one that is wrong."""
    with site.platform.store.reading() as session:
        attempt = session.get_one(Attempt, attempt_id)
        paper, rules = Paper.parse(attempt.seed, attempt.paper), published(site.platform, attempt.rules_id)
    slot = paper.slots[n - 1]
    question = rules.questions[slot.version_id]
    return next(at for at, i in enumerate(slot.order) if (question.options[i].id in question.key) == right)


def give(phone: Phone, site: Site, attempt: int, n: int, right: bool) -> None:
    expect(phone.question).to_contain_text(f"第 {n} 题")
    phone.choose(position(site, attempt, n, right))
    phone.press("提交本题")


def test_wrong_ones_come_again_until_all_are_right(phone: Phone, site: Site) -> None:
    attempt = phone.start(site.publish("直到答对", count=3, flow=AGAIN, after_answer="key"))
    for n, right in ((1, False), (2, True), (3, False)):
        give(phone, site, attempt, n, right)
        expect(phone.question.locator(".verdict")).to_have_text("✓ 答对了" if right else "✗ 答错了")
        assert phone.question.locator(".is-key").count() == (1 if right else 0)
        phone.press("下一题")

    expect(phone.page.locator("#tell")).to_contain_text("还有 2 题没有答对，请再答一次")
    assert phone.question.locator("input:checked").count() == 0
    give(phone, site, attempt, 1, True)
    phone.press("下一题")
    give(phone, site, attempt, 3, True)
    phone.press("检查交卷")
    expect(phone.page.locator("#unanswered")).to_contain_text("全部题目都答了")
    phone.press("交卷")

    phone.page.wait_for_url("**/result*")
    expect(phone.page.locator(".facts")).to_contain_text("3/3")


def test_a_reload_in_the_second_round_shows_what_is_left(phone: Phone, site: Site) -> None:
    attempt = phone.start(site.publish("刷新接着答", count=3, flow=AGAIN))
    for n, right in ((1, True), (2, False), (3, True)):
        give(phone, site, attempt, n, right)
        phone.press("下一题")

    phone.page.reload()

    expect(phone.question).to_contain_text("第 2 题")
    assert phone.question.locator("input:checked").count() == 0
    give(phone, site, attempt, 2, True)
    phone.press("检查交卷")


def test_a_lost_reply_is_no_second_answer(phone: Phone, site: Site) -> None:
    attempt = phone.start(site.publish("回执丢失", count=2, flow=AGAIN, after_answer="right_or_wrong"))
    give(phone, site, attempt, 1, True)
    phone.press("下一题")
    lost: list[str] = []

    def lose_the_first(route) -> None:  # type: ignore[no-untyped-def]  # playwright's
        reply = route.fetch()
        if lost:
            route.fulfill(response=reply)
        else:
            lost.append(reply.text())
            route.abort()

    phone.page.route("**/answers", lose_the_first)
    give(phone, site, attempt, 2, False)

    expect(phone.question.locator(".verdict")).to_have_text("✗ 答错了")
    phone.press("下一题")
    give(phone, site, attempt, 2, True)
    phone.press("检查交卷")
    assert '"round":2' in lost[0].replace(" ", "")


def test_what_another_phone_has_right_is_not_asked_again(
    phone: Phone, site: Site, new_phone: Callable[..., Phone]
) -> None:
    contest = site.publish("两部手机", count=2, flow=AGAIN)
    code = phone.sign_up(f"/contests/{contest}")
    attempt = phone.start_again(contest)
    other = new_phone()
    other.go(f"/sign-in?next=/attempts/{attempt}")
    other.page.locator("#code").fill(code)
    other.page.locator("#code").press("Enter")
    other.page.wait_for_url("**/attempts/*")

    give(other, site, attempt, 1, True)
    wait_until(lambda: 1 in site.saved(attempt))
    give(phone, site, attempt, 1, False)

    expect(phone.page.locator(".question:visible")).to_have_class("question final")
    phone.press("下一题")
    give(phone, site, attempt, 2, True)
    phone.press("检查交卷")
    expect(phone.page.locator("#unanswered")).to_contain_text("全部题目都答了")
