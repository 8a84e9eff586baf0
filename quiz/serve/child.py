"""One process of ours: in a session of its own, tied to the guard by a pipe, restarted when it dies."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from quiz.serve.lifeline import PIPE

WAITS_S = (0.0, 0.0, 0.25, 0.5, 1.0, 2.0)  # before each restart in a row; the last one stays
SETTLED_S = 3.0  # a process that has lived this long, or has reported that it serves, begins a new row
STOPS_WITHIN_S = 8.0  # after that what was asked to stop is killed


@dataclass(frozen=True)
class Program:
    """What to run."""

    name: str  # as the terminal says it
    command: Sequence[str]
    environment: Mapping[str, str]
    keeps_output: bool = False  # collect what it writes instead of showing it


class Child:
    """A running program and all its descendants; the guard's death is theirs."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.deaths = 0  # in a row
        self.due_at: float | None = None  # monotonic: when it is started again
        self.start()

    def start(self) -> None:
        """Start the program."""
        ends_with_us, self.lifeline = os.pipe()
        self.reports, report_on = os.pipe()
        os.set_blocking(self.reports, False)
        self.is_ready, self.due_at, self.started_at = False, None, time.monotonic()
        self.process = subprocess.Popen(
            self.program.command,
            env={**self.program.environment, PIPE: f"{ends_with_us},{report_on}"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if self.program.keeps_output else None,
            pass_fds=(ends_with_us, report_on),
            start_new_session=True,  # Ctrl-C is for the guard alone; the group ends as one
        )
        os.close(ends_with_us)
        os.close(report_on)

    def has_reported(self) -> bool:
        """Return whether it has said that it serves."""
        if not self.is_ready:
            with contextlib.suppress(BlockingIOError):
                self.is_ready = bool(os.read(self.reports, 1))
        return self.is_ready

    def has_died(self) -> bool:
        """Return whether it has ended since it was started; what is left of it is then removed."""
        if self.due_at is not None or self.process.poll() is None:
            return False
        self.has_settled = self.has_reported() or time.monotonic() - self.started_at > SETTLED_S
        self._clear()
        return True

    def plan_restart(self) -> None:
        """Start it again at once, and a little later each time it does not even come up."""
        self.deaths = 1 if self.has_settled else self.deaths + 1
        self.due_at = time.monotonic() + WAITS_S[min(self.deaths, len(WAITS_S)) - 1]

    def is_due(self) -> bool:
        """Return whether it is to be started again now."""
        return self.due_at is not None and time.monotonic() >= self.due_at

    def stop(self) -> None:
        """Ask it to stop, and kill what does not."""
        if self.due_at is None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(STOPS_WITHIN_S)
            self._clear()

    def _clear(self) -> None:
        """Kill what is left of the group: a server whose guardian was killed, a worker whose parent was."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        os.close(self.lifeline)
        os.close(self.reports)
