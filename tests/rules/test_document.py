"""What is refused in a rules document: with its place, its line and what to write instead."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from quiz.errors import Fault, InvalidDocument
from quiz.rules.document import load, playable
from tests.rules.documents import EXAMPLES, calendar, small, starter, text

E1 = (EXAMPLES / "e1-points-per-attempt" / "rules.yaml").read_text("utf-8")


def faults(document: str) -> list[Fault]:
    with pytest.raises(InvalidDocument) as refusal:
        load(document)
    return list(refusal.value.faults)


def changed(line: str, other: str) -> str:
    assert line in E1
    return E1.replace(line, other)


# How a document is written: what another YAML loader would read otherwise. line, instead, code, line number.
WRITTEN = {
    "an unquoted date": ('opens: "2024-05-30 08:00"', "opens: 2024-05-30", "unquoted_date", 8),
    "an unquoted date and time": ('opens: "2024-05-30 08:00"', "opens: 2024-05-30 08:00", "unquoted_date", 8),
    "an unquoted time": ("period: day", "day_begins: 11:30", "unquoted_time", 8),
    "an unquoted early time": ("period: day", "day_begins: 04:00", "unquoted_time", 8),
    "an unquoted decimal": ("points: 1", "points: 0.5", "unquoted_decimal", 10),
    "an exponent": ("points: 1", "points: 1e3", "unquoted_decimal", 10),
    "half a character": ("points: 1", 'points: "\\ud800"', "yaml", 10),
    "a control character": ("points: 1", "points: \a", "yaml", 10),
    "a number without end": ("points: 1", f"points: {'9' * 5_000}", "too_large", 10),
    "a number with a sign": ("points: 1", "points: +1", "odd_number", 10),
    "an octal number": ("points: 1", "points: 010", "odd_number", 10),
    "an old boolean": ("{count: 3}", "{count: yes}", "odd_boolean", 9),
    "an empty value": ("order: [total]", "order:", "empty", 13),
    "a null": ("order: [total]", "order: null", "empty", 13),
    "a repeated key": ("{count: 3}", "{count: 3, count: 4}", "repeated_key", 9),
    "an alias": ("{count: 3}", "*all", "alias", 9),
    "an anchor": ("{count: 3}", "&all {count: 3}", "anchor", 9),
    "a merge": ("{count: 3}", "{count: 3, <<: {count: 4}}", "merge", 9),
    "a tag": ("count: 3", "count: !!python/object:os.system 3", "tag", 9),
    "broken brackets": ("order: [total]", "order: [total", "yaml", 14),
}


@pytest.mark.parametrize(("line", "other", "code", "number"), WRITTEN.values(), ids=WRITTEN)
def test_what_loaders_read_differently_is_refused_with_its_line(
    line: str, other: str, code: str, number: int
) -> None:
    found = faults(changed(line, other))

    assert (code, number) in [(fault.code, fault.line) for fault in found]


def test_every_fault_is_told_at_once() -> None:
    found = faults(
        changed('opens: "2024-05-30 08:00"', "opens: 2024-05-30").replace("points: 1", "points: 0.5")
    )

    assert [fault.code for fault in found] == ["unquoted_date", "unquoted_decimal"]


def test_what_is_told_instead_of_a_number_is_not_refused_again() -> None:
    told = [faults(changed("points: 1", f"points: {found}"))[0].text for found in ("1e400", "+0.5", "9" * 99)]

    assert len(set(told)) == 1
    assert '"0.5"' in told[0]


def test_thousands_of_unknown_keys_are_told_at_once() -> None:
    found = faults(E1 + "".join(f"k{n}: 1\n" for n in range(2_000)))

    assert len(found) == 2_000


def test_a_bomb_of_aliases_is_refused_at_once() -> None:
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 40)]

    assert faults("\n".join(lines))[0].code == "anchor"


def test_brackets_without_end_are_refused() -> None:
    assert faults("[" * 5_000)[0].code == "too_deep"


def test_a_second_document_is_refused() -> None:
    assert faults(E1 + "\n---\ntitle: x\n")[0].code == "second_document"


def test_something_else_than_rules_is_refused() -> None:
    assert [fault.code for fault in faults("")] == ["type"]
    assert [fault.code for fault in faults("- a\n- b\n")] == ["type"]


# Single values. parts of the stage, at, code
VALUES: dict[str, tuple[dict[str, Any], str, str]] = {
    "an unknown key": ({"papr": 1}, "/stages/0/papr", "unknown_key"),
    "a missing key": ({"person": None}, "/stages/0", "missing"),
    "a wrong word": ({"places": "olympic"}, "/stages/0/places", "not_one_of"),
    "a number as text": ({"quota": {"limit": {"total": "3"}}}, "/stages/0/quota/limit/total", "type"),
    "a time without minutes": (
        {"calendar": calendar(opens="2024-07-01 8")},
        "/stages/0/calendar/opens",
        "time",
    ),
    "25 o'clock": ({"calendar": calendar(opens="2024-07-01 25:00")}, "/stages/0/calendar/opens", "time"),
    "a word for a number": ({"marking": {"wrong": "minus"}}, "/stages/0/marking/wrong", "number"),
    "absurdly many points": ({"award": {"each": 10**12}}, "/stages/0/award/each", "number"),
    "longer than anybody lives": (
        {"clock": {"per_attempt_s": 10**15}},
        "/stages/0/clock/per_attempt_s",
        "seconds",
    ),
    "no time at all": ({"clock": {"per_question_s": 0}}, "/stages/0/clock/per_question_s", "seconds"),
    "no seconds in text": (
        {"clock": {"per_question_s": "0.000"}},
        "/stages/0/clock/per_question_s",
        "seconds",
    ),
    "more questions than anybody answers": (
        {"paper": {"sections": [{"count": 1001}]}},
        "/stages/0/paper/sections/0/count",
        "too_large",
    ),
    "an empty list": ({"order": []}, "/stages/0/order", "too_few"),
    "a draw for sharing": (
        {"draws": [{"name": "抽奖", "entries": [{"for": "event", "kind": "share"}]}]},
        "/stages/0/draws/0/entries/0/kind",
        "not_share_like",
    ),
    "attempts for inviting": (
        {"quota": {"extra": [{"event": "invite", "adds": 1}]}},
        "/stages/0/quota/extra/0/event",
        "not_share_like",
    ),
}


@pytest.mark.parametrize(("parts", "at", "code"), VALUES.values(), ids=VALUES)
def test_a_value_that_does_not_fit_is_refused_at_its_place(parts: dict[str, Any], at: str, code: str) -> None:
    found = faults(text(small(**parts)))

    assert [(fault.at, fault.code) for fault in found] == [(at, code)]
    assert all(fault.line is not None for fault in found)


def test_a_misspelt_key_is_told_the_right_one() -> None:
    (fault,) = faults(text(small(clock={"per_attemp_s": 60})))

    assert "per_attempt_s" in fault.text


# Contradictions. parts of the stage, at, code
CONTRADICTIONS: dict[str, tuple[dict[str, Any], str, str]] = {
    "closes before it opens": (
        {"calendar": calendar(closes="2024-07-01 08:00")},
        "/stages/0/calendar/closes",
        "order",
    ),
    "a day that does not exist": (
        {"calendar": calendar(opens="2024-06-31 08:00")},
        "/stages/0/calendar/opens",
        "no_such_moment",
    ),
    "hours over midnight": (
        {"calendar": calendar(hours=[{"from": "22:00", "to": "02:00"}])},
        "/stages/0/calendar/hours/0/to",
        "order",
    ),
    "never open": (
        {
            "calendar": calendar(
                closes="2024-07-02 00:00", hours=[{"days": ["sun"], "from": "09:00", "to": "10:00"}]
            )
        },
        "/stages/0/calendar",
        "never_open",
    ),
    "scenes without a name": ({"calendar": calendar(period="scene")}, "/stages/0/calendar", "scenes"),
    "speed by the phone's clock": (
        {
            "clock": {"per_attempt_s": 600},
            "marking": {"speed": {"steps": [{"within_s": 4, "points": 5}]}},
        },
        "/stages/0/marking/speed",
        "speed_needs_question_clock",
    ),
    "speed and points": (
        {
            "clock": {"per_question_s": 20},
            "paper": {"sections": [{"count": 3, "points": 2}]},
            "marking": {"speed": {"steps": [{"within_s": 4, "points": 5}]}},
        },
        "/stages/0/paper/sections/0/points",
        "points_and_speed",
    ),
    "steps of speed in disorder": (
        {
            "clock": {"per_question_s": 20},
            "marking": {"speed": {"steps": [{"within_s": 8, "points": 5}, {"within_s": 4, "points": 4}]}},
        },
        "/stages/0/marking/speed/steps/1/within_s",
        "order",
    ),
    "a step twice": (
        {"award": {"from": "correct", "steps": [{"at_least": 2, "points": 1}, {"at_least": 2, "points": 2}]}},
        "/stages/0/award/steps/1/at_least",
        "repeated",
    ),
    "below nothing": ({"award": {"below": 1}}, "/stages/0/award/below", "below_without_steps"),
    "the sum of question times without them": (
        {"clock": {"time": "questions"}},
        "/stages/0/clock/time",
        "no_question_clock",
    ),
    "an order key twice": ({"order": ["total", "total"]}, "/stages/0/order/1", "repeated"),
    "an unknown level": (
        {"boards": [{"name": "街道", "of": "region.stret", "order": ["sum"]}]},
        "/stages/0/boards/0/of",
        "unknown_level",
    ),
    "a unit board without a formula": (
        {"boards": [{"name": "街道", "of": "region.street"}]},
        "/stages/0/boards/0",
        "order_or_value",
    ),
    "an award that leads to where it is given": (
        {"name": "初赛", "awards": [{"name": "晋级", "board": "个人", "top": 3, "to": "初赛"}]},
        "/stages/0/awards/0/to",
        "own_stage",
    ),
    "a formula with digits beyond all reason": (
        {
            "boards": [
                {
                    "name": "街道",
                    "of": "region.street",
                    "value": {"terms": [{"metric": "sum", "weight": 1}], "round": 100_000_000},
                }
            ]
        },
        "/stages/0/boards/0/value/round",
        "too_large",
    ),
    "a formula for people": (
        {"boards": [{"name": "个人", "of": "people", "order": ["sum"]}]},
        "/stages/0/boards/0/order",
        "of_units_only",
    ),
    "a board by period without periods": (
        {
            "calendar": calendar(period="none"),
            "boards": [{"name": "个人", "of": "people", "over": "period"}],
        },
        "/stages/0/boards/0/over",
        "no_periods",
    ),
    "two boards of one name": (
        {"boards": [{"name": "个人", "of": "people"}, {"name": "个人", "of": "people"}]},
        "/stages/0/boards/1/name",
        "repeated",
    ),
    "the best how many of what needs none": (
        {
            "boards": [
                {
                    "name": "街道",
                    "of": "region.street",
                    "value": {"terms": [{"metric": "sum", "weight": 1, "top": 3}]},
                }
            ]
        },
        "/stages/0/boards/0/value/terms/0/top",
        "unused",
    ),
    "the units below the lowest": (
        {"boards": [{"name": "街道", "of": "region.street", "order": ["sum", "child_units_rate"]}]},
        "/stages/0/boards/0/order/1",
        "no_level_below",
    ),
    "more than all": (
        {"awards": [{"name": "一等奖", "board": "个人", "share": "1.5"}]},
        "/stages/0/awards/0/share",
        "number",
    ),
    "harder than possible": (
        {"paper": {"sections": [{"count": 3, "difficulty": {"from": "0.5", "to": "1.5"}}]}},
        "/stages/0/paper/sections/0/difficulty/to",
        "number",
    ),
    "names of scenes that are no periods": (
        {"calendar": calendar(scenes=["甲", "乙"])},
        "/stages/0/calendar/scenes",
        "scenes",
    ),
    "levels that are no periods": (
        {"flow": {"levels": {"pass": [1, 2]}}},
        "/stages/0/flow/levels",
        "levels",
    ),
    "steps of speed that give more for less": (
        {
            "clock": {"per_question_s": 20},
            "marking": {"speed": {"steps": [{"within_s": 4, "points": 4}, {"within_s": 8, "points": 5}]}},
        },
        "/stages/0/marking/speed/steps/1/points",
        "order",
    ),
    "the best how many": (
        {"boards": [{"name": "街道", "of": "region.street", "order": ["top_sum"]}]},
        "/stages/0/boards/0/order/0",
        "top_missing",
    ),
    "a prize from no board": (
        {"awards": [{"name": "一等奖", "board": "总榜", "top": 3}]},
        "/stages/0/awards/0/board",
        "unknown_board",
    ),
    "a prize for nobody": ({"awards": [{"name": "一等奖"}]}, "/stages/0/awards/0", "who_gets_it"),
    "strikes without leaving": ({"clock": {"strikes": 2}}, "/stages/0/clock/strikes", "strikes"),
}


@pytest.mark.parametrize(("parts", "at", "code"), CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_a_contradiction_is_refused_at_its_place(parts: dict[str, Any], at: str, code: str) -> None:
    found = faults(text(small(**parts)))

    assert [(fault.at, fault.code) for fault in found] == [(at, code)]
    assert all(fault.line is not None and fault.text for fault in found)


def test_an_unknown_time_zone_is_refused() -> None:
    assert faults(text(small({"timezone": "Asia/Chongqin"})))[0].at == "/timezone"


def test_a_day_of_enrolment_has_to_exist() -> None:
    units = {"region": {"levels": ["district", "street"], "enrolled_on": "2024-02-30"}}

    (fault,) = faults(text(small({"units": units})))

    assert (fault.at, fault.code) == ("/units/region/enrolled_on", "no_such_moment")


def test_what_nobody_can_reach_can_be_folded_and_not_published() -> None:
    rules = text(small(award={"from": "correct", "steps": [{"at_least": 4, "points": 1}]}))

    with pytest.raises(InvalidDocument) as refusal:
        playable(rules)

    (fault,) = refusal.value.faults
    assert (fault.at, fault.code) == ("/stages/0/award/steps/0/at_least", "out_of_reach")


def test_what_a_contest_cannot_do_yet_is_refused_by_name_at_publication() -> None:
    entries = [{"for": "place", "board": "个人", "top": 3}]
    draws = [{"name": "红包", "entries": entries, "drawn": "at_once"}]

    with pytest.raises(InvalidDocument) as refusal:
        playable(text(small(draws=draws)))

    (fault,) = refusal.value.faults
    assert (fault.at, fault.code) == ("/stages/0/draws/0", "not_yet")
    assert "抽奖" in fault.text


def test_totals_that_can_be_fractions_need_a_smallest_point_at_publication() -> None:
    parts: dict[str, Any] = {"person": {"within_period": "mean"}}

    with pytest.raises(InvalidDocument) as refusal:
        playable(text(small(**parts)))

    assert refusal.value.faults[0].code == "point_missing"
    assert playable(text(small({"point": "0.1"}, **parts))).stages[0].point_stated


@pytest.mark.parametrize("name", ["contest", "practice"])
def test_the_starter_documents_can_be_played(name: str) -> None:
    document = playable(starter(name))

    assert pickle.loads(pickle.dumps(document)) == document
