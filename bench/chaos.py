"""Chaos: the serving process is killed again and again under load, Valkey in between; nothing may be lost.

`python -m bench.chaos --kills 200` prints what was acknowledged and what became of it, and exits 1 when
anything acknowledged is lost, counted twice, or a board is not the fold of the record. `--sabotaged` runs the
same on a copy of the source that acknowledges before it commits: then something must be found.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pysqlite3

from bench.load import Connection
from bench.preparing import Prepared, prepare
from bench.serving import ROOT, Server, wait_until

CLIENTS = 12
LIVES_S = (0.02, 0.3)  # how long a serving process may live before the next kill
VALKEY_EVERY = 6  # kills between two kills of Valkey
GRANIAN_EVERY = 5  # kills of the worker between two kills of its parent
QUESTIONS = 20
PATIENCE_S = 300  # with a server that comes back on a machine that is busy with other things
COPIED = ("quiz", "question_bank", "templates", "static", "migrations", "wsgi.py")
SABOTAGE = """

import io
import json
import threading
import time


def acknowledges_first(environ, start_response):
    if environ["PATH_INFO"].endswith("/finish"):
        time.sleep(0.2)  # so that nothing is lost as long as nobody is killed
    if not environ["PATH_INFO"].endswith("/answers"):
        return honest(environ, start_response)
    body = environ["wsgi.input"].read()
    later = {**environ, "wsgi.input": io.BytesIO(body)}
    threading.Timer(0.05, lambda: list(honest(later, lambda *_: None))).start()
    saved = {str(answer["n"]): answer["seq"] for answer in json.loads(body)["answers"]}
    reply = json.dumps({"saved": saved, "refused": {}, "now": 0}).encode()
    start_response("200 OK", [("Content-Length", str(len(reply)))])
    return [reply]


honest, application = application, acknowledges_first
"""


@dataclass
class Acknowledged:
    """What the server has promised to one client."""

    attempts: dict[str, str] = field(default_factory=dict)  # key of the start → attempt
    answers: dict[tuple[str, int], tuple[int, list[str]]] = field(default_factory=dict)  # → seq, response
    results: dict[str, dict[str, object]] = field(default_factory=dict)  # attempt → score, correct
    changed_its_mind: list[str] = field(default_factory=list)  # what was told twice and differently
    refused: list[str] = field(default_factory=list)  # what can only be refused when something was lost


@dataclass
class Report:
    """What a run came to."""

    kills: int = 0
    valkey_kills: int = 0
    seconds: float = 0.0
    answers: int = 0
    attempts: int = 0
    results: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    boards: str = ""  # the differences `flask board verify` found

    @property
    def is_clean(self) -> bool:
        """Whether every promise was kept."""
        return not self.lost and not self.doubled and not self.boards

    def __str__(self) -> str:
        """Return the report as one paragraph."""
        return (
            f"{self.kills} kills of serving processes, {self.valkey_kills} of Valkey, {self.seconds:.0f} s; "
            f"acknowledged: {self.answers} answers, {self.attempts} starts and {self.results} results; "
            f"{len(self.lost)} lost, {len(self.doubled)} doubled, "
            f"boards {'equal the fold of the record' if not self.boards else 'DIFFER'}"
        )


class Client(threading.Thread):
    """A phone that starts, answers and finishes, and repeats whatever it got no reply to."""

    def __init__(self, port: int, contest_id: int, code: str, ends: threading.Event) -> None:
        super().__init__(daemon=True)
        self.connection = Connection(port)
        self.contest_id, self.code, self.ends = contest_id, code, ends
        self.chance = random.Random(code)
        self.told = Acknowledged()
        self.session = ""
        self.replies = 0
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            while not self.ends.is_set():
                self._attempt()
        except GaveUp:
            pass
        except Exception as error:  # reported by the thread that waits
            self.error = error

    def _attempt(self) -> None:
        if not self.session:
            self.session = str(self._until_told("/api/v1/session", {"code": self.code})["token"])
        key = uuid.uuid4().hex
        path = f"/api/v1/contests/{self.contest_id}/attempts"
        bearer = {"Authorization": f"Bearer {self.session}", "Idempotency_Key": key}
        sheet = self._until_told(path, {}, **bearer)
        attempt, token = str(sheet["attempt"]), str(sheet["token"])
        self.told.attempts[key] = attempt
        device, seq = uuid.uuid4().hex[:12], 0
        questions = list(sheet["questions"])  # type: ignore[call-overload]  # JSON
        while questions:
            batch = []
            for question in questions[: self.chance.choice((1, 1, 1, 4))]:
                seq += 1
                option = self.chance.choice(question["options"])["id"]
                batch.append({"n": question["n"], "response": [option], "seq": seq})
            self._answer(attempt, token, device, batch)
            if self.chance.random() < 0.1:
                self._answer(attempt, token, device, batch)
            questions = questions[len(batch) :]
        for _ in range(self.chance.choice((1, 1, 2))):
            result = self._until_told(
                f"/api/v1/attempts/{attempt}/finish", {"token": token, "device": device}
            )
            kept = {name: result[name] for name in ("score", "award", "correct", "of", "time_ms")}
            if self.told.results.setdefault(attempt, kept) != kept:
                self.told.changed_its_mind.append(
                    f"result of {attempt}: {self.told.results[attempt]}, {kept}"
                )

    def _answer(self, attempt: str, token: str, device: str, batch: list[dict[str, object]]) -> None:
        body = {"token": token, "device": device, "answers": batch}
        saved = self._until_told(f"/api/v1/attempts/{attempt}/answers", body)["saved"]
        for answer in batch:
            if saved.get(str(answer["n"])) == answer["seq"]:  # type: ignore[attr-defined]  # JSON
                self.told.answers[attempt, answer["n"]] = (answer["seq"], answer["response"])  # type: ignore[index, assignment]

    def _until_told(self, path: str, body: object, **headers: str) -> dict[str, object]:
        while True:
            try:
                status, reply = self.connection.post(path, body, **headers)
            except OSError:
                status, reply = 0, b""
            if 200 <= status < 300:
                self.replies += 1
                found: dict[str, object] = json.loads(reply)
                return found
            if status not in (0, 502, 503):
                self.told.refused.append(f"{path}: {status} {reply.decode(errors='replace')[:500]}")
                raise GaveUp
            if self.ends.is_set():
                raise GaveUp
            time.sleep(self.chance.uniform(0.01, 0.06))


class GaveUp(Exception):
    """This client goes on no more: the run is over, or the server denies what it had promised."""


def run(folder: Path, kills: int, root: Path = ROOT, clients: int = CLIENTS) -> Report:
    """Kill a server under load so many times and return what became of what it had acknowledged."""
    prepared = prepare(folder / "data", clients)
    server = Server(folder, root)
    report = Report()
    try:
        server.start()
        begun = time.monotonic()
        told = _under_load(server, prepared, kills, report)
        report.seconds = time.monotonic() - begun
        wait_until(lambda: not (left := _verified(server)) or _note(report, left), PATIENCE_S, "")
    except TimeoutError:
        pass
    finally:
        server.end()
        server.kill_everything()
    _compare(folder / "data" / "quiz.sqlite3", told, report)
    return report


def _note(report: Report, differences: str) -> bool:
    report.boards = differences
    return False


def _verified(server: Server) -> str:
    done = server.flask("board", "verify")
    return "" if done.returncode == 0 else done.stdout + done.stderr


def _under_load(server: Server, prepared: Prepared, kills: int, report: Report) -> list[Acknowledged]:
    ends = threading.Event()
    clients = [Client(server.port, prepared.contest_id, code, ends) for code in prepared.codes]
    for client in clients:
        client.start()
    try:
        _kill(server, kills, report, lambda: sum(client.replies for client in clients))
    finally:
        ends.set()
        for client in clients:
            client.join(PATIENCE_S)
    for client in clients:
        if client.error is not None:
            raise client.error
    return [client.told for client in clients]


def _kill(server: Server, kills: int, report: Report, replies: Callable[[], int]) -> None:
    """Kill again as soon as the server has been at work for a moment, however slow the machine is."""
    chance = random.Random(kills)
    for number in range(1, kills + 1):
        victim = "granian" if number % GRANIAN_EVERY == 0 else "worker"
        before = replies()
        wait_until(lambda: replies() > before, PATIENCE_S, server.said)  # noqa: B023  # called at once
        time.sleep(chance.uniform(*LIVES_S))
        processes = server.processes()
        _strike(processes.get(victim))
        report.kills += 1
        if number % VALKEY_EVERY == 0:
            _strike(processes.get("valkey"))
            report.valkey_kills += 1
    wait_until(lambda: _serves(server), PATIENCE_S, server.said)
    time.sleep(1)


def _serves(server: Server) -> bool:
    try:
        connection = Connection(server.port)
        status, _ = connection.get("/healthz")
        connection.close()
    except OSError:
        return False
    return status == 200


def _strike(pid: int | None) -> None:
    if pid is not None:
        os.kill(pid, signal.SIGKILL)


def _compare(database: Path, told: list[Acknowledged], report: Report) -> None:
    """Compare what was promised with what is on disk."""
    record = pysqlite3.connect(str(database))
    by_key: dict[str, list[str]] = {}
    for key, attempt in record.execute("SELECT start_key, id FROM attempt"):
        by_key.setdefault(key, []).append(str(attempt))
    stored: dict[tuple[str, int], dict[int, list[str]]] = {}
    for attempt, answers in record.execute("SELECT attempt_id, answers FROM receipt ORDER BY id"):
        for n, seq, response in (a[:3] for a in json.loads(answers)):
            stored.setdefault((str(attempt), n), {})[seq] = response
    results = {
        str(attempt): correct for attempt, correct in record.execute("SELECT attempt_id, correct FROM result")
    }
    report.doubled += [f"start {key}: {found}" for key, found in by_key.items() if len(found) > 1]
    report.doubled += _counted_twice(record)
    record.close()
    for mine in told:
        report.attempts += len(mine.attempts)
        report.answers += len(mine.answers)
        report.results += len(mine.results)
        report.doubled += mine.changed_its_mind
        report.lost += mine.refused
        report.lost += [f"start {k}" for k, attempt in mine.attempts.items() if by_key.get(k) != [attempt]]
        report.lost += [
            f"answer {where}: {seq} {response}"
            for where, (seq, response) in mine.answers.items()
            if stored.get(where, {}).get(seq) != response
        ]
        report.lost += [
            f"result {a}: {told}" for a, told in mine.results.items() if results.get(a) != told["correct"]
        ]


def _counted_twice(record: pysqlite3.Connection) -> Iterator[str]:
    """Yield the people whose total is not the sum of their results: the contest counts each attempt once."""
    rows = record.execute(
        "SELECT line.contest_id, line.person_id, line.totals, "
        "(SELECT sum(CAST(result.points AS INTEGER)) FROM result "
        " JOIN attempt ON attempt.id = result.attempt_id "
        " WHERE attempt.person_id = line.person_id AND attempt.contest_id = line.contest_id) "
        "FROM line WHERE line.period = ''"
    )
    for contest, person, totals, points in rows:
        if int(json.loads(totals)["total"]) != points:
            yield f"total of person {person} in contest {contest}: {totals}, results {points}"


@contextmanager
def sabotaged() -> Iterator[Path]:
    """Yield a copy of the source that acknowledges answers before it commits them."""
    with tempfile.TemporaryDirectory(prefix="quiz-sabotaged-") as name:
        copy = Path(name)
        for each in COPIED:
            if (ROOT / each).is_dir():
                shutil.copytree(ROOT / each, copy / each, ignore=shutil.ignore_patterns("__pycache__"))
            elif (ROOT / each).exists():
                shutil.copy(ROOT / each, copy / each)
        with (copy / "wsgi.py").open("a", encoding="utf-8") as application:
            application.write(SABOTAGE)
        yield copy


def main() -> int:
    """Run as the command line says; returns the exit code."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--kills", type=int, default=200)
    asked.add_argument(
        "--sabotaged", action="store_true", help="on a copy that acknowledges before it commits"
    )
    options = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="quiz-chaos-") as folder:
        if options.sabotaged:
            with sabotaged() as root:
                report = run(Path(folder), options.kills, root)
        else:
            report = run(Path(folder), options.kills)
    sys.stdout.write(f"{report}\n")
    for each in (report.lost + report.doubled)[:20]:
        sys.stdout.write(f"  {each}\n")
    sys.stdout.write(report.boards)
    return 0 if report.is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
