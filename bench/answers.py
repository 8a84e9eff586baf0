"""What an acknowledged answer costs, in processor time of the whole server and in waiting."""

from __future__ import annotations

import itertools
import json
import os
import statistics
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.attempts import OpenAttempt, batches, singles
from bench.load import Connection, Measured, request, together
from bench.serving import ROOT, Server, cpu_of, free_port, wait_until
from quiz.serve import serving
from quiz.serve.child import Child

CLIENTS = 32  # while processor time is counted; with fewer, fewer share a commit and each answer costs more
ROUND_S = 1.5
ROUNDS = 5
WAITING_CLIENTS = 32
WAITING_S = 6.0
STARTER = ROOT / "question_bank" / "starter" / "questions.jsonl"
IMPORTED = 3_000  # questions in the file that is imported meanwhile

Requests = Callable[[int, int], bytes]


@dataclass(frozen=True)
class Cost:
    """Processor time of one request, in microseconds: the median of interleaved rounds."""

    empty_us: float
    ours_us: float

    @property
    def ratio(self) -> float:
        """How many empty views one of ours costs."""
        return self.ours_us / self.empty_us


@contextmanager
def empty_server() -> Iterator[tuple[int, int]]:
    """Run the empty view as the product is run; yields its port and process id."""
    port = free_port()
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    child = Child(serving.program(environment, "127.0.0.1", port, "bench.empty:application"))
    try:
        wait_until(child.has_reported, 30, "the empty view does not start")
        wait_until(lambda: _accepts(port), 30, "the empty view does not start")
        yield port, child.process.pid
    finally:
        child.stop()


def _accepts(port: int) -> bool:
    try:
        Connection(port).get("/")
    except OSError:
        return False
    return True


def costs(server: Server, opened: list[OpenAttempt]) -> dict[str, Cost]:
    """Measure a single answer and a batch against the empty view, in turn, with replies of the same size."""
    ours = {"single": singles(opened), "batch of 20": batches(opened)}
    with empty_server() as (empty_port, empty_pid):
        rounds: dict[str, list[tuple[float, float]]] = {name: [] for name in ours}
        empties = {name: _empty_like(server, following) for name, following in ours.items()}
        for turn in range(ROUNDS + 1):  # the first one only warms up
            for name, following in ours.items():
                pair = (
                    _cpu_us(empty_port, empty_pid, empties[name]),
                    _cpu_us(server.port, server.pid, following),
                )
                if turn:
                    rounds[name].append(pair)
    return {
        name: Cost(*(statistics.median(values) for values in zip(*pairs, strict=True)))
        for name, pairs in rounds.items()
    }


def _empty_like(server: Server, following: Requests) -> Requests:
    """Return requests with the bodies of ours, to the view that returns replies of the size of ours."""
    whole = following(0, 0)
    status, reply = Connection(server.port).send(whole)
    if status != 200:
        raise RuntimeError(f"{status}: {reply.decode()}")

    def empty(client: int, count: int) -> bytes:
        body = following(client, count).split(b"\r\n\r\n", 1)[1]
        return request("POST", f"/empty/{len(reply)}", body)

    return empty


def _cpu_us(port: int, pid: int, following: Requests) -> float:
    before = cpu_of(pid)
    measured = together(port, CLIENTS, ROUND_S, following)
    if measured.failed:
        raise RuntimeError(f"{measured.failed} of {len(measured.times_ms)} requests were refused")
    return (cpu_of(pid) - before) * 1e6 / len(measured.times_ms)


def waiting(server: Server, opened: list[OpenAttempt]) -> Measured:
    """Measure how long 32 clients wait for a durable save."""
    return together(server.port, WAITING_CLIENTS, WAITING_S, singles(opened))


def waiting_while_importing(server: Server, opened: list[OpenAttempt], folder: Path) -> Measured:
    """Measure the same while a command imports questions again and again."""
    rows = [json.loads(line) for line in STARTER.read_text("utf-8").splitlines() if line.strip()]
    over = threading.Event()

    def importing() -> None:
        for number in itertools.takewhile(lambda _: not over.is_set(), itertools.count()):
            file = folder / f"import{number}.jsonl"
            file.write_text("\n".join(_renamed(rows, number)), "utf-8")
            done = server.flask("bank", "import", "--good-rows", str(file))
            if done.returncode:
                raise RuntimeError(done.stdout + done.stderr)

    thread = threading.Thread(target=importing)
    thread.start()
    try:
        return together(server.port, WAITING_CLIENTS, WAITING_S, singles(opened))
    finally:
        over.set()
        thread.join()


def _renamed(rows: list[dict[str, object]], salt: int) -> Iterator[str]:
    for number in range(IMPORTED):
        row = dict(rows[number % len(rows)])
        row["stem"] = f"{row['stem']}（{salt}-{number}）"
        row.pop("id", None)
        yield json.dumps(row, ensure_ascii=False)
