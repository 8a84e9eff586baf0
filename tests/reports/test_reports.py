"""Tables as files, opened again: text stays text, nothing runs, headers stay in view."""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
import pytest

from quiz.reports import ROWS_MEASURED, WRITERS, Table, harmless

NASTY = [
    "=1+1",
    "+86 138",
    "-cmd",
    "@SUM(A1)",
    "\t=1",
    "＝1+1",
    "http://example.org",
    "0012",
    "张\n三",
    "𠮷野 <b>",
]


def nasty() -> Table:
    return Table(
        "榜:[一]/二?",
        ["名次", "昵称"],
        list(enumerate(NASTY, 1)),
        [("时区", "Asia/Shanghai"), ("规则", "=1")],
    )


def test_a_workbook_keeps_text_as_text_and_counts_as_numbers(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"

    count = WRITERS["xlsx"](nasty(), path)

    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    cells = list(sheet.iter_rows(min_row=2))
    assert count == len(NASTY)
    assert [cell.value for cell in sheet[1]] == ["名次", "昵称"]
    assert [row[0].value for row in cells] == list(range(1, len(NASTY) + 1))
    assert [row[1].value for row in cells] == NASTY
    assert {(row[0].data_type, row[1].data_type, row[1].number_format) for row in cells} == {("n", "s", "@")}
    assert not any(cell.hyperlink for row in cells for cell in row)


def test_a_workbook_freezes_its_header_and_says_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"

    WRITERS["xlsx"](nasty(), path)

    book = openpyxl.load_workbook(path)
    assert book.worksheets[0].freeze_panes == "A2"
    assert book.sheetnames == ["榜一二", "说明"]
    assert [[cell.value for cell in row] for row in book["说明"]] == [
        ["时区", "Asia/Shanghai"],
        ["规则", "=1"],
    ]
    assert book["说明"]["B2"].data_type == "s"


@pytest.mark.parametrize("name", ["说明", "", "?", "History", "x" * 40, "'quoted'"])
def test_any_name_of_a_table_makes_a_workbook(tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.xlsx"

    WRITERS["xlsx"](Table(name, ["一"], [["二"]]), path)

    assert openpyxl.load_workbook(path).worksheets[0]["A2"].value == "二"


def test_a_column_is_as_wide_as_its_texts_and_a_page_as_all_columns(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"

    WRITERS["xlsx"](Table("榜", ["名次", "单位", "时间"], [(1, "街道" * 30, "2026-11-26 15:26:45")]), path)

    sheet = openpyxl.load_workbook(path).worksheets[0]
    assert [int(sheet.column_dimensions[letter].width) for letter in "ABC"] == [6, 40, 21]
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0)


def test_a_csv_begins_with_a_byte_order_mark_and_runs_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"

    count = WRITERS["csv"](nasty(), path)

    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["名次", "昵称"]
    assert count == len(rows) - 1 == len(NASTY)
    dangerous = [cell for row in rows for cell in row if cell.startswith(tuple("=+-@\t＝"))]
    assert dangerous == []
    assert rows[4] == ["4", "'@SUM(A1)"]


@pytest.mark.parametrize("number", ["-1", "-0.50", "12.5", -3])
def test_numbers_below_zero_stay_as_they_are_in_a_csv(number: str | int) -> None:
    assert harmless(number) == number


def test_rows_are_read_once_and_never_held_together(tmp_path: Path) -> None:
    alive = []

    class Row(list[str]):
        def __init__(self, n: int) -> None:
            super().__init__([str(n)])
            alive.append(n)

        def __del__(self) -> None:
            alive.pop()

    most = []

    def rows():  # type: ignore[no-untyped-def]  # rows that count how many of them are alive
        for n in range(1000):
            yield Row(n)
            most.append(len(alive))

    WRITERS["xlsx"](Table("榜", ["一"], rows()), tmp_path / "a.xlsx")

    assert max(most) <= 3 + ROWS_MEASURED
