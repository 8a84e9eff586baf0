"""What the desk does with many questions of the bank, for tests of other things."""

from __future__ import annotations

from collections.abc import Sequence

from quiz.services import bank, tagging, working
from quiz.services.platform import Actor, Platform
from quiz.services.tagging import Tag


def undo(platform: Platform, import_id: int, actor: Actor) -> None:
    """Take an import back and delete its questions."""
    working.do(platform, bank.undo(platform, import_id, actor))


def tag(platform: Platform, question_ids: Sequence[int], given: Tag, actor: Actor, off: bool = False) -> int:
    """Give questions a tag or take it away; returns how many that changed."""
    with platform.store.writing() as session:
        return tagging.change(session, question_ids, given, actor, off)
