"""The bank: look at a file, take it once, take it back; on every database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import Connection, event, func, select

from question_bank.formats import jsonl
from question_bank.question import Question, lettered
from quiz.errors import Busy, InvalidInput, NotFound
from quiz.models.accounts import Audit
from quiz.models.bank import Import, QuestionVersion
from quiz.models.bank import Question as QuestionRow
from quiz.models.contests import Contest, FrozenQuestion, Rules
from quiz.services import bank, taking
from quiz.services.bank import Preview, Taken
from quiz.services.bank_search import Search, search
from quiz.services.examining import faulty_workbook
from quiz.services.platform import Actor, Platform
from tests.question_bank.workbooks import GOOD, HEADER, workbook
from tests.support import bank as held

NOW = 1_772_413_200_000  # the clock's start
ORGANIZER = Actor(None, NOW)
BAD = ("单选题", "冰？", "甲", "乙", None, None, "Z", "易", "化学", None)


def asked(stem: str, key: str = "A", topic: str = "水", difficulty: str | None = None) -> Question:
    return Question(
        "single", stem, lettered(["甲", "乙", "丙"]), frozenset(key), {"topic": (topic,)}, difficulty
    )


def staged(platform: Platform, *questions: Question, filename: str = "题库.jsonl") -> str:
    return bank.stage(platform, jsonl.write(questions), filename, NOW)


def previewed(platform: Platform, *questions: Question) -> Preview:
    return bank.preview(platform, staged(platform, *questions))


def taken(platform: Platform, *questions: Question) -> Taken:
    return bank.take(platform, previewed(platform, *questions), ORGANIZER)


def count(platform: Platform, model: type) -> int:
    with platform.store.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def freeze(platform: Platform, import_id: int) -> None:
    """Let a published contest use every question of an import."""
    with platform.store.writing() as session:
        contest = Contest(kind="contest", title="赛", draft="", board_epoch="e", created_ms=NOW)
        session.add(contest)
        session.flush()
        rules = Rules(contest_id=contest.id, version=1, text="", digest="", published_ms=NOW, actor_id=None)
        session.add(rules)
        session.flush()
        versions = session.scalars(
            select(QuestionVersion.id).join(QuestionRow).where(QuestionRow.import_id == import_id)
        ).all()
        session.add_all(FrozenQuestion(rules_id=rules.id, version_id=i) for i in versions)


@contextmanager
def at_each_commit(platform: Platform, act: Callable[[int], None]) -> Iterator[None]:
    """Do something right before each writing transaction commits; `act` gets the number of the commit."""
    numbers = iter(range(1, 1000))

    def committing(_connection: Connection) -> None:
        act(next(numbers))

    event.listen(platform.store.write_engine, "commit", committing)
    try:
        yield
    finally:
        event.remove(platform.store.write_engine, "commit", committing)


def test_a_preview_changes_nothing(platform: Platform) -> None:
    found = previewed(platform, asked("甲？"), asked("乙？"))

    assert [q.stem for q in found.good] == ["甲？", "乙？"]
    assert count(platform, QuestionVersion) == 0
    assert count(platform, Import) == 0


def test_what_is_taken_is_in_the_bank_whole_and_on_record(platform: Platform) -> None:
    questions = [asked("甲？", difficulty="hard"), asked("乙？", "B")]

    result = taken(platform, *questions)

    assert (result.taken, result.refused) == (2, 0)
    assert bank.all_questions(platform) == questions
    assert [(each.filename, each.state, each.taken) for each in bank.imports(platform)] == [
        ("题库.jsonl", "visible", 2)
    ]
    with platform.store.reading() as session:
        assert session.scalars(select(Audit.action)).all() == ["bank.import"]


def test_a_faulty_row_keeps_the_whole_file_out_until_somebody_chooses(platform: Platform) -> None:
    token = bank.stage(platform, workbook({"题库": [HEADER, GOOD, BAD]}), "题库.xlsx", NOW)
    found = bank.preview(platform, token)

    with pytest.raises(InvalidInput, match="有 1 行有错误"):
        bank.take(platform, found, ORGANIZER)
    assert count(platform, QuestionVersion) == 0

    result = bank.take(platform, found, ORGANIZER, good_rows_only=True)

    assert (result.taken, result.refused) == (1, 1)
    assert [q.stem for q in bank.all_questions(platform)] == [GOOD[1]]


def test_faulty_rows_come_back_as_a_workbook_before_and_after_the_good_ones_are_taken(
    platform: Platform,
) -> None:
    token = bank.stage(platform, workbook({"题库": [HEADER, GOOD, BAD]}), "题库.xlsx", NOW)

    found = bank.preview(platform, token)
    before = faulty_workbook(found)
    import_id = bank.take(platform, found, ORGANIZER, good_rows_only=True).import_id
    path = bank.faulty_rows(platform, import_id)
    assert path is not None
    after = path.read_bytes()

    rows = [
        list(load_workbook(BytesIO(each))["题库"].iter_rows(values_only=True)) for each in (before, after)
    ]
    assert rows[0] == rows[1]
    assert [row[1] for row in rows[0][1:]] == ["冰？"]
    assert "答案是 Z" in rows[0][1][-1]


def test_a_file_that_cannot_be_read_is_refused_with_its_own_sentence(platform: Platform) -> None:
    found = bank.preview(platform, bank.stage(platform, b"%PDF-1.7", "题库.pdf", NOW))

    with pytest.raises(InvalidInput, match="这种文件还不能读"):
        bank.take(platform, found, ORGANIZER, good_rows_only=True)


def test_a_question_that_the_bank_holds_is_a_duplicate_and_with_another_answer_a_conflict(
    platform: Platform,
) -> None:
    taken(platform, asked("甲？"), asked("乙？"))

    found = previewed(platform, asked(" 甲 ?"), asked("乙？", "B"), asked("丙？"))

    assert [(p.row, p.code) for p in found.problems] == [(1, "duplicate"), (2, "conflict")]
    assert [q.stem for q in found.good] == ["丙？"]


def test_a_file_is_taken_once_however_often_the_button_is_pressed(platform: Platform) -> None:
    found = previewed(platform, asked("甲？"))

    first = bank.take(platform, found, ORGANIZER)
    second = bank.take(platform, found, ORGANIZER)

    assert first == second
    assert count(platform, QuestionVersion) == 1
    assert taking.taken_before(platform, found.token) == first


def test_a_second_click_while_the_first_is_written_is_told_to_wait(platform: Platform) -> None:
    found = previewed(platform, asked("甲？"))
    with platform.store.writing() as session:
        session.add(Import(at_ms=NOW, token=found.token, filename="题库.jsonl", state="writing"))

    with pytest.raises(Busy):
        bank.take(platform, found, ORGANIZER)


def test_an_undone_import_leaves_nothing_behind_and_can_be_taken_again(platform: Platform) -> None:
    first = taken(platform, asked("甲？"), asked("乙？"))
    other = taken(platform, asked("丙？"))

    held.undo(platform, first.import_id, ORGANIZER)

    assert [q.stem for q in bank.all_questions(platform)] == ["丙？"]
    assert count(platform, QuestionRow) == 1
    assert [(i.id, i.state) for i in bank.imports(platform)] == [
        (other.import_id, "visible"),
        (first.import_id, "undone"),
    ]
    assert taken(platform, asked("甲？")).taken == 1


def test_an_import_that_a_contest_uses_cannot_be_undone(platform: Platform) -> None:
    used = taken(platform, asked("甲？"))
    freeze(platform, used.import_id)

    with pytest.raises(InvalidInput, match="已有比赛使用"):
        held.undo(platform, used.import_id, ORGANIZER)

    assert count(platform, QuestionVersion) == 1


def test_an_import_is_undone_once(platform: Platform) -> None:
    first = taken(platform, asked("甲？"))
    held.undo(platform, first.import_id, ORGANIZER)

    with pytest.raises(NotFound):
        held.undo(platform, first.import_id, ORGANIZER)


def test_a_large_import_is_written_in_small_transactions_and_appears_at_once(platform: Platform) -> None:
    found = previewed(platform, *(asked(f"{n}？") for n in range(250)))
    visible: list[int] = []

    with at_each_commit(platform, lambda _nth: visible.append(len(bank.all_questions(platform)))):
        bank.take(platform, found, ORGANIZER)

    assert visible == [0] * 5  # begin, three times up to 100 questions, show
    assert len(bank.all_questions(platform)) == 250


def test_a_kept_file_is_forgotten_and_its_name_is_no_path(platform: Platform) -> None:
    token = staged(platform, asked("甲？"), filename="..\\..\\etc/题库.jsonl")

    assert bank.preview(platform, token).filename == "题库.jsonl"
    bank.forget(platform, token)

    with pytest.raises(NotFound):
        bank.preview(platform, token)
    with pytest.raises(NotFound):
        bank.preview(platform, "../secret")


def test_a_mapping_of_difficulties_is_applied_when_it_is_taken(platform: Platform) -> None:
    token = bank.stage(
        platform, workbook({"题库": [HEADER, (*GOOD[:7], "五星", *GOOD[8:])]}), "题库.xlsx", NOW
    )

    found = bank.preview(platform, token, {"五星": "hard"})
    bank.take(platform, found, ORGANIZER)

    assert [q.difficulty for q in bank.all_questions(platform)] == ["hard"]


def test_an_export_is_on_record(platform: Platform) -> None:
    bank.note_export(platform, "jsonl", 3, ORGANIZER)

    with platform.store.reading() as session:
        assert session.execute(select(Audit.action, Audit.subject)).all() == [("bank.export", "jsonl")]


@pytest.mark.parametrize(
    ("wanted", "stems"),
    [
        (Search(words="行星"), ["最大的行星？"]),
        (Search(kind="multiple"), []),
        (Search(difficulty="hard"), ["声音？"]),
        (Search(difficulty="none"), ["最大的行星？"]),
        (Search(tags=(("topic", "声"),)), ["声音？"]),
        (Search(tags=(("topic", "声音"),)), []),
        (Search(), ["声音？", "最大的行星？"]),
    ],
)
def test_questions_are_found_by_words_kind_difficulty_and_tag(
    platform: Platform, wanted: Search, stems: list[str]
) -> None:
    taken(platform, asked("最大的行星？", topic="天文"), asked("声音？", topic="声", difficulty="hard"))

    found, total = search(platform, wanted)

    assert [each.question.stem for each in found] == stems
    assert total == len(stems)
