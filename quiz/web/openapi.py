"""The document of the JSON interface: `openapi.yaml` with the codes that the code itself knows."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import yaml
from flask import Blueprint, current_app
from flask.typing import ResponseReturnValue

from quiz.errors import QuizError
from quiz.rules.permissions import Action
from quiz.rules.sheet import REFUSALS
from quiz.web.access import allows
from quiz.web.errors import HTTP_SENTENCES, status_of

openapi = Blueprint("openapi", __name__, url_prefix="/api/v1")


@openapi.get("/openapi.json")
@allows(Action.READ_PUBLIC)
def serve() -> ResponseReturnValue:
    """Return the document of this interface."""
    response = current_app.response_class(_text(), mimetype="application/json")
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


@cache
def document() -> dict[str, Any]:  # Any: an OpenAPI document
    """Return the document with every code that an answer of this interface may carry."""
    found: dict[str, Any] = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text("utf-8"))
    schemas = found["components"]["schemas"]
    schemas["ErrorCode"]["enum"] = sorted(error_codes())
    schemas["ErrorCode"]["x-codes"] = error_codes()
    schemas["RefusedCode"]["enum"] = sorted(REFUSALS)
    schemas["RefusedCode"]["x-codes"] = REFUSALS
    return found


def error_codes() -> dict[str, dict[str, object]]:
    """Return every code of a refusal with its HTTP status and its sentence."""
    kinds = {kind.code: kind.message for kind in _kinds(QuizError)}
    return {
        code: {"status": status_of(code), "message": words}
        for code, words in (kinds | HTTP_SENTENCES).items()
    }


def _kinds(kind: type[QuizError]) -> Iterator[type[QuizError]]:
    yield kind
    for narrower in kind.__subclasses__():
        yield from _kinds(narrower)


@cache
def _text() -> bytes:
    return orjson.dumps(document())
