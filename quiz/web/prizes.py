"""Prizes as everybody sees them: what was committed, what was drawn, who gets an award; checking in."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from quiz.errors import N_, NotFound
from quiz.rules.permissions import Action
from quiz.services import at_once_list, awards, contests, draws, events
from quiz.services.published import in_force
from quiz.web.access import allows, me_in, now_ms, platform, signed_in
from quiz.web.bodies import as_json

prizes = Blueprint("prizes", __name__)

MOST_SHOWN = 500  # winners of one drawing on a page


@prizes.get("/contests/<int:contest_id>/prizes")
@allows(Action.READ_PUBLIC)
def index(contest_id: int) -> ResponseReturnValue:
    """Show the draws with all that is needed to repeat them, and the confirmed awards."""
    rules = in_force(platform(), contest_id)
    found = draws.shown(platform(), rules)
    confirmed = awards.published_lists(platform(), rules, now_ms())
    if not found and not any(stage.awards for stage in awards.stages_of(rules.document)):
        raise NotFound(N_("这场比赛没有抽奖和奖项。"))
    me = me_in(contest_id)
    return render_template(
        "prizes/public.html",
        rules=rules,
        draws=found,
        awards=confirmed,
        codes=dict(draws.codes_of(rules, me)) if me is not None else {},
        mine=at_once_list.of_person(platform(), rules, me) if me is not None else (),
        most=MOST_SHOWN,
        now=now_ms(),
    )


@prizes.get("/contests/<int:contest_id>/draws/<int:draw>.csv")
@allows(Action.READ_PUBLIC)
def entries(contest_id: int, draw: int) -> ResponseReturnValue:
    """Hand out the entries of a draw as they were drawn, byte for byte what the published hash is of."""
    text = draws.published_list(platform(), in_force(platform(), contest_id), draw)
    return _file(text, "text/csv", f"entries-{contest_id}-{draw}.csv")


@prizes.get("/contests/<int:contest_id>/draws/<int:draw>/redraws.csv")
@allows(Action.READ_PUBLIC)
def redraws(contest_id: int, draw: int) -> ResponseReturnValue:
    """Hand out the prizes of a draw that passed on, in their order."""
    text = draws.published_redraws(platform(), in_force(platform(), contest_id), draw)
    return _file(text, "text/csv", f"redraws-{contest_id}-{draw}.csv")


@prizes.get("/contests/<int:contest_id>/rules.yaml")
@allows(Action.READ_PUBLIC)
def rules_file(contest_id: int) -> ResponseReturnValue:
    """Hand out the rules document that decides, as it was published."""
    text = contests.text_in_force(platform(), contest_id)
    return _file(text, "application/yaml", f"rules-{contest_id}.yaml")


@prizes.post("/contests/<int:contest_id>/check-in")
@allows(Action.TAKE_PART)
def check_in(contest_id: int) -> ResponseReturnValue:
    """Note that somebody who is signed in came today."""
    in_force(platform(), contest_id)
    person = signed_in()
    events.visited(platform(), person.person_id, now_ms(), person.parts)
    flash(_("签到成功。"), "good")
    return redirect(url_for("play.contest", contest_id=contest_id), 303)


@prizes.get("/api/v1/contests/<int:contest_id>/prizes")
@allows(Action.READ_PUBLIC)
def prize_list(contest_id: int) -> ResponseReturnValue:
    """Tell the draws with their commitments and drawings, and the confirmed awards."""
    rules = in_force(platform(), contest_id)
    return as_json(
        {
            "draws": [_draw_json(each) for each in draws.shown(platform(), rules)],
            "awards": [_award_json(each) for each in awards.published_lists(platform(), rules, now_ms())],
            "now": now_ms(),
        }
    )


def _draw_json(found: draws.Shown) -> dict[str, object]:
    return {
        "draw": found.number,
        "name": found.called,
        "seed_hash": found.commitment,
        "seed": found.seed,
        "drawings": [
            {
                "occasion": done.occasion,
                "drawn": done.drawn_ms,
                "entries_hash": done.digest,
                "entries": done.entries,
                "wins": [_win_json(win) for win in done.winners],
            }
            for done in found.done
        ],
        **(_standing_json(found) if found.standing is not None else {}),
    }


def _standing_json(found: draws.Shown) -> dict[str, object]:
    """Return how far a draw at once has come."""
    assert found.standing is not None  # asked by who calls
    return {
        "lots": found.standing.lots,
        "left": [{"prize": prize, "count": count} for prize, count in found.standing.left],
        "wins": [_win_json(win) for win in found.so_far[-MOST_SHOWN:]],
    }


def _win_json(win: draws.Winner) -> dict[str, object]:
    body: dict[str, object] = {"prize": win.prize, "code": win.code, "entry": win.entry, "name": win.name}
    return {**body, "passed_on": True} if win.is_lost else body


def _award_json(found: awards.Confirmed) -> dict[str, object]:
    return {
        "award": str(found.award),
        "name": found.prize.name,
        "stage": found.stage.name,
        "period": found.period,
        "confirmed": found.confirmed_ms,
        "notice_until": found.notice_until_ms,
        "rows": [{"place": each.place, "name": each.name} for each in found.getters],
    }


def _file(text: str, kind: str, name: str) -> ResponseReturnValue:
    response = current_app.response_class(text.encode(), mimetype=kind)
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    return response
