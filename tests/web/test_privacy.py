"""What is stored, one's own data, and deleting an account, in a browser without script."""

from __future__ import annotations

import io
import zipfile

import orjson
from flask import Flask
from sqlalchemy import select

from quiz.models.accounts import Identity
from quiz.services import boards, subjects
from quiz.services.platform import Platform
from quiz.services.stored import STORED
from quiz.services.subjects import Proven
from tests.support.clock import MovedClock
from tests.support.desk import Visitor
from tests.support.pages import Reader
from tests.web.test_accounts import code_of, sign_up
from tests.web.test_play import CONTEST, begin, resident

__all__ = ["resident"]  # a fixture of this folder's cast


def test_everything_that_is_stored_is_told_to_everybody(stranger: Visitor, app: Flask) -> None:
    reader = Reader(app)

    text = reader.open("/privacy")

    for entry in STORED:
        assert entry.what in text
        assert entry.why in text
    assert "比赛结束 180 天以后" in text
    assert "监护人不同意的，不参加" in text


def test_ones_own_data_is_a_page_and_a_file_for_programs(resident: Reader, platform: Platform) -> None:
    begin(resident)
    resident.send(f"{resident.address}/hand-in", q1=["A"], seq="1")
    with platform.store.reading() as session:
        person_id = session.scalars(select(Identity.person_id).where(Identity.nickname == "解放碑小王")).one()
    subjects.attach(platform, person_id, Proven("phone", "+8613800138000"), 1)
    resident.open("/me/data")

    reply = resident.client.get("/me/data.zip")

    with zipfile.ZipFile(io.BytesIO(reply.data)) as packed:
        page, data = (packed.read(name) for name in sorted(packed.namelist(), reverse=True))
        found = orjson.loads(data)
    assert found["profile"]["nickname"] == "解放碑小王"
    assert found["ways_of_signing_in"][0]["known_by"] == "+8613800138000"
    (attempt,) = found["attempts"]
    assert attempt["closed_by"] == "person"
    assert all("stem" not in answer for answer in attempt["answers"])
    assert "解放碑小王" in page.decode()


def test_an_account_is_deleted_when_asked_twice_and_its_results_stay_without_a_name(
    resident: Reader, platform: Platform, app: Flask, clock: MovedClock
) -> None:
    reader = Reader(app)
    code = code_of(sign_up(reader, nickname="要走的人"))
    begin(reader)
    reader.send(f"{reader.address}/hand-in", seq="1")
    boards.catch_up_all(platform, clock.now_ms(), full=True)
    assert "要走的人" in resident.open(f"/contests/{CONTEST}/boards/0-0")

    reader.open("/me/delete")
    reader.send("/me/delete", asked="once")
    assert "请先勾选" in reader.send("/me/delete", 422, asked="twice")
    assert "要走的人" in resident.open(f"/contests/{CONTEST}/boards/0-0")
    text = reader.send("/me/delete", asked="twice", sure="yes")

    assert reader.address == "/account-deleted"
    assert "账号已注销" in text
    board = resident.open(f"/contests/{CONTEST}/boards/0-0")
    assert "要走的人" not in board
    assert "已注销" in board
    assert boards.verify(platform, CONTEST) == []
    other = Reader(app)
    other.open("/sign-in")
    assert "没有这个参赛码" in other.send("/sign-in/code", status=401, code=code, next="/me")


def test_an_organizer_keeps_the_account(organizer: Visitor) -> None:
    organizer.open("/me/delete", status=403)


def test_a_pupil_under_14_is_shown_the_way(app: Flask) -> None:
    text = Reader(app).open("/under-14")

    assert "同学，你好" in text
    assert "参赛卡" in text
