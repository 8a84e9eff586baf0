"""Questions that are too much alike: in a file, in the bank, and what somebody decides about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from sqlalchemy import delete, select

from question_bank.duplicates import CONFLICT, EXACT, NEAR
from question_bank.gaps import Accepted, Gap
from question_bank.question import Question, lettered
from quiz.errors import NotFound
from quiz.models.accounts import Audit
from quiz.models.bank import QuestionVersion
from quiz.models.duplicates import QuestionWording, Twin
from quiz.services import bank_editing, comparing, duplicates, keeping_back
from quiz.services.platform import Actor, Platform
from tests.support import bank as held
from tests.support.held import hold

NOW = 1_772_413_200_000  # the clock's start
ORGANIZER = Actor(None, NOW)
STEM = "地球上的光和热主要来自哪个天体"


def asked(stem: str = STEM, key: str = "A", options: str = "太阳 月亮 火星") -> Question:
    return Question("single", stem, lettered(options.split()), frozenset(key))


def gap_of(text: str) -> Question:
    return Question("fill", "水的化学式是____", (), frozenset(), gaps=(Gap((Accepted(text),)),))


HELD = (
    asked(),
    asked("水在标准大气压下多少度沸腾", options="100 90 80"),
    asked("月食发生在什么月相", options="满月 新月"),
)


def taken(platform: Platform, *questions: Question) -> int:
    return hold(platform, NOW, *questions)


def version_of(platform: Platform, stem: str) -> int:
    with platform.store.reading() as session:
        return (
            session.scalars(
                select(QuestionVersion.id)
                .where(QuestionVersion.stem == stem)
                .order_by(QuestionVersion.id.desc())
            ).first()
            or 0
        )


def listed(platform: Platform, sort: str = "") -> list[tuple[str, int, str, str]]:
    return [
        (each.sort, each.similarity, each.one.question.stem, each.other.question.stem)
        for each in duplicates.twins(platform, sort, 0, 50)
    ]


def found(alike: Sequence[comparing.Alike], platform: Platform) -> list[tuple[int, str, str | int | None]]:
    there = duplicates.sides(platform, [each.version_id for each in alike if each.version_id])
    return [
        (each.index, each.sort, there[each.version_id].question.stem if each.version_id else each.before)
        for each in alike
    ]


FILE = (
    asked("钠与水反应生成什么气体", options="氢气 氧气"),
    asked(f"１．{STEM}？", options="火星 月亮 太阳", key="C"),
    asked(STEM, key="B"),
    asked("水在标准大气压下大约多少度沸腾", options="100 70"),
    asked("金属钠与水反应生成什么气体", options="氢气 氮气"),
)
EXPECTED = [
    (1, EXACT, STEM),
    (2, CONFLICT, STEM),
    (2, CONFLICT, 1),
    (3, NEAR, HELD[1].stem),
    (4, NEAR, 0),
]


def test_a_file_is_compared_with_the_bank_and_with_itself(platform: Platform) -> None:
    taken(platform, *HELD)

    assert found(duplicates.of_import(platform, FILE), platform) == EXPECTED


def test_questions_of_before_wordings_were_kept_are_compared_too(platform: Platform) -> None:
    taken(platform, *HELD)
    with platform.store.writing() as session:
        session.execute(delete(QuestionWording))

    assert found(duplicates.of_import(platform, FILE), platform) == EXPECTED


def test_an_import_that_was_taken_back_is_not_compared_with(platform: Platform) -> None:
    held.undo(platform, taken(platform, *HELD), ORGANIZER)

    assert found(duplicates.of_import(platform, FILE), platform) == [(2, CONFLICT, 1), (4, NEAR, 0)]


def test_the_bank_tells_its_pairs_and_how_many_questions_are_not_compared_yet(platform: Platform) -> None:
    taken(platform, *HELD)
    taken(platform, asked(f"请问{STEM}"))
    before = duplicates.counted(platform)

    duplicates.compare_the_bank(platform)

    after = duplicates.counted(platform)
    assert (before.by_sort, before.uncompared, before.questions) == ({}, 4, 4)
    assert (after.by_sort, after.uncompared) == ({NEAR: 1}, 0)
    assert listed(platform) == [(NEAR, 93, STEM, f"请问{STEM}")]


def test_only_what_is_new_is_compared_the_next_time(platform: Platform) -> None:
    taken(platform, *HELD, asked(f"请问{STEM}"))
    comparing.compare_bank(platform)
    taken(platform, asked(f"请问{HELD[1].stem}", options="100 95"))

    assert duplicates.counted(platform).uncompared == 1
    comparing.compare_bank(platform)

    assert sorted(listed(platform)) == [
        (NEAR, 92, HELD[1].stem, f"请问{HELD[1].stem}"),
        (NEAR, 93, STEM, f"请问{STEM}"),
    ]


def test_an_edit_takes_a_pair_away_and_may_make_a_conflict(platform: Platform) -> None:
    other = asked(f"请问{STEM}")
    taken(platform, asked(), other)
    comparing.compare_bank(platform)

    bank_editing.edit(platform, version_of(platform, other.stem), asked(STEM, key="B"), ORGANIZER)

    assert (listed(platform), duplicates.counted(platform).uncompared) == ([], 1)
    comparing.compare_bank(platform)
    assert listed(platform) == [(CONFLICT, 100, STEM, STEM)]


def test_two_that_stay_are_not_shown_again_unless_they_contradict_one_another(platform: Platform) -> None:
    other = asked(f"请问{STEM}")
    taken(platform, asked(), other)
    comparing.compare_bank(platform)
    pair = duplicates.twins(platform, "", 0, 1)[0]

    duplicates.keep_both(platform, pair.other.question_id, pair.one.question_id, ORGANIZER)
    duplicates.keep_both(platform, pair.one.question_id, pair.other.question_id, ORGANIZER)

    assert listed(platform) == []
    assert duplicates.of_question(platform, pair.one.version_id) == []
    with platform.store.reading() as session:
        assert session.scalars(select(Audit.action).where(Audit.action == "bank.keep_twins")).all() == [
            "bank.keep_twins"
        ]
    edited = replace(other, difficulty="easy")
    version = bank_editing.edit(platform, pair.other.version_id, edited, ORGANIZER)
    comparing.compare_bank(platform)
    assert listed(platform) == []
    bank_editing.edit(platform, version, asked(STEM, key="B"), ORGANIZER)
    comparing.compare_bank(platform)
    assert [sort for sort, *_ in listed(platform)] == [CONFLICT]


def test_a_pair_that_is_no_more_cannot_be_kept(platform: Platform) -> None:
    taken(platform, *HELD)

    with pytest.raises(NotFound):
        duplicates.keep_both(platform, 1, 2, ORGANIZER)


def test_a_question_tells_what_it_is_like_at_once(platform: Platform) -> None:
    taken(platform, *HELD)
    taken(platform, asked(f"请问{STEM}"))
    version = version_of(platform, f"请问{STEM}")

    told = [
        (sort, similarity, side.question.stem)
        for sort, similarity, side in duplicates.of_question(platform, version)
    ]

    assert told == [(NEAR, 93, STEM)]


def test_what_is_retired_is_marked_and_not_counted(platform: Platform) -> None:
    taken(platform, *HELD)
    taken(platform, asked(f"请问{STEM}"))
    comparing.compare_bank(platform)

    keeping_back.retire(platform, version_of(platform, STEM), ORGANIZER)

    counted = duplicates.counted(platform)
    assert (counted.by_sort, counted.uncompared, counted.questions) == ({}, 0, len(HELD))
    ((_sort, _similarity, side),) = duplicates.of_question(platform, version_of(platform, f"请问{STEM}"))
    assert side.is_retired


def test_taking_an_import_back_takes_its_pairs_along(platform: Platform) -> None:
    taken(platform, *HELD)
    import_id = taken(platform, asked(f"请问{STEM}"))
    comparing.compare_bank(platform)

    held.undo(platform, import_id, ORGANIZER)

    with platform.store.reading() as session:
        assert session.scalars(select(Twin)).all() == []
        assert len(session.scalars(select(QuestionWording)).all()) == len(HELD)


def test_more_pairs_than_anybody_looks_through_are_not_all_kept_and_that_is_seen(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken(platform, *(asked(f"{STEM}{more}") for more in ("", "呢", "吗", "吧")))
    monkeypatch.setattr(comparing, "MOST_PAIRS", 2)

    comparing.compare_bank(platform)
    comparing.compare_bank(platform)

    assert (len(listed(platform)), duplicates.counted(platform).uncompared) == (2, 4)


def test_gaps_that_contradict_one_another_are_told_once_and_all_are_compared(platform: Platform) -> None:
    taken(platform, *(gap_of(text) for text in ("H2O", "HO")))

    comparing.compare_bank(platform)

    assert [sort for sort, *_ in listed(platform)] == [CONFLICT]
    assert duplicates.counted(platform).uncompared == 0
