"""A running server: what it prints, what survives the death of each of its processes, how it ends."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys

import pytest
import redis
import requests
import segno

from bench.serving import Server, is_alive, wait_until
from quiz.serve import network, valkey

BACK_WITHIN_S = 60  # a second or two on a machine that does nothing else


def answers(server: Server) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{server.port}/healthz", timeout=BACK_WITHIN_S).ok
    except requests.ConnectionError:
        return False


def boards_answer(server: Server) -> bool:
    return valkey.answers(valkey.socket_in(server.data))


def test_a_first_start_prints_the_address_and_a_sign_in_that_can_be_opened(server: Server) -> None:
    page = requests.get(server.invitation(), timeout=BACK_WITHIN_S)

    assert f"http://127.0.0.1:{server.port}" in server.said
    assert page.status_code == 200


def test_an_organizer_is_invited_while_the_server_runs(server: Server) -> None:
    done = server.flask("organizer", "invite", "王老师")

    assert done.stdout.startswith(f"http://127.0.0.1:{server.port}/desk/invitation/"), done.stderr
    assert requests.get(done.stdout.strip(), timeout=BACK_WITHIN_S).status_code == 200


def test_a_second_server_on_the_same_folder_is_refused_and_names_the_first(
    server: Server, other: Server
) -> None:
    other.environment["QUIZ_DATA"] = str(server.data)

    with pytest.raises(RuntimeError) as refused:
        other.start()

    said = str(refused.value)
    assert len(said.strip().splitlines()) == 1
    assert f"进程 {server.pid}" in said
    assert f"http://127.0.0.1:{server.port}" in said
    assert other.process is not None
    assert other.process.returncode == 1


def test_a_busy_port_is_said_with_who_has_it_and_another_one(server: Server, other: Server) -> None:
    other.environment["PORT"] = str(server.port)

    with pytest.raises(RuntimeError) as refused:
        other.start()

    said = str(refused.value)
    assert len(said.strip().splitlines()) == 1
    assert f"端口 {server.port}" in said
    assert f"（进程 {server.processes()['worker']}）" in said
    assert re.search(r"make run PORT=\d+", said)


@pytest.mark.parametrize("victim", ["worker", "granian"])
def test_a_killed_serving_process_is_replaced(server: Server, victim: str) -> None:
    before = server.processes()

    os.kill(before[victim], signal.SIGKILL)

    wait_until(lambda: not is_alive(before["worker"]), BACK_WITHIN_S, "the old worker is still there")
    wait_until(lambda: answers(server), BACK_WITHIN_S, server.said)
    assert server.processes().keys() == before.keys()


@pytest.mark.parametrize("victim", ["valkey", "keeper"])
def test_a_killed_valkey_is_replaced(server: Server, victim: str) -> None:
    before = server.processes()

    os.kill(before[victim], signal.SIGKILL)

    wait_until(lambda: not is_alive(before["valkey"]), BACK_WITHIN_S, "the old Valkey is still there")
    wait_until(lambda: boards_answer(server), BACK_WITHIN_S, server.said)
    assert answers(server)


@pytest.mark.full
def test_boards_refill_by_themselves_after_valkey_was_killed(server: Server) -> None:
    client = redis.Redis.from_url(valkey.url_of(valkey.socket_in(server.data)))
    wait_until(client.keys, BACK_WITHIN_S, "the boards were never filled")

    os.kill(server.processes()["valkey"], signal.SIGKILL)
    wait_until(lambda: boards_answer(server), BACK_WITHIN_S, server.said)

    wait_until(client.keys, 2 * BACK_WITHIN_S, "the boards stay empty")


@pytest.mark.full
def test_a_killed_guard_takes_everything_with_it_and_the_next_start_works(other: Server) -> None:
    other.start()
    contests = _contests(other)
    before = other.processes()

    os.kill(before["guard"], signal.SIGKILL)
    wait_until(lambda: not any(map(is_alive, before.values())), BACK_WITHIN_S, f"orphans of {before}")
    other.start()

    assert contests
    assert _contests(other) == contests
    assert "Traceback" not in other.said


@pytest.mark.parametrize(
    "ends_with",
    [signal.SIGTERM, *(pytest.param(s, marks=pytest.mark.full) for s in (signal.SIGINT, signal.SIGHUP))],
    ids=lambda s: s.name,
)
def test_a_signal_ends_everything_cleanly(other: Server, ends_with: signal.Signals) -> None:
    other.start()
    before = other.processes()

    code = other.end(ends_with)

    assert code == 0
    assert [name for name, pid in before.items() if is_alive(pid)] == []
    assert "Traceback" not in other.said
    assert "意外" not in other.said


@pytest.mark.full
def test_phones_get_an_address_of_the_network_and_a_qr_code(other: Server) -> None:
    other.environment["HOST"] = "0.0.0.0"
    hosts = network.lan_hosts()
    if not hosts:
        pytest.skip("this machine has no network")

    other.start()

    address = f"http://{hosts[0]}:{other.port}"
    assert address in other.said
    assert [list(row) for row in segno.make(address, micro=False).matrix] == _drawn(other.said)
    assert requests.get(f"{address}/healthz", timeout=BACK_WITHIN_S).ok


@pytest.mark.full
def test_a_server_that_make_started_ends_with_make(other: Server) -> None:
    serve = [sys.executable, "-m", "quiz.serve", "--with-parent"]
    shell = subprocess.Popen(
        ["sh", "-c", '"$@" & wait', "sh", *serve],
        env=other.environment,
        cwd=other.root,
        stdout=subprocess.PIPE,
    )
    assert shell.stdout is not None
    while b"Ctrl-C" not in shell.stdout.readline():
        pass

    shell.kill()
    shell.wait()

    wait_until(lambda: not answers(other), BACK_WITHIN_S, "the server outlives make")


def _drawn(said: str) -> list[list[int]]:
    """Return the QR code among what was said: its half blocks as rows, without the quiet zone."""
    halves = {"█": (0, 0), "▀": (0, 1), "▄": (1, 0), " ": (1, 1)}
    lines = [line for line in said.splitlines() if line.startswith("████")]
    pairs = [[halves[mark] for mark in line[4:-4]] for line in lines[2:]]
    rows = [[pair[half] for pair in line] for line in pairs for half in (0, 1)]
    return rows[: len(rows[0])]


def _contests(server: Server) -> dict[str, object]:
    found: dict[str, object] = requests.get(
        f"http://127.0.0.1:{server.port}/api/v1/contests", timeout=BACK_WITHIN_S
    ).json()
    found.pop("now")
    return found
