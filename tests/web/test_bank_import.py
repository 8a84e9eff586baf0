"""The import wizard without script: columns told, rows mended, repetitions decided, taken, taken back."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from question_bank.question import Question
from quiz.models.bank import QuestionVersion
from quiz.services import bank
from quiz.services.platform import Platform
from tests.support import desk
from tests.support.desk import Visitor
from tests.support.pages import faults_of

FIXTURES = Path(__file__).resolve().parents[1] / "question_bank" / "fixtures" / "cn_nasty"
GOOD = "题型,题干,选项A,选项B,选项C,答案,难度,解析\n单选,水在几度结冰？,0 ℃,10 ℃,100 ℃,A,易,标准大气压下\n"
HALF = f"{GOOD}单选,没有答案的题？,是,否,,,中,\n"
PAPER = "1. 水的化学式是什么？\nA. H2O\nB. CO2\n\n2. 太阳是恒星。\nA. 对\nB. 错\n答案：A\n"


def upload(organizer: Visitor, content: bytes | str, name: str = "题目.csv") -> str:
    """Upload a file and return the address of what it holds."""
    data = content.encode() if isinstance(content, str) else content
    organizer.open("/desk/bank/import")
    organizer.send("/desk/bank/import", file=(data, name))
    return organizer.address


def fixture(name: str) -> bytes:
    return (FIXTURES / name).read_bytes()


def held(platform: Platform) -> list[Question]:
    return bank.all_questions(platform)


def html(organizer: Visitor) -> str:
    assert organizer.page is not None
    return organizer.page.get_data(as_text=True)


def fields(page: str) -> dict[str, str]:
    """Return the fields of a page with what stands in them, as a browser would send them."""
    found = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
    found |= dict(re.findall(r'<textarea id="[^"]+" name="([^"]+)"[^>]*>\n(.*?)</textarea>', page, re.S))
    for name, options in re.findall(r'<select id="[^"]+" name="([^"]+)".*?>(.*?)</select>', page, re.S):
        chosen = re.search(r'<option(?: value="([^"]*)")? selected>([^<]*)', options)
        first = re.search(r'<option(?: value="([^"]*)")?>([^<]*)', options)
        if option := chosen or first:
            found[name] = option[1] if option[1] is not None else option[2]
    return {name: value for name, value in found.items() if name != "csrf_token"}


def send(organizer: Visitor, address: str, said: dict[str, str], status: int = 200) -> str:
    return organizer.send(address, status, **{name.replace(":", "__"): text for name, text in said.items()})


def mend(organizer: Visitor, address: str, **by_title: str) -> str:
    """Write into the fields of the first row that is to be mended, by their titles."""
    organizer.open(f"{address}/rows")
    page = html(organizer)
    said = fields(page)
    for title, text in by_title.items():
        place = re.search(rf'<label for="([fm]-0-\d+)">{re.escape(title)}</label>', page)
        assert place, title
        name = re.search(rf'id="{place[1]}" name="([^"]+)"', page)
        assert name
        said[name[1]] = text
    return send(organizer, f"{address}/rows", said)


def test_every_step_is_a_proper_page(organizer: Visitor) -> None:
    address = upload(organizer, fixture("23_bad_rows.xlsx"), "23_bad_rows.xlsx")

    for step in ("", "/rows", "/doubles", "/confirm"):
        organizer.open(address + step)
        assert faults_of(html(organizer)) == []


def test_a_file_sent_as_a_text_and_a_list_sent_as_a_form_are_refused_in_words(organizer: Visitor) -> None:
    organizer.open("/desk/bank/import")
    refused = organizer.send("/desk/bank/import", status=400, text=(b"1. 1+1=?", "a.txt"))

    listed = organizer.client.post("/desk/bank/import", json=[1], headers={"X-CSRFToken": organizer.token})

    assert "请先选择文件，或者粘贴题目" in refused
    assert listed.status_code == 400


def test_a_column_that_was_misunderstood_is_told(platform: Platform, organizer: Visitor) -> None:
    address = upload(organizer, GOOD.replace("题干", "说的啥").replace("选项C", "第三"))
    assert "没有读到题目" in organizer.text
    said = fields(html(organizer)) | {"header:0": "1", "column:0:B": "stem", "column:0:E": "option:C"}
    said |= {"column:0:A": "kind", "column:0:C": "option:A", "column:0:D": "option:B", "column:0:F": "answer"}

    told = send(organizer, f"{address}/columns", said)
    organizer.send(address, rows="all", review="reviewed")

    assert "每一行都读懂了" in told
    assert [(q.stem, len(q.options)) for q in held(platform)] == [("水在几度结冰？", 3)]


def test_a_table_without_a_header_is_read_once_its_columns_are_told(organizer: Visitor) -> None:
    address = upload(organizer, "水在几度结冰？,0 ℃,10 ℃,A\n冰是什么？,水,土,A\n")
    columns = {"A": "stem", "B": "option:A", "C": "option:B", "D": "answer"}

    said = {"header:0": "0", **{f"column:0:{letter}": meaning for letter, meaning in columns.items()}}
    told = send(organizer, f"{address}/columns", said)

    assert "可以导入 2 题" in told


def test_another_scale_of_difficulty_is_mapped(platform: Platform, organizer: Visitor) -> None:
    address = upload(organizer, GOOD.replace(",易,", ",四星,"))
    assert "“四星”（1 行）" in organizer.text

    send(organizer, f"{address}/columns", fields(html(organizer)) | {"scale:四星": "hard"})
    organizer.send(address, rows="all", review="reviewed")

    assert [q.difficulty for q in held(platform)] == ["hard"]


def test_a_row_is_mended_in_place_with_the_reason_at_its_field(
    platform: Platform, organizer: Visitor
) -> None:
    address = upload(organizer, HALF)
    organizer.open(f"{address}/rows")
    wrong = re.search(
        r'field-wrong"><label[^>]*>([^<]+)</label>\s*<p class="wrong"[^>]*>([^<]+)', html(organizer)
    )

    still = mend(organizer, address, 答案="Z")
    after = mend(organizer, address, 答案="B", 解析="写在这里")

    assert wrong
    assert wrong[1] == "答案"
    assert "没有写答案" in wrong[2]
    assert "答案是 Z" in still
    assert "还有 1 行要改" in still
    assert "改好了 1 行" in after
    organizer.send(address, rows="all", review="reviewed")
    assert [(sorted(q.key), q.explanation) for q in held(platform)][1] == (["B"], "写在这里")


def test_nothing_that_was_written_is_lost_between_steps_and_pages(organizer: Visitor) -> None:
    address = upload(organizer, HALF)
    mend(organizer, address, 答案="Z", 题干="改过的题干？")
    organizer.open(f"{address}/confirm")
    organizer.open("/desk/bank/import")
    assert "没有做完的导入" in organizer.text

    assert upload(organizer, HALF) == address
    organizer.open(f"{address}/rows")

    assert "改过的题干？" in html(organizer)
    assert "答案是 Z" in organizer.text


def test_pasted_text_is_read_mended_and_can_be_changed_as_a_whole(
    platform: Platform, organizer: Visitor
) -> None:
    organizer.open("/desk/bank/import")
    organizer.send("/desk/bank/import", text=PAPER)
    address = organizer.address
    assert "可以导入 1 题" in organizer.text

    mend(organizer, address, 答案="A")
    organizer.open(address)
    assert "可以导入 2 题" in organizer.text
    said = organizer.send(f"{address}/text", text=PAPER.replace("CO2\n", "CO2\n答案：A\n"))

    assert "每一行都读懂了" in said
    organizer.send(organizer.address, rows="all", review="reviewed")
    assert [q.stem for q in held(platform)] == ["水的化学式是什么？", "太阳是恒星。"]


def test_repeated_rows_are_shown_side_by_side_and_decided_one_by_one(
    platform: Platform, organizer: Visitor
) -> None:
    organizer.send(upload(organizer, GOOD), rows="all", review="reviewed")
    address = upload(organizer, GOOD.replace(",A,易", ",B,易") + "判断,冰比水轻。,,,,对,,\n", "又一份.csv")

    said = organizer.open(f"{address}/doubles")
    counted = organizer.send(f"{address}/doubles", place__0="2 ", decision__0="skip")
    taken = send(organizer, f"{address}/doubles", {"place:0": "2 ", "decision:0": "take"})

    assert "题库里的" in said
    assert "以哪一题为准" in said
    assert "会导入 1 题" in counted
    assert "会导入 2 题" in taken
    organizer.send(address, rows="good", review="reviewed")
    assert [sorted(q.key) for q in held(platform) if q.kind == "single"] == [["A"], ["B"]]


def test_all_repetitions_are_decided_at_once(organizer: Visitor) -> None:
    organizer.send(upload(organizer, GOOD), rows="all", review="reviewed")
    address = upload(organizer, GOOD, "又一份.csv")
    organizer.open(f"{address}/confirm")
    assert "没有可以导入的题目" in organizer.text

    organizer.open(f"{address}/doubles")
    organizer.send(f"{address}/doubles", all="exact:take")

    confirm = organizer.open(f"{address}/confirm")
    assert "会导入 1 题" in confirm


def test_an_import_gets_a_name_and_its_questions_tags(platform: Platform, organizer: Visitor) -> None:
    address = upload(organizer, GOOD)

    said = organizer.send(
        address, rows="good", review="reviewed", name="初赛题", topics="2026 区赛、食品", source="区科协征题"
    )

    assert "初赛题" in said
    assert held(platform)[0].tags == {"topic": ("2026 区赛", "食品"), "source": ("区科协征题",)}
    listed = organizer.open("/desk/bank/imports")
    assert "初赛题 题目.csv 组织者甲" in listed


def test_rows_that_were_not_taken_come_back_are_mended_and_taken(
    platform: Platform, organizer: Visitor
) -> None:
    address = upload(organizer, HALF)
    organizer.send(address, rows="good", review="reviewed")
    left = f"{organizer.address}/faulty.xlsx"

    workbook = openpyxl.load_workbook(BytesIO(organizer.client.get(left).data))
    sheet = workbook.worksheets[0]
    header = [cell.value for cell in sheet[1]]
    assert [sheet.cell(2, n + 1).value for n in (header.index("题干"), header.index("错误说明"))] == [
        "没有答案的题？",
        "F：没有写答案，请填写正确选项的字母。",
    ]
    sheet.cell(2, header.index("答案") + 1).value = "B"
    mended = BytesIO()
    workbook.save(mended)
    organizer.send(upload(organizer, mended.getvalue(), "改好的.xlsx"), rows="all", review="reviewed")

    assert [q.stem for q in held(platform)] == ["水在几度结冰？", "没有答案的题？"]


def test_rejected_questions_of_a_text_come_back_as_rows_of_our_own_workbook(
    platform: Platform, organizer: Visitor
) -> None:
    address = upload(organizer, PAPER, "试卷.txt")
    workbook = openpyxl.load_workbook(BytesIO(organizer.client.get(f"{address}/faulty.xlsx").data))
    sheet = workbook.worksheets[0]
    answer = [cell.value for cell in sheet[1]].index("答案") + 1
    sheet.cell(2, answer).value = "A"
    mended = BytesIO()
    workbook.save(mended)

    organizer.send(upload(organizer, mended.getvalue(), "改好的.xlsx"), rows="all", review="reviewed")

    assert [(q.stem, sorted(q.key)) for q in held(platform)] == [("水的化学式是什么？", ["A"])]


def test_pictures_and_formulas_are_seen_before_the_import_and_what_is_wrong_is_told(
    organizer: Visitor,
) -> None:
    out = BytesIO()
    Image.new("RGB", (30, 20), "green").save(out, "PNG")
    line = {
        "kind": "single",
        "stem": "图 ![](leaf.png) 的面积 $x^2$，$\\frac{1}{$",
        "options": ["$a$", "乙"],
        "key": ["A"],
        "media": [{"name": "leaf.png", "type": "image/png", "base64": b64encode(out.getvalue()).decode()}],
    }
    address = upload(organizer, json.dumps(line, ensure_ascii=False), "图.jsonl")

    assert '<img class="shown in-line" src="data:image/png;base64,' in html(organizer)
    assert "<title>x 的平方</title>" in html(organizer)
    said = organizer.open(f"{address}/confirm")

    assert "第 1 行：公式“\\frac{1}{”：公式里有 1 个左花括号" in said
    assert "第 1 行：“leaf.png”没有文字说明" in said
    assert "导入 1 题" in said


def test_the_list_of_imports_tells_how_many_questions_are_used(organizer: Visitor) -> None:
    organizer.send(upload(organizer, HALF), rows="good", review="reviewed")

    said = organizer.open("/desk/bank/imports")

    assert "题数 未导入的行 比赛用到 状态 题目.csv 组织者甲 2026-03-02 09:00 1 1 0 已导入" in said


@pytest.mark.parametrize("step", ["", "/rows", "/doubles", "/confirm", "/faulty.xlsx"])
def test_somebody_elses_file_is_refused_with_a_sentence(
    app: Flask, platform: Platform, organizer: Visitor, step: str
) -> None:
    address = upload(organizer, GOOD)
    other = desk.organizer(app, platform)

    said = other.open(address + step, 403)

    assert "另一位组织者上传的文件" in said


def test_two_tabs_both_count(platform: Platform, organizer: Visitor) -> None:
    address = upload(organizer, f"{HALF}单选,又一道没有答案？,是,否,,,中,\n")
    organizer.open(f"{address}/rows")
    said = fields(html(organizer))
    first = {name: text for name, text in said.items() if name in ("place:0",)} | {"cell:0:F": "A"}
    second = {name: text for name, text in said.items() if name in ("place:1",)} | {"cell:1:F": "B"}

    send(organizer, f"{address}/rows", second)
    send(organizer, f"{address}/rows", first)

    organizer.send(address, rows="all", review="reviewed")
    assert [sorted(q.key) for q in held(platform)] == [["A"], ["A"], ["B"]]


def test_uploading_twice_by_a_double_click_keeps_one_file(organizer: Visitor) -> None:
    first = upload(organizer, GOOD)

    assert upload(organizer, GOOD) == first


def test_a_form_without_file_and_text_asks_for_one(organizer: Visitor) -> None:
    organizer.open("/desk/bank/import")

    said = organizer.send("/desk/bank/import", 400, text="  ")

    assert "请先选择文件，或者粘贴题目" in said


def test_every_step_of_a_taken_file_shows_what_came_of_it(organizer: Visitor) -> None:
    address = upload(organizer, GOOD)
    organizer.send(address, rows="all", review="reviewed")
    result = organizer.address

    for step in ("", "/rows", "/doubles", "/confirm"):
        organizer.open(address + step)
        assert organizer.address == result


def test_whoever_imports_says_whether_the_questions_were_reviewed(
    platform: Platform, organizer: Visitor
) -> None:
    address = upload(organizer, GOOD)
    page = organizer.open(f"{address}/confirm")
    assert organizer.page is not None
    assert "checked" not in organizer.page.get_data(as_text=True)

    refused = organizer.send(address, status=400, rows="good")
    assert "送审，还是已由他人审过" in refused
    assert held(platform) == []
    organizer.send(address, rows="good", review="review")

    assert "已由他人审过" in page
    with platform.store.reading() as session:
        assert set(session.scalars(select(QuestionVersion.state))) == {"review"}
