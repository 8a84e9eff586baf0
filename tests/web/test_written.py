"""Accepting at the desk what people wrote into gaps: ticked, previewed, booked, and put into the bank."""

from __future__ import annotations

import re

import pytest

from quiz.services import boards, play
from quiz.services.platform import Platform
from quiz.services.published import in_force
from tests.support import contests as cast
from tests.support import kinds
from tests.support.clock import MovedClock
from tests.support.desk import Visitor
from tests.support.pages import faults_of

HIDDEN = re.compile(r'type="hidden" name="(token|do|because|points|counts|accept|answer)" value="([^"]*)"')


@pytest.fixture
def contest_id(platform: Platform, clock: MovedClock) -> int:
    """A contest in which 小刚 wrote 养气 into the second gap."""
    now = clock.now_ms()
    contest_id = kinds.publish(platform, now)
    attempt_id = cast.begin(platform, contest_id, cast.join(platform, "小刚", now), now)
    words = (*kinds.RIGHT[:1], ("氢", "养气"), *kinds.RIGHT[2:])
    sent = kinds.answers(platform, attempt_id, words)
    play.finish(platform, cast.batch(platform, attempt_id, now + 1000, *sent))
    boards.catch_up_all(platform, now, full=True)
    return contest_id


def question(platform: Platform, contest_id: int, stem: str) -> int:
    found = in_force(platform, contest_id).questions
    return next(version for version, each in found.items() if each.stem.startswith(stem))


def html(visitor: Visitor) -> str:
    assert visitor.page is not None
    found = visitor.page.get_data(as_text=True)
    assert faults_of(found) == []
    return found


def test_what_is_ticked_is_previewed_booked_and_put_into_the_bank(
    organizer: Visitor, platform: Platform, contest_id: int
) -> None:
    target = f"/desk/contests/{contest_id}/ledger/question/{question(platform, contest_id, '水')}"

    page = organizer.open(f"{target}/written/")
    assert "养气 1 次" in page
    assert "写进题库并送审" not in page
    assert "小刚" not in page
    html(organizer)
    shown = organizer.send(target, accept="2:养气", counts="also", do="remark", because="也对")
    assert "更正后算对的：氢|H / 氧|O|养气" in shown
    assert "小刚" in shown
    fields = dict(HIDDEN.findall(html(organizer)))
    booked = organizer.send(f"{target}/book", **fields)

    assert "还没有判错的答案" in booked
    assert "题库里的题还不认可" in booked
    history = organizer.send(f"{target}/written/bank")
    assert "第 2 版 待审" in history
    assert "写进题库并送审" not in organizer.open(f"{target}/written/")
    assert "氢|H / 氧|O|养气" in organizer.open(f"/desk/contests/{contest_id}/ledger/")


def test_an_edited_answer_of_a_gap_leads_to_the_correction_with_it_filled_in(
    organizer: Visitor, platform: Platform, contest_id: int
) -> None:
    version_id = question(platform, contest_id, "水")
    organizer.open(f"/desk/bank/questions/{version_id}/edit")
    organizer.send(f"/desk/bank/questions/{version_id}/edit", **{"cell:答案": "氢|H\n氧|O|养气"})
    (link,) = re.findall(r'href="(/desk/contests/\d+/ledger/question/\d+\?[^"]+)"', html(organizer))

    organizer.open(link.replace("&amp;", "&"))
    typed = re.search(r'<textarea id="answer"[^>]*>\n(.*?)</textarea>', html(organizer), re.DOTALL)

    assert typed is not None
    assert typed[1] == "氢|H\n氧|O|养气"
    fields = {"counts": "key", "answer": typed[1], "because": "答案有误"}
    shown = organizer.send(link.partition("?")[0], **fields)
    assert "更正后算对的：氢|H / 氧|O|养气" in shown
    organizer.send(f"{link.partition('?')[0]}/book", **dict(HIDDEN.findall(html(organizer))))
    assert "按旧答案计分" not in organizer.open(f"/desk/bank/questions/{version_id}/history")


def test_an_order_is_corrected_by_its_letters_and_a_wrong_one_is_kept_as_typed(
    organizer: Visitor, platform: Platform, contest_id: int
) -> None:
    target = f"/desk/contests/{contest_id}/ledger/question/{question(platform, contest_id, '由小到大')}"

    assert "现在：BCA" in organizer.open(target)
    wrong = organizer.send(target, status=400, counts="key", answer="BB", because="次序有误")
    assert "还不能更正" in wrong
    assert ">\nBB</textarea>" in html(organizer)

    assert "更正后算对的：BAC/BCA" in organizer.send(target, counts="also", answer="BAC", because="也对")


def test_a_question_without_gaps_has_no_list_of_what_was_written(
    organizer: Visitor, platform: Platform, contest_id: int
) -> None:
    order = question(platform, contest_id, "由小到大")

    organizer.open(f"/desk/contests/{contest_id}/ledger/question/{order}/written/", status=404)
