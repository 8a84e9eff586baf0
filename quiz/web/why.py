"""Why this place: a page for whoever it concerns, and the same in the JSON interface."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_translations
from flask_babel import gettext as _

from quiz.errors import NotFound, SignInNeeded
from quiz.live import View
from quiz.rules.permissions import Action, may
from quiz.rules.why import Why, as_data
from quiz.rules.words import speech, spoken
from quiz.services import why as service
from quiz.services.board_reading import BoardId, Wanted, board_of
from quiz.services.published import Published, in_force
from quiz.services.why import Explained
from quiz.web.access import allows, me_in, now_ms, platform, visitor
from quiz.web.bodies import as_json, id_of, plain
from quiz.web.language import language
from quiz.web.paging import asked_part
from quiz.web.wording import number

why = Blueprint("why", __name__)

LONGEST_PERIOD = 80  # characters


@dataclass(frozen=True)
class WhyPage:
    """What the page shows."""

    contest_id: int
    contest_title: str
    board_href: str
    board_name: str
    who: str
    place: int | None
    value: str
    value_label: str
    passages: Sequence[tuple[str, Sequence[str]]]
    is_behind: bool


@why.get("/contests/<int:contest_id>/boards/<board_id>/why")
@allows(Action.READ_PUBLIC)
def page(contest_id: int, board_id: str) -> ResponseReturnValue:
    """Show every number that led to one's own place, or to that of a unit."""
    rules = in_force(platform(), contest_id)
    board = BoardId.parse(board_id)
    try:
        found = _explained(rules, board)
    except SignInNeeded:
        return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")))
    shown = found.why
    is_person = isinstance(shown, Why)
    return render_template(
        "results/why.html",
        page=WhyPage(
            contest_id=contest_id,
            contest_title=rules.document.title,
            board_href=_board_address(contest_id, board),
            board_name=" · ".join(each for each in (found.board.name, found.part) if each),
            who=shown.who or _("（已注销）"),
            place=shown.place,
            value=_with_decimals(str(shown.total if isinstance(shown, Why) else shown.value)),
            value_label=_("总分") if is_person else _("得分"),
            passages=_shown(found),
            is_behind=found.is_behind,
        ),
    )


@why.get("/api/v1/contests/<int:contest_id>/boards/<board>/why")
@allows(Action.READ_PUBLIC)
def explanation(contest_id: int, board: str) -> ResponseReturnValue:
    """Tell every number that led to one's own place, or to that of a unit, and the same in sentences."""
    rules = in_force(platform(), contest_id)
    found = _explained(rules, BoardId.parse(board))
    return as_json(
        {
            "board": board,
            "period": found.period,
            "part": found.part,
            "of": "person" if isinstance(found.why, Why) else "unit",
            "why": as_data(found.why),
            "said": [{"heading": heading, "sentences": sentences} for heading, sentences in _said(found)],
            "behind": found.is_behind,
            "now": now_ms(),
        }
    )


def _explained(rules: Published, board: BoardId) -> Explained:
    """Return the explanation that the address asks for; a person's is for themselves and for the desk."""
    asker, who = visitor(), request.args.get("who")
    asked = id_of(who)
    if who is not None and asked is None:
        raise NotFound()
    _stage, shown = board_of(rules, board)
    is_people = shown.of == "people"
    me = me_in(rules.contest_id)
    at_desk = asker is not None and asked not in (None, me) and may(asker.role, Action.CORRECT_RESULTS)
    if asker is None and (is_people or asked is None):
        raise SignInNeeded()
    if is_people and asked not in (None, me):
        if not at_desk:
            raise NotFound()
        me = asked
    wanted = Wanted(
        board,
        period=plain(request.args.get("period", ""))[:LONGEST_PERIOD],
        part=asked_part(),
        me=me,
        view=View.FULL if at_desk else View.PUBLIC,
    )
    return service.of_board(platform(), rules, wanted, now_ms(), None if is_people else asked)


def _with_decimals(value: str) -> str:
    """Return a value with what the board shows of it, where it is a fraction: 10/3 ≈ 3.33."""
    return f"{value} ≈ {number(value)}" if "/" in value else value


def _board_address(contest_id: int, board: BoardId) -> str:
    """Return the way back to the board, to the same period and part of it."""
    period, each = (request.args.get(name) or None for name in ("period", "each"))
    return url_for("results.board", contest_id=contest_id, board_id=board, period=period, each=each)


def _shown(found: Explained) -> list[tuple[str, list[str]]]:
    """Return what the page says: a number stays with its unit, the place is told at the top of the page."""
    (heading, first), *others = _said(found)
    passages = [(heading, first[1:] if found.why.place is not None else first), *others]
    return [(title, [UNIT.sub(NO_BREAK, each) for each in said]) for title, said in passages if said]


UNIT, NO_BREAK = re.compile(r"(?<=[\d)]) (?=[^\d +=÷×≈])"), "\u00a0"


def _said(found: Explained) -> list[tuple[str, list[str]]]:
    return spoken(found.passages, speech(language().split("-")[0], get_translations()))
