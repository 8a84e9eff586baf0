"""The group-commit writer: one thread per process that commits many callers' writes together.

With one commit per caller and a real fsync, waiting callers queue behind each other's disk; in groups the
fsync is shared. A caller returns from `run` only when its write is committed: acknowledged means on disk.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

from sqlalchemy import Connection

from quiz.errors import Busy, QuizError
from quiz.models.base import Store

MOST_WAITING = 2_000  # callers in the queue before new ones are told to come back
LARGEST_GROUP = 200  # jobs in one commit

T = TypeVar("T")


class Job(Generic[T]):
    """One caller's write and, once it is committed, its outcome."""

    __slots__ = ("done", "error", "outcome", "work")

    def __init__(self, work: Callable[[Connection], T]) -> None:
        self.work = work
        self.done = threading.Lock()
        self.done.acquire()
        self.outcome: T | None = None
        self.error: BaseException | None = None

    def attempt(self, connection: Connection) -> None:
        """Do the work in the open transaction; a refusal is the caller's, any other error the group's."""
        try:
            self.error, self.outcome = None, self.work(connection)
        except QuizError as refusal:
            self.error = refusal


class Writer:
    """Runs writes one after the other on its own thread and commits them in groups.

    A write may be run twice (when another one of its group failed), so it must do nothing but SQL. A write
    that refuses (`QuizError`) must refuse before it writes.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self.waiting: deque[Job[object]] = deque()
        self.changed = threading.Condition()
        self.thread: threading.Thread | None = None

    def run(self, work: Callable[[Connection], T]) -> T:
        """Return what `work` returned, after its transaction has been committed.

        Raises Busy when too many callers wait already, and whatever `work` raised.
        """
        job: Job[T] = Job(work)
        with self.changed:
            if len(self.waiting) >= MOST_WAITING:
                raise Busy()
            if self.thread is None:
                self.thread = threading.Thread(target=self._serve, name="writer", daemon=True)
                self.thread.start()
            self.waiting.append(job)  # type: ignore[arg-type]  # the queue holds jobs of every outcome
            self.changed.notify()
        job.done.acquire()
        if job.error is not None:
            raise job.error
        return job.outcome  # type: ignore[return-value]  # set before `done` is released without an error

    def _serve(self) -> None:
        while True:
            with self.changed:
                while not self.waiting:
                    self.changed.wait()
                group = [self.waiting.popleft() for _ in range(min(len(self.waiting), LARGEST_GROUP))]
            try:
                self._commit(group)
            except BaseException as error:
                self._one_by_one(group, error)
            for job in group:
                job.done.release()

    def _commit(self, group: list[Job[object]]) -> None:
        with self.store.connection() as connection:
            for job in group:
                job.attempt(connection)

    def _one_by_one(self, group: list[Job[object]], error: BaseException) -> None:
        if len(group) == 1:
            group[0].error = error
            return
        for job in group:
            try:
                self._commit([job])
            except BaseException as own:
                job.error = own
