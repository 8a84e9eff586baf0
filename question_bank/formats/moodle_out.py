"""Questions as Moodle XML."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Sequence
from fractions import Fraction
from urllib.parse import quote

from question_bank.attached import SHOWN, Material, Medium
from question_bank.formats import moodle_in
from question_bank.formats.drafts import NONE, TRUE_FALSE, number, pairs, percent_of, says_all, shares
from question_bank.formats.held import comes_back, is_ordinary
from question_bank.formats.markup import html_of
from question_bank.formats.materials import runs
from question_bank.formats.moodle_in import PLUGIN
from question_bank.formats.tag_words import words_of
from question_bank.formats.xml_out import Xml, kept
from question_bank.gaps import USUALLY_IGNORED, short
from question_bank.question import Question

TYPES = {
    "single": "multichoice",
    "multiple": "multichoice",
    "indefinite": "multichoice",
    "true_false": "truefalse",
    "fill": "shortanswer",
    "match": "matching",
    "order": "ordering",
}
WHEN = {"right": "correctfeedback", "partly": "partiallycorrectfeedback", "wrong": "incorrectfeedback"}


def carries(question: Question) -> bool:
    """Return whether Moodle XML can hold a question without loss."""
    is_plain = not question.media and is_ordinary(question)
    return _has_place(question) and (is_plain or comes_back(question, _written, moodle_in.read))


def _has_place(question: Question) -> bool:
    if question.kind == "fill" and len(question.gaps) != 1:
        return False
    if not says_all(question):
        return False
    match question.kind:
        case "fill":
            return _is_one_list(question)
        case "match":
            return not any(each not in WHEN for each in question.feedback)
    return True


def _is_one_list(question: Question) -> bool:
    (gap,) = question.gaps
    are_numbers = {each.tolerance is not None for each in gap.accepted}
    if are_numbers == {True}:
        if any(number(each.text) is None for each in gap.accepted) or gap.ignoring != USUALLY_IGNORED:
            return False
    elif any("*" in each.text for each in gap.accepted):
        return False
    return len(are_numbers) == 1 and gap.ignoring | {"case"} == USUALLY_IGNORED


def write(questions: Iterable[Question]) -> bytes:
    """Return questions as Moodle XML; what Moodle cannot hold is left out."""
    return _written(filter(carries, questions))


def _written(questions: Iterable[Question]) -> bytes:
    xml = Xml()
    with xml.inside("quiz"):
        for run in runs(questions):
            if run.material is not None:
                with xml.inside("question", type="description"):
                    _description(xml, run.material, run.questions)
            for question in run.questions:
                with xml.inside("question", type=_type(question)):
                    _question(xml, question)
    return xml.content()


def _description(xml: Xml, material: Material, questions: Sequence[Question]) -> None:
    """Write a material before its questions; a tag says how many they are."""
    with xml.inside("name"):
        xml.leaf("text", kept(" ".join(material.text.split())[:80]))
    _text(xml, "questiontext", material.text, questions[0])
    xml.leaf("idnumber", kept(material.id))
    with xml.inside("tags"), xml.inside("tag"):
        xml.leaf("text", f"material:{len(questions)}")


def _type(question: Question) -> str:
    if question.kind == "fill" and question.gaps[0].accepted[0].tolerance is not None:
        return "numerical"
    return "multichoice" if _is_own_truth(question) else TYPES[question.kind]


def _is_own_truth(question: Question) -> bool:
    """Return whether true and false have texts or shares that Moodle's own kind cannot hold."""
    texts = tuple(option.text for option in question.options)
    return question.kind == "true_false" and (texts != TRUE_FALSE or bool(question.weights))


def _question(xml: Xml, question: Question) -> None:
    with xml.inside("name"):
        xml.leaf("text", kept(" ".join(question.stem.split())[:80]))
    _text(xml, "questiontext", question.stem, question)
    _text(xml, "generalfeedback", question.explanation, question)
    xml.leaf("defaultgrade", "1")
    xml.leaf("idnumber", kept(question.external_id))
    if question.kind in ("single", "multiple", "indefinite") or _is_own_truth(question):
        xml.leaf("single", "true" if question.kind in ("single", "true_false") else "false")
        xml.leaf("shuffleanswers", "false" if question.keeps_order else "true")
    for when, name in WHEN.items():
        if when in question.feedback:
            _text(xml, name, question.feedback[when], question)
    _answers(xml, question)
    with xml.inside("tags"):
        named = question.kind == "indefinite" or _is_own_truth(question)
        for word in words_of(question, kind=named):
            with xml.inside("tag"):
                xml.leaf("text", kept(word))


def _answers(xml: Xml, question: Question) -> None:
    match question.kind:
        case "match":
            for prompt, text in pairs(question):
                _pair(xml, question, prompt, text)
        case "fill":
            xml.leaf("usecase", "0" if "case" in question.gaps[0].ignoring else "1")
            for answer in question.gaps[0].accepted:
                _answer(xml, question, answer.text, answer.weight, answer.feedback, answer.tolerance)
        case "order":
            texts = {option.id: option.text for option in question.options}
            for each in question.arranged:
                _answer(xml, question, texts[each], NONE, question.feedback.get(each, ""))
        case _:
            words = [option.text for option in question.options]
            words = ["true", "false"] if _type(question) == "truefalse" else words
            for option, text, share in zip(question.options, words, shares(question), strict=True):
                _answer(xml, question, text, share, question.feedback.get(option.id, ""))


def _answer(
    xml: Xml, question: Question, text: str, share: Fraction, feedback: str, off: Fraction | None = None
) -> None:
    is_bare = question.kind == "fill" or _type(question) == "truefalse"
    with xml.inside("answer", fraction=percent_of(share), **_format(text, question, is_bare)):
        _inner(xml, text, question, is_bare)
        if off is not None:
            xml.leaf("tolerance", short(off))
        if feedback:
            _text(xml, "feedback", feedback, question)


def _pair(xml: Xml, question: Question, prompt: str, text: str) -> None:
    with xml.inside("subquestion", **_format(prompt, question)):
        _inner(xml, prompt, question)
        with xml.inside("answer"):
            xml.leaf("text", kept(text))


def _text(xml: Xml, name: str, text: str, question: Question) -> None:
    with xml.inside(name, **_format(text, question)):
        _inner(xml, text, question)


def _format(text: str, question: Question, is_bare: bool = False) -> dict[str, str]:
    """Return the format of a text: plain unless it shows a picture or has blanks at its ends."""
    return {"format": "html" if _takes_html(text, question, is_bare) else "plain_text"}


def _takes_html(text: str, question: Question, is_bare: bool) -> bool:
    return not is_bare and (text != text.strip() or bool(_shown(text, question)))


def _inner(xml: Xml, text: str, question: Question, is_bare: bool = False) -> None:
    media = [] if is_bare else _shown(text, question)
    files = {medium.name: f"{PLUGIN}{quote(medium.name)}" for medium in media}
    xml.leaf("text", html_of(text, files) if _takes_html(text, question, is_bare) else text)
    for medium in media:
        xml.leaf("file", b64encode(medium.content).decode(), name=medium.name, path="/", encoding="base64")


def _shown(text: str, question: Question) -> list[Medium]:
    by_name = {medium.name: medium for medium in question.media}
    return list(dict.fromkeys(by_name[found[2]] for found in SHOWN.finditer(text) if found[2] in by_name))
