"""Signing in and out, and one's own page."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from quiz.rules.permissions import Action
from quiz.web.access import allows

accounts = Blueprint("accounts", __name__)


@accounts.get("/sign-in")
@allows(Action.SIGN_IN)
def sign_in() -> ResponseReturnValue:
    """Ask who somebody is."""
    return render_template("accounts/sign_in.html")


@accounts.get("/me")
@allows(Action.TAKE_PART)
def mine() -> ResponseReturnValue:
    """Show one's own attempts and places."""
    return render_template("accounts/mine.html")
