"""Why this place: every number that is told adds up to the board's numbers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from quiz.cli_contest import contest
from quiz.errors import InvalidDocument, InvalidInput
from quiz.rules import case, why_in_record
from quiz.rules.across import Across
from quiz.rules.document import load
from quiz.rules.parts import Board, Person
from quiz.rules.record import Record, records
from quiz.rules.tables import Tables
from quiz.rules.units import Measured
from quiz.rules.why import OneStage, Why, as_data
from quiz.rules.why_units import Ranked, WhyUnit, why_unit
from quiz.rules.words import spoken
from tests.rules.documents import EXAMPLES, calendar, small, text
from tests.rules.random_contests import documents, files_of
from tests.rules.random_contests import records as random_records
from tests.rules.test_contests import NAMES, played
from tests.rules.test_replay import PEOPLE, attempt

CASES = sorted(path.parent for path in EXAMPLES.glob("*/expected.json"))
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


def recorded(files: dict[str, str]) -> list[Record]:
    found = case.parse(files)
    return records(load(found.rules), found)


def tables_of(found: list[Record]) -> list[Tables]:
    """Return the boards of every stage, and those beside the stages."""
    document = found[0].document
    beside = [Tables(Across(document, found))] if document.boards else []
    return [*(Tables(record) for record in found), *beside]


def places(tables: Tables) -> Iterator[tuple[Board, str | None, dict[str, Any]]]:
    """Yield every row of every board of a stage."""
    for board in tables.stage.boards:
        for period in [None] if board.over == "stage" else [*tables.record.periods]:
            for rows in tables.parts(board, period).values():
                for row in rows:
                    yield board, period, row


def adds_up(tables: Tables) -> int:
    """Hold every row of a stage to what is told of it; returns how many there were."""
    number = 0
    for board, period, row in places(tables):
        number += 1
        found = why_in_record.of_board(tables, board, row["who"], period)
        assert found is not None
        why, told = found
        if isinstance(why, Why):
            person_adds_up(tables, why, row)
        else:
            unit_adds_up(board, why, row)
        json.dumps(as_data(why))
        said = [sentence for _, sentences in spoken(told) for sentence in sentences]
        assert all("%(" not in sentence for sentence in said)
        assert [sentence for sentence in said if not is_true(sentence)] == []
    return number


def person_adds_up(tables: Tables, why: Why, row: dict[str, Any]) -> None:
    stages = {stage.name: stage for stage in tables.record.document.stages}
    assert (why.place, why.total) == (row["place"], row["total"])
    assert sum(Fraction(str(each.total)) for each in why.stages) == Fraction(str(row["total"]))
    assert sum(each.time_ms for each in why.stages) == row["time_ms"]
    attempts = [attempt for each in why.stages for attempt in each.attempts]
    assert sum(each.because != "void" for each in attempts) == row["attempts"]
    for each in why.stages:
        stage_adds_up(stages[each.stage].person, each)
    for key in why.keys:
        total = Fraction(str(row["total"])) / tables.stage.point
        assert key.own == (total if key.key == "total" else row[COLUMNS[key.key]])
    assert (why.above is None) == all(key.above is None for key in why.keys)


def stage_adds_up(person: Person, each: OneStage) -> None:
    """Reckon a total anew from nothing but the attempts and events that are told."""
    periods: dict[str, list[Any]] = {}
    for one in each.attempts:
        if one.because in ("counts", "other_period"):
            periods.setdefault(one.period, []).append(one)
    sums = {}
    for period in each.periods:
        chosen = periods[period.period]
        assert tuple(attempt.number for attempt in chosen) == tuple(sorted(period.attempts))
        sums[period.period] = capped(person, chosen)
        assert period.points == sums[period.period]
        assert period.time_ms == sum(attempt.time_ms for attempt in chosen)
    assert sums.keys() == periods.keys()
    counting = [sums[period.period] for period in each.periods if period.counts]
    together = sum(counting, Fraction(0))
    if person.across_periods == "mean" and counting:
        together /= len(counting)
    assert each.from_periods == together
    assert each.from_attempts == (together if person.cap.total is None else min(together, person.cap.total))
    assert each.from_events == sum(event.points for event in each.events)
    assert each.exact == each.from_attempts + each.from_events + each.adjusted
    assert abs(Fraction(each.exact) - Fraction(str(each.total))) < each.point
    assert each.time_ms == sum(attempt.time_ms for attempt in each.attempts if attempt.counts)


def capped(person: Person, chosen: list[Any]) -> Fraction:
    """Return what the chosen attempts of a period come to after its caps."""
    added = sum((Fraction(attempt.points) for attempt in chosen), Fraction(0))
    if person.within_period == "mean":
        added /= len(chosen)
    elif person.cap.per_day is not None:
        days: dict[str, Fraction] = {}
        for attempt in chosen:
            days[day_of(attempt)] = days.get(day_of(attempt), Fraction(0)) + attempt.points
        added = sum((min(points, Fraction(person.cap.per_day)) for points in days.values()), Fraction(0))
    return added if person.cap.per_period is None else min(added, Fraction(person.cap.per_period))


def day_of(attempt: Any) -> str:
    return (datetime.fromtimestamp(attempt.started_ms / 1000, UTC) + timedelta(hours=8)).date().isoformat()


TERM = r"\(?-?\d+(?:/\d+|\.\d+)?\)?"
SUM = re.compile(rf"((?:[^+=：（]*?{TERM} ?分 \+ )+[^+=：（]*?{TERM} ?分) = ({TERM})")
QUOTIENT = re.compile(rf"({TERM}) ÷ [^\d]*({TERM})[^×=]*(× 100)? ?= ({TERM})")


def is_true(sentence: str) -> bool:
    """Return whether every sum and quotient in a sentence is right, reckoned from its text."""
    return all(_sums_up(*found) for found in SUM.findall(sentence)) and all(
        Fraction(part) / Fraction(whole) * (100 if per_cent else 1) == Fraction(result)
        for part, whole, per_cent, result in QUOTIENT.findall(sentence)
    )


def _sums_up(terms: str, result: str) -> bool:
    numbers = [re.findall(TERM, term.partition("≈")[0])[-1].strip("()") for term in terms.split(" + ")]
    return sum(Fraction(number) for number in numbers) == Fraction(result)


COLUMNS = {
    "time": "time_ms",
    "reached": "reached_ms",
    "first_started": "first_started_ms",
    "attempts": "attempts",
}


def unit_adds_up(board: Board, why: WhyUnit, row: dict[str, Any]) -> None:
    assert (why.place, why.value) == (row["place"], row["value"])
    assert (why.people, why.attempts) == (row["people"], row["attempts"])
    for each in why.inputs:
        assert each.figure is not None
        if each.part is not None and each.whole is not None:
            per_cent = 100 if each.metric.endswith("_rate") else 1
            assert each.figure == Fraction(each.part) / each.whole * per_cent
        if each.addends:
            assert each.figure == sum(each.addends)
        assert each.capped == (each.figure if each.cap is None else min(each.figure, each.cap))
        assert each.rounded is not None
        assert abs(Fraction(each.rounded) - each.capped) < Fraction(1, 10 ** (each.round or 0)) or (
            each.rounded == each.capped
        )
        assert each.product == each.rounded * each.weight
    if board.value is not None:
        assert why.exact == sum(each.product for each in why.inputs if each.product is not None)
        error = abs(Fraction(str(why.value)) - why.exact)
        assert error == 0 or error < Fraction(1, 10 ** (board.value.round or 0))
    else:
        assert Fraction(str(why.value)) == why.inputs[0].rounded


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_every_place_of_the_worked_cases_adds_up(folder: Path) -> None:
    files = {name: (folder / name).read_text("utf-8") for name in case.FILES if (folder / name).is_file()}

    assert sum(adds_up(tables) for tables in tables_of(recorded(files)))


@pytest.mark.parametrize("name", NAMES)
def test_every_place_of_the_real_contests_adds_up(name: str) -> None:
    assert sum(adds_up(tables) for tables in tables_of(recorded(played(name).files)))


@given(st.data())
@settings(
    max_examples=60, deadline=None, suppress_health_check=SLOW, derandomize=True, phases=[Phase.generate]
)
def test_every_place_of_random_contests_adds_up(data: st.DataObject) -> None:
    document = data.draw(documents())
    try:
        found = recorded(files_of(document, data.draw(random_records(document))))
    except (InvalidInput, InvalidDocument):
        assume(False)

    for tables in tables_of(found):
        adds_up(tables)


LEDGER = [
    {"at": "2024-08-02T09:00:00+08:00", "actor": "裁判", "do": "void", "because": "重复", "attempt": "3"},
    {
        "at": "2024-08-02T09:00:00+08:00",
        "actor": "裁判",
        "do": "adjust",
        "because": "补",
        "person": "A",
        "points": 1,
    },
]


def told(**stage: Any) -> Record:
    files = {
        "rules.yaml": text(small(**stage)),
        "people.csv": PEOPLE,
        "attempts.jsonl": "\n".join(
            json.dumps(row)
            for row in (
                attempt("A", "07-02 09:00", "RRR"),
                attempt("A", "07-02 10:00", "RWW"),
                attempt("A", "07-03 09:00", "RRR"),
                attempt("A", "07-04 09:00", "RRW"),
                attempt("B", "07-02 09:00", "RRR"),
                attempt("C", "08-02 09:00", "RRR"),
            )
        ),
        "ledger.jsonl": "\n".join(json.dumps(row) for row in LEDGER),
    }
    return recorded(files)[0]


def test_a_person_is_told_which_attempts_count_and_why_the_others_do_not() -> None:
    record = told(person={"within_period": "best", "across_periods": "best"})

    why, parts = why_of(record, "A")

    assert isinstance(why, Why)
    (stage,) = why.stages
    assert [(each.number, each.points, each.because) for each in stage.attempts] == [
        (1, 3, "counts"),
        (2, 1, "not_best"),
        (3, 3, "void"),
        (4, 2, "other_period"),
    ]
    assert (stage.from_periods, stage.adjusted, why.total) == (3, 1, 4)
    assert (why.place, why.below, why.decided, why.decided_below) == (1, "B", None, "total")
    assert as_data(why)["keys"][0] == {"key": "total", "own": 4, "above": None, "below": 3}
    assert parts == [
        (
            "名次怎样排出来",
            [
                "A：第 1 名，总分 4 分。",
                "后一名是 B。",
                "比总分（高的在前）：对方 3 分，本人 4 分，由此分出先后。",
            ],
        ),
        (
            "总分怎样来",
            [
                "7月2日：取最好的一次：第 1 次 3 分。",
                "7月4日：取最好的一次：第 4 次 2 分。",
                "取最高的一期：7月2日 3 分。",
                "合计：答题 3 分 + 主办方更正 1 分 = 4 分。",
                "用时：第 1 次 3 秒。",
            ],
        ),
        (
            "每一次答题",
            [
                "第 1 次（7月2日 09:00 开始）：3 分，用时 3 秒，计入总分。",
                "第 2 次（7月2日 10:00 开始）：1 分，用时 3 秒，不是最好的一次，不计入。",
                "第 3 次（7月3日 09:00 开始）：3 分，用时 3 秒，已作废，不计入。",
                "第 4 次（7月4日 09:00 开始）：2 分，用时 3 秒，这一期没有计入总分。",
            ],
        ),
        (
            "更正记录",
            [
                "8月2日 09:00，第 3 次答题作废。理由：重复",
                "8月2日 09:00，加 1 分。理由：补",
            ],
        ),
    ]


def why_of(record: Record, who: str) -> tuple[Why | WhyUnit, list[tuple[str, list[str]]]]:
    found = why_in_record.of_board(Tables(record), record.stage.boards[0], who)
    assert found is not None
    why, parts = found
    return why, spoken(parts)


def test_a_unit_is_told_its_formula_with_its_inputs() -> None:
    board = {
        "name": "综合",
        "of": "region.street",
        "value": {
            "terms": [{"metric": "mean", "weight": "0.5"}, {"metric": "people", "cap": 1, "weight": 1}],
            "round": 1,
        },
    }
    record = told(boards=[board], calendar=calendar(period="none"), person={"within_period": "best"})

    why, parts = why_of(record, "P")

    assert isinstance(why, WhyUnit)
    assert [(i.metric, i.figure, i.capped, i.product) for i in why.inputs] == [
        ("mean", Fraction(7, 2), Fraction(7, 2), Fraction(7, 4)),
        ("people", 2, 1, 1),
    ]
    assert (why.exact, why.value) == (Fraction(11, 4), "2.8")
    assert parts == [
        ("名次怎样排出来", ["P：第 1 名，综合得分 2.8。"]),
        (
            "每一项怎样来",
            ["人均分：总分之和 7 ÷ 参加的 2 人 = 3.5。", "参加人数：2。", "参加人数最多算 1。"],
        ),
        (
            "怎样合成",
            ["人均分 3.5 × 0.5 = 1.75。", "相加：1.75 + 1 = 2.75。", "四舍五入到 1 位小数，是 2.8。"],
        ),
    ]


def test_a_replay_says_why_without_a_database() -> None:
    folder = str(EXAMPLES / "e2-best-then-time")

    in_words = CliRunner().invoke(contest, ["replay", folder, "--why", "A", "--table"])
    as_json = CliRunner().invoke(contest, ["replay", folder, "--why", "A"])
    nobody = CliRunner().invoke(contest, ["replay", folder, "--why", "谁"])

    assert "A：第 " in in_words.output
    found = json.loads(as_json.output)
    assert [each["why"]["who"] for each in found] == ["A"] * len(found)
    assert found[0]["said"][0]["sentences"][0] in in_words.output
    assert nobody.exit_code == 1
    assert "榜上没有 谁" in nobody.output


def test_an_attempt_at_a_level_is_told_with_its_level_and_the_score_that_failed() -> None:
    files = {path.name: path.read_text("utf-8") for path in (EXAMPLES / "e7-gated-levels").iterdir()}
    record = recorded(files)[0]

    _, parts = why_of(record, "A")

    (attempts,) = [sentences for heading, sentences in parts if heading == "每一次答题"]
    assert attempts[:2] == [
        "第 1 次（第 1 关，9月10日 09:05 开始）：得分 15，计 0 分，用时 30 秒，不是最好的一次，不计入。",
        "第 2 次（第 1 关，9月10日 09:10 开始）：30 分，用时 30 秒，计入总分。",
    ]


def test_a_unit_of_which_nothing_is_told_has_no_value_of_its_formula() -> None:
    stage = load((EXAMPLES / "e5-rate-and-mean" / "rules.yaml").read_text("utf-8")).stages[0]
    board = next(each for each in stage.boards if each.value is not None)
    own = Ranked("S1", None, "", {}, "disqualified")

    why = why_unit(stage, board, Measured(0, 0, None, {}), own, (None, None))

    assert why.exact is None
