"""The worked cases: `flask contest replay` prints what expected.json says, without database or Redis."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from quiz.cli_contest import contest
from tests.rules.documents import EXAMPLES

CASES = sorted(path.parent for path in EXAMPLES.glob("*/expected.json"))


def differences(found: Any, expected: Any, at: str = "") -> list[str]:
    """Return where something expected is not so; keys that are not expected are not compared."""
    if isinstance(expected, dict):
        if not isinstance(found, dict):
            return [f"{at}: {found!r} instead of {expected!r}"]
        return [d for key, each in expected.items() for d in differences(found.get(key), each, f"{at}/{key}")]
    if isinstance(expected, list):
        if not isinstance(found, list) or len(found) != len(expected):
            return [f"{at}: {found!r} instead of {expected!r}"]
        pairs = enumerate(zip(found, expected, strict=True))
        return [d for n, (one, other) in pairs for d in differences(one, other, f"{at}/{n}")]
    same = type(found) is type(expected) and found == expected
    return [] if same else [f"{at}: {found!r} instead of {expected!r}"]


def replay(folder: Path) -> Any:
    outcome = CliRunner().invoke(contest, ["replay", str(folder)])
    assert outcome.exit_code == 0, outcome.output
    return json.loads(outcome.stdout)


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_a_case_comes_to_what_is_expected(folder: Path) -> None:
    expected = json.loads((folder / "expected.json").read_text("utf-8"))

    assert differences(replay(folder), expected) == []


def test_there_are_cases() -> None:
    assert len(CASES) >= 5


def test_the_order_of_the_lines_changes_nothing(tmp_path: Path) -> None:
    for folder in CASES:
        turned = tmp_path / folder.name
        turned.mkdir()
        for file in folder.iterdir():
            lines = file.read_text("utf-8").splitlines(keepends=True)
            (turned / file.name).write_text(
                "".join(lines[::-1] if file.name == "attempts.jsonl" else lines), "utf-8"
            )

        assert replay(turned) == replay(folder)


def test_a_document_with_every_parameter_can_be_played() -> None:
    outcome = CliRunner().invoke(contest, ["check", str(EXAMPLES / "all.yaml")])

    assert (outcome.exit_code, outcome.output) == (0, "规则文件没有错误。\n")


def test_what_cannot_be_played_yet_is_named_with_its_line(tmp_path: Path) -> None:
    rules = (EXAMPLES / "all.yaml").read_text("utf-8")
    (tmp_path / "rules.yaml").write_text(rules.replace("redo: never", "redo: until_right"), "utf-8")
    line = 1 + rules.splitlines().index("  - name: 网络赛")

    outcome = CliRunner().invoke(contest, ["check", str(tmp_path / "rules.yaml")])

    assert outcome.exit_code == 0
    assert f"第 {line} 行  /stages/0  [not_yet]  “答错重做，又有每题限时或限时连续答题”" in outcome.output
    assert "请去掉 flow.redo" in outcome.output
    assert "规则文件没有错误，但以上各项还不能用于正式比赛。" in outcome.output


def test_a_document_with_every_parameter_is_replayed(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text((EXAMPLES / "all.yaml").read_text("utf-8"), "utf-8")

    assert set(replay(tmp_path)["boards"]) == {"个人", "周榜", "街道人数", "前十名之和", "街道综合"}


def test_a_wrong_document_gives_its_places_instead_of_boards(tmp_path: Path) -> None:
    rules = (EXAMPLES / "e1-points-per-attempt" / "rules.yaml").read_text("utf-8")
    (tmp_path / "rules.yaml").write_text(rules.replace("order: [total]", "order: [totl]"), "utf-8")

    found = replay(tmp_path)

    assert [fault["at"] for fault in found["invalid"]] == ["/stages/0/order/0"]


def test_a_line_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    folder = EXAMPLES / "e1-points-per-attempt"
    for name in ("rules.yaml", "people.csv"):
        (tmp_path / name).write_text((folder / name).read_text("utf-8"), "utf-8")
    (tmp_path / "attempts.jsonl").write_text('{"person": "A1"}\n', "utf-8")

    outcome = CliRunner().invoke(contest, ["replay", str(tmp_path)])

    assert outcome.exit_code == 1
    assert "attempts.jsonl 第 1 行" in outcome.output


def test_the_unit_formula_is_tried_on_last_years_figures(tmp_path: Path) -> None:
    stats = tmp_path / "stats.csv"
    stats.write_text("unit,people,enrolled,mean\nS1,4,4,75\nS2,5,10,98\nS3,4,5,93\n", "utf-8")
    rules = EXAMPLES / "e5-rate-and-mean" / "rules.yaml"

    outcome = CliRunner().invoke(contest, ["units", str(rules), str(stats)])

    rows = json.loads(outcome.stdout)["boards"]["学校"]
    assert [(row["place"], row["who"], row["value"]) for row in rows] == [
        (1, "S1", "87.50"),
        (2, "S3", "86.50"),
        (3, "S2", "74.00"),
    ]


def test_the_rules_page_is_printed() -> None:
    outcome = CliRunner().invoke(contest, ["explain", str(EXAMPLES / "e1-points-per-attempt" / "rules.yaml")])

    assert outcome.exit_code == 0
    assert "答对 2 题及以上，这次答题计 1 分。" in outcome.output


def test_faults_are_printed_as_json_too(tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text('title: x\ntimezone: "Asia/Shanghai"\nstages: 12:30\n', "utf-8")

    outcome = CliRunner().invoke(contest, ["check", str(rules), "--json"])

    found = json.loads(outcome.stdout)
    assert (outcome.exit_code, found["valid"]) == (1, False)
    assert [(f["at"], f["line"], f["code"]) for f in found["faults"]] == [("/stages", 3, "unquoted_time")]


def test_boards_are_printed_as_tables() -> None:
    outcome = CliRunner().invoke(contest, ["replay", str(EXAMPLES / "e6-speed-steps"), "--table"])

    assert "当日 · 2024-07-02" in outcome.output
    assert "1\tA\t60" in outcome.output


def test_a_folder_without_rules_is_told(tmp_path: Path) -> None:
    outcome = CliRunner().invoke(contest, ["replay", str(tmp_path)])

    assert outcome.exit_code == 1
    assert "rules.yaml" in outcome.output


def test_a_file_that_is_no_utf_8_is_told(tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_bytes("title: 比赛".encode("gb18030"))

    assert "UTF-8" in CliRunner().invoke(contest, ["check", str(rules)]).output
