"""Gaps, orders and matches through the interface and as a form without script, and looked back at."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from quiz.services.platform import Platform
from tests.support import kinds
from tests.support.clock import MovedClock
from tests.support.pages import Reader
from tests.support.phone import Phone


@pytest.fixture
def contest_id(platform: Platform, clock: MovedClock) -> int:
    return kinds.publish(platform, clock.now_ms())


@pytest.fixture
def reader(app: Flask, contest_id: int) -> Reader:
    """Somebody without script who has begun."""
    found = Reader(app)
    found.open("/sign-in")
    found.send("/sign-in/new", nickname="小红", next="/")
    found.send("/me/code", next="/")
    found.open(f"/contests/{contest_id}")
    found.send(f"/contests/{contest_id}/start", stage=0, key="k")
    return found


@pytest.fixture
def attempt_id(reader: Reader) -> int:
    return int(reader.address.rsplit("/", 1)[1])


def test_a_phone_is_told_the_places_and_answers_them_by_text_or_id(app: Flask, contest_id: int) -> None:
    phone = Phone(app)
    phone.sign_up("小明")
    questions = phone.start(contest_id)["questions"]

    assert [(q["kind"], q.get("places")) for q in questions] == [
        ("indefinite", None),
        ("fill", ["第 1 空", "第 2 空"]),
        ("fill", ["答案"]),
        ("order", ["第 1 位", "第 2 位", "第 3 位"]),
        ("match", ["助燃", "最轻"]),
    ]
    assert questions[1]["stem_html"] == "水由____(1)和____(2)组成"
    assert questions[4]["stem_html"] == "连线"
    assert phone.attempt["materials"] == [{"first": 5, "last": 5, "html": "气体各有性质。"}]
    assert questions[2]["options"] == []
    assert "氢" not in str(questions[1])

    said = dict(enumerate(kinds.RIGHT, 1))
    ids = {n: {o["html"]: o["id"] for o in q["options"]} for n, q in enumerate(questions, 1)}
    right = {n: [ids[n].get(word, word) for word in words] for n, words in said.items()}
    assert phone.save(right)["refused"] == {}
    assert phone.finish()["score"] == 30


@pytest.mark.parametrize("text", ["长" * 201, "a\0b", 7, None])
def test_a_text_that_cannot_be_kept_is_refused_and_holds_up_no_other(
    app: Flask, contest_id: int, text: object
) -> None:
    phone = Phone(app)
    phone.sign_up("小明")
    phone.start(contest_id)

    reply = phone.save({2: ["氢", "氧"], 3: [text]})

    assert (set(reply["saved"]), reply["refused"]) == ({"2"}, {"3": "malformed"})


def test_without_script_the_paper_is_a_form_of_labelled_fields(
    platform: Platform, reader: Reader, attempt_id: int
) -> None:
    page = reader.open(f"/attempts/{attempt_id}")
    given = kinds.responses(platform, attempt_id, kinds.RIGHT)

    result = reader.send(
        f"/attempts/{attempt_id}/hand-in", **{f"q{n}": list(ids) for n, ids in given.items()}
    )

    html = reader.page.get_data(as_text=True)
    assert page.count("请选择") == 5
    assert "5/5" in result
    assert html.count("✓ 答对") == 5 + 8  # the questions and their places


def test_what_was_wrong_is_looked_back_at_place_by_place(
    platform: Platform, reader: Reader, attempt_id: int
) -> None:
    given = kinds.responses(platform, attempt_id, kinds.HALF)

    reader.send(f"/attempts/{attempt_id}/hand-in", **{f"q{n}": list(ids) for n, ids in given.items()})

    html = reader.page.get_data(as_text=True)
    told = re.findall(r"<li class=\"[^\"]*\"><span>([^<]+)</span>(?: <em>([^<]+)</em>)?", html)
    assert told[3:] == [
        ("第 1 空：氢", "✓ 答对"),
        ("第 2 空：氮", "正确答案：氧"),
        ("答案：3", "正确答案：3.14"),
        ("第 1 位：细胞", "✓ 答对"),
        ("第 2 位：器官", "正确答案：组织"),
        ("第 3 位：组织", "正确答案：器官"),
        ("助燃：氧气", "✓ 答对"),
        ("最轻：（没有填）", "正确答案：氢气"),
    ]


def test_what_was_filled_in_stands_in_the_form_when_one_comes_back(
    platform: Platform, app: Flask, contest_id: int, clock: MovedClock
) -> None:
    phone = Phone(app)
    phone.sign_up("小明")
    phone.start(contest_id)
    phone.save({2: ["氢 <b>", ""]})

    assert phone.get(f"/api/v1/attempts/{phone.attempt['attempt']}", token=phone.attempt["token"])["saved"][
        "2"
    ]["response"] == ["氢 <b>", ""]
