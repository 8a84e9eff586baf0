"""The real contests of docs/contests: every document is read, what can be folded is played and folded."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from quiz.rules import case, replay, words
from quiz.rules.advancing import leading
from quiz.rules.document import Board, Document, Stage, checked, load
from tests.rules.simulated_people import PEOPLE, Files, files_of, shuffled
from tests.rules.told_again import day, may_be_played, may_take_part, total_and_time

CONTESTS = Path(__file__).parents[2] / "docs" / "contests"
NAMES = sorted(path.stem for path in CONTESTS.glob("*.yaml"))
EVERYBODY = "全体"  # a board of all people, added to every stage so that units can be compared with people
Row = dict[str, Any]  # Any: JSON

# Levels, a practice before, answers given again and duels are told again in `oracle.py` alone.
FLOWS = ("r08", "r11", "r16", "r28", "r34", "r38", "r42", "r45")
TOLD = [name for name in NAMES if not name.startswith(FLOWS)]


def rules(name: str) -> str:
    return (CONTESTS / f"{name}.yaml").read_text("utf-8")


def test_the_catalogue_of_47_contests_is_complete() -> None:
    numbers = [int(name[1:3]) for name in NAMES]

    assert numbers == list(range(1, 48))


@pytest.mark.parametrize("name", NAMES)
def test_every_document_is_read(name: str) -> None:
    document = load(rules(name))

    assert document.title
    assert all(stage.boards for stage in document.stages)


@pytest.mark.parametrize("name", NAMES)
def test_the_rules_page_names_every_board_draw_and_prize(name: str) -> None:
    document = load(rules(name))
    page = words.text(document)

    parts: tuple[Document | Stage, ...] = (document, *document.stages)
    for part in parts:
        for name in (each.name for several in (part.boards, part.draws, part.awards) for each in several):
            assert f"“{name}”" in page


@dataclass(frozen=True)
class Played:
    """A contest that simulated people have played, and what it came to."""

    document: Document
    files: Files
    result: dict[str, Any]

    def lines(self, name: str) -> list[Row]:
        return [json.loads(line) for line in self.files[name].splitlines()]

    def board(self, stage: Stage, name: str) -> Any:  # Any: rows, or rows by period and part
        boards = self.result["boards"]
        return boards[name] if name in boards else boards[f"{stage.name}/{name}"]

    def everybody(self, stage: Stage) -> dict[str, Row]:
        return {row["who"]: row for row in self.board(stage, EVERYBODY)}

    def attempts(self, stage: Stage) -> list[Row]:
        return [a for a in self.lines("attempts.jsonl") if a["stage"] == stage.name]

    def accepted(self, stage: Stage) -> list[Row]:
        refused = {(r["person"], r["started_at"]) for r in self.result["refused"]}
        return [a for a in self.attempts(stage) if (a["person"], a["started_at"]) not in refused]

    def may_go_on_to(self, stage: Stage, attempts: Sequence[Row]) -> set[str]:
        """Return whom an award lets into a stage: everybody where none leads to it."""
        awards = [prize.name for _, prize, _of in leading(self.document) if prize.to == stage.name]
        if not awards:
            return {attempt["person"] for attempt in attempts}
        return {who for name in awards for who in listed(self.result["awards"][name])}

    def unit(self, person: str, of: str) -> str | None:
        tree, level = of.split(".")
        row = next(
            (r for r in csv.DictReader(io.StringIO(self.files["people.csv"])) if r["person"] == person), {}
        )
        parts = row.get(tree, "").split("/")
        depth = self.document.units[tree].levels.index(level)
        return parts[depth] if row.get(tree) else None


def listed(winners: Any) -> Iterator[str]:  # Any: a list, or lists by period and part
    if isinstance(winners, Mapping):
        for each in winners.values():
            yield from listed(each)
    else:
        yield from winners


@cache
def played(name: str) -> Played:
    raw = checked(rules(name)).raw
    for stage in raw["stages"]:
        stage["boards"].append({"name": EVERYBODY, "of": "people"})
    text = json.dumps(raw, ensure_ascii=False)
    document = load(text)
    files = files_of(text, document, seed=NAMES.index(name))
    return Played(document, files, replay.result(case.parse(files)))


@pytest.mark.parametrize("name", TOLD)
def test_every_attempt_is_accepted_or_refused_as_the_rules_say(name: str) -> None:
    contest = played(name)
    roster = list(csv.DictReader(io.StringIO(contest.files["people.csv"])))

    for stage in contest.document.stages:
        attempts = contest.attempts(stage)
        may = may_take_part(contest.document, stage, attempts, roster) & contest.may_go_on_to(stage, attempts)
        expected = may_be_played(stage, attempts, may)

        assert names(contest.accepted(stage)) == names(expected)
        assert expected or not may, "the simulated people should have played"
        assert len(expected) < len(contest.attempts(stage)), "some attempt should be illegal"
        counts = {who: row["attempts"] for who, row in contest.everybody(stage).items() if row["attempts"]}
        assert counts == Counter(a["person"] for a in expected)


@pytest.mark.parametrize("name", NAMES)
def test_refusals_are_listed_in_order_of_start_with_a_reason(name: str) -> None:
    refused = played(name).result["refused"]

    assert [r["started_at"] for r in refused] == sorted(r["started_at"] for r in refused)
    assert all(r["because"] for r in refused)


@pytest.mark.parametrize("name", NAMES)
def test_boards_are_in_order_and_only_equal_rows_share_a_place(name: str) -> None:
    contest = played(name)

    for stage, board, rows in tables(contest):
        keys = [key(stage, board, row) for row in rows]

        assert [row["place"] for row in rows] == [1 + sum(other < mine for other in keys) for mine in keys]
        assert sorted(zip(keys, [row["who"] for row in rows], strict=True)) == [
            (k, row["who"]) for k, row in zip(keys, rows, strict=True)
        ]


@pytest.mark.parametrize("name", TOLD)
def test_everybody_has_the_total_and_time_that_the_rules_told_again_give(name: str) -> None:
    contest = played(name)

    for stage in contest.document.stages:
        attempts, events = contest.accepted(stage), contest.lines("events.jsonl")
        for who, row in contest.everybody(stage).items():
            mine = [[r for r in rows if r["person"] == who] for rows in (attempts, events)]
            assert (number(row["total"]), row["time_ms"]) == total_and_time(stage, *mine)


@pytest.mark.parametrize("name", TOLD)
def test_units_add_up_what_their_people_have(name: str) -> None:
    contest = played(name)

    for stage, board in unit_boards(contest):
        members = defaultdict(list)
        for who, row in contest.everybody(stage).items():
            unit = contest.unit(who, board.of)
            if unit is not None and (board.zero_scorers == "in" or row["total"]):
                members[unit].append(row)
        found = {row["who"]: row for row in contest.board(stage, board.name)}

        assert set(found) == set(members)
        for unit, people in members.items():
            assert found[unit]["people"] == len(people)
            assert found[unit]["attempts"] == sum(row["attempts"] for row in people)
            assert number(found[unit].get("sum", total(people))) == total(people)
            assert number(found[unit].get("best", best(people))) == best(people)
            assert number(found[unit].get("mean", total(people) / len(people))) == total(people) / len(people)


ACROSS = [name for name in NAMES if load(rules(name)).boards]


@pytest.mark.parametrize("name", ACROSS)
def test_boards_beside_the_stages_add_up_all_stages(name: str) -> None:
    contest = played(name)
    totals: dict[str, Fraction] = defaultdict(Fraction)
    for stage in contest.document.stages:
        for who, row in contest.everybody(stage).items():
            totals[who] += number(row["total"])

    for board in contest.document.boards:
        expected: dict[str | None, Fraction] = defaultdict(Fraction)
        for who, points in totals.items():
            expected[who if board.of == "people" else contest.unit(who, board.of)] += points
        found = [row for rows in flat(contest.result["boards"][board.name]) for row in rows]

        assert found
        for row in found:
            assert number(row["total"] if board.of == "people" else row["sum"]) == expected[row["who"]]


@pytest.mark.parametrize("name", NAMES)
def test_neither_the_order_of_arrival_nor_a_second_fold_changes_anything(name: str) -> None:
    contest = played(name)

    for seed in (1, 2):
        assert replay.result(case.parse(shuffled(contest.files, seed))) == contest.result
    assert replay.result(case.parse(contest.files)) == contest.result


@pytest.mark.parametrize("name", NAMES)
def test_corrections_that_are_taken_back_change_nothing(name: str) -> None:
    contest = played(name)
    rows = [
        {"at": f"2030-01-0{day}T08:00:00+08:00", "actor": "主办方", "do": do, "because": "核查", **target}
        for day, do in ((1, "void"), (2, "restore"))
        for target in ({"attempt": "1"}, {"attempt": "2"}, {"person": PEOPLE[2]})
    ]
    ledger = "\n".join(json.dumps(row) for row in rows)

    assert replay.result(case.parse({**contest.files, "ledger.jsonl": ledger})) == contest.result


@pytest.mark.parametrize("name", NAMES)
def test_prizes_go_to_the_first_rows_of_their_board(name: str) -> None:
    contest = played(name)

    for stage in contest.document.stages:
        had: dict[tuple[str | None, str], set[str]] = defaultdict(set)  # what somebody has once, passes down
        for prize in stage.awards:
            board = next((b for b in stage.boards if b.name == prize.board), None)
            if board is None or board.over == "period" or board.each or prize.each:
                continue
            before = had[prize.to, board.of] if prize.once_only else set()
            rest = [row["who"] for row in contest.board(stage, board.name) if row["who"] not in before]
            assert contest.result["awards"][prize.name] == rest[: prize.top]
            before.update(rest[: prize.top])


@pytest.mark.parametrize("name", TOLD)
def test_draw_entries_are_earned_and_within_their_caps(name: str) -> None:
    contest = played(name)

    for stage in contest.document.stages:
        days = {who: {day(stage, a) for a in contest.accepted(stage) if a["person"] == who} for who in PEOPLE}
        for draw in stage.draws:
            for who, entries in contest.result["draw_entries"][draw.name].items():
                assert entries > 0
                assert entries <= (draw.cap.total or entries)
                assert draw.cap.per_day is None or entries <= draw.cap.per_day * len(days[who])


def names(attempts: Sequence[Row]) -> list[tuple[str, str]]:
    return sorted((a["person"], a["started_at"]) for a in attempts)


def number(value: object) -> Fraction:
    return Fraction(str(value))


def total(rows: Sequence[Row]) -> Fraction:
    return sum((number(row["total"]) for row in rows), Fraction(0))


def best(rows: Sequence[Row]) -> Fraction:
    return max(number(row["total"]) for row in rows)


COLUMNS = {
    "time": "time_ms",
    "reached": "reached_ms",
    "first_started": "first_started_ms",
    "attempts": "attempts",
}


def key(stage: Stage, board: Board, row: Row) -> tuple[Fraction, ...]:
    """Return what a row stands by: the smaller stands higher."""
    if board.of != "people":
        return tuple(-number(row[metric]) for metric in board.order or ("value",))
    return tuple(-number(row["total"]) if k == "total" else number(row[COLUMNS[k]]) for k in stage.order)


def unit_boards(contest: Played) -> Iterator[tuple[Stage, Board]]:
    for stage in contest.document.stages:
        for board in stage.boards:
            if board.of != "people" and board.over == "stage" and board.each is None:
                yield stage, board


def tables(contest: Played) -> Iterator[tuple[Stage, Board, list[Row]]]:
    """Yield every table of every board: of the stage, of each period, of each group or unit."""
    for stage in contest.document.stages:
        for board in stage.boards:
            for rows in flat(contest.board(stage, board.name)):
                yield stage, board, rows


def flat(shown: Any) -> Iterator[list[Row]]:  # Any: rows, or rows by period and part
    if isinstance(shown, list):
        yield shown
    else:
        for part in shown.values():
            yield from flat(part)
