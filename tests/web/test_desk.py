"""The desk as an organizer meets it: signing in, who is kept out, people, units, the audit log."""

from __future__ import annotations

from io import BytesIO

import openpyxl
import pytest
from flask import Flask

from quiz.services import accounts
from quiz.services import desk as service
from quiz.services.accounts import UnitRow
from quiz.services.platform import Actor, Platform
from quiz.web.desk_words import action_words
from tests.support import contests as ready
from tests.support.clock import MovedClock
from tests.support.desk import Visitor
from tests.support.statements import statements

ROSTER = "姓名,昵称,街道,班级\n张三丰,,Q,\n李四,小李,渝中区/P,\n".encode()


AUDITED = {  # what each form of the desk leaves in the audit log; "" where it changes nothing that others see
    "desk.accept": "organizer.accept",
    "desk.leave": "",
    "desk.invite": "organizer.invite",
    "desk.read_roster": "",
    "desk.add_roster": "people.add",
    "desk.codes": "people.codes",
    "cards.of_roster": "people.codes",
    "cards.renew": "people.card",
    "desk_people.consent": "people.consent",
    "desk_people.sign_out": "people.sign_out",
    "joining_desk.accept": "people.join",
    "joining_desk.decline": "people.join_declined",
    "desk.forget_roster": "",
    "desk.import_units": "units.load",
    "desk.enrolment": "units.enrolment",
    "bank.receive": "",
    "bank.columns": "",
    "bank.text": "",
    "bank.mend": "",
    "bank.decide": "",
    "bank.compare": "",
    "bank.take": "bank.import",
    "bank.forget": "",
    "bank.undo": "bank.undo",
    "bank_editing.save": "bank.edit",
    "bank_media.change": "bank.edit",
    "bank_chosen.choose": "",
    "bank_chosen.carry_out": "bank.tag",
    "review.decide": "bank.approved",
    "review.use": "bank.seal",
    "quality.analyse": "bank.stats",
    "doubts_desk.decide": "bank.doubt",
    "duplicates.compare": "",
    "duplicates.keep": "bank.keep_twins",
    "duplicates.retire": "bank.retire",
    "desk_people.set_unit": "people.unit",
    "desk_people.correct": "people.about",
    "contests.new": "contest.create",
    "contests.save": "contest.save",
    "contests.publish": "contest.publish",
    "contests.export_apart": "board.export",
    "ledger.preview": "",
    "ledger.changes": "",
    "ledger.book": "ledger.void",
    "written.bank": "bank.edit",
    "prize_desk.hold": "draw.hold",
    "prize_desk.pass_on": "draw.pass_on",
    "prize_desk.confirm": "award.confirm",
    "prize_desk.read_events": "",
    "prize_desk.take_events": "events.import",
    "prize_desk.forget_events": "",
}


def desk_addresses(app: Flask) -> list[tuple[str, str]]:
    """Every route of the desk that is not the invitation, with something in its places."""
    values = {"contest_id": "1", "board_id": "0-0", "ending": "xlsx", "token": "t", "tree": "region"}
    values |= {"version_id": "1", "import_id": "1", "draw": "0", "award_id": "0-0", "person_id": "1"}
    values |= {"of": "person", "target": "1", "question_id": "1", "wish_id": "1"}
    found = []
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/desk/") and not rule.rule.startswith(("/desk/invitation", "/desk/leave")):
            _domain, path = rule.build({name: values[name] for name in rule.arguments})
            found += [(method, path) for method in sorted((rule.methods or set()) & {"GET", "POST"})]
    return found


def test_a_visitor_is_led_to_the_sign_in_from_every_address_of_the_desk(
    app: Flask, stranger: Visitor
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False

    replies = {
        (method, path): stranger.client.open(path, method=method) for method, path in desk_addresses(app)
    }

    assert len(replies) > 30
    assert {(r.status_code, r.location.split("?")[0]) for r in replies.values()} == {(302, "/sign-in")}


def test_a_participant_is_refused_at_every_address_of_the_desk(app: Flask, participant: Visitor) -> None:
    app.config["WTF_CSRF_ENABLED"] = False

    statuses = {
        participant.client.open(path, method=method).status_code for method, path in desk_addresses(app)
    }

    assert statuses == {403}


def test_every_form_of_the_desk_says_what_it_leaves_in_the_audit_log(app: Flask) -> None:
    forms = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/desk/") and "POST" in (rule.methods or set())
    }

    assert forms == AUDITED.keys()


def test_every_action_of_the_audit_log_has_words(app: Flask) -> None:
    with app.test_request_context():
        assert {action for action in AUDITED.values() if action} <= action_words().keys()
        assert {"people.erase", "people.refused", "people.retain"} <= action_words().keys()


@pytest.mark.parametrize(
    ("address", "most"),
    [
        ("/desk/", 14),
        ("/desk/people", 7),
        ("/desk/units", 8),
        ("/desk/audit", 5),
        ("/desk/bank/", 8),
        ("/desk/bank/import", 6),
        ("/desk/contests/", 6),
        ("/desk/contests/1/watch", 9),
        ("/desk/contests/1/boards/0-0", 9),
    ],
)
def test_a_page_of_the_desk_asks_the_database_a_few_times_whatever_it_lists(
    platform: Platform, organizer: Visitor, clock: MovedClock, address: str, most: int
) -> None:
    ready.fill_bank(platform, clock.now_ms())
    ready.add_units(platform, clock.now_ms())
    contest_id = ready.publish(platform, ready.rules(), clock.now_ms())
    for n in range(5):
        ready.begin(platform, contest_id, ready.join(platform, f"甲{n}", clock.now_ms()), clock.now_ms())
    organizer.open(address)

    with statements(platform.store.engine) as asked:
        organizer.open(address)

    assert len(asked) <= most, "\n".join(asked)


LONG = "a" * 300  # characters; more than a name of a file may have


@pytest.mark.parametrize(
    "address",
    [
        "/desk/bank/?page=99999999999999999999&kind=x&difficulty=x&tag=:&import=x",
        "/desk/bank/?page=-1&tag=a%27b:%22&q=%25_%5C&import=-1",
        "/desk/bank/?tag=a.b[0]:x&page=900000",
        "/desk/bank/?import=99999999999999999999",
        "/desk/bank/questions/99999999999999999999",
        "/desk/bank/imports/0",
        "/desk/bank/import/..%2Fquiz.sqlite3",
        "/desk/bank/import/%E4%B8%AD",
        "/desk/bank/import/x/faulty.xlsx?scale:=easy",
        pytest.param(f"/desk/bank/import/{LONG}", id="a long name of a file"),
        pytest.param(f"/desk/people/roster/{LONG}", id="a long name of a roster"),
        pytest.param(f"/desk/contests/exports/{LONG}", id="a long name of an export"),
        "/desk/people?q=%00&page=%EF%BC%91",
        "/desk/people/roster/..%2F..%2Fsecret",
        "/desk/units?tree=nowhere&q=%25",
        "/desk/audit?action=%27;--&page=0",
        "/desk/contests/99999999999999999999/watch",
        "/desk/contests/1/boards/9-9",
        "/desk/contests/1/boards/0-0?period=x&q=%00&page=99999",
        "/desk/contests/1/boards/x.xlsx",
        "/desk/contests/1/boards/0-0.xlsx?period=x",
        "/desk/contests/exports/..%2Fx",
        "/desk/contests/exports/x/file",
    ],
)
def test_whatever_stands_in_an_address_of_the_desk_it_is_answered(
    platform: Platform, organizer: Visitor, clock: MovedClock, address: str
) -> None:
    ready.fill_bank(platform, clock.now_ms())
    ready.add_units(platform, clock.now_ms())
    ready.publish(platform, ready.rules(), clock.now_ms())

    reply = organizer.client.get(address)

    assert reply.status_code in (200, 302, 404)


def test_opening_an_invitation_does_not_use_it_up(
    platform: Platform, stranger: Visitor, clock: MovedClock
) -> None:
    code = accounts.invite_organizer(platform, "王老师", Actor(None, clock.now_ms()))

    stranger.open(f"/desk/invitation/{code}")
    stranger.open(f"/desk/invitation/{code}")

    assert "王老师" in stranger.text
    assert "工作台" in stranger.send(f"/desk/invitation/{code}")


def test_an_invitation_is_used_once(app: Flask, platform: Platform, clock: MovedClock) -> None:
    code = accounts.invite_organizer(platform, "王老师", Actor(None, clock.now_ms()))
    first, second = Visitor(app), Visitor(app)
    second.open(f"/desk/invitation/{code}")
    first.open(f"/desk/invitation/{code}")
    first.send(f"/desk/invitation/{code}")

    said = second.send(f"/desk/invitation/{code}", status=403)

    assert "已经用过" in said


def test_who_opens_a_used_invitation_again_is_led_to_the_desk(organizer: Visitor) -> None:
    said = organizer.open("/desk/invitation/whatever")

    assert organizer.address == "/desk/"
    assert "工作台" in said


def test_an_invitation_ends_after_two_days(platform: Platform, stranger: Visitor, clock: MovedClock) -> None:
    code = accounts.invite_organizer(platform, "王老师", Actor(None, clock.now_ms()))
    clock.move(days=2)

    said = stranger.open(f"/desk/invitation/{code}", status=403)

    assert "已过期" in said


def test_leaving_the_desk_signs_out(organizer: Visitor) -> None:
    organizer.open("/desk/")
    organizer.post("/desk/leave")

    assert organizer.client.get("/desk/").status_code == 302


def test_an_organizer_invites_another(app: Flask, organizer: Visitor) -> None:
    organizer.open("/desk/people")
    said = organizer.send("/desk/invite", name="李老师")
    address = next(word for word in said.split() if "/desk/invitation/" in word)
    other = Visitor(app)

    other.open(address)

    assert "李老师" in other.text


def test_a_nameless_invitation_is_refused_with_a_sentence(organizer: Visitor) -> None:
    organizer.open("/desk/people")

    assert "请填写昵称" in organizer.send("/desk/invite", status=400, name=" ")


def test_an_empty_platform_says_what_to_do_next(organizer: Visitor) -> None:
    said = organizer.open("/desk/")

    assert "题库还是空的" in said
    assert "还没有街道、学校等单位" in said
    assert "新建比赛" in said


def test_the_first_page_shows_what_runs_now(
    platform: Platform, organizer: Visitor, clock: MovedClock
) -> None:
    ready.fill_bank(platform, clock.now_ms())
    ready.add_units(platform, clock.now_ms())
    contest_id = ready.publish(platform, ready.rules(), clock.now_ms())
    ready.begin(platform, contest_id, ready.join(platform, "甲", clock.now_ms()), clock.now_ms())

    said = organizer.open("/desk/")

    assert "测试赛 进行中" in said
    assert "已开始答题 1 次 正在作答 1 次 参加 1 人" in said


def test_a_roster_is_looked_at_before_anybody_is_added(
    platform: Platform, organizer: Visitor, clock: MovedClock
) -> None:
    ready.add_units(platform, clock.now_ms())
    organizer.open("/desk/people")

    said = organizer.send("/desk/people", file=(ROSTER, "名单.csv"))

    assert "共 2 人" in said
    assert "张三丰 张** 渝中区/Q" in said
    assert "李四 小李 渝中区/P" in said
    assert "没有用到 班级" in said
    assert service.people(platform)[1] == 0


def test_codes_of_a_roster_are_handed_out_and_sign_people_in(
    app: Flask, platform: Platform, organizer: Visitor, clock: MovedClock
) -> None:
    ready.add_units(platform, clock.now_ms())
    organizer.open("/desk/people")
    organizer.send("/desk/people", file=(ROSTER, "名单.csv"))
    address = organizer.address
    assert "2 人可以用参赛码登录" in organizer.send(address)

    reply = organizer.post(f"{address}/codes.xlsx")
    sheet = openpyxl.load_workbook(BytesIO(reply.data)).worksheets[0]
    header, first, second = sheet.iter_rows(values_only=True)

    assert header == ("参赛码", "姓名", "昵称", "所属单位")
    assert first[1:] == ("张三丰", "张**", "渝中区/Q")
    entry = accounts.sign_in_with_code(platform, str(second[0]), clock.now_ms())
    found = accounts.visitor(platform, entry.token, clock.now_ms())
    assert found is not None
    assert found.nickname == "小李"


def test_adding_a_roster_twice_adds_its_people_once(
    platform: Platform, organizer: Visitor, clock: MovedClock
) -> None:
    ready.add_units(platform, clock.now_ms())
    organizer.open("/desk/people")
    organizer.send("/desk/people", file=(ROSTER, "名单.csv"))
    address = organizer.address

    first, second = organizer.post(address), organizer.post(address)

    assert (first.status_code, second.status_code) == (303, 303)
    assert service.people(platform)[1] == 2


def test_a_forgotten_roster_tells_no_codes_any_more(
    platform: Platform, organizer: Visitor, clock: MovedClock
) -> None:
    ready.add_units(platform, clock.now_ms())
    organizer.open("/desk/people")
    organizer.send("/desk/people", file=(ROSTER, "名单.csv"))
    address = organizer.address
    organizer.send(address)

    organizer.send(f"{address}/forget")

    assert "已不在服务器上" in organizer.open(address, status=404)


def test_every_fault_of_a_roster_is_named_and_nobody_is_added(
    platform: Platform, organizer: Visitor, clock: MovedClock
) -> None:
    rows = [UnitRow("D", "渝中区", "district", ""), UnitRow("E", "江北区", "district", "")]
    rows += [UnitRow("D1", "新街", "street", "D"), UnitRow("E1", "新街", "street", "E")]
    accounts.load_units(platform, "region", rows, Actor(None, clock.now_ms()))
    wrong = "姓名,街道\n,D1\n李四,火星\n王五,新街\n".encode()
    organizer.open("/desk/people")

    said = organizer.send("/desk/people", file=(wrong, "名单.csv"))
    organizer.post(organizer.address)

    assert "2 A 这一格不能空着" in said
    assert "3 B 没有单位“火星”" in said
    assert "4 B “新街”有几个，请写代码，或写完整路径，例如 渝中区/新街" in said
    assert service.people(platform)[1] == 0


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"", "empty.csv", "文件是空的"),
        (b"%PDF-1.7 ...", "list.pdf", "这种文件还不能读"),
        ("姓名,街道\n".encode(), "only.csv", "只有表头"),
        ("昵称\n小李\n".encode(), "no.csv", "没有“姓名”这一列"),
    ],
)
def test_a_file_that_is_no_roster_gets_a_sentence(
    organizer: Visitor, content: bytes, name: str, sentence: str
) -> None:
    organizer.open("/desk/people")

    assert sentence in organizer.send("/desk/people", file=(content, name))


def test_a_form_without_a_file_says_so(organizer: Visitor) -> None:
    organizer.open("/desk/people")

    assert "请先选择文件" in organizer.send("/desk/people", status=400)


def test_units_come_from_a_file_with_their_sizes(platform: Platform, organizer: Visitor) -> None:
    content = (
        "代码,名称,层级,上级,人数,截止日期\nD,渝中区,区,,,\nP,上清寺街道,街道,D,41200,2026-01-01\n".encode()
    )
    organizer.open("/desk/units")

    said = organizer.send("/desk/units", tree="region", file=(content, "units.csv"))

    assert "已导入 2 个单位" in said
    assert "P 渝中区/上清寺街道 街道 0 41200 2026-01-01" in said


def test_units_are_all_taken_or_none(platform: Platform, organizer: Visitor) -> None:
    header = "代码,名称,层级,上级,人数,截止日期"
    content = f"{header}\nD,渝中区,区,,,\nP,街道,街道,X,12,昨天\nP,又一个,街道,D,,\n".encode()
    organizer.open("/desk/units")

    said = organizer.send("/desk/units", status=400, tree="region", file=(content, "units.csv"))

    assert "3 D 上级单位 X 不存在" in said
    assert "3 F 填了人数就要写截止日期" in said
    assert "4 A 代码 P 与第 3 行重复" in said
    assert service.trees(platform) == []


def test_a_unit_that_would_lie_above_itself_is_named_by_row(
    platform: Platform, organizer: Visitor, clock: MovedClock
) -> None:
    ready.add_units(platform, clock.now_ms())
    content = "代码,名称,层级,上级\n渝中区,渝中区,区,P\nQ,乙街,街道,Q\n".encode()
    organizer.open("/desk/units")

    said = organizer.send("/desk/units", status=400, tree="region", file=(content, "units.csv"))

    assert "2 D 上级单位 P 是这个单位自己，或在它下面" in said
    assert "3 D 上级单位 Q 是这个单位自己，或在它下面" in said


def test_the_size_of_a_unit_is_stated_by_date(
    platform: Platform, organizer: Visitor, clock: MovedClock
) -> None:
    ready.add_units(platform, clock.now_ms())
    organizer.open("/desk/units")

    organizer.send("/desk/units/region/enrolment", code="P", as_of="2026-02-01", enrolled="500")
    said = organizer.send("/desk/units/region/enrolment", code="P", as_of="2026-01-01", enrolled="400")

    assert "P 渝中区/P 街道 0 500 2026-02-01" in said


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"code": "Z", "as_of": "2026-02-01", "enrolled": "5"}, "没有这个代码"),
        ({"code": "P", "as_of": "2026-02-30", "enrolled": "5"}, "日期请写成"),
        ({"code": "P", "as_of": "2026-02-01", "enrolled": "-5"}, "不小于 0"),
        ({"code": "P", "as_of": "2026-02-01", "enrolled": "many"}, "不小于 0 的整数"),
    ],
)
def test_a_size_that_cannot_be_is_refused_with_a_sentence(
    platform: Platform, organizer: Visitor, clock: MovedClock, fields: dict[str, str], sentence: str
) -> None:
    ready.add_units(platform, clock.now_ms())
    organizer.open("/desk/units")

    assert sentence in organizer.send("/desk/units/region/enrolment", status=400, **fields)


def test_the_audit_log_tells_what_was_done_and_by_whom(
    platform: Platform, organizer: Visitor, clock: MovedClock
) -> None:
    ready.add_units(platform, clock.now_ms())
    organizer.open("/desk/people")
    organizer.send("/desk/people", file=(ROSTER, "名单.csv"))
    address = organizer.address
    organizer.send(address)
    organizer.post(f"{address}/codes.csv")

    said = organizer.open("/desk/audit")

    assert "2026-03-02 09:00:00 组织者甲 添加人员名单 2" in said
    assert "组织者甲 下载参赛码 名单.csv: 2" in said
    assert "服务器命令 导入单位 region: 3" in said
    filtered = organizer.open("/desk/audit?action=people.codes")
    assert "下载参赛码 名单.csv" in filtered
    assert "导入单位 region" not in filtered


def test_templates_can_be_filled_in_and_read_back(
    platform: Platform, organizer: Visitor, clock: MovedClock
) -> None:
    ready.add_units(platform, clock.now_ms())
    organizer.open("/desk/people")
    book = openpyxl.load_workbook(BytesIO(organizer.client.get("/desk/people/template.xlsx").data))
    book.worksheets[0].append(["赵六", "阿六", "P"])
    filled = BytesIO()
    book.save(filled)

    said = organizer.send("/desk/people", file=(filled.getvalue(), "filled.xlsx"))

    assert "共 1 人" in said
    assert "赵六 阿六 渝中区/P" in said
