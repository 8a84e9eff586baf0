"""What taking a kept file would do: its rows as they were read, corrected and compared with the bank."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from question_bank.bounds import tagged
from question_bank.duplicates import CONFLICT, EXACT
from question_bank.formats import by_row, keep_rows, mending
from question_bank.formats.by_row import FAULTY, GOOD, Entry, Head, KeptRow
from question_bank.formats.mending import ReadBy
from question_bank.formats.returned import returned
from question_bank.problems import ERROR, WARNING, Problem, Unreadable
from question_bank.question import Question
from quiz.errors import N_
from quiz.models.bank import Import
from quiz.models.bank import Question as QuestionRow
from quiz.models.works import DONE, Work
from quiz.models.works import FAILED as WORK_FAILED
from quiz.services import duplicates, kept_files, works
from quiz.services.comparing import Alike, is_large
from quiz.services.kept_files import SKIP, TAKE, Place, Said
from quiz.services.platform import Actor, Platform
from quiz.services.works import Going

CONFIRMED = "confirmed"  # what is kept beside the token of a file that is being taken
COMPARE = "compare"  # kind of work
FOUND_HERE = ("duplicate", "conflict")  # told by the comparison; the reading's own are left to it


@dataclass(frozen=True)
class Twin:
    """A row that is too much like another of the file, or a question of the bank."""

    place: Place
    sort: str  # of question_bank.duplicates.SORTS
    similarity: int
    version_id: int | None = None  # of the bank
    other: Place | None = None  # of the file


class ToCompare(Exception):
    """A file has to be compared with the bank, which takes longer than a page can wait."""

    def __init__(self, token: str, name: str, size: int) -> None:
        super().__init__(token)
        self.token, self.size = token, size  # of the file, questions
        self.work_token = f"{token}-{name[-16:]}"


@dataclass(frozen=True)
class Preview:
    """What taking a file would do. Rows are read from the disk when they are wanted."""

    token: str  # names the kept file until it is taken or forgotten
    said: Said
    head: Head
    rows_file: Path
    entries: tuple[Entry, ...]  # in the file's order, corrections counted
    mended: Mapping[Place, KeptRow] = field(default_factory=dict)
    twins: tuple[Twin, ...] = ()
    unread: Problem | None = None  # why the file cannot be read at all

    @property
    def filename(self) -> str:
        """The name of the file."""
        return self.said.filename

    @cached_property
    def between(self) -> tuple[Problem, ...]:
        """What is wrong between rows and with the bank, by what was decided so far."""
        repeated = [p for p in by_row.between(self.entries) if p.code not in FOUND_HERE]
        return (*repeated, *(_told_of(twin) for twin in self.twins if self._is_open(twin)))

    @cached_property
    def faulty(self) -> frozenset[Place]:
        """The rows (sheet, row) that an error keeps out; row 0 stands for the whole file or sheet."""
        own = {(e.sheet, e.row) for e in self.entries if e.state == FAULTY}
        more = (*self.head.problems, *self.between, *((self.unread,) if self.unread else ()))
        return frozenset(own | {(p.sheet, p.row) for p in more if p.severity == ERROR})

    @cached_property
    def to_mend(self) -> tuple[Entry, ...]:
        """The rows with an error that a correction of the row removes."""
        named = {(p.sheet, p.row) for p in self.between if p.code not in FOUND_HERE and p.severity == ERROR}
        return tuple(e for e in self.entries if e.state == FAULTY or (e.sheet, e.row) in named)

    @cached_property
    def left(self) -> frozenset[Place]:
        """The rows that are good and that the person does not want."""
        unwanted = {twin.place for twin in self.twins if self.decision(twin) == SKIP}
        return frozenset(unwanted) - self.faulty

    @cached_property
    def chosen(self) -> tuple[Entry, ...]:
        """The rows that would be taken."""
        out = self.faulty | self.left
        return tuple(e for e in self.entries if e.digest and (e.sheet, e.row) not in out)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything to be said about the file, in its order."""
        own = (p for row in self.rows(e for e in self.entries if e.state != GOOD) for p in row.problems)
        unread = (self.unread,) if self.unread else ()
        found = (*unread, *self.head.problems, *own, *self.between)
        return tuple(sorted(found, key=lambda p: (p.sheet, p.row, p.column)))

    @property
    def good(self) -> tuple[Question, ...]:
        """The questions that can be taken, all at once."""
        return tuple(self.questions())

    def questions(self) -> Iterator[Question]:
        """Yield the questions that can be taken, with the tags that all of them get."""
        for row in self.rows(self.chosen):
            if row.question is not None:
                yield _tagged(row.question, self.said.tags)

    def rows(self, entries: Iterable[Entry]) -> Iterator[KeptRow]:
        """Yield rows as they are now, each read when it is wanted."""
        for entry in entries:
            found = self.mended.get((entry.sheet, entry.row))
            yield found if found is not None else next(by_row.rows(self.rows_file, [entry]))

    def by(self, entry: Entry) -> ReadBy:
        """Return what a row is read by."""
        return _by(self.head, entry)

    def problems_of(self, row: KeptRow) -> tuple[Problem, ...]:
        """Return everything to be said about a row."""
        here = (row.raw.sheet, row.raw.row)
        return (*row.problems, *(p for p in self.between if (p.sheet, p.row) == here))

    def decision(self, twin: Twin) -> str:
        """Return what is done with a repeated row: as decided, else only near ones are taken."""
        usual = SKIP if twin.sort in (EXACT, CONFLICT) else TAKE
        return self.said.decided.get(twin.place, usual)

    def _is_open(self, twin: Twin) -> bool:
        """Whether something is still to be said of a twin."""
        return twin.place not in self.said.decided or (
            self.said.decided[twin.place] == SKIP and twin.sort in (EXACT, CONFLICT)
        )


def preview(
    platform: Platform,
    token: str,
    scale: Mapping[str, str] | None = None,
    compares: bool = True,
    waits: bool = True,
) -> Preview:
    """Read a kept file, once, and compare it with the bank; changes nothing. Raises NotFound.

    `scale`: words for difficulty beside those that were said. `compares`: also with the bank and itself.
    `waits`: until that is done; otherwise ToCompare is raised where it takes longer than a page can wait.
    """
    said = kept_files.said_of(platform, token)
    if scale:
        told = replace(said.told, scale={**said.told.scale, **scale})
        said = replace(said, told=told)
    found = _read(platform, token, said)
    return replace(found, twins=_twins(platform, found, waits)) if compares and not found.unread else found


def confirm(platform: Platform, found: Preview) -> None:
    """Keep beside a file what of it is going to be taken, whatever is said about it or the bank becomes."""
    chosen = {"said": found.said.as_json(), "twins": [astuple(twin) for twin in found.twins]}
    kept_files.beside(platform, found.token, CONFIRMED).write_text(json.dumps(chosen), "utf-8")


def confirmed(platform: Platform, token: str) -> Preview:
    """Return a kept file as it was confirmed; raises NotFound."""
    kept_files.said_of(platform, token)
    kept = json.loads(kept_files.beside(platform, token, CONFIRMED).read_text("utf-8"))
    twins = tuple(
        Twin((sheet, row), sort, similarity, version_id, other and (other[0], other[1]))
        for (sheet, row), sort, similarity, version_id, other in kept["twins"]
    )
    return replace(_read(platform, token, Said.from_json(kept["said"])), twins=twins)


def compare_apart(platform: Platform, work: Going, _rest: Callable[[], None]) -> None:
    """Compare a kept file with the bank and itself, and keep what was found beside it; raises NotFound."""
    token = work.wanted["file"]
    _twins(platform, _read(platform, token, kept_files.said_of(platform, token)), waits=True)
    works.finish(platform, work)


def begin_comparing(platform: Platform, asked: ToCompare, actor: Actor) -> Going | None:
    """Begin to compare a file with the bank; None where somebody has begun, or where it has failed."""
    try:
        with platform.store.writing() as session:
            works.forget(session, asked.work_token, DONE)  # and the bank is as it was before
            return works.add(session, COMPARE, asked.work_token, asked.size, actor, {"file": asked.token})
    except IntegrityError:
        return None


def try_again(platform: Platform, token: str) -> None:
    """Let the comparison of a file begin again that has failed."""
    with platform.store.writing() as session:
        is_its = (Work.kind == COMPARE) & Work.token.startswith(token, autoescape=True)
        session.execute(delete(Work).where(is_its, Work.state == WORK_FAILED))


def _read(platform: Platform, token: str, said: Said) -> Preview:
    """Return a kept file as it is read, with its corrections."""
    try:
        path = _rows_file(platform, token, said)
        head = by_row.head(path)
    except Unreadable as error:
        return Preview(token, said, Head(), Path(), (), unread=error.problem)
    by_place = {(e.sheet, e.row): e for e in head.entries}
    mended = {}
    for place, written in said.written.items():
        if (entry := by_place.get(place)) is not None:
            before = next(by_row.rows(path, [entry]))
            mended[place] = mending.mended(before, _by(head, entry), written)
            by_place[place] = by_row.mended_entry(entry, mended[place])
    return Preview(token, said, head, path, tuple(by_place.values()), mended)


def faulty_workbook(found: Preview) -> bytes:
    """Return the rows of a preview that have an error, as a workbook that says what is wrong with each."""
    rows = list(found.rows(e for e in found.entries if (e.sheet, e.row) in found.faulty))
    problems = [problem for row in rows for problem in found.problems_of(row)]
    return returned(found.head, rows, problems, found.said.tags)


def _rows_file(platform: Platform, token: str, said: Said) -> Path:
    """Return the file of rows, read now if nobody has since its columns were told; raises Unreadable."""
    told = sha256(json.dumps(said.told.as_json(), sort_keys=True).encode()).hexdigest()[:16]
    path, refusal = (kept_files.beside(platform, token, f"{what}-{told}") for what in ("rows", "refused"))
    with kept_files.locked(platform, token):
        if refusal.is_file():
            problem = Problem(**json.loads(refusal.read_text("utf-8")))
            raise Unreadable(problem.code, problem.message, **problem.values)
        if not path.is_file():
            try:
                keep_rows(path, kept_files.content_of(platform, token), said.filename, said.told)
            except Unreadable as error:
                refusal.write_text(json.dumps(asdict(error.problem)), "utf-8")
                raise
    return path


def _by(head: Head, entry: Entry) -> ReadBy:
    return ReadBy(head.layouts.get(entry.sheet), head.headers.get(entry.sheet, ()), head.scale)


def _twins(platform: Platform, found: Preview, waits: bool) -> tuple[Twin, ...]:
    """Return the rows that are too much alike, kept on disk as long as neither file nor bank changes."""
    asked = [e for e in found.entries if e.digest]
    with platform.store.reading() as session:
        visible = session.execute(
            select(func.count(), func.max(Import.id)).where(Import.state == "visible")
        ).one()
        imports = select(Import.id).where(Import.state == "visible")
        newest = session.scalar(
            select(func.max(QuestionRow.newest_id)).where(QuestionRow.import_id.in_(imports))
        )
    known = json.dumps([newest, *visible, [(e.sheet, e.row, e.digest, e.right) for e in asked]])
    name = f"alike-{sha256(known.encode()).hexdigest()[:16]}"
    path = kept_files.beside(platform, found.token, name)
    if path.is_file():
        alike = [Alike(*each) for each in json.loads(path.read_text("utf-8"))]
    elif not waits and is_large(platform, len(asked)):
        raise ToCompare(found.token, name, len(asked))
    else:
        questions = [row.question for row in found.rows(asked) if row.question is not None]
        alike = duplicates.of_import(platform, questions)
        draft = path.with_name(f"{path.name}.new")
        draft.write_text(json.dumps([astuple(each) for each in alike]), "utf-8")
        draft.replace(path)
    return tuple(_placed(alike, asked))


def _placed(alike: Sequence[Alike], asked: Sequence[Entry]) -> Iterator[Twin]:
    for each in alike:
        entry = asked[each.index]
        place = (entry.sheet, entry.row)
        if each.before is None:
            yield Twin(place, each.sort, each.similarity, version_id=each.version_id)
            continue
        other = (asked[each.before].sheet, asked[each.before].row)
        yield Twin(place, each.sort, each.similarity, other=other)
        if each.sort == CONFLICT:  # nobody but the author knows which of the two is right
            yield Twin(other, each.sort, each.similarity, other=place)


def _told_of(twin: Twin) -> Problem:
    code = {EXACT: "duplicate", CONFLICT: "conflict"}.get(twin.sort, "near")
    severity = WARNING if code == "near" else ERROR
    values: dict[str, object] = {"similarity": twin.similarity}
    if twin.other is None:
        return Problem(*twin.place, "", code, KNOWN_ALREADY[code], severity, values)
    is_here = twin.other[0] == twin.place[0]
    values |= {"sheet": twin.other[0], "row": twin.other[1]}
    return Problem(*twin.place, "", code, (REPEATS if is_here else ON_OTHER_SHEET)[code], severity, values)


def _tagged(question: Question, tags: Sequence[tuple[str, str]]) -> Question:
    for facet, value in tags:
        question = replace(question, tags=tagged(question.tags, facet, value))
    return question


KNOWN_ALREADY = {
    "duplicate": N_("题库里已有同样的题目，不再导入这一行。"),
    "conflict": N_("题库里有同样的题目，但答案不同，请先核对哪个答案正确。"),
    "near": N_("与题库里的一题很像（题干 %(similarity)s%% 相同，答案一样），请看一眼是不是重复。"),
}
REPEATS = {
    "duplicate": N_("与第 %(row)s 行是同一道题（题干和选项相同），不再导入这一行。"),
    "conflict": N_("与第 %(row)s 行是同一道题，但答案不同。请核对哪个答案正确，只留一行。"),
    "near": N_("与第 %(row)s 行很像（题干 %(similarity)s%% 相同，答案一样），请看一眼是不是重复。"),
}
ON_OTHER_SHEET = {
    "duplicate": N_("与工作表“%(sheet)s”第 %(row)s 行是同一道题（题干和选项相同），不再导入这一行。"),
    "conflict": N_("与工作表“%(sheet)s”第 %(row)s 行是同一道题，但答案不同。请核对哪个答案正确，只留一行。"),
    "near": N_(
        "与工作表“%(sheet)s”第 %(row)s 行很像（题干 %(similarity)s%% 相同，答案一样），请看一眼是不是重复。"
    ),
}
