"""Large works on the bank in processes of their own: killed ones are noticed, answers are saved meanwhile."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import func, select

from question_bank.formats import jsonl
from quiz.models.bank import QuestionVersion
from quiz.services import bank_search, play, taking, working, works
from quiz.services.platform import Actor, Platform
from quiz.services.works import Going
from tests.services.test_bank import previewed
from tests.services.test_works import asked
from tests.support import contests as cast
from tests.support.desk import Visitor, wait_until


def begun(platform: Platform, count: int) -> Going:
    """Begin to take a file of so many questions, as somebody at the desk does."""
    actor = Actor(cast.join(platform, "编辑", platform.clock.now_ms()), platform.clock.now_ms())
    work = taking.begin(platform, previewed(platform, *map(asked, range(count))), actor)
    assert isinstance(work, Going)
    return work


def child() -> int:
    """Return the id of the youngest process that is at a work."""
    threads = Path(f"/proc/{os.getpid()}/task").iterdir()
    children = [Path("/proc", pid) for each in threads for pid in (each / "children").read_text().split()]
    return max(int(each.name) for each in children if b"work_process" in (each / "cmdline").read_bytes())


@pytest.mark.full
@pytest.mark.parametrize("count", [801, pytest.param(20_000, marks=pytest.mark.timeout(1_800))])
def test_answers_are_saved_while_a_large_file_is_taken_and_its_process_is_killed(
    platform: Platform, count: int
) -> None:
    now_ms = platform.clock.now_ms()
    cast.fill_bank(platform, now_ms)
    cast.add_units(platform, now_ms)
    contest = cast.publish(platform, cast.rules(), now_ms)
    attempt = cast.begin(platform, contest, cast.join(platform, "甲", now_ms), now_ms)
    work = begun(platform, count)

    working.do(platform, work)
    waited_s, kept, is_killed, began_s = [], [], False, time.monotonic()
    while (now := works.of_id(platform, work.id)).is_running:
        if now.done >= 100 and not is_killed:
            with suppress(ValueError, OSError):  # it ended while it was looked for
                os.kill(child(), signal.SIGKILL)
                is_killed = True
        given = cast.answer(platform, attempt, 1, seq=len(waited_s) + 1)
        begins = time.monotonic()
        saved = play.save(platform, cast.batch(platform, attempt, now_ms, given))
        waited_s.append(time.monotonic() - begins)
        kept.append(bool(saved.admission.kept))

    whole_s = time.monotonic() - began_s
    assert len(kept) > 20
    assert all(kept)
    assert sorted(waited_s)[len(waited_s) * 99 // 100] < max(1, whole_s / 5)  # whatever else the machine does
    assert works.of_id(platform, work.id).turn >= 1
    assert bank_search.import_of(platform, work.wanted["import"]).taken == count
    with platform.store.reading() as session:
        written = select(func.count()).where(
            QuestionVersion.stem.startswith("第"), QuestionVersion.number == 1
        )
        assert session.scalar(written) == count + 8


@pytest.mark.full
def test_a_large_file_goes_through_pages_that_can_be_closed_and_found_again(
    platform: Platform, organizer: Visitor
) -> None:
    organizer.open("/desk/bank/import")
    content = jsonl.write([*map(asked, range(501)), asked(7)])
    organizer.send("/desk/bank/import", file=(content, "题库.jsonl"))
    file = organizer.address

    said = organizer.open(f"{file}/confirm")  # has to be compared first, which begins
    assert "正在和题库比对 502 题" in said
    assert 'http-equiv="refresh"' in page(organizer)
    assert "文件和题库比对 502 题" in organizer.open("/desk/bank/")
    wait_until(lambda: "导入 501 题" in organizer.open(f"{file}/confirm"))

    said = organizer.send(file, rows="good", review="reviewed")
    assert "正在写入" in said
    assert 'http-equiv="refresh"' in page(organizer)
    address = organizer.address
    assert "导入题目 501 题 正在处理" in organizer.open("/desk/bank/import")
    assert "题库还是空的" in organizer.open("/desk/bank/")  # nothing of it is seen before all of it is
    organizer.open(file)
    assert organizer.address == address  # a second look, or click, leads to the same
    wait_until(lambda: "导入 501 题" in organizer.open(address))

    organizer.send(f"{address}/undo")
    assert "题库还是空的" in organizer.open("/desk/bank/")


def page(visitor: Visitor) -> str:
    assert visitor.page is not None
    return visitor.page.get_data(as_text=True)
