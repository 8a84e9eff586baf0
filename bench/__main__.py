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

from bench import answers, boards
from bench.attempts import open_attempts
from bench.load import Measured
from bench.preparing import platform_on, prepare
from bench.serving import Server
from bench.visits import visit

PEOPLE = 400  # with an open attempt each
VISITORS = 200
BOARD_SIZES = (10_000, 100_000)
CEILINGS = {  # what may not be exceeded
    "single": 2.0,  # × an empty view, processor time of the whole server
    "batch of 20": 2.5,
    "board growth": 1.3,  # page with one's own place: the largest board against the smallest
}


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
    asked.add_argument("--only", choices=("answers", "boards"), help="a part of it")
    only = asked.parse_args().only
    sys.stdout.write(
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, "
        f"Python {machine.python_version()}, {machine.system()} {machine.release()}\n\n"
    )
    report = Report()
    with tempfile.TemporaryDirectory(prefix="quiz-bench-") as folder:
        if only != "boards":
            _answers(Path(folder) / "answers", report)
        if only != "answers":
            _boards(Path(folder) / "boards", report)
    for what in report.exceeded:
        sys.stdout.write(f"above its ceiling: {what}\n")
    return 1 if report.exceeded else 0


def _answers(folder: Path, report: Report) -> None:
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


def _boards(folder: Path, report: Report) -> None:
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


if __name__ == "__main__":
    sys.exit(main())
