"""`make bench`: measures what the product promises, prints ratios and percentiles, exits 1 above a ceiling.

Nothing else should run on the machine meanwhile. Dated results: docs/performance.md.
"""

from __future__ import annotations

import argparse
import os
import platform as machine
import sys
import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from flask import current_app

from bench import answers, attacks, bank, boards, duplicates, fold, many_boards, remark, slow
from bench.attempts import open_attempts
from bench.load import Measured
from bench.preparing import platform_on, postgresql_database, prepare
from bench.serving import Server
from bench.visits import visit
from quiz import starter
from quiz.services.platform import Actor

PEOPLE = 400  # with an open attempt each
VISITORS = 200
BOARD_SIZES = (10_000, 100_000)
CEILINGS = {  # what may not be exceeded
    "single": 2.0,  # × an empty view, processor time of the whole server
    "batch of 20": 2.5,
    "board growth": 1.3,  # page with one's own place: the largest board against the smallest
    "bank": 100,  # milliseconds, of a list with 50,000 questions
    "remark": 120,  # seconds, of 100,000 attempts
    "cold": 3.0,  # seconds until the first question can be read on a poor phone
    "warm": 1.0,
}
REMARKED = 100_000  # attempts


class Report:
    """Prints a table of results and remembers what exceeds its ceiling."""

    def __init__(self) -> None:
        self.exceeded: list[str] = []
        self._write("| measured | result | ceiling |\n|---|---|---|")

    def row(self, what: str, result: str, ceiling: float | None = None, value: float = 0.0) -> None:
        """Print one result; above its ceiling it counts against the run."""
        verdict = "" if ceiling is None else f"≤ {ceiling}" + (" **exceeded**" if value > ceiling else "")
        if ceiling is not None and value > ceiling:
            self.exceeded.append(what)
        self._write(f"| {what} | {result} | {verdict} |")

    def waits(self, what: str, measured: Measured, seconds: float | None = None) -> None:
        """Print the percentiles of a number of requests, and how many a second there were."""
        p50, p95, p99 = (measured.percentile(p) for p in (50, 95, 99))
        rate = f", {len(measured.times_ms) / seconds:.0f}/s" if seconds else ""
        failed = f", {measured.failed} refused" if measured.failed else ""
        self.row(what, f"p50 {p50:.1f} ms, p95 {p95:.1f} ms, p99 {p99:.1f} ms{rate}{failed}")

    def _write(self, text: str) -> None:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


def main() -> int:
    """Measure everything; returns the exit code."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--only", choices=PARTS, help="a part of it")
    asked.add_argument("--attempts", type=int, help="fewer than usual to mark again, or to fold")
    asked.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite", help="usual: sqlite")
    given = asked.parse_args()
    sys.stdout.write(
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, "
        f"Python {machine.python_version()}, {machine.system()} {machine.release()}\n\n"
    )
    report = Report()
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="quiz-bench-"))
        if given.database == "postgresql":
            os.environ["DATABASE_URL"] = stack.enter_context(postgresql_database())
        for name in PARTS if given.only is None else [given.only]:
            part = Path(folder) / name
            part.mkdir()
            PARTS[name](part, report, given.attempts)
    for what in report.exceeded:
        sys.stdout.write(f"above its ceiling: {what}\n")
    return 1 if report.exceeded else 0


def _answers(folder: Path, report: Report, _attempts: int | None) -> None:
    prepared = prepare(folder / "data", PEOPLE + VISITORS)
    with platform_on(folder / "data") as platform:
        opened = open_attempts(platform, prepared.contest_id, list(prepared.people[:PEOPLE]))
    server = Server(folder)
    try:
        server.start()
        for name, cost in answers.costs(server, opened).items():
            cpu = f"{cost.ours_us:.0f} µs of CPU against {cost.empty_us:.0f}"
            result = f"{cost.ratio:.2f} × an empty view ({cpu})"
            report.row(f"acknowledged answers, {name}", result, CEILINGS[name], cost.ratio)
        report.waits("durable save, 32 clients", answers.waiting(server, opened), answers.WAITING_S)
        measured = answers.waiting_while_importing(server, opened, folder)
        report.waits("durable save while an import runs", measured, answers.WAITING_S)
        visits = visit(server.port, prepared, prepared.codes[PEOPLE:])
        report.waits("start (20 questions)", visits.start)
        report.waits("finish with the last 20 answers", visits.finish)
        report.waits("board with one's own place", visits.board)
        report.waits("sign in with a code", visits.sign_in)
    finally:
        server.end()
        server.kill_everything()


def _boards(folder: Path, report: Report, _attempts: int | None) -> None:
    with ExitStack() as open_until_the_end:
        served = [
            open_until_the_end.enter_context(boards.filled(folder / str(people), people))
            for people in BOARD_SIZES
        ]
        pages_ms = boards.pages_ms(served)
    for each, page_ms in zip(served, pages_ms, strict=True):
        page = f"{page_ms:.2f} ms over HTTP, from SQL while Redis is away {each.page_from_sql_ms:.1f} ms"
        report.row(f"board page with own place, {each.people} people", page)
        report.row(f"memory, {each.people} people", f"{each.bytes_a_person:.0f} B a person and board")
        lines = each.people * boards.LINES_A_PERSON
        report.row(f"rebuild, {each.people} people, {lines} lines", f"{each.rebuild_s:.1f} s")
    growth = pages_ms[-1] / pages_ms[0]
    what = f"board page, {served[-1].people} against {served[0].people} people"
    report.row(what, f"× {growth:.2f}", CEILINGS["board growth"], growth)


def _remark(folder: Path, report: Report, attempts: int | None) -> None:
    found = remark.remarked(folder, attempts or REMARKED)
    each = f"{found.attempts} attempts of {found.people} people, {found.cpu_s:.1f} s of CPU"
    scaled = found.seconds * REMARKED / found.attempts
    report.row(f"marked again, {each}", f"{found.seconds:.1f} s", CEILINGS["remark"], scaled)
    report.row("answers wait for one round of it at most", f"{found.longest_ms:.0f} ms")
    report.row("memory of the process that marks again", f"{found.megabytes:.0f} MB")
    report.row(f"everybody folded anew, {found.attempts} attempts", f"{found.refold_s:.1f} s")


def _folds(folder: Path, report: Report, attempts: int | None) -> None:
    number = attempts or fold.MILLION
    for kind, found in fold.folds(folder, number):
        seconds = f"{found.seconds:.1f} s, {found.cpu_s:.1f} s of CPU"
        report.row(f"fold of {number} from {kind}", seconds, fold.CEILINGS_S[kind], found.for_a_million)
        report.row("its memory in MB", f"{found.megabytes:.0f}", fold.MOST_MEGABYTES, found.megabytes)
    few, many = fold.growth(folder, number)
    grown = many.megabytes / few.megabytes
    what = f"memory for {fold.MORE_ATTEMPTS} × the attempts of the same people"
    report.row(what, f"× {grown:.2f}", fold.MOST_GROWTH, grown)


def _updates(_folder: Path, report: Report, _attempts: int | None) -> None:
    for count, update_ms, trips in many_boards.costs():
        report.row(f"live update, {count} boards of 8 kinds", f"{update_ms:.2f} ms, round trips: {trips}")


def _duplicates(_folder: Path, report: Report, _attempts: int | None) -> None:
    found = duplicates.cost()
    each = f"{duplicates.EACH} questions against {duplicates.EACH} and one another"
    seconds = found.prepared_s + found.compared_s
    said = f"{seconds:.1f} s of CPU ({found.prepared_s:.1f} to normalise all), {found.found} pairs"
    report.row(each, said, duplicates.SECONDS, seconds)
    report.row("planted pairs that were missed", f"{found.missed}", 0, found.missed)
    report.row("memory of the process in MB", f"{found.megabytes:.0f}", duplicates.MEGABYTES, found.megabytes)


def _attacks(_folder: Path, report: Report, _attempts: int | None) -> None:
    for each in attacks.refusals():
        cost = f"{each.wall_s:.2f} s, {each.cpu_s:.2f} s of CPU"
        report.row(f"refused: {each.what}, {each.megabytes:.1f} MB", cost, attacks.SECONDS, each.wall_s)
        if each.questions:
            report.row(f"questions in it: {each.what}", f"{each.questions}", 0, each.questions)


def _bank(folder: Path, report: Report, _attempts: int | None) -> None:
    with platform_on(folder / "data") as platform:
        starter.load(platform, Actor(None, platform.clock.now_ms()))
        bank.fill(platform)
        for each in bank.looks(current_app, platform):
            p50, p95 = each.percentile(50), each.percentile(95)
            ceiling = CEILINGS["bank"] if len(each.times_ms) > 1 else None
            what = f"page of the bank, {each.what}: {each.found} found"
            report.row(what, f"p50 {p50:.0f} ms, p95 {p95:.0f} ms, CPU {each.cpu_ms:.0f} ms", ceiling, p95)


def _slow(folder: Path, report: Report, _attempts: int | None) -> None:
    for what, waited in slow.waits(folder).items():
        middle, worst = waited.middle / 1000, waited.worst / 1000
        report.row(
            f"first question on a poor phone, {what}",
            f"{middle:.2f} s, at worst {worst:.2f} s",
            CEILINGS.get(what.split(",")[0]),
            middle,
        )


PARTS = {
    "answers": _answers,
    "boards": _boards,
    "updates": _updates,
    "remark": _remark,
    "fold": _folds,
    "duplicates": _duplicates,
    "attacks": _attacks,
    "bank": _bank,
    "slow": _slow,
}

if __name__ == "__main__":
    sys.exit(main())
