"""Taking part, as pages: the contests, one with its rules, the runner, the paper without script."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from question_bank.formats.checks_by_kind import LONGEST_ACCEPTED
from quiz.errors import (
    Closed,
    FactsNeeded,
    LevelClosed,
    NotAllowed,
    NotNow,
    QuizError,
    QuotaUsed,
    TooQuick,
    UnitNeeded,
)
from quiz.rules.document import Stage
from quiz.rules.permissions import Action
from quiz.rules.sheet import Answer
from quiz.services import awards, contests, draws, events, own_attempts, results, units
from quiz.services import play as service
from quiz.services.play import Batch, Sheet, Start
from quiz.services.published import Published, in_force
from quiz.services.reviewing import told
from quiz.web.access import allows, made_by, me_in, now_ms, platform, taking_part_as, visitor
from quiz.web.attempts import sheet_json
from quiz.web.bodies import plain
from quiz.web.contest_page import Personal, card, contest_page
from quiz.web.language import refusal
from quiz.web.look import KEPT_S
from quiz.web.runner_words import runner_words, stay_words
from quiz.web.tokens import attempt_token
from quiz.web.wording import clock, moment

play = Blueprint("play", __name__)

FORM_DEVICE = "form"  # the paper handed in without script
PHONE = "phone"  # the cookie that tells one phone from another
LONGEST_FIELD = 80  # characters of a hidden field
MOST_DIGITS = 4  # of the number of a stage
MOST_PAST = 3  # contests that are over, on the home page
MOST_OWN = 10  # own attempts on the page of a contest


@play.get("/")
@allows(Action.READ_PUBLIC)
def home() -> ResponseReturnValue:
    """Show what one has begun, what runs, what comes and what is past."""
    listed = contests.listed(platform(), now_ms())
    shelves: dict[str, list[object]] = {"running": [], "coming": [], "past": [], "practice": []}
    names = {"open": "running", "paused": "running", "coming": "coming", "over": "past"}
    for each in listed:
        is_practice = each.published.kind == "practice" and each.phase.name != "over"
        shelves["practice" if is_practice else names[each.phase.name]].append(card(each))
    del shelves["past"][MOST_PAST:]  # all of them have a page of their own
    who = visitor()
    open_ones = own_attempts.unfinished(platform(), now_ms(), *who.persons) if who else []
    return render_template("play/home.html", **shelves, unfinished=open_ones)


@play.get("/contests/<int:contest_id>")
@allows(Action.READ_PUBLIC)
def contest(contest_id: int) -> ResponseReturnValue:
    """Show a contest: its rules, what this person can do now, the boards."""
    rules = in_force(platform(), contest_id)
    stage = _asked_stage(
        rules.document.stages, request.args, contests.current_stage(rules.document, now_ms())
    )
    page = contest_page(
        rules, stage, contests.phase(rules.document, now_ms()), _personal(rules, stage), now_ms()
    )
    me = me_in(contest_id)
    came = events.today_of(platform(), rules, me, now_ms()) if me is not None else None
    return render_template(
        "play/contest.html",
        page=page,
        came=came,
        seeds=draws.commitments(rules),
        has_prizes=_has_prizes(rules),
        leaving=stay_words(rules.document.stages[stage]),
    )


@play.post("/contests/<int:contest_id>/start")
@allows(Action.TAKE_PART)
def start(contest_id: int) -> ResponseReturnValue:
    """Begin an attempt, or go on with the open one."""
    form = request.form
    stages = in_force(platform(), contest_id).document.stages
    stage = _asked_stage(stages, form, 0)
    wanted = Start(
        contest_id,
        stage,
        plain(form.get("scene", ""))[:LONGEST_FIELD],
        plain(form.get("key", ""))[:LONGEST_FIELD] or None,
        request.cookies.get(PHONE, "")[:LONGEST_FIELD] or secrets.token_urlsafe(16),
    )
    try:
        attempt_id = service.start(platform(), taking_part_as(contest_id), wanted, now_ms())
    except (NotAllowed, NotNow, Closed, QuotaUsed, LevelClosed, FactsNeeded, UnitNeeded) as error:
        return _back(contest_id, stage, error)
    response = redirect(url_for("play.paper", attempt_id=attempt_id), 303)
    if any(each.integrity.one_phone for each in stages):
        response.set_cookie(PHONE, wanted.phone, max_age=KEPT_S, samesite="Lax", httponly=True)
    return response


@play.get("/attempts/<int:attempt_id>")
@allows(Action.TAKE_PART)
def paper(attempt_id: int) -> ResponseReturnValue:
    """Show the runner with an attempt of one's own, or its result once it is finished."""
    sheet = service.sheet_of(platform(), attempt_id, made_by(attempt_id), now_ms())
    if sheet.row.finished_ms is not None:
        return redirect(url_for("results.result", attempt_id=attempt_id))
    limit, words = sheet.limit_ms, runner_words(sheet.stage)
    own = sheet.open.deadline_ms if sheet.open else None  # of the one question that is open
    whole = words["whole"].replace("{time}", clock(limit - now_ms())) if own and limit else ""
    ends = own or limit
    return render_template(
        "play/runner.html",
        sheet=sheet_json(sheet),
        contest_id=sheet.row.contest_id,
        contest_title=sheet.rules.document.title,
        level=sheet.level_name,
        token=attempt_token(platform().secret, sheet.row),
        stop=sheet.stage.flow.stop,
        gives_feedback=told(sheet.stage.flow.show.after_answer),
        closes=moment(limit, sheet.stage.calendar.zone) if limit else "",
        time_left=clock(ends - now_ms()) if ends else "",
        whole_left=whole,
        has_extra=bool(sheet.row.extra),
        words=words,
    )


@play.post("/attempts/<int:attempt_id>/hand-in")
@allows(Action.TAKE_PART)
def hand_in(attempt_id: int) -> ResponseReturnValue:
    """Take the paper as a form, where the script did not run; with a clock per question one answer."""
    me = made_by(attempt_id)
    sheet = service.sheet_of(platform(), attempt_id, me, now_ms())
    here = url_for("results.result", attempt_id=attempt_id)
    if sheet.row.finished_ms is not None:
        return redirect(here, 303)
    batch = Batch(attempt_id, me, sheet.row.epoch, FORM_DEVICE, _answers(sheet), now_ms())
    if sheet.open is not None and service.save(platform(), batch).open is not None:
        return redirect(url_for("play.paper", attempt_id=attempt_id), 303)
    if sheet.rounds is not None and "check" in request.form and (left := _left_after(batch)):
        flash(_("还有 %(count)s 题没有答对，请再答一次。", count=left), "warn")
        return redirect(url_for("play.paper", attempt_id=attempt_id), 303)
    try:
        service.finish(platform(), batch)
    except TooQuick as error:
        flash(refusal(error), "warn")
        return redirect(url_for("play.paper", attempt_id=attempt_id), 303)
    return redirect(here, 303)


def _asked_stage(stages: Sequence[Stage], said: Mapping[str, str], otherwise: int) -> int:
    """Return the position of the stage that an address or a form names."""
    text = said.get("stage", "")
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < MOST_DIGITS else otherwise
    return number if number < len(stages) else otherwise


def _has_prizes(rules: Published) -> bool:
    return any(stage.draws or stage.awards for stage in awards.stages_of(rules.document))


def _answers(sheet: Sheet) -> tuple[Answer, ...]:
    """Return what the form says of each question; one left empty in the form is no answer."""
    numbers = [sheet.open.n] if sheet.open else range(1, len(sheet.paper.slots) + 1)
    given = [(n, _response(n)) for n in numbers]
    seq = now_ms() if sheet.rounds is None else _round()  # it may come again, changed, where it was too early
    return tuple(Answer(n, seq, response) for n, response in given if any(response) or sheet.open)


def _response(n: int) -> tuple[str, ...]:
    return tuple(plain(text)[:LONGEST_ACCEPTED] for text in request.form.getlist(f"q{n}"))


def _round() -> int:
    """Return the round that the form shows: sent twice it is one answer, in the next round another."""
    text = request.form.get("round", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0


def _left_after(batch: Batch) -> int:
    """Store a form of an attempt in which what is not right comes again; returns how many are left."""
    rounds = service.save(platform(), batch).rounds
    return len(rounds.asked) if rounds is not None else 0


def _personal(rules: Published, stage: int) -> Personal:
    me = me_in(rules.contest_id)
    shown = results.shown_boards(platform(), rules, me, now_ms())
    boards = [(board_id, board.name) for board_id, _stage, board in shown]
    if me is None:
        return Personal(boards=boards)
    own = [a for a in own_attempts.attempts_of(platform(), me) if a.contest_id == rules.contest_id]
    chances = service.chances(platform(), rules, stage, me, now_ms())
    is_limited = rules.document.stages[stage].clock.per_attempt_ms is not None
    deadline = next((a.deadline_ms for a in own if a.attempt_id == chances.open_attempt), None)
    trees = frozenset(unit.tree for unit in units.of_person(platform(), me))
    return Personal(chances, deadline if is_limited else None, own[:MOST_OWN], trees, boards)


def _back(contest_id: int, stage: int, error: QuizError) -> ResponseReturnValue:
    """Return to the contest and say there why it cannot be started."""
    flash(refusal(error), "warn")
    here = url_for("play.contest", contest_id=contest_id, stage=stage or None)
    if isinstance(error, UnitNeeded):
        return redirect(url_for("accounts.units", next=here), 303)
    if isinstance(error, FactsNeeded):
        return redirect(url_for("accounts.about", contest_id=contest_id), 303)
    return redirect(here, 303)
