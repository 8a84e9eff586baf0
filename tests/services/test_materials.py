"""Questions of one material from the bank to the paper: kept together, frozen whole, drawn again."""

from __future__ import annotations

import json

from sqlalchemy import select

from quiz.models.play import Attempt
from quiz.rules.document import load
from quiz.rules.papers import Frozen, Turn
from quiz.rules.sheet import Paper
from quiz.services import bank, contests
from quiz.services.drawable import Wanting
from quiz.services.platform import Actor, Platform
from quiz.services.published import in_force
from tests.support import contests as cast
from tests.support import once
from tests.support.clock import MovedClock, ms

OPENED, CLOSED = "2026-03-02 09:00", "2026-03-08 20:00"
SPRING = {"text": "泉水从石缝里流出来。", "id": "7"}


def question(stem: str, **more: object) -> dict[str, object]:
    return {"kind": "single", "stem": stem, "options": ["是", "否", "不一定"], "key": ["A"], **more}


def fill_bank(platform: Platform, now_ms: int, *questions: dict[str, object]) -> None:
    content = "\n".join(json.dumps(each, ensure_ascii=False) for each in questions).encode()
    token = once.stage(platform, content, "materials.jsonl", now_ms)
    bank.take(platform, bank.preview(platform, token), Actor(None, now_ms))


def ready(platform: Platform, clock: MovedClock) -> Platform:
    clock.set("2026-03-02 07:00")
    cast.add_units(platform, clock.now_ms())
    plain = [question(f"单独的问题{n}") for n in range(4)]
    about = [question(f"泉水的问题{n}", material=SPRING) for n in range(3)]
    fill_bank(platform, clock.now_ms(), *plain, *about)
    return platform


def rules(*sections: str) -> str:
    return cast.rules().replace("{count: 4}]", f"{', '.join(sections)}]")


def test_a_paper_has_all_of_a_material_side_by_side_and_can_be_drawn_again(
    platform: Platform, clock: MovedClock
) -> None:
    ready(platform, clock)
    contest_id = cast.publish(platform, rules("{count: 6}"), clock.now_ms())
    person = cast.join(platform, "甲", clock.now_ms())
    attempt_id = cast.begin(platform, contest_id, person, ms(OPENED))
    published = in_force(platform, contest_id)
    with platform.store.reading() as session:
        attempt = session.scalars(select(Attempt).where(Attempt.id == attempt_id)).one()
        slots = Paper.parse(attempt.seed, attempt.paper).slots
    stems = [published.questions[slot.version_id].stem for slot in slots]

    first = stems.index("泉水的问题0")
    assert stems[first : first + 3] == ["泉水的问题0", "泉水的问题1", "泉水的问题2"]
    told = published.told(ms(CLOSED))
    assert told is not None
    again = Frozen.parse(told.text).again(Turn(0, person, 1))
    assert [(d.candidate_id, d.option_order) for d in again] == [(s.version_id, s.order) for s in slots]
    assert SPRING["text"] not in told.text


def test_what_only_half_a_material_could_fill_is_refused_with_what_helps(
    platform: Platform, clock: MovedClock
) -> None:
    ready(platform, clock)

    text = rules("{count: 2}", "{count: 2, points: 2}", "{count: 2, points: 3}")
    faults = contests.missing(platform, Wanting(load(text), clock.now_ms()))

    assert [fault.code for fault in faults] == ["too_few_questions"]
    assert "同一份材料的题要一起出" in faults[0].message
    assert faults[0].values["available"] == 0


def test_a_material_that_would_be_torn_is_not_frozen_and_is_told(
    platform: Platform, clock: MovedClock
) -> None:
    ready(platform, clock)
    fill_bank(
        platform,
        clock.now_ms(),
        {**question("泉水的判断", material=SPRING), "kind": "multiple", "key": ["A", "B"]},
    )
    text = rules("{count: 3, kinds: [single]}")
    found = contests.papers_tried(platform, Wanting(load(text), clock.now_ms()), "seed")
    contest_id = cast.publish(platform, text, clock.now_ms())

    assert [len(each) for each in found[0].torn] == [4]
    stems = {each.stem for each in in_force(platform, contest_id).questions.values()}
    assert stems == {f"单独的问题{n}" for n in range(4)}
