"""The rules page on the web: in English it is the English page of the catalogue, for every contest."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask
from flask_babel import get_babel

from quiz.rules.document import load
from quiz.web.words import rules_page, rules_parts
from tests.rules.test_words import CATALOGUE, CONTESTS, read, without_own_words


@pytest.fixture
def english(app: Flask, tmp_path: Path) -> Flask:
    """The application with the English catalogue as it is in the source."""
    folder = tmp_path / "translations" / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    shutil.copy(CATALOGUE, folder)
    with CATALOGUE.open("rb") as source, (folder / "messages.mo").open("wb") as compiled:
        write_mo(compiled, read_po(source, locale="en"))
    get_babel(app).translation_directories = [str(tmp_path / "translations")]
    return app


def test_every_rules_page_is_english_for_who_chose_english(english: Flask) -> None:
    for name in CONTESTS:
        with english.test_request_context(headers={"Cookie": "lang=en"}):
            page = "\n".join(f"{heading}\n" + "\n".join(each) for heading, each in rules_page(read(name)))

        assert [
            letter for letter in without_own_words(page, read(name)) if "\u3400" <= letter <= "\u9fff"
        ] == [], name


def test_a_number_has_its_form(english: Flask) -> None:
    rules = load(CONTESTS["r06-qingdao-2023"].read_text("utf-8"))

    with english.test_request_context(headers={"Cookie": "lang=en"}):
        sentences = [sentence for _, each in rules_page(rules) for sentence in each]

    assert "A friend who finishes an attempt adds 1 point each time." in sentences
    assert "Each right answer gives 20 points." in sentences
    assert "Each person can win at most 1 time a day." in sentences


def test_who_chose_nothing_reads_chinese(english: Flask) -> None:
    with english.test_request_context():
        headings = [heading for heading, _ in rules_page(read("r06-qingdao-2023"))]

    assert headings[:2] == ["比赛时间", "谁可以参加"]


def test_of_several_stages_the_other_ones_wait_to_be_opened(english: Flask) -> None:
    with english.test_request_context():
        parts = rules_parts(read("r13-fujian-2020"), "笔试")

    assert [(part.heading, part.is_open) for part in parts] == [
        ("每个阶段都一样", True),
        ("阶段：资格赛", False),
        ("阶段：笔试", True),
        ("各阶段合计", True),
        ("每个阶段都适用", True),
    ]
    assert all(part.passages for part in parts)


def test_what_stages_of_one_kind_share_is_open_for_each_of_them(english: Flask) -> None:
    with english.test_request_context():
        parts = rules_parts(read("r38-shareholders-2020"), "第二周")
        whole = rules_parts(read("r38-shareholders-2020"))

    shared, first, second = parts[1:4]
    assert (shared.is_open, first.is_open, second.is_open) == (True, False, True)
    assert all(part.is_open for part in whole)


def test_one_stage_is_told_under_its_subjects_alone(english: Flask) -> None:
    with english.test_request_context():
        (part,) = rules_parts(read("r06-qingdao-2023"), "竞答周")

    assert part.heading == ""
    assert [heading for heading, _ in part.passages][:2] == ["比赛时间", "谁可以参加"]
