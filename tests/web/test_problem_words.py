"""What is wrong in an uploaded file, told once for all rows it is wrong in."""

from __future__ import annotations

from quiz.services.platform import Platform
from tests.support import contests as cast
from tests.support.clock import MovedClock
from tests.support.desk import Visitor


def test_the_same_mistake_in_many_rows_is_told_once_with_its_rows(
    organizer: Visitor, platform: Platform, clock: MovedClock
) -> None:
    cast.add_units(platform, clock.now_ms())
    rows = [f"学生{n},{'没有这所学校' if n < 9 else '也没有这所'}" for n in range(1, 11)]
    organizer.open("/desk/people")

    page = organizer.send("/desk/people", file=("\n".join(["姓名,街道", *rows]).encode(), "名单.csv"))

    assert "名单有 10 处错误" in page
    assert page.count("没有单位") == 2
    assert "2, 3, 4, 5, 6, 7 等 8 行" in page
    assert "10, 11" in page
