"""Any number of boards of every kind from one record: whatever happens, they equal the exact fold."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from quiz.errors import NotFound, QuizError
from quiz.live import View
from quiz.models.accounts import Unit
from quiz.models.play import Attempt
from quiz.rules import case
from quiz.rules.replay import result
from quiz.rules.timing import in_order
from quiz.services import boards, exports, ledger, play, profiles, results
from quiz.services.accounts import UnitRow, load_units
from quiz.services.correcting import Correction
from quiz.services.platform import Actor, Platform
from quiz.services.published import Published, in_force
from quiz.services.results import BoardId, Page, Wanted
from tests.support import contests as cast
from tests.support.clock import MovedClock
from tests.support.servers import round_trips

GROUPS = ("少年组", "成人组")
STREETS = ("江北区/P", "江北区/Q", "渝中区/R")  # as their names are sorted
SCHOOLS = ("S1", "S2")
PEOPLE = 7
METRICS = (
    "people",
    "attempts",
    "scorers",
    "sum",
    "mean",
    "best",
    "top_sum",
    "group_best_sum",
    "full_mark_rate",
)
PERSONAL = ("total", "time", "reached", "first_started")
HEAD = """title: 多榜
timezone: Asia/Shanghai
people: {groups: [少年组, 成人组]}
units:
  region: {levels: [district, street]}
  school: {levels: [school]}
"""
STAGE = """  - name: %(name)s
    calendar: {opens: "%(opens)s", closes: "%(closes)s", period: day}
    paper: {sections: [{count: 3}]}
    clock: {per_attempt_s: 300}
    quota: {limit: {per_period: 3}}
    person: {within_period: %(within)s, across_periods: sum}
    order: [%(order)s]
    places: %(places)s
    integrity: {person_out_takes: school.school}
    boards:
%(boards)s
"""
STAGES = (
    ("初赛", "2026-03-02 08:00", "2026-03-03 24:00"),
    ("复赛", "2026-03-04 08:00", "2026-03-05 24:00"),
)


def a_document(chance: random.Random) -> str:
    """Return rules of two stages with boards of every kind, some beside the stages, chosen by chance."""
    order = ["total", *chance.sample(["time", "reached", "first_started", "attempts"], chance.randint(0, 2))]
    stages = "".join(
        STAGE
        % {
            "name": name,
            "opens": opens,
            "closes": closes,
            "within": chance.choice(["best", "sum", "last"]),
            "order": ", ".join(order),
            "places": chance.choice(["standard", "dense", "ordinal"]),
            "boards": "\n".join(f"      - {each}" for each in some_boards(chance, periods=True)),
        }
        for name, opens, closes in STAGES
    )
    beside = "".join(f"  - {each}\n" for each in some_boards(chance, periods=False))
    return f"{HEAD}stages:\n{stages}boards:\n{beside}"


def some_boards(chance: random.Random, periods: bool) -> Iterator[str]:
    """Yield a board of people divided in each way, and some of units."""
    where = "内" if periods else "外"
    for n, each in enumerate(("", "group", "region.street", "school.school", "region.district")):
        over = chance.choice(["stage", "period"]) if periods else "stage"
        divided = f", each: {each}" if each else ""
        yield f"{{name: 人{where}{n}, of: people, over: {over}{divided}}}"
    for n in range(4):
        yield json.dumps(a_unit_board(chance, f"单位{where}{n}", periods), ensure_ascii=False)


def a_unit_board(chance: random.Random, name: str, periods: bool) -> dict[str, Any]:
    """Return a unit board with some formula, divided or not."""
    board: dict[str, Any] = {"name": name}
    board["of"] = chance.choice(["region.street", "region.district", "school.school"])
    each = chance.choice([None, "group", "region.district", "school.school", "region.street"])
    board |= {"each": each} if each else {}
    board |= {"over": "period"} if periods and chance.random() < 0.4 else {}
    board |= {"zero_scorers": "out"} if chance.random() < 0.4 else {}
    if chance.random() < 0.4:
        chosen = chance.sample(METRICS, 2)
        board["value"] = {"terms": [{"metric": m, "weight": n} for n, m in enumerate(chosen, 1)]}
    else:
        chosen = chance.sample([*METRICS, *PERSONAL], 2)
        board["order"] = chosen
    return board | ({"top": 2} if "top_sum" in chosen else {})


KINDS = (  # of boards, to be listed many times
    "of: people",
    "of: people, over: period",
    "of: people, each: group",
    "of: people, over: period, each: region.street",
    "of: region.street, order: [sum, time]",
    "of: school.school, order: [reached]",
    "of: region.district, order: [group_best_sum], each: group",
    "of: school.school, order: [top_sum], top: 3, each: region.district, over: period",
)


def many_boards(listed: str, beside: str) -> str:
    """Return rules of one stage with these boards, and these beside it."""
    name, opens, closes = STAGES[0]
    values = {"name": name, "opens": opens, "closes": closes, "within": "best", "boards": listed}
    return f"{HEAD}stages:\n{STAGE % {**values, 'order': 'total, time', 'places': 'dense'}}{beside}"


class Contest:
    """A running contest and, beside it, everything that happened, written down as a recorded case."""

    def __init__(self, platform: Platform, clock: MovedClock, text: str) -> None:
        self.platform, self.clock, self.text = platform, clock, text
        clock.set("2026-03-01 09:00")
        now = clock.now_ms()
        cast.fill_bank(platform, now, count=6)
        cast.add_units(platform, now, STREETS)
        load_units(platform, "school", [UnitRow(s, s, "school", "") for s in SCHOOLS], Actor(None, now))
        self.rules: Published = in_force(platform, cast.publish(platform, text, now))
        with platform.store.reading() as session:
            self.units = {unit.path: unit.id for unit in session.scalars(select(Unit))}
        self.people = [self._join(n, now) for n in range(PEOPLE)]
        self.rows: list[dict[str, Any]] = []
        self.said: list[dict[str, Any]] = []
        self.roster: list[dict[str, str]]
        boards.catch_up_all(platform, now, full=True)

    def _join(self, n: int, now: int) -> int:
        units = {"region": self.units[STREETS[n % 3]], "school": self.units[SCHOOLS[n % 2]]}
        person = cast.join(self.platform, f"人{n}", now, units)
        profiles.tell(self.platform, self.rules, person, profiles.Told(group=GROUPS[n // 2 % 2]), now)
        return person

    def play(self, chance: random.Random) -> None:
        """Let somebody play an attempt of the stage that is open."""
        stage = 0 if self.clock.now_ms() < self.rules.document.stages[0].calendar.closes_ms else 1
        n, right = chance.randrange(PEOPLE), chance.randint(0, 3)
        begun = self.clock.now_ms()
        try:
            attempt = play.start(
                self.platform, self.people[n], play.Start(self.rules.contest_id, stage), begun
            )
        except QuizError:
            return
        answers = [cast.answer(self.platform, attempt, i, right=i <= right) for i in range(1, 4)]
        ended = begun + chance.choice([40_000, 40_000, 70_000])
        self.clock.at_ms = ended
        play.finish(self.platform, cast.batch(self.platform, attempt, ended, *answers))
        row = {"id": attempt, "person": f"人{n}", "stage": STAGES[stage][0]}
        marks = ["R" if i <= right else "W" for i in range(1, 4)]
        self.rows.append(row | {"started_at": begun, "finished_at": ended, "answers": marks})

    def correct(self, chance: random.Random) -> None:
        """Book some correction, or let it be refused."""
        do, now = (
            chance.choice(["void", "adjust", "zero", "disqualify", "restore", "unit"]),
            self.clock.now_ms(),
        )
        row: dict[str, Any] = {"actor": "裁判", "because": "核查", "at": now}
        if do == "unit":
            path = chance.choice(SCHOOLS)
            wanted = Correction("unit", self.units[path], chance.choice(["disqualify", "restore"]), "核查")
            row |= {"unit": f"school:{path}", "do": wanted.do}
        elif do in ("disqualify", "restore"):
            n = chance.randrange(PEOPLE)
            wanted = Correction("person", self.people[n], do, "核查")
            row |= {"person": f"人{n}", "do": do}
        elif not self.rows:
            return
        else:
            attempt = chance.choice(self.rows)["id"]
            wanted = Correction("attempt", attempt, do, "核查", points="2" if do == "adjust" else "")
            row |= {"attempt": str(attempt), "do": do} | ({"points": 2} if do == "adjust" else {})
        try:
            ledger.book(self.platform, self.rules.contest_id, wanted, Actor(None, now))
        except QuizError:
            return
        self.said.append(row)

    def regroup(self, chance: random.Random) -> None:
        """Let the desk put somebody into the other group."""
        person = chance.choice(self.people)
        wanted = profiles.Correction(chance.choice(GROUPS), "", "", "", "登记有误")
        profiles.correct(self.platform, person, wanted, Actor(None, self.clock.now_ms()))

    def folded(self) -> Mapping[str, Any]:
        """Return the boards as the pure replay folds what was written down."""
        people = "person,group,region,school\n" + "".join(
            f"人{n},{profiles.profile(self.platform, person).groups[0]},{STREETS[n % 3]},{SCHOOLS[n % 2]}\n"
            for n, person in enumerate(self.people)
        )
        files = {"rules.yaml": self.text, "people.csv": people}
        files["attempts.jsonl"] = lines(
            row | {"started_at": told(row["started_at"]), "finished_at": told(row["finished_at"])}
            for row in self.rows
        )
        files["ledger.jsonl"] = lines(row | {"at": told(row["at"])} for row in self.said)
        found: Mapping[str, Any] = result(case.parse(files))["boards"]
        return found

    def shown(self) -> dict[str, Any]:
        """Return the boards as the public reads them, in the form of the fold."""
        found = {}
        for board_id, stage, board in results.boards_of(self.rules):
            spans: Sequence[str] = [""]
            if board.over == "period":
                spans = in_order(stage, results.periods(self.platform, self.rules, board_id.stage))
            tables = {span: self._tables(board_id, span) for span in spans}
            name = f"{stage.name}/{board.name}" if stage.name else board.name
            found[name] = tables if board.over == "period" else tables[""]
        return found

    def _tables(self, board: BoardId, period: str) -> Any:
        first = self._page(board, period, None)
        _, of = results.board_of(self.rules, board)
        if of.each is None:
            return [shown_row(of.of, row) for row in first.rows]
        pages = {part.name: self._page(board, period, part.number) for part in first.parts}
        return {
            name: [shown_row(of.of, row) for row in page.rows] for name, page in pages.items() if page.rows
        }

    def _page(self, board: BoardId, period: str, part: int | None) -> Page:
        return results.page(
            self.platform, self.rules, Wanted(board, period=period, part=part, size=200), self.clock.now_ms()
        )


def shown_row(of: str, row: results.Row) -> dict[str, Any]:
    kept = ("total", "time_ms", "attempts") if of == "people" else ("value", "people", "attempts")
    return {"place": row.place, "who": row.name} | {name: row.values[name] for name in kept}


def compared(expected: Any) -> Any:
    """Return an expected board with what pages show of it: parts and periods without rows are left out."""
    if isinstance(expected, list):
        of_people, of_units = ("total", "time_ms", "attempts"), ("value", "people", "attempts")
        return [
            {key: row[key] for key in ("place", "who", *(of_units if "value" in row else of_people))}
            for row in expected
        ]
    found = {name: compared(each) for name, each in expected.items()}
    return {name: each for name, each in found.items() if each}


def told(ms: int) -> str:
    return datetime.fromtimestamp(ms // 1000, UTC).isoformat()


def lines(rows: Iterator[Mapping[str, Any]] | Any) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def in_one_form(boards_found: Mapping[str, Any]) -> dict[str, Any]:
    """Return boards under their full names, without parts and periods that have no rows."""
    return {name: compared(each) for name, each in boards_found.items()}


@pytest.mark.parametrize("seed", [0, *(pytest.param(n, marks=pytest.mark.full) for n in range(1, 6))])
def test_live_boards_equal_the_fold_after_attempts_corrections_and_replays(
    platform: Platform, clock: MovedClock, seed: int
) -> None:
    chance = random.Random(seed)
    contest = Contest(platform, clock, a_document(chance))
    steps = [contest.play] * 6 + [contest.correct] * 2 + [contest.regroup]

    for n in range(36):
        if n == 18:
            clock.set("2026-03-04 09:00")
        elif n % 9 == 0:
            clock.set(f"2026-03-0{2 + n // 9} 09:00")
        chance.choice(steps)(chance)
        clock.at_ms += chance.choice([0, 1_000, 60_000])
        if n % 12 == 11:
            expected = in_one_form(contest.folded())
            assert in_one_form(contest.shown()) == expected
            assert boards.verify(platform, contest.rules.contest_id) == []

    live, platform.live = platform.live, None
    assert in_one_form(contest.shown()) == expected
    platform.live = live
    assert live is not None
    boards.refold_all(platform, contest.rules.contest_id)
    boards.rebuild(platform, live, contest.rules.contest_id, clock.now_ms())
    assert in_one_form(contest.shown()) == expected
    with platform.store.reading() as session:
        assert len(session.scalars(select(Attempt.id)).all()) == len(contest.rows)


@pytest.mark.parametrize("count", [1, 10, 40])
def test_a_finish_is_one_round_trip_whatever_the_number_of_boards(
    platform: Platform, clock: MovedClock, valkey: str, count: int
) -> None:
    listed = "\n".join(f"      - {{name: 榜{n}, {KINDS[n % len(KINDS)]}}}" for n in range(count))
    beside = "boards:\n" + "".join(f"  - {{name: 总榜{n}, of: people}}\n" for n in range(count))
    text = many_boards(listed, beside)
    contest = Contest(platform, clock, text)
    clock.set("2026-03-02 09:00")
    now = clock.now_ms()
    attempt = cast.begin(platform, contest.rules.contest_id, contest.people[0], now)
    batch = cast.batch(platform, attempt, now + 60_000, cast.answer(platform, attempt, 1))

    trips = round_trips(valkey, lambda: play.finish(platform, batch))

    assert trips == 1
    assert boards.verify(platform, contest.rules.contest_id) == []
    shown = contest.shown()
    assert len(shown) == 2 * count
    assert all(shown.values())


def test_a_divided_board_is_one_file_with_the_part_of_every_row(
    platform: Platform, clock: MovedClock, tmp_path: Path
) -> None:
    listed = "      - {name: 分组, of: people, each: group}\n"
    listed += "      - {name: 分街, of: school.school, order: [sum], each: region.street}"
    contest = Contest(platform, clock, many_boards(listed, ""))
    clock.set("2026-03-02 09:00")
    for n in range(4):
        attempt = cast.begin(platform, contest.rules.contest_id, contest.people[n], clock.now_ms())
        answers = [cast.answer(platform, attempt, i) for i in range(1, n)]
        play.finish(platform, cast.batch(platform, attempt, clock.now_ms() + 60_000, *answers))

    rows = {}
    for name, board in (("people", BoardId(0, 0)), ("units", BoardId(0, 1))):
        path = tmp_path / f"{name}.csv"
        exports.write_board(platform, contest.rules, Wanted(board, view=View.FULL), path)
        table = list(csv.reader(path.read_text("utf-8-sig").splitlines()))
        header = next(n for n, row in enumerate(table) if "名次" in row)
        rows[name] = [row[:3] for row in table[header:] if len(row) > 3]

    assert rows["people"] == [
        ["组别", "名次", "昵称"],
        ["少年组", "1", "人0"],
        ["少年组", "1", "人1"],
        ["成人组", "1", "人3"],
        ["成人组", "2", "人2"],
    ]
    assert rows["units"] == [
        ["街道", "名次", "单位"],
        ["P", "1", "S2"],
        ["P", "2", "S1"],
        ["Q", "1", "S2"],
        ["R", "1", "S1"],
    ]


def test_a_part_that_is_none_of_the_board_is_not_found(platform: Platform, clock: MovedClock) -> None:
    contest = Contest(platform, clock, many_boards("      - {name: 分组, of: people, each: group}", ""))

    with pytest.raises(NotFound):
        results.page(platform, contest.rules, Wanted(BoardId(0, 0), part=9), clock.now_ms())


def test_times_and_moments_of_units_are_written_as_such(
    platform: Platform, clock: MovedClock, tmp_path: Path
) -> None:
    listed = "      - {name: 最快, of: school.school, order: [reached, time]}"
    contest = Contest(platform, clock, many_boards(listed, ""))
    clock.set("2026-03-02 09:00")
    attempt = cast.begin(platform, contest.rules.contest_id, contest.people[0], clock.now_ms())
    done = cast.batch(platform, attempt, clock.now_ms() + 60_500, cast.answer(platform, attempt, 1))
    play.finish(platform, done)

    path = tmp_path / "fastest.csv"
    exports.write_board(platform, contest.rules, Wanted(BoardId(0, 0), view=View.FULL), path)

    (row,) = [row for row in csv.reader(path.read_text("utf-8-sig").splitlines()) if row[1:2] == ["S1"]]
    assert row[3] == "2026-03-02 09:01:00.500"
    assert row[6:8] == ["2026-03-02 09:01:00.500", "60.500"]
