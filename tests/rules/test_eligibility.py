"""Who may take part, on both sides of every boundary; the years somebody may be."""

from __future__ import annotations

import pytest

from quiz.errors import FactsNeeded, NotAllowed
from quiz.rules import eligibility
from quiz.rules.eligibility import Facts, ages_on
from quiz.rules.parts import People
from quiz.rules.timing import moment_ms

ZONE = "Asia/Shanghai"
DEADLINE = moment_ms(ZONE, "2026-03-05 24:00")


@pytest.mark.parametrize(
    ("born", "day", "ages"),
    [
        ("2012-03-05", "2026-03-04 23:59:59", (13, 13)),
        ("2012-03-05", "2026-03-05 00:00", (14, 14)),
        ("2012-02-29", "2026-02-28 23:59", (13, 13)),
        ("2012-02-29", "2026-03-01 00:00", (14, 14)),
        ("2012", "2026-03-05 00:00", (13, 14)),
    ],
)
def test_a_year_is_complete_on_the_birthday(born: str, day: str, ages: tuple[int, int]) -> None:
    assert ages_on(born, ZONE, moment_ms(ZONE, day)) == ages


@pytest.mark.parametrize(
    ("people", "may", "may_not", "sentence"),
    [
        (People(ages=(14, None)), Facts(ages=(14, 14)), Facts(ages=(13, 13)), "年满 14 岁"),
        (People(ages=(None, 14)), Facts(ages=(14, 14)), Facts(ages=(15, 15)), "限 14 岁及以下"),
        (People(ages=(14, None)), Facts(ages=(13, 14)), Facts(ages=(12, 13)), "年满 14 岁"),
        (People(grades=("四",)), Facts(grade="四"), Facts(grade="五"), "您登记的年级是五"),
        (People(roster_only=True), Facts(), Facts(on_roster=False), "名册里没有您"),
        (
            People(register_by_ms=DEADLINE),
            Facts(registered_ms=DEADLINE - 1),
            Facts(registered_ms=DEADLINE),
            "报名已经截止",
        ),
        (
            People(exclude=("工作人员",)),
            Facts(groups=("市民",)),
            Facts(groups=("市民", "工作人员")),
            "工作人员不参加",
        ),
    ],
)
def test_a_refusal_says_why(people: People, may: Facts, may_not: Facts, sentence: str) -> None:
    eligibility.check(people, may)

    with pytest.raises(NotAllowed) as refused:
        eligibility.check(people, may_not)

    assert sentence in refused.value.text


def test_what_is_not_known_excludes_nobody_and_is_asked_only_where_the_rules_need_it() -> None:
    people = People(groups=("小学", "中学"), ages=(6, None), grades=("四",))

    eligibility.check(people, Facts())

    assert eligibility.missing(People(), Facts()) == ()
    assert eligibility.missing(people, Facts(groups=("教师",))) == ("group", "born", "grade")
    with pytest.raises(FactsNeeded):
        eligibility.check_known(people, Facts(groups=("小学",), grade="四"))
