"""Many threads on one attempt, and two processes on one database: limits hold, everything counts once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import create_engine, func, select

from quiz.errors import AttemptFinished, QuotaUsed
from quiz.models import Store, Writer
from quiz.models.base import engine_options
from quiz.models.play import Attempt, Line, Receipt, Result
from quiz.services import play
from quiz.services.platform import Platform
from tests.support import contests as cast
from tests.support.clock import MovedClock

THREADS = 12


@pytest.fixture
def now(clock: MovedClock) -> int:
    return clock.now_ms()


@pytest.fixture
def contest_id(platform: Platform, now: int) -> int:
    cast.fill_bank(platform, now)
    cast.add_units(platform, now)
    return cast.publish(platform, cast.rules(), now)


@pytest.fixture
def second(platform: Platform) -> Iterator[Platform]:
    """A second serving process on the same database: a writer and caches of its own."""
    url = platform.store.engine.url
    store = Store(create_engine(url, **engine_options(url.drivername)))
    yield Platform(store, Writer(store), platform.live, platform.clock, platform.secret, platform.data)
    store.engine.dispose()


def all_at_once(*works: Callable[[], Any]) -> list[Any]:  # Any: what the works return, or the refusal
    """Run works on threads at the same time and return their results; a refusal is a result."""

    def run(work: Callable[[], Any]) -> Any:
        try:
            return work()
        except (AttemptFinished, QuotaUsed) as refusal:
            return refusal

    with ThreadPoolExecutor(len(works)) as threads:
        return list(threads.map(run, works))


def test_one_person_pressing_start_everywhere_has_one_attempt(
    platform: Platform, second: Platform, contest_id: int, now: int
) -> None:
    person_id = cast.join(platform, "甲", now)

    ids = all_at_once(
        *(
            lambda p=p: cast.begin(p, contest_id, person_id, now)  # type: ignore[misc]
            for p in (platform, second) * (THREADS // 2)
        )
    )

    with platform.store.reading() as session:
        numbers = list(session.scalars(select(Attempt.number)))
    assert len(set(ids)) == 1
    assert numbers == [1]


def test_no_race_passes_the_quota(platform: Platform, second: Platform, contest_id: int, now: int) -> None:
    person_id = cast.join(platform, "乙", now)

    def play_one(on: Platform) -> None:
        attempt_id = cast.begin(on, contest_id, person_id, now)
        play.finish(on, cast.batch(on, attempt_id, now))

    for _ in range(3):
        all_at_once(*(lambda p=p: play_one(p) for p in (platform, second) * 4))  # type: ignore[misc]

    with platform.store.reading() as session:
        numbers = sorted(session.scalars(select(Attempt.number)))
    assert numbers == [1, 2, 3]


def test_finishing_everywhere_counts_once_and_says_the_same(
    platform: Platform, second: Platform, contest_id: int, now: int
) -> None:
    person_id = cast.join(platform, "丙", now)
    attempt_id = cast.begin(platform, contest_id, person_id, now)
    answers = [cast.answer(platform, attempt_id, n, right=n != 2) for n in (1, 2, 3, 4)]

    done = all_at_once(
        *(
            lambda p=p, k=k: play.finish(p, cast.batch(p, attempt_id, now + k, *answers))  # type: ignore[misc]
            for k, p in enumerate((platform, second) * (THREADS // 2))
        )
    )

    with platform.store.reading() as session:
        results = session.scalar(select(func.count()).select_from(Result))
        attempts = session.scalars(select(Line.totals).where(Line.person_id == person_id)).all()
    assert results == 1
    assert {(f.outcome.score, f.outcome.time_ms) for f in done} == {(3, done[0].outcome.time_ms)}
    assert all('"attempts":1' in totals for totals in attempts)


def test_an_acknowledged_answer_is_never_left_out_by_a_finish(
    platform: Platform, second: Platform, contest_id: int, now: int
) -> None:
    for number in range(8):
        person_id = cast.join(platform, f"丁{number}", now)
        attempt_id = cast.begin(platform, contest_id, person_id, now)
        saves = [
            lambda n=n, a=attempt_id: play.save(  # type: ignore[misc]
                second, cast.batch(second, a, now + 1, cast.answer(second, a, n, seq=n), device=f"d{n}")
            )
            for n in (1, 2, 3, 4)
        ]
        finish = lambda a=attempt_id: play.finish(platform, cast.batch(platform, a, now + 1))  # noqa: E731

        *saved, _ = all_at_once(*saves, finish)

        outcome = play.outcome_of(platform, attempt_id, person_id)
        acknowledged = sum(not isinstance(s, AttemptFinished) for s in saved)
        assert outcome is not None
        assert outcome.correct == acknowledged


def test_the_same_batch_from_many_threads_is_kept_once(platform: Platform, contest_id: int, now: int) -> None:
    person_id = cast.join(platform, "戊", now)
    attempt_id = cast.begin(platform, contest_id, person_id, now)
    sent = cast.batch(platform, attempt_id, now + 1, cast.answer(platform, attempt_id, 1, seq=3))

    saved = all_at_once(*(lambda: play.save(platform, sent) for _ in range(THREADS)))

    sheet = play.sheet_of(platform, attempt_id, person_id, now + 2)
    assert {tuple(s.admission.saved.items()) for s in saved} == {((1, 3),)}
    assert list(sheet.saved) == [1]


def test_answers_of_many_people_at_once_are_all_stored(platform: Platform, contest_id: int, now: int) -> None:
    people = [cast.join(platform, f"己{number}", now) for number in range(THREADS)]
    attempts = [cast.begin(platform, contest_id, person_id, now) for person_id in people]

    def work(attempt_id: int) -> None:
        for n in (1, 2, 3, 4):
            given = cast.answer(platform, attempt_id, n, seq=n)
            play.save(platform, cast.batch(platform, attempt_id, now + n, given))

    all_at_once(*(lambda a=a: work(a) for a in attempts))  # type: ignore[misc]

    with platform.store.reading() as session:
        assert session.scalar(select(func.count()).select_from(Receipt)) == THREADS * 4
