"""What a case tells beside its first notation: corrected keys, moves of people, who went on to a stage."""

from __future__ import annotations

import json
from typing import Any

import pytest

from quiz.rules import case, replay
from quiz.rules.case import Case
from quiz.rules.moves import Homes

DOCUMENT = """
title: 两轮赛
timezone: Asia/Shanghai
units:
  region: {levels: [district, street]LOCK}
stages:
  - name: 初赛
    calendar: {opens: "2026-03-02 08:00", closes: "2026-03-06 20:00", period: day}
    paper: {sections: [{count: 3}]}
    clock: {per_attempt_s: 300}
    person: {within_period: best, across_periods: sum}
    order: [total, time]
    boards:
      - {name: 个人, of: people}
      - {name: 每日, of: people, over: period}
      - {name: 街道, of: region.street, order: [sum]}
      - {name: 区, of: region.district, order: [sum]}
    awards: [AWARDS]
    integrity: {corrected_key: KEYS}
  - name: 决赛
    calendar: {opens: "2026-03-10 08:00", closes: "2026-03-11 20:00"}
    paper: {sections: [{count: 3}]}
    clock: {per_attempt_s: 300}
    person: {within_period: best}
    order: [total, time]
    boards: [{name: 决赛榜, of: people}]
"""


def rules(
    lock: str = "", award: str = "{name: 晋级, board: 个人, top: 2, to: 决赛}", keys: str = "remark"
) -> str:
    return DOCUMENT.replace("LOCK", lock).replace("AWARDS", award).replace("KEYS", keys)


def attempt(person: str, day: int, answers: str, **more: object) -> dict[str, object]:
    """Return an attempt of a day at nine that takes a minute."""
    start = f"2026-03-{day:02d}T09:00:00+08:00"
    row = {"person": person, "started_at": start, "finished_at": start.replace(":00:00+", ":01:00+")}
    return {**row, "answers": list(answers), **more}


def correction(at: str, do: str, **target: object) -> dict[str, object]:
    return {"at": f"2026-03-{at}:00+08:00", "actor": "组委会", "do": do, "because": "核查", **target}


def parsed(text: str, **files: object) -> Case:
    found: dict[str, case.Text] = {"rules.yaml": text}
    for name, rows in files.items():
        if isinstance(rows, str):
            found[f"{name}.csv"] = rows
        else:
            found[f"{name}.jsonl"] = "\n".join(json.dumps(row) for row in rows)  # type: ignore[attr-defined]  # a list
    return case.parse(found)


def folded(text: str, **files: object) -> dict[str, Any]:
    return replay.result(parsed(text, **files))


def totals(result: dict[str, Any], board: str = "个人") -> dict[str, object]:
    return {row["who"]: row.get("total", row.get("value")) for row in result["boards"][board]}


# --- corrected keys

ASKED = {"questions": ["q1", "q2", "q3"]}
ROWS = [
    attempt("甲", 2, "RRR", chosen=["A", "A", "AC"], **ASKED),
    attempt("乙", 2, "WRR", chosen=["B", "A", "AC"], **ASKED),
    attempt("丙", 3, "-RW", chosen=["", "A", "A"], **ASKED),
]
KEYS: dict[str, tuple[dict[str, object], dict[str, object]]] = {
    "another key": ({"question": "q1", "key": "B"}, {"甲": 2, "乙": 3, "丙": 1}),
    "either of two": ({"question": "q1", "key": ["A", "B"]}, {"甲": 3, "乙": 3, "丙": 1}),
    "everybody": ({"question": "q1", "key": "everybody"}, {"甲": 3, "乙": 3, "丙": 2}),
    "nobody": ({"question": "q1", "key": "nobody"}, {"甲": 2, "乙": 2, "丙": 1}),
    "a key of two options": ({"question": "q3", "key": "A"}, {"甲": 2, "乙": 1, "丙": 2}),
}


@pytest.mark.parametrize(("row", "come_to"), KEYS.values(), ids=KEYS.keys())
def test_a_corrected_key_is_a_row_of_the_ledger(row: dict[str, object], come_to: dict[str, object]) -> None:
    ledger = [correction("04T10:00", "remark", options=4, **row)]

    assert totals(folded(rules(), attempts=ROWS, ledger=ledger)) == come_to


def test_where_marks_are_kept_a_corrected_key_is_for_later_attempts() -> None:
    ledger = [correction("02T20:00", "remark", question="q1", key="everybody", options=4)]

    found = folded(rules(keys="keep"), attempts=ROWS, ledger=ledger)

    assert totals(found) == {"甲": 3, "乙": 2, "丙": 2}


def test_the_last_correction_of_a_key_counts() -> None:
    ledger = [
        correction("04T11:00", "remark", question="q1", key="A", options=4),
        correction("04T10:00", "remark", question="q1", key="nobody", options=4),
    ]

    assert totals(folded(rules(), attempts=ROWS, ledger=ledger)) == {"甲": 3, "乙": 2, "丙": 1}


# --- moves

PEOPLE = "person,region\n甲,渝中区/P\n乙,渝中区/Q\n"
MOVES = (
    "person,tree,unit,since,because\n"
    "甲,region,渝中区/P,2026-03-01T09:00:00+08:00,\n"
    "甲,region,江北区/R,2026-03-03T08:00:00+08:00,{}\n"
)
TWO_DAYS = [attempt("甲", 2, "RRR"), attempt("甲", 3, "RRW"), attempt("乙", 2, "RWW")]


@pytest.mark.parametrize(
    ("guests", "streets"),
    [("", {"P": 3, "Q": 1, "R": 2}), (", guests: apart", {"Q": 1})],
    ids=["count", "apart"],
)
def test_a_guest_counts_for_units_unless_the_rules_keep_guests_apart(
    guests: str, streets: dict[str, int]
) -> None:
    people = "person,region,guest\n甲,渝中区/P,yes\n乙,渝中区/Q,\n"

    found = folded(rules(guests), people=people, moves=MOVES.format(""), attempts=TWO_DAYS)

    assert totals(found) == {"甲": 5, "乙": 1}
    assert totals(found, "街道") == streets


@pytest.mark.parametrize(
    ("lock", "streets", "districts"),
    [
        ("", {"P": 3, "Q": 1, "R": 2}, {"渝中区": 4, "江北区": 2}),
        (", points: follow", {"Q": 1, "R": 5}, {"渝中区": 1, "江北区": 5}),
        (", lock: {changes: 0}", {"P": 5, "Q": 1}, {"渝中区": 6}),
        (", lock: {within_days: 1}", {"P": 5, "Q": 1}, {"渝中区": 6}),
        (", lock: {within_days: 2}", {"P": 3, "Q": 1, "R": 2}, {"渝中区": 4, "江北区": 2}),
    ],
    ids=["stay", "follow", "no change", "locked", "not yet locked"],
)
def test_a_move_counts_as_the_rules_say(
    lock: str, streets: dict[str, int], districts: dict[str, int]
) -> None:
    found = folded(rules(lock), people=PEOPLE, moves=MOVES.format(""), attempts=TWO_DAYS)

    assert totals(found, "街道") == streets
    assert totals(found, "区") == districts
    assert totals(found) == {"甲": 5, "乙": 1}


def test_a_correction_of_the_organizer_is_no_change_of_the_person() -> None:
    found = folded(
        rules(", lock: {changes: 0}"), people=PEOPLE, moves=MOVES.format("登记有误"), attempts=TWO_DAYS
    )

    assert totals(found, "街道") == {"P": 3, "Q": 1, "R": 2}


def test_a_change_that_the_lock_forbids_is_told() -> None:
    wanted = parsed(rules(", lock: {changes: 0}"), people=PEOPLE, moves=MOVES.format(""), attempts=TWO_DAYS)

    homes = Homes(replay.document_of(wanted), wanted)

    assert [(row.person, row.unit) for row in homes.refused] == [("甲", "江北区/R")]


# --- who goes on

FIRST = [attempt("甲", 2, "RRR"), attempt("乙", 2, "RRW"), attempt("丙", 2, "RWW")]
FINAL = [attempt(person, 10, "RRR") for person in "甲乙丙"]


def refused(result: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(each["person"], each["stage"], each["because"]) for each in result["refused"]]


def test_only_who_has_advanced_may_start_in_the_stage_an_award_leads_to() -> None:
    found = folded(rules(), attempts=FIRST + FINAL)

    assert refused(found) == [("丙", "决赛", "not_allowed")]
    assert set(totals(found, "决赛榜")) == {"甲", "乙"}


@pytest.mark.parametrize(
    ("at", "out"),
    [("10T08:00", ["甲"]), ("10T08:01", ["丙"])],
    ids=["when the final opens", "after it opened"],
)
def test_the_ledger_counts_for_advancing_as_it_stood_when_the_stage_opened(at: str, out: list[str]) -> None:
    rows = [{**row, "id": str(n)} for n, row in enumerate(FIRST + FINAL, 1)]
    ledger = [correction(at, "void", attempt="1")]

    found = folded(rules(), attempts=rows, ledger=ledger)

    assert [person for person, *_ in refused(found)] == out


def test_who_wins_a_period_goes_on_when_it_is_over() -> None:
    award = "{name: 每日之星, board: 每日, top: 1, to: 决赛, once_only: true}"
    days = [*FIRST, attempt("甲", 3, "RRR"), attempt("丙", 3, "RRW")]

    found = folded(rules(award=award), attempts=days + FINAL)

    assert found["awards"] == {"每日之星": {"2026-03-02": ["甲"], "2026-03-03": ["丙"]}}
    assert [person for person, *_ in refused(found)] == ["乙"]


def test_units_go_on_with_their_people() -> None:
    people = "person,region\n甲,渝中区/P\n乙,渝中区/Q\n丙,渝中区/Q\n"
    award = "{name: 优秀街道, board: 街道, top: 1, to: 决赛}"

    found = folded(rules(award=award), people=people, attempts=FIRST + FINAL)  # P and Q have 3: by order P

    assert [person for person, *_ in refused(found)] == ["乙", "丙"]


def test_lists_that_were_confirmed_decide_from_their_moment_on() -> None:
    def confirmed(at: str, *who: str) -> dict[str, object]:
        return {
            "at": f"2026-03-{at}:00+08:00",
            "stage": "初赛",
            "award": "晋级",
            "period": "",
            "who": list(who),
        }

    lists = [confirmed("09T10:00", "丙"), confirmed("10T12:00", "甲")]
    later = [attempt(person, 11, "RRR") for person in "甲丙"]

    found = folded(rules(), attempts=FIRST + FINAL + later, confirmed=lists)

    assert [person for person, *_ in refused(found)] == ["甲", "乙", "丙"]
    assert set(totals(found, "决赛榜")) == {"甲", "丙"}
