"""The boards in the JSON interface: which there are, and a part of one, sent only when it has changed."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b

import orjson
from flask import Blueprint, Response, current_app, request
from flask.typing import ResponseReturnValue

from quiz.errors import N_, Malformed, SignInNeeded
from quiz.rules.permissions import Action, may
from quiz.services import results
from quiz.services.published import in_force
from quiz.services.results import BoardId, Row, Wanted
from quiz.services.secrets import number_of
from quiz.web.access import allows, me_in, now_ms, platform, visitor
from quiz.web.bodies import as_json, plain
from quiz.web.paging import asked_number, asked_part
from quiz.web.questions import number

board_api = Blueprint("board_api", __name__, url_prefix="/api/v1/contests/<int:contest_id>/boards")

LONGEST_QUERY = 40  # characters
MOST_SIZE = 200  # rows of one page
MOST_PAGE = 1_000_000
MOST_NUMBER = 10**18


@board_api.get("")
@allows(Action.READ_PUBLIC)
def boards(contest_id: int) -> ResponseReturnValue:
    """List the boards that this visitor may see, with their ids, and the periods of those over periods."""
    rules = in_force(platform(), contest_id)
    shown = results.shown_boards(platform(), rules, me_in(contest_id), now_ms())
    periods = {
        board_id: results.shown_periods(platform(), rules, Wanted(board_id), now_ms())
        for board_id, _, board in shown
        if board.over == "period"
    }
    return as_json(
        {
            "boards": [
                {
                    "id": str(board_id),
                    "name": board.name,
                    "of": board.of,
                    "over": board.over,
                    "each": board.each,
                    "stage": board_id.stage,
                    "periods": periods.get(board_id, []),
                }
                for board_id, _, board in shown
            ],
            "now": now_ms(),
        }
    )


@board_api.get("/<board>")
@allows(Action.READ_PUBLIC)
def board_page(contest_id: int, board: str) -> ResponseReturnValue:
    """Tell a part of a board: a page, my surroundings, or what a search finds."""
    around = request.args.get("around")
    me = me_in(contest_id)
    if around is not None and around != "me":
        raise Malformed(N_("around 只能是 me。"))
    if around is not None and me is None:
        raise SignInNeeded()
    size = _number("size", 50, MOST_SIZE)
    wanted = Wanted(
        board=BoardId.parse(board),
        period=plain(request.args.get("period", ""))[:80],
        part=asked_part(),
        first=(_number("page", 1, MOST_PAGE) - 1) * size,
        size=size,
        me=me,
        query=plain(request.args.get("q", ""))[:LONGEST_QUERY],
        within=asked_number("in"),
        group=asked_number("group"),
    )
    rules = in_force(platform(), contest_id)
    found = results.page(platform(), rules, wanted, now_ms())
    rows = found.around if around is not None else found.rows
    is_of_people = results.board_of(rules, wanted.board)[1].of == "people"

    def told(row: Row) -> dict[str, object]:
        number = _row_number(wanted, contest_id, row) if is_of_people else row.id
        return {**_row_json(row, found.before), "id": str(number)}

    return _unless_known(
        {
            "board": board,
            "period": wanted.period,
            "each": str(found.part.number) if found.part is not None else None,
            "parts": [{"id": str(part.number), "name": part.name} for part in found.parts],
            "count": found.count,
            "rows": [told(row) for row in rows],
            "mine": told(found.mine) if found.mine is not None else None,
            "ahead": told(found.ahead) if found.ahead is not None else None,
            "unlisted": [told(row) for row in found.unlisted],
            "stands_since": found.stands_since_ms,
            "frozen": found.frozen_ms,
            "withholds": found.withholds,
        }
    )


def _row_number(wanted: Wanted, contest_id: int, row: Row) -> int:
    """Return the number by which one board tells a person; on another board they have another.

    By one number for all, who is masked on one board would be known by the nickname that another shows.
    """
    asker = visitor()
    if asker is not None and may(asker.role, Action.CORRECT_RESULTS):
        return row.id
    name = f"row:{contest_id}:{wanted.board}:{row.id}"
    return number_of(platform().secret, name) % MOST_NUMBER


def _row_json(row: Row, before: Mapping[int, int] | None) -> dict[str, object]:
    was = {} if before is None or row.place is None else {"before": before.get(row.id)}
    return {
        "place": row.place,
        "name": row.name,
        "unit": row.unit,
        **was,
        **{name: number(value) for name, value in row.values.items()},
        **({"because": row.because} if row.because is not None else {}),
        **({"reason": row.reason} if row.reason else {}),
    }


def _unless_known(body: dict[str, object]) -> Response:
    """Return the body, or 304 to a client that holds the same one, whatever the moment told with it."""
    tag = blake2b(orjson.dumps(body), digest_size=12).hexdigest()
    if request.if_none_match.contains(tag):
        response = current_app.response_class(status=304)
    else:
        response = as_json({**body, "now": now_ms()})
    response.set_etag(tag)
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Vary"] = "Authorization, Cookie"
    return response


def _number(name: str, usual: int, most: int) -> int:
    """Return a number from 1 to `most` of the address; raises Malformed."""
    text = request.args.get(name)
    if text is None:
        return usual
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(most)) and 1 <= int(text) <= most):
        raise Malformed(N_("%(name)s 应为 1 到 %(most)s 的整数。"), name=name, most=most)
    return int(text)
