"""Refusals as answers: JSON for the interface, a page for people; here alone HTTP statuses are chosen."""

from __future__ import annotations

import logging
import secrets

import orjson
from flask import Flask, Response, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from quiz.errors import N_, Busy, QuizError
from quiz.web.access import RECEIVED
from quiz.web.language import refusal, said
from quiz.web.look import came_from

STATUS = {  # code of a refusal → HTTP status; any other code is 400
    "sign_in": 401,
    "wrong_code": 401,
    "wrong_seat": 401,
    "not_allowed": 403,
    "under_14": 403,
    "consent_needed": 403,
    "consent_refused": 403,
    "not_found": 404,
    "not_open": 409,
    "closed": 410,
    "quota": 409,
    "level": 409,
    "too_quick": 409,
    "unit_needed": 409,
    "facts_needed": 409,
    "finished": 409,
    "changed": 409,
    "same_key_other_body": 422,
    "too_many": 429,
    "busy": 503,
    "not_sent": 503,
    "start_again": 400,
    "no_answer": 502,
    "known_as_another": 409,
    "both_took_part": 409,
}
RETRY_AFTER_S = {"too_many": 30, "busy": 2}
JITTER_S = 3  # phones that were sent away together do not come back together
HTTP_CODES = {404: "not_found", 405: "method", 413: "too_large", 400: "malformed", 415: "malformed"}
HTTP_SENTENCES = {  # what is refused before any of our own code runs, or went wrong in it
    "method": N_("这个地址不接受这种请求。"),
    "too_large": N_("文件太大，请分成几个小文件上传。"),
    "stale_form": N_("页面停留太久，刚才的内容没有提交。请重新打开这一页，再提交一次。"),
    "internal": N_("服务器出错了，已记录。请稍后再试。"),
}
HTTP_STATUS = {"method": 405, "too_large": 413, "stale_form": 400, "internal": 500}
NO_SUCH_PAGE = N_("没有这个页面，请检查网址。")
NOT_UNDERSTOOD = N_("请求无法处理，请返回重试。")

log = logging.getLogger(__name__)


def init_errors(app: Flask) -> None:
    """Answer every refusal and every error in the form that the asker reads."""
    app.register_error_handler(QuizError, refused)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(CSRFError, stale_form)
    app.register_error_handler(OperationalError, database_away)
    app.register_error_handler(Exception, broken)


def status_of(code: str) -> int:
    """Return the HTTP status of a code."""
    return STATUS.get(code) or HTTP_STATUS.get(code, 400)


def refused(error: QuizError) -> ResponseReturnValue:
    """Answer what the person cannot do."""
    return _answer(status_of(error.code), error.code, refusal(error), error.details)


def http_error(error: HTTPException) -> ResponseReturnValue:
    """Answer what Flask itself refuses."""
    status = error.code or 500
    if status < 400:
        return error.get_response()
    code = HTTP_CODES.get(status, "refused")
    usual = NO_SUCH_PAGE if status == 404 else NOT_UNDERSTOOD
    response = _answer(status, code, said(HTTP_SENTENCES.get(code, usual)), {})
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return response


def stale_form(_error: CSRFError) -> ResponseReturnValue:
    """Answer a form whose token is missing or too old."""
    return _answer(400, "stale_form", said(HTTP_SENTENCES["stale_form"]), {})


def database_away(error: OperationalError) -> ResponseReturnValue:
    """Answer while the database cannot be reached: nothing was stored, the phone sends it again."""
    log.error("database away: %s", type(error.orig).__name__)
    return refused(Busy())


def broken(error: Exception) -> ResponseReturnValue:
    """Answer a mistake of ours; what happened is in the log, not on the page."""
    log.error("unexpected", exc_info=error)
    return _answer(500, "internal", said(HTTP_SENTENCES["internal"]), {})


def _answer(status: int, code: str, message: str, details: dict[str, object]) -> Response:
    if code in RETRY_AFTER_S and "retry_after" not in details:
        details = {**details, "retry_after": RETRY_AFTER_S[code] + secrets.randbelow(JITTER_S + 1)}
    if request.path.startswith("/api/"):
        body: dict[str, object] = {"error": {"code": code, "message": message, **details}}
        body["now"] = request.environ.get(RECEIVED)
        response = current_app.response_class(orjson.dumps(body), status, mimetype="application/json")
    else:
        page = render_template(
            "play/error.html", status=status, code=code, message=message, details=details, back=came_from()
        )
        response = current_app.response_class(page, status, mimetype="text/html")
    if "retry_after" in details:
        response.headers["Retry-After"] = str(details["retry_after"])
    response.headers["Cache-Control"] = "no-store"
    return response
