"""One question by itself, as a form and explained: what practice and the question of the day share."""

from __future__ import annotations

from dataclasses import replace

from flask import request

from question_bank.formats.checks_by_kind import LONGEST_ACCEPTED
from quiz.services.practising import Asked
from quiz.services.reviewing import Reviewed
from quiz.web.bodies import plain
from quiz.web.questions import asked_json, material_html
from quiz.web.review import ReviewedQuestion, reviewed_question

FIELD = "q1"  # what the form calls the answer
TELL = "tell"  # the button of who wants to be told


def asked_alone(asked: Asked) -> dict[str, object]:
    """Return a question as the phone's template wants it."""
    ordered = list(zip(asked.paper.ids(1), asked.paper.slots[0].order, strict=True))
    material = material_html(asked.question)
    return {"n": 1, "material_html": material, **asked_json(asked.question, ordered, is_first=True)}


def explained_alone(asked: Asked, shown: Reviewed) -> ReviewedQuestion:
    """Return a question that was answered, with its material."""
    material = {"first": 1, "last": 1, "html": html} if (html := material_html(asked.question)) else None
    return replace(reviewed_question(asked.question, asked.paper, 1, shown), material=material)


def is_about(asked: Asked) -> bool:
    """Return whether the form that was sent shows this question as it is asked now."""
    return request.form.get("of") == str(asked.version_id) and request.form.get("on") == asked.day


def given() -> tuple[str, ...]:
    """Return the response of the form that was sent; empty where nothing was given."""
    response = tuple(plain(text)[:LONGEST_ACCEPTED] for text in request.form.getlist(FIELD))
    return response if any(response) and TELL not in request.form else ()
