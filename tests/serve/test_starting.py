"""What keeps a server from starting: each a sentence that says what to do, and no traceback."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bench.serving import ROOT
from quiz.config import BadSetting, Serving, serving
from quiz.serve import preflight, valkey
from quiz.serve.child import WAITS_S, Child, Program
from quiz.serve.words import CannotServe


def refusal(**settings: str) -> str:
    """Start a server with these settings and return the one line in which it refuses."""
    done = subprocess.run(
        [sys.executable, "-m", "quiz.serve"],
        cwd=ROOT,
        env={**os.environ, "LANGUAGE": "", **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    return line


SETTINGS = {
    "a port that is no number": ({"PORT": "http"}, "PORT=http"),
    "a port that does not exist": ({"PORT": "70000"}, "1 到 65535"),
    "no workers": ({"WORKERS": "0"}, "WORKERS=0"),
    "another database": ({"DATABASE_URL": "mysql://localhost/quiz"}, "postgresql+psycopg://"),
    "another cache": ({"REDIS_URL": "memcached://localhost"}, "redis://"),
    "a short secret": ({"SECRET_KEY": "secret"}, "32"),
    "a short key beside a good one": ({"CONTACT_KEYS": f"{'n' * 32},short"}, "CONTACT_KEYS"),
}


@pytest.mark.parametrize(("settings", "named"), SETTINGS.values(), ids=SETTINGS)
def test_a_setting_that_cannot_be_used_is_named(settings: dict[str, str], named: str) -> None:
    with pytest.raises(BadSetting) as refused:
        serving(settings)

    assert named in refused.value.text


def test_a_wrong_setting_ends_the_start_with_one_sentence(tmp_path: Path) -> None:
    assert "PORT=http" in refusal(PORT="http", QUIZ_DATA=str(tmp_path))


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("not a folder")

    assert str(file / "data") in refusal(QUIZ_DATA=str(file / "data"))


def test_a_full_disk_is_said_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "LEAST_FREE", 2**62)

    with pytest.raises(CannotServe, match=r"磁盘已满.*清理磁盘"):
        preflight.check_folder(tmp_path)


def test_a_database_that_does_not_answer_is_said_in_one_sentence(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "prepare"],
        cwd=ROOT,
        env={
            **os.environ,
            "QUIZ_DATA": str(tmp_path),
            "DATABASE_URL": f"postgresql+psycopg://nobody@/quiz?host={tmp_path}",
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "数据库不能使用" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_host_that_is_not_of_this_machine_is_said() -> None:
    elsewhere = Serving(Path(), "sqlite:///", None, "203.0.113.7", 8000, 1)

    with pytest.raises(CannotServe, match=r"HOST=203\.0\.113\.7 不是本机的地址"):
        preflight.check_port(elsewhere)


def test_a_port_that_somebody_shares_is_busy_all_the_same() -> None:
    with socket.socket() as somebody:
        somebody.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        somebody.bind(("127.0.0.1", 0))
        somebody.listen()
        port = somebody.getsockname()[1]

        with pytest.raises(CannotServe, match=f"端口 {port}"):
            preflight.check_port(Serving(Path(), "sqlite:///", None, "127.0.0.1", port, 1))


def test_a_folder_with_a_long_name_keeps_its_socket_where_the_name_is_short(tmp_path: Path) -> None:
    long = tmp_path / ("长" * 40)

    assert len(os.fsencode(valkey.socket_in(long))) <= valkey.LONGEST_PATH
    assert valkey.socket_in(long) == valkey.socket_in(long)
    assert valkey.socket_in(tmp_path) == tmp_path / "valkey.sock"


def test_a_process_that_never_comes_up_is_started_again_a_little_later_each_time() -> None:
    child = Child(Program("never", ["false"], os.environ))  # ends at once: what lives long has come up
    waits = []

    for _ in range(len(WAITS_S) + 2):
        child.process.wait()
        assert child.has_died()
        planned_at = time.monotonic()
        child.plan_restart()
        assert child.due_at is not None
        waits.append(round(child.due_at - planned_at, 1))
        child.start()
    child.stop()

    assert waits[0] < 1
    assert waits[-1] >= WAITS_S[-1]
    assert waits[-1] < WAITS_S[-1] + 2
