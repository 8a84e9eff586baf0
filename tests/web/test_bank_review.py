"""Reviewing through HTTP: the queue, the second person, the history, sealing, and what a new key leads to."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from quiz.services import bank_search, contests, ledger, play
from quiz.services.bank_search import Search
from quiz.services.correcting import Correction
from quiz.services.platform import Actor, Platform
from quiz.services.published import in_force
from tests.support import contests as cast
from tests.support import desk
from tests.support.clock import MovedClock, ms
from tests.support.desk import Visitor


@pytest.fixture
def bank(platform: Platform, clock: MovedClock) -> Platform:
    cast.fill_bank(platform, clock.now_ms())
    cast.add_units(platform, clock.now_ms())
    return platform


@pytest.fixture
def second(app: Flask, platform: Platform) -> Visitor:
    return desk.organizer(app, platform)


def found(platform: Platform, stem: str) -> int:
    rows, _count = bank_search.search(platform, Search(words=stem))
    return next(row.version_id for row in rows if row.question.stem == stem)


def edit(visitor: Visitor, version_id: int, **cells: str) -> int:
    """Change cells of a question at the desk, and return the new version."""
    visitor.open(f"/desk/bank/questions/{version_id}/edit")
    visitor.send(
        f"/desk/bank/questions/{version_id}/edit",
        **{f"cell__{title}" if title != "becomes" else title: text for title, text in cells.items()},
    )
    return int(visitor.address.split("/")[4])


def test_a_second_person_approves_and_the_history_tells_who_when_and_what_changed(
    bank: Platform, organizer: Visitor, second: Visitor
) -> None:
    version_id = edit(organizer, found(bank, "第 1 题"), 题干="第 1 题，改过")
    assert "仍用原来可用的一版" in organizer.text

    assert "有 1 道题等你审" in second.open("/desk/")
    assert "邀请另一位组织者" in organizer.open("/desk/bank/review")
    page = second.open("/desk/bank/review")
    assert "待审题目 1" in page
    assert "第 1 题，改过" in page
    second.send(f"/desk/bank/review/{version_id}", do="approve", comment="核对过出处")

    history = second.open(f"/desk/bank/questions/{version_id}/history")
    assert re.search("第 2 版 可用 组织者甲 写于 2026-03-02 09:00", history)
    assert "通过 · 组织者甲" in history
    assert "核对过出处" in history
    assert "题干 原来： 第 1 题 现在： 第 1 题 ，改过" in history
    assert "没有题目等你审" in second.open("/desk/bank/review")


def test_the_writer_is_refused_and_told_what_to_do(
    bank: Platform, organizer: Visitor, second: Visitor
) -> None:
    version_id = edit(organizer, found(bank, "第 1 题"), 题干="第 1 题，改过")

    organizer.open("/desk/bank/review")
    refused = organizer.send(f"/desk/bank/review/{version_id}", status=400, do="approve")

    assert "这一版是你自己写的，要由另一位编辑来审" in refused
    assert "第 1 题，改过" in second.open("/desk/bank/review")


def test_the_only_editor_puts_an_own_version_in_use_by_an_explicit_choice(
    bank: Platform, organizer: Visitor
) -> None:
    version_id = edit(organizer, found(bank, "第 1 题"), 题干="第 1 题，改过", becomes="ready")

    assert "第 2 版 可用" in organizer.open(f"/desk/bank/questions/{version_id}/history")
    assert "修改题目" in organizer.open("/desk/audit")


def test_what_is_sent_back_needs_a_reason_and_is_handed_in_again(
    bank: Platform, organizer: Visitor, second: Visitor
) -> None:
    version_id = edit(organizer, found(bank, "第 1 题"), 题干="第 1 题，改过")
    second.open("/desk/bank/review")
    assert "请写明为什么退回" in second.send(f"/desk/bank/review/{version_id}", status=400, do="return")

    second.send(f"/desk/bank/review/{version_id}", do="return", comment="少了条件")
    page = organizer.open(f"/desk/bank/review?version={version_id}")
    assert "退回 · 组织者甲" in page
    assert "少了条件" in page
    organizer.send(f"/desk/bank/review/{version_id}", do="submit")

    assert "第 1 题，改过" in second.open("/desk/bank/review")


def test_a_question_is_sealed_for_a_contest_released_after_it_and_retired(
    bank: Platform, organizer: Visitor, clock: MovedClock
) -> None:
    version_id, now = found(bank, "第 1 题"), clock.now_ms()
    rules = cast.rules().replace("2026-03-02 08:00", "2026-03-03 08:00")
    contest_id = contests.create(bank, rules, "contest", Actor(None, now))
    organizer.open(f"/desk/bank/questions/{version_id}/history")

    page = organizer.send(f"/desk/bank/questions/{version_id}/use", do="seal", contest=str(contest_id))
    assert "练习和别的比赛都抽不到" in page
    other = cast.publish(bank, cast.rules(), now)
    assert version_id not in in_force(bank, other).questions

    contests.publish(bank, contest_id, Actor(None, now))
    refused = organizer.send(f"/desk/bank/questions/{version_id}/use", status=400, do="release")
    assert "结束以后才能解除密封" in refused
    clock.set("2026-03-08 21:00")
    organizer.open(f"/desk/bank/questions/{version_id}/history")
    assert "已解除密封" in organizer.send(f"/desk/bank/questions/{version_id}/use", do="release")
    assert "已停用" in organizer.send(f"/desk/bank/questions/{version_id}/use", do="retire")


def test_a_corrected_key_leads_to_the_correction_with_the_new_key_filled_in(
    bank: Platform, organizer: Visitor, clock: MovedClock
) -> None:
    clock.set("2026-03-02 09:00")
    contest_id = cast.publish(bank, cast.rules().replace("count: 4", "count: 8"), ms("2026-03-02 07:00"))
    person_id = cast.join(bank, "甲", clock.now_ms())
    begun = cast.begin(bank, contest_id, person_id, clock.now_ms())
    play.finish(bank, cast.batch(bank, begun, clock.now_ms() + 1))
    asked = found(bank, "第 1 题")

    edited = edit(organizer, asked, 答案="B")
    page = organizer.open(f"/desk/bank/questions/{edited}/history")

    assert "这些比赛按旧答案计分" in page
    assert "测试赛：1 次答题用到旧的一版" in page
    (link,) = re.findall(
        r'href="(/desk/contests/\d+/ledger/question/[^"]+)"', organizer.page.get_data(as_text=True)
    )
    organizer.open(link.replace("&amp;", "&"))
    form = organizer.page.get_data(as_text=True)
    assert re.search(r'id="key-B"[^>]*checked', form)
    assert not re.search(r'id="key-A"[^>]*checked', form)
    shown = organizer.send(
        f"/desk/contests/{contest_id}/ledger/question/{asked}",
        counts="key", key="B", because="答案有误", do="remark",
    )  # fmt: skip
    assert "1" in shown
    log = organizer.open("/desk/audit")
    assert f"版本 {edited} · 上一版 {asked} · 状态 待审" in log


@pytest.mark.parametrize("counts", ["everybody", "nobody"])
def test_a_contest_that_marks_the_same_for_everybody_asks_for_no_correction(
    bank: Platform, organizer: Visitor, clock: MovedClock, counts: str
) -> None:
    clock.set("2026-03-02 09:00")
    contest_id = cast.publish(bank, cast.rules().replace("count: 4", "count: 8"), ms("2026-03-02 07:00"))
    asked = found(bank, "第 1 题")
    edited = edit(organizer, asked, 答案="B")
    before = organizer.open(f"/desk/bank/questions/{edited}/history")

    wanted = Correction("question", asked, "remark", "两个答案都说得通", counts=counts)
    ledger.book(bank, contest_id, wanted, Actor(None, clock.now_ms()))
    after = organizer.open(f"/desk/bank/questions/{edited}/history")

    assert "这些比赛按旧答案计分" in before
    assert "这些比赛按旧答案计分" not in after


def test_questions_that_end_soon_are_told_on_the_overview_and_listed(
    bank: Platform, organizer: Visitor
) -> None:
    edit(organizer, found(bank, "第 1 题"), 有效期至="2026-03-31", becomes="ready")
    edit(organizer, found(bank, "第 2 题"), 有效期至="2026-12-31", becomes="ready")

    assert "有 1 道题快要过期或已经过期" in organizer.open("/desk/")
    page = organizer.open("/desk/bank/review")

    assert "第 1 题 到 2026-03-31" in page
    assert "第 2 题 到" not in page
