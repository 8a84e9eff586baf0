"""Whether this process is up, and whether it can serve."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from quiz.rules.permissions import Action
from quiz.services import readiness
from quiz.web.access import allows, now_ms, platform
from quiz.web.bodies import as_json

health = Blueprint("health", __name__)


@health.get("/healthz")
@allows(Action.WATCH_SERVICE)
def healthz() -> ResponseReturnValue:
    """Say that the process answers."""
    return as_json({"up": True, "now": now_ms()})


@health.get("/readyz")
@allows(Action.WATCH_SERVICE)
def readyz() -> ResponseReturnValue:
    """Say whether answers can be stored; without Redis they can, and boards say since when they stand."""
    found = readiness.look(platform())
    body = {
        "ready": found.database,
        "database": found.database,
        "boards": {
            "live": found.live,
            "stand_since": {str(contest): since for contest, since in found.stands_since_ms.items()},
        },
        "clock": {"settled": not found.clock_jumped, "last_jump_ms": found.jump_ms},
        "now": now_ms(),
    }
    return as_json(body, 200 if found.database else 503)
