"""A question as a phone gets it: sanitised, with option ids of this attempt, without anything that tells right."""

from __future__ import annotations

from markupsafe import Markup, escape

from quiz.rules.sheet import Paper
from quiz.services.published import Published


def question_json(
    rules: Published, paper: Paper, n: int, deadline_ms: int | None = None
) -> dict[str, object]:
    """Return question `n` of a paper; `deadline_ms` where it has a clock of its own."""
    slot = paper.slots[n - 1]
    question = rules.questions[slot.version_id]
    body: dict[str, object] = {
        "n": n,
        "kind": slot.kind,
        "stem_html": as_html(question.stem),
        "options": [
            {"id": option_id, "html": as_html(question.options[i].text)}
            for option_id, i in zip(paper.option_ids[n - 1], slot.order, strict=True)
        ],
    }
    if deadline_ms is not None:
        body["deadline"] = deadline_ms
    return body


def as_html(text: str) -> str:
    """Return plain text as HTML that shows exactly it, with its line ends."""
    return str(escape(text.strip()).replace("\n", Markup("<br>")))
