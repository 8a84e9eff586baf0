"""`python -m bench.fuzz_formats`: reads files that were damaged at random, each in a process with its limits.

The files of a folder, and some questions of our own in every format, are changed in a few places and read as
an upload would be. Where one of our readers fails, or brings no question for more than a second of processor
time, the file is kept and named, and this exits 1. A seed makes the same files. Results: docs/performance.md.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import sys
import time
import traceback
import zipfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path

from question_bank.attached import Medium
from question_bank.formats import child, guard, jsonl
from question_bank.formats.table import FORMATS, WRITTEN, write
from question_bank.problems import Unreadable

FILES = Path(__file__).parents[1] / "tests" / "question_bank" / "fixtures"
STARTER = Path(__file__).parents[1] / "question_bank" / "starter" / "questions.jsonl"
DOT = bytes.fromhex(  # a PNG file of one point
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a494441"
    "54789c636000000002000148afa4710000000049454e44ae426082"
)
LARGEST = 300_000  # bytes of a file that is changed
REFUSED_WITHIN_S = 1.0
READ, REFUSED, EMPTY, STOPPED, CRASHED = range(5)  # how a reading process ends
NAMES = ("read", "refused", "without questions", "stopped by a library or a limit", "crashed")
PIECES = tuple(
    piece.encode("utf-8", "surrogatepass")
    for piece in (
        *"<>&{}=~\\\0%#\"'\n\r\t-(:.²٣１（",
        *("->", "..", "::", "]]>", "<p>", "</p>", "A.", "ANSWER:", "答案：", "解析：", "%0/0%", "1/0"),
        *("inf", "nan", "1e99", "9" * 30, "\ufffe", "\ud800"),
    )
)
NUMBERS = (b"0", b"-1", b"99999999999", b"1" * 400, b"1.5", b"", b"x", "²".encode())


def main() -> int:
    """Read damaged files for a while; returns the exit code."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seconds", type=float, default=60)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--folder", type=Path, default=FILES, help="with the files to damage")
    asked.add_argument("--kept", type=Path, default=Path("var/fuzz"), help="where failures are written")
    given = asked.parse_args()
    chance = random.Random(given.seed)
    for each in FORMATS.values():
        _loaded(each.read)
    files = [*_files(given.folder), *_written()]
    ends: Counter[str] = Counter()
    worst_s, most_mb, failed = 0.0, 0, 0
    until = time.monotonic() + given.seconds
    while time.monotonic() < until:
        name, whole = chance.choice(files)
        content = damaged(whole, chance)
        ended, cpu_s, megabytes = _apart(content, name)
        ends[NAMES[ended]] += 1
        worst_s = max(worst_s, cpu_s if ended != READ else 0.0)
        most_mb = max(most_mb, megabytes)
        if ended == CRASHED or (ended != READ and cpu_s > REFUSED_WITHIN_S):
            failed += 1
            given.kept.mkdir(parents=True, exist_ok=True)
            kept = given.kept / f"{given.seed}-{ends.total()}-{name}"
            kept.write_bytes(content)
            sys.stdout.write(f"{NAMES[ended]} after {cpu_s:.2f} s of CPU: {kept}\n")
    said = ", ".join(f"{count} {name}" for name, count in ends.most_common())
    sys.stdout.write(
        f"{len(files)} files, {ends.total()} damaged: {said}; {failed} failed; "
        f"the longest without questions {worst_s:.2f} s of CPU, at most {most_mb} MB\n"
    )
    return 1 if failed else 0


def _files(folder: Path) -> list[tuple[str, bytes]]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    files = [(path.name, path.read_bytes()) for path in paths if path.stat().st_size < LARGEST]
    return [(name, content) for name, content in files if name != "manifest.json"]


def _written() -> list[tuple[str, bytes]]:
    """Return some questions of our own in every format that is written, one of them with a picture."""
    own = jsonl.read(STARTER.read_bytes()).questions[::40]
    first, *questions = (placed.question for placed in own)
    shown = replace(first, stem=f"{first.stem} ![](dot.png)", media=(Medium("dot.png", "image/png", DOT),))
    questions.append(shown)
    return [(f"own-{name}{FORMATS[name].suffix}", write(questions, name)) for name in WRITTEN]


def damaged(content: bytes, chance: random.Random) -> bytes:
    """Return a file with some damage: of a zip, mostly inside one of its parts."""
    if content.startswith(guard.ZIP) and chance.random() < 0.9:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            parts = {name: packed.read(name) for name in packed.namelist()}
        hit = chance.choice(list(parts))
        buffer = BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
            for name, part in parts.items():
                target.writestr(name, _changed(part, chance) if name == hit else part)
        return buffer.getvalue()
    return _changed(content, chance)


def _changed(content: bytes, chance: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 3, 8))):
        chance.choice(CHANGES)(changed, chance, chance.randrange(len(changed) + 1))
    return bytes(changed)


def _replace(changed: bytearray, chance: random.Random, at: int) -> None:
    changed[at : at + 1] = chance.choice(PIECES)


def _insert(changed: bytearray, chance: random.Random, at: int) -> None:
    changed[at:at] = chance.choice(PIECES) * chance.choice((1, 3, 50, 5_000))


def _cut(changed: bytearray, chance: random.Random, at: int) -> None:
    del changed[at : at + chance.choice((1, 3, 20, 200))]


def _repeat(changed: bytearray, chance: random.Random, at: int) -> None:
    begun = chance.randrange(len(changed) + 1)
    changed[at:at] = changed[begun : begun + chance.choice((5, 50, 500))] * chance.choice((1, 1, 200))


def _flip(changed: bytearray, chance: random.Random, at: int) -> None:
    changed[at : at + 1] = bytes([chance.randrange(256)])


def _number(changed: bytearray, chance: random.Random, _at: int) -> None:
    if found := list(re.finditer(rb"\d+", bytes(changed))):
        hit = chance.choice(found)
        changed[hit.start() : hit.end()] = chance.choice(NUMBERS)


CHANGES: Sequence[Callable[[bytearray, random.Random, int], None]] = (
    _replace, _insert, _cut, _repeat, _flip, _number,
)  # fmt: skip


def _apart(content: bytes, filename: str) -> tuple[int, float, int]:
    """Return how a process that reads a file ends, its processor time and the memory that it took, in MB."""
    process = os.fork()  # this program has one thread, and every reader is loaded
    if process == 0:
        code = STOPPED
        try:
            code = _read(content, filename)
        finally:
            os._exit(code)  # also where the reader of workbooks panics, which is no Exception
    _, status, used = os.wait4(process, 0)
    ended = os.WEXITSTATUS(status) if os.WIFEXITED(status) else STOPPED
    return ended, used.ru_utime + used.ru_stime, used.ru_maxrss // 1024


def _read(content: bytes, filename: str) -> int:
    child.limit()
    try:
        chosen = FORMATS[guard.recognised(content, filename)]
        found = child.fit(child.questions(chosen, content, {}))
        return READ if found.as_dict()["questions"] else EMPTY
    except Unreadable:
        return REFUSED
    except Exception:  # whatever it is, it is what this program looks for
        traceback.print_exc(limit=-3)
        return CRASHED


def _loaded(read: Callable[..., object]) -> None:
    """Load a reader, so that no process that is forked later has to."""
    try:
        read(b"", {})
    except (Unreadable, KeyError):
        return


if __name__ == "__main__":
    sys.exit(main())
