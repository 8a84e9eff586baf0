"""The interface of a running attempt: save, finish, come back. Carries a signed token, looks at no cookie."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from flask import Blueprint, Request, request
from flask.typing import ResponseReturnValue

from question_bank.formats.checks_by_kind import LONGEST_ACCEPTED
from quiz.errors import N_, Malformed, SignInNeeded
from quiz.rules import course, timing
from quiz.rules.permissions import Action
from quiz.rules.sheet import MOST_SEQ, Answer, Paper
from quiz.services import play, results
from quiz.services.closing import Outcome
from quiz.services.platform import Platform
from quiz.services.play import Batch, Saved
from quiz.services.published import in_force, published
from quiz.web.access import RECEIVED, allows, bearer, csrf, now_ms, platform
from quiz.web.bodies import as_json, json_body
from quiz.web.correction_words import told
from quiz.web.questions import materials_json, number, question_json, reviewed_json
from quiz.web.tokens import AttemptToken, read

attempts = Blueprint("attempts", __name__, url_prefix="/api/v1/attempts")
csrf.exempt(attempts)  # a token in the header or the body, never a cookie: nothing to forge

DEVICE = re.compile(r"[A-Za-z0-9_-]{1,40}")
MOST_ANSWERS = 200  # in one batch
MOST_OPTIONS = 26  # in one response, or places


class Sent(NamedTuple):
    """What a request brought: a batch, and the answers that cannot be read (question → code)."""

    batch: Batch
    unreadable: dict[int, str]


@attempts.post("/<int:attempt_id>/answers")
@allows(Action.ANSWER)
def answers(attempt_id: int) -> ResponseReturnValue:
    """Save a batch of answers."""
    running = platform()
    sent = _sent(running, attempt_id)
    return as_json(_saved_json(running, play.save(running, sent.batch), sent))


@attempts.post("/<int:attempt_id>/finish")
@allows(Action.ANSWER)
def finish(attempt_id: int) -> ResponseReturnValue:
    """Hand the paper in; the body may carry the last answers."""
    sent = _sent(platform(), attempt_id)
    finished = play.finish(platform(), sent.batch)
    body = {**outcome_json(finished.outcome), "now": now_ms()}
    place = _place(finished.outcome, sent.batch.person_id)
    if place is not None:
        body["place"] = place
    if sent.batch.answers or sent.unreadable:
        body["saved"] = _texts(finished.admission.saved)
        body["refused"] = _texts({**finished.admission.refused, **sent.unreadable})
    return as_json(body)


@attempts.get("/<int:attempt_id>")
@allows(Action.ANSWER)
def state(attempt_id: int) -> ResponseReturnValue:
    """Tell a phone that comes back where the attempt stands."""
    token = _token(platform(), attempt_id, bearer())
    found = play.sheet_of(platform(), attempt_id, token.person_id, now_ms(), token.epoch)
    body = sheet_json(found)
    if found.row.finished_ms is not None:
        outcome = play.outcome_of(platform(), attempt_id, token.person_id)
        body["outcome"] = outcome_json(outcome) if outcome is not None else None
    return as_json(body)


def sheet_json(sheet: play.Sheet) -> dict[str, object]:
    """Return an attempt as the phone needs it: the whole paper, or of questions in turn the open one."""
    paper, clock = sheet.paper, sheet.stage.clock
    in_turn = course.is_in_turn(sheet.stage)
    is_open = sheet.row.finished_ms is None
    shown = range(1, len(paper.slots) + 1) if not in_turn else ([sheet.open.n] if sheet.open else [])
    if not is_open:
        shown = sorted(sheet.shown)  # to look back at
    closes_ms = sheet.open.deadline_ms if sheet.open else None
    body: dict[str, object] = {
        "attempt": str(sheet.row.id),
        "contest": str(sheet.row.contest_id),
        "stage": sheet.row.stage,
        "state": "open" if is_open else "finished",
        "clock": "question" if clock.per_question_ms is not None else "attempt",
        "in_turn": in_turn,
        "of": len(paper.slots),
        "layout": sheet.stage.flow.layout,
        "started": sheet.row.started_ms,
        "deadline": sheet.limit_ms,
        "grace_ms": clock.grace_ms,
        "now": now_ms(),
        "questions": [question_json(sheet.rules, paper, n, closes_ms) for n in shown],
        "saved": {
            str(n): {"response": list(given.response), "seq": given.seq, "device": given.device}
            for n, given in sheet.saved.items()
        },
    }
    if materials := materials_json(sheet.rules, paper, shown):
        body["materials"] = materials
    if sheet.rounds is not None:
        body["round"], body["asked"] = sheet.rounds.number, sheet.rounds.asked
    if sheet.row.practice:
        body["practice"] = True
    if sheet.level_name:
        body["level"] = int(sheet.level_name)
    if not is_open and now_ms() >= sheet.rules.closes_ms:
        body["drawn"] = [slot.version_id for slot in paper.slots]
    if course.watches(sheet.stage):
        body["leaving"] = {
            "does": clock.leaving,
            "left": len(sheet.leavings),
            "most": course.most_leavings(sheet.stage),
        }
    if clock.at_least_ms is not None:
        body["may_finish"] = timing.may_finish_ms(sheet.stage, sheet.row.started_ms)
    if sheet.shown:
        body["shown"] = {str(n): reviewed_json(shown) for n, shown in sheet.shown.items()}
    return body


def outcome_json(outcome: Outcome) -> dict[str, object]:
    """Return what an attempt came to after corrections; exact values that are no whole numbers are text."""
    body: dict[str, object] = {
        "score": number(outcome.score),
        "award": number(outcome.points),
        "time_ms": outcome.time_ms,
        "correct": outcome.correct,
        "of": outcome.of,
    }
    if outcome.level:
        body["level"] = int(outcome.level)
    if outcome.passed is not None:
        body["passed"] = outcome.passed
    if outcome.practice:
        body["practice"] = True
    if outcome.corrections:
        body["void"], body["corrections"] = outcome.is_void, told(outcome.corrections)
    return body


def _place(outcome: Outcome, person_id: int) -> int | None:
    """Return the person's place on the first people board of the stage, None where there is none."""
    rules = in_force(platform(), outcome.contest_id)
    places = results.places_of(platform(), rules, person_id, now_ms())
    return next((row.place for board, _, row in places if board.stage == outcome.stage), None)


def _saved_json(running: Platform, saved: Saved, sent: Sent) -> dict[str, object]:
    body: dict[str, object] = {
        "saved": _texts(saved.admission.saved),
        "refused": _texts({**saved.admission.refused, **sent.unreadable}),
        "now": sent.batch.received_ms,
    }
    if saved.other_device:
        body["other_device"] = True
    if saved.rounds is not None:
        body["round"], body["asked"] = saved.rounds.number, saved.rounds.asked
    if saved.has_ended:
        body["state"] = "finished"
    if saved.left:
        body["left"] = saved.left
    if saved.open is not None:
        paper = Paper.parse(saved.row.seed, saved.row.paper)
        rules = published(running, saved.row.rules_id)
        body["next"] = question_json(rules, paper, saved.open.n, saved.open.deadline_ms)
        if materials := materials_json(rules, paper, [saved.open.n]):
            body["materials"] = materials
    if saved.shown:
        body["shown"] = {str(n): reviewed_json(shown) for n, shown in saved.shown.items()}
    return body


def _texts(by_question: Mapping[int, object]) -> dict[str, object]:
    return {str(n): value for n, value in by_question.items()}


def _sent(running: Platform, attempt_id: int) -> Sent:
    asked: Request = request._get_current_object()  # type: ignore[attr-defined]  # looked up once, not ten times
    body = json_body(asked)
    token = _token(running, attempt_id, bearer(asked) or body.get("token"))
    device, given = body.get("device", ""), body.get("answers", [])
    if not isinstance(given, list) or len(given) > MOST_ANSWERS:
        raise Malformed(N_("answers 应为不超过 %(most)s 项的列表。"), most=MOST_ANSWERS)
    if not isinstance(device, str) or not (DEVICE.fullmatch(device) or (not device and not given)):
        raise Malformed(N_("device 应为 1 到 40 个字母、数字、- 或 _。"))
    kept, unreadable = _answers(given)
    batch = Batch(attempt_id, token.person_id, token.epoch, device, kept, asked.environ[RECEIVED])
    left = body.get("left")
    return Sent(batch._replace(leavings=_leavings(left, device)) if left else batch, unreadable)


def _leavings(left: Any, device: str) -> tuple[int, ...]:  # Any: what somebody sent
    """Return the reports of leaving the page; raises Malformed."""
    are_seqs = isinstance(left, list) and all(type(seq) is int and 0 <= seq <= MOST_SEQ for seq in left)
    if not are_seqs or not device or len(left) > MOST_ANSWERS:
        raise Malformed(N_("left 应为不超过 %(most)s 个 seq 的列表，并写明 device。"), most=MOST_ANSWERS)
    return tuple(left)


def _answers(given: list[Any]) -> tuple[tuple[Answer, ...], dict[int, str]]:  # Any: what somebody sent
    """Return the answers, and a code by question where only its number can be read; raises Malformed."""
    kept, unreadable = [], {}
    for item in given:
        if type(item) is not dict or type(n := item.get("n")) is not int:
            raise Malformed(N_("每个答案应为 {n, seq, response}，n 为题号。"))
        seq, response = item.get("seq"), item.get("response")
        if type(seq) is int and 0 <= seq <= MOST_SEQ and type(response) is list and _are_texts(response):
            kept.append(Answer(n, seq, tuple(response)))
        else:
            unreadable[n] = "malformed"
    return tuple(kept), unreadable


def _are_texts(response: list[Any]) -> bool:  # Any: what somebody sent
    for text in response:
        if type(text) is not str or len(text) > LONGEST_ACCEPTED or (text and min(text) < " "):
            return False
    return len(response) <= MOST_OPTIONS


def _token(running: Platform, attempt_id: int, text: object) -> AttemptToken:
    token = read(running.secret, text) if isinstance(text, str) else None
    if token is None or token.attempt_id != attempt_id:
        raise SignInNeeded()
    return token
