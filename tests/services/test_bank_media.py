"""A picture is put into a question, said in words and taken out: each a version, on every database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import func, select

from quiz.errors import InvalidInput
from quiz.models.bank import IN_REVIEW, READY, QuestionVersion
from quiz.models.media import Medium as MediumRow
from quiz.services import bank_media, bank_review, bank_search
from quiz.services.bank_editing import edit
from quiz.services.bank_search import Search
from quiz.services.platform import Actor, Platform
from tests.question_bank.kinds import PIXEL
from tests.support import kinds

ORGANIZER = Actor(None, 1_772_413_200_000)


@pytest.fixture
def version_id(platform: Platform) -> int:
    kinds.fill_bank(platform, ORGANIZER.now_ms)
    (found,), _count = bank_search.search(platform, Search(words="金属"))
    return found.version_id


def put(platform: Platform, version_id: int, content: bytes = PIXEL, place: str = "stem") -> int:
    return bank_media.add(platform, version_id, (content, "一片 叶(1).jpg"), place, "叶[脉]", ORGANIZER)


def test_a_picture_is_put_in_said_in_words_and_taken_out(platform: Platform, version_id: int) -> None:
    with_it = put(platform, version_id)
    twice = put(platform, with_it, place="B")
    said = bank_media.say(platform, twice, "一片-叶-1.png", "叶脉", ORGANIZER)
    without = bank_media.remove(platform, said, "一片-叶-1.png", ORGANIZER)

    def question(version: int) -> bank_search.Question:
        return bank_search.one(platform, version).found.question

    assert question(with_it).stem == "哪些是金属？ ![叶 脉](一片-叶-1.png)"
    assert [m.name for m in question(twice).media] == ["一片-叶-1.png", "一片-叶-1-2.png"]
    assert question(twice).options[1].text == "铜 ![叶 脉](一片-叶-1-2.png)"
    assert bank_media.words_of(question(said), "一片-叶-1.png") == "叶脉"
    assert question(without).stem == "哪些是金属？"
    assert [m.name for m in question(without).media] == ["一片-叶-1-2.png"]
    with platform.store.reading() as session:
        assert session.scalar(select(func.count()).select_from(MediumRow)) == 1


def test_another_picture_under_the_same_name_is_a_version_that_waits_for_a_second_person(
    platform: Platform, version_id: int
) -> None:
    with_it = put(platform, version_id)
    bank_review.approve(platform, with_it, ORGANIZER)
    asked = bank_search.one(platform, with_it).found.question
    image = BytesIO()
    Image.new("RGB", (3, 2), "red").save(image, "PNG")
    other = replace(asked.media[0], content=image.getvalue(), kept="")

    changed = edit(platform, with_it, replace(asked, media=(other,)), ORGANIZER)

    with platform.store.reading() as session:
        row, in_use = session.get_one(QuestionVersion, changed), session.get_one(QuestionVersion, with_it)
        assert (changed != with_it, row.state, row.proved_as, in_use.state) == (True, IN_REVIEW, None, READY)


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda p, v: put(p, v, b"no picture"), "不是能用的图片"),
        (lambda p, v: put(p, v, bytes(20_000_001)), "超过 20 MB"),
        (lambda p, v: put(p, v, place="Z"), "没有这个位置"),
        (lambda p, v: put(p, v, place="material"), "没有这个位置"),
        (lambda p, v: bank_media.say(p, v, "x.png", "", ORGANIZER), "没有这个图片"),
        (lambda p, v: bank_media.remove(p, v, "x.png", ORGANIZER), "没有这个图片"),
    ],
)
def test_what_cannot_be_done_gets_its_sentence_and_makes_no_version(
    platform: Platform, version_id: int, act: Callable[[Platform, int], int], words: str
) -> None:
    with pytest.raises(InvalidInput, match=words):
        act(platform, version_id)

    assert bank_search.search(platform, Search(words="金属"))[0][0].version_id == version_id
