"""What search engines may keep: pages about contests, never those on which people's names stand."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from quiz.rules.permissions import Action
from quiz.services import contests
from quiz.web.access import allows, now_ms, platform

crawlers = Blueprint("crawlers", __name__)

PUBLIC = (
    "play.home",
    "play.contest",
    "past.index",
    "learning.topics",
    "daily.today",
    "privacy.page",
    "privacy.under_14",
)
ROBOTS = (
    "User-agent: *\nDisallow: /desk/\nDisallow: /me\nDisallow: /attempts/\nDisallow: /api/\n\nSitemap: %s\n"
)


def init_crawlers(app: Flask) -> None:
    """Tell the frame of every page under which one address it may be kept, if at all."""
    app.context_processor(lambda: {"canonical": canonical()})


def canonical() -> str:
    """Return the address under which a search engine may keep this page, "" where it may not."""
    if request.endpoint not in PUBLIC:
        return ""
    return url_for(request.endpoint, _external=True, **(request.view_args or {}))


@crawlers.get("/robots.txt")
@allows(Action.READ_PUBLIC)
def robots() -> ResponseReturnValue:
    """Keep search engines out of what is nobody else's business."""
    return Response(ROBOTS % url_for("crawlers.sitemap", _external=True), mimetype="text/plain")


@crawlers.get("/sitemap.xml")
@allows(Action.READ_PUBLIC)
def sitemap() -> ResponseReturnValue:
    """List the public pages."""
    pages = [url_for(endpoint, _external=True) for endpoint in PUBLIC if endpoint != "play.contest"]
    pages += [
        url_for("play.contest", contest_id=each.contest_id, _external=True)
        for each in contests.listed(platform(), now_ms())
    ]
    return Response(render_template("sitemap.xml", pages=pages), mimetype="application/xml")
