"""Who is under 14, and what a guardian has to say before they take part.

Source: 个人信息保护法 art. 31; 儿童个人信息网络保护规定 art. 9 and 10 (consent, with a way to refuse).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from quiz.errors import N_, NotAllowed
from quiz.rules.eligibility import ages_on

CHILD_UNTIL = 14  # years: nobody younger takes part without their guardian's consent
GIVEN, REFUSED = "given", "refused"  # what the guardian said; "": nothing is recorded
ZONE = "Asia/Shanghai"  # whose day it is where no contest is asked
CHILD_GRADES = re.compile(r"(?:小学?)?[一二三四五六七八1-8](?:年级|年|级)?|初中?[一二12](?:年级)?|小学")
IN_A_PATH = re.compile(r"(?:^|/)((?:小学)?[一二三四五六七八1-8]年级|初中?[一二12](?:年级)?)")  # of a class


class UnderAge(NotAllowed):
    """Somebody who signed up alone says that they are under 14."""

    code = "under_14"
    message = N_("不满 14 周岁不能自己报名，要由学校报名，用学校发的参赛卡登录。填写的内容没有保存。")


class ConsentNeeded(NotAllowed):
    """A pupil under 14 whose guardian has not consented yet."""

    code = "consent_needed"
    message = N_("学校还没有登记监护人的同意，暂时不能答题。请把这句话给老师看，登记以后马上就能参加。")


class ConsentRefused(NotAllowed):
    """A pupil under 14 whose guardian does not want them to take part."""

    code = "consent_refused"
    message = N_("监护人不同意参加，所以不能答题。如果改变了主意，请监护人告诉老师。")


@dataclass(frozen=True)
class Pupil:
    """What decides about somebody who may be under 14."""

    on_roster: bool
    born: str = ""  # "2012-05-31", or only "2012"
    grade: str = ""
    consent: str = ""  # GIVEN, REFUSED


def is_child(born: str, grade: str, at_ms: int, zone: str = ZONE) -> bool:
    """Return whether somebody is, or may be, under 14; of unknown age: whether their grade says so."""
    ages = ages_on(born, zone, at_ms)
    if ages is not None:
        return ages[0] < CHILD_UNTIL
    return CHILD_GRADES.fullmatch("".join(grade.split())) is not None


def grade_in(paths: Iterable[str]) -> str:
    """Return the grade of children that the path of a class names ("一小/四年级/1班"), or ""."""
    found = (IN_A_PATH.search(path) for path in paths)
    return next((each[1] for each in found if each), "")


def check(pupil: Pupil, at_ms: int, zone: str = ZONE) -> None:
    """Raise UnderAge, ConsentNeeded, ConsentRefused where somebody under 14 may not take part."""
    if not is_child(pupil.born, pupil.grade, at_ms, zone):
        return
    if not pupil.on_roster:
        raise UnderAge()
    if pupil.consent == REFUSED:
        raise ConsentRefused()
    if pupil.consent != GIVEN:
        raise ConsentNeeded()
