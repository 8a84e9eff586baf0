"""Finding a street, a community, a school by a part of its name, by pinyin, by initials."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from sqlalchemy import update

from quiz.models.accounts import Unit
from quiz.services import accounts, units
from quiz.services.accounts import UnitRow
from quiz.services.platform import Actor, Platform
from quiz.services.spelling import as_pinyin, spelt

STARTER = Path(__file__).resolve().parents[2] / "question_bank" / "starter"


@pytest.fixture
def district(platform: Platform) -> Platform:
    """The real streets and communities, and the schools of the starter content."""
    for tree, file in (("region", "units.csv"), ("school", "schools.csv")):
        with (STARTER / file).open(encoding="utf-8-sig", newline="") as rows:
            read = [
                UnitRow(r["code"], r["name"], r["level"], r["parent"] or "") for r in csv.DictReader(rows)
            ]
        accounts.load_units(platform, tree, read, Actor(None, 0))
    return platform


def test_units_are_found_by_a_part_by_pinyin_and_by_initials(district: Platform) -> None:
    def first(typed: str, tree: str = "region") -> str:
        return next((unit.name for unit in units.find(district, typed, tree)), "")

    assert {first(typed) for typed in ("解放碑", "碑街", "jiefangbei", "JieFang Bei", "jfb", "jiefangb")} == {
        "解放碑街道"
    }
    assert first("chongqing") == first("cqc") == "重庆村社区居民委员会"
    assert first("zhongqing") == ""
    assert first("zengjiayan") == first("cengjiayan") == "曾家岩社区居民委员会"
    assert first("iefang") == ""
    assert first("sfdyxx", "school") == "示范第一小学"


def test_words_before_the_last_are_of_what_is_above(district: Platform) -> None:
    found = [unit.path for unit in units.find(district, "示范第一 sinianji1", "school")]

    assert found == ["示范第一小学/四年级/四年级1班"]


def test_who_was_there_before_pinyin_is_spelt_once(district: Platform) -> None:
    with district.store.writing() as session:
        session.execute(update(Unit).where(Unit.tree == "school").values(spelt=""))
    assert units.find(district, "shifan", "school") == []

    assert units.spell_all(district) > 0
    assert units.spell_all(district) == 0
    assert units.find(district, "shifan", "school")


@pytest.mark.parametrize(
    ("typed", "pinyin"),
    [("Lǜ huà", "lvhua"), ("ＪＦＢ", "jfb"), ("xi'an", "xian"), ("解b", ""), ("_", ""), ("%", "")],
)
def test_pinyin_is_read_however_it_is_typed(typed: str, pinyin: str) -> None:
    assert as_pinyin(typed) == pinyin


def test_a_word_is_read_as_in_that_word() -> None:
    assert " =changjiangerlu " in spelt("长江二路") + " "
    assert " =zhangjiangerlu " not in spelt("长江二路") + " "
