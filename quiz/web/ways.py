"""The ways of signing in: one table, and from it the sign-in page and what its forms come to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import request
from flask.typing import ResponseReturnValue

from quiz.errors import NotFound
from quiz.services import accounts, seats
from quiz.services.entering import SignedIn
from quiz.web.access import now_ms, platform
from quiz.web.bodies import plain

LONGEST_TYPED = 40  # characters
FIELDS = ("nickname", "code", "class_code", "seat")  # what stays in the forms when something is refused


@dataclass(frozen=True)
class Way:
    """One way of signing in.

    `begin` sends somebody elsewhere, or sends them something; a way without it is complete with its form.
    """

    name: str
    template: str  # its part of the page
    is_offered: Callable[[], bool]
    complete: Callable[[Mapping[str, str]], SignedIn]
    begin: Callable[[Mapping[str, str]], ResponseReturnValue] | None = None


def typed(form: Mapping[str, str], name: str) -> str:
    """Return what was typed into a field, as text that can be kept."""
    return plain(form.get(name, ""))[:LONGEST_TYPED]


def offered() -> list[Way]:
    """Return the ways that are on the page, in its order."""
    return [way for way in WAYS.values() if way.is_offered()]


def way_of(name: str) -> Way:
    """Return a way that is on the page; raises NotFound."""
    way = WAYS.get(name)
    if way is None or not way.is_offered():
        raise NotFound()
    return way


def _by_seat(form: Mapping[str, str]) -> SignedIn:
    wanted = seats.Typed(*(typed(form, name) for name in ("class_code", "seat", "pass_number")))
    return seats.sign_in(platform(), wanted, now_ms(), request.remote_addr or "")


def _by_code(form: Mapping[str, str]) -> SignedIn:
    return accounts.sign_in_with_code(platform(), typed(form, "code"), now_ms(), request.remote_addr or "")


WAYS = {
    way.name: way
    for way in (
        Way("seat", "accounts/ways/seat.html", lambda: seats.offered(platform()), _by_seat),
        Way("code", "accounts/ways/code.html", lambda: True, _by_code),
    )
}
