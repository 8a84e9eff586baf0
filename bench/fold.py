"""What it costs to fold a recorded contest anew: a million attempts under the most involved rules.

`python -m bench.fold [--attempts N]`; prints seconds, memory and the ratio to reading the file as JSON.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import orjson

RULES = Path(__file__).with_name("fold.yaml")
ATTEMPTS_A_PERSON = 10
QUESTIONS = 20
OPENS = datetime(2024, 6, 1, 8, tzinfo=timezone(timedelta(hours=8)))
DAYS = 30
STREETS, SCHOOLS = 11, 40
CEILINGS_S = {"answers": 300, "stored": 60}  # for a million attempts, on two cores


@dataclass(frozen=True)
class Fold:
    """What one fold cost."""

    attempts: int
    seconds: float
    cpu_s: float  # of all its processes
    reading_s: float  # the same file read as JSON, nothing else
    megabytes: float

    @property
    def for_a_million(self) -> float:
        return self.seconds * 1_000_000 / self.attempts


def write_case(folder: Path, attempts: int, stored: bool) -> None:
    """Write a case of so many attempts, ten a person; `stored`: results in place of answers."""
    folder.mkdir(parents=True, exist_ok=True)
    people = range(max(1, attempts // ATTEMPTS_A_PERSON))
    (folder / "rules.yaml").write_text(RULES.read_text("utf-8"), "utf-8")
    with (folder / "people.csv").open("w", encoding="utf-8") as file:
        file.write("person,group,age,region,school\n")
        for n in people:
            group = ("小学组", "中学组", "成人组")[n % 3]
            file.write(f"P{n:07},{group},{7 + n % 60},渝中区/S{n % STREETS},X{n % SCHOOLS}\n")
    with (folder / "units.csv").open("w", encoding="utf-8") as file:
        file.write("tree,unit,enrolled,as_of\n")
        file.writelines(f"region,S{n},{len(people) // 5 + 1},2024-01-01\n" for n in range(STREETS))
    lines = _attempts(attempts, len(people), random.Random(7), stored)
    with (folder / "attempts.jsonl").open("wb") as file:
        file.writelines(orjson.dumps(line) + b"\n" for line in lines)
    with (folder / "events.jsonl").open("w", encoding="utf-8") as file:
        for n in people:
            at = (OPENS + timedelta(days=n % DAYS, minutes=n % 600)).isoformat()
            file.write(json.dumps({"person": f"P{n:07}", "at": at, "kind": "sign_in"}) + "\n")


def _attempts(number: int, people: int, chance: random.Random, stored: bool) -> Iterator[dict[str, object]]:
    """Yield attempts in the order of a busy record: everybody's first, then everybody's second …"""
    for n in range(number):
        person, turn = n % people, n // people
        day = (turn * 2 + person) % DAYS
        start = OPENS + timedelta(
            days=day, seconds=chance.randrange(14 * 3600), milliseconds=chance.randrange(1000)
        )
        ms = [chance.randrange(500, 25_000) for _ in range(QUESTIONS)]
        skill = 0.5 + person % 50 / 100
        answers = ["R" if chance.random() < skill else chance.choice(("W", "W", "-", "1/2")) for _ in ms]
        line: dict[str, object] = {
            "person": f"P{person:07}",
            "started_at": start.isoformat(timespec="milliseconds"),
            "finished_at": (start + timedelta(milliseconds=sum(ms))).isoformat(timespec="milliseconds"),
        }
        if stored:
            right = answers.count("R")
            line |= {
                "score": f"{right * 7}.25",
                "correct": right,
                "full": right == QUESTIONS,
                "time_ms": sum(ms),
            }
        else:
            line |= {"answers": answers, "ms": ms}
        yield line


def measured(folder: Path, attempts: int) -> Fold:
    """Fold a case in a process of its own, as the command does, and read its file for comparison."""
    program = [sys.executable, "-m", "bench.fold", "--one", str(folder)]
    out = subprocess.run(program, check=True, capture_output=True, text=True).stdout
    seconds, cpu_s, megabytes = (float(each) for each in out.split())
    return Fold(attempts, seconds, cpu_s, _timed(lambda: _read(folder / "attempts.jsonl")), megabytes)


def _read(path: Path) -> None:
    with path.open("rb") as file:
        for line in file:
            orjson.loads(line)


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _fold_here(folder: Path) -> None:
    from quiz import cli_contest  # only the process that folds pays for it

    seconds = _timed(lambda: orjson.dumps(cli_contest.replayed(folder)))
    used = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu_s = sum(each.ru_utime + each.ru_stime for each in used)
    megabytes = sum(each.ru_maxrss for each in used) / 1024  # of the command and of its largest process
    sys.stdout.write(f"{seconds:.3f} {cpu_s:.3f} {megabytes:.0f}\n")


def main() -> int:
    """Measure both kinds of a case; returns the exit code: 1 when a ceiling is exceeded."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--attempts", type=int, default=1_000_000)
    asked.add_argument("--one", type=Path, help="fold this folder and say what it cost")
    given = asked.parse_args()
    if given.one is not None:
        _fold_here(given.one)
        return 0
    exceeded = False
    sys.stdout.write(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {given.attempts} attempts\n")
    sys.stdout.write(
        "| fold from | seconds | a million | CPU | × reading the file | memory |\n|---|---|---|---|---|---|\n"
    )
    with tempfile.TemporaryDirectory(prefix="quiz-fold-") as folder:
        for kind, ceiling in CEILINGS_S.items():
            case = Path(folder) / kind
            write_case(case, given.attempts, stored=kind == "stored")
            found = measured(case, given.attempts)
            ratio = found.seconds / found.reading_s
            sys.stdout.write(
                f"| {kind} | {found.seconds:.1f} | {found.for_a_million:.0f} s (≤ {ceiling}) "
                f"| {found.cpu_s:.1f} s | {ratio:.1f} | {found.megabytes:.0f} MB |\n"
            )
            exceeded = exceeded or found.for_a_million > ceiling
    return int(exceeded)


if __name__ == "__main__":
    sys.exit(main())
