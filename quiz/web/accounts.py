"""Signing in and out, the participant code, the units a person names, and one's own page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from cryptography.exceptions import InvalidTag
from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from quiz.errors import InvalidInput, NotAllowed, NotFound, WrongCode
from quiz.rules.minors import UnderAge
from quiz.rules.permissions import Action
from quiz.services import accounts as service
from quiz.services import join_wishes, own_attempts, profiles, results, subjects
from quiz.services import units as unit_service
from quiz.services.published import in_force
from quiz.services.sealing import seal, unseal
from quiz.web import ways
from quiz.web.access import allows, forget, now_ms, platform, remember, signed_in, taking_part_as
from quiz.web.arriving import arrived, begun, proven_before
from quiz.web.bodies import plain
from quiz.web.contest_page import my_attempt
from quiz.web.errors import status_of
from quiz.web.language import refusal
from quiz.web.look import inner_address
from quiz.web.mine import learning
from quiz.web.unit_choices import UnitChoice, choices_of, chosen_of, found_in, moves_of
from quiz.web.ways import LONGEST_TYPED, way_words

accounts = Blueprint("accounts", __name__)

CARD = "card"  # in the session, sealed: the code of the card that was read
NEW_CODE = "new_code"  # in the session until the person says that they have kept it
LEADS_ELSEWHERE = ("seat", "code")  # to an account that is there already: it is joined, not added
SEEN_AT_ONCE = 2  # ways of signing in
LATEST = 5  # attempts, and contests whose places are shown; the others are on a page of their own


@dataclass(frozen=True)
class SignInPage:
    """What stands in the forms of the page."""

    next: str
    form: Mapping[str, str]
    choices: Sequence[UnitChoice]
    wrong: Mapping[str, str] = field(default_factory=dict)  # way → what cannot be used
    attach: bool = False  # to who is signed in

    @property
    def parts(self) -> list[str]:
        """The templates of the ways that are offered, in the order of the page."""
        return [way.template for way in self._offered()]

    @property
    def jumps(self) -> list[tuple[str, str]]:
        """Where each way begins on a page with more of them than a screen shows."""
        words = {**way_words(), "guest": _("第一次来")}
        offered = [way.name for way in self._offered()]
        return [(f"{name}-title", words[name]) for name in offered] if len(offered) > SEEN_AT_ONCE else []

    @property
    def moves(self) -> list[tuple[str, str]]:
        """What contests say of changing a unit, and which of them."""
        return moves_of(self.choices)

    @property
    def called(self) -> Mapping[str, str]:
        """What the ways are called."""
        return way_words()

    def _offered(self) -> list[ways.Way]:
        """What was refused comes first, where it is seen at once; so does the way of a class's QR code."""
        first = {name for name, wrong in self.wrong.items() if wrong}
        if any(choice.wrong for choice in self.choices):
            first.add("guest")
        if not first and self.form.get("class_code"):
            first.add("seat")
        return sorted(ways.offered(), key=lambda way: way.name not in first)


@accounts.get("/sign-in")
@allows(Action.SIGN_IN)
def sign_in() -> ResponseReturnValue:
    """Ask who somebody is; the QR code of a class fills in its code."""
    return _sign_in(request.args)


@accounts.get("/card/<code>")
@allows(Action.SIGN_IN)
def read_card(code: str) -> ResponseReturnValue:
    """Keep the code of a card until the next page, so that no history and no referrer holds it."""
    session[CARD] = seal(platform().contact_keys, CARD, plain(code)[:LONGEST_TYPED])
    return redirect(url_for("accounts.card"), 303)


@accounts.get("/card")
@allows(Action.SIGN_IN)
def card() -> ResponseReturnValue:
    """Offer to sign in with the card whose QR code was read."""
    try:
        code = unseal(platform().contact_keys, CARD, session[CARD])
    except (KeyError, InvalidTag):
        return redirect(url_for("accounts.sign_in"), 303)
    return render_template("accounts/card.html", code=code)


@accounts.post("/sign-in/<name>")
@allows(Action.SIGN_IN)
def sign_in_by(name: str) -> ResponseReturnValue:
    """Sign in in one of the ways that are offered."""
    way = ways.way_of(name)
    if request.form.get("attach") == "yes" and name not in LEADS_ELSEWHERE:
        profiles.check_may_be_known(platform(), signed_in().person_id, now_ms())
    try:
        if way.begin is not None:
            return begun(way, request.form)
        found = way.complete(request.form, "")
    except (WrongCode, InvalidInput) as error:
        if request.form.get("attach") == "yes":
            return _add_way(name, request.form, refusal(error)), status_of(error.code)
        return _sign_in(request.form, {name: refusal(error)}), status_of(error.code)
    return arrived(found, _next(request.form), request.form.get("attach") == "yes")


@accounts.post("/sign-in/new")
@allows(Action.SIGN_IN)
def sign_up() -> ResponseReturnValue:
    """Make a person with a nickname and the units they chose, and show them their code."""
    ways.way_of("guest")
    nickname = plain(request.form.get("nickname", ""))
    choices = choices_of(request.form)
    chosen = chosen_of(request.form, choices)
    nickname_wrong = _wrong_nickname(nickname)
    if nickname_wrong or any(choice.wrong for choice in choices) or chosen is None:
        return _sign_in(request.form, {"guest": nickname_wrong}, choices), 422
    entry = service.sign_up(platform(), nickname, chosen, now_ms(), request.remote_addr or "")
    remember(entry)
    session[NEW_CODE] = entry.code
    return redirect(url_for("accounts.code", next=_next(request.form)), 303)


@accounts.route("/sign-in/welcome", methods=["GET", "POST"])
@allows(Action.SIGN_IN)
def welcome() -> ResponseReturnValue:
    """Ask somebody who has just proven who they are, and is new here, for a nickname and their units."""
    proven = proven_before()
    is_sent = request.method == "POST"
    nickname, choices = plain(request.form.get("nickname", proven.called)), choices_of(request.form)
    wrong = _wrong_nickname(nickname) if is_sent else ""
    chosen = chosen_of(request.form, choices)
    if is_sent and not wrong and chosen is not None:
        new = service.NewPerson(nickname, units=chosen)
        remember(service.sign_up_known(platform(), new, proven, now_ms()))
        return redirect(_next(request.form), 303)
    kept = {"nickname": nickname[:LONGEST_TYPED]}
    page = SignInPage(_next(request.values), kept, choices, {"guest": wrong})
    return render_template("accounts/welcome.html", page=page), 422 if is_sent else 200


@accounts.get("/me/code")
@allows(Action.TAKE_PART)
def code() -> ResponseReturnValue:
    """Show the participant code until the person says that they have kept it."""
    if NEW_CODE not in session:
        return redirect(_next(request.args))
    return render_template("accounts/code.html", code=session[NEW_CODE], next=_next(request.args))


@accounts.post("/me/code")
@allows(Action.TAKE_PART)
def code_kept() -> ResponseReturnValue:
    """Forget the participant code and go on."""
    session.pop(NEW_CODE, None)
    return redirect(_next(request.form), 303)


@accounts.get("/me")
@allows(Action.TAKE_PART)
def mine() -> ResponseReturnValue:
    """Show what one learns, one's latest attempts and places, and what can be set."""
    person = signed_in()
    own = own_attempts.attempts_of(platform(), *person.persons, size=LATEST)
    contests = list(dict.fromkeys(attempt.contest_id for attempt in own))
    published = {contest_id: in_force(platform(), contest_id) for contest_id in contests}
    places = [
        (contest_id, published[contest_id].document.title, board_id, board.name, row.place)
        for contest_id in contests
        for board_id, board, row in results.places_of(
            platform(), published[contest_id], person.within(contest_id), now_ms()
        )
        if row.place is not None
    ]
    offered = ways.offered()
    return render_template(
        "accounts/mine.html",
        nickname=person.nickname,
        units=[unit.path for unit in unit_service.of_person(platform(), person.person_id)],
        attempts=[my_attempt(each, published[each.contest_id].document.timezone) for each in own],
        learns=learning(person),
        places=places,
        known=subjects.known(platform(), person.person_id),
        way_words=way_words(),
        more=[way for way in offered if way.begin is not None],
        others=[way for way in offered if way.name in LEADS_ELSEWHERE],
        wish=join_wishes.answer_of(platform(), person.person_id),
    )


@accounts.route("/me/units", methods=["GET", "POST"])
@allows(Action.TAKE_PART)
def units() -> ResponseReturnValue:
    """Let a person name their units, or change those that no contest has locked."""
    person = signed_in()
    named = {unit.tree: unit.path for unit in unit_service.of_person(platform(), person.person_id)}
    choices = [
        replace(each, present=named.get(each.tree, "")) for each in choices_of(request.form, person.person_id)
    ]
    status = 200
    if request.method == "POST":
        chosen = chosen_of(request.form, choices)
        if chosen is not None:
            try:
                for tree, unit_id in chosen.items():
                    kept = unit_service.join_everywhere(platform(), person.persons, tree, unit_id, now_ms())
                    if kept is not None:
                        flash(
                            _("在合并前参加过的比赛里，所在单位仍是原来的：%(why)s", why=refusal(kept)),
                            "warn",
                        )
                return redirect(_next(request.form), 303)
            except NotAllowed as error:
                flash(refusal(error), "warn")
                status = 403
    page = render_template(
        "accounts/units.html", choices=choices, moves=moves_of(choices), next=_next(request.values)
    )
    return page, status


@accounts.get("/me/ways/<name>")
@allows(Action.TAKE_PART)
def add_way(name: str) -> ResponseReturnValue:
    """Let a person add a way by which they can sign in later."""
    if name not in LEADS_ELSEWHERE:
        profiles.check_may_be_known(platform(), signed_in().person_id, now_ms())
    return _add_way(name)


@accounts.route("/me/about/<int:contest_id>", methods=["GET", "POST"])
@allows(Action.TAKE_PART)
def about(contest_id: int) -> ResponseReturnValue:
    """Ask what the rules of a contest have to know of a person, and nothing else."""
    me, rules = taking_part_as(contest_id), in_force(platform(), contest_id)
    here = url_for("play.contest", contest_id=contest_id)
    wrong = ""
    told = _told(request.form)
    if request.method == "POST":
        try:
            profiles.tell(platform(), rules, me, told, now_ms())
        except InvalidInput as error:
            wrong = refusal(error)
        except UnderAge:
            return redirect(url_for("privacy.under_14"), 303)
    wanted = profiles.missing(platform(), rules, me, now_ms())
    if not wanted:
        return redirect(here, 303)
    page = render_template(
        "accounts/about.html",
        contest_id=contest_id,
        title=rules.document.title,
        people=rules.document.people,
        wanted=wanted,
        told=told,
        wrong=wrong,
        back=here,
    )
    return page, 422 if wrong else 200


def _told(form: Mapping[str, str]) -> profiles.Told:
    typed = {name: plain(form.get(name, ""))[:LONGEST_TYPED] for name in ("group", "born", "grade")}
    return profiles.Told(**typed)


@accounts.get("/units")
@allows(Action.SIGN_IN)
def find_units() -> ResponseReturnValue:
    """Show the units whose name holds what is typed, as the part of the form that asks for them."""
    tree = plain(request.args.get("tree", ""))[:LONGEST_TYPED]
    typed = plain(request.args.get("q", ""))[:LONGEST_TYPED]
    choice = UnitChoice(tree, "", typed, found_in(tree, typed) if typed else ())
    return render_template("accounts/_found.html", choice=choice)


@accounts.post("/sign-out")
@allows(Action.SIGN_IN)
def sign_out() -> ResponseReturnValue:
    """Sign this browser out and revoke what was signed for the person."""
    forget()
    return redirect(url_for("play.home"), 303)


def _sign_in(
    form: Mapping[str, str],
    wrong: Mapping[str, str] | None = None,
    choices: Sequence[UnitChoice] | None = None,
) -> str:
    kept = {name: ways.typed(form, name) for name in ways.FIELDS}
    page = SignInPage(_next(form), kept, choices_of({}) if choices is None else choices, wrong or {})
    return render_template("accounts/sign_in.html", page=page)


def _add_way(name: str, form: Mapping[str, str] | None = None, wrong: str = "") -> str:
    way, kept = ways.way_of(name), {name: ways.typed(form or {}, name)}
    page = SignInPage(url_for("accounts.mine"), kept, (), {name: wrong}, attach=True)
    if name not in way_words():
        raise NotFound()
    leads = name in LEADS_ELSEWHERE
    return render_template(
        "accounts/add_way.html", page=page, part=way.template, words=way_words()[name], leads=leads
    )


def _next(values: Mapping[str, str]) -> str:
    return inner_address(values.get("next", ""))


def _wrong_nickname(nickname: str) -> str:
    try:
        service.checked_nickname(nickname)
    except InvalidInput as error:
        return refusal(error)
    return ""
