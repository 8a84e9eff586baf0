"""Which language a page speaks, and the sentences of the lower floors in it."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Flask, has_request_context, request
from flask_babel import Babel, gettext

from quiz.errors import Fault, QuizError

COOKIE = "lang"  # set by the switch at the foot of every page
LANGUAGES = {"zh-CN": "zh_Hans_CN", "en": "en"}  # as in <html lang> → the catalogue's name
SOURCE = "zh-CN"


def init_language(app: Flask) -> None:
    """Let pages speak the language that the reader's cookie names."""
    Babel(app, locale_selector=locale)
    app.jinja_env.globals.update(said=said)


def language() -> str:
    """Return the language of this request: the cookie's if we speak it, else Chinese."""
    chosen = request.cookies.get(COOKIE, SOURCE) if has_request_context() else SOURCE
    return chosen if chosen in LANGUAGES else SOURCE


def locale() -> str:
    """Return the locale of this request."""
    return LANGUAGES[language()]


def said(sentence: str, values: Mapping[str, object] | None = None) -> str:
    """Return a sentence that a lower floor marked, in the reader's language, its named places filled in."""
    text: str = gettext(sentence)
    return text % values if values else text


def refusal(error: QuizError) -> str:
    """Return what a refusal tells the person."""
    return said(error.message, error.details)


def fault_words(fault: Fault) -> str:
    """Return what is wrong at one place of a rules document."""
    return said(fault.message, fault.values)
