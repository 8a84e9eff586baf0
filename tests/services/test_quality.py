"""The quality of questions, computed from the record; on every database."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from flask import Flask
from sqlalchemy import func, select

from quiz.cli import register
from quiz.errors import Busy, NotFound
from quiz.models.contests import FrozenQuestion
from quiz.models.quality import Analysis, QuestionFigures
from quiz.services import bank, bank_editing, bank_search, ledger, quality, quality_reading
from quiz.services.bank_search import Search
from quiz.services.correcting import Correction
from quiz.services.platform import Actor, Platform
from quiz.services.published import in_force
from quiz.services.quality_reading import Overview, Proved
from tests.support import bank as held
from tests.support import contests as cast
from tests.support import standing
from tests.support.clock import MovedClock
from tests.support.statements import statements

DAY_MS = 86_400_000


@pytest.fixture
def now(clock: MovedClock) -> int:
    return clock.now_ms()


@pytest.fixture
def contest(platform: Platform, now: int) -> int:
    """A contest of exactly the four questions of the bank; the last has two right options."""
    cast.fill_bank(platform, now, count=4)
    cast.add_units(platform, now)
    return cast.publish(platform, cast.rules(), now)


def analysed(
    platform: Platform, now: int, contest_id: int | None = None, calibrates: bool = False
) -> Overview:
    quality.carry_out(platform, quality.begin(platform, contest_id, calibrates, Actor(None, now)))
    return quality_reading.one(platform, contest_id)


def proved(platform: Platform, contest_id: int, number: int = 1) -> Proved:
    """Return what question `number` of the bank proved to be like."""
    version = sorted(in_force(platform, contest_id).questions)[number - 1]
    return quality_reading.of_questions(platform, [version])[version]


def test_what_people_chose_is_counted(platform: Platform, contest: int, now: int) -> None:
    for name, chosen in (("甲", "A A A AB"), ("乙", "A B - AB"), ("丙", "B B A A")):
        cast.choose(platform, contest, standing.join(platform, name, now), chosen, now)

    found = analysed(platform, now)

    assert (found.attempts, found.answers, found.questions) == (3, 12, 4)
    first, third = proved(platform, contest), proved(platform, contest, 3)
    assert (first.exposure.attempts, first.exposure.people, first.exposure.contests) == (3, 3, 1)
    assert first.figures.facts.facility == pytest.approx(2 / 3)
    assert [each.count for each in first.figures.options] == [2, 1, 0, 0]
    assert (third.figures.omitted, third.figures.facts.facility) == (1, pytest.approx(2 / 3))
    # the rest of the first: 3, 1 and 1 of 3 points against right, right, wrong
    assert first.figures.facts.index == pytest.approx(50)


def test_a_tag_keeps_what_was_measured_and_answers_to_both_versions_add_up(
    platform: Platform, contest: int, now: int
) -> None:
    for name, chosen in (("甲", "A A A AB"), ("乙", "B A A AB")):
        cast.choose(platform, contest, standing.join(platform, name, now), chosen, now)
    analysed(platform, now)
    before = proved(platform, contest)

    ids = list(bank_search.matching(platform, Search()))
    assert held.tag(platform, ids, ("topic", "决赛"), Actor(None, now)) == 4
    again = cast.publish(platform, cast.rules(), now)
    assert min(in_force(platform, again).questions) > max(in_force(platform, contest).questions)

    assert proved(platform, again) == before
    assert bank_search.matching(platform, Search(order="facility"))[0] == ids[-1]  # of the first question

    cast.choose(platform, again, standing.join(platform, "丙", now), "A A A AB", now)
    found = analysed(platform, now)
    both = proved(platform, again)
    assert (found.questions, both.figures.facts.count, both.exposure.contests) == (4, 3, 2)
    assert both.figures.facts.facility == pytest.approx(2 / 3)
    assert proved(platform, contest) == both


def test_another_wording_has_nothing_measured_yet(platform: Platform, contest: int, now: int) -> None:
    cast.choose(platform, contest, standing.join(platform, "甲", now), "A A A AB", now)
    analysed(platform, now)
    (row, *_), _ = bank_search.search(platform, Search(order="age"))
    for change in ({"key": frozenset("B")}, {"stem": "另一种问法？"}):
        other = replace(row.question, **change)  # type: ignore[arg-type]  # one of two fields
        version = bank_editing.edit(platform, row.version_id, other, Actor(None, now))
        row = replace(row, version_id=version)
        assert quality_reading.of_questions(platform, [version]) == {}


def test_a_stage_is_a_test_with_a_reliability(platform: Platform, contest: int, now: int) -> None:
    for name, chosen in (("甲", "A A A AB"), ("乙", "B B B D")):
        cast.choose(platform, contest, standing.join(platform, name, now), chosen, now)

    (stage,) = analysed(platform, now).stages

    assert (stage.contest_id, stage.stage, stage.facts.attempts, stage.facts.mean) == (contest, 0, 2, 2.0)
    assert stage.facts.alpha == pytest.approx(1)


def test_only_the_first_answer_of_a_person_counts_and_all_are_seen(
    platform: Platform, contest: int, now: int
) -> None:
    person = standing.join(platform, "甲", now)
    cast.choose(platform, contest, person, "B A A AB", now)
    cast.choose(platform, contest, person, "A A A AB", now + 120_000)

    analysed(platform, now)

    first = proved(platform, contest)
    assert (first.figures.facts.count, first.figures.facts.facility) == (1, 0.0)
    assert (first.exposure.attempts, first.exposure.people, first.exposure.meetings) == (2, 1, 2.0)


@pytest.mark.parametrize("do", ["void", "zero", "disqualify"])
def test_what_the_ledger_took_out_is_seen_and_does_not_count(
    platform: Platform, contest: int, now: int, do: str
) -> None:
    cast.choose(platform, contest, standing.join(platform, "甲", now), "A A A AB", now)
    person = standing.join(platform, "乙", now)
    taken = cast.choose(platform, contest, person, "B B B D", now)
    target = ("person", person) if do == "disqualify" else ("attempt", taken)
    ledger.book(platform, contest, Correction(*target, do, "代答"), Actor(None, now + 90_000))

    found = analysed(platform, now)

    first = proved(platform, contest)
    assert (found.attempts, first.figures.facts.facility, first.exposure.people) == (1, 1.0, 2)


def test_a_practice_counts_only_where_it_is_asked_for(platform: Platform, now: int) -> None:
    cast.fill_bank(platform, now, count=4)
    cast.add_units(platform, now)
    practice = cast.publish(platform, cast.rules(), now, kind="practice")
    cast.choose(platform, practice, standing.join(platform, "甲", now), "A A A AB", now)

    assert analysed(platform, now).attempts == 0
    assert analysed(platform, now, practice).attempts == 1


def test_marks_are_those_of_the_corrected_key(platform: Platform, contest: int, now: int) -> None:
    for name, chosen in (("甲", "B A A AB"), ("乙", "A A A AB")):
        cast.choose(platform, contest, standing.join(platform, name, now), chosen, now)
    first = min(in_force(platform, contest).questions)
    ledger.book(
        platform,
        contest,
        Correction("question", first, "remark", "更正", key=("B",)),
        Actor(None, now + 90_000),
    )

    analysed(platform, now)

    assert proved(platform, contest).figures.facts.facility == 0.5  # 甲 by the new key


def test_a_question_that_was_given_up_says_nothing(platform: Platform, contest: int, now: int) -> None:
    cast.choose(platform, contest, standing.join(platform, "甲", now), "B A A AB", now)
    first = min(in_force(platform, contest).questions)
    given_up = Correction("question", first, "remark", "有争议", counts="everybody")
    ledger.book(platform, contest, given_up, Actor(None, now + 90_000))

    analysed(platform, now)

    found = proved(platform, contest)
    assert (found.figures.facts.count, found.exposure.attempts) == (0, 1)


def test_the_next_contest_draws_by_what_was_measured_and_a_frozen_one_stays(
    platform: Platform, contest: int, now: int
) -> None:
    for n in range(32):
        chosen = "A A A AB" if n % 4 else "B A B D"
        cast.choose(platform, contest, standing.join(platform, f"人{n}", now), chosen, now)
    before = in_force(platform, contest).pool

    found = analysed(platform, now, calibrates=True)
    platform.published.clear()
    later = in_force(platform, cast.publish(platform, cast.rules(), now))

    assert found.calibrated == 3  # the second all got right
    first, second, *_others = sorted(later.questions)
    share = later.questions[first].calibrated
    assert share is not None
    assert abs(share - Fraction(3, 4)) < Fraction(1, 10)
    assert {c.id: c.calibrated for c in later.pool.candidates}[first] == share
    assert later.questions[second].calibrated is None
    assert in_force(platform, contest).pool.candidates == before.candidates
    assert next(each.calibrated for each in bank.all_questions(platform)) == share


def test_without_measuring_anew_the_last_measure_stands(platform: Platform, contest: int, now: int) -> None:
    for n in range(32):
        cast.choose(
            platform, contest, standing.join(platform, f"人{n}", now), "A A A AB" if n % 2 else "B B B D", now
        )
    analysed(platform, now, calibrates=True)
    measured = proved(platform, contest).measured

    again = analysed(platform, now)

    assert measured is not None
    assert (again.calibrated, proved(platform, contest).measured) == (4, measured)


def test_measures_of_one_contest_are_not_drawn_by(platform: Platform, contest: int, now: int) -> None:
    for n in range(32):
        cast.choose(
            platform, contest, standing.join(platform, f"人{n}", now), "A A A AB" if n % 2 else "B B B D", now
        )

    assert analysed(platform, now, contest, calibrates=True).calibrated == 4

    later = cast.publish(platform, cast.rules(), now)
    with platform.store.reading() as session:
        frozen = select(FrozenQuestion.calibrated).where(
            FrozenQuestion.rules_id == in_force(platform, later).rules_id
        )
        assert set(session.scalars(frozen)) == {None}


def test_a_new_analysis_takes_the_place_of_the_old(platform: Platform, contest: int, now: int) -> None:
    cast.choose(platform, contest, standing.join(platform, "甲", now), "A A A AB", now)
    analysed(platform, now)
    analysed(platform, now, contest)

    analysed(platform, now)

    with platform.store.reading() as session:
        assert session.scalar(select(func.count()).select_from(Analysis)) == 2
        assert session.scalar(select(func.count()).select_from(QuestionFigures)) == 8


def test_one_analysis_runs_at_a_time(platform: Platform, contest: int, now: int) -> None:
    begun = quality.begin(platform, contest, False, Actor(None, now))

    with pytest.raises(Busy):
        quality.begin(platform, None, False, Actor(None, now + 1_000))
    quality.failed(platform, begun)

    assert analysed(platform, now).attempts == 0


def test_an_analysis_that_was_cut_off_is_in_nobodys_way(platform: Platform, contest: int, now: int) -> None:
    quality.begin(platform, None, False, Actor(None, now))

    assert quality_reading.running_since(platform, now) == now
    assert analysed(platform, now + DAY_MS).attempts == 0


def test_a_server_that_starts_again_knows_that_no_analysis_runs(platform: Platform, now: int) -> None:
    quality.begin(platform, None, False, Actor(None, now))

    quality.give_up_unfinished(platform)

    assert quality_reading.running_since(platform, now) is None


def test_a_contest_that_does_not_exist_is_not_analysed(platform: Platform, now: int) -> None:
    with pytest.raises(NotFound):
        quality.begin(platform, 99, False, Actor(None, now))


def test_before_the_first_analysis_there_is_nothing(platform: Platform) -> None:
    assert quality_reading.overview(platform) is None
    with pytest.raises(NotFound):
        quality_reading.table(platform, None, {})


def test_the_number_of_statements_does_not_grow_with_the_answers(
    platform: Platform, contest: int, now: int
) -> None:
    counts = []
    for names in ("甲乙", "丙丁戊己"):
        for name in names:
            cast.choose(platform, contest, standing.join(platform, name, now), "A B A AB", now)
        with statements(platform.store.engine) as run:
            analysed(platform, now)
        counts.append(len(run))

    assert counts[1] - counts[0] == 2  # figures of the analysis before are found and deleted
    with statements(platform.store.engine) as run:
        quality_reading.one(platform)
    assert len(run) == 4


def test_the_command_prints_what_it_found(app: Flask, platform: Platform, contest: int, now: int) -> None:
    register(app)
    cast.choose(platform, contest, standing.join(platform, "甲", now), "A B A AB", now)

    told = app.test_cli_runner().invoke(args=["bank", "stats", str(contest), "--calibrate"])

    assert told.exit_code == 0
    assert "分析了 1 次答题、4 个作答，涉及 4 道题。" in told.output
    assert "测试赛\t1\t1\t3.000\t-\t-\t-" in told.output
    assert "wrong_key\t0" in told.output
