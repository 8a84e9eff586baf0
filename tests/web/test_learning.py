"""Learning as pages without script: practice, wrong questions, question of the day, doubts, my own page."""

from __future__ import annotations

import html
import re

import pytest
from flask import Flask

from quiz.services import mistakes, practising
from quiz.services.platform import Platform
from tests.services.test_drawable import Bank, question
from tests.services.test_learning import take_for_all
from tests.support import contests as cast
from tests.support import kinds
from tests.support.clock import MovedClock
from tests.support.desk import Visitor
from tests.support.pages import Reader
from tests.support.statements import statements

CHOICE = re.compile(r'name="q1" value="(\w+)"[^>]*><span class="option-text">(.*?)</span>')
HIDDEN = re.compile(r'name="(of|on)" value="([^"]+)"')


@pytest.fixture
def held(platform: Platform, clock: MovedClock) -> Bank:
    return Bank(platform, clock.now_ms())


@pytest.fixture
def reader(app: Flask, participant: Visitor) -> Reader:
    """The participant, with a critical eye."""
    reader = Reader(app)
    reader.client.environ_base.update(participant.client.environ_base)
    return reader


def reply(reader: Reader, text: str | None, status: int = 200, **more: str) -> str:
    """Answer the question of the open page with the option of this text; None: ask to be told."""
    assert reader.page is not None
    page = reader.page.get_data(as_text=True)
    options = {html.unescape(words): each for each, words in CHOICE.findall(page)}
    fields = {**dict(HIDDEN.findall(page)), **({"tell": "1"} if text is None else {"q1": options[text]})}
    action = re.search(r'<form class="alone" method="post" action="([^"]+)"', page)
    assert action
    return reader.send(html.unescape(action[1]), status, **{**fields, **more})


def go_on(reader: Reader) -> str:
    """Follow the link to the next question."""
    assert reader.page is not None
    link = re.search(r'href="(/practice/next\?[^"]*)"', reader.page.get_data(as_text=True))
    assert link
    return reader.open(html.unescape(link[1]))


def test_somebody_practises_a_topic_question_by_question_and_stops(reader: Reader, held: Bank) -> None:
    held.take(question("天", topic="健康"), question("地", topic="健康"), question("别的", topic="宇宙"))

    topics = reader.open("/practice")
    reader.open("/practice/next?topic=健康")
    first = reply(reader, "甲")
    go_on(reader)
    second = reply(reader, None)
    after = reader.open("/practice")

    assert "健康 2 题" in topics
    assert "✓ 答对" in first
    assert "未答" in second
    assert "正确答案" in second
    assert "在错题本里：明天再来，再有 2 天答对就离开。" in second
    assert "今天练过 2 题" in after
    assert "其中答对 1 题" in after


def test_every_kind_is_asked_and_explained_with_its_material(
    reader: Reader, platform: Platform, clock: MovedClock
) -> None:
    kinds.fill_bank(platform, clock.now_ms())
    pages = []
    for number in range(1, len(kinds.QUESTIONS) + 1):
        reader.open(f"/practice/questions/{number}")
        pages.append(reply(reader, None))

    assert all("正确答案" in page for page in pages)
    assert "气体各有性质。" in pages[-1]


def test_a_blank_or_stale_form_is_asked_again_and_nothing_is_put_down(
    reader: Reader, held: Bank, platform: Platform, clock: MovedClock
) -> None:
    held.take(question("天"))
    reader.open("/practice/questions/1")

    blank = reply(reader, "甲", 422, q1="")
    nonsense = reply(reader, "甲", 422, q1="zz")
    stale = reply(reader, "甲", 409, of="999")

    assert "还没有作答" in blank
    assert "没有这个选项" in nonsense
    assert "刚刚更新过" in stale
    assert practising.practice(platform, 1, clock.now_ms()).today == 0


def test_a_form_that_was_opened_before_midnight_is_taken_after_it(
    reader: Reader, held: Bank, clock: MovedClock
) -> None:
    held.take(question("天"))
    clock.set("2026-03-02 23:59:50")
    reader.open("/practice/questions/1")
    clock.set("2026-03-03 00:00:10")

    assert "✓ 答对" in reply(reader, "甲")


def test_the_book_lists_what_is_due_leads_through_it_and_lets_go(
    reader: Reader, held: Bank, clock: MovedClock
) -> None:
    held.take(question("天"), question("地"))
    for number in (1, 2):
        reader.open(f"/practice/questions/{number}")
        reply(reader, "乙")
    waiting = reader.open("/mistakes")
    clock.move(days=1)
    due = reader.open("/mistakes")
    reader.send("/mistakes/2/remove")
    reader.open("/practice/next?book=1")
    right = reply(reader, "甲")
    done = go_on(reader)

    assert "今天没有要复习的，本子里一共 2 题" in waiting
    assert "今天可以复习 2 题" in due
    assert "再有 1 天答对就离开" in right
    assert "今天要复习的都做完了" in done
    assert "3月6日再来" in done


def test_the_question_of_the_day_is_answered_once_and_then_explained(
    reader: Reader, stranger: Visitor, held: Bank
) -> None:
    take_for_all(held, 3)

    seen = stranger.open("/daily")
    refused = stranger.post("/daily", q1="x")
    reader.open("/daily")
    token = reader.token
    answered = reply(reader, "甲")
    again = reader.send("/daily", csrf_token=token, tell="1")

    assert "登录后作答" in seen
    assert refused.status_code in (302, 400)
    assert "✓ 答对" in answered
    assert "因为" in answered
    assert "连续 1 天" in answered
    assert "答的人还少" in answered
    assert again == answered


def test_who_answers_after_midnight_reads_that_it_is_the_question_of_a_new_day(
    reader: Reader, held: Bank, clock: MovedClock
) -> None:
    take_for_all(held, 3)
    clock.set("2026-03-31 23:59:50")
    reader.open("/daily")
    clock.set("2026-04-01 00:00:10")

    late = reply(reader, "甲", 409)
    new = reply(reader, "甲")

    assert "已经过了 24:00，刚才的答案没有收。" in late
    assert "连续 1 天" in new


def test_pages_of_an_empty_bank_say_so(reader: Reader) -> None:
    assert "没有可以练习的题" in reader.open("/practice")
    assert "没有合适的题" in reader.open("/daily")
    assert "没有可以练习的题" in reader.open("/practice/next")
    assert "本子里没有题" in reader.open("/mistakes")
    assert "还没有报告过题目" in reader.open("/me/doubts")
    reader.open("/practice/questions/1", 404)
    reader.open("/doubts/questions/1", 404)


def test_a_doubt_travels_from_the_paper_to_the_desk_and_back(
    reader: Reader, organizer: Visitor, platform: Platform, clock: MovedClock
) -> None:
    cast.fill_bank(platform, clock.now_ms(), 4)
    cast.add_units(platform, clock.now_ms())
    contest_id = cast.publish(platform, cast.rules(), clock.now_ms())
    me = 1
    attempt_id = cast.choose(platform, contest_id, me, "A B A AB", clock.now_ms())
    reader.open(f"/doubts/attempts/{attempt_id}/1")
    bare = reader.send(reader.address, 400, words="没有理由")
    thanks = reader.send(reader.address, reason="answer", words="教材里是另一个")
    reader.open(f"/doubts/attempts/{attempt_id}/9", 404)

    waiting = organizer.open("/desk/")
    queue = organizer.open("/desk/bank/doubts/")
    address = re.search(r'action="(/desk/bank/doubts/\d+)"', organizer.page.get_data(as_text=True))  # type: ignore[union-attr]
    assert address
    empty = organizer.send(address[1], 400, verdict="kept")
    organizer.open("/desk/bank/doubts/")
    told = organizer.send(address[1], verdict="kept", reply="教材第 3 页如此。")
    mine = reader.open("/me/doubts")

    assert "请选一个理由" in bare
    assert "收到了，谢谢" in thanks
    assert "有 1 道题被答题的人报告有疑问" in waiting
    assert "教材里是另一个" in queue
    assert "请写一句回复" in empty
    assert "已回复 1 人" in told
    assert "题目没有问题 教材第 3 页如此。" in mine


def test_my_page_shows_all_attempts_with_scores_places_and_papers(
    reader: Reader, platform: Platform, clock: MovedClock
) -> None:
    cast.fill_bank(platform, clock.now_ms(), 4)
    cast.add_units(platform, clock.now_ms())
    first = cast.publish(platform, cast.rules(), clock.now_ms())
    hidden = cast.publish(platform, cast.rules(attempt="nothing").replace("测试赛", "保密赛"), clock.now_ms())
    me = 1
    for contest_id, given in ((first, "A B A AB"), (hidden, "A A A AB"), (first, "A A A AB")):
        cast.choose(platform, contest_id, me, given, clock.now_ms())
        clock.move(minutes=10)

    mine = reader.open("/me")
    listed = reader.open("/me/attempts")
    page = reader.page.get_data(as_text=True)  # type: ignore[union-attr]

    assert "每天学一点" in mine
    assert "3 次，最近的在前" in listed
    assert listed.index("第 2 次") < listed.index("保密赛") < listed.rindex("第 1 次")
    assert "3 分" in listed
    assert "第 1 名 为什么" in listed
    assert page.count("#paper") == 2  # of the secret contest nothing is shown
    assert reader.open("/me/attempts?page=99")


def test_my_pages_ask_the_database_a_few_times_whatever_was_done(
    reader: Reader, platform: Platform, clock: MovedClock
) -> None:
    cast.fill_bank(platform, clock.now_ms(), 4)
    cast.add_units(platform, clock.now_ms())
    contest_id = cast.publish(platform, cast.rules(attempt="explanation"), clock.now_ms())
    for _ in range(3):
        cast.choose(platform, contest_id, 1, "B B B AB", clock.now_ms())
        clock.move(minutes=10)
    most = {"/me": 19, "/me/attempts": 11, "/mistakes": 5, "/practice": 3, "/daily": 5}
    counts = {}
    for address in most:
        reader.open(address)
        with statements(platform.store.engine) as asked:
            reader.open(address)
        counts[address] = len(asked)

    assert all(counts[address] <= most[address] for address in most), counts
    assert mistakes.book(platform, 1, clock.now_ms()).count == 3


def test_a_link_in_a_chat_shows_title_words_and_picture(
    stranger: Visitor, platform: Platform, clock: MovedClock
) -> None:
    cast.fill_bank(platform, clock.now_ms(), 4)
    cast.add_units(platform, clock.now_ms())
    contest_id = cast.publish(platform, cast.rules(), clock.now_ms())

    stranger.open(f"/contests/{contest_id}")
    page = stranger.page.get_data(as_text=True)  # type: ignore[union-attr]
    told = dict(re.findall(r'<meta property="og:(\w+)" content="([^"]*)"', page))
    picture = stranger.client.get(told["image"])
    others = {
        address: re.findall(r'<meta property="og:title" content="([^"]*)"', stranger.client.get(address).text)
        for address in (f"/contests/{contest_id}/boards/0-0", "/past", "/privacy", "/under-14", "/daily")
    }

    assert [len(titles) for titles in others.values()] == [1] * len(others)
    assert others[f"/contests/{contest_id}/boards/0-0"] == ["个人 · 测试赛"]
    assert told["title"] == "测试赛"
    assert told["description"] == "测试赛 · 3月8日 20:00 截止"
    assert told["url"] == f"http://localhost/contests/{contest_id}"
    assert picture.mimetype == "image/png"
    assert len(picture.get_data()) < 40_000
