"""Passing on a prize that was not claimed: to the next in the order of the lots, with reason and actor."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import Connection, select, union
from sqlalchemy.exc import IntegrityError

from quiz.errors import N_, ChangedMeanwhile, InvalidInput, NotFound
from quiz.models.contests import Contest
from quiz.models.play import Attempt
from quiz.models.rewards import Event, Redraw
from quiz.rules import lots
from quiz.rules.lots import Win
from quiz.rules.redraws import Course
from quiz.services.draws import course_of, draw_of, rows_of, seed_of
from quiz.services.platform import Actor, Platform
from quiz.services.published import Published

LONGEST_REASON = 200  # characters


@dataclass(frozen=True)
class Unclaimed:
    """A prize that was not claimed: of which drawing, by whose entry, and why it passes on."""

    occasion: str
    code: str
    entry: int
    because: str


def pass_on(
    platform: Platform, rules: Published, number: int, unclaimed: Unclaimed, actor: Actor
) -> Win | None:
    """Pass a prize on and keep that for ever; returns who gets it, None where nobody is left.

    The second of two clicks finds it passed on already. Raises NotFound, InvalidInput, ChangedMeanwhile.
    """
    because = " ".join(unclaimed.because.split())[:LONGEST_REASON]
    if not because:
        raise InvalidInput(N_("请写明为什么递补，例如：逾期未领。"))
    called, _, draw = draw_of(rules, number)
    try:
        with platform.store.writing() as session:
            connection = session.connection()
            contest = select(Contest.id).where(Contest.id == rules.contest_id)
            connection.execute(contest.with_for_update(key_share=True))  # one after the other
            held = rows_of(connection, rules, called)
            drawing = next((row for row in held if row.occasion == unclaimed.occasion), None)
            if drawing is None:
                raise NotFound(N_("这一期还没有开奖。"))
            course = course_of(connection, rules, called, Course(draw, seed_of(rules, called)))
            lost = _lost(course, unclaimed)
            win = course.pass_on(unclaimed.occasion, unclaimed.code, unclaimed.entry)
            to_person = _person_of(connection, rules, seed_of(rules, called), win.code) if win else None
            session.add(
                Redraw(
                    drawn_id=drawing.id,
                    after=len(held),
                    prize=lost.prize,
                    code=lost.code,
                    entry=lost.entry,
                    to_code=win.code if win else None,
                    to_entry=win.entry if win else None,
                    to_person_id=to_person,
                    because=because,
                    at_ms=actor.now_ms,
                    actor_id=actor.person_id,
                )
            )
            detail = {
                "contest": rules.contest_id,
                "draw": called,
                "period": unclaimed.occasion,
                "code": lost.code,
                "because": because,
            }
            session.add(
                actor.audit("draw.pass_on", rules.document.title, json.dumps(detail, ensure_ascii=False))
            )
    except IntegrityError as error:
        raise ChangedMeanwhile() from error
    return win


def _lost(course: Course, unclaimed: Unclaimed) -> Win:
    """Return the win that is to pass on; raises ChangedMeanwhile where there is none any more."""
    for win in course.standing(unclaimed.occasion):
        if (win.code, win.entry) == (unclaimed.code, unclaimed.entry):
            return win
    raise ChangedMeanwhile()


def _person_of(connection: Connection, rules: Published, seed: str, code: str) -> int | None:
    """Return whose code it is, of those who took part in the contest."""
    people = union(
        select(Attempt.person_id).where(Attempt.contest_id == rules.contest_id),
        select(Event.person_id).where(Event.contest_id == rules.contest_id),
    )
    return next(
        (person for (person,) in connection.execute(people) if lots.code_of(seed, person) == code), None
    )
