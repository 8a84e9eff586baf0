"""Runs a reading in a process of its own, so that a file from outside can harm nothing but that process."""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

from question_bank.problems import N_, Problem, Unreadable

ROWS = b"rows\n"  # stands before rows that are written as they are kept
WALL_S = 60.0  # the reading process has 20 s of CPU; a loaded machine may be slow to give them
ROOT = Path(__file__).resolve().parents[2]  # where the reading process finds this library


def run(order: dict[str, Any], content: bytes) -> Any:  # Any: JSON data
    """Return what the reading process makes of a file; raises Unreadable.

    A fresh interpreter and no fork, since the server has threads; it gets nothing of this process but the
    file, and what it has to complain about goes to the log.
    """
    return _answer(_output(order, content))["read"]


def run_into(path: Path, order: dict[str, Any], content: bytes) -> None:
    """Write the rows that the reading process finds to a file; raises Unreadable, and leaves no file then.

    They are never text of this process: 20,000 questions would hold everybody up for a second.
    """
    said = _output(order, content)
    if not said.startswith(ROWS):
        _answer(said)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}")
    with unfinished.open("wb") as file:
        file.write(memoryview(said)[len(ROWS) :])
    unfinished.replace(path)


def _output(order: dict[str, Any], content: bytes) -> bytes:
    import subprocess  # not above: the reading process loads this module too, and starts nothing

    try:
        done = subprocess.run(
            [sys.executable, "-m", "question_bank.formats.child"],
            input=json.dumps(order).encode() + b"\n" + content,
            stdout=subprocess.PIPE,
            timeout=WALL_S,
            cwd=ROOT,
            env=_surroundings(),
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Unreadable("too-slow", TOO_SLOW) from error
    if done.returncode != 0:
        raise Unreadable("unreadable", UNREADABLE)
    return done.stdout


def _answer(said: bytes) -> Any:  # Any: JSON data
    answer = json.loads(said)
    if "refused" in answer:
        problem = Problem(**answer["refused"])
        raise Unreadable(problem.code, problem.message, **problem.values)
    return answer


def _surroundings() -> dict[str, str]:
    """Return the environment of the reading process: how to find Python, none of the server's settings."""
    libraries = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "PYTHONHOME") if name in os.environ}
    return {**libraries, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}


TOO_SLOW = N_("读这个文件用的时间太长，已停止。请分成几个文件，或把题目复制到新的工作簿再上传。")
UNREADABLE = N_("这个文件读不出来：内容已损坏或大得不正常。请把题目复制到新的工作簿再上传。")
