"""A recorded contest: late answers, events, corrections, entries and awards."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from quiz.errors import InvalidInput
from quiz.rules import case, replay
from tests.rules.documents import calendar, small, text

PEOPLE = "person,group,region\nA,青少年,渝中区/P\nB,老年人,渝中区/P\nC,老年人,渝中区/Q\n"


def attempt(
    person: str, start: str, answers: str, ms: int | list[int] = 1_000, **more: Any
) -> dict[str, Any]:
    """An attempt at "07-02 09:00"; it takes what its answers take."""
    taken = [ms] * len(answers) if isinstance(ms, int) else ms
    started = datetime.fromisoformat(f"2024-{start}:00+08:00")
    finished = started + timedelta(milliseconds=sum(taken))
    return {
        "person": person,
        "started_at": started.isoformat(),
        "finished_at": finished.isoformat(timespec="milliseconds"),
        "answers": list(answers),
        "ms": taken,
        **more,
    }


def played(*attempts: dict[str, Any], files: dict[str, Any] | None = None, **stage: Any) -> dict[str, Any]:
    """Replay a case of the small document with parts of its stage changed."""
    top = stage.pop("top", None)
    return replayed(small(top, **stage), *attempts, files=files)


def replayed(
    rules: dict[str, Any], *attempts: dict[str, Any], files: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Replay a case of a document."""
    given = {
        "rules.yaml": text(rules),
        "people.csv": PEOPLE,
        "attempts.jsonl": "\n".join(json.dumps(each) for each in attempts),
    }
    for name, rows in (files or {}).items():
        given[name] = rows if isinstance(rows, str) else "\n".join(json.dumps(row) for row in rows)
    return replay.result(case.parse(given))


def totals(result: dict[str, Any], board: str = "个人") -> dict[str, Any]:
    return {row["who"]: row["total"] for row in result["boards"][board]}


def test_an_answer_after_its_questions_time_is_wrong() -> None:
    result = played(
        attempt("A", "07-02 09:00", "RRR", [20_000, 20_001, 1]),
        clock={"per_question_s": 20},
        marking={"wrong": -1},
    )

    assert totals(result) == {"A": 1}


def test_an_answer_after_the_attempts_time_and_grace_is_wrong_and_the_time_is_the_limit() -> None:
    result = played(
        attempt("A", "07-02 09:00", "RRR", [60_000, 15_000, 1]), clock={"per_attempt_s": 60, "grace_s": 15}
    )

    assert totals(result) == {"A": 2}
    assert result["boards"]["个人"][0]["time_ms"] == 60_000


def test_answers_after_a_close_that_cuts_are_wrong() -> None:
    late = attempt("A", "07-31 23:59", "RRR", [59_000, 1_000, 1])

    assert totals(played(late, calendar=calendar(at_close="cut"))) == {"A": 2}
    assert totals(played(late, calendar=calendar(at_close="finish"))) == {"A": 3}


def test_missing_answers_are_blank() -> None:
    assert totals(played(attempt("A", "07-02 09:00", "RR"), marking={"blank": -1})) == {"A": 1}


def test_attempts_outside_the_window_are_refused_by_their_code() -> None:
    result = played(attempt("A", "07-01 07:59", "RRR"), attempt("A", "08-01 00:00", "RRR"))

    assert [row["because"] for row in result["refused"]] == ["not_open", "closed"]
    assert result["boards"]["个人"] == []


def event(person: str, at: str, kind: str = "sign_in") -> dict[str, str]:
    return {"person": person, "at": f"2024-{at}:00+08:00", "kind": kind}


def test_events_add_their_points_as_often_as_their_cap_says() -> None:
    result = played(
        attempt("A", "07-02 09:00", "RWW"),
        files={
            "events.jsonl": [
                event("A", "07-02 08:30"),
                event("A", "07-02 12:00"),
                event("A", "07-03 08:30"),
                event("B", "07-03 08:30"),
                event("C", "07-03 08:30", "unwritten"),
            ]
        },
        events={"sign_in": {"points": 2, "cap": {"per_day": 1}}},
    )

    assert totals(result) == {"A": 5, "B": 2}


def test_an_event_adds_an_attempt_to_its_day() -> None:
    result = played(
        attempt("A", "07-02 09:00", "RWW"),
        attempt("A", "07-02 10:00", "RWW"),
        attempt("A", "07-02 11:00", "RWW"),
        attempt("A", "07-03 09:00", "RWW"),
        attempt("A", "07-03 10:00", "RWW"),
        files={"events.jsonl": [event("A", "07-02 09:30")]},
        quota={"limit": {"per_day": 1}, "extra": [{"event": "sign_in", "adds": 1}]},
    )

    assert [row["started_at"] for row in result["refused"]] == [
        "2024-07-02T11:00:00+08:00",
        "2024-07-03T10:00:00+08:00",
    ]


def ledger(do: str, at: str = "08-02 09:00", **target: Any) -> dict[str, Any]:
    return {"at": f"2024-{at}:00+08:00", "actor": "裁判组", "do": do, "because": "核查", **target}


THREE = (
    attempt("A", "07-02 09:00", "RRR", id="a1"),
    attempt("A", "07-02 10:00", "RRW", id="a2"),
    attempt("B", "07-02 09:00", "RRR", id="b1"),
)


def test_a_void_attempt_counts_for_nothing() -> None:
    result = played(*THREE, files={"ledger.jsonl": [ledger("void", attempt="a1")]})

    assert totals(result) == {"A": 2, "B": 3}


def test_a_correction_of_something_unknown_is_refused() -> None:
    for target in ({"attempt": "a9"}, {"person": "Z"}, {"unit": "region:Z"}):
        with pytest.raises(InvalidInput):
            played(*THREE, files={"ledger.jsonl": [ledger("disqualify", **target)]})


def test_a_correction_without_a_reason_is_refused() -> None:
    row = {**ledger("void", attempt="a1")}
    del row["because"]

    with pytest.raises(InvalidInput) as refusal:
        played(*THREE, files={"ledger.jsonl": [row]})

    assert "ledger.jsonl 第 1 行" in refusal.value.text


def test_a_void_and_its_restore_cancel_out() -> None:
    rows = [ledger("void", "08-02 09:00", attempt="a1"), ledger("restore", "08-03 09:00", attempt="a1")]

    assert played(*THREE, files={"ledger.jsonl": rows}) == played(*THREE)
    assert played(*THREE, files={"ledger.jsonl": rows[::-1]}) == played(*THREE)


def test_a_person_is_adjusted_zeroed_or_taken_off_the_board() -> None:
    assert totals(played(*THREE, files={"ledger.jsonl": [ledger("adjust", person="A", points=-2)]}))["A"] == 3
    assert totals(played(*THREE, files={"ledger.jsonl": [ledger("zero", person="A")]}))["A"] == 0
    assert totals(played(*THREE, files={"ledger.jsonl": [ledger("disqualify", person="A")]})) == {"B": 3}


def test_an_attempt_is_remarked() -> None:
    result = played(*THREE, files={"ledger.jsonl": [ledger("remark", attempt="a2", points=3)]})

    assert totals(result)["A"] == 6


def test_a_disqualified_unit_leaves_its_board_and_stands_below_it_with_the_reason() -> None:
    result = played(*THREE, files={"ledger.jsonl": [ledger("disqualify", unit="region:P")]})

    assert result["boards"]["街道"] == []
    assert totals(result) == {"A": 5, "B": 3}
    assert [(row["who"], row["because"]) for row in result["below"]["街道"]] == [("P", "disqualified")]


def test_a_person_who_is_out_can_take_the_unit_along() -> None:
    result = played(
        *THREE,
        attempt("C", "07-02 09:00", "RRR"),
        files={"ledger.jsonl": [ledger("disqualify", person="A")]},
        integrity={"person_out_takes": "region.street"},
    )

    assert [row["who"] for row in result["boards"]["街道"]] == ["Q"]


def test_a_void_attempt_gives_its_quota_back_only_where_the_rules_say_so() -> None:
    attempts = (attempt("A", "07-02 09:00", "RWW", id="a1"), attempt("A", "07-02 12:00", "RRR", id="a2"))
    files = {"ledger.jsonl": [ledger("void", "07-02 11:00", attempt="a1")]}
    quota = {"limit": {"per_day": 1}}

    kept = played(*attempts, files=files, quota=quota)
    back = played(*attempts, files=files, quota=quota, integrity={"void": {"quota_back": True}})

    assert len(kept["refused"]) == 1
    assert (back["refused"], totals(back)) == ([], {"A": 3})


def test_quota_comes_back_for_what_is_void_in_the_end_too() -> None:
    attempts = (attempt("A", "07-02 09:00", "RWW", id="a1"), attempt("A", "07-02 12:00", "RRR", id="a2"))
    files = {"ledger.jsonl": [ledger("void", "07-03 11:00", attempt="a1")]}
    back = {"void": {"quota_back": True}}

    result = played(*attempts, files=files, quota={"limit": {"per_day": 1}}, integrity=back)

    assert (result["refused"], totals(result)) == ([], {"A": 3})


def test_who_has_nothing_but_void_attempts_keeps_their_entries_where_the_rules_say_so() -> None:
    files = {"ledger.jsonl": [ledger("void", attempt="b1"), ledger("disqualify", person="A")]}
    rules: dict[str, Any] = {"draws": [{"name": "抽奖", "entries": [{"for": "attempt"}]}]}

    kept = played(*THREE, files=files, integrity={"void": {"entries_withdrawn": False}}, **rules)
    withdrawn = played(*THREE, files=files, **rules)

    assert (kept["draw_entries"], kept["boards"]["个人"]) == ({"抽奖": {"B": 1}}, [])
    assert withdrawn["draw_entries"] == {"抽奖": {}}


def test_a_void_and_its_restore_cancel_out_where_quota_comes_back() -> None:
    attempts = (attempt("A", "07-02 09:00", "RWW", id="a1"), attempt("A", "07-02 12:00", "RRR", id="a2"))
    rows = [ledger("void", "07-03 11:00", attempt="a1"), ledger("restore", "07-03 12:00", attempt="a1")]
    rules: dict[str, Any] = {
        "quota": {"limit": {"per_day": 1}},
        "integrity": {"void": {"quota_back": True}},
    }

    assert played(*attempts, files={"ledger.jsonl": rows}, **rules) == played(*attempts, **rules)


def test_a_share_is_wrong_where_a_question_is_all_or_nothing() -> None:
    half = {**attempt("A", "07-02 09:00", "RRR"), "answers": ["R", "1/2", "R"]}

    whole = played(half, marking={"wrong": -1})
    shared = played(half, marking={"wrong": -1, "multiple": "share"})

    assert (totals(whole), totals(shared)) == ({"A": 1}, {"A": "2.5"})


def test_events_of_somebody_who_may_not_take_part_give_nothing() -> None:
    events = [{"person": who, "at": "2024-07-02T09:00:00+08:00", "kind": "sign_in"} for who in ("A", "Z")]

    result = played(
        top={"people": {"roster_only": True}},
        files={"events.jsonl": events},
        events={"sign_in": {"points": 1}},
    )

    assert totals(result) == {"A": 1}


def test_what_was_answered_beyond_the_paper_takes_no_time() -> None:
    result = played(
        attempt("A", "07-02 09:00", "RRRR", [1_000, 2_000, 3_000, 9_000]),
        clock={"per_question_s": 20, "time": "questions"},
    )

    assert result["boards"]["个人"][0]["time_ms"] == 6_000


def test_an_event_gives_its_entry_without_an_attempt_while_the_stage_runs() -> None:
    result = played(
        attempt("A", "07-02 09:00", "RRR"),
        files={
            "events.jsonl": [event("B", "07-03 10:00"), event("C", "06-01 10:00"), event("A", "06-01 10:00")]
        },
        draws=[{"name": "签到", "entries": [{"for": "event", "kind": "sign_in"}]}],
    )

    assert result["draw_entries"] == {"签到": {"B": 1}}


def test_a_share_is_one_of_all_on_the_board_where_places_pass_down() -> None:
    people = "ABCDEFGH"
    result = played(
        *(attempt(who, f"07-02 09:{n:02}", "RRR") for n, who in enumerate(people)),
        order=["total", "first_started"],
        awards=[
            {"name": "一等奖", "board": "个人", "share": "1/4", "once_only": True},
            {"name": "二等奖", "board": "个人", "share": "1/2", "once_only": True},
        ],
    )

    assert result["awards"] == {"一等奖": ["A", "B"], "二等奖": ["C", "D", "E", "F"]}


def test_who_has_no_points_is_not_the_best_where_they_are_left_out() -> None:
    orders = (["best"], ["top_sum"], ["group_best_sum"])
    result = played(
        attempt("A", "07-02 09:00", "WWR"),
        attempt("B", "07-02 09:00", "---"),
        marking={"wrong": -1},
        boards=[
            {"name": order[0], "of": "region.street", "order": order, "zero_scorers": "out"}
            | ({"top": 1} if order == ["top_sum"] else {})
            for order in orders
        ],
    )

    assert [result["boards"][order[0]][0]["value"] for order in orders] == [-1, -1, -1]


def test_a_period_board_has_the_periods_with_an_attempt() -> None:
    result = played(
        attempt("A", "07-02 09:00", "RRR"),
        attempt("B", "07-04 09:00", "RWW"),
        boards=[
            {"name": "当日", "of": "people", "over": "period"},
            {"name": "当日街道", "of": "region.street", "over": "period", "order": ["sum"]},
        ],
    )

    assert {day: [row["who"] for row in rows] for day, rows in result["boards"]["当日"].items()} == {
        "2024-07-02": ["A"],
        "2024-07-04": ["B"],
    }
    assert result["boards"]["当日街道"]["2024-07-04"][0]["value"] == 1


def test_a_board_is_divided_by_group_or_unit() -> None:
    result = played(
        attempt("A", "07-02 09:00", "RRR"),
        attempt("B", "07-02 09:00", "RRW"),
        attempt("C", "07-02 09:00", "RRR"),
        boards=[
            {"name": "分组", "of": "people", "each": "group"},
            {"name": "分街道", "of": "people", "each": "region.street"},
        ],
    )

    shown = {
        n: {part: [r["who"] for r in rows] for part, rows in b.items()} for n, b in result["boards"].items()
    }
    assert shown == {
        "分组": {"青少年": ["A"], "老年人": ["C", "B"]},
        "分街道": {"P": ["A", "B"], "Q": ["C"]},
    }


def test_entries_come_from_attempts_events_and_places_within_the_caps() -> None:
    result = played(
        attempt("A", "07-02 09:00", "RRR"),
        attempt("A", "07-02 10:00", "RRR"),
        attempt("A", "07-02 11:00", "RRR"),
        attempt("A", "07-03 09:00", "RRW"),
        attempt("B", "07-03 09:00", "RWW"),
        files={"events.jsonl": [event("B", "07-03 10:00"), event("B", "07-03 11:00")]},
        draws=[
            {
                "name": "抽奖",
                "entries": [{"for": "attempt", "at_least": {"correct": 2}}],
                "cap": {"per_day": 2},
            },
            {"name": "签到", "entries": [{"for": "event", "kind": "sign_in", "cap": {"per_day": 1}}]},
            {"name": "名次", "entries": [{"for": "place", "board": "个人", "top": 1}]},
            {"name": "每两题", "entries": [{"for": "attempt", "each": {"correct": 2}}]},
            {"name": "老年人除外", "entries": [{"for": "attempt"}], "exclude": ["老年人"]},
        ],
    )

    assert result["draw_entries"] == {
        "抽奖": {"A": 3},
        "签到": {"B": 1},
        "名次": {"A": 1},
        "每两题": {"A": 4},
        "老年人除外": {"A": 4},
    }


def test_awards_at_a_tie_go_by_order_or_to_everybody() -> None:
    result = played(
        attempt("A", "07-02 09:00", "RRR"),
        attempt("B", "07-02 09:00", "RRR"),
        attempt("C", "07-02 09:00", "RWW"),
        awards=[
            {"name": "一等奖", "board": "个人", "top": 1},
            {"name": "并列", "board": "个人", "top": 1, "equal": "all_in"},
            {"name": "每街道", "board": "个人", "top": 1, "each": "region.street"},
            {"name": "三分之一", "board": "个人", "share": "1/3"},
            {"name": "合格", "at_least": {"score": 3}},
        ],
    )

    assert result["awards"] == {
        "一等奖": ["A"],
        "并列": ["A", "B"],
        "每街道": ["A", "C"],
        "三分之一": ["A"],
        "合格": ["A", "B"],
    }


EVERYBODY = [
    attempt("A", "07-01 09:00", "RRR"),
    attempt("B", "07-01 09:00", "RRW"),
    attempt("C", "07-01 09:00", "RWW"),
    attempt("A", "07-09 09:00", "RRR"),
    attempt("C", "07-09 09:00", "RRW"),
]
WEEKS = calendar(period="week")
WEEKLY = [{"name": "周榜", "of": "people", "over": "period"}, {"name": "总榜", "of": "people"}]


def test_a_prize_of_a_board_by_period_is_given_after_each_period() -> None:
    result = played(
        *EVERYBODY, calendar=WEEKS, boards=WEEKLY, awards=[{"name": "周奖", "board": "周榜", "top": 1}]
    )

    assert result["awards"] == {"周奖": {"2024-07-01": ["A"], "2024-07-08": ["A"]}}


def test_who_advances_once_does_not_take_a_place_again() -> None:
    advance = {"name": "晋级", "board": "周榜", "top": 1, "to": "决赛", "once_only": True}

    result = played(*EVERYBODY, calendar=WEEKS, boards=WEEKLY, awards=[advance])

    assert result["awards"] == {"晋级": {"2024-07-01": ["A"], "2024-07-08": ["C"]}}


def test_tiers_of_prizes_follow_each_other_down_the_board() -> None:
    tiers = [
        {"name": name, "board": "总榜", "top": 1, "once_only": True}
        for name in ("一等奖", "二等奖", "三等奖")
    ]

    result = played(*EVERYBODY, calendar=WEEKS, boards=WEEKLY, awards=tiers)

    assert result["awards"] == {"一等奖": ["A"], "二等奖": ["C"], "三等奖": ["B"]}


def test_wild_cards_go_to_the_best_who_are_not_in() -> None:
    prize = {"name": "晋级", "board": "总榜", "top": 1, "each": "region.street", "wild_cards": 1}

    result = played(*EVERYBODY, calendar=WEEKS, boards=WEEKLY, awards=[prize])

    assert result["awards"] == {"晋级": ["A", "C", "B"]}


def test_so_often_in_a_row_means_periods_that_follow_each_other() -> None:
    prize = {"name": "坚持奖", "at_least": {"correct": 2}, "in_a_row": 2}
    later = attempt("B", "07-16 09:00", "RRR")  # a week was left out

    result = played(*EVERYBODY, later, calendar=WEEKS, boards=WEEKLY, awards=[prize])

    assert result["awards"] == {"坚持奖": ["A"]}


def test_without_periods_attempts_follow_each_other() -> None:
    prize = {"name": "坚持奖", "at_least": {"correct": 2}, "in_a_row": 2}
    attempts = [attempt("B", f"07-0{day} 09:00", "RRW") for day in (1, 5)]

    result = played(*attempts, calendar=calendar(period="none"), awards=[prize])

    assert result["awards"] == {"坚持奖": ["B"]}


ROSTER = "person,group,age,grade,registered_at,region\n"
ELIGIBLE = {
    "too young": ({"ages": {"from": 7, "to": 12}}, "A,,6,,,渝中区/P"),
    "too old": ({"ages": {"from": 7, "to": 12}}, "A,,13,,,渝中区/P"),
    "another grade": ({"grades": ["五年级"]}, "A,,,四年级,,渝中区/P"),
    "excluded": ({"exclude": ["工作人员"]}, "A,工作人员,,,,渝中区/P"),
    "registered too late": ({"register_by": "2024-06-30 24:00"}, "A,,,,2024-07-01T00:00:00+08:00,"),
    "not on the roster": ({"roster_only": True}, "B,,,,,"),
}


@pytest.mark.parametrize(("people", "row"), ELIGIBLE.values(), ids=ELIGIBLE)
def test_who_may_not_take_part_is_refused(people: dict[str, Any], row: str) -> None:
    files = {"people.csv": ROSTER + row}

    result = played(attempt("A", "07-02 09:00", "RRR"), files=files, top={"people": people})

    assert [refused["because"] for refused in result["refused"]] == ["not_allowed"]


def test_who_is_just_within_the_limits_takes_part() -> None:
    people = {"ages": {"from": 7, "to": 12}, "grades": ["五年级"], "register_by": "2024-06-30 24:00"}
    files = {"people.csv": ROSTER + "A,,12,五年级,2024-06-30T23:59:59+08:00,渝中区/P"}

    result = played(attempt("A", "07-02 09:00", "RRR"), files=files, top={"people": people})

    assert (result["refused"], totals(result)) == ([], {"A": 3})


def test_totals_without_a_smallest_point_stay_exact() -> None:
    result = played(
        attempt("A", "07-02 09:00", ["1/3", "R", "W"]),  # type: ignore[arg-type]  # shares among letters
        marking={"multiple": "share"},
    )

    assert totals(result) == {"A": "4/3"}


def test_totals_with_a_smallest_point_are_rounded_to_it() -> None:
    result = played(
        attempt("A", "07-02 09:00", ["1/3", "R", "W"]),  # type: ignore[arg-type]  # shares among letters
        marking={"multiple": "share"},
        top={"point": "0.1"},
    )

    assert totals(result) == {"A": "1.3"}


def test_who_is_the_shortest_path_that_is_unique() -> None:
    people = "person,school\nA,一小/1班\nB,二小/1班\nC,二小/2班\n"
    result = played(
        *(attempt(person, "07-02 09:00", "RRR") for person in "ABC"),
        files={"people.csv": people},
        top={"units": {"school": {"levels": ["school", "class"]}}},
        boards=[{"name": "班级", "of": "school.class", "order": ["sum"]}],
    )

    assert [row["who"] for row in result["boards"]["班级"]] == ["2班", "一小/1班", "二小/1班"]


def test_the_latest_enrolment_that_is_not_after_the_day_counts() -> None:
    rows = ["region,P,4,2024-01-01", "region,渝中区/P,8,2024-06-01", "region,P,99,2024-06-02"]
    enrolled = "\n".join(["tree,unit,enrolled,as_of", *rows])
    result = played(
        attempt("A", "07-02 09:00", "RRR"),
        files={"units.csv": enrolled},
        top={"units": {"region": {"levels": ["district", "street"], "enrolled_on": "2024-06-01"}}},
        boards=[{"name": "参与率", "of": "region.street", "order": ["participation_rate"]}],
    )

    (row,) = result["boards"]["参与率"]
    assert (row["enrolled"], row["value"]) == (8, "12.5")
