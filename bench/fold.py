"""What it costs to fold a recorded contest anew: a million attempts under the most involved rules.

`python -m bench.fold [--attempts N]` prints seconds and memory of the command that replays a case, and how
memory grows when the same people have four times as many attempts.
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
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import orjson

from bench.memory import megabytes_of_tree

RULES = Path(__file__).with_name("fold.yaml")
ATTEMPTS_A_PERSON = 10
QUESTIONS = 20
OPENS = datetime(2024, 6, 1, 8, tzinfo=timezone(timedelta(hours=8)))
DAYS = 30
STREETS, SCHOOLS = 11, 40
MILLION = 1_000_000
CEILINGS_S = {"answers": 300, "stored": 60}  # for a million attempts, on two cores
MOST_MEGABYTES = 600  # for a million attempts, of all processes together
MORE_ATTEMPTS = 4  # times as many, of the same people
MOST_GROWTH = 1.3  # of the memory for them


@dataclass(frozen=True)
class Fold:
    """What one fold cost."""

    attempts: int
    seconds: float
    cpu_s: float  # of all its processes
    reading_s: float  # the same file read as JSON, nothing else
    megabytes: float  # at the peak, of all its processes together; what they share is counted once

    @property
    def for_a_million(self) -> float:
        return self.seconds * MILLION / self.attempts


def write_case(folder: Path, attempts: int, stored: bool, each: int = ATTEMPTS_A_PERSON) -> None:
    """Write a case of so many attempts, `each` a person; `stored`: results in place of answers."""
    folder.mkdir(parents=True, exist_ok=True)
    people = range(max(1, attempts // each))
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
    """Replay a case as the command does, in a process of its own, and read its file for comparison."""
    program = [sys.executable, "-m", "bench.fold", "--one", str(folder)]
    begun = time.perf_counter()
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as running:
        peak = 0.0
        while running.poll() is None:
            peak = max(peak, megabytes_of_tree(running.pid))
            time.sleep(LOOKED_AT_S)
        assert running.stdout is not None  # it is a pipe
        told = running.stdout.read()
    seconds = time.perf_counter() - begun
    if running.returncode:
        raise SystemExit(running.returncode)
    begun = time.perf_counter()
    _read(folder / "attempts.jsonl")
    return Fold(attempts, seconds, float(told), time.perf_counter() - begun, peak)


LOOKED_AT_S = 0.25  # how often memory is looked at


def _read(path: Path) -> None:
    with path.open("rb") as file:
        for line in file:
            orjson.loads(line)


def _fold_here(folder: Path) -> None:
    """Replay a case into a file beside it, as the command prints it."""
    from quiz import recorded  # only the process that folds pays for it

    with recorded.folded(folder) as text, (folder / "result.json").open("wb") as file:
        file.writelines(text)
    used = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    sys.stdout.write(f"{sum(each.ru_utime + each.ru_stime for each in used):.3f}\n")


def folds(folder: Path, attempts: int) -> Iterator[tuple[str, Fold]]:
    """Measure a fold from stored results and one from answers."""
    for kind in CEILINGS_S:
        write_case(folder / kind, attempts, stored=kind == "stored")
        yield kind, measured(folder / kind, attempts)


def growth(folder: Path, attempts: int) -> tuple[Fold, Fold]:
    """Measure the same people with few and with many attempts each, half of all, from stored results."""
    attempts //= 2
    many, few = ATTEMPTS_A_PERSON * MORE_ATTEMPTS, ATTEMPTS_A_PERSON
    write_case(folder / "few", attempts // MORE_ATTEMPTS, stored=True, each=few)
    write_case(folder / "many", attempts, stored=True, each=many)
    return measured(folder / "few", attempts // MORE_ATTEMPTS), measured(folder / "many", attempts)


def main() -> int:
    """Measure everything; returns the exit code: 1 when a ceiling is exceeded."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--attempts", type=int, default=MILLION)
    asked.add_argument("--one", type=Path, help="fold this folder and say what processor time it took")
    given = asked.parse_args()
    if given.one is not None:
        _fold_here(given.one)
        return 0
    exceeded = False
    sys.stdout.write(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {given.attempts} attempts\n")
    sys.stdout.write("| fold from | seconds | CPU | × reading the file | memory |\n|---|---|---|---|---|\n")
    with tempfile.TemporaryDirectory(prefix="quiz-fold-") as folder:
        for kind, found in folds(Path(folder), given.attempts):
            ratio = found.seconds / found.reading_s
            sys.stdout.write(
                f"| {kind} | {found.seconds:.1f} (≤ {CEILINGS_S[kind]} for a million) "
                f"| {found.cpu_s:.1f} s | {ratio:.1f} | {found.megabytes:.0f} MB (≤ {MOST_MEGABYTES}) |\n"
            )
            sys.stdout.flush()
            exceeded |= found.for_a_million > CEILINGS_S[kind] or found.megabytes > MOST_MEGABYTES
        few, many = growth(Path(folder), given.attempts)
    grown = many.megabytes / few.megabytes
    sys.stdout.write(
        f"\n{MORE_ATTEMPTS} × as many attempts of the same people: {few.megabytes:.0f} MB became "
        f"{many.megabytes:.0f} MB, × {grown:.2f} (≤ {MOST_GROWTH})\n"
    )
    return int(exceeded or grown > MOST_GROWTH)


if __name__ == "__main__":
    sys.exit(main())
