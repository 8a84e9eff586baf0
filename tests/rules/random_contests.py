"""Random rules documents and random records to fold: all that the notation has, small and full of ties."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any

from hypothesis import strategies as st

Raw = dict[str, Any]  # Any: JSON
ZONE = timezone(timedelta(hours=8))
OPENS = datetime(2024, 7, 1, 8, tzinfo=ZONE)  # a Monday
DAYS = 9
MINUTES = (0, 1, 60, 239, 240, 600, 901, 959, 960)  # of a day: both sides of 4:00, 8:00 and 24:00 from 8:00
PEOPLE = ("A", "B", "C", "D", "E")
GROUPS = ("青", "老")
NUMBERS = (-1, 0, 1, 2, 3, "0.5", "1/3", "2.25")
POINTS = (0, 1, 2, 3, "0.5", "2.25")
METRICS = [
    "people",
    "attempts",
    "scorers",
    "enrolled",
    "participation_rate",
    "child_units_rate",
    "sum",
    "mean",
    "group_best_sum",
    "mean_per_enrolled",
    "top_sum",
    "best",
    "pass_rate",
    "full_mark_rate",
]


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), strategy)


def some(**keys: st.SearchStrategy[Any]) -> st.SearchStrategy[Raw]:
    """A map with some of the keys."""
    return st.fixed_dictionaries({}, optional=keys)


LIMIT = some(per_day=st.integers(1, 3), per_period=st.integers(1, 4), total=st.integers(1, 6))
number = st.sampled_from(NUMBERS)


@st.composite
def calendars(draw: st.DrawFn) -> Raw:
    kind = draw(st.sampled_from(("none", "day", "week", "month", "scene", "level")))
    raw: Raw = {"opens": "2024-07-01 08:00", "closes": "2024-07-09 24:00", "period": kind}
    if kind == "month":
        raw |= {"opens": "2024-06-28 08:00"}
    if kind == "scene":
        raw["scenes"] = ["甲", "乙", "丙"]
    if kind == "week" and draw(st.booleans()):
        raw["week_begins"] = draw(st.sampled_from(("fri", "sun", "wed")))
    raw |= draw(
        some(day_begins=st.sampled_from(("00:00", "04:00")), at_close=st.sampled_from(("finish", "cut")))
    )
    if draw(st.integers(0, 3)) == 0:
        raw["hours"] = [
            {"from": "08:00", "to": "23:59"},
            {"days": ["mon", "tue"], "from": "00:00", "to": "04:00"},
        ]
    if draw(st.integers(0, 3)) == 0:
        raw["gaps"] = [{"opens": "2024-07-03 12:00", "closes": "2024-07-04 09:00"}]
    return raw


@st.composite
def ways(draw: st.DrawFn, is_level: bool) -> tuple[Raw, Raw, Raw]:
    """Clock, marking and flow, which depend on each other."""
    clock = draw(
        some(
            per_attempt_s=st.sampled_from((5, 20)),
            per_question_s=st.just(5),
            at_least_s=st.sampled_from((1, 3)),
            time_in=st.just("s"),
            grace_s=st.sampled_from((0, 1)),
        )
    )
    marking = draw(
        some(
            wrong=number,
            blank=number,
            streak=st.fixed_dictionaries(
                {"grow": st.sampled_from((1, "0.5", "1/3"))}, optional={"most": st.integers(1, 3)}
            ),
            last_right=st.sampled_from(("double_itself", "double_others")),
            range=st.sampled_from(({"min": 0, "max": 5}, {"min": -1, "max": 3}, {"min": "0.5", "max": 100})),
        )
    )
    if "per_question_s" in clock:
        clock |= draw(some(time=st.sampled_from(("attempt", "questions"))))
        speed = draw(st.sampled_from((None, "steps", "line")))
        if speed == "steps":
            marking["speed"] = {"steps": [{"within_s": 1, "points": 3}, {"within_s": 4, "points": "1.5"}]}
        if speed == "line":
            marking["speed"] = {"line": {"from": 3, "to": 1, "over_s": 3}}
    flow: Raw = {}
    stops = ["end", "first_wrong"] + (["time"] if "per_attempt_s" in clock else [])
    flow["stop"] = draw(st.sampled_from(stops))
    if flow["stop"] == "end" and draw(st.booleans()):
        flow["redo"] = "until_right"
    if draw(st.integers(0, 4)) == 0:
        flow["practice_first"] = {"at_least": draw(st.sampled_from(({"correct": 2}, {"score": 1})))}
    if is_level:
        flow["levels"] = {"pass": [1, 1, 1]} | draw(
            some(
                failed_gives=st.sampled_from((0, 1)),
                again=st.sampled_from(("failed", "never", "always")),
                opens=st.just("daily"),
            )
        )
    return clock, marking, flow


@st.composite
def awards(draw: st.DrawFn) -> Raw:
    raw = draw(some(completed=number, perfect=number, **{"from": st.sampled_from(("score", "correct"))}))
    how = draw(st.sampled_from((None, "steps", "each")))
    if how == "steps":
        raw["steps"] = [{"at_least": 2, "points": draw(number)}, {"at_least": 1, "points": draw(number)}]
        raw |= draw(some(below=number))
    if how == "each":
        raw["each"] = draw(number)
    if draw(st.booleans()):
        raw["tokens"] = [{"give": "绿", "all_correct": True}, {"give": "蓝", "at_least": {"correct": 1}}]
    return raw


@st.composite
def terms(draw: st.DrawFn, of_top: bool) -> Raw:
    metrics = [m for m in METRICS if of_top or m != "child_units_rate"]
    term: Raw = {
        "metric": draw(st.sampled_from(metrics)),
        "weight": draw(st.sampled_from((1, "0.3", "1/3", "-0.5"))),
    }
    term |= draw(some(cap=st.sampled_from((2, 50)), round=st.integers(0, 2)))
    if term["metric"] == "top_sum":
        term["top"] = draw(st.integers(1, 3))
    if term["metric"] == "pass_rate":
        term["pass_at"] = draw(st.sampled_from((1, "2.5")))
    return term


@st.composite
def unit_boards(draw: st.DrawFn, name: str, has_periods: bool) -> Raw:
    of = draw(st.sampled_from(("region.district", "region.street")))
    board: Raw = {"name": name, "of": of}
    if draw(st.booleans()):
        chosen = draw(
            st.lists(terms(of == "region.district"), min_size=1, max_size=3, unique_by=lambda t: t["metric"])
        )
        board["value"] = {"terms": chosen} | draw(some(round=st.integers(0, 2)))
    else:
        names = [m for m in METRICS if of == "region.district" or m != "child_units_rate"]
        names += ["total", "time", "reached", "first_started"]
        board["order"] = draw(st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True))
        if "top_sum" in board["order"]:
            board["top"] = draw(st.integers(1, 3))
        if "pass_rate" in board["order"]:
            board["pass_at"] = draw(st.sampled_from((1, 3)))
    board |= draw(some(least_people=st.integers(1, 2), zero_scorers=st.sampled_from(("in", "out"))))
    if has_periods and draw(st.booleans()):
        board["over"] = "period"
    return board


@st.composite
def boards(draw: st.DrawFn, has_periods: bool) -> list[Raw]:
    found: list[Raw] = [{"name": "个人", "of": "people"}]
    if has_periods:
        found.append({"name": "按期", "of": "people", "over": "period"})
    if draw(st.booleans()):
        found.append(
            {"name": "分组", "of": "people", "each": draw(st.sampled_from(("group", "region.district")))}
        )
    return found + [draw(unit_boards(f"单位{n}", has_periods)) for n in range(draw(st.integers(1, 2)))]


ENTRIES = st.one_of(
    st.fixed_dictionaries(
        {"for": st.just("attempt")},
        optional={
            "at_least": st.sampled_from(({"score": 1}, {"correct": 2}, {"total": 2})),
            "all_correct": st.booleans(),
            "each": st.sampled_from(({"correct": 2}, {"score": "0.5"})),
        },
    ),
    st.fixed_dictionaries({"for": st.just("event"), "kind": st.just("sign_in")}, optional={"cap": LIMIT}),
    st.fixed_dictionaries({"for": st.just("place"), "board": st.just("个人"), "top": st.integers(1, 3)}),
    st.just({"for": "collection", "tokens": ["绿", "蓝", "蓝"]}),
)


@st.composite
def documents(draw: st.DrawFn) -> Raw:
    """Return a random document of one stage."""
    calendar = draw(calendars())
    kind = calendar["period"]
    clock, marking, flow = draw(ways(kind == "level"))
    sections: list[Raw] = [{"count": draw(st.integers(1, 2))}, {"count": 1}]
    if "speed" not in marking:
        for section in sections:
            section |= draw(some(points=st.sampled_from((1, 2, "0.5", "1/3"))))
    spans = ["best", "latest", "sum", "mean"] + ([] if kind == "none" else [{"sum_of_best": 2}])
    person = draw(
        some(
            counted=st.fixed_dictionaries(
                {"first": st.integers(1, 2), "of": st.sampled_from(("day", "period"))}
            ),
            within_period=st.sampled_from(("best", "last", "first", "sum", "mean")),
            cap=LIMIT,
            across_periods=st.sampled_from(spans),
        )
    )
    quota = draw(some(limit=LIMIT))
    if kind == "scene":
        quota |= draw(some(scenes_per_day=st.integers(1, 2)))
    if draw(st.integers(0, 2)) == 0:
        quota["extra"] = [{"event": "sign_in", "adds": 1} | draw(some(cap=LIMIT))]
    keys = ("time", "reached", "first_started", "attempts")
    order = ["total", *draw(st.lists(st.sampled_from(keys), unique=True, max_size=3))]
    stage: Raw = {
        "name": "赛",
        "calendar": calendar,
        "paper": {"sections": sections},
        "clock": clock,
        "marking": marking,
        "flow": flow,
        "award": draw(awards()),
        "quota": quota,
        "person": person,
        "order": draw(st.permutations(order)),
        "boards": draw(boards(kind != "none")),
        "integrity": {"void": draw(some(quota_back=st.booleans(), entries_withdrawn=st.booleans()))},
    }
    stage |= draw(
        some(
            events=st.fixed_dictionaries(
                {"sign_in": st.fixed_dictionaries({"points": number}, optional={"cap": LIMIT})},
                optional={"video": st.fixed_dictionaries({"points": number})},
            ),
            places=st.sampled_from(("standard", "dense", "ordinal")),
            draws=st.fixed_dictionaries(
                {"name": st.just("抽奖"), "entries": st.lists(ENTRIES, min_size=1, max_size=3)},
                optional={"cap": LIMIT, "exclude": st.just(["老"])},
            ).map(lambda one: [one]),
        )
    )
    top = {
        "title": "随机",
        "timezone": "Asia/Shanghai",
        "units": {"region": {"levels": ["district", "street"]}},
    }
    rest = some(
        rounding=st.sampled_from(("half_up", "half_even", "down")),
        point=st.sampled_from(("1", "0.1", "0.01")),
    )
    return {**top, **draw(rest), "stages": [stage]}


@st.composite
def records(draw: st.DrawFn, document: Raw) -> dict[str, list[Raw]]:
    """Return random attempts, events and corrections, many of them at the same or at neighbouring moments."""
    stage = document["stages"][0]
    names = {"scene": ["甲", "乙", "丙", "没有"], "level": ["1", "2", "3"]}.get(stage["calendar"]["period"])
    moments = st.builds(
        lambda day, minute, ms: (OPENS + timedelta(days=day, minutes=minute, milliseconds=ms)).isoformat(),
        st.integers(-1, DAYS),
        st.sampled_from(MINUTES),
        st.sampled_from((0, 0, 0, 1, 3_000)),
    )
    attempts = []
    for n in range(1, draw(st.integers(3, 14)) + 1):
        answers = draw(
            st.lists(st.sampled_from("RRRRWW-") | st.sampled_from(("1/2", "1/3")), min_size=1, max_size=5)
        )
        ms = [draw(st.sampled_from((0, 400, 1_000, 1_001, 4_000, 5_000, 5_001))) for _ in answers]
        start = draw(moments)
        finish = datetime.fromisoformat(start) + timedelta(
            milliseconds=sum(ms) + draw(st.sampled_from((0, 1, 2_000)))
        )
        row: Raw = {"id": n, "person": draw(st.sampled_from(PEOPLE)), "started_at": start}
        row |= {"finished_at": finish.isoformat(), "answers": answers, "ms": ms}
        if names is not None:
            row[stage["calendar"]["period"]] = draw(st.sampled_from(names))
        attempts.append(row)
    kinds = st.sampled_from(("sign_in", "video", "不计"))
    who = st.sampled_from(PEOPLE)
    events = draw(st.lists(st.fixed_dictionaries({"person": who, "at": moments, "kind": kinds}), max_size=5))
    return {"attempts": attempts, "events": events, "ledger": draw(ledgers(moments, len(attempts)))}


@st.composite
def ledgers(draw: st.DrawFn, moments: st.SearchStrategy[str], attempts: int) -> list[Raw]:
    found: list[Raw] = []
    for _ in range(draw(st.integers(0, 3))):
        row: Raw = {"at": draw(moments), "actor": "裁判", "because": "核查"}
        target = draw(st.sampled_from(("attempt", "person", "unit")))
        match target:
            case "attempt":
                row["attempt"] = str(draw(st.integers(1, attempts)))
                row["do"] = draw(st.sampled_from(("void", "restore", "adjust", "zero", "remark")))
            case "person":
                row["person"] = draw(st.sampled_from(PEOPLE))
                row["do"] = draw(st.sampled_from(("disqualify", "restore", "adjust", "zero")))
            case "unit":
                row["unit"] = draw(st.sampled_from(("region:S1", "region:D2")))
                row["do"] = draw(st.sampled_from(("disqualify", "restore")))
        if row["do"] in ("adjust", "remark"):
            row["points"] = draw(number)
        found.append(row)
    return found


ROSTER: tuple[Raw, ...] = (
    {"person": "A", "group": "青", "region": "D1/S1"},
    {"person": "B", "group": "老", "region": "D1/S1"},
    {"person": "C", "group": "青", "region": "D1/S2"},
    {"person": "D", "group": "", "region": "D2/S3"},
)  # E is on no roster
ENROLLED = {"S1": 3, "S2": 2, "D2": 4}


def files_of(document: Raw, rows: dict[str, list[Raw]]) -> dict[str, str]:
    """Return the files of a case."""
    return {
        "rules.yaml": json.dumps(document, ensure_ascii=False),
        "people.csv": "person,group,region\n" + "\n".join(",".join(row.values()) for row in ROSTER),
        "units.csv": "tree,unit,enrolled,as_of\n"
        + "\n".join(f"region,{unit},{number},2024-01-01" for unit, number in ENROLLED.items()),
        **{
            f"{name}.jsonl": "\n".join(json.dumps(row, ensure_ascii=False) for row in each)
            for name, each in rows.items()
        },
    }
