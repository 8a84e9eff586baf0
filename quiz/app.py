"""Wiring: settings, database, boards, pages and interface become one Flask application."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask, Request, Response, request
from flask.globals import request_ctx
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask.typing import ResponseReturnValue
from werkzeug.middleware.proxy_fix import ProxyFix

from quiz.config import Settings
from quiz.live import Limits, LiveBoards, connect
from quiz.models import Store, Writer, db
from quiz.models.base import engine_options
from quiz.services.platform import Clock, Platform, SystemClock
from quiz.web import init_web
from quiz.web.access import RECEIVED

ROOT = Path(__file__).resolve().parent.parent
LARGEST_REQUEST = 21 * 1024 * 1024  # bytes: a workbook of 20 MB and its form
SIGNED_IN = timedelta(days=90)
ASSETS = "/static/"
WITHOUT_COOKIE = "/api/v1/attempts/"  # these routes carry a token and look at no cookie


def create_app(settings: Settings, clock: Clock | None = None) -> Flask:
    """Return the application; `clock` is the machine's unless a caller brings one."""
    app = Quiz("quiz", root_path=str(ROOT), template_folder="templates", static_folder="static")
    app.config.update(
        SECRET_KEY=settings.secret,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings.database_url),
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        MAX_FORM_MEMORY_SIZE=LARGEST_REQUEST,
        PERMANENT_SESSION_LIFETIME=SIGNED_IN,
        SESSION_COOKIE_NAME="quiz",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(days=365),
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        BABEL_DEFAULT_LOCALE="zh_Hans_CN",
        BABEL_TRANSLATION_DIRECTORIES=str(ROOT / "quiz" / "translations"),
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # of the default provider
    db.init_app(app)
    with app.app_context():
        store = Store(db.engine)
    client = connect(settings.redis_url) if settings.redis_url else None
    app.extensions["quiz"] = Platform(
        store=store,
        writer=Writer(store),
        live=LiveBoards(client) if client is not None else None,
        limits=Limits(client),
        clock=clock or SystemClock(),
        secret=settings.secret,
        data=settings.data,
        privacy=settings.privacy,
        contact_keys=settings.contact_keys,
        sign_in=settings.sign_in,
    )
    app.session_interface = SessionsOfPages()
    if settings.proxies:
        believed = dict.fromkeys(("x_for", "x_proto", "x_host"), settings.proxies)
        app.wsgi_app = ProxyFix(app.wsgi_app, **believed)  # type: ignore[method-assign]
    _stamp_receipts(app)
    init_web(app)
    return app


class Quiz(Flask):
    """The application: what carries a token and looks at no cookie passes through no hook made for pages."""

    def preprocess_request(self) -> ResponseReturnValue | None:
        """Let the hooks of pages look at a request first (sign-in, CSRF)."""
        return None if _is_without_cookie(request_ctx.request) else super().preprocess_request()

    def process_response(self, response: Response) -> Response:
        """Let the hooks of pages finish a response (headers, compression, the session's cookie)."""
        return response if _is_without_cookie(request_ctx.request) else super().process_response(response)

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:  # Any: as Flask has it
        """Return a view or hook as it is: none of ours is a coroutine, and to look costs 2 µs each."""
        return func


def _is_without_cookie(asked: Request) -> bool:
    return asked.path.startswith(WITHOUT_COOKIE)


class SessionsOfPages(SecureCookieSessionInterface):
    """The session cookie, opened for pages alone: opening one costs an answer a tenth of its time."""

    def open_session(self, app: Flask, asked: Request) -> SessionMixin | None:  # type: ignore[override]
        """Return the session of a request; a null session where no cookie is looked at.

        An asset must carry none: caches keep it for a year and hand it to everybody.
        """
        if _is_without_cookie(asked) or asked.path.startswith(ASSETS):
            return self.make_null_session(app)
        return super().open_session(app, asked)

    def get_cookie_secure(self, app: Flask) -> bool:
        """Return whether the cookie may only travel over HTTPS: where this request did."""
        return request.is_secure


def _stamp_receipts(app: Flask) -> None:
    """Note when each request was received before anything else is done with it."""
    inner, clock = app.wsgi_app, app.extensions["quiz"].clock

    def stamped(environ, start_response):  # type: ignore[no-untyped-def]  # the WSGI protocol
        environ[RECEIVED] = clock.now_ms()
        return inner(environ, start_response)

    app.wsgi_app = stamped  # type: ignore[method-assign]
