"""Contests at the desk, from an empty bank to the ranking as a workbook."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from quiz.rules.document import load
from quiz.services import contests, exports, play, presets
from quiz.services import desk as desk_service
from quiz.services.platform import Actor, Platform
from tests.support import contests as ready
from tests.support.clock import MovedClock
from tests.support.desk import Visitor, wait_until

COMING = ready.rules().replace("2026-03-02 08:00", "2026-03-03 08:00")


@pytest.fixture
def filled(platform: Platform, clock: MovedClock) -> Platform:
    """A platform with eight questions and two streets."""
    ready.fill_bank(platform, clock.now_ms())
    ready.add_units(platform, clock.now_ms())
    return platform


def draft(platform: Platform, text: str, now_ms: int) -> int:
    return contests.create(platform, text, "contest", Actor(None, now_ms))


def publish(organizer: Visitor, contest_id: int) -> str:
    """Look at what would be published and publish it."""
    organizer.open(f"/desk/contests/{contest_id}/publish")
    return organizer.send(f"/desk/contests/{contest_id}/publish", **hidden(organizer))


def hidden(organizer: Visitor) -> dict[str, str]:
    assert organizer.page is not None
    html = organizer.page.get_data(as_text=True)
    return dict(re.findall(r'type="hidden" name="(draft|version|seen)" [^>]*value="([^"]*)"', html)) | dict(
        re.findall(r'name="(draft|version)" value="([^"]*)"', html)
    )


def finish(platform: Platform, attempt_id: int, now_ms: int, right: int = 0) -> None:
    """Hand an attempt in with its first `right` questions right and the others blank."""
    answers = [ready.answer(platform, attempt_id, n) for n in range(1, right + 1)]
    play.finish(platform, ready.batch(platform, attempt_id, now_ms, *answers))


def newest_person(platform: Platform) -> int:
    return desk_service.people(platform)[0][0].id


def unit_called(platform: Platform, name: str) -> int:
    return desk_service.units(platform, "region", name)[0][0].id


def seen(organizer: Visitor) -> str:
    assert organizer.page is not None
    found = re.search(r'name="seen"[^>]*value="([0-9a-f]+)"', organizer.page.get_data(as_text=True))
    assert found is not None
    return found[1]


@pytest.mark.parametrize("preset", presets.PRESETS, ids=lambda preset: preset.name)
def test_every_starting_document_can_be_used_as_it_is(preset: presets.Preset, clock: MovedClock) -> None:
    text, kind = presets.start_from(preset.name, clock.now_ms())

    document = load(text)

    assert kind == preset.kind
    assert document.stages[0].calendar.opens_ms > clock.now_ms()


def test_a_new_contest_begins_from_a_starting_document(organizer: Visitor) -> None:
    organizer.open("/desk/contests/new")

    said = organizer.send("/desk/contests/new", start="preset:best_of_three")

    assert "三次机会取最好成绩" in said
    assert "草稿，还没有发布" in said


def test_a_new_contest_is_a_copy_of_another(filled: Platform, organizer: Visitor, clock: MovedClock) -> None:
    original = draft(filled, COMING, clock.now_ms())
    clock.move(minutes=1)
    assert "复制草稿“" in organizer.open("/desk/contests/new")

    organizer.send("/desk/contests/new", start=f"copy:{original}")

    copied = int(organizer.address.rsplit("/", 1)[1])
    assert copied != original
    assert contests.draft(filled, copied).text == COMING


def test_pressing_new_twice_makes_one_draft(platform: Platform, organizer: Visitor) -> None:
    organizer.open("/desk/contests/new")

    replies = [organizer.post("/desk/contests/new", start="preset:practice") for _ in range(2)]

    assert replies[0].location == replies[1].location
    assert len(contests.drafts(platform)) == 1


def test_a_beginning_that_does_not_exist_is_refused(platform: Platform, organizer: Visitor) -> None:
    organizer.open("/desk/contests/new")

    organizer.send("/desk/contests/new", status=400, start="copy:99")

    assert contests.drafts(platform) == []


def test_faults_are_told_with_line_place_and_what_to_write(
    filled: Platform, organizer: Visitor, clock: MovedClock
) -> None:
    wrong = COMING.replace('closes: "2026-03-08 20:00"', "closes: 2026-03-08 20:00")
    contest_id = draft(filled, wrong, clock.now_ms())

    said = organizer.open(f"/desk/contests/{contest_id}")

    assert "规则文件有" in said
    assert "8 " in said
    assert 'calendar: {opens: "2026-03-03 08:00", closes: 2026-03-08 20:00, period: day}' in said
    assert "/stages/0/calendar/closes" in said
    assert "可以发布" not in said


def test_what_cannot_be_played_yet_is_named_before_anybody_publishes_it(
    filled: Platform, organizer: Visitor, clock: MovedClock
) -> None:
    at_once = "{name: 抽奖, drawn: at_once, entries: [{for: place, board: 个人, top: 3}]}"
    contest_id = draft(filled, f"{COMING}    draws: [{at_once}]\n", clock.now_ms())

    said = organizer.open(f"/desk/contests/{contest_id}")

    assert "“当场抽奖按名次得机会”目前还不支持" in said
    assert "可以发布" not in said
    organizer.open(f"/desk/contests/{contest_id}/publish")
    assert organizer.address == f"/desk/contests/{contest_id}"


def test_a_wrong_draft_is_kept_and_cannot_be_published(
    filled: Platform, organizer: Visitor, clock: MovedClock
) -> None:
    contest_id = draft(filled, COMING, clock.now_ms())
    organizer.open(f"/desk/contests/{contest_id}")

    said = organizer.send(
        f"/desk/contests/{contest_id}", text="title: 半成品\r\nstages:\r\n", seen=seen(organizer)
    )

    assert "草稿已保存" in said
    assert contests.draft(filled, contest_id).text == "title: 半成品\nstages:\n"
    organizer.open(f"/desk/contests/{contest_id}/publish")
    assert organizer.address == f"/desk/contests/{contest_id}"


def test_a_draft_that_somebody_changed_meanwhile_is_not_overwritten(
    filled: Platform, organizer: Visitor, clock: MovedClock
) -> None:
    contest_id = draft(filled, COMING, clock.now_ms())
    organizer.open(f"/desk/contests/{contest_id}")
    began = seen(organizer)
    contests.save_draft(filled, contest_id, COMING + "# 别人\n", Actor(None, clock.now_ms()))

    said = organizer.send(f"/desk/contests/{contest_id}", status=409, text=COMING + "# 我\n", seen=began)

    assert "在别处被改过" in said
    assert "# 我" in said
    assert contests.draft(filled, contest_id).text.endswith("# 别人\n")


def test_what_bank_and_units_lack_is_named(platform: Platform, organizer: Visitor, clock: MovedClock) -> None:
    ready.fill_bank(platform, clock.now_ms(), 2)
    contest_id = draft(platform, COMING, clock.now_ms())

    said = organizer.open(f"/desk/contests/{contest_id}")

    assert "还不能发布" in said
    assert "第 1 组题需要 4 道，题库中符合条件的只够 2 道" in said
    assert "单位体系 region 的 street 一级还没有单位" in said


def test_the_rules_page_stands_beside_the_document(
    filled: Platform, organizer: Visitor, clock: MovedClock
) -> None:
    contest_id = draft(filled, COMING, clock.now_ms())

    said = organizer.open(f"/desk/contests/{contest_id}")

    assert "生成的规则页" in said
    assert said.index("生成的规则页") < said.rindex("街道")


def test_publishing_asks_first_and_says_which_version_it_made(
    filled: Platform, organizer: Visitor, clock: MovedClock
) -> None:
    contest_id = draft(filled, COMING, clock.now_ms())

    asked = organizer.open(f"/desk/contests/{contest_id}/publish")
    assert contests.draft(filled, contest_id).published_version is None
    said = publish(organizer, contest_id)

    assert "将成为 第 1 版" in asked
    assert "已发布第 1 版" in said


def test_pressing_publish_twice_publishes_once(
    filled: Platform, organizer: Visitor, clock: MovedClock
) -> None:
    contest_id = draft(filled, COMING, clock.now_ms())
    organizer.open(f"/desk/contests/{contest_id}/publish")
    fields = hidden(organizer)

    for _ in range(2):
        assert organizer.post(f"/desk/contests/{contest_id}/publish", **fields).status_code == 303

    assert contests.draft(filled, contest_id).published_version == 1


def test_a_second_version_shows_what_it_changes(
    filled: Platform, organizer: Visitor, clock: MovedClock
) -> None:
    contest_id = draft(filled, COMING, clock.now_ms())
    publish(organizer, contest_id)
    organizer.open(f"/desk/contests/{contest_id}")
    changed = COMING.replace("per_period: 3", "per_period: 5")
    assert "草稿有改动" in organizer.send(f"/desk/contests/{contest_id}", text=changed, seen=seen(organizer))

    asked = organizer.open(f"/desk/contests/{contest_id}/publish")

    assert "- quota: {limit: {per_period: 3}}" in asked
    assert "+ quota: {limit: {per_period: 5}}" in asked
    assert "已发布第 2 版" in organizer.send(f"/desk/contests/{contest_id}/publish", **hidden(organizer))


def test_what_changed_after_it_was_looked_at_is_not_published(
    filled: Platform, organizer: Visitor, clock: MovedClock
) -> None:
    contest_id = draft(filled, COMING, clock.now_ms())
    organizer.open(f"/desk/contests/{contest_id}/publish")
    fields = hidden(organizer)
    contests.save_draft(filled, contest_id, COMING + "# 别人\n", Actor(None, clock.now_ms()))

    said = organizer.send(f"/desk/contests/{contest_id}/publish", status=409, **fields)

    assert "在别处被改过" in said
    assert contests.draft(filled, contest_id).published_version is None


def test_after_the_opening_rules_cannot_be_published_again(
    filled: Platform, organizer: Visitor, clock: MovedClock
) -> None:
    contest_id = draft(filled, COMING, clock.now_ms())
    publish(organizer, contest_id)
    organizer.open(f"/desk/contests/{contest_id}")
    organizer.send(f"/desk/contests/{contest_id}", text=COMING + "# 新\n", seen=seen(organizer))
    organizer.open(f"/desk/contests/{contest_id}/publish")
    fields = hidden(organizer)
    clock.set("2026-03-03 08:00")

    said = organizer.send(f"/desk/contests/{contest_id}/publish", status=400, **fields)

    assert "比赛已经开始，规则不能再改" in said


def test_after_the_opening_the_page_of_the_rules_says_that_they_stay(
    filled: Platform, organizer: Visitor, clock: MovedClock
) -> None:
    contest_id = draft(filled, COMING, clock.now_ms())
    publish(organizer, contest_id)
    clock.set("2026-03-03 08:00")
    organizer.open(f"/desk/contests/{contest_id}")

    said = organizer.send(f"/desk/contests/{contest_id}", text=COMING + "# 新\n", seen=seen(organizer))

    assert "比赛已经开始，规则不能再改" in said
    assert "去发布" not in said


def test_numbers_move_with_what_people_do(filled: Platform, organizer: Visitor, clock: MovedClock) -> None:
    contest_id = ready.publish(filled, ready.rules(), clock.now_ms())
    person = ready.join(filled, "甲", clock.now_ms())
    attempt_id = ready.begin(filled, contest_id, person, clock.now_ms())
    before = organizer.open(f"/desk/contests/{contest_id}/watch")

    finish(filled, attempt_id, clock.now_ms())
    clock.move(minutes=1)
    after = organizer.open(f"/desk/contests/{contest_id}/watch?part=1")

    assert "已开始 1 次 正在作答 1 次 已交卷 0 次" in before
    assert "已开始 1 次 正在作答 0 次 已交卷 1 次" in after
    assert "上一分钟开始 1 次 上一分钟交卷 1 次" in after


def test_numbers_that_stand_still_are_not_sent_again(
    filled: Platform, organizer: Visitor, clock: MovedClock
) -> None:
    contest_id = ready.publish(filled, ready.rules(), clock.now_ms())
    first = organizer.client.get(f"/desk/contests/{contest_id}/watch?part=1")

    again = organizer.client.get(
        f"/desk/contests/{contest_id}/watch?part=1", headers={"If-None-Match": first.headers["ETag"]}
    )

    assert again.status_code == 304


def test_the_desk_sees_real_names_and_every_figure(
    filled: Platform, organizer: Visitor, clock: MovedClock
) -> None:
    contest_id = ready.publish(filled, ready.rules(), clock.now_ms())
    organizer.open("/desk/people")
    organizer.send("/desk/people", file=("姓名,昵称,街道\n张三丰,三丰,P\n".encode(), "名单.csv"))
    organizer.send(organizer.address)
    attempt_id = ready.begin(filled, contest_id, newest_person(filled), clock.now_ms())
    clock.move(seconds=12)
    finish(filled, attempt_id, clock.now_ms(), right=4)

    said = organizer.open(f"/desk/contests/{contest_id}/boards/0-0")

    assert "1 三丰 张三丰" in said
    assert re.search(r"三丰 张三丰 P 4 12(\.000)? ?秒 1", said)


def test_a_board_is_exported_as_workbook_and_csv(
    filled: Platform, organizer: Visitor, clock: MovedClock
) -> None:
    contest_id = ready.publish(filled, ready.rules(), clock.now_ms())
    person = ready.join(filled, "=1+1", clock.now_ms())
    finish(filled, ready.begin(filled, contest_id, person, clock.now_ms()), clock.now_ms(), right=4)

    book = organizer.client.get(f"/desk/contests/{contest_id}/boards/0-0.xlsx")
    text = organizer.client.get(f"/desk/contests/{contest_id}/boards/0-0.csv").data.decode()

    rows = list(openpyxl.load_workbook(BytesIO(book.data)).worksheets[0].iter_rows(values_only=True))
    assert rows[0][0] == "名次"
    assert rows[1][0] == 1
    assert "=1+1" in rows[1]
    assert text.startswith("\ufeff名次")
    assert "'=1+1" in text
    assert "导出榜单 测试赛" in organizer.open("/desk/audit")


def test_a_large_board_is_asked_for_and_written_beside_the_server(
    filled: Platform, organizer: Visitor, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "MOST_AT_ONCE", 0)
    contest_id = ready.publish(filled, ready.rules(), clock.now_ms())
    person = ready.join(filled, "甲", clock.now_ms())
    finish(filled, ready.begin(filled, contest_id, person, clock.now_ms()), clock.now_ms(), right=4)
    address = f"/desk/contests/{contest_id}/boards/0-0.csv"

    assert "这个榜有 1 行" in organizer.open(address)
    organizer.send(address)
    page = organizer.address
    wait_until(lambda: "已经写好" in organizer.open(f"{page}?part=1"))

    assert "甲" in organizer.client.get(f"{page}/file").data.decode()


def test_a_board_without_results_says_so(filled: Platform, organizer: Visitor, clock: MovedClock) -> None:
    contest_id = ready.publish(filled, ready.rules(), clock.now_ms())

    assert "还没有人上榜" in organizer.open(f"/desk/contests/{contest_id}/boards/")


@pytest.mark.parametrize(
    "address",
    [
        "/desk/contests/99",
        "/desk/contests/99/watch",
        "/desk/contests/99/boards/",
        "/desk/contests/99/publish",
    ],
)
def test_a_contest_that_does_not_exist_is_not_found(organizer: Visitor, address: str) -> None:
    assert "没有这场比赛" in organizer.open(address, status=404)


def test_from_an_empty_platform_to_the_ranking_in_a_workbook(
    platform: Platform, organizer: Visitor, clock: MovedClock, shared: Path
) -> None:
    units = (shared / "data" / "yuzhong_units.csv").read_bytes()
    organizer.open("/desk/units")
    assert "已导入 92 个单位" in organizer.send("/desk/units", tree="region", file=(units, "units.csv"))
    questions = (shared / "fixtures" / "xlsx_templates" / "netcan_baike.xlsx").read_bytes()
    organizer.open("/desk/bank/import")
    organizer.send("/desk/bank/import", file=(questions, "netcan_baike.xlsx"))
    assert "已导入 14 题" in organizer.send(organizer.address, rows="all", review="reviewed")
    text = (shared / "examples" / "e1-points-per-attempt" / "rules.yaml").read_text("utf-8")
    clock.set("2024-05-29 12:00")
    organizer.open("/desk/contests/new")
    organizer.send("/desk/contests/new", start="preset:daily_points")
    address = organizer.address
    organizer.send(address, text=text, seen=seen(organizer))
    contest_id = int(address.rsplit("/", 1)[1])
    assert "已发布第 1 版" in publish(organizer, contest_id)

    clock.set("2024-05-30 08:00")
    street = unit_called(platform, "上清寺街道")
    for nickname, right in (("甲", 3), ("乙", 1), ("丙", 2)):
        person = ready.join(platform, nickname, clock.now_ms(), {"region": street})
        attempt_id = ready.begin(platform, contest_id, person, clock.now_ms())
        finish(platform, attempt_id, clock.now_ms(), right=right)
    assert "已交卷 3 次" in organizer.open(f"/desk/contests/{contest_id}/watch")

    people, streets = (
        openpyxl.load_workbook(
            BytesIO(organizer.client.get(f"/desk/contests/{contest_id}/boards/0-{n}.xlsx").data)
        ).worksheets[0]
        for n in (0, 1)
    )
    ranked = [(row[0], row[1]) for row in people.iter_rows(min_row=2, values_only=True)]
    assert ranked == [(1, "甲"), (1, "丙"), (3, "乙")]
    assert [row[:2] for row in streets.iter_rows(min_row=2, max_row=2, values_only=True)] == [
        (1, "上清寺街道")
    ]
