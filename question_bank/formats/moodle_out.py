"""Questions as Moodle XML."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Sequence
from fractions import Fraction
from xml.sax.saxutils import quoteattr

from question_bank.attached import SHOWN, Material, Medium
from question_bank.formats.drafts import NONE, TRUE_FALSE, number, pairs, percent_of, says_all, shares
from question_bank.formats.markup import html_of, text_of
from question_bank.formats.materials import is_trimmed, runs
from question_bank.formats.pictures import media_type
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
    if question.kind == "fill" and len(question.gaps) != 1:
        return False
    if not _media_are_whole(question) or not says_all(question) or not is_trimmed(question):
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
    xml = Xml()
    with xml.inside("quiz"):
        for run in runs(filter(carries, questions)):
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
    """Return the format of a text: plain unless it shows a picture, which takes HTML."""
    return {"format": "html" if _shown(text, question) and not is_bare else "plain_text"}


def _inner(xml: Xml, text: str, question: Question, is_bare: bool = False) -> None:
    media = [] if is_bare else _shown(text, question)
    xml.leaf("text", kept(_with_pictures(text, media) if media else text))
    for medium in media:
        xml.leaf("file", b64encode(medium.content).decode(), name=medium.name, path="/", encoding="base64")


def _shown(text: str, question: Question) -> list[Medium]:
    by_name = {medium.name: medium for medium in question.media}
    return list(dict.fromkeys(by_name[found[2]] for found in SHOWN.finditer(text) if found[2] in by_name))


def _with_pictures(text: str, media: Sequence[Medium]) -> str:
    """Return a text as HTML in which its pictures are shown from the files beside it."""
    names = {medium.name for medium in media}
    pieces, at = [], 0
    for found in SHOWN.finditer(text):
        if found[2] in names:
            source, words = quoteattr(f"@@PLUGINFILE@@/{found[2]}"), quoteattr(found[1])
            pieces += [html_of(text[at : found.start()]), f"<img src={source} alt={words}>"]
            at = found.end()
    return "".join([*pieces, html_of(text[at:])])


def _media_are_whole(question: Question) -> bool:
    """Return whether all media are shown, in their order, by texts that HTML holds without loss."""
    seen: list[Medium] = []
    for text in _texts(question):
        media = _shown(text, question)
        seen += [medium for medium in media if medium not in seen]
        if media and text_of(_with_pictures(text, media), lambda name: name.rpartition("/")[2]) != text:
            return False
    known = all(media_type(medium.content) == medium.type for medium in seen)
    return tuple(seen) == question.media and known


def _texts(question: Question) -> list[str]:
    """Return the texts that may show a picture, as Moodle has them one after another."""
    told = question.feedback
    answers = [text for o in question.options for text in (o.text, told.get(o.id, ""))]
    match question.kind:
        case "fill":
            answers = [each.feedback for each in question.gaps[0].accepted]
        case "match":
            answers = list(question.prompts)
        case "order":
            texts = {option.id: option.text for option in question.options}
            answers = [text for each in question.arranged for text in (texts[each], told.get(each, ""))]
        case "true_false" if not _is_own_truth(question):
            answers = [told.get(option.id, "") for option in question.options]
    about = "" if question.material is None else question.material.text
    return [about, question.stem, question.explanation, *answers, *(told.get(when, "") for when in WHEN)]
