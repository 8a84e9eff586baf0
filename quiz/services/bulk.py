"""What is done with many questions at once, part by part: tags changed and approved, retired, revived."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from quiz.models.works import DONE, RUNNING
from quiz.services import bank_review, keeping_back, tagging, works
from quiz.services.chosen import APPROVE, RETIRE, REVIVE, TAG, UNTAG, chosen
from quiz.services.platform import Actor, Platform
from quiz.services.tagging import Tag
from quiz.services.works import Going

AT_ONCE = 100  # questions in a transaction, so that answers never wait long
TRIES = 3  # of such a part, where somebody else changes one of its questions at the same moment
Change = Callable[[Session, Sequence[int], Tag, Actor], int]
CHANGES: Mapping[str, Change] = {
    TAG: lambda session, ids, tag, actor: tagging.change(session, ids, tag, actor),
    UNTAG: lambda session, ids, tag, actor: tagging.change(session, ids, tag, actor, off=True),
    RETIRE: lambda session, ids, _tag, actor: keeping_back.change(session, ids, actor),
    REVIVE: lambda session, ids, _tag, actor: keeping_back.change(session, ids, actor, back=True),
    APPROVE: lambda session, ids, _tag, actor: bank_review.approve_tags(session, ids, actor),
}


def begin(platform: Platform, token: str, tag: Tag, actor: Actor) -> Going | None:
    """Begin what is to be done with chosen questions; None where it has begun: for every click but the first.

    Raises NotFound.
    """
    held = chosen(platform, token)
    wanted = {"facet": tag[0], "value": tag[1]}
    try:
        with platform.store.writing() as session:
            return works.add(session, held.to_do, token, len(held.question_ids), actor, wanted)
    except IntegrityError:
        return None


def carry_out(platform: Platform, work: Going, rest: Callable[[], None]) -> None:
    """Change the questions from where the work is on, resting after each part; raises NotFound, TakenOver."""
    ids = chosen(platform, work.token).question_ids
    while work.is_running:
        work = _part(platform, work, ids[work.done : work.done + AT_ONCE])
        rest()


def _part(platform: Platform, work: Going, some: Sequence[int]) -> Going:
    tag = (work.wanted["facet"], work.wanted["value"])
    state = DONE if work.done + len(some) >= work.size else RUNNING
    for tried in range(1, TRIES + 1):
        try:
            with platform.store.writing() as session:
                changed = CHANGES[work.kind](session, some, tag, work.actor)
                return works.advance(platform, session, work, len(some), changed=changed, state=state)
        except IntegrityError:  # an edit took the number of a version
            if tried == TRIES:
                raise
    raise AssertionError  # the last try has returned or raised
