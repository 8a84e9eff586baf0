"""The group-commit writer: one thread per process that commits many callers' writes together.

With one commit per caller and a real fsync, waiting callers queue behind each other's disk; in groups the
fsync is shared. A caller returns from `run` only when its write is committed: acknowledged means on disk.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from itertools import groupby
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection

from quiz.errors import Busy, QuizError
from quiz.models.base import Store

MOST_WAITING = 2_000  # callers in the queue before new ones are told to come back
LARGEST_GROUP = 200  # jobs in one commit
GATHER_S = 0.0005  # while several callers write at once, a commit waits so long for more of them

T = TypeVar("T")
Item = TypeVar("Item")


Together = Callable[[Connection, Sequence[Any]], Sequence[Any]]  # Any: of one kind each


class Job(Generic[T]):
    """One caller's write and, once it is committed, its outcome."""

    __slots__ = ("done", "error", "item", "outcome", "together", "work")

    def __init__(
        self,
        work: Callable[[Connection], T] | None = None,
        together: Together | None = None,
        item: object = None,
    ) -> None:
        self.work, self.together, self.item = work, together, item
        self.done = threading.Lock()
        self.done.acquire()
        self.outcome: T | None = None
        self.error: BaseException | None = None

    def attempt(self, connection: Connection) -> None:
        """Do the work in the open transaction; a refusal is the caller's, any other error the group's."""
        assert self.work is not None
        try:
            self.settle(self.work(connection))
        except QuizError as refusal:
            self.settle(refusal)

    def settle(self, outcome: T | QuizError) -> None:
        """Note what the work came to."""
        is_refusal = isinstance(outcome, QuizError)
        self.error, self.outcome = (outcome, None) if is_refusal else (None, outcome)  # type: ignore[assignment]  # by is_refusal


def _attempt(connection: Connection, group: Sequence[Job[Any]]) -> None:
    """Do the work of a group in its order; neighbours that can be done together are."""
    for together, jobs in groupby(group, key=lambda job: job.together):
        if together is None:
            for job in jobs:
                job.attempt(connection)
        else:
            same = list(jobs)
            outcomes = together(connection, [job.item for job in same])
            for job, outcome in zip(same, outcomes, strict=True):
                job.settle(outcome)


class Writer:
    """Runs writes one after the other on its own thread and commits them in groups.

    A write may be run twice (when another one of its group failed, or the connection broke), so it must do
    nothing but SQL. A write that refuses (`QuizError`) must refuse before it writes.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self.jobs: SimpleQueue[Job[object] | None] = SimpleQueue()  # None: end
        self.starting = threading.Lock()
        self.thread: threading.Thread | None = None
        self.kept: Connection | None = None  # from one group to the next

    def run(self, work: Callable[[Connection], T]) -> T:
        """Return what `work` returned, after its transaction has been committed.

        Raises Busy when too many callers wait already, and whatever `work` raised.
        """
        return self._run(Job(work))

    def run_together(
        self, together: Callable[[Connection, Sequence[Item]], Sequence[T | QuizError]], item: Item
    ) -> T:
        """Return what `together` made of `item`, after its transaction has been committed.

        `together` gets the items of all callers that wait with it and returns an outcome or a refusal for
        each: a few statements for all of them. Raises Busy, the refusal, and whatever `together` raised.
        """
        return self._run(Job(together=together, item=item))

    def _run(self, job: Job[T]) -> T:
        if self.jobs.qsize() >= MOST_WAITING:
            raise Busy()
        if self.thread is None:
            self._start()
        self.jobs.put(job)  # type: ignore[arg-type]  # the queue holds jobs of every outcome
        job.done.acquire()
        if job.error is not None:
            raise job.error
        return job.outcome  # type: ignore[return-value]  # set before `done` is released without an error

    def stop(self) -> None:
        """End the thread once what waits has been written; nothing may be run afterwards."""
        if self.thread is not None:
            self.jobs.put(None)
            self.thread.join()

    def _start(self) -> None:
        with self.starting:
            if self.thread is None:
                self.thread = threading.Thread(target=self._serve, name="writer", daemon=True)
                self.thread.start()

    def _serve(self) -> None:
        is_crowded = False
        while (first := self.jobs.get()) is not None:
            if is_crowded or not self.jobs.empty():
                time.sleep(GATHER_S)
            group = [first, *self._waiting()]
            is_crowded = len(group) > 1
            try:
                self._commit(group)
            except BaseException:
                self._one_by_one(group)
            for job in group:
                job.done.release()
        self._drop_connection()

    def _waiting(self) -> list[Job[object]]:
        """Take the jobs that wait, at most so many as one commit may have beside its first."""
        found: list[Job[object]] = []
        try:
            while len(found) < LARGEST_GROUP - 1:
                job = self.jobs.get_nowait()
                if job is None:
                    self.jobs.put(None)
                    break
                found.append(job)
        except Empty:
            pass
        return found

    def _commit(self, group: list[Job[object]]) -> None:
        if self.kept is None:
            self.kept = self.store.write_engine.connect()
        try:
            with self.store.turn, self.kept.begin():
                _attempt(self.kept, group)
        except BaseException:
            self._drop_connection()
            raise

    def _one_by_one(self, group: list[Job[object]]) -> None:
        """Run each job of a failed group again, by itself and on a new connection."""
        for job in group:
            try:
                self._commit([job])
            except BaseException as own:
                job.error = own

    def _drop_connection(self) -> None:
        """Give the connection up, whatever state it is in."""
        connection, self.kept = self.kept, None
        if connection is not None:
            connection.invalidate()
            connection.close()
