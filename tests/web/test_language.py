"""Pages speak the language that the reader chose; Chinese is the source and needs no catalogue."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask
from flask_babel import get_babel

from quiz.services import bank_search
from quiz.services.bank_search import Search
from quiz.services.platform import Platform
from tests.support import contests as ready
from tests.support.clock import MovedClock
from tests.support.desk import Visitor

CATALOGUE = (
    Path(__file__).resolve().parents[2] / "quiz" / "translations" / "en" / "LC_MESSAGES" / "messages.po"
)


@pytest.fixture
def english(app: Flask, tmp_path: Path) -> Flask:
    """The application with the English catalogue as it is in the source, compiled for this test."""
    folder = tmp_path / "translations" / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    shutil.copy(CATALOGUE, folder)
    with CATALOGUE.open("rb") as source, (folder / "messages.mo").open("wb") as compiled:
        write_mo(compiled, read_po(source, locale="en"))
    get_babel(app).translation_directories = [str(tmp_path / "translations")]
    return app


def test_without_a_choice_pages_are_chinese(english: Flask, organizer: Visitor) -> None:
    assert "接下来" in organizer.open("/desk/")


def test_who_chose_english_reads_english(english: Flask, organizer: Visitor) -> None:
    organizer.client.set_cookie("lang", "en")

    said = organizer.open("/desk/")

    assert "What to do next" in said
    assert "The question bank is still empty." in said
    assert "接下来" not in said


def test_a_language_that_is_not_spoken_is_chinese(english: Flask, organizer: Visitor) -> None:
    organizer.client.set_cookie("lang", "xx")

    assert "接下来" in organizer.open("/desk/")


def test_sentences_of_the_lower_floors_are_translated_with_their_values(
    english: Flask, platform: Platform, organizer: Visitor, clock: MovedClock
) -> None:
    ready.fill_bank(platform, clock.now_ms(), 2)
    organizer.open("/desk/contests/new")
    organizer.send("/desk/contests/new", start="preset:best_of_three")
    organizer.client.set_cookie("lang", "en")

    said = organizer.open(organizer.address)

    assert "section 1 needs 10 questions, and the bank has only 1 that fit." in said
    assert "The level street of the tree region has no units yet; import them first." in said
    assert "Everybody may take part." in said


def test_refusals_are_translated(english: Flask, organizer: Visitor) -> None:
    organizer.client.set_cookie("lang", "en")

    assert "There is no such contest." in organizer.open("/desk/contests/99", status=404)


def test_a_question_is_edited_under_english_names_of_its_columns(
    english: Flask, platform: Platform, organizer: Visitor
) -> None:
    ready.fill_bank(platform, platform.clock.now_ms())
    (found, *_more), _count = bank_search.search(platform, Search())
    organizer.client.set_cookie("lang", "en")
    form = f"/desk/bank/questions/{found.version_id}/edit"
    page = organizer.open(form)
    assert [n for n in ("Option A", "Question", "Valid until", "Answer") if n not in page] == []

    refused = organizer.send(form, 400, cell__答案="")
    changed = organizer.send(form, cell__题干="Why?")

    assert "Answer: There is no answer" in refused
    assert "Question Before: " in changed
    assert not any(title in refused + changed for title in ("答案", "题干", "选项", "有效期至"))
