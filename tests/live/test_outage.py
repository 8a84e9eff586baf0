"""Redis that goes away, hangs, or comes back empty."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest
import redis

from quiz.live import TIMEOUT_S, BoardMissing, Limits, LiveBoards, LiveUnavailable, connect
from tests.live.fold import EPOCH, board, build, line
from tests.support import servers

HOUR_S = 3_600
CALLS = 50
NOON_MS = 1_772_420_400_000


def test_boards_are_unavailable_while_redis_is_away_and_missing_when_it_is_back_empty(tmp_path: Path) -> None:
    with servers.valkey_in(tmp_path) as address:
        live = LiveBoards(servers.patient(connect(address)), rest_s=0)
        build(live, 1, [line(1, "0a")])
    with pytest.raises(LiveUnavailable):
        live.announce(1, EPOCH, [line(2, "0b")])

    with servers.valkey_in(tmp_path):
        with pytest.raises(BoardMissing):
            live.announce(1, EPOCH, [line(2, "0b")])
        build(live, 1, [line(1, "0a"), line(2, "0b")])
        assert live.page(board(1), 0, 10).count == 2


def test_a_server_that_hangs_holds_nobody_up_for_long(tmp_path: Path) -> None:
    with servers.valkey_in(tmp_path) as address:
        build(LiveBoards(servers.patient(connect(address))), 1, [line(1, "0a")])
        live = LiveBoards(connect(address))
        process = redis.Redis.from_url(address).info("server")["process_id"]
        os.kill(process, signal.SIGSTOP)
        began_s = time.monotonic()
        try:
            for _ in range(CALLS):
                with pytest.raises(LiveUnavailable):
                    live.page(board(1), 0, 10)
        finally:
            os.kill(process, signal.SIGCONT)

    assert time.monotonic() - began_s < CALLS * TIMEOUT_S / 2  # one waits, then nobody for a while


def test_tries_are_limited_in_each_window_and_for_each_key(valkey: str) -> None:
    limits = Limits(servers.patient(connect(valkey)))

    tries = [limits.allow("window", 2, HOUR_S, NOON_MS) for _ in range(3)]
    later = limits.allow("window", 2, HOUR_S, NOON_MS + HOUR_S * 1000)

    assert (tries, later) == ([True, True, False], True)
    assert limits.allow("another", 2, HOUR_S, NOON_MS)


def test_processes_count_tries_together(valkey: str) -> None:
    one, other = (Limits(servers.patient(connect(valkey))) for _ in range(2))

    tries = [each.allow("together", 2, HOUR_S, NOON_MS) for each in (one, other, one)]

    assert tries == [True, True, False]


def test_limits_never_open_while_redis_is_away(tmp_path: Path) -> None:
    with servers.valkey_in(tmp_path) as address:
        limits = Limits(servers.patient(connect(address)))
        limits.allow("away", 2, HOUR_S, NOON_MS)

    assert [limits.allow("away", 2, HOUR_S, NOON_MS) for _ in range(2)] == [True, False]
