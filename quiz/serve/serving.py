"""The serving processes: granian with one worker of many threads each."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from quiz.errors import N_
from quiz.serve.child import Program

ROOT = Path(__file__).resolve().parents[2]
THREADS = 64  # blocking threads of a serving process: callers wait for their commit, not for a processor
WAITING = 1024  # connections that wait to be accepted


def program(
    environment: Mapping[str, str], host: str, port: int, target: str = "wsgi:application"
) -> Program:
    """Return how to run one serving process; several share a port, so that one's death leaves the others."""
    options = {
        "--interface": "wsgi",
        "--host": host,
        "--port": str(port),
        "--http": "1",
        "--blocking-threads": str(THREADS),
        "--backlog": str(WAITING),
        "--backpressure": str(WAITING),
        "--workers-kill-timeout": "5",
        "--log-level": "critical",
        "--working-dir": str(ROOT),
    }
    words = [word for option in options.items() for word in option]
    command = [sys.executable, "-m", "granian", *words, "--no-ws", target]
    return Program(N_("答题服务"), command, environment)
