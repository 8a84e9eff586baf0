"""People who have taken part, so that boards have something to show."""

from __future__ import annotations

import random

from quiz.rules.sheet import Answer
from quiz.services import accounts, play, units
from quiz.services.platform import Platform
from quiz.services.play import Batch, Sheet, Start

FAMILY = "李王张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = ("老师", "晓雨", "建国", "思远", "梓涵", "阿姨", "子轩", "师傅", "同学", "一诺", "大爷", "欣怡")


def take_part(platform: Platform, contest_id: int, count: int, seed: int = 1) -> None:
    """Let so many people sign up with a unit, answer with some luck, and hand in."""
    chance = random.Random(seed)
    streets = [u for u in units.find(platform, "街道", "region") if u.level == "street"]
    schools = [u for u in units.find(platform, "", "school") if u.level == "school"]
    for _ in range(count):
        now_ms = platform.clock.now_ms()
        nickname = chance.choice(FAMILY) + chance.choice(GIVEN)
        chosen = {"region": chance.choice(streets).id}
        if schools and chance.random() < 0.4:
            chosen["school"] = chance.choice(schools).id
        person_id = accounts.sign_up(platform, nickname, chosen, now_ms).person_id
        _attempt(platform, contest_id, person_id, chance)


def _attempt(platform: Platform, contest_id: int, person_id: int, chance: random.Random) -> None:
    now_ms = platform.clock.now_ms()
    attempt_id = play.start(platform, person_id, Start(contest_id, 0), now_ms)
    sheet = play.sheet_of(platform, attempt_id, person_id, now_ms)
    skill = chance.uniform(0.4, 0.98)
    answers = tuple(
        Answer(n, n, right_response(sheet, n))
        for n in range(1, len(sheet.paper.slots) + 1)
        if chance.random() < skill
    )
    taken_ms = chance.randrange(40_000, 280_000)
    batch = Batch(attempt_id, person_id, sheet.row.epoch, "crowd", answers, now_ms + taken_ms)
    play.finish(platform, batch)


def right_response(sheet: Sheet, n: int) -> tuple[str, ...]:
    """Return the option ids of the right answer to a question of a paper."""
    slot = sheet.paper.slots[n - 1]
    question = sheet.rules.questions[slot.version_id]
    shown = zip(sheet.paper.option_ids[n - 1], slot.order, strict=True)
    return tuple(option_id for option_id, i in shown if question.options[i].id in question.key)
