"""Who asks: the signed-in visitor of a request, and the verdict every route declares."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Flask, Request, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from flask_wtf.csrf import CSRFProtect

from quiz.errors import NotAllowed, SignInNeeded
from quiz.rules.permissions import Action, Role, may
from quiz.services import accounts, devices, selves
from quiz.services.accounts import Visitor
from quiz.services.entering import SignedIn
from quiz.services.platform import Platform

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])
RECEIVED = "quiz.received_ms"  # in the WSGI environment: stamped before anything else is done

SYSTEMS = (  # what a browser says of itself → roughly what it runs on; the first that is found counts
    ("iPhone", "iphone"),
    ("iPad", "ipad"),
    ("HarmonyOS", "harmony"),
    ("Android", "android"),
    ("Windows", "windows"),
    ("Macintosh", "mac"),
    ("Linux", "linux"),
)

csrf = CSRFProtect()
logins = LoginManager()


class Guest(UserMixin):  # type: ignore[misc]  # flask_login has no types
    """A visitor as Flask-Login wants one: known by the token of the sign-in, so that it can be revoked."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor

    def get_id(self) -> str:
        """Return the token of the sign-in."""
        return self.visitor.token


def platform() -> Platform:
    """Return the running parts of this application."""
    return cast(Platform, current_app.extensions["quiz"])


def now_ms() -> int:
    """Return the moment at which the server received this request."""
    return cast(int, request.environ[RECEIVED])


def visitor() -> Visitor | None:
    """Return who is signed in: by bearer token (clients) or by cookie (pages)."""
    if "visitor" not in g:
        token = bearer()
        if token is not None:
            g.visitor = accounts.visitor(platform(), token, now_ms())
        else:
            g.visitor = current_user.visitor if current_user.is_authenticated else None
    return cast("Visitor | None", g.visitor)


def signed_in() -> Visitor:
    """Return who is signed in; raises SignInNeeded."""
    found = visitor()
    if found is None:
        raise SignInNeeded()
    return found


def me_in(contest_id: int) -> int | None:
    """Return as whom the visitor takes part in a contest, None where nobody is signed in."""
    found = visitor()
    return None if found is None else found.within(contest_id)


def taking_part_as(contest_id: int) -> int:
    """Return as whom somebody takes part in a contest; raises SignInNeeded."""
    return signed_in().within(contest_id)


def made_by(attempt_id: int) -> int:
    """Return as whom somebody made an attempt; their own person where it is not theirs."""
    found = signed_in()
    if not found.selves:
        return found.person_id
    owner = selves.owner_of(platform(), attempt_id)
    return owner if owner in found.selves else found.person_id


def bearer(asked: Request = request) -> str | None:
    """Return the bearer token of a request, if it carries one."""
    scheme, _, token = asked.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def remember(entry: SignedIn) -> None:
    """Sign the browser in; the cookie gets a new session, so that nothing of an earlier one is kept."""
    session.clear()
    found = accounts.visitor(platform(), entry.token, now_ms())
    if found is None:
        raise SignInNeeded()
    devices.note(platform(), entry.token, _device(request.user_agent.string))
    login_user(Guest(found))
    session.permanent = True
    g.visitor = found


def _device(agent: str) -> str:
    """Return roughly what a browser runs on, and whether it is WeChat's; nothing finer is kept."""
    system = next((name for sign, name in SYSTEMS if sign in agent), "")
    return f"{system}.wechat" if "MicroMessenger" in agent else system


def forget() -> None:
    """Sign the browser out and revoke what was signed for the person."""
    found = visitor()
    if found is not None:
        accounts.sign_out(platform(), found.token, now_ms())
    logout_user()
    session.clear()
    g.visitor = None


def allows(action: Action) -> Callable[[View], View]:
    """Declare what a route lets a person do, and refuse everybody else before it runs."""

    def declare(view: View) -> View:
        @wraps(view)
        def checked(*args: Any, **kwargs: Any) -> ResponseReturnValue:
            if may(Role.VISITOR, action):
                return view(*args, **kwargs)
            found = visitor()
            if found is None:
                if request.path.startswith("/api/"):
                    raise SignInNeeded()
                return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")))
            if not may(found.role, action):
                raise NotAllowed()
            return view(*args, **kwargs)

        checked.action = action  # type: ignore[attr-defined]  # read by the test that walks the routes
        return cast(View, checked)

    return declare


def init_access(app: Flask) -> None:
    """Connect Flask-Login and the CSRF check to the application."""
    logins.init_app(app)
    csrf.init_app(app)

    @logins.user_loader  # type: ignore[untyped-decorator]  # flask_login has no types
    def load(token: str) -> Guest | None:
        found = accounts.visitor(platform(), token, now_ms())
        return Guest(found) if found else None
