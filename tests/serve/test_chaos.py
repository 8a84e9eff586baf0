"""Nothing acknowledged is lost or counted twice, whatever is killed, and the harness would notice."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.chaos import run, sabotaged

KILLS = 30
LONGEST_S = 90


@pytest.mark.timeout(180)
def test_nothing_acknowledged_is_lost_or_doubled_under_thirty_kills(tmp_path: Path) -> None:
    report = run(tmp_path, KILLS)

    assert report.is_clean, f"{report}\n{report.lost[:5]}\n{report.doubled[:5]}\n{report.boards}"
    assert report.kills >= KILLS
    assert report.valkey_kills >= 2
    assert report.answers > 1000
    assert report.results > 50
    assert report.seconds <= LONGEST_S


@pytest.mark.timeout(180)
def test_a_server_that_acknowledges_before_it_commits_is_found_out(tmp_path: Path) -> None:
    with sabotaged() as root:
        report = run(tmp_path, 5, root)

    assert report.lost
