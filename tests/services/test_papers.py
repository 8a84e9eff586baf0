"""Papers of a running contest: committed before it opens, drawn again by anybody after it closes."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from quiz.errors import Closed, InvalidDocument
from quiz.models.contests import Rules
from quiz.models.play import Attempt, Line
from quiz.rules.papers import Frozen, Turn, commitment
from quiz.rules.sheet import Paper
from quiz.services import boards, contests, play
from quiz.services.platform import Actor, Platform
from quiz.services.published import in_force
from tests.support import contests as cast
from tests.support.clock import MovedClock, ms

OPENED, CLOSED = "2026-03-02 09:00", "2026-03-08 20:00"


@pytest.fixture
def ready(platform: Platform, clock: MovedClock) -> Platform:
    """A platform whose bank of eight questions serves the test contest."""
    clock.set("2026-03-02 07:00")
    cast.fill_bank(platform, clock.now_ms())
    cast.add_units(platform, clock.now_ms())
    return platform


def papers_of(platform: Platform, attempt_id: int) -> list[tuple[int, tuple[int, ...]]]:
    with platform.store.reading() as session:
        attempt = session.get_one(Attempt, attempt_id)
        return [(slot.version_id, slot.order) for slot in Paper.parse(attempt.seed, attempt.paper).slots]


def play_through(platform: Platform, contest_id: int, person: int, now_ms: int) -> int:
    attempt_id = cast.begin(platform, contest_id, person, now_ms)
    play.finish(platform, cast.batch(platform, attempt_id, now_ms + 1_000))
    return attempt_id


@pytest.mark.parametrize("draw", ["random", "unseen", "fixed", "daily"])
def test_anybody_can_draw_a_paper_again_after_the_close(
    ready: Platform, clock: MovedClock, draw: str
) -> None:
    text = cast.rules().replace("{count: 4}]", "{count: 3}], draw: " + draw)
    contest_id = cast.publish(ready, text, clock.now_ms())
    person = cast.join(ready, "甲", clock.now_ms())
    played = [play_through(ready, contest_id, person, ms(OPENED) + n * 60_000) for n in range(3)]

    told = in_force(ready, contest_id).told(ms(CLOSED))
    assert told is not None
    file = Frozen.parse(told.text)

    for number, attempt_id in enumerate(played, 1):
        again = file.again(Turn(0, person, number, "2026-03-02"))
        assert [(d.candidate_id, d.option_order) for d in again] == papers_of(ready, attempt_id)


def test_the_seed_is_committed_at_publication_and_told_only_after_the_close(
    ready: Platform, clock: MovedClock
) -> None:
    contest_id = cast.publish(ready, cast.rules(), clock.now_ms())
    rules = in_force(ready, contest_id)

    before, after = rules.told(ms(CLOSED) - 1), rules.told(ms(CLOSED))

    assert before is not None
    assert after is not None
    assert before.seed is None
    assert after.seed is not None
    assert before.seed_sha256 == commitment(after.seed)
    assert after.seed not in before.text
    assert len(after.seed) == 64


def test_a_version_published_again_has_a_seed_of_its_own(ready: Platform, clock: MovedClock) -> None:
    contest_id = cast.publish(ready, cast.rules(), clock.now_ms())
    first = in_force(ready, contest_id).seed

    contests.publish(ready, contest_id, Actor(None, clock.now_ms()))

    assert in_force(ready, contest_id).seed not in ("", first)


def test_rules_published_before_there_were_seeds_go_on_as_they_began(
    ready: Platform, clock: MovedClock
) -> None:
    contest_id = cast.publish(
        ready, cast.rules().replace("{count: 4}]", "{count: 3}], draw: fixed"), clock.now_ms()
    )
    with ready.store.writing() as session:
        session.execute(update(Rules).values(seed=""))
    ready.published.clear()
    one, other = (cast.join(ready, name, clock.now_ms()) for name in "甲乙")

    drawn = [papers_of(ready, cast.begin(ready, contest_id, who, ms(OPENED))) for who in (one, other)]

    assert sorted(i for i, _ in drawn[0]) == sorted(i for i, _ in drawn[1])
    assert in_force(ready, contest_id).told(ms(CLOSED)) is None


def test_what_cannot_be_covered_is_named_before_publication(ready: Platform, clock: MovedClock) -> None:
    actor = Actor(None, clock.now_ms())
    text = cast.rules().replace("{count: 4}]", "{count: 4}], cover: [criterion]")
    contest_id = contests.create(ready, text, "contest", actor)

    with pytest.raises(InvalidDocument) as refused:
        contests.publish(ready, contest_id, actor)

    (fault,) = refused.value.faults
    assert (fault.at, fault.code) == ("/stages/0/paper/cover", "no_values")
    assert "criterion" in fault.text


PRACTICE = cast.rules().replace("period: day", "period: day, at_close: cut, after_close: practice")


def test_after_the_close_one_may_practise_as_often_as_one_likes(ready: Platform, clock: MovedClock) -> None:
    contest_id = cast.publish(ready, PRACTICE, clock.now_ms())
    person = cast.join(ready, "甲", clock.now_ms())

    practised = [play_through(ready, contest_id, person, ms(CLOSED) + n * 60_000) for n in range(5)]

    found = play.chances(ready, in_force(ready, contest_id), 0, person, ms(CLOSED))
    assert len(set(practised)) == 5
    assert (found.left.now, found.refusal) == (None, None)


def test_practice_has_its_whole_time_and_never_counts(ready: Platform, clock: MovedClock) -> None:
    contest_id = cast.publish(ready, PRACTICE, clock.now_ms())
    person = cast.join(ready, "甲", clock.now_ms())
    counted = cast.begin(ready, contest_id, person, ms(OPENED))
    play.finish(ready, cast.batch(ready, counted, ms(OPENED) + 5_000, cast.answer(ready, counted, 1)))
    before = lines(ready, contest_id)
    assert ready.live is not None
    boards.rebuild(ready, ready.live, contest_id, ms(CLOSED))

    attempt_id = cast.begin(ready, contest_id, person, ms(CLOSED))
    answers = [cast.answer(ready, attempt_id, n) for n in range(1, 5)]
    finished = play.finish(ready, cast.batch(ready, attempt_id, ms(CLOSED) + 299_000, *answers))

    assert finished.outcome.correct == 4
    assert lines(ready, contest_id) == before
    assert boards.verify(ready, contest_id) == []


def test_without_practice_the_close_closes(ready: Platform, clock: MovedClock) -> None:
    contest_id = cast.publish(ready, cast.rules(), clock.now_ms())
    person = cast.join(ready, "甲", clock.now_ms())

    with pytest.raises(Closed):
        cast.begin(ready, contest_id, person, ms(CLOSED))


def lines(platform: Platform, contest_id: int) -> list[tuple[str, int, str, str]]:
    with platform.store.reading() as session:
        found = session.scalars(select(Line).where(Line.contest_id == contest_id).order_by(Line.period)).all()
        return [(line.period, line.person_id, line.order_key, line.totals) for line in found]
