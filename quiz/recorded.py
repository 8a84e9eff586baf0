"""A recorded contest folded from its folder, on all cores and in memory that does not grow with the attempts.

A large record is first spread over buckets on disk, all lines of a person in one; each bucket is folded by
itself, and only what its people have is kept. Boards, draws and awards are then written side by side.
"""

from __future__ import annotations

import gc
import heapq
import os
import pickle
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any, NamedTuple, TypeVar
from zlib import crc32

import click

from quiz.errors import N_, InvalidDocument
from quiz.rules import case, folding, replay
from quiz.rules.case import Case, Numbered
from quiz.rules.folding import Part
from quiz.rules.replay import Piece
from quiz.rules.runs import Run
from quiz.rules.shared import Shared

NO_RULES = N_("%(folder)s 里没有 rules.yaml。")
NOT_UTF8 = N_("%(path)s 不是 UTF-8 编码的文本，请用 UTF-8 重新保存。")
SMALL = tuple(name for name in case.FILES if name not in (case.FILE, case.EVENTS))
WORTH_SPREADING = 4_000_000  # bytes of attempts; below, one process is quicker
BUCKET = 4_000_000  # bytes of attempts in a bucket, about
MOST_BUCKETS = 256  # a process holds so many files open
READ_AT_ONCE = 1 << 22  # bytes
COSTLY_FIRST = ("draw_entries", "boards", "below")  # after the awards: no process is left alone at the end
T = TypeVar("T")
R = TypeVar("R")


def text_of(path: Path) -> str:
    """Return the text of a file; a sentence for the person at the terminal where it is none."""
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise click.ClickException(NOT_UTF8 % {"path": path}) from None


@contextmanager
def folded(folder: Path) -> Iterator[Iterable[bytes]]:
    """Fold the recorded contest in a folder; gives the result as JSON text, in pieces, while the block runs.

    Raises InvalidInput for a line that cannot be read.
    """
    if not (folder / "rules.yaml").is_file():
        raise click.ClickException(NO_RULES % {"folder": folder})
    framed = case.frame({name: text_of(folder / name) for name in SMALL if (folder / name).is_file()})
    try:
        document = replay.document_of(framed)
    except InvalidDocument as error:
        yield [replay.encoded(replay.invalid(error)), b"\n"]
        return
    gc.disable()  # a fold makes no cycles, and looking for them among millions of rows costs a tenth
    try:
        with TemporaryDirectory(prefix="quiz-replay-") as scratch:
            yield _Fold(Shared(document, framed), folder, Path(scratch)).text()
    finally:
        gc.enable()


class _Fold:
    """One record on its way from lines to the text of its result."""

    def __init__(self, shared: Shared, folder: Path, scratch: Path) -> None:
        self.shared, self.folder, self.scratch = shared, folder, scratch
        self.processes = os.cpu_count() or 1
        self.size = self._size(case.FILE)
        self.buckets = min(MOST_BUCKETS, self.size // BUCKET + 1)
        self.stretches = {
            name: _stretches(name, self._size(name), self.processes) for name in (case.FILE, case.EVENTS)
        }
        self.first_lines: dict[_Stretch, int] = {}  # the number of the line before each
        self.pieces: list[Piece] = []

    def text(self) -> Iterator[bytes]:
        """Yield the result as JSON text."""
        folding.let_on(self.shared, self._as_it_was)
        if self.size < WORTH_SPREADING:
            part = folding.folded(self.shared.part(self._whole()))
            pieces = replay.pieces(folding.put_together(self.shared, [part]))
            refused = replay.listed(map(replay.refusal, replay.in_order(part.refused)))
            return replay.written(refused, pieces, lambda piece: piece.make())
        self._spread_lines()
        parts = _side_by_side(self._fold_bucket, range(self.buckets), self.processes)
        self.pieces = replay.pieces(folding.put_together(self.shared, parts))
        for _ in _side_by_side(self._write, self._tasks(), self.processes):
            pass
        numbers = {piece.path: n for n, piece in enumerate(self.pieces)}
        return replay.written(self._refused(), self.pieces, lambda each: self._text_of(numbers[each.path]))

    def _as_it_was(self, shared: Shared) -> list[Run]:
        """Fold the whole record in one process: asked only where awards lead to a stage."""
        return folding.put_together(shared, [folding.folded(shared.part(self._whole()))])

    def _tasks(self) -> list[list[int]]:
        """Return which pieces are written together (awards depend on each other), the costly ones first."""
        paths = [piece.path for piece in self.pieces]
        tasks = [[n] for section in COSTLY_FIRST for n, path in enumerate(paths) if path[0] == section]
        awards = [n for n, path in enumerate(paths) if path[0] == "awards"]
        return [awards, *tasks] if awards else tasks

    def _size(self, name: str) -> int:
        path = self.folder / name
        return path.stat().st_size if path.is_file() else 0

    def _whole(self) -> Case:
        lines = [
            case.lines_of((self.folder / name).read_bytes() if self._size(name) else b"")
            for name in self.stretches
        ]
        return self.shared.case.part(*lines)

    def _spread_lines(self) -> None:
        for stretches in self.stretches.values():
            before = 0
            counts = _side_by_side(self._spread, stretches, self.processes)
            for stretch, count in sorted(zip(stretches, counts, strict=True)):
                self.first_lines[stretch], before = before, before + count

    def _spread(self, stretch: _Stretch) -> int:
        """Write the lines of a stretch to the buckets of their people; returns how many there were."""
        number = 0
        with ExitStack() as stack:
            buckets = [stack.enter_context(self._bucket(stretch, n).open("wb")) for n in range(self.buckets)]
            for number, text in enumerate(stretch.lines(self.folder), 1):  # the count
                if text.strip():
                    person = case.person_of(stretch.name, (number, text))
                    buckets[crc32(person.encode()) % self.buckets].write(b"%d %b\n" % (number, text))
        return number

    def _bucket(self, stretch: _Stretch, number: int) -> Path:
        return self.scratch / f"{stretch.name}-{stretch.start}-{number}"

    def _lines(self, name: str, bucket: int) -> Iterator[Numbered]:
        """Yield the lines of a bucket with their numbers in the file."""
        for stretch in self.stretches[name]:
            path = self._bucket(stretch, bucket)
            with path.open("rb") as file:
                for line in file:
                    number, _, text = line.partition(b" ")
                    yield self.first_lines[stretch] + int(number), text
            path.unlink()

    def _fold_bucket(self, number: int) -> Part:
        """Fold the people of a bucket; the attempts that were refused stay on disk."""
        lines = self._lines(case.FILE, number), self._lines(case.EVENTS, number)
        part = folding.folded(self.shared.part(self.shared.case.part(*lines)))
        with (self.scratch / f"refused-{number}").open("wb") as file:
            for each in replay.in_order(part.refused):
                pickle.dump((*replay.begun(each), replay.refusal(each)), file)
        part.refused = []
        return part

    def _refused(self) -> Iterator[bytes]:
        with ExitStack() as stack:
            files = [
                stack.enter_context((self.scratch / f"refused-{n}").open("rb")) for n in range(self.buckets)
            ]
            merged = heapq.merge(*map(_unpickled, files), key=lambda row: row[:2])
            yield from replay.listed(row[2] for row in merged)

    def _write(self, numbers: Sequence[int]) -> None:
        for number in numbers:
            with self._piece(number).open("wb") as file:
                file.writelines(self.pieces[number].make())

    def _text_of(self, number: int) -> Iterator[bytes]:
        with self._piece(number).open("rb") as file:
            while some := file.read(READ_AT_ONCE):
                yield some

    def _piece(self, number: int) -> Path:
        return self.scratch / f"piece-{number}"


class _Stretch(NamedTuple):
    """A part of a file: the lines that begin in it."""

    name: str
    start: int
    end: int

    def lines(self, folder: Path) -> Iterator[bytes]:
        """Yield its lines, empty ones too."""
        with (folder / self.name).open("rb", buffering=READ_AT_ONCE) as file:
            if self.start:
                file.seek(self.start - 1)
                file.readline()
            at = file.tell()
            for line in file:
                if at >= self.end:
                    return
                yield line.removeprefix(case.BOM).rstrip(b"\r\n") if not at else line.rstrip(b"\r\n")
                at += len(line)


def _stretches(name: str, size: int, count: int) -> list[_Stretch]:
    return [_Stretch(name, size * n // count, size * (n + 1) // count) for n in range(count if size else 0)]


def _unpickled(file: IO[bytes]) -> Iterator[tuple[int, int, replay.Json]]:
    with suppress(EOFError):
        while True:
            yield pickle.load(file)  # written by this process a moment ago


_work: list[Callable[[Any], Any]] = []  # Any: what the processes that are forked off do


def _side_by_side(work: Callable[[T], R], tasks: Sequence[T], processes: int) -> Iterator[R]:
    """Do the tasks in processes of their own and yield what comes of them, in order."""
    if not tasks:
        return
    _work[:] = [work]
    with get_context("fork").Pool(min(processes, len(tasks))) as pool:
        yield from pool.imap(_done, tasks)


def _done(task: Any) -> Any:  # Any: as `_work`
    return _work[0](task)
