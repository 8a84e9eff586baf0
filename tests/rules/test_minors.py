"""Who is under 14: by the day, by the year, else by the grade."""

from __future__ import annotations

import pytest

from quiz.rules.minors import (
    GIVEN,
    REFUSED,
    ConsentNeeded,
    ConsentRefused,
    Pupil,
    UnderAge,
    check,
    grade_in,
    is_child,
)
from quiz.rules.timing import moment_ms

NOW = moment_ms("Asia/Shanghai", "2026-03-02 09:00")


@pytest.mark.parametrize(
    ("born", "grade", "child"),
    [
        ("2012-03-02", "", False),  # 14 today
        ("2012-03-03", "", True),
        ("2012", "", True),  # may be 13
        ("2011", "", False),
        ("2001", "四年级", False),  # what is known of the birth goes first
        ("", "四年级", True),
        ("", "小学六年级", True),
        ("", "初二", True),
        ("", "八年级", True),
        ("", "初三", False),
        ("", "高一", False),
        ("", "研一", False),
        ("", "", False),
    ],
)
def test_under_14_on_both_sides_of_the_birthday(born: str, grade: str, child: bool) -> None:
    assert is_child(born, grade, NOW) is child


@pytest.mark.parametrize(
    ("path", "grade"),
    [
        ("一小/四年级/四年级1班", "四年级"),
        ("一中/初一年级/初一年级2班", "初一年级"),
        ("一中/初三年级/1班", ""),
        ("一小/六年级2班", "六年级"),
        ("三中/高一年级/1班", ""),
        ("渝中区/二府衙社区", ""),
    ],
)
def test_a_class_tells_the_grade_of_children(path: str, grade: str) -> None:
    assert grade_in([path]) == grade


@pytest.mark.parametrize(
    ("pupil", "refused"),
    [
        (Pupil(False, "2015"), UnderAge),
        (Pupil(True, "2015"), ConsentNeeded),
        (Pupil(True, "2015", consent=REFUSED), ConsentRefused),
        (Pupil(True, "2015", consent=GIVEN), None),
        (Pupil(True, "2005"), None),
        (Pupil(False), None),
    ],
)
def test_somebody_under_14_needs_a_roster_and_the_guardians_consent(
    pupil: Pupil, refused: type[Exception] | None
) -> None:
    if refused is None:
        check(pupil, NOW)
    else:
        with pytest.raises(refused):
            check(pupil, NOW)
