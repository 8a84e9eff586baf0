"""Many people: the command spreads them over processes, and nothing changes by it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.fold import write_case
from quiz import cli_contest
from quiz.rules import case, replay


@pytest.mark.parametrize("stored", [False, True], ids=["answers", "results on record"])
def test_processes_side_by_side_come_to_the_same_as_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stored: bool
) -> None:
    write_case(tmp_path, 600, stored)
    files = {name: (tmp_path / name).read_text("utf-8") for name in case.FILES if (tmp_path / name).is_file()}
    monkeypatch.setattr(cli_contest, "WORTH_A_PROCESS", 10)

    found = cli_contest.replayed(tmp_path)

    assert found == replay.result(case.parse(files))
    assert json.dumps(found)
    assert len(found["boards"]["个人"]) == 60
