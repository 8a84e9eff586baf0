"""What changing one's unit means in the contests that are not over: told before somebody chooses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from quiz.errors import NotAllowed
from quiz.rules.belonging import check_change, last_day
from quiz.rules.parts import Tree
from quiz.services.platform import Platform
from quiz.services.published import published
from quiz.services.units import members_in, unfinished


@dataclass(frozen=True)
class Policy:
    """What one contest says of a tree of units."""

    tree: str
    title: str
    rules: Tree
    until: str = ""  # the last day of a change, where it is known already
    refusal: NotAllowed | None = None  # why the person cannot change it any more


def policies(platform: Platform, person_id: int | None, now_ms: int) -> Sequence[Policy]:
    """Return what every contest that is not over says of its trees, to somebody or to a stranger."""
    found = []
    with platform.store.reading() as session:
        connection = session.connection()
        for rules_id, since_ms in unfinished(connection):
            rules = published(platform, rules_id)
            if rules.kind != "contest" or now_ms >= rules.closes_ms:
                continue
            for name, tree in rules.document.units.items():
                members = members_in(connection, person_id, name) if person_id is not None else []
                zone, refusal = rules.document.timezone, None
                try:
                    check_change(tree.lock, zone, members, since_ms, now_ms)
                except NotAllowed as error:
                    refusal = error
                until = last_day(tree.lock, zone, members, since_ms)
                title = rules.document.title
                found.append(Policy(name, title, tree, until.isoformat() if until else "", refusal))
    return found
