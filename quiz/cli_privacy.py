"""`flask contact` and `flask retain`: keys of numbers and addresses, and what is deleted when."""

from __future__ import annotations

from flask.cli import AppGroup

from quiz.errors import N_
from quiz.services import subjects
from quiz.terminal import refusing, say, the_platform

contact = AppGroup("contact", help="Numbers and addresses by which people sign in.")


@contact.command("reseal")
@refusing
def reseal() -> None:
    """Seal every number and address under the newest key of CONTACT_KEYS; older keys can go afterwards."""
    count = subjects.reseal(the_platform())
    say(N_("已用最新的密钥重新加密 %(count)s 条；旧密钥可以从 CONTACT_KEYS 中去掉。"), count=count)
