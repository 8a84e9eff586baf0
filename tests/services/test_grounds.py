"""What a ranking rests on, in its workbook: opened again and added up as a spreadsheet would."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from quiz.errors import InvalidInput
from quiz.live import View
from quiz.rules.why import as_data
from quiz.services import exports, why
from quiz.services.board_reading import Wanted
from quiz.services.platform import Platform
from quiz.services.published import Published
from tests.services.test_why import DAY_MS, now, people, rules
from tests.support.standing import BEST, DAYS, PEOPLE, STREETS

__all__ = ["now", "people", "rules"]  # the same contest and people
FULL = View.FULL


def sheets_of(path: Path) -> dict[str, list[dict[str, Any]]]:
    """Return every sheet below its header, by name."""
    found = {}
    for sheet in openpyxl.load_workbook(path).worksheets:
        header, *rows = [[cell.value for cell in row] for row in sheet]
        found[sheet.title] = [dict(zip(header, row, strict=True)) for row in rows]
    return found


def sum_if(rows: list[dict[str, Any]], column: str, by: str, only: str) -> dict[Any, int]:
    """Add up a column as SUMIFS does: by another one, where a third is 1."""
    found: dict[Any, int] = defaultdict(int)
    for row in rows:
        if row[only] == 1:
            found[row[by]] += row[column]
    return dict(found)


@pytest.mark.usefixtures("people")
def test_every_total_of_a_workbook_follows_from_its_other_sheets(
    platform: Platform, rules: Published, tmp_path: Path
) -> None:
    path = tmp_path / "榜.xlsx"

    exports.write_board(platform, rules, Wanted(PEOPLE, view=FULL), path)

    sheets = sheets_of(path)
    attempts, periods, totals = sheets["答题明细"], sheets["各期合计"], sheets["总分依据"]
    ranking = {row["人员编号"]: row for row in sheets["个人"]}
    assert [row["名次"] for row in totals] == [1, 2, 3, 4]
    assert sum_if(attempts, "得分", "人员编号", "计入总分") == {
        who: row["总分"] for who, row in ranking.items()
    }
    assert sum_if(periods, "封顶后", "人员编号", "计入总分") == {
        row["人员编号"]: row["各期合起来"] for row in totals
    }
    for row in totals:
        assert row["合计"] == row["答题所得"] + row["活动加分"] + row["更正"] == row["总分"]
        assert row["总分"] == ranking[row["人员编号"]]["总分"]
    keys = [(-row["总分（最小计分单位）"], row["用时（毫秒）"]) for row in totals]
    assert keys == sorted(keys)
    assert [(row["第几次"], row["得分"], row["说明"]) for row in attempts if row["昵称"] == "甲"] == [
        (1, 2, "不是最好的一次"),
        (2, 4, "计入"),
        (3, 3, "计入"),
    ]


@pytest.mark.usefixtures("people")
def test_a_published_workbook_tells_nobody_s_attempts(
    platform: Platform, rules: Published, tmp_path: Path
) -> None:
    path = tmp_path / "榜.xlsx"

    exports.write_board(platform, rules, Wanted(PEOPLE), path)

    assert [*sheets_of(path)] == ["个人", "说明"]
    with pytest.raises(InvalidInput, match="后台"):
        exports.write_board(platform, rules, Wanted(PEOPLE), tmp_path / "榜.jsonl")


@pytest.mark.usefixtures("people")
def test_the_formula_of_units_can_be_reckoned_from_their_workbook(
    platform: Platform, rules: Published, tmp_path: Path
) -> None:
    path = tmp_path / "街道.xlsx"

    exports.write_board(platform, rules, Wanted(STREETS), path)

    rows = sheets_of(path)["公式依据"]
    assert [
        (row["名次"], row["单位"], row["项目"], row["数值"], row["乘积"], row["结果"]) for row in rows
    ] == [
        (1, "P", "总分合计", 15, 15, 15),
        ("", "Q", "总分合计", 4, 4, 4),
    ]


@pytest.mark.parametrize("board", [PEOPLE, DAYS, STREETS, BEST], ids=str)
def test_the_file_of_reasons_says_what_the_page_of_everybody_says(
    platform: Platform, rules: Published, people: dict[str, int], now: int, tmp_path: Path, board: Any
) -> None:
    path = tmp_path / "依据.jsonl"

    count = exports.write_board(platform, rules, Wanted(board, view=FULL, period=""), path)

    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert count == len(lines) >= 1
    for line in lines:
        who = int(line.pop("id"))
        is_person = board in (PEOPLE, DAYS)
        wanted = Wanted(board, me=who if is_person else None, view=FULL)
        found = why.of_board(platform, rules, wanted, now + DAY_MS, None if is_person else who)
        assert line == json.loads(json.dumps(as_data(found.why)))
