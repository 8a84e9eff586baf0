"""Files of people and of units: kept until somebody decides, read whole, every problem with its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from question_bank.formats.tables import Sheet
from question_bank.problems import N_, Problem, Unreadable
from quiz.errors import InvalidInput, NotFound
from quiz.models.accounts import Identity, Membership, Unit
from quiz.rules import minors
from quiz.rules.names import masked
from quiz.services import profiles
from quiz.services.accounts import RING, NewPerson, UnitRow, checked_nickname
from quiz.services.platform import Actor, Platform
from quiz.services.roster_headers import ABOUT, CONSENTS, GRADE, HEADERS, LEVELS, REFUSES, TREES, YES
from quiz.services.roster_headers import ABOUT_HEADER as ABOUT_HEADER
from quiz.services.roster_headers import ROSTER_HEADER as ROSTER_HEADER
from quiz.services.roster_headers import TREE_CALLED as TREE_CALLED
from quiz.services.roster_headers import UNIT_HEADER as UNIT_HEADER
from quiz.services.roster_sheets import Reader, first_sheet, is_day
from quiz.services.seats import LONGEST_LABEL, TREE, label_of, taken_seats
from quiz.services.secrets import code_of, digest, is_file_token, new_file_token, plain_code
from quiz.services.units import units_by_word

KEPT_MS = 86_400_000  # a roster and the right to download its codes end after a day
MOST_PEOPLE = 20_000  # in one file: each costs three rows of one transaction
LONGEST_NAME = 80  # characters
UNITS_AT_ONCE = 500  # asked of the database
LONGEST_CODE = 40  # characters


@dataclass(frozen=True)
class Roster:
    """The people of a file, and everything that is wrong with it."""

    filename: str
    people: tuple[NewPerson, ...] = ()
    units: tuple[tuple[str, ...], ...] = ()  # of each person, as paths
    ignored: tuple[str, ...] = ()  # headers that were not understood
    problems: tuple[Problem, ...] = ()
    refused: int = 0  # whose guardians do not consent: nothing of them is taken
    namesakes: tuple[str, ...] = ()  # who is called like somebody of the same unit who is there already

    def children(self, now_ms: int) -> int:
        """Return how many may be under 14: a guardian has to have consented for each."""
        return sum(self._may_be_child(n, now_ms) for n in range(len(self.people)))

    def consented(self, now_ms: int) -> tuple[NewPerson, ...]:
        """Return the people once the guardians of all who may be under 14 have consented."""
        return tuple(
            replace(each, consent=minors.GIVEN) if self._may_be_child(n, now_ms) else each
            for n, each in enumerate(self.people)
        )

    def _may_be_child(self, n: int, now_ms: int) -> bool:
        person = self.people[n]
        return minors.is_child(person.born, person.grade or minors.grade_in(self.units[n]), now_ms)


@dataclass(frozen=True)
class Units:
    """The units of a file, and everything that is wrong with it."""

    rows: tuple[UnitRow, ...] = ()
    problems: tuple[Problem, ...] = ()


def stage(platform: Platform, content: bytes, filename: str, now_ms: int) -> str:
    """Keep an uploaded roster until somebody decides; returns the token that names it."""
    folder = platform.data / "rosters"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in folder.iterdir():
        if now_ms - path.stat().st_mtime_ns // 1_000_000 > KEPT_MS:
            path.unlink(missing_ok=True)
    token = new_file_token()
    (folder / token).write_bytes(content)
    (folder / f"{token}.name").write_text(filename[:200] or "roster", "utf-8")
    return token


def forget(platform: Platform, token: str) -> None:
    """Throw a kept roster away, and with it the way to its codes; does nothing when it is gone."""
    if is_file_token(token):
        for name in (token, f"{token}.name"):
            (platform.data / "rosters" / name).unlink(missing_ok=True)


def preview(platform: Platform, token: str) -> Roster:
    """Read a kept roster; changes nothing. Raises NotFound."""
    path = platform.data / "rosters" / token
    if not is_file_token(token) or not path.is_file():
        raise NotFound(N_("这份名单已不在服务器上。如果还没有添加，请重新上传。"))
    filename = path.with_name(f"{token}.name").read_text("utf-8")
    with platform.store.reading() as session:
        return _roster(path.read_bytes(), filename, session, platform.clock.now_ms())


def codes_of(platform: Platform, token: str, count: int) -> list[str]:
    """Return the participant codes of a roster's people.

    They follow from the server's secret and the roster's token: while the roster is kept they can be told
    again, and adding it a second time is noticed; they are stored nowhere.
    """
    return [code_of(platform.secret, f"{token}/{n}") for n in range(count)]


def is_added(platform: Platform, token: str) -> bool:
    """Return whether the people of a roster have been added."""
    kept = digest(platform.secret, "code", plain_code(codes_of(platform, token, 1)[0]))
    with platform.store.reading() as session:
        return bool(session.scalar(select(exists().where(Identity.code_digest == kept))))


def note_download(platform: Platform, roster: Roster, actor: Actor) -> None:
    """Put on record that somebody took the codes of a roster."""
    with platform.store.writing() as session:
        session.add(actor.audit("people.codes", f"{roster.filename}: {len(roster.people)}"))


def read_units(platform: Platform, tree: str, content: bytes, filename: str) -> Units:
    """Read a file of units: code, name, level, parent and, where known, how many people on which day."""
    try:
        sheet = first_sheet(content, filename)
    except Unreadable as error:
        return Units(problems=(error.problem,))
    with platform.store.reading() as session:
        units = {unit.id: unit for unit in session.scalars(select(Unit).where(Unit.tree == tree))}
        known = {u.code: units[u.parent_id].code if u.parent_id else "" for u in units.values()}
    reader = _UnitReader(sheet, known)
    return Units(tuple(reader.rows()), tuple(reader.problems))


class _UnitReader(Reader):
    def __init__(self, sheet: Sheet, known: Mapping[str, str]) -> None:
        super().__init__(sheet)
        self.known = known  # code → the code of the unit above it, "" at the top
        self.seen: dict[str, int] = {}

    def meaning(self, header: str) -> str:
        found = super().meaning(header)
        return "title" if found == "name" else found

    def rows(self) -> list[UnitRow]:
        if not self.needs("code", "title", "level"):
            return []
        if not self.body:
            self.wrong(0, "", "empty", N_("文件里只有表头，没有单位。"))
        rows = [self._row(row.number, row.cells) for row in self.body]
        self._check_rings(rows)
        return rows

    def _check_rings(self, rows: Sequence[UnitRow]) -> None:
        """Name the rows whose unit would lie above itself."""
        above = {**self.known, **{row.code: row.parent for row in rows}}
        for row, line in zip(rows, self.body, strict=True):
            passed, code = {row.code}, row.parent
            while code and code not in passed:
                passed.add(code)
                code = above.get(code, "")
            if code and code == row.code:
                self.wrong(line.number, "parent", "ring", RING, parent=row.parent)

    def _row(self, number: int, cells: Sequence[str]) -> UnitRow:
        code, title = self.cell(cells, "code"), self.cell(cells, "title")
        level = self.cell(cells, "level")
        parent, as_of = self.cell(cells, "parent"), self.cell(cells, "as_of")
        self._check(number, code, title, level)
        if parent and parent not in self.known and parent not in self.seen:
            self.wrong(
                number,
                "parent",
                "unknown_parent",
                N_("上级单位 %(parent)s 不存在，请把上级写在下级前面。"),
                parent=parent,
            )
        self.seen.setdefault(code, number)
        enrolled = self._enrolled(number, self.cell(cells, "enrolled"), as_of)
        return UnitRow(
            code, title, LEVELS.get(level, level), parent, enrolled, as_of if enrolled is not None else ""
        )

    def _check(self, number: int, code: str, title: str, level: str) -> None:
        for meaning, value, most in (
            ("code", code, LONGEST_CODE),
            ("title", title, LONGEST_NAME),
            ("level", level, 40),
        ):
            if not value:
                self.wrong(number, meaning, "empty_cell", N_("这一格不能空着。"))
            elif len(value) > most:
                self.wrong(number, meaning, "too_long", N_("最多 %(most)s 个字，请缩短。"), most=most)
        if code in self.seen:
            self.wrong(
                number,
                "code",
                "repeated_code",
                N_("代码 %(unit)s 与第 %(first)s 行重复。"),
                unit=code,
                first=self.seen[code],
            )

    def _enrolled(self, number: int, text: str, as_of: str) -> int | None:
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            self.wrong(number, "enrolled", "not_a_count", N_("人数应为不小于 0 的整数。"))
            return None
        if not is_day(as_of):
            self.wrong(number, "as_of", "not_a_date", N_("填了人数就要写截止日期，写成 2026-03-01 的样子。"))
            return None
        return int(text)


class _RosterReader(Reader):
    def __init__(
        self,
        sheet: Sheet,
        trees: Mapping[str, Mapping[str, Sequence[Unit]]],
        seats: dict[tuple[int, str], int],
        now_ms: int,
    ) -> None:
        self.trees, self.now_ms = trees, now_ms
        self.seats = seats  # of the classes that have any: (unit, label) → the row, 0 for one that is taken
        super().__init__(sheet)

    def meaning(self, header: str) -> str:
        plain = "".join(header.split()).casefold().rstrip("*")
        if HEADERS.get(plain) in ABOUT:
            return HEADERS[plain]
        tree = plain if plain in self.trees else TREES.get(plain, "")
        return f"tree:{tree}:{plain}" if tree in self.trees else super().meaning(header)

    @property
    def ignored(self) -> tuple[str, ...]:
        used = set(self.columns.values())
        return tuple(h.strip() for n, h in enumerate(self.header) if h.strip() and n not in used)

    def people(self) -> list[tuple[NewPerson, tuple[str, ...]]]:
        if not self.needs("name"):
            return []
        if not self.body:
            self.wrong(0, "", "empty", N_("名单里只有表头，没有人。"))
        if len(self.body) > MOST_PEOPLE:
            self.wrong(0, "", "too_many", N_("一份名单最多 %(most)s 人，请分成几份。"), most=MOST_PEOPLE)
            return []
        return [self._person(row.number, row.cells) for row in self.body]

    def _person(self, number: int, cells: Sequence[str]) -> tuple[NewPerson, tuple[str, ...]]:
        name = " ".join(self.cell(cells, "name").split())
        if not name:
            self.wrong(number, "name", "empty_cell", N_("这一格不能空着。"))
        elif len(name) > LONGEST_NAME:
            self.wrong(number, "name", "too_long", N_("最多 %(most)s 个字，请缩短。"), most=LONGEST_NAME)
        nickname = self.cell(cells, "nickname") or masked(name)
        try:
            nickname = checked_nickname(nickname) if nickname else ""
        except InvalidInput as error:
            self.wrong(number, "nickname", "nickname", error.message, **error.details)
        units: dict[str, int] = {}
        paths: list[str] = []
        for tree in dict.fromkeys(m.split(":")[1] for m in self.columns if m.startswith("tree:")):
            unit = self._unit(number, cells, tree)
            if unit is not None:
                units[tree] = unit.id
                paths.append(unit.path)
        team = self._read(number, cells, "team", profiles.read_word)
        return NewPerson(
            nickname,
            name,
            units,
            seat=self._seat(number, cells, units),
            team=team,
            on_roster=True,
            groups=self._groups(number, cells),
            born=self._read(number, cells, "born", lambda text: profiles.read_born(text, self.now_ms)),
            grade=self._read(number, cells, "grade", profiles.read_word),
            extra=self._read(number, cells, "extra", profiles.read_extra),
            consent=self._consent(number, cells),
            guardian=self._read(number, cells, "guardian", profiles.read_word),
        ), (*paths, *([team] if team else []))

    def _seat(self, number: int, cells: Sequence[str], units: Mapping[str, int]) -> str:
        """Return the seat of a row; notes one that is without a class, or has somebody in it."""
        label = label_of(self.cell(cells, "seat")) if self.cell(cells, "seat") else ""
        if not label:
            return ""
        unit = units.get(TREE)
        if unit is None:
            if not self._named(cells, TREE):  # otherwise that is what is wrong with the row
                self.wrong(number, "seat", "no_class", N_("填了座号就要在“学校”一列写明班级。"))
            return label
        taken = self.seats.setdefault((unit, label), number)
        if len(label) > LONGEST_LABEL:
            self.wrong(number, "seat", "too_long", N_("最多 %(most)s 个字，请缩短。"), most=LONGEST_LABEL)
        elif not taken:
            self.wrong(number, "seat", "seat_taken", N_("这个班的座号 %(seat)s 已经有人。"), seat=label)
        elif taken != number:
            self.wrong(
                number,
                "seat",
                "repeated_seat",
                N_("座号 %(seat)s 与第 %(first)s 行重复。"),
                seat=label,
                first=taken,
            )
        return label

    def _consent(self, number: int, cells: Sequence[str]) -> str:
        """Return what the guardian of a row said; notes what is neither yes nor no."""
        said = self.cell(cells, "consent").casefold()
        if said in CONSENTS:
            return minors.GIVEN
        if said in REFUSES:
            return minors.REFUSED
        if said:
            self.wrong(number, "consent", "consent", N_("请写“同意”或“不同意”，没有表示的空着。"))
        return ""

    def _groups(self, number: int, cells: Sequence[str]) -> tuple[str, ...]:
        """Return the groups of a row, and as what somebody is marked who is excluded."""
        found: list[str] = []
        for meaning in ("group", "excluded"):
            try:
                found += profiles.read_groups(self.cell(cells, meaning))
            except InvalidInput as error:
                self.wrong(number, meaning, meaning, error.message, **error.details)
        if self.cell(cells, "excluded").casefold() in YES:
            self.wrong(
                number,
                "excluded",
                "no_mark",
                N_("请写明属于哪一类，例如 工作人员；规则里 exclude 写的就是这个词。"),
            )
        return tuple(found)

    def _read(self, number: int, cells: Sequence[str], meaning: str, read: Callable[[str], str]) -> str:
        """Return what a cell says as it is kept; notes what cannot be read."""
        try:
            return read(self.cell(cells, meaning))
        except InvalidInput as error:
            self.wrong(number, meaning, meaning, error.message, **error.details)
            return ""

    def _named(self, cells: Sequence[str], tree: str) -> dict[str, str]:
        """Return what a row says in the columns of a tree, 学校 and 班级 for instance."""
        named = {m: self.cell(cells, m).strip("/") for m in self.columns if m.startswith(f"tree:{tree}:")}
        return {meaning: text for meaning, text in named.items() if text}

    def _unit(self, number: int, cells: Sequence[str], tree: str) -> Unit | None:
        """Return the unit of a row, which lies in all that its columns name; notes what cannot be found."""
        named = self._named(cells, tree)
        found = {meaning: self._meant(cells, tree, text) for meaning, text in named.items()}
        unknown = [meaning for meaning, units in found.items() if not units]
        for meaning in unknown:
            text = N_("没有单位“%(unit)s”，请核对名称或先导入单位。")
            self.wrong(number, meaning, "unknown_unit", text, unit=named[meaning])
        if unknown or not named:
            return None
        every = {unit.id: unit for units in found.values() for unit in units}.values()
        within = [u for u in every if all(any(_lies_in(u, o) for o in units) for units in found.values())]
        last, words = list(named.items())[-1]
        if not within:
            text = N_("这一行写的几个单位不在一起：%(units)s。")
            self.wrong(number, last, "torn_unit", text, units=", ".join(named.values()))
        elif len(within) > 1:
            text = N_("“%(unit)s”有几个，请写代码，或写完整路径，例如 %(example)s。")
            self.wrong(number, last, "ambiguous_unit", text, unit=words, example=within[0].path)
        return within[0] if len(within) == 1 else None

    def _meant(self, cells: Sequence[str], tree: str, text: str) -> Sequence[Unit]:
        """Return the units that a cell may mean; a class may be written without its grade: 初一, 1班."""
        words, grade = self.trees[tree], self.cell(cells, "grade")
        if text in words or tree != TREE or not grade:
            return words.get(text, ())
        spelt = (grade, grade.removesuffix(GRADE), grade.removesuffix(GRADE) + GRADE)
        return next((words[each + text] for each in spelt if each + text in words), ())


def _lies_in(unit: Unit, other: Unit) -> bool:
    return f"{unit.path}/".startswith(f"{other.path}/")


def _roster(content: bytes, filename: str, session: Session, now_ms: int) -> Roster:
    try:
        sheet = first_sheet(content, filename)
    except Unreadable as error:
        return Roster(filename, problems=(error.problem,))
    reader = _RosterReader(sheet, units_by_word(session), taken_seats(session), now_ms)
    every = reader.people()
    read = [each for each in every if each[0].consent != minors.REFUSED]
    return Roster(
        filename,
        tuple(person for person, _ in read),
        tuple(paths for _, paths in read),
        reader.ignored,
        tuple(reader.problems),
        len(every) - len(read),
        _namesakes(session, [person for person, _ in read]),
    )


def _namesakes(session: Session, people: Sequence[NewPerson]) -> tuple[str, ...]:
    """Return who is called like somebody who is already in one of their units: it may be the same person."""
    units = sorted({unit for person in people for unit in (person.units or {}).values()})
    there = {
        (unit_id, name)
        for first in range(0, len(units), UNITS_AT_ONCE)
        for unit_id, name in session.execute(
            select(Membership.unit_id, Identity.name)
            .join(Identity, Identity.person_id == Membership.person_id)
            .where(Membership.unit_id.in_(units[first : first + UNITS_AT_ONCE]), Identity.name != "")
        )
    }
    return tuple(p.name for p in people if any((unit, p.name) in there for unit in (p.units or {}).values()))
