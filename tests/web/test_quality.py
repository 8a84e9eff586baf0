"""The quality of questions at the desk: computed beside the server, read, sorted, exported, acted on."""

from __future__ import annotations

from io import BytesIO

import openpyxl
import pytest

from quiz.services import quality, quality_reading
from quiz.services.platform import Actor, Platform
from quiz.services.published import in_force
from tests.support import contests as ready
from tests.support import standing
from tests.support.clock import MovedClock
from tests.support.desk import Visitor, wait_until
from tests.support.statements import statements

ABLE, WEAK = "B A A AB", "A B B D"  # the able choose B where the key is A
PEOPLE = 36


@pytest.fixture
def contest(platform: Platform, clock: MovedClock) -> int:
    """A contest of four questions, the key of the first is wrong; 36 people have answered."""
    now = clock.now_ms()
    ready.fill_bank(platform, now, count=4)
    ready.add_units(platform, now)
    contest_id = ready.publish(platform, ready.rules(), now)
    for n in range(PEOPLE):
        person = standing.join(platform, f"人{n}", now)
        ready.choose(platform, contest_id, person, ABLE if n % 3 else WEAK, now)
    return contest_id


@pytest.fixture
def analysed(platform: Platform, contest: int, clock: MovedClock) -> int:
    """The same after an analysis."""
    begun = quality.begin(platform, None, True, Actor(None, clock.now_ms()))
    quality.carry_out(platform, begun)
    return contest


def test_an_organizer_has_the_answers_analysed_beside_the_server(
    platform: Platform, organizer: Visitor, contest: int
) -> None:
    assert "还没有分析过作答记录" in organizer.open("/desk/bank/quality/")

    said = organizer.send("/desk/bank/quality/", calibrates="1")
    assert "已开始分析作答记录" in said
    wait_until(lambda: quality_reading.overview(platform) is not None)

    said = organizer.open("/desk/bank/quality/")
    assert "计入的作答 144" in said
    assert "答案可能有误 1" in said
    assert "测试赛 36 " in said


def test_a_second_analysis_waits_for_the_first(
    platform: Platform, organizer: Visitor, clock: MovedClock
) -> None:
    organizer.open("/desk/bank/quality/")
    quality.begin(platform, None, False, Actor(None, clock.now_ms()))

    assert "正在分析作答记录" in organizer.send("/desk/bank/quality/", status=503)
    assert "算好后这一页会自己更新" in organizer.open("/desk/bank/quality/")


def test_a_wrong_key_is_told_on_the_page_of_its_question_and_leads_to_the_correction(
    platform: Platform, organizer: Visitor, analysed: int
) -> None:
    version = min(in_force(platform, analysed).questions)

    said = organizer.open(f"/desk/bank/questions/{version}")

    assert "答案可能有误" in said
    assert "33% 100 人中约 33 人答对" in said
    assert "A 对1 正确 100% – 0% 33% 12" in said
    assert "B 错1a 高分组更常选 0% – 100% 67% 24" in said
    address = f"/desk/contests/{analysed}/ledger/question/{version}"
    assert organizer.page is not None
    assert f'href="{address}"' in organizer.page.get_data(as_text=True)
    organizer.open(address)


def test_a_question_that_nobody_saw_says_so(
    platform: Platform, organizer: Visitor, clock: MovedClock
) -> None:
    ready.fill_bank(platform, clock.now_ms(), count=1)

    assert "还没有作答" in organizer.open("/desk/bank/questions/1")


def test_the_list_shows_what_is_flagged_and_can_be_ordered(organizer: Visitor, analysed: int) -> None:
    said = organizer.open("/desk/bank/?flag=wrong_key")
    assert "找到 1 题" in said
    assert "第 1 题 答案可能有误" in said

    hardest_first = organizer.open("/desk/bank/?order=facility")
    assert hardest_first.index("第 1 题") < hardest_first.index("第 2 题")
    assert "答对率 ▴" in hardest_first
    assert "找到 4 题" in organizer.open("/desk/bank/?order=nonsense&flag=nonsense")


@pytest.mark.parametrize("address", ["/desk/bank/", "/desk/bank/?flag=wrong_key&order=seen"])
def test_the_list_asks_once_for_the_figures_of_all_rows(
    platform: Platform, organizer: Visitor, analysed: int, address: str
) -> None:
    organizer.open(address)  # then the process knows the bank
    with statements(platform.store.engine) as run:
        organizer.open(address)

    assert sum("question_figures" in each for each in run) <= 3
    assert len(run) <= 7


def test_an_analysis_goes_out_as_a_workbook(organizer: Visitor, analysed: int) -> None:
    sent = organizer.client.get("/desk/bank/quality/export.xlsx")

    book = openpyxl.load_workbook(BytesIO(sent.data))
    questions, options = book["题目质量"], book["选项"]
    assert [cell.value for cell in questions[1]][:3] == ["题目编号", "题型", "题干"]
    first = dict(zip([c.value for c in questions[1]], [c.value for c in questions[2]], strict=True))
    assert (first["题干"], first["答对率 %"], first["提示"]) == ("第 1 题", 33.33, "答案可能有误、分不出高下")
    assert [cell.value for cell in options[3]][1:6] == ["B", "", 24, 66.67, 0]
    assert [cell.value for cell in book["赛段"][2]][:4] == ["测试赛", 1, 36, 2.33]
    assert questions.max_row == 5
    assert options.max_row == 17


def test_one_contest_is_analysed_by_itself(
    platform: Platform, organizer: Visitor, contest: int, clock: MovedClock
) -> None:
    quality.carry_out(platform, quality.begin(platform, contest, False, Actor(None, clock.now_ms())))

    assert "计入的作答 144" in organizer.open(f"/desk/bank/quality/?contest={contest}")
    assert "还没有分析过" in organizer.open("/desk/bank/quality/")
    organizer.open("/desk/bank/quality/export.xlsx", status=404)
