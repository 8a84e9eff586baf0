"""Moodle XML: every question type that is ours too; categories as tags, pictures from inside the file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from question_bank.formats.drafts import (
    NONE,
    TRUE_FALSE,
    WILDCARD,
    Choice,
    Draft,
    accepted,
    choice_kind,
    number,
    reading,
    share_of,
    unpaired,
)
from question_bank.formats.gift_in import category_of
from question_bank.formats.kinds import DESCRIPTION
from question_bank.formats.markup import text_of
from question_bank.formats.materials import with_materials
from question_bank.formats.pictures import Pictures
from question_bank.formats.reading import Reading
from question_bank.formats.xml_in import parts_of, plain
from question_bank.gaps import USUALLY_IGNORED, Accepted, Gap
from question_bank.problems import N_

PLUGIN = "@@PLUGINFILE@@/"
AUTOMATIC = ("moodle_auto_format", "markdown")  # plain text that may hold tags
LOOKS_LIKE_HTML = re.compile(r"</?[a-zA-Z][^<>]*>|&(?:[a-zA-Z]{2,8}|#\d{1,6});")
NAMES = {"description": DESCRIPTION}
WHEN = {
    "correctfeedback": "right",
    "partiallycorrectfeedback": "partly",
    "incorrectfeedback": "wrong",
}


def read(content: bytes, scale: Mapping[str, str] | None = None) -> Reading:
    """Return what a Moodle XML file holds."""
    return reading(with_materials(_drafts(content)), scale)


def _drafts(content: bytes) -> Iterator[Draft]:
    category = ""
    row = 0
    for element in (each for part in parts_of(content, "question") for each in part.element.iter("question")):
        if element.get("type") == "category":
            category = category_of(plain(element.find("category/text")))
            continue
        row += 1
        draft = _Question(element, row).draft()
        draft.tags += [f"category:{category}"] if category else []
        draft.group = category
        yield draft


class _Question:
    def __init__(self, element: Element, row: int) -> None:
        self.element, self.row = element, row
        self.pictures = Pictures()

    def draft(self) -> Draft:
        element = self.element
        stem = self.text(element.find("questiontext"))
        kind = element.get("type", "")
        draft = Draft(self.row, NAMES.get(kind, kind), stem, raw=stem)
        draft.explanation = self.text(element.find("generalfeedback"))
        draft.external_id = plain(element.find("idnumber")).strip()
        draft.tags = [plain(tag.find("text")).strip() for tag in element.iterfind("tags/tag")]
        draft.tags = [tag for tag in draft.tags if tag]
        if take := TYPES.get(draft.kind):
            take(self, draft)
            told = {when: self.text(element.find(name)) for name, when in WHEN.items()}
            self.tell_what_is_left(draft)
            draft.feedback.update({when: said for when, said in told.items() if said})
        self.pictures.finish(draft)
        return draft

    def text(self, element: Element | None) -> str:
        """Return the text of an element that has <text> and files beside it."""
        if element is None:
            return ""
        for file in element.iterfind("file"):
            self.pictures.offer(PLUGIN + file.get("path", "/")[1:] + file.get("name", ""), file)
        written = plain(element.find("text"))
        return self.shown(written, element.get("format", "html"))

    def shown(self, written: str, form: str) -> str:
        if form == "html" or (form in AUTOMATIC and LOOKS_LIKE_HTML.search(written)):
            return text_of(written, self.name_of)
        return written.strip()

    def name_of(self, address: str) -> str | None:
        """Return the name of a picture; its address is written for the web, perhaps with the time behind."""
        if address.startswith(PLUGIN):
            path = address.removeprefix(PLUGIN)
            ways = [path, unquote(path), unquote(path.partition("?")[0])]
            address = next((PLUGIN + way for way in ways if PLUGIN + way in self.pictures.offered), address)
        return self.pictures.name_of(address)

    def tell_what_is_left(self, draft: Draft) -> None:
        """Note what Moodle knows and a question of ours has no place for."""
        hints = sum(bool(self.text(each)) for each in self.element.iterfind("hint"))
        if hints:
            draft.odd.append(("hints", HINTS, {"count": hints}))
        if units := [plain(each).strip() for each in self.element.iterfind("units/unit/unit_name")]:
            draft.odd.append(("units", UNITS, {"units": "、".join(units)[:100]}))

    def answers(self) -> Iterator[tuple[Element, Choice]]:
        for answer in self.element.iterfind("answer"):
            share = share_of(answer.get("fraction", "0"))
            yield answer, Choice(self.text(answer), share or NONE, self.text(answer.find("feedback")))

    def choices(self, draft: Draft) -> None:
        draft.choices = [choice for _, choice in self.answers()]
        is_single = plain(self.element.find("single")).strip() not in ("false", "0")
        draft.kind = "single" if is_single else choice_kind(draft.choices)

    def true_false(self, draft: Draft) -> None:
        draft.kind = "true_false"
        found = {choice.text.strip().casefold(): choice for _, choice in self.answers()}
        draft.choices = [
            Choice(text, found[word].share, found[word].feedback) if word in found else Choice(text)
            for text, word in zip(TRUE_FALSE, ("true", "false"), strict=True)
        ]

    def short_answer(self, draft: Draft) -> None:
        draft.kind = "fill"
        choices = [choice for _, choice in self.answers()]
        wrong = [c for c in choices if c.share <= 0 and c.feedback]
        everybody = [c.feedback for c in wrong if c.text == "*"][:1]
        if everybody:
            draft.feedback["wrong"] = everybody[0]
        if left := len(wrong) - len(everybody):
            draft.odd.append(("feedback", FEEDBACK_LEFT, {"count": left}))
        if any("*" in c.text and c.share > 0 for c in choices):
            draft.odd.append(("wildcard", WILDCARD, {}))
        gap = accepted(choices)
        is_strict = plain(self.element.find("usecase")).strip() == "1"
        draft.gaps = [Gap(gap.accepted, USUALLY_IGNORED - {"case"} if is_strict else USUALLY_IGNORED)]

    def numerical(self, draft: Draft) -> None:
        draft.kind = "fill"
        found: list[Accepted] = []
        for answer, choice in self.answers():
            off = number(plain(answer.find("tolerance")) or "0")
            if choice.share <= 0:
                draft.feedback.update({"wrong": choice.feedback} if choice.feedback else {})
            elif number(choice.text) is None or off is None:
                draft.faults.append(("not-a-number", NOT_A_NUMBER, {"text": choice.text[:40]}))
            else:
                found.append(Accepted(choice.text, abs(off), choice.share, choice.feedback))
        draft.gaps = [Gap(tuple(found))]

    def matching(self, draft: Draft) -> None:
        draft.kind = "match"
        pairs = []
        for pair in self.element.iterfind("subquestion"):
            pairs.append((self.text(pair), plain(pair.find("answer/text")).strip()))
        draft.choices, draft.prompts, draft.arranged = unpaired(pairs)

    def ordering(self, draft: Draft) -> None:
        draft.kind = "order"
        draft.choices = [choice for _, choice in self.answers()]
        draft.choices = [Choice(choice.text, NONE, choice.feedback) for choice in draft.choices]
        draft.arranged = list(range(len(draft.choices)))


TYPES: dict[str, Callable[[_Question, Draft], None]] = {
    "multichoice": _Question.choices,
    "truefalse": _Question.true_false,
    "shortanswer": _Question.short_answer,
    "numerical": _Question.numerical,
    "matching": _Question.matching,
    "ordering": _Question.ordering,
}

HINTS = N_("有 %(count)s 条提示没有导入：这里答题时不给提示。")
UNITS = N_("原系统接受带单位的答案（%(units)s），这里只比较数。请在题干里写明单位。")
FEEDBACK_LEFT = N_("有 %(count)s 条给错误答案的反馈没有导入：填空题只保留给正确答案和所有错误答案的反馈。")
NOT_A_NUMBER = N_("答案“%(text)s”不是数字，这一题没有导入。请改成数字。")
