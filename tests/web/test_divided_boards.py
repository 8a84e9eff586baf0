"""A divided board on its page and in the interface: one part at a time, with a choice of the others."""

from __future__ import annotations

from flask import Flask

from quiz.services import play
from quiz.services.platform import Platform
from tests.services.test_many_boards import Contest, many_boards
from tests.support import contests as cast
from tests.support.clock import MovedClock


def test_a_part_is_shown_with_a_choice_of_the_others(
    app: Flask, platform: Platform, clock: MovedClock
) -> None:
    contest = Contest(platform, clock, many_boards("      - {name: 分组, of: people, each: group}", ""))
    clock.set("2026-03-02 09:00")
    for n in (0, 2):  # one of each group
        attempt = cast.begin(platform, contest.rules.contest_id, contest.people[n], clock.now_ms())
        play.finish(platform, cast.batch(platform, attempt, clock.now_ms() + 60_000))
    client, address = app.test_client(), f"/contests/{contest.rules.contest_id}/boards"

    page = client.get(f"{address}/0-0?each=2").get_data(as_text=True)
    told = client.get(f"/api/v1{address}/0-0?each=2").get_json()
    unknown = client.get(f"/api/v1{address}/0-0?each=9")

    assert '<option value="2" selected>成人组</option>' in page
    assert "人2" in page
    assert "人0" not in page
    assert [row["name"] for row in told["rows"]] == ["人2"]
    assert told["each"] == "2"
    assert told["parts"] == [{"id": "1", "name": "少年组"}, {"id": "2", "name": "成人组"}]
    assert unknown.status_code == 404

    clock.move(days=60)
    past = client.get(f"/past/{contest.rules.contest_id}").get_data(as_text=True)
    assert past.index("分组 · 少年组") < past.index("人0") < past.index("分组 · 成人组") < past.index("人2")
    assert f"{address}/0-0?each=2" in past
