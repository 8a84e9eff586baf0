"""The HTTP floor: which blueprints there are, and what every request passes through."""

from __future__ import annotations

from flask import Flask

from quiz.web.access import init_access
from quiz.web.accounts import accounts
from quiz.web.api import api
from quiz.web.arriving import arriving
from quiz.web.attempts import attempts
from quiz.web.bank_chosen import bank_chosen
from quiz.web.bank_editing import bank_editor
from quiz.web.bank_import import bank_desk
from quiz.web.bank_media import bank_media_desk
from quiz.web.bank_review import review_desk
from quiz.web.board_api import board_api
from quiz.web.bodies import init_bodies
from quiz.web.cards import cards_desk
from quiz.web.contests import contest_desk
from quiz.web.crawlers import crawlers, init_crawlers
from quiz.web.daily import daily
from quiz.web.delivery import init_delivery
from quiz.web.desk import desk
from quiz.web.desk_people import desk_people
from quiz.web.devices import devices
from quiz.web.doubts import doubts
from quiz.web.doubts_desk import doubts_desk
from quiz.web.duplicates import duplicates_desk
from quiz.web.errors import init_errors
from quiz.web.health import health
from quiz.web.joining import joining, joining_desk
from quiz.web.language import init_language
from quiz.web.learning import learning
from quiz.web.ledger import ledger
from quiz.web.look import init_look
from quiz.web.media import media
from quiz.web.mine import mine
from quiz.web.openapi import openapi
from quiz.web.past import past
from quiz.web.play import play
from quiz.web.posters import posters
from quiz.web.privacy import privacy
from quiz.web.prize_desk import prize_desk
from quiz.web.prizes import prizes
from quiz.web.quality import quality_desk
from quiz.web.results import results
from quiz.web.why import why
from quiz.web.wording import init_wording
from quiz.web.written import written

BLUEPRINTS = (
    health,
    crawlers,
    api,
    attempts,
    board_api,
    openapi,
    play,
    daily,
    learning,
    doubts,
    results,
    posters,
    past,
    why,
    media,
    accounts,
    arriving,
    mine,
    devices,
    joining,
    privacy,
    desk,
    desk_people,
    joining_desk,
    cards_desk,
    bank_desk,
    bank_chosen,
    bank_editor,
    bank_media_desk,
    review_desk,
    quality_desk,
    doubts_desk,
    duplicates_desk,
    contest_desk,
    ledger,
    written,
    prize_desk,
    prizes,
)


def init_web(app: Flask) -> None:
    """Add everything a request can reach to the application."""
    init_bodies(app)
    init_access(app)
    init_language(app)
    init_look(app)
    init_crawlers(app)
    init_delivery(app)
    init_errors(app)
    init_wording(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
