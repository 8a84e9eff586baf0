"""How long what tells who people are is kept, and whom they ask about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from quiz.errors import N_
from quiz.sign_in_settings import BadSetting

SETTINGS = {
    "KEEP_NAMES_DAYS": "days after a contest's close in which names and facts for it are kept; default 180",
    "KEEP_ACCOUNTS_DAYS": "days without a visit after which an account is deleted; default 730",
    "PRIVACY_CONTACT": "who answers for personal data of people and children: a name and how to reach them",
}
MOST_DAYS = 3_660


@dataclass(frozen=True)
class Privacy:
    """For how many days what is kept, and who answers for it."""

    names_days: int = 180  # after the close of the last contest that somebody took part in
    accounts_days: int = 730  # after the last visit
    contact: str = ""  # as the page /privacy tells it


def privacy_settings(environment: Mapping[str, str]) -> Privacy:
    """Return what the environment says; raises BadSetting."""
    return Privacy(
        _days(environment, "KEEP_NAMES_DAYS", Privacy.names_days),
        _days(environment, "KEEP_ACCOUNTS_DAYS", Privacy.accounts_days),
        environment.get("PRIVACY_CONTACT", "").strip(),
    )


def _days(environment: Mapping[str, str], name: str, default: int) -> int:
    given = environment.get(name) or str(default)
    if not (given.isascii() and given.isdigit() and 1 <= int(given) <= MOST_DAYS):
        raise BadSetting(
            N_("%(name)s=%(given)s 不能用，应为 %(least)s 到 %(most)s 之间的整数。"),
            name=name,
            given=given,
            least=1,
            most=MOST_DAYS,
        )
    return int(given)
