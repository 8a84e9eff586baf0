"""Who may do what: one table, read by every route."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What a person is to the platform."""

    VISITOR = "visitor"  # not signed in
    PARTICIPANT = "participant"
    ORGANIZER = "organizer"


class Action(StrEnum):
    """Something a route lets a person do."""

    READ_PUBLIC = "read_public"  # contests, rules, boards as published
    SIGN_IN = "sign_in"
    TAKE_PART = "take_part"  # start an attempt, see one's own
    ANSWER = "answer"  # with an attempt's own token: no role is asked
    MANAGE_BANK = "manage_bank"
    MANAGE_CONTESTS = "manage_contests"
    CORRECT_RESULTS = "correct_results"  # void, adjust, disqualify, correct a key; see a person's file
    MANAGE_PEOPLE = "manage_people"
    READ_AUDIT = "read_audit"
    WATCH_SERVICE = "watch_service"  # health and readiness


_EVERYBODY = frozenset(Role)
_SIGNED_IN = frozenset({Role.PARTICIPANT, Role.ORGANIZER})
_DESK = frozenset({Role.ORGANIZER})

VERDICTS: dict[Action, frozenset[Role]] = {
    Action.READ_PUBLIC: _EVERYBODY,
    Action.SIGN_IN: _EVERYBODY,
    Action.TAKE_PART: _SIGNED_IN,
    Action.ANSWER: _EVERYBODY,
    Action.MANAGE_BANK: _DESK,
    Action.MANAGE_CONTESTS: _DESK,
    Action.CORRECT_RESULTS: _DESK,
    Action.MANAGE_PEOPLE: _DESK,
    Action.READ_AUDIT: _DESK,
    Action.WATCH_SERVICE: _EVERYBODY,
}


def may(role: Role, action: Action) -> bool:
    """Return whether a person of this role may do this."""
    return role in VERDICTS[action]
