"""A contest played through the interface."""

from __future__ import annotations

import pytest
from flask import Flask

from quiz.services import play
from quiz.services.platform import Platform
from tests.support import contests as cast
from tests.support.clock import MovedClock
from tests.support.phone import Phone
from tests.support.statements import statements


@pytest.fixture
def contest_id(platform: Platform, clock: MovedClock) -> int:
    """A contest with one clock of five minutes, four questions, three attempts a day."""
    cast.fill_bank(platform, clock.now_ms())
    cast.add_units(platform, clock.now_ms())
    return cast.publish(platform, cast.rules(), clock.now_ms())


@pytest.fixture
def phone(app: Flask, contest_id: int) -> Phone:
    """Somebody who has started an attempt."""
    phone = Phone(app)
    phone.sign_up("小明")
    phone.start(contest_id, key="k1")
    return phone


def right(platform: Platform, phone: Phone, *numbers: int) -> dict[int, tuple[str, ...]]:
    """Return right answers to these questions."""
    return {n: cast.response(platform, int(phone.attempt["attempt"]), n) for n in numbers}


def test_a_start_brings_the_whole_paper_without_what_is_right(phone: Phone, clock: MovedClock) -> None:
    assert phone.attempt["clock"] == "attempt"
    assert phone.attempt["deadline"] == clock.now_ms() + 300_000
    assert [q["n"] for q in phone.attempt["questions"]] == [1, 2, 3, 4]
    assert all(set(q) == {"n", "kind", "stem_html", "options"} for q in phone.attempt["questions"])
    ids = [o["id"] for q in phone.attempt["questions"] for o in q["options"]]
    assert not {"A", "B", "C", "D"} & set(ids)


def test_answers_are_saved_and_finished(platform: Platform, phone: Phone, clock: MovedClock) -> None:
    clock.move(seconds=30)
    saved = phone.save(right(platform, phone, 1, 2))
    clock.move(seconds=30)
    finished = phone.finish(right(platform, phone, 3))

    assert saved["saved"] == {"1": 1, "2": 2}
    assert saved["refused"] == {}
    assert finished["score"] == finished["award"] == finished["correct"] == 3
    assert finished["of"] == 4
    assert finished["time_ms"] == 60_000
    assert finished["place"] == 1
    assert finished["saved"] == {"3": 3}


def test_everything_sent_twice_counts_once(
    platform: Platform, phone: Phone, contest_id: int, clock: MovedClock
) -> None:
    again = phone.post(f"/api/v1/contests/{contest_id}/attempts", {}, headers={"Idempotency-Key": "k1"})
    body = phone.batch(right(platform, phone, 1, 2))
    saved = [phone.send("answers", body) for _ in range(2)]
    last = phone.batch(right(platform, phone, 3))
    finished = [phone.send("finish", last) for _ in range(2)]
    started = phone.post(f"/api/v1/contests/{contest_id}/attempts", {}, headers={"Idempotency-Key": "k1"})

    assert again["attempt"] == phone.attempt["attempt"] == started["attempt"]
    assert saved[0] == saved[1]
    assert finished[0] == finished[1]
    assert started["state"] == "finished"
    assert len(phone.get("/api/v1/me")["attempts"]) == 1


def test_a_start_sent_again_in_the_next_stage_gets_the_attempt_of_its_own(
    app: Flask, platform: Platform, clock: MovedClock
) -> None:
    cast.fill_bank(platform, clock.now_ms())
    cast.add_units(platform, clock.now_ms())
    first = cast.rules()
    final = first[first.index("  - name: 网络赛") :].replace("网络赛", "决赛").replace("03-08", "03-10")
    contest_id = cast.publish(platform, first + final.replace("03-02 08", "03-08 20"), clock.now_ms())
    clock.set("2026-03-08 19:59")
    phone = Phone(app)
    phone.sign_up("小明")

    before = phone.start(contest_id, "k1")
    clock.set("2026-03-08 20:00")
    again = phone.start(contest_id, "k1")

    assert (before["attempt"], before["stage"]) == (again["attempt"], again["stage"])


def test_a_token_in_the_body_serves_as_well(platform: Platform, phone: Phone) -> None:
    body = phone.batch(right(platform, phone, 1)) | {"token": phone.attempt["token"]}

    reply = phone.ask("POST", f"/api/v1/attempts/{phone.attempt['attempt']}/answers", body, token="")

    assert reply.status_code == 200
    assert reply.get_json()["saved"] == {"1": 1}


def test_whoever_comes_back_gets_the_paper_and_the_answers(platform: Platform, phone: Phone) -> None:
    given = right(platform, phone, 2)
    phone.save(given)

    state = phone.get(f"/api/v1/attempts/{phone.attempt['attempt']}", token=phone.attempt["token"])

    assert state["state"] == "open"
    assert state["questions"] == phone.attempt["questions"]
    assert state["saved"] == {"2": {"response": list(given[2]), "seq": 1, "device": "d1"}}


@pytest.mark.parametrize("seq", [0, 2**31, 1_795_000_000_000, 2**53 - 1])
def test_a_device_may_count_from_nothing_or_by_its_clock(platform: Platform, phone: Phone, seq: int) -> None:
    body = phone.batch(right(platform, phone, 1))
    body["answers"][0]["seq"] = seq

    reply = phone.send("answers", body)

    assert reply["saved"] == {"1": seq}
    assert phone.finish()["correct"] == 1


def test_the_other_device_is_told(app: Flask, platform: Platform, phone: Phone) -> None:
    other = Phone(app, device="d2")
    other.attempt = phone.attempt
    first = phone.save(right(platform, phone, 1))
    second = other.save(right(platform, phone, 2))

    assert "other_device" not in first
    assert second["other_device"] is True


def test_a_saved_answer_costs_two_statements(platform: Platform, phone: Phone) -> None:
    phone.save(right(platform, phone, 1))
    body = phone.batch(right(platform, phone, 2))

    with statements(platform.store.engine) as seen:
        phone.send("answers", body)

    assert len(seen) == 2


def test_late_answers_are_named_and_the_attempt_is_over(
    platform: Platform, phone: Phone, clock: MovedClock
) -> None:
    body = phone.batch(right(platform, phone, 1))
    phone.send("answers", body)
    clock.move(minutes=6)
    play.close_overdue(platform, clock.now_ms())

    again = phone.send("answers", body)
    late = phone.save(right(platform, phone, 2))
    finished = phone.finish()
    state = phone.get(f"/api/v1/attempts/{phone.attempt['attempt']}", token=phone.attempt["token"])

    assert again["saved"] == {"1": 1}
    assert late["refused"] == {"2": "too_late"}
    assert (finished["correct"], finished["time_ms"]) == (1, 300_000)
    assert state["state"] == "finished"
    assert state["outcome"]["correct"] == 1
    assert {n: shown["right"] for n, shown in state["shown"].items()} == {
        "1": True,
        "2": False,
        "3": False,
        "4": False,
    }


def test_answers_after_handing_in_are_refused_with_where_the_result_is(
    platform: Platform, phone: Phone
) -> None:
    phone.finish()

    reply = phone.ask(
        "POST",
        f"/api/v1/attempts/{phone.attempt['attempt']}/answers",
        phone.batch(right(platform, phone, 1)),
        token=phone.attempt["token"],
    )

    assert reply.status_code == 409
    assert reply.get_json()["error"]["code"] == "finished"
    assert reply.get_json()["error"]["result"] == f"/api/v1/attempts/{phone.attempt['attempt']}"


def test_one_answer_that_cannot_be_read_holds_up_no_other(platform: Platform, phone: Phone) -> None:
    body = phone.batch(right(platform, phone, 1))
    body["answers"] += [
        {"n": 2, "seq": "9", "response": []},
        {"n": 3, "seq": 9, "response": "k7"},
        {"n": 4, "seq": 9, "response": ["00"]},
        {"n": 77, "seq": 9, "response": []},
    ]

    reply = phone.send("answers", body)

    assert reply["saved"] == {"1": 1}
    assert reply["refused"] == {
        "2": "malformed",
        "3": "malformed",
        "4": "unknown_option",
        "77": "unknown_question",
    }


def test_another_persons_attempt_does_not_exist(app: Flask, contest_id: int, phone: Phone) -> None:
    other = Phone(app)
    other.sign_up("小红")
    other.start(contest_id)

    path = f"/api/v1/attempts/{phone.attempt['attempt']}"

    assert other.ask("GET", path, token=other.attempt["token"]).status_code == 401
    assert other.ask("GET", path, token=other.token).status_code == 401


def test_signing_out_ends_what_was_signed(platform: Platform, phone: Phone, contest_id: int) -> None:
    old = phone.token
    assert phone.ask("DELETE", "/api/v1/session").status_code == 200

    body = phone.batch(right(platform, phone, 1))
    path = f"/api/v1/attempts/{phone.attempt['attempt']}"
    assert phone.ask("GET", "/api/v1/me", token=old).status_code == 401
    assert phone.ask("POST", f"{path}/answers", body, token=phone.attempt["token"]).status_code == 401
    assert phone.ask("POST", f"{path}/finish", body, token=phone.attempt["token"]).status_code == 401
    assert phone.ask("GET", path, token=phone.attempt["token"]).status_code == 401


def test_an_attempt_goes_on_after_signing_in_again(app: Flask, platform: Platform, contest_id: int) -> None:
    phone = Phone(app)
    code = phone.sign_up("小华")["code"]
    phone.start(contest_id)
    phone.save(right(platform, phone, 1))
    phone.ask("DELETE", "/api/v1/session")

    phone.token = phone.post("/api/v1/session", {"code": code.lower()}, token="")["token"]
    again = phone.start(contest_id)

    assert list(again["saved"]) == ["1"]
    assert phone.finish()["correct"] == 1


def test_my_page_lists_attempts_units_and_places(app: Flask, platform: Platform, contest_id: int) -> None:
    phone = Phone(app)
    street = next(u for u in phone.get("/api/v1/units?q=P")["units"] if u["level"] == "street")
    phone.sign_up("小丽", {"region": street["id"]})
    phone.start(contest_id)
    phone.finish(right(platform, phone, 1, 2))

    me = phone.get("/api/v1/me")

    assert me["person"]["nickname"] == "小丽"
    assert [u["path"] for u in me["units"]] == ["渝中区/P"]
    assert [a["outcome"]["score"] for a in me["attempts"]] == [2]
    assert [(p["name"], p["place"]) for p in me["places"]] == [("个人", 1)]


def test_a_contest_tells_its_rules_windows_and_my_quota(phone: Phone, contest_id: int) -> None:
    contest = phone.get(f"/api/v1/contests/{contest_id}")
    listed = phone.get("/api/v1/contests")

    assert [c["id"] for c in listed["running"]] == [str(contest_id)]
    assert contest["stages"][0]["per_attempt_ms"] == 300_000
    assert contest["me"][0]["left"]["per_period"] == 2
    assert contest["me"][0]["open_attempt"] == phone.attempt["attempt"]


def test_with_a_clock_per_question_one_question_comes_at_a_time(
    app: Flask, platform: Platform, clock: MovedClock, contest_id: int
) -> None:
    text = cast.rules(clock="{per_question_s: 20}")
    phone = Phone(app)
    phone.sign_up("小军")
    start = phone.start(cast.publish(platform, text, clock.now_ms()))

    clock.move(seconds=5)
    second = phone.save(right(platform, phone, 1))
    clock.move(minutes=10)
    third = phone.get(f"/api/v1/attempts/{start['attempt']}", token=start["token"])

    assert start["clock"] == "question"
    assert [(q["n"], q["deadline"] - start["now"]) for q in start["questions"]] == [(1, 20_000)]
    assert (second["next"]["n"], second["next"]["deadline"]) == (2, start["now"] + 25_000)
    assert [q["n"] for q in third["questions"]] == [3]


def test_in_practice_a_reply_tells_what_is_right(
    app: Flask, platform: Platform, clock: MovedClock, contest_id: int
) -> None:
    text = cast.rules(answer="explanation", attempt="explanation")
    phone = Phone(app)
    phone.sign_up("小军")
    phone.start(cast.publish(platform, text, clock.now_ms(), "practice"))
    wrong = cast.response(platform, int(phone.attempt["attempt"]), 1, right=False)

    reply = phone.save({1: wrong})
    changed = phone.save(right(platform, phone, 1))

    assert reply["shown"]["1"]["right"] is False
    assert reply["shown"]["1"]["key"] == list(right(platform, phone, 1)[1])
    assert "解析" in reply["shown"]["1"]["explanation_html"]
    assert changed["refused"] == {"1": "answered"}
    assert "shown" not in changed
