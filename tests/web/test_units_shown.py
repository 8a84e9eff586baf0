"""What the page of a board of units says of means, and of how far the next is, however little that is."""

from __future__ import annotations

from flask import Flask

from quiz.services.platform import Platform
from quiz.services.results import BoardId
from quiz.web.board_page import row_words
from quiz.web.gap_words import gap_words
from tests.services.test_results import now
from tests.support import standing
from tests.support.pages import Reader

__all__ = ["now"]  # a fixture

MEAN = """    places: PLACES
    boards:
      - {name: 人均, of: region.street, order: [mean]}
      - {name: 折算, of: region.street, value: {terms: [{metric: mean, weight: "1/500"}]}}
      - {name: 取整, of: region.street, value: {terms: [{metric: mean, weight: 1}], round: 0}}
"""


def test_means_are_read_as_decimals_and_a_small_gap_is_never_told_as_none(
    app: Flask, platform: Platform, now: int
) -> None:
    rules = standing.publish(platform, now, places="ordinal", boards=MEAN)
    for name, right, street in (("甲", 4, "P"), ("乙", 3, "P"), ("丙", 3, "P"), ("丁", 3, "Q")):
        me = standing.join(platform, name, now, street)
        standing.finish(platform, rules, me, right, now)
    standing.catch_up(platform, now)
    stage = rules.document.stages[0]

    said = {}
    with app.test_request_context():
        for n, board in enumerate(stage.boards):
            page = standing.page(platform, rules, BoardId(0, n), now, me=me)
            values = [row_words(stage, board, row)[0] for row in page.rows]
            said[board.name] = (values, gap_words(stage, board, page))

    first = standing.page(platform, rules, BoardId(0, 0), now).rows[0].id
    why = Reader(app).open(f"/contests/{rules.contest_id}/boards/0-0/why?who={first}")

    assert "得分 10/3 ≈ 3.33" in why
    assert said["人均"] == (["3.33", "3"], "离第 1 名还差 0.33 分")
    assert said["折算"] == (["0.01", "0.006"], "离第 1 名还差不到 0.01 分")
    assert said["取整"] == (["3", "3"], "与第 1 名成绩相同")
