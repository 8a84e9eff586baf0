"""Boards as files, opened again with other programs."""

from __future__ import annotations

import csv
import time
from pathlib import Path

import openpyxl
import pytest

from quiz.errors import InvalidInput, NotFound
from quiz.live import View
from quiz.services import accounts, exports, large_exports
from quiz.services.accounts import NewPerson
from quiz.services.platform import Actor, Platform
from quiz.services.published import Published
from quiz.services.results import Wanted
from tests.support import standing
from tests.support.clock import MovedClock
from tests.support.standing import BEST, DAYS, PEOPLE, STREETS

WITHIN_S = 60


@pytest.fixture
def now(clock: MovedClock) -> int:
    return clock.now_ms()


@pytest.fixture
def rules(platform: Platform, now: int) -> Published:
    return standing.publish(platform, now)


@pytest.fixture
def played(platform: Platform, rules: Published, now: int) -> None:
    """Three people; one has a name that a spreadsheet would run, one comes from a roster."""
    standing.finish(platform, rules, standing.join(platform, "=1+1", now), 3, now, 61_250)
    standing.finish(platform, rules, standing.join(platform, "乙", now, "Q"), 3, now, 61_250)
    accounts.add_people(platform, [NewPerson("张**", "张小明")], Actor(None, now))
    last = standing.join(platform, "丁", now)
    standing.finish(platform, rules, last - 1, 1, now)


def sheet_of(path: Path, name: str | None = None) -> list[list[object]]:
    book = openpyxl.load_workbook(path)
    sheet = book[name] if name else book.worksheets[0]
    return [[cell.value for cell in row] for row in sheet]


@pytest.mark.usefixtures("played")
def test_the_published_ranking_as_a_workbook(
    platform: Platform, rules: Published, now: int, tmp_path: Path
) -> None:
    path = tmp_path / "榜.xlsx"

    count = exports.write_board(platform, rules, Wanted(PEOPLE), path)

    rows = sheet_of(path)
    assert count == 3
    assert rows[0][:6] == ["名次", "昵称", "区县", "街道", "总分", "用时（秒）"]
    assert [row[:6] for row in rows[1:]] == [
        [1, "=1+1", "渝中区", "P", 3, "61.250"],
        [1, "乙", "渝中区", "Q", 3, "61.250"],
        [3, "张**", "", "", 1, "60.000"],
    ]
    assert rows[1][6] == "2026-03-02 09:01:01.250"
    assert "张小明" not in {cell for row in rows for cell in row}


@pytest.mark.usefixtures("played")
def test_a_workbook_says_rule_time_zone_moment_and_formula(
    platform: Platform, rules: Published, now: int, tmp_path: Path
) -> None:
    path = tmp_path / "榜.xlsx"

    exports.write_board(platform, rules, Wanted(PEOPLE), path)

    notes = {row[0]: row[1] for row in sheet_of(path, "说明")}
    assert notes["时区"] == "Asia/Shanghai"
    assert notes["导出时刻"] == "2026-03-02 09:00:00.000"
    assert notes["计分"] == "总分高者在前；用时短者在前"
    assert str(notes["规则版本"]).startswith("第 1 版，SHA-256 ")


@pytest.mark.usefixtures("played")
def test_the_desk_gets_real_names(platform: Platform, rules: Published, tmp_path: Path) -> None:
    path = tmp_path / "全.xlsx"

    exports.write_board(platform, rules, Wanted(PEOPLE, view=View.FULL), path)

    rows = sheet_of(path)
    assert rows[0][-2:] == ["姓名", "人员编号"]
    assert rows[3][-2] == "张小明"


@pytest.mark.usefixtures("played")
def test_a_csv_runs_nothing(platform: Platform, rules: Published, tmp_path: Path) -> None:
    path = tmp_path / "榜.csv"

    exports.write_board(platform, rules, Wanted(PEOPLE), path)

    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert path.read_bytes()[:3] == b"\xef\xbb\xbf"
    assert [row[1] for row in rows] == ["昵称", "'=1+1", "乙", "张**"]


@pytest.mark.usefixtures("played")
def test_streets_with_their_values_and_those_below_the_board(
    platform: Platform, rules: Published, tmp_path: Path
) -> None:
    path = tmp_path / "街道.xlsx"

    exports.write_board(platform, rules, Wanted(STREETS), path)
    exports.write_board(platform, rules, Wanted(BEST), tmp_path / "前两名.xlsx")

    rows = sheet_of(path)
    assert rows[0] == ["名次", "单位", "上级", "数值", "参与人数", "答题次数", "总分合计", "备注"]
    assert {row[1]: (row[0], row[7]) for row in rows[1:]} == {
        "P": ("", "参与人数未达到上榜人数"),
        "Q": ("", "参与人数未达到上榜人数"),
    }
    assert [row[:4] for row in sheet_of(tmp_path / "前两名.xlsx")[1:]] == [
        [1, "P", "渝中区", 3],
        [1, "Q", "渝中区", 3],
    ]


def test_an_empty_board_is_a_file_with_its_header(
    platform: Platform, rules: Published, tmp_path: Path
) -> None:
    path = tmp_path / "榜.xlsx"

    assert exports.write_board(platform, rules, Wanted(PEOPLE), path) == 0
    assert sheet_of(path)[0][0] == "名次"
    with pytest.raises(NotFound):
        exports.write_board(platform, rules, Wanted(DAYS), tmp_path / "日.xlsx")


def test_another_kind_of_file_is_refused_and_nothing_is_left(
    platform: Platform, rules: Published, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()

    with pytest.raises(InvalidInput):
        exports.write_board(platform, rules, Wanted(PEOPLE), folder / "榜.pdf")

    assert list(folder.iterdir()) == []


@pytest.mark.usefixtures("played")
def test_a_large_export_is_written_by_a_process_of_its_own(
    platform: Platform, rules: Published, now: int, tmp_path: Path
) -> None:
    token = large_exports.begin(platform, rules, Wanted(PEOPLE), "xlsx", Actor(None, now))

    with pytest.raises(NotFound):
        large_exports.file_of(platform, "0" * 32)
    export = wait_for(platform, token)
    path = large_exports.file_of(platform, token)

    assert (export.state, export.rows, export.name) == ("ready", 3, "测试赛-个人.xlsx")
    exports.write_board(platform, rules, Wanted(PEOPLE), tmp_path / "same.xlsx")
    assert sheet_of(path) == sheet_of(tmp_path / "same.xlsx")
    assert sheet_of(path, "说明") == sheet_of(tmp_path / "same.xlsx", "说明")


def wait_for(platform: Platform, token: str) -> large_exports.Export:
    """Return an export once its process has ended."""
    ends_s = time.monotonic() + WITHIN_S
    while (export := large_exports.export_of(platform, token)).state == "running":
        assert time.monotonic() < ends_s
        time.sleep(0.05)
    return export
