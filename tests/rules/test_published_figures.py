"""Full marks that the notices of real contests state, reached by an attempt with every answer right at once.

Source: the papers of the contests in docs/contests, as their notices tell them (questions, points).
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from quiz.rules.case_rows import AttemptRow
from quiz.rules.document import load
from quiz.rules.played import Reader

CONTESTS = Path(__file__).parents[2] / "docs" / "contests"
PUBLISHED = {  # contest and stage: questions, full marks
    ("r05-nanjing-2018", "网络赛"): (20, 100),  # 7 + 7 + 6, five points each
    ("r06-qingdao-2023", "竞答周"): (5, 100),  # twenty each
    ("r18-pupils-fire-2017", "省级赛"): (45, 100),  # 10 × 1 + 25 × 2 + 10 × 4
    ("r18-pupils-fire-2017", "全国赛"): (37, 100),  # 15 × 2 + 20 × 3 + 2 × 5
    ("r19-shaanxi-children-2017", "初赛"): (55, 100),  # 20 × 1 + 25 × 2 + 10 × 3
    ("r19-shaanxi-children-2017", "复赛"): (50, 100),  # 10 × 1 + 30 × 2 + 10 × 3
    ("r21-shandong-students-security", "网络赛"): (50, 100),  # two each
    ("r22-shandong-security-2023", "周赛"): (5, 100),
    ("r22-shandong-security-2023", "总决赛"): (20, 100),
    ("r23-hunan-constitution-2020", "网络赛"): (60, 100),
    ("r24-fujian-finance-2018", "网络赛"): (40, 100),  # 15 × 2 + 15 × 2 + 10 × 4
    ("r25-students-health-2021", "网络赛"): (25, 100),  # four each
    ("r27-henan-history-2021", "网络赛"): (20, 100),  # at most five each, the faster the more
    ("r30-chinese-medicine-law-2022", "网络赛"): (20, 100),
    ("r38-shareholders-2020", "第一周"): (5, 200),  # twice 10 + 20 + 30 + 40
    ("r39-earthquake-2025", "周赛"): (10, 100),
    ("r40-fire-association-2020", "月赛"): (10, 100),
    ("r41-beijing-119-2021", "网络赛"): (20, 100),
    ("r44-shanxi-libraries-2021", "现场答题"): (100, 100),
}


@pytest.mark.parametrize(("contest", "name"), PUBLISHED)
def test_all_right_comes_to_the_full_marks_that_the_notice_states(contest: str, name: str) -> None:
    document = load((CONTESTS / f"{contest}.yaml").read_text("utf-8"))
    stage = next(stage for stage in document.stages if stage.name == name)
    count = stage.paper.count
    start = stage.calendar.opens_ms
    level = "1" if stage.flow.levels is not None else ""
    row = AttemptRow(1, "1", "A", "", start, start + count, (1,) * count, (1,) * count, level)

    played = Reader(stage).played(row)

    assert (count, Fraction(played.score)) == PUBLISHED[contest, name]
    assert played.full
