"""The JSON interface besides running attempts: who I am, contests, starting an attempt."""

from __future__ import annotations

import string
from fractions import Fraction
from typing import Any

from flask import Blueprint, Response, request, session
from flask.typing import ResponseReturnValue

from quiz.errors import N_, InvalidInput, Malformed, NotFound, QuizError, UnitNeeded
from quiz.models.accounts import Unit
from quiz.rules import quota, timing
from quiz.rules.document import Stage
from quiz.rules.permissions import Action
from quiz.services import accounts, contests, own_attempts, play, profiles, results, units
from quiz.services.accounts import Visitor
from quiz.services.contests import Listed
from quiz.services.entering import SignedIn
from quiz.services.own_attempts import Mine
from quiz.services.published import Published, in_force
from quiz.web.access import (
    allows,
    bearer,
    csrf,
    forget,
    me_in,
    now_ms,
    platform,
    remember,
    signed_in,
    taking_part_as,
)
from quiz.web.attempts import DEVICE, outcome_json, sheet_json
from quiz.web.bodies import as_json, id_of, json_body, plain, text_of
from quiz.web.questions import number
from quiz.web.tokens import AttemptToken, attempt_token, sign
from quiz.web.words import rules_page

api = Blueprint("api", __name__, url_prefix="/api/v1")
csrf.exempt(api)  # `check_cookie` looks at those who come with a cookie

KEY_CHARACTERS = frozenset(string.ascii_letters + string.digits + "-_.:")
LONGEST_KEY = 80  # characters of an Idempotency-Key
LONGEST_TEXT = 80  # characters of a name, a code, a search
MOST_LEVELS = 1_000_000  # a number that no stage reaches
MOST_TREES = 10  # of units that somebody names at once
LISTS = {"open": "running", "paused": "running", "coming": "coming", "over": "past"}  # phase → list


@api.before_request
def check_cookie() -> None:
    """Want a CSRF token from whoever changes something with the cookie of a page."""
    by_cookie = bearer() is None and "_user_id" in session
    if by_cookie and request.method not in ("GET", "HEAD", "OPTIONS"):
        csrf.protect()


@api.post("/session")
@allows(Action.SIGN_IN)
def sign_in() -> ResponseReturnValue:
    """Sign in with a participant code, or with a nickname and units."""
    body = json_body()
    wants_cookie = body.get("cookie") is True
    if wants_cookie:
        csrf.protect()
    entry = _entry(body)
    found = accounts.visitor(platform(), entry.token, now_ms())
    if wants_cookie:
        remember(entry)
    reply: dict[str, object] = {
        "person": {"id": str(entry.person_id), "nickname": found.nickname if found else ""},
        "now": now_ms(),
    }
    if not wants_cookie:
        reply["token"] = entry.token
    if entry.code is not None:
        reply["code"] = entry.code
    return as_json(reply)


@api.delete("/session")
@allows(Action.SIGN_IN)
def sign_out() -> ResponseReturnValue:
    """Sign out: this sign-in and every attempt token of the person are worth nothing any more."""
    forget()
    return as_json({"signed_out": True, "now": now_ms()})


@api.get("/me")
@allows(Action.TAKE_PART)
def me() -> ResponseReturnValue:
    """Tell who I am, my units, my attempts and scores, my places."""
    who = signed_in()
    mine = own_attempts.attempts_of(platform(), *who.persons)
    return as_json(
        {
            "person": {"id": str(who.person_id), "nickname": who.nickname, "role": who.role},
            "units": [_unit_json(unit) for unit in units.of_person(platform(), who.person_id)],
            "attempts": [_mine_json(attempt) for attempt in mine],
            "places": _places_json(sorted({attempt.contest_id for attempt in mine}), who),
            "now": now_ms(),
        }
    )


@api.post("/me/units")
@allows(Action.TAKE_PART)
def join_unit() -> ResponseReturnValue:
    """Name my unit of a tree, or change it where no contest has locked it."""
    who, body = signed_in(), json_body()
    tree = text_of(body, "tree", LONGEST_TEXT)
    unit_id = id_of(body.get("unit"))
    if unit_id is None:
        raise Malformed(N_("unit 应为单位的编号。"))
    units.join_everywhere(platform(), who.persons, tree, unit_id, now_ms())
    found = units.of_person(platform(), who.person_id)
    return as_json({"units": [_unit_json(unit) for unit in found], "now": now_ms()})


@api.post("/me/about")
@allows(Action.TAKE_PART)
def tell_about() -> ResponseReturnValue:
    """Tell what a contest has to know of me; what is known already stays."""
    body = json_body()
    contest_id = id_of(body.get("contest"))
    if contest_id is None:
        raise Malformed(N_("contest 应为比赛的编号。"))
    rules = in_force(platform(), contest_id)
    told = profiles.Told(*(text_of(body, name, LONGEST_TEXT) for name in ("group", "born", "grade")))
    me = taking_part_as(contest_id)
    profiles.tell(platform(), rules, me, told, now_ms())
    left = profiles.missing(platform(), rules, me, now_ms())
    return as_json({"missing": list(left), "now": now_ms()})


@api.get("/units")
@allows(Action.READ_PUBLIC)
def find_units() -> ResponseReturnValue:
    """Find a street, a community, a school … by a part of its name."""
    query, tree = plain(request.args.get("q", "")), plain(request.args.get("tree", ""))
    found = units.find(platform(), query[:LONGEST_TEXT], tree[:LONGEST_TEXT])
    return as_json({"units": [_unit_json(unit) for unit in found], "now": now_ms()})


@api.get("/contests")
@allows(Action.READ_PUBLIC)
def contest_list() -> ResponseReturnValue:
    """List what runs, what comes and what is past."""
    lists: dict[str, list[object]] = {"running": [], "coming": [], "past": []}
    for listed in contests.listed(platform(), now_ms()):
        lists[LISTS[listed.phase.name]].append(_contest_json(listed))
    return as_json({**lists, "now": now_ms()})


@api.get("/contests/<int:contest_id>")
@allows(Action.READ_PUBLIC)
def contest(contest_id: int) -> ResponseReturnValue:
    """Tell one contest: its rules in words, its windows, and what I may do in it."""
    rules = in_force(platform(), contest_id)
    phase = contests.phase(rules.document, now_ms())
    stages = rules.document.stages
    body = {
        **_contest_json(Listed(contest_id, rules, phase)),
        "version": rules.version,
        "timezone": rules.document.timezone,
        "rules": [{"heading": h, "sentences": sentences} for h, sentences in rules_page(rules.document)],
        "units": {tree: tree_rules.required for tree, tree_rules in rules.document.units.items()},
        "stages": [_stage_json(n, stage) for n, stage in enumerate(stages)],
        "now": now_ms(),
    }
    committed = rules.told(now_ms())
    if committed is not None:
        body["papers"] = committed.promised
    me = me_in(contest_id)
    if me is not None:
        body["me"] = [_chances_json(rules, n, me) for n in range(len(stages))]
    return as_json(body)


@api.get("/contests/<int:contest_id>/papers")
@allows(Action.READ_PUBLIC)
def papers(contest_id: int) -> ResponseReturnValue:
    """Tell what papers follow from: hashes until the last stage has closed, then all of it as one file."""
    rules = in_force(platform(), contest_id)
    committed = rules.told(now_ms())
    if committed is None:
        raise NotFound(N_("这场比赛发布时还没有抽题校验值，不能验证。"))
    if committed.seed is None:
        return as_json(committed.promised)
    reply = Response(committed.text, mimetype="application/json")
    reply.headers["Content-Disposition"] = f"attachment; filename=papers-{contest_id}.json"
    return reply


@api.post("/contests/<int:contest_id>/attempts")
@allows(Action.TAKE_PART)
def start(contest_id: int) -> ResponseReturnValue:
    """Start an attempt, or go on with the one that is open or that the same key began."""
    me, body = taking_part_as(contest_id), json_body()
    rules = in_force(platform(), contest_id)
    scene, is_stage_named = _scene(body), body.get("stage") is not None
    wanted = play.Start(contest_id, _stage(rules, body), scene, _key(), _device(body), is_stage_named)
    attempt_id = play.start(platform(), me, wanted, now_ms())
    sheet = play.sheet_of(platform(), attempt_id, me, now_ms())
    return as_json({**sheet_json(sheet), "token": attempt_token(platform().secret, sheet.row)})


def _device(body: dict[str, Any]) -> str:  # Any: what somebody sent
    device = body.get("device", "")
    if not isinstance(device, str) or not (DEVICE.fullmatch(device) or not device):
        raise Malformed(N_("device 应为 1 到 40 个字母、数字、- 或 _。"))
    return device


def _entry(body: dict[str, Any]) -> SignedIn:  # Any: what somebody sent
    code, nickname = text_of(body, "code", LONGEST_TEXT), text_of(body, "nickname", LONGEST_TEXT)
    address = request.remote_addr or ""
    if code:
        return accounts.sign_in_with_code(platform(), code, now_ms(), address)
    if not nickname:
        raise Malformed(N_("请给出参赛码 code，或昵称 nickname。"))
    chosen = _units(body.get("units"))
    if body.get("contest") is not None:
        contest_id = id_of(body["contest"])
        if contest_id is None:
            raise NotFound()
        for tree, tree_rules in in_force(platform(), contest_id).document.units.items():
            if tree_rules.required and tree not in chosen:
                raise UnitNeeded(tree=tree)
    return accounts.sign_up(platform(), nickname, chosen, now_ms(), address)


def _units(given: Any) -> dict[str, int]:  # Any: what somebody sent
    if given is None:
        return {}
    if not isinstance(given, dict) or len(given) > MOST_TREES:
        raise Malformed(N_("units 应为 {单位体系: 单位编号}。"))
    found = {plain(tree): id_of(unit) for tree, unit in given.items()}
    if None in found.values():
        raise InvalidInput(N_("所选的街道、社区或学校不存在，请重新选择。"))
    return {tree: unit_id for tree, unit_id in found.items() if unit_id is not None}


def _key() -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not 0 < len(key) <= LONGEST_KEY or not set(key) <= KEY_CHARACTERS:
        raise Malformed(N_("Idempotency-Key 应为 1 到 80 个字母、数字或 -_.: 字符。"))
    return key


def _scene(body: dict[str, Any]) -> str:  # Any: what somebody sent
    """Return the scene that is meant, or the level as a scene is named."""
    level = body.get("level")
    if level is None:
        return text_of(body, "scene", LONGEST_TEXT)
    if type(level) is not int or not 0 < level <= MOST_LEVELS or body.get("scene") is not None:
        raise Malformed(N_("level 应为关卡的序号，从 1 开始；写了 level 就不写 scene。"))
    return str(level)


def _stage(rules: Published, body: dict[str, Any]) -> int:  # Any: what somebody sent
    """Return the stage that is meant, by its position or its name; the current one where none is named."""
    wanted = body.get("stage")
    stages = rules.document.stages
    if wanted is None:
        return contests.current_stage(rules.document, now_ms())
    if type(wanted) is int and 0 <= wanted < len(stages):
        return wanted
    for position, stage in enumerate(stages):
        if stage.name == wanted:
            return position
    raise NotFound(N_("这场比赛没有这个阶段。"))


def _contest_json(listed: Listed) -> dict[str, object]:
    document = listed.published.document
    return {
        "id": str(listed.contest_id),
        "title": document.title,
        "kind": listed.published.kind,
        "phase": listed.phase.name,
        "changes": listed.phase.next_ms,
        "opens": min(stage.calendar.opens_ms for stage in document.stages),
        "closes": max(stage.calendar.closes_ms for stage in document.stages),
    }


def _stage_json(position: int, stage: Stage) -> dict[str, object]:
    phase = timing.phase(stage, now_ms())
    return {
        "stage": position,
        "name": stage.name,
        "opens": stage.calendar.opens_ms,
        "closes": stage.calendar.closes_ms,
        "phase": phase.name,
        "changes": phase.next_ms,
        "practice": timing.is_practice(stage, now_ms()),
        "scenes": list(stage.calendar.scenes),
        "levels": len(quota.levels(stage)),
        "clock": "attempt" if stage.clock.per_question_ms is None else "question",
        "per_attempt_ms": stage.clock.per_attempt_ms,
        "per_question_ms": stage.clock.per_question_ms,
        "grace_ms": stage.clock.grace_ms,
        "of": stage.paper.count,
    }


def _chances_json(rules: Published, position: int, person_id: int) -> dict[str, object]:
    found = play.chances(platform(), rules, position, person_id, now_ms())
    return {
        "stage": position,
        "left": {
            "per_day": found.left.per_day,
            "per_period": found.left.per_period,
            "total": found.left.total,
        },
        "open_attempt": str(found.open_attempt) if found.open_attempt is not None else None,
        "refused": _code(found.refusal),
        "must_practise": found.must_practise,
        "levels": [
            {
                "level": int(level.name),
                "passed": level.is_passed,
                "best": None if level.best is None else number(Fraction(level.best)),
                "refused": _code(level.refusal),
            }
            for level in found.levels
        ],
    }


def _code(refusal: QuizError | None) -> str | None:
    return refusal.code if refusal is not None else None


def _unit_json(unit: Unit) -> dict[str, object]:
    return {"id": str(unit.id), "tree": unit.tree, "level": unit.level, "name": unit.name, "path": unit.path}


def _mine_json(mine: Mine) -> dict[str, object]:
    token = AttemptToken(mine.person_id, mine.attempt_id, mine.epoch)
    body: dict[str, object] = {
        "attempt": str(mine.attempt_id),
        "contest": str(mine.contest_id),
        "title": mine.title,
        "stage": mine.stage,
        "number": mine.number,
        "state": "open" if mine.outcome is None else "finished",
        "started": mine.started_ms,
        "token": sign(platform().secret, token),
    }
    if mine.practice:
        body["practice"] = True
    if mine.level:
        body["level"] = int(mine.level)
    if mine.outcome is not None:
        body["outcome"] = outcome_json(mine.outcome)
    return body


def _places_json(contest_ids: list[int], who: Visitor) -> list[dict[str, object]]:
    found = []
    for contest_id in contest_ids:
        rules = in_force(platform(), contest_id)
        for board_id, board, row in results.places_of(platform(), rules, who.within(contest_id), now_ms()):
            found.append(
                {
                    "contest": str(contest_id),
                    "board": str(board_id),
                    "name": board.name,
                    "place": row.place,
                    **{name: number(value) for name, value in row.values.items()},
                }
            )
    return found
