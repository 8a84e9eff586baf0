"""The bank at the desk: real files are uploaded, looked at, taken, taken back, searched and exported."""

from __future__ import annotations

import json
from base64 import b64encode
from pathlib import Path

import pytest

from question_bank.formats import FORMATS, write
from quiz.services import bank, bank_search
from quiz.services.bank_search import Search
from quiz.services.platform import Platform
from tests.question_bank.kinds import PIXEL
from tests.support import contests as ready
from tests.support import kinds
from tests.support.clock import MovedClock
from tests.support.desk import Visitor

FIXTURES = Path(__file__).resolve().parents[1] / "question_bank" / "fixtures" / "cn_nasty"
GOOD = "题型,题干,选项A,选项B,选项C,答案,难度,解析\n单选,水在几度结冰？,0 ℃,10 ℃,100 ℃,A,易,标准大气压下\n"
HALF = f"{GOOD}单选,没有答案的题？,是,否,,,中,\n"
LINE = {
    "id": "a-1",
    "kind": "single",
    "stem": "月球绕什么转？",
    "options": ["地球", "太阳"],
    "key": ["A"],
    "difficulty": "hard",
    "tags": {"topic": ["天文 100%", "太空"], "domain": ["科学知识"]},
    "explanation": "月球是地球的卫星。",
}


def fixture(name: str) -> tuple[bytes, str]:
    return (FIXTURES / name).read_bytes(), name


def upload(organizer: Visitor, file: tuple[bytes, str]) -> str:
    """Upload a file and return what its preview says."""
    organizer.open("/desk/bank/import")
    return organizer.send("/desk/bank/import", file=file)


def held(platform: Platform) -> int:
    return bank_search.search(platform, Search())[1]


def test_a_good_file_is_previewed_and_then_taken(platform: Platform, organizer: Visitor) -> None:
    said = upload(organizer, (GOOD.encode(), "题目.csv"))
    assert "可以导入 1 题" in said
    assert held(platform) == 0

    said = organizer.send(organizer.address, rows="all", review="reviewed")

    assert "已导入 1 题" in said
    assert held(platform) == 1


def test_with_a_faulty_row_nothing_is_taken_unless_the_good_rows_are_chosen(
    platform: Platform, organizer: Visitor
) -> None:
    upload(organizer, (HALF.encode(), "题目.csv"))

    said = organizer.send(organizer.address, status=400, rows="all", review="reviewed")

    assert "有 1 行有错误，没有导入任何题目" in said
    assert held(platform) == 0


def test_pressing_take_twice_takes_once(platform: Platform, organizer: Visitor) -> None:
    upload(organizer, (GOOD.encode(), "题目.csv"))
    address = organizer.address

    first, second = (
        organizer.post(address, rows="all", review="reviewed"),
        organizer.post(address, rows="all", review="reviewed"),
    )

    assert first.status_code == second.status_code == 303
    assert first.location == second.location
    assert held(platform) == 1


def test_going_back_to_the_preview_of_a_taken_file_shows_what_came_of_it(organizer: Visitor) -> None:
    upload(organizer, (GOOD.encode(), "题目.csv"))
    address = organizer.address
    organizer.send(address, rows="all", review="reviewed")

    organizer.open(address)

    assert organizer.address.startswith("/desk/bank/imports/")


def test_an_import_can_be_taken_back_while_no_contest_uses_it(platform: Platform, organizer: Visitor) -> None:
    upload(organizer, (GOOD.encode(), "题目.csv"))
    organizer.send(organizer.address, rows="all", review="reviewed")
    address = organizer.address

    said = organizer.send(f"{address}/undo")
    again = organizer.send(f"{address}/undo")

    assert "已撤销" in said
    assert "已撤销" in again
    assert held(platform) == 0


def test_an_import_that_a_contest_uses_stays(
    platform: Platform, organizer: Visitor, clock: MovedClock
) -> None:
    ready.fill_bank(platform, clock.now_ms())
    ready.add_units(platform, clock.now_ms())
    ready.publish(platform, ready.rules(), clock.now_ms())
    import_id = bank.imports(platform)[0].id

    assert "不能撤销" in organizer.open(f"/desk/bank/imports/{import_id}")
    said = organizer.send(f"/desk/bank/imports/{import_id}/undo", status=400)

    assert "已有比赛使用了这批题目" in said
    assert held(platform) == 8


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        ((b"", "empty.xlsx"), "文件是空的"),
        ((b"PK\x03\x04 not a workbook", "broken.xlsx"), "文件已损坏"),
        ((b"%PDF-1.7", "paper.pdf"), "这种文件还不能读"),
        (("随便写点什么".encode(), "notes.txt"), "题"),
    ],
)
def test_a_file_that_holds_no_questions_gets_a_sentence(
    platform: Platform, organizer: Visitor, file: tuple[bytes, str], sentence: str
) -> None:
    assert sentence in upload(organizer, file)
    assert held(platform) == 0


def test_a_file_that_is_too_large_gets_a_sentence(organizer: Visitor) -> None:
    organizer.open("/desk/bank/import")

    said = organizer.send("/desk/bank/import", status=413, file=(b"x" * (22 * 2**20), "huge.csv"))

    assert "文件太大" in said


def test_a_form_whose_token_has_gone_changes_nothing_and_says_what_to_do(
    platform: Platform, organizer: Visitor
) -> None:
    upload(organizer, (GOOD.encode(), "题目.csv"))

    said = organizer.send(organizer.address, status=400, rows="all", review="reviewed", csrf_token="old")

    assert "页面停留太久" in said
    assert held(platform) == 0


def test_a_file_that_is_gone_says_so(organizer: Visitor) -> None:
    upload(organizer, (GOOD.encode(), "题目.csv"))
    address = organizer.address
    organizer.send(f"{address}/forget")

    assert "请重新上传" in organizer.open(address, status=404)


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("q=月球", 1),
        ("q=100%25", 1),
        ("q=月球 太空", 1),
        ("tag=topic:太空&tag=domain:科学知识", 1),
        ("tag=topic:太空&tag=domain:科学方法", 0),
        ("state=retired", 0),
        ("kind=single", 8),
        ("kind=multiple", 1),
        ("difficulty=hard", 1),
        ("difficulty=none", 8),
        ("tag=topic:天文 100%25", 1),
        ("tag=topic:天文", 0),
        ("tag=domain:科学知识&kind=single", 1),
        ("kind=nonsense&page=x", 9),
    ],
)
def test_questions_are_found_by_words_kind_difficulty_and_tag(
    platform: Platform, organizer: Visitor, clock: MovedClock, query: str, count: int
) -> None:
    ready.fill_bank(platform, clock.now_ms())
    upload(organizer, (json.dumps(LINE, ensure_ascii=False).encode(), "one.jsonl"))
    organizer.send(organizer.address, rows="all", review="reviewed")

    said = organizer.open(f"/desk/bank/?{query}")

    assert (f"找到 {count} 题" if count else "没有符合条件的题目") in said


def test_a_question_is_shown_as_on_the_phone_with_key_and_explanation(organizer: Visitor) -> None:
    upload(organizer, (json.dumps(LINE, ensure_ascii=False).encode(), "one.jsonl"))
    organizer.send(organizer.address, rows="all", review="reviewed")
    organizer.open("/desk/bank/")
    page = organizer.page
    assert page is not None
    address = page.get_data(as_text=True).split('href="/desk/bank/questions/')[1].split('"')[0]

    said = organizer.open(f"/desk/bank/questions/{address}")

    assert "月球绕什么转？ 地球 太阳" in said
    assert "A 地球 正确" in said
    assert "月球是地球的卫星" in said
    assert "主题 天文 100% 太空" in said


def test_what_a_file_says_is_shown_as_text(organizer: Visitor) -> None:
    line = {**LINE, "stem": "<script>alert(1)</script>哪个对？"}
    upload(organizer, (json.dumps(line, ensure_ascii=False).encode(), "<b>one.jsonl"))
    organizer.send(organizer.address, rows="all", review="reviewed")

    organizer.open("/desk/bank/")

    page = organizer.page
    assert page is not None
    assert "<script>alert" not in page.get_data(as_text=True)
    assert "<script>alert(1)</script>哪个对？" in organizer.text


def test_the_exported_bank_can_be_imported_again_exactly(
    platform: Platform, organizer: Visitor, clock: MovedClock
) -> None:
    ready.fill_bank(platform, clock.now_ms())
    before = bank.all_questions(platform)
    exported = {FORMATS[name].suffix: write(before, name) for name in ("jsonl", "workbook")}
    organizer.open(f"/desk/bank/imports/{bank.imports(platform)[0].id}")
    organizer.send(f"/desk/bank/imports/{bank.imports(platform)[0].id}/undo")

    for ending, content in exported.items():
        upload(organizer, (content, f"题库{ending}"))
        organizer.send(organizer.address, rows="all", review="reviewed")
        assert bank.all_questions(platform) == before
        organizer.send(f"/desk/bank/imports/{bank.imports(platform)[0].id}/undo")


def test_the_template_can_be_uploaded_and_holds_only_examples(organizer: Visitor) -> None:
    reply = organizer.client.get("/desk/bank/template.xlsx")

    said = upload(organizer, (reply.data, "template.xlsx"))

    assert "是示例" in said


def test_taking_undoing_and_exporting_are_in_the_audit_log(organizer: Visitor) -> None:
    upload(organizer, (GOOD.encode(), "题目.csv"))
    organizer.send(organizer.address, rows="all", review="reviewed")
    organizer.send(f"{organizer.address}/undo")

    said = organizer.open("/desk/audit")

    assert "组织者甲 导入题目 题目.csv" in said
    assert "组织者甲 撤销导入 题目.csv" in said


@pytest.mark.parametrize(
    ("stem", "told"),
    {
        "水由": "答案与解析 填空题 没有写难度 1 氢 或 H 2 氧 或 O 没有解析。",
        "圆周率": "填空题 没有写难度 1 3.14 ±0.01 没有解析。",
        "由小到大": "排序题 没有写难度 1 细胞 2 组织 3 器官",
        "连线": "连线题 没有写难度 助燃 → 氧气 最轻 → 氢气 氮气 多余的选项",
        "金属": "不定项选择题 没有写难度 A 铁 正确 B 铜 正确 C 碳",
    }.items(),
)
def test_a_question_of_any_kind_is_shown_as_on_the_phone_with_what_is_right(
    platform: Platform, organizer: Visitor, stem: str, told: str
) -> None:
    kinds.fill_bank(platform, platform.clock.now_ms())
    organizer.open(f"/desk/bank/?q={stem}")
    assert organizer.page is not None
    address = organizer.page.get_data(as_text=True).split('href="/desk/bank/questions/')[1].split('"')[0]

    said = organizer.open(f"/desk/bank/questions/{address}")

    assert told in said
    html = organizer.page.get_data(as_text=True)
    assert html.count('class="place"') == {"水由": 2, "圆周率": 1, "由小到大": 3, "连线": 2, "金属": 0}[stem]


def test_what_a_question_carries_beside_its_words_is_shown_and_what_it_is_good_for(
    organizer: Visitor,
) -> None:
    more = {
        "media": [{"name": "a.png", "type": "image/png", "base64": b64encode(PIXEL).decode()}],
        "weights": {"A": "1", "B": "-1/3"},
        "feedback": {"B": "再想想", "wrong": "看看课本"},
        "material": {"text": "读图"},
    }
    upload(organizer, (json.dumps({**LINE, **more}, ensure_ascii=False).encode(), "one.jsonl"))
    assert "月球" in organizer.text
    organizer.send(organizer.address, rows="all", review="reviewed")
    organizer.open("/desk/bank/")
    assert organizer.page is not None
    address = organizer.page.get_data(as_text=True).split('href="/desk/bank/questions/')[1].split('"')[0]

    said = organizer.open(f"/desk/bank/questions/{address}")

    assert "读图" in said
    assert "“a.png”没有放进任何文字里" in said
    assert "B -1/3" in said
    assert "B 再想想 答错 看看课本" in said


def edit_address(platform: Platform, stem: str) -> str:
    (found,), _count = bank_search.search(platform, Search(words=stem))
    return f"/desk/bank/questions/{found.version_id}/edit"


@pytest.mark.parametrize(
    ("stem", "change", "told"),
    [
        ("水由", {"答案": "氢|H|氢气\n氧|O"}, "1 氢 或 H 或 氢气"),
        ("圆周率", {"答案": "3.14±0.005"}, "1 3.14 ±0.005"),
        ("由小到大", {"答案": "ACB"}, "1 器官 2 组织 3 细胞"),
        ("连线", {"左项3": "最多", "答案": "BAC"}, "最多 → 氮气"),
        ("金属", {"选项C": "银", "答案": "ABC"}, "C 银 正确"),
    ],
)
def test_a_question_of_any_kind_is_edited_in_the_notation_of_the_workbook(
    platform: Platform, organizer: Visitor, stem: str, change: dict[str, str], told: str
) -> None:
    kinds.fill_bank(platform, platform.clock.now_ms())
    address = edit_address(platform, stem)
    page = organizer.open(address)

    said = organizer.send(address, **{f"cell__{title}": text for title, text in change.items()})

    assert "保存后是新的一版" in page
    assert "已保存并送审" in said
    assert told in said


def test_a_material_is_changed_in_all_of_its_questions_at_once(
    platform: Platform, organizer: Visitor
) -> None:
    kinds.fill_bank(platform, platform.clock.now_ms())
    other, address = edit_address(platform, "水由"), edit_address(platform, "连线")
    assert "一起改" not in organizer.open(other)
    organizer.send(other, cell__材料="气体各有性质。")

    page = organizer.open(address)
    said = organizer.send(address, cell__材料="气体都有性质。", for_all="1")

    assert "同一材料的另外 1 题一起改" in page
    assert "同一材料的另外 1 题也改了材料" in said
    assert "气体都有性质。" in organizer.open(edit_address(platform, "水由"))


def test_what_is_wrong_with_an_edit_is_told_and_nothing_typed_is_lost(
    platform: Platform, organizer: Visitor
) -> None:
    kinds.fill_bank(platform, platform.clock.now_ms())
    address = edit_address(platform, "水由")
    organizer.open(address)

    said = organizer.send(address, 400, cell__答案="只有一个空", cell__解析="<b>新解析")

    assert "答案：题干里有 2 个空（____），答案却是 1 个空的。" in said
    assert organizer.page is not None
    html = organizer.page.get_data(as_text=True)
    assert "\n只有一个空</textarea>" in html
    assert "&lt;b&gt;新解析</textarea>" in html


def test_who_edits_an_older_version_is_told_and_keeps_what_was_typed(
    platform: Platform, organizer: Visitor
) -> None:
    kinds.fill_bank(platform, platform.clock.now_ms())
    address = edit_address(platform, "圆周率")
    organizer.open(address)
    organizer.send(address, cell__答案="3.1±0.1")
    organizer.open(address)

    said = organizer.send(address, 409, cell__答案="3.2±0.1")

    assert "可能刚刚被别人改过" in said
    assert "3.2±0.1" in said
