"""QTI 1.2 as Canvas and Blackboard write it: items with their type in the metadata."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from xml.etree.ElementTree import Element

from question_bank.formats.answers import is_true_or_false
from question_bank.formats.drafts import (
    FULL,
    NONE,
    TRUE_FALSE,
    Choice,
    Draft,
    choice_kind,
    number,
    numeric,
    unpaired,
)
from question_bank.formats.kinds import ESSAY
from question_bank.formats.markup import text_of
from question_bank.formats.pictures import Pictures
from question_bank.formats.xml_in import plain
from question_bank.gaps import Accepted, Gap, short

KINDS = {
    "multiple_choice_question": "choice",
    "multiple_answers_question": "choice",
    "true_false_question": "true_false",
    "short_answer_question": "text",
    "numerical_question": "number",
    "matching_question": "match",
    "essay_question": "问答题",
    "file_upload_question": "操作题",
    "text_only_question": "说明文字",
    "Multiple Choice": "choice",
    "Multiple Answer": "choice",
    "Either/Or": "true_false",
    "True/False": "true_false",
    "Fill in the Blank": "text",
    "Numeric": "number",
    "Matching": "match",
    "Ordering": "order",
    "Essay": "问答题",
    "Short Response": "问答题",
    "File Upload": "操作题",
    "Opinion Scale": "投票题",
}
WHEN = {"correct": "right", "correct_fb": "right", "incorrect": "wrong", "general_incorrect_fb": "wrong"}


def drafts(root: Element, pictures: Callable[[], Pictures]) -> Iterator[Draft]:
    """Yield the drafts of all items; `pictures` makes what finds the pictures of one."""
    for item in root.iter("item"):
        reader = _Item(item, pictures())
        draft = reader.draft()
        reader.pictures.finish(draft)
        yield draft


class _Item:
    def __init__(self, item: Element, pictures: Pictures) -> None:
        self.item, self.pictures = item, pictures
        found = item.find("presentation")
        self.presentation = Element("presentation") if found is None else found
        fields = {
            plain(each.find("fieldlabel")).strip(): plain(each.find("fieldentry")).strip()
            for each in item.iter("qtimetadatafield")
        }
        self.type = fields.get("question_type") or plain(item.find("itemmetadata/bbmd_questiontype")).strip()
        self.conditions = list(item.iterfind("resprocessing/respcondition"))

    def draft(self) -> Draft:
        own = self.item.get("ident") or plain(self.item.find("itemmetadata/bbmd_asi_object_id")).strip()
        kind = KINDS.get(self.type) or self._guessed()
        draft = Draft(0, kind, self.stem(), external_id=own)
        draft.raw = draft.stem
        if take := TAKEN.get(kind):
            take(self, draft)
        for name, said in self.feedback().items():
            if name in WHEN:
                draft.feedback[WHEN[name]] = said
            elif name in ("general_fb", "solution"):
                draft.explanation = said
        return draft

    def _guessed(self) -> str:
        """Return the kind of an item that names none, by what it asks for."""
        if self.presentation.find(".//response_lid") is not None:
            return "choice"
        return self.type or ESSAY

    def text(self, element: Element | None) -> str:
        """Return what the material inside an element shows."""
        if element is None:
            return ""
        pieces = []
        for each in element.iter():
            if each.tag in ("mattext", "mat_formattedtext"):
                written = plain(each)
                form = (each.get("texttype") or each.get("type") or "").casefold()
                is_html = "html" in form or form == "smart_text"
                pieces.append(text_of(written, self.pictures.name_of) if is_html else written.strip())
        return "\n".join(piece for piece in pieces if piece)

    def stem(self) -> str:
        """Return the material before and around the answers."""
        block = next((e for e in self.presentation.iter("flow") if e.get("class") == "QUESTION_BLOCK"), None)
        return self.text(_without_answers(self.presentation) if block is None else block)

    def labels(self) -> list[tuple[str, str]]:
        return [(e.get("ident", ""), self.text(e)) for e in self.presentation.iter("response_label")]

    def feedback(self) -> dict[str, str]:
        said = {e.get("ident", ""): self.text(e) for e in self.item.iterfind("itemfeedback")}
        return {name: words for name, words in said.items() if words}

    def right(self) -> Element | None:
        """Return the condition that gives the most."""
        scored = [(self.score(c), -n, c) for n, c in enumerate(self.conditions)]
        best = max(scored, default=(NONE, 0, None), key=lambda each: each[:2])
        return best[2] if best[0] > 0 else None

    def score(self, condition: Element) -> Fraction:
        title = condition.get("title", "")
        text = plain(condition.find("setvar")).strip()
        links = {each.get("linkrefid") for each in condition.iterfind("displayfeedback")}
        if text == "SCORE.max" or title == "correct" or (not text and "correct" in links):
            return Fraction(100)
        return number(text) or NONE

    def chosen(self) -> set[str]:
        """Return the idents that the right answer has."""
        condition = self.right()
        return set() if condition is None else set(_equal(condition, is_negated=False))

    def choice(self, draft: Draft) -> None:
        right, told = self.chosen(), self.feedback()
        labels = self.labels()
        lid = self.presentation.find(".//response_lid")
        several = lid is not None and lid.get("rcardinality") == "Multiple"
        whole = Fraction(1, len(right) or 1) if several else FULL
        draft.choices = [
            Choice(text, whole if name in right else NONE, told.get(f"{name}_fb", told.get(name, "")))
            for name, text in labels
        ]
        draft.kind = choice_kind(draft.choices) if several else "single"

    def true_false(self, draft: Draft) -> None:
        right = self.chosen()
        labels = dict(self.labels())
        names = {labels.get(each, each).strip().casefold() for each in right} | {r.casefold() for r in right}
        is_true = any(is_true_or_false(name.rpartition(".")[2]) or name == "agree" for name in names)
        draft.kind = "true_false"
        draft.choices = [
            Choice(text, FULL if this == is_true else NONE)
            for text, this in zip(TRUE_FALSE, (True, False), strict=True)
        ]
        if not right:
            draft.choices = [Choice(text) for text in TRUE_FALSE]

    def accepted(self, draft: Draft) -> None:
        """Take the texts that a gap accepts."""
        draft.kind = "fill"
        texts = [t for c in self.conditions if self.score(c) > 0 for t in _equal(c, is_negated=False)]
        draft.gaps = [Gap(tuple(Accepted(text) for text in dict.fromkeys(texts)))]

    def numbers(self, draft: Draft) -> None:
        draft.kind = "fill"
        condition = self.right()
        exact = list(_equal(condition, is_negated=False)) if condition is not None else []
        low = number(plain(None if condition is None else condition.find(".//vargte")).strip())
        low = (
            low
            if low is not None
            else number(plain(None if condition is None else condition.find(".//vargt")))
        )
        high = number(plain(None if condition is None else condition.find(".//varlte")).strip())
        value = number(exact[0]) if exact else None
        if value is not None:
            off = max(abs(value - low), abs(high - value)) if low is not None and high is not None else NONE
            draft.gaps = [Gap((Accepted(exact[0].strip(), off),))]
        elif low is not None and high is not None:
            middle, off = numeric(low, high)
            draft.gaps = [Gap((Accepted(short(middle), off),))]

    def match(self, draft: Draft) -> None:
        """Take pairs: Canvas has a response for each prompt, Blackboard a block with the right ones."""
        draft.kind = "match"
        rights = self._right_side()
        found: list[tuple[str, str]] = []
        for lid in self.presentation.iter("response_lid"):
            name = lid.get("ident", "")
            labels = [each.get("ident", "") for each in lid.iter("response_label")]
            values = [
                text
                for condition in self.conditions
                for var in condition.iter("varequal")
                if var.get("respident") == name and (text := (var.text or "").strip())
            ]
            texts = {e.get("ident", ""): self.text(e) for e in lid.iter("response_label")}
            if values:
                answer = texts.get(values[0]) or (
                    rights[labels.index(values[0])] if values[0] in labels and rights else ""
                )
                found.append((self._prompt(lid), answer))
        options = rights or list(
            dict.fromkeys(self.text(e) for e in self.presentation.iter("response_label"))
        )
        pairs = [*(("", text) for text in options), *found]
        draft.choices, draft.prompts, draft.arranged = unpaired(pairs)

    def _right_side(self) -> list[str]:
        for flow in self.presentation.iter("flow"):
            if flow.get("class") == "RIGHT_MATCH_BLOCK":
                return [text for each in flow if (text := self.text(each))]
        return []

    def _prompt(self, lid: Element) -> str:
        own = self.text(lid.find("material"))
        if own:
            return own
        for flow in self.presentation.iter("flow"):
            if lid in list(flow):
                return self.text(_without_answers(flow))
        return ""

    def order(self, draft: Draft) -> None:
        draft.kind = "order"
        labels = self.labels()
        names = [name for name, _ in labels]
        condition = self.right()
        right = list(_equal(condition, is_negated=False)) if condition is not None else []
        draft.choices = [Choice(text) for _, text in labels]
        draft.arranged = [names.index(name) for name in right if name in names]


TAKEN: dict[str, Callable[[_Item, Draft], None]] = {
    "choice": _Item.choice,
    "true_false": _Item.true_false,
    "text": _Item.accepted,
    "number": _Item.numbers,
    "match": _Item.match,
    "order": _Item.order,
}


def _equal(element: Element, is_negated: bool) -> Iterator[str]:
    """Yield what a condition wants a response to be equal to, not what it must not be."""
    for child in element:
        if child.tag == "varequal" and not is_negated:
            text = (child.text or "").strip()
            if text:
                yield text
        elif child.tag in ("conditionvar", "and", "or", "not"):
            yield from _equal(child, is_negated or child.tag == "not")


def _without_answers(element: Element) -> Element:
    copy = Element(element.tag, dict(element.attrib))
    copy.text = element.text
    for child in element:
        if not child.tag.startswith("response_") and child.get("class") != "RIGHT_MATCH_BLOCK":
            copy.append(_without_answers(child))
    return copy
