"""Pictures and sounds by the digest of their bytes: kept by browsers for a year, in parts where they ask."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO

from flask import Blueprint, send_file
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from question_bank.attached import Medium
from quiz.errors import NotFound
from quiz.rules.permissions import Action
from quiz.services.media import medium as kept
from quiz.web.access import allows, platform
from quiz.web.delivery import YEAR
from quiz.web.shown import NEVER_SHOWN, as_html, as_words, part_html, remarks

media = Blueprint("media", __name__, url_prefix="/media")

POLICY = "default-src 'none'; sandbox"  # opened by itself it is a picture and nothing else

media.app_template_filter("as_words")(as_words)
media.app_template_global("shown_remarks")(remarks)


@media.app_template_global("shown_html")
def shown_html(text: str, media: Iterable[Medium] = ()) -> Markup:
    """Return a text of a question for a page of the desk."""
    return Markup(as_html(text, media, is_first=True))


@media.app_template_global("shown_part")
def shown_part(text: str, media: Iterable[Medium] = ()) -> Markup:
    """Return a part of a text of a question, with the spaces at its ends."""
    return Markup(part_html(text, media, is_first=True))


@media.app_template_global("shown_choice")
def shown_choice(text: str, media: Iterable[Medium] = ()) -> Markup:
    """Return a text of a question where a tap chooses it."""
    return Markup(as_html(text, media, is_first=True, is_choice=True))


@media.get("/<digest>.<ending>")
@allows(Action.READ_PUBLIC)
def medium(digest: str, ending: str) -> ResponseReturnValue:
    """Hand out a medium; who knows the address may see it (docs/decisions/0087-media.md)."""
    found = kept(platform(), digest)
    if found.type == NEVER_SHOWN:
        raise NotFound()
    response = send_file(BytesIO(found.content), mimetype=found.type, conditional=True, etag=digest)
    response.headers["Cache-Control"] = YEAR
    response.headers["Content-Security-Policy"] = POLICY
    return response
