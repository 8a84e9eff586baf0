"""A few real contests of docs/contests with numbers that a reader can add up by eye."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

from quiz.rules import case, replay, scoring
from quiz.rules.document import Stage, load
from quiz.rules.scoring import Answer, Marked

CONTESTS = Path(__file__).parents[2] / "docs" / "contests"
Json = dict[str, Any]  # Any: JSON, as expected.json has it


def rules(number: str) -> str:
    (path,) = CONTESTS.glob(f"{number}-*.yaml")
    return path.read_text("utf-8")


def fold(number: str, attempts: list[Json], **files: str | list[Json]) -> Json:
    """Fold a contest for some attempts; other files by name: people (CSV), units (CSV), events (rows)."""
    kinds = {"people": "csv", "units": "csv", "events": "jsonl", "ledger": "jsonl"}
    given = {"rules.yaml": rules(number), "attempts.jsonl": lines(attempts)}
    for name, content in files.items():
        given[f"{name}.{kinds[name]}"] = content if isinstance(content, str) else lines(content)
    return replay.result(case.parse(given))


def lines(rows: list[Json]) -> str:
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)


def attempt(person: str, at: str, answers: str, ms: int = 1_000, **more: Any) -> Json:
    """An attempt that starts at "2024-05-30 09:00" and takes what its answers take."""
    start = datetime.fromisoformat(f"{at}+08:00")
    return {
        "person": person,
        "started_at": start.isoformat(),
        "finished_at": (start + timedelta(milliseconds=ms * len(answers))).isoformat(timespec="milliseconds"),
        "answers": list(answers),
        "ms": [ms] * len(answers),
        **more,
    }


def event(person: str, at: str, kind: str) -> Json:
    return {"person": person, "at": datetime.fromisoformat(f"{at}+08:00").isoformat(), "kind": kind}


def ranked(result: Json, board: str, *columns: str) -> list[tuple[object, ...]]:
    return [tuple(row[c] for c in ("place", "who", *columns)) for row in result["boards"][board]]


def marked(stage: Stage, answers: str, ms: int = 1_000) -> Marked:
    right = {"R": Fraction(1), "W": Fraction(0), "-": None}
    worth = [section.points for section in stage.paper.sections for _ in range(section.count)]
    return scoring.mark(stage, [Answer(right[a], ms, p) for a, p in zip(answers, worth, strict=True)])


def test_r01_two_of_three_right_give_a_point_three_times_a_day() -> None:
    result = fold(
        "r01",
        [
            attempt("A", "2024-05-30 08:00", "RRR"),
            attempt("A", "2024-05-30 09:00", "RRW"),
            attempt("A", "2024-05-30 10:00", "RW-"),
            attempt("A", "2024-05-30 11:00", "RRR"),  # the fourth of the day
            attempt("A", "2024-05-31 00:00", "RRR"),
            attempt("B", "2024-05-30 07:59:59.999", "RRR"),  # before the opening
            attempt("B", "2024-07-31 19:59:59.999", "RRR"),
            attempt("B", "2024-07-31 20:00", "RRR"),  # at the close
        ],
        people="person,region\nA,贵州/贵阳/南明\nB,重庆/重庆/渝中\n",
    )

    assert ranked(result, "个人积分榜", "total", "attempts") == [(1, "A", 3, 4), (2, "B", 1, 1)]
    assert ranked(result, "区县积分榜", "sum", "people") == [(1, "南明", 3, 1), (2, "渝中", 1, 1)]
    assert [r["because"] for r in result["refused"]] == ["not_open", "quota", "closed"]


def test_r04_the_best_try_then_its_time_then_who_took_part_first() -> None:
    result = fold(
        "r04",
        [
            attempt("A", "2018-09-10 08:00", "WWWWWWWW"),  # the first of all to take part
            attempt("A", "2018-09-12 08:00", "RRRRRRRW", 10_000),
            attempt("B", "2018-09-11 08:00", "RRRRRRRW", 10_000),
            attempt("C", "2018-09-11 08:00", "RRRRRRRW", 9_999),
            attempt("D", "2018-09-11 08:00", "RRRRRRRR", 60_000),
            attempt("E", "2018-09-11 08:00", "RRRRRRRR", 60_001),  # every answer too late
        ],
    )

    assert ranked(result, "个人榜", "total") == [
        (1, "D", 8),
        (2, "C", 7),
        (3, "A", 7),
        (4, "B", 7),
        (5, "E", 0),
    ]
    assert result["draw_entries"]["幸运抽奖"] == {"A": 1, "B": 1, "C": 1, "D": 1}


def test_r06_a_friends_answer_gives_a_point_twenty_times_a_day_and_tiers_follow_each_other() -> None:
    people = [f"P{n:02}" for n in range(1, 33)]
    result = fold(
        "r06",
        [attempt(who, f"2023-12-04 09:{n:02}", "RRRRR") for n, who in enumerate(people)],
        events=[event("P32", f"2023-12-04 12:{minute:02}", "friend_answered") for minute in range(25)],
    )

    assert ranked(result, "个人榜", "total")[:3] == [(1, "P32", 120), (2, "P01", 100), (3, "P02", 100)]
    assert result["awards"]["一等奖"] == ["P32", "P01", "P02", "P03", "P04"]
    assert result["awards"]["二等奖"] == people[4:13]  # places 6 to 14
    assert result["awards"]["三等奖"] == people[13:30]  # places 15 to 31
    assert result["draw_entries"]["红包"] == dict.fromkeys(people, 1)


def test_r07_the_first_of_a_city_is_one_person_whatever_the_group() -> None:
    people = "person,group,region\nA,青少年,广州\nB,农民,广州\nC,农民,深圳\n"
    result = fold(
        "r07",
        [
            attempt("A", "2021-06-16 09:00", "RRRRRRRRWW"),
            attempt("B", "2021-06-16 09:00", "RRRRRRRRRR"),
            attempt("C", "2021-06-16 09:00", "RWWWWWWWWW"),
        ],
        people=people,
    )

    assert result["awards"]["晋级现场赛"] == ["B", "C"]  # not A, though first of their group
    assert ranked(result, "城市榜", "group_best_sum") == [(1, "广州", 18), (2, "深圳", 1)]


def test_r16_finishing_gives_one_point_and_all_right_two_more() -> None:
    stage = load(rules("r16")).stages[0]

    assert [marked(stage, a).points for a in ("RRRRRRRRRR", "RRRRRRRRRW", "WWWWWWWWWW", "RRRRRRRRR-")] == [
        3,
        1,
        1,
        0,
    ]


def test_r17_three_rates_are_rounded_before_their_mean_is_taken() -> None:
    people = "person,group,grade,school\n" + "".join(f"P{n},小学,五年级,甲校/五年级/一班\n" for n in range(5))
    result = fold(
        "r17",
        [
            attempt(f"P{n}", "2022-10-16 08:00", "R" * right + "W" * (20 - right))
            for n, right in enumerate((20, 16, 12, 11, 0))  # 100, 80, 60, 55 and 0 points
        ],
        people=people,
        units="tree,unit,enrolled,as_of\nschool,甲校,7,2022-09-30\nschool,甲校/五年级/一班,4,2022-09-01\n",
    )

    # 5 of 7, 3 of 5 and 2 of 5: 71.4 + 60.0 + 40.0 = 171.4, a third of it is 57.13
    assert ranked(result, "学校综合榜", "value") == [(1, "甲校", "57.13")]
    assert ranked(result, "班级参与率", "value") == [(1, "一班", "125")]


def test_r20_the_better_of_two_tries_stands_with_its_own_time() -> None:
    result = fold(
        "r20",
        [
            attempt("A", "2025-07-01 08:00", "R" * 18 + "WW", 5_000),
            attempt("A", "2025-07-02 08:00", "R" * 19 + "W", 20_000),
            attempt("A", "2025-07-03 08:00", "R" * 20),  # the third
            attempt("B", "2025-07-01 08:00", "R" * 19 + "W", 19_000),
            attempt("X", "2025-07-01 08:00", "R" * 20),  # on no roster
        ],
        people="person,school\nA,东城/一中\nB,东城/二中\n",
    )

    assert ranked(result, "个人榜", "total", "time_ms") == [(1, "B", 95, 380_000), (2, "A", 95, 400_000)]
    assert [(r["person"], r["because"]) for r in result["refused"]] == [("X", "not_allowed"), ("A", "quota")]


def test_r21_a_school_is_half_its_participation_and_half_its_mean() -> None:
    result = fold(
        "r21",
        [
            attempt("A", "2022-03-01 08:00", "R" * 45 + "W" * 5),  # 90
            attempt("B", "2022-03-01 08:00", "R" * 35 + "W" * 15),  # 70
            attempt("C", "2022-03-01 08:00", "R" * 49 + "W"),  # 98
        ],
        people="person,school\nA,甲\nB,甲\nC,乙\n",
        units="tree,unit,enrolled,as_of\nschool,甲,4,2022-02-01\nschool,乙,10,2022-02-01\n",
    )

    # (50 % + 80) / 2 and (10 % + 98) / 2
    assert ranked(result, "学校榜", "value") == [(1, "甲", "65.00"), (2, "乙", "54.00")]
    assert result["awards"]["校队资格"] == ["A", "C"]


def test_r22_a_place_in_the_final_that_somebody_has_already_passes_down() -> None:
    people = [f"P{n:03}" for n in range(1, 104)]
    result = fold(
        "r22",
        [attempt(who, f"2023-02-27 09:{n // 60:02}:{n % 60:02}", "RRRRR") for n, who in enumerate(people)]
        + [
            attempt(who, f"2023-03-06 09:00:{n:02}", "RRRRR")
            for n, who in enumerate(("P001", "P102", "P101"))
        ],
    )

    first_week = people[:100]  # all have 100 points in five seconds: who handed in earlier
    weeks = result["awards"]["晋级总决赛"]
    assert weeks == {"2023-02-27": first_week, "2023-03-06": ["P102", "P101"]}
    assert [row["who"] for row in result["boards"]["周榜"]["2023-03-06"]] == ["P001", "P102", "P101"]


def test_r25_three_times_in_a_row_from_81_give_the_other_certificate() -> None:
    result = fold(
        "r25",
        [
            attempt(who, f"2021-12-0{n} 08:00", "R" * right + "W" * (25 - right))
            for who, tries in {"A": (21, 22, 23), "B": (21, 20, 25), "C": (14, 15)}.items()
            for n, right in enumerate(tries, 1)
        ],
    )

    assert result["awards"] == {"合格证书": ["A", "B", "C"], "三连优证书": ["A"]}  # 81 means 21 right


def test_r26_five_right_in_a_row_give_three_ten_give_six_and_a_day_no_more_than_six() -> None:
    result = fold(
        "r26",
        [
            attempt("A", "2024-01-01 08:00", "RRRRW"),  # 0
            attempt("A", "2024-01-01 09:00", "RRRRRW"),  # 3
            attempt("A", "2024-01-01 10:00", "RRRRRRRRRRW"),  # 6, but the day has 3 already
            attempt("A", "2024-01-02 08:00", "RRRRRRRRRW"),  # nine right are still 3
        ],
    )

    assert ranked(result, "积分榜", "total", "attempts") == [(1, "A", 6 + 3, 4)]


def test_r27_the_first_two_tries_of_a_day_count_and_speed_decides_the_points() -> None:
    result = fold(
        "r27",
        [
            attempt("A", "2021-07-01 08:00", "R" * 20, 4_000),  # 20 × 5
            attempt("A", "2021-07-01 09:00", "R" * 20, 20_000),  # 20 × 1
            attempt("A", "2021-07-01 10:00", "R" * 20, 1_000),  # the third of the day
            attempt("A", "2021-07-02 08:00", "R" * 20, 20_001),  # too late for any point
            attempt("B", "2021-07-01 08:00", "R" * 10 + "W" * 10, 4_001),  # 10 × 4
        ],
    )

    assert ranked(result, "总榜", "total", "time_ms") == [
        (1, "A", 120, 20 * (4_000 + 20_000 + 20_001)),
        (2, "B", 40, 20 * 4_001),
    ]
    assert [row["total"] for row in result["boards"]["日榜"]["2021-07-01"]] == [120, 40]


def test_r29_sign_ins_and_shares_add_up_within_their_caps() -> None:
    result = fold(
        "r29",
        [attempt("A", "2022-01-31 08:00", "RRRRRRRWWW"), attempt("A", "2022-02-01 08:00", "RRRRRWWWWW")],
        events=[
            event("A", "2022-01-31 07:00", "first_login"),
            event("A", "2022-02-01 07:00", "first_login"),  # once in all
            event("A", "2022-01-31 07:00", "sign_in"),
            event("A", "2022-01-31 21:00", "sign_in"),  # once a day
            event("A", "2022-02-01 07:00", "sign_in"),
            event("A", "2022-02-01 09:00", "share"),
            event("A", "2022-02-01 09:01", "invite"),  # not written: nothing
        ],
        people="person,school\nA,江苏/一中\n",
    )

    assert ranked(result, "个人榜", "total") == [(1, "A", 7 + 5 + 2 + 1 + 1 + 3)]
    assert ranked(result, "省榜", "sum") == [(1, "江苏", 19)]


def test_r33_every_five_right_are_a_draw_entry() -> None:
    result = fold(
        "r33",
        [
            attempt("A", "2021-06-01 08:00", "R" * 15),
            attempt("A", "2021-06-02 08:00", "R" * 14 + "W"),
            attempt("B", "2021-06-01 08:00", "R" * 4 + "W" * 11),
        ],
    )

    assert result["draw_entries"]["每日抽奖"] == {"A": 3 + 2}


def test_r34_three_right_pass_a_level_and_ten_levels_make_a_hundred() -> None:
    stage = load(rules("r34")).stages[0]
    levels = stage.flow.levels

    assert levels is not None
    assert sum(marked(stage, "RRRRR").score for _ in levels.passes) == 100
    assert [marked(stage, a).score >= levels.passes[0] for a in ("RRRWW", "RRWWW")] == [True, False]


def test_r36_the_best_of_each_scene_adds_up_with_its_own_time() -> None:
    result = fold(
        "r36",
        [
            attempt("A", "2024-06-12 10:00", "RRRWW", 10_000, scene="养老场景"),
            attempt("A", "2024-06-12 11:00", "RRRRW", 30_000, scene="养老场景"),
            attempt("A", "2024-06-12 12:00", "RRRRR", scene="校园场景"),  # a second scene on one day
            attempt("A", "2024-06-12 13:00", "RRRRW", 20_000, scene="养老场景"),
            attempt("A", "2024-06-13 08:00", "RRRRR", 8_000, scene="校园场景"),
        ],
        people="person,region\nA,重庆/重庆/渝中\n",
        units="tree,unit,enrolled,as_of\nregion,重庆,8,2024-06-01\n",
    )

    assert ranked(result, "达人榜", "total", "time_ms") == [(1, "A", 20 + 25, 100_000 + 40_000)]
    assert ranked(result, "省参与率榜", "value") == [(1, "重庆", "12.50")]


def test_r37_all_right_give_ten_flowers_and_otherwise_each_gives_one() -> None:
    stage = load(rules("r37")).stages[0]

    found = [marked(stage, answers) for answers in ("RRRRR", "RRRRW", "WWWWW")]
    assert [each.points for each in found] == [10, 4, 0]
    assert [each.score for each in found] == [5, 3, -5]


def test_r38_a_row_grows_a_right_last_answer_doubles_the_others_and_the_level_has_bounds() -> None:
    stage = load(rules("r38")).stages[0]

    scores = {
        answers: marked(stage, answers).score for answers in ("RRRRR", "RRRRW", "WRRRR", "WWWWW", "WWWWR")
    }

    assert scores == {
        "RRRRR": 2 * (10 + 20 + 30 + 40),
        "RRRRW": 10 + 20 + 30 + 40 - 10,
        "WRRRR": 2 * (-10 + 10 + 20 + 30),
        "WWWWW": -50,
        "WWWWR": -50,  # twice −40, but not below −50
    }


def test_r39_a_week_begins_anew_and_every_ninety_is_an_entry() -> None:
    result = fold(
        "r39",
        [
            attempt("A", "2025-04-27 23:59:59.999", "R" * 9 + "W"),  # Sunday
            attempt("A", "2025-04-28 00:00", "R" * 8 + "WW"),  # Monday
            attempt("A", "2025-04-28 01:00", "R" * 10),
        ],
    )

    weeks = result["boards"]["周榜"]
    assert {week: rows[0]["total"] for week, rows in weeks.items()} == {"2025-04-21": 90, "2025-04-28": 100}
    assert result["draw_entries"]["每周抽奖"] == {"A": 2}


def test_r41_a_team_is_the_sum_of_its_ten_best() -> None:
    people = [f"P{n:02}" for n in range(12)]
    result = fold(
        "r41",
        [attempt(who, "2021-11-09 08:00", "R" * n + "W" * (20 - n)) for n, who in enumerate(people)],
        people="person,group,team\n" + "".join(f"{who},团队赛道,红队\n" for who in people),
    )

    assert ranked(result, "团队榜", "top_sum", "people") == [(1, "红队", 5 * sum(range(2, 12)), 12)]


def test_r44_the_morning_ends_at_eleven_for_everybody() -> None:
    result = fold(
        "r44",
        [attempt("A", "2021-07-01 10:59:55", "RRRRRRRRRR"), attempt("B", "2021-07-01 11:00", "R")],
        people="person,library\nA,太原\nB,太原\n",
    )

    (row,) = result["boards"]["各馆榜"]["太原"]
    assert row["total"] == 5  # one second each: the sixth came after eleven
    assert [r["because"] for r in result["refused"]] == ["closed"]


def test_r47_is_open_for_one_hour_and_ends_at_the_first_wrong_answer() -> None:
    result = fold(
        "r47",
        [
            attempt("A", "2024-03-04 11:30", "RRRRW"),  # Monday
            attempt("A", "2024-03-05 11:30", "R" * 12),  # Tuesday
            attempt("A", "2024-03-06 12:29:59.999", "R" * 12, 10_000),
            attempt("B", "2024-03-06 12:30", "R" * 12),
            attempt("C", "2024-03-06 11:30", "R" * 12, 10_001),  # late at the first
        ],
    )

    assert ranked(result, "个人榜", "total") == [(1, "A", 4 + 12), (2, "C", 0)]
    assert result["draw_entries"]["全对抽奖"] == {"A": 1}


def test_r35_five_cards_are_one_entry_in_the_last_draw() -> None:
    result = fold("r35", [attempt("A", f"2021-06-{day:02} 08:00", "RRRRR") for day in range(7, 13)])

    assert result["draw_entries"]["集卡大奖"] == {"A": 1}  # six cards: one set of five


def test_r46_a_day_gives_fifty_points_and_four_weeks_in_a_row_open_the_challenge() -> None:
    result = fold(
        "r46",
        [
            *(attempt("A", f"2020-06-01 0{hour}:00", "R" * 10) for hour in range(6)),  # 60, of which 50 count
            attempt("A", "2020-06-08 08:00", "RRRWWWWWWW"),
            attempt("A", "2020-06-15 08:00", "RWWWWWWWWW"),
            attempt("A", "2020-06-22 08:00", "WWWWWWWWWW", stage="每周一关"),  # no point: not four weeks
            *(attempt("B", f"2020-06-{day} 08:00", "R---------", stage="每周一关") for day in ("01", "08")),
            *(attempt("B", f"2020-06-{day} 08:00", "R---------", stage="每周一关") for day in ("15", "22")),
        ],
        events=[
            event("A", "2020-06-01 12:00", "check_in"),
            event("A", "2020-06-01 12:01", "invite"),
            event("A", "2020-06-01 12:02", "invite"),
        ],
        people="person,group\nA,学生\nB,家长\n",
    )

    assert result["boards"]["积分榜"]["学生"][0]["total"] == 50 + 3 + 1 + 0 + 5 + 50
    assert result["boards"]["积分榜"]["家长"][0]["total"] == 4
    assert result["awards"]["解锁挑战关"] == ["B"]
    assert result["draw_entries"]["每周抽奖"] == {"A": 1}
