"""Practice, the wrong questions, the question of the day and doubts, on every database."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from quiz.errors import InvalidInput, NotFound, TooMany
from quiz.models.bank import QuestionVersion
from quiz.models.learning import DailyQuestion
from quiz.models.play import Result
from quiz.services import bank, bank_search, daily, doubts, keeping_back, ledger, mistakes
from quiz.services import practising as service
from quiz.services.bank_editing import edit
from quiz.services.bank_search import Search
from quiz.services.correcting import Correction
from quiz.services.platform import Actor, Platform
from quiz.services.practising import Asked
from tests.services.test_drawable import Bank, question
from tests.support import contests as cast
from tests.support import kinds
from tests.support.bank import undo
from tests.support.clock import MovedClock, ms
from tests.support.statements import statements


@pytest.fixture
def held(platform: Platform, clock: MovedClock) -> Bank:
    return Bank(platform, clock.now_ms())


@pytest.fixture
def me(platform: Platform, clock: MovedClock) -> int:
    return cast.join(platform, "小刚", clock.now_ms())


def response(asked: Asked, is_right: bool = True) -> tuple[str, ...]:
    """Return the ids of the right options of a choice, or of one that is wrong."""
    options = asked.question.options
    ids = {
        options[i].id: each for i, each in zip(asked.paper.slots[0].order, asked.paper.ids(1), strict=True)
    }
    right = [ids[letter] for letter in sorted(asked.question.key)]
    return tuple(right) if is_right else tuple(each for each in ids.values() if each not in right)[:1]


def practise(platform: Platform, me: int, question_id: int, is_right: bool, now_ms: int) -> None:
    asked = service.asked(platform, me, question_id, now_ms)
    service.answer(platform, me, asked, response(asked, is_right), now_ms)


def of_stem(held: Bank, stem: str) -> int:
    return held.of(stem).question_id


def test_topics_count_only_what_may_be_practised_and_know_at_once_what_changes(
    platform: Platform, held: Bank, clock: MovedClock
) -> None:
    held.take(question("天", topic="健康"), question("地", topic="健康"), question("人"))
    held.take(question("过期", topic="健康", valid_until="2026-03-01"), question("外地", region="万州区"))
    held.take(question("待审", topic="健康"), review=True)

    def counted() -> dict[str, int]:
        return {t.name: t.questions for t in service.practice(platform, None, clock.now_ms()).topics}

    assert counted() == {"健康": 2, "": 1}
    keeping_back.seal(platform, held.of("天").version_id, held.contest(cast.rules()), held.actor)
    assert counted() == {"健康": 1, "": 1}
    keeping_back.retire(platform, held.of("人").version_id, held.actor)
    assert counted() == {"健康": 1}
    for stem in ("天", "人", "过期", "外地", "待审"):
        with pytest.raises(NotFound):
            service.asked(platform, 1, of_stem_of_any_state(platform, stem), clock.now_ms())


def of_stem_of_any_state(platform: Platform, stem: str) -> int:
    with platform.store.reading() as session:
        wanted = select(QuestionVersion.question_id).where(QuestionVersion.stem == stem)
        return session.scalars(wanted).one()


def test_practice_goes_through_a_topic_before_anything_comes_again(
    platform: Platform, held: Bank, me: int, clock: MovedClock
) -> None:
    held.take(*(question(f"健康{n}", topic="健康") for n in range(3)), question("别的", topic="宇宙"))
    seen, after = [], None
    for _ in range(4):
        after = service.next_question(platform, me, "健康", after, clock.now_ms())
        assert after is not None
        seen.append(after)
        practise(platform, me, after, True, clock.now_ms())
        clock.move(seconds=20)

    found = service.practice(platform, me, clock.now_ms())

    assert len(set(seen[:3])) == 3
    assert seen[3] == seen[0]
    assert [(t.name, t.right, t.is_mastered) for t in found.topics] == [("健康", 3, True), ("宇宙", 0, False)]
    assert (found.today, found.today_right) == (3, 3)


def test_all_kinds_are_marked_and_explained_and_no_contest_knows_of_it(
    platform: Platform, me: int, clock: MovedClock
) -> None:
    kinds.fill_bank(platform, clock.now_ms())
    found = []
    for asked_of, words in zip(kinds.QUESTIONS, kinds.RIGHT, strict=True):
        question_id = of_stem_of_any_state(platform, str(asked_of["stem"]))
        asked = service.asked(platform, me, question_id, clock.now_ms())
        order, ids = asked.paper.slots[0].order, asked.paper.ids(1)
        named = {asked.question.options[i].text: each for i, each in zip(order, ids, strict=True)}
        shown, _stands = service.answer(
            platform, me, asked, [named.get(word, word) for word in words], clock.now_ms()
        )
        found.append((shown.rightness, bool(shown.key)))

    assert found == [(1, True)] * 5
    with platform.store.reading() as session:
        assert session.scalars(select(Result.attempt_id)).all() == []


def test_what_cannot_be_an_answer_is_refused(
    platform: Platform, held: Bank, me: int, clock: MovedClock
) -> None:
    held.take(question("天"))
    asked = service.asked(platform, me, of_stem(held, "天"), clock.now_ms())

    for wrong in (("nothing",), tuple(asked.paper.ids(1))):
        with pytest.raises(InvalidInput):
            service.answer(platform, me, asked, wrong, clock.now_ms())

    assert service.practice(platform, me, clock.now_ms()).today == 0


def test_a_wrong_question_is_due_the_next_day_and_leaves_after_two_later_days(
    platform: Platform, held: Bank, me: int, clock: MovedClock
) -> None:
    held.take(question("天"))
    question_id = of_stem(held, "天")

    def stands() -> tuple[int, int]:
        found = mistakes.book(platform, me, clock.now_ms())
        return found.count, found.due

    practise(platform, me, question_id, False, clock.now_ms())
    assert stands() == (1, 0)
    clock.set("2026-03-03 00:00")
    assert stands() == (1, 1)
    practise(platform, me, question_id, True, clock.now_ms())
    assert stands() == (1, 0)
    clock.set("2026-03-06 08:00")
    assert mistakes.next_due(platform, me, clock.now_ms()) == question_id
    practise(platform, me, question_id, True, clock.now_ms())
    assert stands() == (0, 0)


def test_a_wrong_question_is_taken_out_by_hand_and_hides_while_it_may_not_be_practised(
    platform: Platform, held: Bank, me: int, clock: MovedClock
) -> None:
    held.take(question("天"), question("地"))
    for stem in ("天", "地"):
        practise(platform, me, of_stem(held, stem), False, clock.now_ms())

    mistakes.remove(platform, me, of_stem(held, "天"))
    assert [m.question.stem for m in mistakes.book(platform, me, clock.now_ms()).rows] == ["地"]

    keeping_back.retire(platform, held.of("地").version_id, held.actor)
    assert mistakes.book(platform, me, clock.now_ms()).count == 0


def stems(platform: Platform, me: int, now_ms: int) -> set[str]:
    mistakes.collect(platform, [me], now_ms)
    return {mistake.question.stem for mistake in mistakes.book(platform, me, now_ms).rows}


def test_wrong_answers_of_a_contest_are_collected_when_the_rules_tell_the_right_ones(
    platform: Platform, me: int, clock: MovedClock
) -> None:
    cast.fill_bank(platform, clock.now_ms(), 4)
    cast.add_units(platform, clock.now_ms())
    contest_id = cast.publish(platform, cast.rules(), clock.now_ms())  # right or wrong after the attempt
    cast.choose(platform, contest_id, me, "B B - A", clock.now_ms())
    right_since = ms("2026-03-05 09:00")
    practise(platform, me, of_stem_of_any_state(platform, "第 1 题"), True, right_since)

    closed = ms("2026-03-08 20:05:16")  # the longest attempt and its grace after the close
    assert stems(platform, me, clock.now_ms()) == set()
    assert stems(platform, me, ms("2026-03-08 20:00:01")) == set()
    assert stems(platform, me, closed) == {"第 2 题", "第 4 题"}  # the blank one was not answered wrongly

    mistakes.remove(platform, me, of_stem_of_any_state(platform, "第 2 题"))
    assert stems(platform, me, closed + 1) == {"第 4 题"}  # once


def test_a_key_that_was_corrected_decides_what_was_wrong(
    platform: Platform, me: int, clock: MovedClock
) -> None:
    cast.fill_bank(platform, clock.now_ms(), 4)
    cast.add_units(platform, clock.now_ms())
    contest_id = cast.publish(platform, cast.rules(attempt="explanation"), clock.now_ms())
    cast.choose(platform, contest_id, me, "B B B A", clock.now_ms())
    with platform.store.reading() as session:
        ids = session.scalars(select(QuestionVersion.id).order_by(QuestionVersion.id)).all()
    hows: list[dict[str, object]] = [{"key": ("B",)}, {"counts": "everybody"}, {"counts": "nobody"}]
    for version_id, how in zip(ids, hows, strict=False):
        wanted = Correction("question", version_id, "remark", "答案有误", **how)  # type: ignore[arg-type]
        ledger.book(platform, contest_id, wanted, Actor(None, clock.now_ms()))

    assert stems(platform, me, clock.now_ms()) == {"第 4 题"}


def daily_asked(platform: Platform, me: int | None, now_ms: int) -> Asked:
    found = daily.of_day(platform, me, now_ms)
    assert found is not None
    return found.asked


def take_for_all(held: Bank, count: int) -> None:
    held.take(*(replace(question(f"第 {n} 题"), explanation="因为") for n in range(count)))


def test_everybody_gets_the_same_question_on_a_day_and_none_comes_again_soon(
    platform: Platform, held: Bank, me: int, clock: MovedClock
) -> None:
    take_for_all(held, 6)
    held.take(replace(question("太难"), explanation="因为", difficulty="hard"), question("没有解析"))
    other = cast.join(platform, "小红", clock.now_ms())
    asked = []
    for day in range(6):
        now_ms = clock.now_ms() + day * 86_400_000
        of_all = {daily_asked(platform, each, now_ms).question.stem for each in (me, other, None)}
        assert len(of_all) == 1
        asked += of_all

    assert sorted(asked) == [f"第 {n} 题" for n in range(6)]
    again = daily_asked(platform, me, clock.now_ms() + 6 * 86_400_000).question.stem
    assert again == asked[0]  # what was asked longest ago


def test_the_question_of_a_day_follows_from_the_secret(platform: Platform, held: Bank, me: int) -> None:
    take_for_all(held, 30)
    now_ms = held.actor.now_ms
    first = daily_asked(platform, me, now_ms).question.stem
    with platform.store.writing() as session:
        session.delete(session.scalars(select(DailyQuestion)).one())
    assert daily_asked(platform, me, now_ms).question.stem == first

    with platform.store.writing() as session:
        session.delete(session.scalars(select(DailyQuestion)).one())
    platform.secret = b"some other secret of a server, long."
    other = daily_asked(platform, me, now_ms).question.stem
    assert other != first


def test_the_first_answer_of_a_day_stays_and_others_are_told_once_there_are_enough(
    platform: Platform, held: Bank, me: int, clock: MovedClock
) -> None:
    take_for_all(held, 1)
    now_ms = clock.now_ms()
    for n in range(3):
        other = cast.join(platform, f"甲{n}", now_ms)
        asked = daily_asked(platform, other, now_ms)
        daily.answer(platform, other, asked, response(asked), now_ms)
    asked = daily_asked(platform, me, now_ms)
    for is_right in (False, True):
        daily.answer(platform, me, asked, response(asked, is_right), now_ms)

    few = daily.of_day(platform, me, now_ms)
    last = cast.join(platform, "地", now_ms)
    daily.answer(platform, last, daily_asked(platform, last, now_ms), (), now_ms)
    found = daily.of_day(platform, me, now_ms)

    assert few is not None
    assert few.others is None
    assert found is not None
    assert found.mine is not None
    assert found.mine.rightness == 0
    assert found.others == daily.Others(5, 3, (3, 1))
    assert daily.streak_of(platform, me, now_ms).days == 1
    assert mistakes.book(platform, me, now_ms).count == 1


def test_a_question_that_is_edited_or_retired_during_its_day_is_replaced_for_those_who_come_later(
    platform: Platform, held: Bank, me: int, clock: MovedClock
) -> None:
    take_for_all(held, 2)
    now_ms = clock.now_ms()
    early = daily_asked(platform, me, now_ms)
    daily.answer(platform, me, early, response(early), now_ms)
    other = cast.join(platform, "小红", now_ms)

    better = replace(early.question, stem="说得更清楚")
    edit(platform, early.version_id, better, held.actor, "ready")
    assert daily_asked(platform, other, now_ms).question.stem == "说得更清楚"
    keeping_back.retire(platform, held.of("说得更清楚").version_id, held.actor)
    assert daily_asked(platform, other, now_ms).question.stem not in ("说得更清楚", early.question.stem)
    assert daily_asked(platform, me, now_ms).question.stem == early.question.stem  # as it was answered


def test_an_import_that_is_taken_back_takes_what_was_practised_of_it(
    platform: Platform, held: Bank, me: int, clock: MovedClock
) -> None:
    take_for_all(held, 1)
    now_ms = clock.now_ms()
    asked = daily_asked(platform, me, now_ms)
    daily.answer(platform, me, asked, response(asked, False), now_ms)
    doubts.report(platform, me, asked.version_id, "answer", "", now_ms)

    undo(platform, bank.imports(platform)[0].id, held.actor)

    assert daily.of_day(platform, me, now_ms) is None
    assert mistakes.book(platform, me, now_ms).count == 0
    assert doubts.count_open(platform) == 0


def test_a_doubt_is_handled_once_and_everybody_who_had_it_is_told(
    platform: Platform, held: Bank, me: int, clock: MovedClock
) -> None:
    held.take(question("天"), question("地"))
    now_ms, other = clock.now_ms(), cast.join(platform, "小红", clock.now_ms())
    doubts.report(platform, me, held.of("地").version_id, "slip", "有错字", now_ms)
    for person in (me, me, other):
        doubts.report(platform, person, held.of("天").version_id, "answer", "应选乙", now_ms)

    queue = doubts.queue(platform)
    told = doubts.decide(platform, of_stem(held, "天"), "corrected", "已改，谢谢。", held.actor)

    assert [(each.question.stem, each.count, each.reasons) for each in queue] == [
        ("天", 2, {"answer": 2}),
        ("地", 1, {"slip": 1}),
    ]
    assert told == 2
    assert doubts.count_open(platform) == 1
    mine = [(each.question.stem, each.verdict, each.reply) for each in doubts.of_person(platform, me)]
    assert mine == [("天", "corrected", "已改，谢谢。"), ("地", "", "")]
    with pytest.raises(InvalidInput):
        doubts.decide(platform, of_stem(held, "天"), "kept", "没有问题。", held.actor)


def test_reports_of_one_person_are_limited(
    platform: Platform, held: Bank, me: int, clock: MovedClock
) -> None:
    held.take(*(question(f"题{n}") for n in range(doubts.MOST_A_DAY + 1)))
    found, _count = bank_search.search(platform, Search())

    with pytest.raises(InvalidInput):
        doubts.report(platform, me, found[0].version_id, "none of these", "", clock.now_ms())
    with pytest.raises(InvalidInput):
        doubts.report(platform, me, found[0].version_id, "slip", "长" * 301, clock.now_ms())
    for each in found[: doubts.MOST_A_DAY]:
        doubts.report(platform, me, each.version_id, "slip", "", clock.now_ms())
    with pytest.raises(TooMany):
        doubts.report(platform, me, found[-1].version_id, "slip", "", clock.now_ms())


def test_what_is_asked_of_the_database_does_not_grow_with_what_was_done(
    platform: Platform, held: Bank, me: int, clock: MovedClock
) -> None:
    take_for_all(held, 12)
    cast.add_units(platform, clock.now_ms())
    contest_id = cast.publish(platform, cast.rules(attempt="explanation"), clock.now_ms())
    cast.choose(platform, contest_id, me, " ".join("B" * 12), clock.now_ms())
    for number in range(12):
        question_id = of_stem_of_any_state(platform, f"第 {number} 题")
        practise(platform, me, question_id, False, clock.now_ms())
    service.practice(platform, me, clock.now_ms())

    def asked_by(*looks: object) -> list[int]:
        counts = []
        for look in looks:
            with statements(platform.store.engine) as asked:
                look()  # type: ignore[operator]  # a callable
            counts.append(len(asked))
        return counts

    now_ms = clock.now_ms()
    assert asked_by(
        lambda: service.practice(platform, me, now_ms),
        lambda: service.next_question(platform, me, None, None, now_ms),
        lambda: mistakes.book(platform, me, now_ms),
        lambda: mistakes.collect(platform, [me], now_ms),
    ) == [2, 2, 3, 7]
