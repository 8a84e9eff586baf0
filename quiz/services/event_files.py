"""Files of events: kept until somebody decides, read whole, every problem with its place."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from question_bank.formats.tables import Row, Sheet, letter, sheets
from question_bank.problems import N_, Problem, Unreadable
from quiz.errors import NotFound
from quiz.models.accounts import Identity, Person
from quiz.rules import instants, timing
from quiz.rules.parts import SHARE_LIKE
from quiz.services.events import NewEvent, kinds_of, record_events
from quiz.services.platform import Actor, Platform
from quiz.services.published import Published
from quiz.services.secrets import digest, plain_code
from quiz.services.selves import taking_part_as

KEPT_MS = 86_400_000
MOST_EVENTS = 10_000  # in one file
WITHOUT_MINUTES = len("2026-03-02")
HEADERS = {  # what a header may say, without spaces and in lower case → what it means
    "参赛码": "person",
    "人员编号": "person",
    "编号": "person",
    "person": "person",
    "code": "person",
    "时间": "at",
    "时刻": "at",
    "at": "at",
    "time": "at",
    "活动": "kind",
    "类型": "kind",
    "kind": "kind",
    "event": "kind",
}
CALLED = {"person": "参赛码", "at": "时间", "kind": "活动"}  # a meaning → the header our template writes


@dataclass(frozen=True)
class EventFile:
    """The events of a file, and everything that is wrong with it."""

    filename: str
    events: tuple[NewEvent, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def people(self) -> int:
        """How many people the events are of."""
        return len({event.person_id for event in self.events})

    @property
    def kinds(self) -> Sequence[tuple[str, int]]:
        """How many events of each kind there are."""
        names = [event.kind for event in self.events]
        return [(name, names.count(name)) for name in sorted(set(names))]


def stage(platform: Platform, content: bytes, filename: str, now_ms: int) -> str:
    """Keep an uploaded file until somebody decides; returns the token that names it."""
    folder = platform.data / "events"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in folder.iterdir():
        if now_ms - path.stat().st_mtime_ns // 1_000_000 > KEPT_MS:
            path.unlink(missing_ok=True)
    token = secrets.token_hex(16)
    (folder / token).write_bytes(content)
    (folder / f"{token}.name").write_text(filename[:200] or "events", "utf-8")
    return token


def forget(platform: Platform, token: str) -> None:
    """Throw a kept file away; does nothing when it is gone."""
    if token.isalnum():
        for name in (token, f"{token}.name"):
            (platform.data / "events" / name).unlink(missing_ok=True)


def preview(platform: Platform, rules: Published, token: str) -> EventFile:
    """Read a kept file; changes nothing. Raises NotFound."""
    path = platform.data / "events" / token
    if not token.isalnum() or not path.is_file():
        raise NotFound(N_("这份文件已不在服务器上。如果还没有导入，请重新上传。"))
    filename = path.with_name(f"{token}.name").read_text("utf-8")
    with platform.store.reading() as session:
        return read(platform, rules, session, path.read_bytes(), filename)


def take(platform: Platform, rules: Published, token: str, actor: Actor) -> int:
    """Put the events of a kept file on record, all that are not there yet; returns how many were new.

    Raises NotFound.
    """
    found = preview(platform, rules, token)
    if found.problems:
        return 0
    count = record_events(platform, rules, found.events, actor)
    with platform.store.writing() as session:
        session.add(actor.audit("events.import", f"{rules.document.title}: {count}"))
    forget(platform, token)
    return count


def read(platform: Platform, rules: Published, session: Session, content: bytes, filename: str) -> EventFile:
    """Read a file of events: who, when, what."""
    try:
        sheet = next(s for s in sheets(content, filename) if any(not row.is_empty for row in s.rows))
    except Unreadable as error:
        return EventFile(filename, problems=(error.problem,))
    except StopIteration:
        return EventFile(filename, problems=(Unreadable("empty-file", N_("文件是空的。")).problem,))
    reader = _Reader(platform, rules, session, sheet)
    return EventFile(filename, tuple(reader.events()), tuple(reader.problems))


class _Reader:
    """One sheet with a header row, read row by row, collecting what is wrong."""

    def __init__(self, platform: Platform, rules: Published, session: Session, sheet: Sheet) -> None:
        self.platform, self.rules, self.sheet = platform, rules, sheet
        rows = [row for row in sheet.rows if not row.is_empty]
        header, self.body = rows[0].cells, rows[1:]
        meanings = [HEADERS.get("".join(cell.split()).casefold().rstrip("*"), "") for cell in header]
        self.columns = {m: meanings.index(m) for m in CALLED if m in meanings}
        self.kinds = kinds_of(rules.document)
        self.people = self._people(session)
        self.problems: list[Problem] = []

    def events(self) -> list[NewEvent]:
        missing = [called for meaning, called in CALLED.items() if meaning not in self.columns]
        for called in missing:
            self._wrong(
                1, "", "missing_column", N_("第一行没有“%(column)s”这一列，请加上表头。"), column=called
            )
        if missing:
            return []
        if not self.body:
            self._wrong(0, "", "empty", N_("文件里只有表头，没有内容。"))
        if len(self.body) > MOST_EVENTS:
            self._wrong(0, "", "too_many", N_("一份文件最多 %(most)s 行，请分成几份。"), most=MOST_EVENTS)
            return []
        return [event for row in self.body if (event := self._event(row)) is not None]

    def _event(self, row: Row) -> NewEvent | None:
        person_id, at_ms, kind = self._person(row), self._moment(row), self._kind(row)
        if person_id is None or at_ms is None or kind is None:
            return None
        return NewEvent(person_id, at_ms, kind, f"{kind}/{at_ms}")

    def _cell(self, row: Row, meaning: str) -> str:
        position = self.columns[meaning]
        return row.cells[position].strip() if position < len(row.cells) else ""

    def _person(self, row: Row) -> int | None:
        found = self.people.get(self._named(self._cell(row, "person")))
        if found is None:
            self._wrong(row.number, "person", "unknown_person", N_("没有这个参赛码或人员编号。"))
        return found

    def _moment(self, row: Row) -> int | None:
        text = self._cell(row, "at").replace("T", " ").replace("/", "-")
        document = self.rules.document
        try:
            at_ms = (
                instants.instant_ms(text) if _has_offset(text) else timing.moment_ms(document.timezone, text)
            )
        except ValueError:
            self._wrong(row.number, "at", "not_a_moment", N_("时间请写成 2026-03-01 09:00 的样子。"))
            return None
        calendars = [stage.calendar for stage in document.stages]
        if not any(calendar.opens_ms <= at_ms < calendar.closes_ms for calendar in calendars):
            self._wrong(row.number, "at", "outside", N_("这个时间不在比赛期间，不能计入。"))
            return None
        return at_ms

    def _kind(self, row: Row) -> str | None:
        kind = self._cell(row, "kind")
        if kind in self.kinds:
            return kind
        if kind in SHARE_LIKE:
            message = N_("规则没有写“%(kind)s”：转发、邀请类活动只有规则写明才能计入。")
        else:
            message = N_("规则里没有活动“%(kind)s”，可用的有：%(known)s。")
        known = "、".join(self.kinds)
        self._wrong(row.number, "kind", "unknown_kind", message, kind=kind, known=known)
        return None

    def _people(self, session: Session) -> Mapping[str, int]:
        """Return who the file names, by number or by what is stored of their code."""
        if "person" not in self.columns:
            return {}
        typed = {self._cell(row, "person") for row in self.body[:MOST_EVENTS]}
        numbers = [int(text) for text in typed if _is_number(text)]
        codes = [self._named(text) for text in typed if not _is_number(text)]
        found: dict[str, int] = {}
        for first in range(0, max(len(numbers), len(codes)), 500):
            some = slice(first, first + 500)
            ids = session.scalars(select(Person.id).where(Person.id.in_(numbers[some])))
            found |= {str(person_id): person_id for person_id in ids}
            rows = session.execute(
                select(Identity.code_digest, Identity.person_id).where(Identity.code_digest.in_(codes[some]))
            )
            found |= {kept: person_id for kept, person_id in rows if kept is not None}
        return self._taking_part(session, found)

    def _taking_part(self, session: Session, found: Mapping[str, int]) -> Mapping[str, int]:
        """Return the same people as whom they take part in this contest, where accounts were joined."""
        wanted = select(Person.id, Person.joined_into).where(Person.joined_into.is_not(None))
        heads = dict(session.execute(wanted.where(Person.id.in_(sorted(set(found.values()))))).all())
        contest_id = self.rules.contest_id
        return {
            named: taking_part_as(session, person_id, heads.get(person_id), contest_id)
            for named, person_id in found.items()
        }

    def _named(self, text: str) -> str:
        if _is_number(text):
            return str(int(text))
        return digest(self.platform.secret, "code", plain_code(text))

    def _wrong(self, row: int, meaning: str, code: str, message: str, **values: object) -> None:
        position = self.columns.get(meaning)
        column = letter(position) if position is not None else ""
        self.problems.append(Problem(self.sheet.name, row, column, code, message, values=values))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10


def _has_offset(text: str) -> bool:
    rest = text[WITHOUT_MINUTES:]
    return "+" in rest or "-" in rest or rest.endswith("Z")
