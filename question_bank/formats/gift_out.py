"""Questions as GIFT, the text in which Moodle keeps them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from question_bank.formats import gift_in
from question_bank.formats.drafts import FULL, TRUE_FALSE, number, pairs, percent_of, says_all, shares
from question_bank.formats.held import comes_back, is_ordinary
from question_bank.formats.markup import html_of
from question_bank.formats.materials import runs
from question_bank.formats.tag_words import words_of
from question_bank.gaps import USUALLY_IGNORED, short
from question_bank.question import WHEN, Question

ARROW = "->"
MARKS = re.compile(r"([\\~=#{}:\[\]])")


def carries(question: Question) -> bool:
    """Return whether GIFT can hold a question without loss."""
    return _has_place(question) and (is_ordinary(question) or comes_back(question, _written, gift_in.read))


def _has_place(question: Question) -> bool:
    if question.media or not says_all(question):
        return False
    match question.kind:
        case "order":
            return False
        case "fill":
            return len(question.gaps) == 1 and _is_plain(question)
        case "match":
            return not question.feedback
    return not set(question.feedback) & set(WHEN)


def write(questions: Iterable[Question]) -> bytes:
    """Return questions as a GIFT file; what GIFT cannot hold is left out."""
    return _written(filter(carries, questions))


def _written(questions: Iterable[Question]) -> bytes:
    return "".join(f"{text}\n\n" for text in _blocks(questions)).encode()


def _blocks(questions: Iterable[Question]) -> Iterator[str]:
    """Yield questions, and before those about a material a description that says how many they are."""
    for run in runs(questions):
        if run.material is not None:
            name = f"[id:{_comment(run.material.id)}]" if run.material.id else ""
            yield f"// {name}[tag:material:{len(run.questions)}]\n{_text(run.material.text)}"
        yield from map(_question, run.questions)


def _is_plain(question: Question) -> bool:
    """Return whether the one gap is a list of texts or a list of numbers, compared as usual."""
    (gap,) = question.gaps
    are_numbers = {each.tolerance is not None for each in gap.accepted}
    told = {"wrong"} if are_numbers == {True} else set()
    if are_numbers == {True} and any(number(each.text) is None for each in gap.accepted):
        return False
    return gap.ignoring == USUALLY_IGNORED and len(are_numbers) == 1 and set(question.feedback) <= told


def _question(question: Question) -> str:
    is_plain_truth = question.kind == "true_false" and (
        tuple(option.text for option in question.options) == TRUE_FALSE and not question.weights
    )
    named = question.kind == "indefinite" or (question.kind == "true_false" and not is_plain_truth)
    head = [f"[tag:{_comment(word)}]" for word in words_of(question, kind=named)]
    if question.external_id:
        head.insert(0, f"[id:{_comment(question.external_id)}]")
    told = f"// {' '.join(head)}\n" if head else ""
    inside = _truth(question) if is_plain_truth else "".join(f"\n\t{each}" for each in _answers(question))
    general = f"\n\t####{_text(question.explanation)}" if question.explanation else ""
    return f"{told}{_text(question.stem)}{{{inside}{general}\n}}"


def _truth(question: Question) -> str:
    is_true = question.key == {"A"}
    right, wrong = ("A", "B") if is_true else ("B", "A")
    said = [question.feedback.get(each, "") for each in (wrong, right)]
    told = "".join(f"#{_text(each)}" for each in said) if any(said) else ""
    return f"{'TRUE' if is_true else 'FALSE'}{told}"


def _answers(question: Question) -> Iterator[str]:
    match question.kind:
        case "fill":
            yield from _accepted(question)
        case "match":
            yield from _pairs(question)
        case _:
            yield from _choices(question)


def _choices(question: Question) -> Iterator[str]:
    one = question.kind in ("single", "true_false")
    for option, share in zip(question.options, shares(question), strict=True):
        is_right = one and share == FULL
        weight = "" if is_right or not share else f"%{percent_of(share)}%"
        feedback = question.feedback.get(option.id, "")
        said = f"#{_text(feedback)}" if feedback else ""
        yield f"{'=' if is_right else '~'}{weight}{_text(option.text)}{said}"


def _accepted(question: Question) -> Iterator[str]:
    accepted = question.gaps[0].accepted
    if accepted[0].tolerance is not None:
        yield "#"
    for each in accepted:
        weight = "" if each.weight == FULL else f"%{percent_of(each.weight)}%"
        said = f"#{_text(each.feedback)}" if each.feedback else ""
        off = each.tolerance
        text = _text(each.text) if off is None else f"{each.text}:{short(off)}"
        yield f"={weight}{text}{said}"
    if "wrong" in question.feedback:
        yield f"~#{_text(question.feedback['wrong'])}"


def _pairs(question: Question) -> Iterator[str]:
    for prompt, text in pairs(question):
        yield f"={_text(prompt)}->{_text(text)}"


def _text(text: str) -> str:
    """Return a text in its own format; as HTML where it would lose its ends, or be taken for a pair."""
    if ARROW in text or "\r" in text or text != text.strip():
        return f"[html]{_escaped(html_of(text))}"
    return f"[plain]{_escaped(text)}" if text else ""


def _escaped(text: str) -> str:
    return MARKS.sub(r"\\\1", text).replace("\n", r"\n")


def _comment(text: str) -> str:
    return _escaped(text)
