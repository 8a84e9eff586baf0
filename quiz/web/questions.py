"""A question as a phone gets it: sanitised, with option ids of this attempt, no more told than allowed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from fractions import Fraction
from itertools import count

from flask_babel import gettext as _
from markupsafe import escape

from question_bank.gaps import GAP
from question_bank.question import Question
from quiz.rules.sheet import Paper
from quiz.services.published import Published
from quiz.services.reviewing import Reviewed
from quiz.web.shown import as_html, as_words


def question_json(
    rules: Published, paper: Paper, n: int, deadline_ms: int | None = None
) -> dict[str, object]:
    """Return question `n` of a paper without its material; `deadline_ms` where it has a clock of its own."""
    slot = paper.slots[n - 1]
    question = rules.questions[slot.version_id]
    is_first = n == 1 or deadline_ms is not None
    body = {"n": n, **asked_json(question, list(zip(paper.ids(n), slot.order, strict=True)), is_first)}
    if deadline_ms is not None:
        body["deadline"] = deadline_ms
    return body


def asked_json(question: Question, ordered: Sequence[tuple[str, int]], is_first: bool) -> dict[str, object]:
    """Return what a question asks, its options in an order: (id told, index in the question).

    Options that are chosen from lists, which show words alone, have `words`, and those with a picture are
    shown beside the lists in `pictured_html`.
    """
    told = [(each, question.options[i].text) for each, i in ordered]
    options = [(each, as_html(text, question.media, is_first, is_choice=True), text) for each, text in told]
    body: dict[str, object] = {"kind": question.kind, "stem_html": stem_html(question, is_first)}
    places = place_labels(question)
    if not places:
        return {**body, "options": [{"id": each, "html": html} for each, html, _text in options]}
    listed = [(each, html, as_words(text)) for each, html, text in options]
    body["options"] = [{"id": each, "html": html, "words": words} for each, html, words in listed]
    body["places"] = places
    pictured = [
        f'<div class="pictured">{html}<span>{escape(words)}</span></div>'
        for _each, html, words in listed
        if "<img" in html
    ]
    return {**body, "pictured_html": "".join(pictured)} if pictured else body


def shown_alone(asked: Question) -> dict[str, object]:
    """Return a question as the phone's template wants it, with the letters of its options as ids."""
    return {
        "n": 1,
        "material_html": material_html(asked),
        **asked_json(asked, [(option.id, i) for i, option in enumerate(asked.options)], is_first=True),
    }


def materials_json(rules: Published, paper: Paper, numbers: Collection[int]) -> list[dict[str, object]]:
    """Return the materials of these questions, each once, with the first and the last question about it."""
    found: list[dict[str, object]] = []
    before = ""
    for n, slot in enumerate(paper.slots, 1):
        question = rules.questions[slot.version_id]
        name = question.material_name
        if name and name == before:
            found[-1]["last"] = n
        elif name:
            found.append({"first": n, "last": n, "html": material_html(question)})
        before = name
    return [each for each in found if any(each["first"] <= n <= each["last"] for n in numbers)]  # type: ignore[operator]  # JSON data


def material_html(question: Question) -> str:
    """Return what a question asks about with others, "" where there is nothing."""
    return (
        as_html(question.material.text, question.media, is_first=True)
        if question.material is not None
        else ""
    )


def stem_html(question: Question, is_first: bool = False) -> str:
    """Return a question's stem; several gaps are numbered as their fields are."""
    stem = question.stem
    if len(question.gaps) > 1:
        numbers = count(1)
        stem = GAP.sub(lambda found: f"{found[0]}({next(numbers)})", stem)
    return as_html(stem, question.media, is_first)


def place_labels(question: Question) -> list[str]:
    """Return as HTML what each gap, position or prompt is called; choices have none."""
    match question.kind:
        case "fill" if len(question.gaps) == 1:
            return [_("答案")]
        case "fill":
            return [_("第 %(n)s 空", n=n) for n, _gap in enumerate(question.gaps, 1)]
        case "order":
            return [_("第 %(n)s 位", n=n) for n, _id in enumerate(question.arranged, 1)]
    return [as_html(prompt, question.media, is_choice=True) for prompt in question.prompts]


def reviewed_json(shown: Reviewed) -> dict[str, object]:
    """Return what may be shown of an answered question; what may not be shown is absent."""
    body: dict[str, object] = {"response": list(shown.response)}
    if shown.rightness is not None:
        body["right"] = shown.rightness == 1
        if 0 < shown.rightness < 1:
            body["share"] = str(shown.rightness)
    if shown.counts:
        body["counts"] = shown.counts
    if shown.key is not None:
        body["key"] = list(shown.key)
    if shown.explanation is not None:
        body["explanation_html"] = as_html(shown.explanation, shown.media)
    return body


def number(value: object) -> object:
    """Return an exact value as JSON: a whole number as one, any other fraction as text, the rest as it is."""
    if isinstance(value, Fraction):
        return int(value) if value.denominator == 1 else str(value)
    return value
