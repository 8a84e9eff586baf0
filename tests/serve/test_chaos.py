"""Nothing acknowledged is lost or counted twice, whatever is killed, and the harness would notice."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.chaos import run, sabotaged

LONGEST_S = 1_800  # half a minute on a machine that does nothing else; `make chaos` says how long


@pytest.mark.timeout(LONGEST_S)
@pytest.mark.parametrize("kills", [7, pytest.param(30, marks=pytest.mark.full)])
def test_nothing_acknowledged_is_lost_or_doubled_when_servers_are_killed(tmp_path: Path, kills: int) -> None:
    report = run(tmp_path, kills)

    assert report.is_clean, f"{report}\n{report.lost[:5]}\n{report.doubled[:5]}\n{report.boards}"
    assert report.kills >= kills
    assert report.valkey_kills >= kills // 7
    assert report.answers > kills  # each was killed when it had said something
    assert report.results > 0


@pytest.mark.full
@pytest.mark.timeout(LONGEST_S)
def test_a_server_that_acknowledges_before_it_commits_is_found_out(tmp_path: Path) -> None:
    with sabotaged() as root:
        report = run(tmp_path, 5, root)

    assert report.lost
