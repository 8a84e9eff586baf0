"""我的: what somebody learns, and all their attempts over all contests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from quiz.rules.extra_time import extended
from quiz.rules.learning import Streak
from quiz.rules.permissions import Action
from quiz.services import daily, mistakes, own_attempts, practising, results
from quiz.services.accounts import Visitor
from quiz.services.own_attempts import Mine
from quiz.services.published import Published, in_force
from quiz.services.reviewing import level_of, told
from quiz.web.access import allows, now_ms, platform, signed_in
from quiz.web.contest_page import MyAttempt, own_attempt
from quiz.web.paging import Part, asked_page
from quiz.web.topics import Picture, picture

mine = Blueprint("mine", __name__)

ROWS = 20


@dataclass(frozen=True)
class Learning:
    """What somebody learns beside contests, for their own page."""

    streak: Streak
    due: int
    wrong: int
    topics: Picture


@dataclass(frozen=True)
class Place:
    """Where somebody stands on a board, with the ways to it."""

    board: str
    place: int
    board_href: str
    why_href: str


@dataclass(frozen=True)
class Row:
    """One attempt of one's own; `paper_href` where the rules show the paper now."""

    attempt: MyAttempt
    paper_href: str


@dataclass(frozen=True)
class Group:
    """Attempts of one contest that follow each other, and where the person stands in it."""

    title: str
    href: str
    places: Sequence[Place]
    rows: Sequence[Row]


@mine.get("/me/attempts")
@allows(Action.TAKE_PART)
def attempts() -> ResponseReturnValue:
    """Show all attempts of the person over all contests, the newest first."""
    person, page = signed_in(), asked_page()
    own = own_attempts.attempts_of(platform(), *person.persons, first=(page - 1) * ROWS, size=ROWS)
    part = Part(page, ROWS, own_attempts.count(platform(), *person.persons))
    return render_template("accounts/attempts.html", groups=_groups(own, person), part=part)


def learning(person: Visitor) -> Learning:
    """Return what a person learns; what was wrong in contests is collected first."""
    person_id, now = person.person_id, now_ms()
    mistakes.collect(platform(), person.persons, now)
    book = mistakes.book(platform(), person_id, now, size=0)
    done = practising.practice(platform(), person_id, now)
    return Learning(daily.streak_of(platform(), person_id, now), book.due, book.count, picture(done.topics))


def _groups(own: Sequence[Mine], person: Visitor) -> list[Group]:
    known = {each.contest_id: in_force(platform(), each.contest_id) for each in own}
    places = {contest_id: _places(rules, person.within(contest_id)) for contest_id, rules in known.items()}
    return [
        Group(
            known[contest_id].document.title,
            url_for("play.contest", contest_id=contest_id),
            places.pop(contest_id, ()),  # told once a page
            [_row(each, known[contest_id]) for each in together],
        )
        for contest_id, together in groupby(own, key=lambda each: each.contest_id)
    ]


def _places(rules: Published, person_id: int) -> list[Place]:
    found = results.places_of(platform(), rules, person_id, now_ms())
    return [
        Place(
            board.name,
            row.place,
            url_for("results.board", contest_id=rules.contest_id, board_id=board_id),
            url_for("why.page", contest_id=rules.contest_id, board_id=board_id),
        )
        for board_id, board, row in found
        if row.place is not None
    ]


def _row(each: Mine, rules: Published) -> Row:
    shown = own_attempt(each, rules.document.stages, rules.document.timezone)
    if each.outcome is None:
        return Row(shown, "")
    stage = extended(rules.document.stages[each.stage], each.extra)
    is_shown = told(level_of(stage, True, now_ms()))
    paper = url_for("results.result", attempt_id=each.attempt_id, _anchor="paper")
    return Row(shown, paper if is_shown else "")
