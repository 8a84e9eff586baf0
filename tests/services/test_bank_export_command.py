"""`flask bank export`: what matches is written and read back; what a format cannot hold is said."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from flask import Flask
from openpyxl import load_workbook

from question_bank.formats import FORMATS
from quiz.cli import register
from quiz.services.platform import Platform
from tests.services.test_drawable import Bank, question, sealed_for_another
from tests.support import contests as ready
from tests.support import kinds


def test_what_matches_is_written_and_what_is_missing_is_said(
    app: Flask, platform: Platform, tmp_path: Path
) -> None:
    register(app)
    ready.fill_bank(platform, platform.clock.now_ms())
    kinds.fill_bank(platform, platform.clock.now_ms())
    file = tmp_path / "题.gift"

    reply = app.test_cli_runner().invoke(args=["bank", "export", "gift", "-o", str(file), "--kind", "order"])

    assert reply.exit_code == 0, reply.output
    assert "选中 1 题" in reply.output
    assert "不能完整保存：order 1 题" in reply.output


def test_a_workbook_opens_elsewhere_and_is_read_back(app: Flask, platform: Platform, tmp_path: Path) -> None:
    register(app)
    ready.fill_bank(platform, platform.clock.now_ms())
    file = tmp_path / "题.xlsx"

    reply = app.test_cli_runner().invoke(args=["bank", "export", "workbook", "-o", str(file)])

    assert reply.exit_code == 0, reply.output
    rows = list(load_workbook(BytesIO(file.read_bytes())).worksheets[0].iter_rows(values_only=True))
    found = FORMATS["workbook"].read(file.read_bytes(), None)
    assert len(rows) == 9
    assert len(found.questions) == 8


def test_a_file_with_questions_kept_back_for_a_contest_says_so(
    app: Flask, platform: Platform, tmp_path: Path
) -> None:
    register(app)
    held = Bank(platform, platform.clock.now_ms())
    sealed_for_another(held)
    held.take(question("公开"))

    run = app.test_cli_runner().invoke
    reply = run(args=["bank", "export", "jsonl", "-o", str(tmp_path / "题.jsonl")])
    other = run(args=["bank", "export", "jsonl", "-o", str(tmp_path / "题.jsonl"), "--words", "公开"])

    assert "其中 1 题留给一场比赛" in reply.output
    assert "留给一场比赛" not in other.output
