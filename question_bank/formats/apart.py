"""Runs a reading in a process of its own, so that a file from outside can harm nothing but that process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from question_bank.problems import N_, Problem, Unreadable

WALL_S = 60.0  # the reading process has 20 s of CPU; a loaded machine may be slow to give them
ROOT = Path(__file__).resolve().parents[2]  # where the reading process finds this library


def run(order: dict[str, Any], content: bytes) -> Any:  # Any: JSON data
    """Return what the reading process makes of a file; raises Unreadable.

    A fresh interpreter and no fork, since the server has threads; it gets nothing of this process but the
    file, and what it has to complain about goes to the log.
    """
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
    answer = json.loads(done.stdout)
    if "refused" in answer:
        problem = Problem(**answer["refused"])
        raise Unreadable(problem.code, problem.message, **problem.values)
    return answer["read"]


def _surroundings() -> dict[str, str]:
    """Return the environment of the reading process: how to find Python, none of the server's settings."""
    libraries = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "PYTHONHOME") if name in os.environ}
    return {**libraries, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"}


TOO_SLOW = N_("读这个文件用的时间太长，已停止。请分成几个文件，或把题目复制到新的工作簿再上传。")
UNREADABLE = N_("这个文件读不出来：内容已损坏或大得不正常。请把题目复制到新的工作簿再上传。")
