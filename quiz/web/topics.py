"""What topics are called, and how far somebody is with them as a small picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from quiz.services.practising import Topic

MOST_HILLS = 18  # of the picture: the topics with the most questions
STEP, FOOT, TALLEST, LOWER, HALF = 20, 84, 140, 24, 18  # of the hills, in the picture's own units


@dataclass(frozen=True)
class Hill:
    """One topic as a hill: as high as somebody has come; with a flower on it once it is mastered."""

    path: str
    whole: str  # the outline of what it can become
    x: int
    top: int
    is_mastered: bool


@dataclass(frozen=True)
class Picture:
    """Topics as a row of hills."""

    words: str  # what it shows, for who does not see it
    width: int
    height: int
    hills: Sequence[Hill]


def topic_words(name: str) -> str:
    """Return what a topic is called; "" are the questions that name none."""
    return name or _("其他")


def picture(topics: Sequence[Topic]) -> Picture:
    """Return how far somebody is with the topics, as a picture and in words."""
    shown = topics[:MOST_HILLS]
    mastered = [topic_words(topic.name) for topic in shown if topic.is_mastered]
    words = _("%(count)s 个主题，已掌握 %(mastered)s 个", count=len(shown), mastered=len(mastered))
    if mastered:
        words = _("%(words)s：%(names)s", words=words, names=_("、").join(mastered))
    hills = [_hill(n, topic) for n, topic in enumerate(shown)]
    return Picture(words, STEP * len(shown) + 2 * HALF - STEP, FOOT + 6, hills)


def _hill(n: int, topic: Topic) -> Hill:
    x = HALF + n * STEP
    most = TALLEST - LOWER * (n * 2 % 3)  # hills of one height would be a wall
    height = most * min(topic.right, topic.wanted) // topic.wanted if topic.wanted else 0
    return Hill(_outline(x, height), _outline(x, most), x, FOOT - most // 2, topic.is_mastered)


def _outline(x: int, height: int) -> str:
    """Return a hill whose curve comes halfway to its control point."""
    return f"M{x - HALF} {FOOT}Q{x} {FOOT - height} {x + HALF} {FOOT}Z"
