"""Who may take part (P2): decided here for a running contest and for a recorded one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from quiz.errors import N_, FactsNeeded, NotAllowed, QuizError
from quiz.rules.case_rows import PersonRow
from quiz.rules.parts import People
from quiz.rules.timing import local_time

GROUP, BORN, GRADE = "group", "born", "grade"
OF_AGE = 18  # years: nobody younger is called by their full name in public


@dataclass(frozen=True)
class Facts:
    """What is known of a person; what is not known excludes nobody."""

    groups: tuple[str, ...] = ()  # and what else a roster marks them as
    ages: tuple[int, int] | None = None  # the youngest and the oldest that they may be
    grade: str = ""
    registered_ms: int | None = None
    on_roster: bool = True


def facts_of(row: PersonRow | None) -> Facts:
    """Return what a roster tells of somebody; nobody who is not in it is on it."""
    if row is None:
        return Facts(on_roster=False)
    return Facts(
        groups=tuple(each for each in (row.group, *row.marks) if each),
        ages=None if row.age is None else (row.age, row.age),
        grade=row.grade,
        registered_ms=row.registered_ms,
    )


def refusal(people: People, row: PersonRow | None) -> QuizError | None:
    """Return why somebody of a case may not take part."""
    try:
        check(people, facts_of(row))
    except QuizError as error:
        return error
    return None


def check(people: People, facts: Facts) -> None:
    """Raise NotAllowed with the reason when somebody may not take part. Source: P2."""
    for refusal in _refusals(people, facts):
        raise refusal


def check_known(people: People, facts: Facts) -> None:
    """Raise FactsNeeded when the rules ask something of a person that is not known yet."""
    wanted = missing(people, facts)
    if wanted:
        raise FactsNeeded(wanted=list(wanted))


def missing(people: People, facts: Facts) -> tuple[str, ...]:
    """Return what the rules need to know of a person and nobody has told: GROUP, BORN, GRADE."""
    needed = {
        GROUP: people.groups and group_of(people, facts.groups) is None,
        BORN: people.ages is not None and facts.ages is None,
        GRADE: people.grades and not facts.grade,
    }
    return tuple(name for name, is_missing in needed.items() if is_missing)


def group_of(people: People, groups: tuple[str, ...]) -> str | None:
    """Return the group of a contest that a person is in; None where they are in none of it."""
    return next((group for group in people.groups if group in groups), None)


def ages_on(born: str, zone: str, at_ms: int) -> tuple[int, int] | None:
    """Return the youngest and oldest somebody may be at a moment; `born`: "2012-05-31", or only "2012".

    A year is complete on the birthday; who is born on 29 February completes it on 1 March of other years.
    """
    if not born:
        return None
    today = local_time(zone, at_ms).date()
    year, month, day = (int(part) for part in (born + "-00-00").split("-")[:3])
    oldest = today.year - year
    if not month:
        return max(oldest - 1, 0), max(oldest, 0)
    age = oldest - ((today.month, today.day) < (month, day))
    return max(age, 0), max(age, 0)


def is_minor(born: str, grade: str, zone: str, at_ms: int) -> bool:
    """Return whether somebody is, or may be, under age; of unknown age: whether they are a pupil."""
    ages = ages_on(born, zone, at_ms)
    return bool(grade) if ages is None else ages[0] < OF_AGE


def _refusals(people: People, facts: Facts) -> Iterator[NotAllowed]:
    if people.roster_only and not facts.on_roster:
        yield NotAllowed(
            N_(
                "这场比赛只限名册中的人参加，名册里没有您。如果学校或单位已替您报名，请退出后用发给您的参赛码登录。"
            )
        )
    out = next((group for group in facts.groups if group in people.exclude), None)
    if out is not None:
        yield NotAllowed(N_("按规则，%(group)s不参加这场比赛。如果登记有误，请联系组织者更正。"), group=out)
    if people.grades and facts.grade and facts.grade not in people.grades:
        yield NotAllowed(
            N_("这场比赛只限%(grades)s参加，您登记的年级是%(grade)s。如果登记有误，请联系组织者更正。"),
            grades="、".join(people.grades),
            grade=facts.grade,
        )
    yield from _of_age(people, facts)
    until = people.register_by_ms
    if until is not None and facts.registered_ms is not None and facts.registered_ms >= until:
        yield NotAllowed(
            N_("这场比赛的报名已经截止，您是在截止以后才报名的，不能参加。以后的比赛请早些报名。")
        )


def _of_age(people: People, facts: Facts) -> Iterator[NotAllowed]:
    youngest, oldest = people.ages or (None, None)
    if facts.ages is None:
        return
    least, most = facts.ages
    if youngest is not None and most < youngest:
        yield NotAllowed(
            N_("这场比赛年满 %(age)s 岁才能参加，您登记的出生日期还不到。如果登记有误，请联系组织者更正。"),
            age=youngest,
        )
    if oldest is not None and least > oldest:
        yield NotAllowed(
            N_("这场比赛限 %(age)s 岁及以下参加，您登记的年龄超过了。如果登记有误，请联系组织者更正。"),
            age=oldest,
        )
