"""The interface of a running attempt: save, finish, come back. Carries a signed token, looks at no cookie."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from flask import Blueprint, Response, current_app, request
from flask.typing import ResponseReturnValue

from quiz.errors import Malformed, SignInNeeded
from quiz.rules.permissions import Action
from quiz.rules.sheet import LONGEST_DEVICE, MOST_SEQ, Answer
from quiz.services import play
from quiz.services.closing import Outcome
from quiz.services.play import Batch, Saved
from quiz.web.access import allows, bearer, csrf, now_ms, platform
from quiz.web.questions import question_json
from quiz.web.tokens import AttemptToken, read

attempts = Blueprint("attempts", __name__, url_prefix="/api/v1/attempts")
csrf.exempt(attempts)  # a token in the header or the body, never a cookie: nothing to forge

MOST_ANSWERS = 200  # in one batch
MOST_OPTIONS = 20  # in one response
LONGEST_OPTION = 8  # characters of an option id


@attempts.post("/<int:attempt_id>/answers")
@allows(Action.ANSWER)
def answers(attempt_id: int) -> ResponseReturnValue:
    """Save a batch of answers."""
    saved = play.save(platform(), _batch(attempt_id))
    return as_json(_saved_json(saved))


@attempts.post("/<int:attempt_id>/finish")
@allows(Action.ANSWER)
def finish(attempt_id: int) -> ResponseReturnValue:
    """Hand the paper in; the body may carry the last answers."""
    return as_json({**outcome_json(play.finish(platform(), _batch(attempt_id))), "now": now_ms()})


@attempts.get("/<int:attempt_id>")
@allows(Action.ANSWER)
def state(attempt_id: int) -> ResponseReturnValue:
    """Tell a phone that comes back where the attempt stands."""
    token = _token(attempt_id, {})
    return as_json(sheet_json(play.sheet_of(platform(), attempt_id, token.person_id, now_ms())))


def sheet_json(sheet: play.Sheet) -> dict[str, object]:
    """Return an attempt as the phone needs it: the whole paper, or with a clock per question the open one."""
    by_question = sheet.stage.clock.per_question_ms is not None
    shown = (
        range(1, len(sheet.paper.slots) + 1) if not by_question else ([sheet.open.n] if sheet.open else [])
    )
    if sheet.row.finished_ms is not None:
        shown = []
    return {
        "attempt": str(sheet.row.id),
        "state": "open" if sheet.row.finished_ms is None else "finished",
        "clock": "question" if by_question else "attempt",
        "of": len(sheet.paper.slots),
        "started": sheet.row.started_ms,
        "deadline": sheet.row.deadline_ms,
        "now": now_ms(),
        "questions": [
            question_json(sheet.rules, sheet.paper, n, sheet.open.deadline_ms if sheet.open else None)
            for n in shown
        ],
        "saved": {
            str(n): {"response": list(given.response), "seq": given.seq, "device": given.device}
            for n, given in sheet.saved.items()
        },
    }


def outcome_json(outcome: Outcome) -> dict[str, object]:
    """Return what an attempt came to; exact values that are no whole numbers are text."""
    return {
        "score": _number(outcome.score),
        "award": _number(outcome.points),
        "time_ms": outcome.time_ms,
        "correct": outcome.correct,
        "of": outcome.of,
    }


def as_json(body: Mapping[str, object], status: int = 200) -> Response:
    """Return a JSON response that nobody keeps."""
    response = current_app.response_class(orjson.dumps(body), status, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


def _number(value: Any) -> int | str:  # Any: Fraction or int
    return int(value) if value == int(value) else str(value)


def _saved_json(saved: Saved) -> dict[str, object]:
    body: dict[str, object] = {
        "saved": {str(n): seq for n, seq in saved.admission.saved.items()},
        "refused": {str(n): code for n, code in saved.admission.refused.items()},
        "now": now_ms(),
    }
    if saved.other_device:
        body["other_device"] = True
    if saved.open is not None:
        paper = play.Paper.parse(saved.row.seed, saved.row.paper)
        rules = play.published(platform(), saved.row.rules_id)
        body["next"] = question_json(rules, paper, saved.open.n, saved.open.deadline_ms)
    return body


def _batch(attempt_id: int) -> Batch:
    body = _body()
    token = _token(attempt_id, body)
    device = body.get("device", "")
    given = body.get("answers", [])
    if not isinstance(device, str) or len(device) > LONGEST_DEVICE:
        raise Malformed("device 应为不超过 40 个字符的文字。")
    if not isinstance(given, list) or len(given) > MOST_ANSWERS:
        raise Malformed(f"answers 应为不超过 {MOST_ANSWERS} 项的列表。")
    if given and not device:
        raise Malformed("请求中缺少 device。")
    return Batch(attempt_id, token.person_id, token.epoch, device, tuple(_answer(a) for a in given), now_ms())


def _body() -> dict[str, Any]:  # Any: what somebody sent
    raw = request.get_data(cache=False)
    try:
        body = orjson.loads(raw) if raw else {}
    except orjson.JSONDecodeError:
        raise Malformed("请求不是有效的 JSON。") from None
    if not isinstance(body, dict):
        raise Malformed("请求应为一个 JSON 对象。")
    return body


def _answer(given: Any) -> Answer:  # Any: what somebody sent
    if isinstance(given, dict):
        n, seq, response = given.get("n"), given.get("seq"), given.get("response")
        if type(n) is int and type(seq) is int and isinstance(response, list) and 0 < seq <= MOST_SEQ:
            if len(response) <= MOST_OPTIONS and all(
                isinstance(o, str) and len(o) <= LONGEST_OPTION for o in response
            ):
                return Answer(n, seq, tuple(response))
    raise Malformed("每个答案应为 {n, seq, response}：n 与 seq 为正整数，response 为选项编号的列表。")


def _token(attempt_id: int, body: Mapping[str, Any]) -> AttemptToken:  # Any: what somebody sent
    text = bearer() or body.get("token")
    token = read(platform().secret, text) if isinstance(text, str) else None
    if token is None or token.attempt_id != attempt_id:
        raise SignInNeeded()
    return token
