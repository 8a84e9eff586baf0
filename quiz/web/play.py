"""Taking part, as pages: the contests, one with its rules, the runner, the paper without script."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from quiz.rules.permissions import Action
from quiz.web.access import allows

play = Blueprint("play", __name__)


@play.get("/")
@allows(Action.READ_PUBLIC)
def home() -> ResponseReturnValue:
    """Show what runs, what comes and what is past."""
    return render_template("play/home.html")
