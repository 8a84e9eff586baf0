"""A whole server of its own for measurements, chaos and the tests of the guard."""

from __future__ import annotations

import contextlib
import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STARTS_WITHIN_S = 180
PORTS = (20_000, 32_000)  # the system gives none of these to a connection before the server has it
OURS = ("QUIZ_DATA", "DATABASE_URL", "REDIS_URL", "SECRET_KEY", "HOST", "PORT", "WORKERS", "LANGUAGE")
TICKS = os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """Return a port that nobody has at the moment."""
    while True:
        port = random.randrange(*PORTS)
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port


def wait_until(holds: Callable[[], object], within_s: float, what: str) -> float:
    """Return how many seconds it took until something held; raises TimeoutError."""
    begun = time.monotonic()
    while not holds():
        if time.monotonic() - begun > within_s:
            raise TimeoutError(what)
        time.sleep(0.02)
    return time.monotonic() - begun


class Server:
    """`python -m quiz.serve` on a data folder; what it says goes into a file beside it."""

    def __init__(self, folder: Path, root: Path = ROOT, **settings: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.root, self.data = root, folder / "data"
        self.log = folder / "said.log"
        self.port = int(settings.pop("PORT", 0)) or free_port()
        clean = {name: value for name, value in os.environ.items() if name not in OURS}
        self.environment = {
            **clean,
            "QUIZ_DATA": str(self.data),
            "PORT": str(self.port),
            "PYTHONPATH": str(root),
            **settings,
        }
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address, without the slash."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def said(self) -> str:
        """What it has written since it was started last."""
        return self.log.read_text("utf-8")

    @property
    def pid(self) -> int:
        """The process id of the guard."""
        assert self.process is not None
        return self.process.pid

    def start(self) -> Server:
        """Start it and return when it says that it serves; raises RuntimeError with what it said instead."""
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "quiz.serve", "--with-parent"],
                cwd=self.root,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        wait_until(lambda: self._is_up() or self.process.poll() is not None, STARTS_WITHIN_S, self.said)
        if self.process.poll() is not None:
            raise RuntimeError(self.said)
        return self

    def _is_up(self) -> bool:
        return "Ctrl-C" in self.said

    def flask(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a `flask` command beside it."""
        command = [sys.executable, "-m", "flask", "--app", "wsgi", *words]
        return subprocess.run(
            command, cwd=self.root, env=self.environment, capture_output=True, text=True, check=False
        )

    def invitation(self) -> str:
        """Return the organizer's one-time address that the last start printed."""
        found = re.search(r"http\S+/invitation/\S+", self.said)
        assert found is not None, self.said
        return found.group()

    def end(self, with_signal: int = signal.SIGTERM) -> int:
        """End it and return its exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(with_signal)
        return self.process.wait(STARTS_WITHIN_S)

    def kill_everything(self) -> None:
        """Leave nothing behind, whatever state it is in."""
        if self.process is not None:
            for pid in descendants(self.pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self.process.wait()

    def processes(self) -> dict[str, int]:
        """Return its processes by what they are: guard, keeper (of Valkey), valkey, granian, worker."""
        found = {"guard": self.pid}
        for pid in descendants(self.pid)[1:]:
            words = command_of(pid)
            if "lifeline.py" in words:
                found["keeper"] = pid
            elif "valkey-server" in words:
                found["valkey"] = pid
            elif "granian" in words:
                found["worker" if "granian" in found else "granian"] = pid
        return found

    def cpu_s(self) -> float:
        """Return the processor time of all its processes, user and system."""
        return cpu_of(self.pid)


def descendants(pid: int) -> list[int]:
    """Return a process and everything below it, parents first."""
    found, left = [], [pid]
    while left:
        current = left.pop(0)
        found.append(current)
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{current}/task").iterdir():
                left += [int(child) for child in (task / "children").read_text().split()]
    return found


def command_of(pid: int) -> str:
    """Return the command line of a process, empty when it is gone."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return ""


def is_alive(pid: int) -> bool:
    """Return whether a process runs: one that has ended and waits to be noticed does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def cpu_of(pid: int) -> float:
    """Return the processor time of a process and everything below it, in seconds."""
    ticks = 0
    for each in descendants(pid):
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{each}/stat").read_text().rsplit(")", 1)[1].split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks / TICKS
