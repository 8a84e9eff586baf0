"""Whether this process is up, and whether it can serve."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from quiz.rules.permissions import Action
from quiz.web.access import allows, now_ms
from quiz.web.bodies import as_json

health = Blueprint("health", __name__)


@health.get("/healthz")
@allows(Action.WATCH_SERVICE)
def healthz() -> ResponseReturnValue:
    """Say that the process answers."""
    return as_json({"up": True, "now": now_ms()})
