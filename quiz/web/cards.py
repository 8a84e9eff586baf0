"""The desk's cards of pupils: printed for a roster, printed anew for one person."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from itertools import groupby
from urllib.parse import urlsplit

import segno
from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from quiz.errors import N_, InvalidInput
from quiz.rules.permissions import Action
from quiz.services import rosters, seats
from quiz.services.seats import Card
from quiz.web.access import allows, platform
from quiz.web.files import actor

cards_desk = Blueprint("cards", __name__, url_prefix="/desk/people")


@cards_desk.post("/roster/<token>/cards")
@allows(Action.MANAGE_PEOPLE)
def of_roster(token: str) -> ResponseReturnValue:
    """Show the cards of a roster that has been added, ready to print."""
    found = rosters.preview(platform(), token)
    if not rosters.is_added(platform(), token):
        raise InvalidInput(N_("这份名单还没有添加，没有参赛码。"))
    rosters.note_download(platform(), found, actor())
    codes = rosters.codes_of(platform(), token, len(found.people))
    back = url_for("desk.roster", token=token)
    return _printed(seats.cards(platform(), codes), back, _("名单"))


@cards_desk.post("/<int:person_id>/card")
@allows(Action.MANAGE_PEOPLE)
def renew(person_id: int) -> ResponseReturnValue:
    """Give somebody a new card; the lost one and every device that is signed in end at once."""
    card = seats.new_card(platform(), person_id, actor())
    return _printed([card], url_for("desk_people.person", person_id=person_id), _("人员"))


def _printed(cards: Sequence[Card], back: str, back_words: str) -> str:
    classes = [
        (path, code, _qr(_class_address(code)), [(card, _qr(_address(card))) for card in members])
        for (path, code), members in groupby(cards, lambda card: (card.path, card.class_code))
    ]
    site = url_for("play.home", _external=True).rstrip("/")
    return render_template(
        "desk/cards.html",
        classes=classes,
        site=site,
        is_only_here=is_only_here(urlsplit(site).hostname or ""),
        back=back,
        back_words=back_words,
    )


def is_only_here(host: str) -> bool:
    """Return whether no other machine reaches a host: what is printed with it leads a phone nowhere."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _address(card: Card) -> str:
    return url_for("accounts.read_card", code=card.code, _external=True)


def _class_address(class_code: str) -> str:
    return url_for("accounts.sign_in", class_code=class_code, _external=True)


def _qr(text: str) -> str:
    """Return a QR code as SVG for a page."""
    return segno.make(text, micro=False, error="m").svg_inline(border=2, omitsize=True)
