"""The guard: starts Valkey and the serving processes, restarts what dies, ends everything together."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import time
from collections.abc import Callable

from quiz.errors import N_
from quiz.serve.child import Child, Program
from quiz.serve.words import CannotServe, say, told

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
TICK_S = 0.05  # while something is awaited
IDLE_S = 1.0  # otherwise; signals and deaths wake the guard at once
STARTS_WITHIN_S = 60.0
FIRST_TRIES = 3  # deaths before anything has been served: then it is not an accident


class Guard:
    """Watches children until a signal ends them all."""

    def __init__(self, ends_with_parent: bool = False) -> None:
        self.children: list[Child] = []
        self.is_ending = False
        self.parent = os.getppid() if ends_with_parent else None
        self.woken, wake = os.pipe()
        os.set_blocking(self.woken, False)
        os.set_blocking(wake, False)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        for each in SIGNALS:
            signal.signal(each, self._end)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # only to wake up

    def keep(self, program: Program) -> Child:
        """Start a program that is restarted whenever it dies."""
        child = Child(program)
        self.children.append(child)
        return child

    def run_once(self, program: Program) -> tuple[int, str]:
        """Run a program to its end; returns its exit code and what it wrote. Watches the others meanwhile."""
        child = Child(program)
        while child.process.poll() is None:
            if not self.step(TICK_S):
                child.stop()
                return 0, ""
        written = child.process.stdout.read().decode() if child.process.stdout else ""
        child.has_died()
        return child.process.returncode, written

    def until(self, holds: Callable[[], bool]) -> bool:
        """Watch until something holds; returns False when the server is to end before.

        Raises CannotServe when it does not come to hold.
        """
        ends = time.monotonic() + STARTS_WITHIN_S
        while not holds():
            if not self.step(TICK_S):
                return False
            if time.monotonic() > ends or any(c.deaths >= FIRST_TRIES for c in self.children):
                raise CannotServe(N_("服务没有启动成功，原因见上面的输出。"))
        return True

    def watch(self) -> None:
        """Watch until a signal ends the server."""
        while self.step(IDLE_S):
            pass

    def step(self, most_s: float) -> bool:
        """Sleep until something happens, restart what has died; returns False when the server is to end."""
        due = [c.due_at - time.monotonic() for c in self.children if c.due_at is not None]
        select.select([self.woken], [], [], max(0.0, min([most_s, *due])))
        with contextlib.suppress(BlockingIOError):
            os.read(self.woken, 4096)
        if self.parent is not None and os.getppid() != self.parent:
            self.is_ending = True
        if not self.is_ending:
            for child in self.children:
                self._revive(child)
        return not self.is_ending

    def stop(self) -> None:
        """End all children, the last started first."""
        for child in reversed(self.children):
            child.stop()

    def _revive(self, child: Child) -> None:
        if child.has_died():
            child.plan_restart()
            say(told(N_("%(name)s意外结束，正在重新启动。"), name=told(child.program.name)), error=True)
        if child.is_due():
            child.start()

    def _end(self, *_: object) -> None:
        self.is_ending = True


def accepts(host: str, port: int) -> bool:
    """Return whether somebody accepts connections at this address."""
    with contextlib.suppress(OSError), socket.create_connection((host, port), 1):
        return True
    return False
