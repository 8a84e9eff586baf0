"""What has moved since yesterday, on the page and in the interface: a sign, a number, words to hear."""

from __future__ import annotations

from quiz.services import boards, days_end
from quiz.services.platform import Platform
from tests.browser.crowd import take_part
from tests.support.clock import MovedClock
from tests.support.pages import Reader
from tests.web.test_play import CONTEST, resident
from tests.web.test_results import BOARD, crowd

__all__ = ["crowd", "resident"]  # fixtures


def test_a_row_tells_how_it_has_moved_since_yesterday(
    crowd: Reader, platform: Platform, clock: MovedClock
) -> None:
    assert "▲▼" not in crowd.open(BOARD)  # the first day

    clock.move(days=1)
    days_end.keep(platform, platform.clock.now_ms())
    assert "71 – 与昨天持平" in crowd.open(BOARD)

    take_part(platform, CONTEST, 1, seed=9)
    boards.catch_up_all(platform, platform.clock.now_ms(), full=True)
    text = crowd.open(BOARD)
    assert "▼1 比昨天下降 1 名" in text
    assert "新 新上榜" in text + crowd.open(f"{BOARD}?page=2")
    assert "▲▼ 与昨天结束时的名次相比。" in text
    row = crowd.client.get(f"/api/v1{BOARD}?around=me").get_json()["mine"]
    assert (row["place"], row["before"]) == (72, 71)
