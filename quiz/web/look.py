"""How pages look to one visitor: size, light or dark, language; chosen on any page, kept in cookies."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Blueprint, Flask, current_app, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.local import LocalProxy

from quiz.rules.permissions import Action
from quiz.web import language
from quiz.web.access import allows, csrf, visitor

look = Blueprint("look", __name__)
csrf.exempt(look)  # changes nothing but how one's own pages look

CHOICES = {  # the first of each is the default
    "size": ("normal", "large", "largest"),
    "theme": ("auto", "light", "dark", "contrast"),
    language.COOKIE: tuple(language.LANGUAGES),
}
KEPT_S = 400 * 86_400  # seconds; browsers keep no cookie longer


@dataclass(frozen=True)
class Look:
    """What the frame of a page needs to know."""

    size: str
    theme: str
    lang: str
    here: str  # where a choice returns to


def chosen() -> Look:
    """Return what the visitor has chosen; anything unknown counts as not chosen."""
    size, theme, lang = (_known(name, request.cookies.get(name, "")) for name in CHOICES)
    return Look(size, theme, lang, _here())


@look.post("/look")
@allows(Action.READ_PUBLIC)
def change() -> ResponseReturnValue:
    """Keep a choice and return to the page it was made on."""
    response = redirect(inner_address(request.form.get("next", "")), 303)
    for name, known in CHOICES.items():
        value = request.form.get(name)
        if value in known:
            response.set_cookie(name, value, max_age=KEPT_S, samesite="Lax", httponly=True)
    return response


def came_from() -> str:
    """Return the page of this site on which a form was sent, "" where the browser does not tell it."""
    told = urlsplit(request.referrer or "")
    query = f"?{told.query}" if told.query else ""
    return inner_address(told.path + query) if told.netloc == request.host else ""


def inner_address(wanted: str) -> str:
    """Return `wanted` if it is an address on this site, else the home page."""
    is_inner = wanted.startswith("/") and not wanted.startswith("//") and "\\" not in wanted
    return wanted if is_inner and wanted.isprintable() else "/"


def init_look(app: Flask) -> None:
    """Give every template what the frame needs: `look`, and `me`, asked for only where it is shown."""
    app.register_blueprint(look)
    app.context_processor(lambda: {"look": chosen(), "me": LocalProxy(visitor)})


def _here() -> str:
    """Return the page that is looked at; of a form that has none of its own, the one it was sent from."""
    if request.method == "GET":
        return request.full_path.rstrip("?")
    pages = current_app.create_url_adapter(request)
    is_page = pages is not None and pages.test(request.path, "GET")
    return request.path if is_page else came_from() or "/"


def _known(name: str, value: str) -> str:
    return value if value in CHOICES[name] else CHOICES[name][0]
