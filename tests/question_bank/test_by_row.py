"""A file kept row by row: its columns can be told, and single rows mended without reading it again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from question_bank.formats import by_row, keep_rows, mending, returned
from question_bank.formats.by_row import FAULTY, GOOD, Head, KeptRow
from question_bank.formats.mending import ReadBy
from question_bank.formats.told import Told, ToldSheet
from question_bank.problems import Unreadable
from question_bank.question import Question
from tests.question_bank.workbooks import GOOD as GOOD_ROW
from tests.question_bank.workbooks import HEADER, workbook

BAD = ("单选题", "冰？", "甲", "乙", None, None, "Z", "易", "化学", None)


def kept(folder: Path, content: bytes, name: str, told: Told | None = None) -> tuple[Path, Head]:
    path = folder / "rows"
    keep_rows(path, content, name, told or Told())
    return path, by_row.head(path)


def row_of(path: Path, head: Head, position: int) -> KeptRow:
    return next(by_row.rows(path, [head.entries[position]]))


def test_rows_are_found_by_their_entries_with_what_is_wrong(tmp_path: Path) -> None:
    path, head = kept(tmp_path, workbook({"题库": [HEADER, GOOD_ROW, BAD]}), "题库.xlsx")

    assert [(e.sheet, e.row, e.state) for e in head.entries] == [("题库", 2, GOOD), ("题库", 3, FAULTY)]
    assert [p.code for p in row_of(path, head, 1).problems] == ["answer-out-of-range"]
    first = row_of(path, head, 0).question
    assert first is not None
    assert first.stem == GOOD_ROW[1]


def test_a_column_means_what_a_person_says(tmp_path: Path) -> None:
    content = "说明,甲,乙,丙\n地球是平的吗？,是,不是,B\n".encode()
    told = Told(sheets={"": ToldSheet(1, {"A": "stem", "B": "option:A", "C": "option:B", "D": "answer"})})

    path, head = kept(tmp_path, content, "a.csv", told)

    question = row_of(path, head, 0).question
    assert question is not None
    assert (question.stem, sorted(question.key)) == ("地球是平的吗？", ["B"])
    assert [c.meaning for c in head.seen[0].columns] == ["stem", "option:A", "option:B", "answer"]


def test_a_sheet_may_have_no_header_and_another_be_left_out(tmp_path: Path) -> None:
    content = workbook({"一": [("地球是圆的吗？", "是", "不是", "A")], "二": [HEADER, GOOD_ROW]})
    columns = {"A": "stem", "B": "option:A", "C": "option:B", "D": "answer"}
    told = Told(sheets={"一": ToldSheet(0, columns), "二": ToldSheet(is_left_out=True)})

    _path, head = kept(tmp_path, content, "a.xlsx", told)

    assert [(e.sheet, e.row, e.state) for e in head.entries] == [("一", 1, GOOD)]
    assert [sheet.is_read for sheet in head.seen] == [True, False]


def test_a_row_of_a_table_is_mended_cell_by_cell(tmp_path: Path) -> None:
    path, head = kept(tmp_path, workbook({"题库": [HEADER, GOOD_ROW, BAD]}), "题库.xlsx")
    before = row_of(path, head, 1)
    by = ReadBy(head.layouts["题库"], head.headers["题库"], head.scale)
    answer = next(c for c in mending.cells(before.raw, by, {}) if c.meaning == "answer")

    still = mending.mended(before, by, {answer.name: "X"})
    after = mending.mended(before, by, {answer.name: "B"})

    assert (answer.title, answer.text) == ("答案", "Z")
    assert [(p.column, p.code) for p in still.problems] == [(answer.name, "answer-out-of-range")]
    assert after.problems == ()
    assert after.question is not None
    assert after.question.key == {"B"}
    assert by_row.mended_entry(head.entries[1], after).state == GOOD


def test_a_question_of_a_paper_is_mended_in_our_own_columns(tmp_path: Path) -> None:
    path, head = kept(tmp_path, "1. 水的化学式是什么？\nA. H2O\nB. CO2\n".encode(), "a.txt")
    before, by = row_of(path, head, 0), ReadBy(None, (), head.scale)
    titles = [c.title for c in mending.cells(before.raw, by, {})]

    after = mending.mended(before, by, {"答案": "A"})

    assert [p.code for p in before.problems] == ["no-answer"]
    assert {"题干", "选项A", "选项D", "答案"} <= set(titles)
    assert after.question is not None
    assert after.question.key == {"A"}


def test_a_kind_that_is_not_ours_can_be_rewritten(tmp_path: Path) -> None:
    path, head = kept(
        tmp_path, "一、简答题\n1. 什么是惯性？\n答案：保持原来运动状态的性质\n".encode(), "a.txt"
    )
    before, by = row_of(path, head, 0), ReadBy(None, (), head.scale)
    kind = next(c for c in mending.cells(before.raw, by, {}) if c.title == "题型")
    written = {"题型": "单选题", "选项A": "力", "选项B": "性质", "答案": "B"}

    after = mending.mended(before, by, written)

    assert kind.text == "问答题"
    assert after.problems == ()
    assert after.question is not None
    assert after.question.kind == "single"


def test_a_line_that_is_no_json_is_mended_as_it_stands(tmp_path: Path) -> None:
    text = b'{"kind": "single", "stem": "x?", "options": ["a", "b"], "key": ["A"]'
    path, head = kept(tmp_path, text, "a.jsonl")
    before, by = row_of(path, head, 0), ReadBy(None)
    (line,) = mending.cells(before.raw, by, {})

    after = mending.mended(before, by, {line.name: line.text + "}"})

    assert after.problems == ()
    assert after.question is not None


def test_repetitions_are_found_between_mended_rows(tmp_path: Path) -> None:
    path, head = kept(tmp_path, workbook({"题库": [HEADER, GOOD_ROW, BAD]}), "题库.xlsx")
    by = ReadBy(head.layouts["题库"], head.headers["题库"], head.scale)
    again = {
        c.name: str(text or "")
        for c, text in zip(mending.cells(row_of(path, head, 1).raw, by, {}), GOOD_ROW, strict=True)
    }
    entries = list(head.entries)

    entries[1] = by_row.mended_entry(entries[1], mending.mended(row_of(path, head, 1), by, again))

    assert by_row.between(head.entries) == []
    assert [(p.row, p.code) for p in by_row.between(entries)] == [(3, "duplicate")]


def test_what_cannot_be_read_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(Unreadable):
        kept(tmp_path, b"PK\x03\x04 broken", "a.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_rows_that_are_given_back_have_the_tags_of_their_import(tmp_path: Path) -> None:
    path, head = kept(tmp_path, workbook({"题库": [HEADER, BAD]}), "题库.xlsx")
    row = row_of(path, head, 0)

    back = returned.returned(head, [row], row.problems, [("topic", "区赛"), ("region", "渝中")])

    again, layout = kept(tmp_path, back, "x.xlsx")
    mended = mending.mended(row_of(again, layout, 0), ReadBy(layout.layouts["题库"]), {"G": "A"})
    assert mended.question is not None
    assert mended.question.tags == {"topic": ("化学", "区赛"), "region": ("渝中",)}


def test_a_faulty_line_of_json_is_mended_cell_by_cell(tmp_path: Path) -> None:
    asked = {"kind": "single", "stem": "冰？", "options": ["固体", "液体"], "key": ["C"]}
    more = {"feedback": {"A": "对"}, "weights": {"B": "1/2"}, "tags": {"topic": ["化学"]}, "id": "q1"}
    path, head = kept(tmp_path, json.dumps({**asked, **more}).encode(), "a.jsonl")
    row, by = row_of(path, head, 0), ReadBy(None)

    assert {c.title: c.text for c in mending.cells(row.raw, by, {})}["答案"] == "C"
    mended = mending.mended(row, by, {"答案": "A"})

    wanted = {**asked, **more, "key": ["A"]}
    assert mended.question == Question.from_dict(Question.from_dict(wanted).as_dict())


def test_faulty_lines_of_json_are_given_back_in_columns_that_can_be_uploaded(tmp_path: Path) -> None:
    lines = ['{"kind": "single", "stem": "冰？", "options": ["甲", "乙"]}', '{"kind": "single", "stem": "水']
    path, head = kept(tmp_path, "\n".join([*lines, '{"kind": "投票"}']).encode(), "a.jsonl")
    rows = list(by_row.rows(path, head.entries))

    back = returned.returned(head, rows, [p for row in rows for p in row.problems])

    again, layout = kept(tmp_path, back, "x.xlsx")
    cells = [row.raw.cells for row in by_row.rows(again, layout.entries)]
    assert [each[layout.headers["题目1"].index("题干")] for each in cells] == [
        "冰？",
        lines[1],
        '{"kind": "投票"}',
    ]
    assert cells[0][layout.headers["题目1"].index("选项B")] == "乙"
