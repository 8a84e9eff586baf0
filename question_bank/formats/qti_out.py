"""Questions as a QTI package (zip), in the names of version 2.1 or 3.0."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from io import BytesIO

from question_bank.attached import SHOWN, Material, Medium
from question_bank.formats import packages
from question_bank.formats.drafts import number, percent_of
from question_bank.formats.held import comes_back, is_ordinary
from question_bank.formats.markup import VERBATIM
from question_bank.formats.pictures import media_type
from question_bank.formats.qti_in import SHARED
from question_bank.formats.tag_words import words_of
from question_bank.formats.xml_out import Xml
from question_bank.gaps import GAP, USUALLY_IGNORED, Gap, short
from question_bank.question import CHOICES, SEVERAL, Question

IN_TEXT = re.compile(f"(\n)|{SHOWN.pattern}|({GAP.pattern})")
DATED = (2020, 1, 1, 0, 0, 0)  # the same questions make the same file
WHEN = ("right", "partly", "wrong")
GENERAL = "general"


@dataclass(frozen=True)
class _Version:
    space: str
    resource: str
    name: Callable[[str], str]


def _kebab(name: str) -> str:
    return re.sub("[A-Z]", lambda found: f"-{found[0].lower()}", name)


def _version_3(name: str) -> str:
    return name if name in ("div", "span", "br", "img", "p") else f"qti-{_kebab(name)}"


V21 = _Version("http://www.imsglobal.org/xsd/imsqti_v2p1", "imsqti_item_xmlv2p1", lambda name: name)
V30 = _Version("http://www.imsglobal.org/xsd/imsqtiasi_v3p0", "imsqti_item_xmlv3p0", _version_3)


def carries(question: Question) -> bool:
    """Return whether QTI can hold a question without loss."""
    is_plain = not question.media and is_ordinary(question)
    return _has_place(question) and (is_plain or comes_back(question, _written, packages.read))


def _has_place(question: Question) -> bool:
    if question.weights or not _media_are_whole(question):
        return False
    match question.kind:
        case "fill":
            drawn = len(GAP.findall(question.stem))
            gaps_fit = drawn in (0, len(question.gaps)) and all(map(_is_plain, question.gaps))
            return gaps_fit and set(question.feedback) <= set(WHEN)
        case "match":
            return set(question.feedback) <= set(WHEN)
    return True


def _is_plain(gap: Gap) -> bool:
    """Return whether QTI can say what a gap accepts: one number with a tolerance, or texts with weights."""
    if any(each.feedback for each in gap.accepted) or not gap.accepted:
        return False
    if any(each.tolerance is not None for each in gap.accepted):
        (first, *more) = gap.accepted
        return (
            not more
            and first.weight == 1
            and number(first.text) is not None
            and gap.ignoring == USUALLY_IGNORED
        )
    return gap.ignoring | {"case"} == USUALLY_IGNORED


def _media_are_whole(question: Question) -> bool:
    named = {medium.name: medium for medium in question.media}
    seen = dict.fromkeys(
        found[2] for text in _texts(question) for found in SHOWN.finditer(text) if found[2] in named
    )
    return list(seen) == list(named) and all(
        media_type(medium.content) == medium.type and re.fullmatch(r"\w[\w-]*\.\w+", medium.name, re.ASCII)
        for medium in question.media
    )


def _texts(question: Question) -> list[str]:
    """Return the texts that may show a picture, as an item has them one after another."""
    options = [option.text for option in question.options]
    told = [question.feedback.get(name, "") for name in (*(o.id for o in question.options), *WHEN)]
    about = [question.material.text] if question.material is not None else []
    return [*about, question.stem, *question.prompts, *options, *told, question.explanation]


def write(questions: Iterable[Question]) -> bytes:
    """Return questions as a package of QTI 2.1; what QTI cannot hold is left out."""
    return _package(filter(carries, questions), V21)


def write_3(questions: Iterable[Question]) -> bytes:
    """Return questions as a package of QTI 3.0; what QTI cannot hold is left out."""
    return _package(filter(carries, questions), V30)


def _written(questions: Iterable[Question]) -> bytes:
    return _package(questions, V21)


def _package(questions: Iterable[Question], version: _Version) -> bytes:
    manifest = Xml()
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        with manifest.inside(
            "manifest", xmlns="http://www.imsglobal.org/xsd/imscp_v1p1", identifier="questions"
        ):
            manifest.leaf("organizations")
            with manifest.inside("resources"):
                for n, question in enumerate(questions, 1):
                    name = f"q{n:05d}"
                    _put(packed, f"items/{name}.xml", _Item(question, version, name).content())
                    for medium in question.media:
                        _put(packed, f"media/{name}/{medium.name}", medium.content)
                    _resource(manifest, question, version, name)
        _put(packed, "imsmanifest.xml", manifest.content())
    return buffer.getvalue()


def _put(packed: zipfile.ZipFile, name: str, content: bytes) -> None:
    packed.writestr(zipfile.ZipInfo(name, DATED), content, zipfile.ZIP_DEFLATED)


def _resource(xml: Xml, question: Question, version: _Version, name: str) -> None:
    href = f"items/{name}.xml"
    with xml.inside("resource", identifier=name, type=version.resource, href=href):
        with (
            xml.inside("metadata"),
            xml.inside("lom", xmlns="http://ltsc.ieee.org/xsd/LOM"),
            xml.inside("general"),
        ):
            with xml.inside("identifier"):
                xml.leaf("entry", question.external_id)
            for word in words_of(question, kind=True):
                with xml.inside("keyword"):
                    xml.leaf("string", word)
        xml.leaf("file", href=href)
        for medium in question.media:
            xml.leaf("file", href=f"media/{name}/{medium.name}")


class _Item:
    def __init__(self, question: Question, version: _Version, name: str) -> None:
        self.question, self.version, self.name = question, version, name
        self.media: dict[str, Medium] = {medium.name: medium for medium in question.media}
        self.xml = Xml()

    def content(self) -> bytes:
        question = self.question
        title = " ".join(question.stem.split())[:80]
        with self.inside(
            "assessmentItem", xmlns=self.version.space, identifier=self.name, title=title, adaptive="false",
            timeDependent="false",
        ):  # fmt: skip
            self.declare()
            self.leaf("outcomeDeclaration", identifier="SCORE", cardinality="single", baseType="float")
            several = "multiple" if question.kind in SEVERAL else "single"
            self.leaf("outcomeDeclaration", identifier="FEEDBACK", cardinality=several, baseType="identifier")
            with self.inside("itemBody"):
                self.body()
            self.process()
            self.feedback()
        return self.xml.content()

    def inside(self, name: str, /, **attributes: str) -> AbstractContextManager[None]:
        return self.xml.inside(self.version.name(name), **self.named(attributes))

    def leaf(self, name: str, text: str = "", /, **attributes: str) -> None:
        self.xml.leaf(self.version.name(name), text, **self.named(attributes))

    def named(self, attributes: dict[str, str]) -> dict[str, str]:
        if self.version is V21:
            return attributes
        return {_kebab(name): value for name, value in attributes.items()}

    def declare(self) -> None:
        question = self.question
        match question.kind:
            case "fill":
                for n, gap in enumerate(question.gaps, 1):
                    self.declare_gap(f"RESPONSE{n}", gap)
            case "order":
                self.response("ordered", "identifier", question.arranged)
            case "match":
                pairs = [f"P{n} {chosen}" for n, chosen in enumerate(question.arranged, 1)]
                self.response("multiple", "directedPair", pairs)
            case _:
                several = "multiple" if question.kind in SEVERAL else "single"
                self.response(several, "identifier", sorted(question.key))

    def response(self, cardinality: str, base: str, correct: Sequence[str]) -> None:
        with self.inside(
            "responseDeclaration", identifier="RESPONSE", cardinality=cardinality, baseType=base
        ):
            self.correct(correct)

    def correct(self, values: Sequence[str]) -> None:
        with self.inside("correctResponse"):
            for value in values:
                self.leaf("value", value)

    def declare_gap(self, name: str, gap: Gap) -> None:
        is_number = gap.accepted[0].tolerance is not None
        base = "float" if is_number else "string"
        with self.inside("responseDeclaration", identifier=name, cardinality="single", baseType=base):
            self.correct([gap.accepted[0].text])
            if not is_number:
                strict = "false" if "case" in gap.ignoring else "true"
                with self.inside("mapping", defaultValue="0"):
                    for each in gap.accepted:
                        value = f"{percent_of(each.weight / 100)}"
                        self.leaf("mapEntry", mapKey=each.text, mappedValue=value, caseSensitive=strict)

    def body(self) -> None:
        question = self.question
        drawn = len(GAP.findall(question.stem)) if question.kind == "fill" else 0
        if question.material is not None:
            self.material(question.material)
        self.text(question.stem, "div", bool(drawn))
        match question.kind:
            case "fill":
                for n in range(1, len(question.gaps) + 1) if not drawn else ():
                    with self.inside("p"):
                        self.leaf("textEntryInteraction", responseIdentifier=f"RESPONSE{n}")
            case "match":
                self.match()
            case _:
                self.choices()

    def material(self, material: Material) -> None:
        named = {"label": material.id} if material.id else {}
        with self.inside("rubricBlock", view="candidate", use=SHARED[0], **named):
            self.text(material.text, "div")

    def choices(self) -> None:
        question = self.question
        name = "orderInteraction" if question.kind == "order" else "choiceInteraction"
        most = {"maxChoices": "0" if question.kind in SEVERAL else "1"} if question.kind in CHOICES else {}
        shuffled = "false" if question.keeps_order else "true"
        with self.inside(name, responseIdentifier="RESPONSE", shuffle=shuffled, **most):
            for option in question.options:
                with self.inside("simpleChoice", identifier=option.id):
                    self.text(option.text)

    def match(self) -> None:
        question = self.question
        prompts = [(f"P{n}", text) for n, text in enumerate(question.prompts, 1)]
        options = [(option.id, option.text) for option in question.options]
        most = str(len(prompts))
        with self.inside(
            "matchInteraction", responseIdentifier="RESPONSE", shuffle="true", maxAssociations=most
        ):
            for side, times in ((prompts, "1"), (options, most)):
                with self.inside("simpleMatchSet"):
                    for identifier, text in side:
                        with self.inside("simpleAssociableChoice", identifier=identifier, matchMax=times):
                            self.text(text)

    def process(self) -> None:
        """Say how an answer is marked: a number by its distance, a gap by its mapping, others as a whole."""
        question = self.question
        if question.kind != "fill":
            base = "http://www.imsglobal.org/question/qti_v2p1/rptemplates/match_correct"
            self.leaf("responseProcessing", template=base)
            return
        with self.inside("responseProcessing"):
            for n, gap in enumerate(question.gaps, 1):
                self.process_gap(f"RESPONSE{n}", gap)

    def process_gap(self, name: str, gap: Gap) -> None:
        off = gap.accepted[0].tolerance
        if off is None:
            with self.inside("setOutcomeValue", identifier="SCORE"), self.inside("sum"):
                self.leaf("variable", identifier="SCORE")
                self.leaf("mapResponse", identifier=name)
            return
        tolerance = {"toleranceMode": "absolute", "tolerance": f"{short(off)} {short(off)}"}
        with self.inside("responseCondition"), self.inside("responseIf"):
            with self.inside("equal", **tolerance):
                self.leaf("variable", identifier=name)
                self.leaf("correct", identifier=name)
            with self.inside("setOutcomeValue", identifier="SCORE"), self.inside("sum"):
                self.leaf("variable", identifier="SCORE")
                self.leaf("baseValue", "1", baseType="float")

    def feedback(self) -> None:
        told = [(name, said) for name, said in self.question.feedback.items() if said]
        order = {name: n for n, name in enumerate([*(o.id for o in self.question.options), *WHEN])}
        told.sort(key=lambda each: order.get(each[0], 0))
        for name, said in [
            *told,
            *([(GENERAL, self.question.explanation)] if self.question.explanation else []),
        ]:
            shown = "hide" if name == GENERAL else "show"
            with self.inside("modalFeedback", outcomeIdentifier="FEEDBACK", identifier=name, showHide=shown):
                self.text(said, "div")

    def text(self, text: str, name: str = "span", has_gaps: bool = False) -> None:
        """Write a text exactly: on one line of XML, with its pictures and its gaps where they stand."""
        at, gap = 0, 0
        with self.xml.flat(name, class_=VERBATIM):
            for found in IN_TEXT.finditer(text):
                piece: tuple[str, dict[str, str]]
                if found[1]:
                    piece = "br", {}
                elif found[3] is not None and found[3] in self.media:
                    piece = "img", {"src": f"../media/{self.name}/{found[3]}", "alt": found[2]}
                elif found[4] and has_gaps:
                    gap += 1
                    width = {"expectedLength": str(len(found[4]))}
                    piece = "textEntryInteraction", {"responseIdentifier": f"RESPONSE{gap}", **width}
                else:
                    continue
                self.xml.words(text[at : found.start()])
                self.xml.empty(self.version.name(piece[0]), **self.named(piece[1]))
                at = found.end()
            self.xml.words(text[at:])
