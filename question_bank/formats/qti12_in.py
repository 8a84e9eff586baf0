"""QTI 1.2 as Canvas and Blackboard write it: items with their type in the metadata."""

from __future__ import annotations

from collections.abc import Callable
from xml.etree.ElementTree import Element

from question_bank.attached import picture
from question_bank.formats import qti12_marks as marks
from question_bank.formats.answers import is_true_or_false
from question_bank.formats.drafts import FULL, NONE, TRUE_FALSE, Choice, Draft, choice_kind, unpaired
from question_bank.formats.kinds import DESCRIPTION, ESSAY, GROUP
from question_bank.formats.markup import text_of
from question_bank.formats.pictures import Pictures
from question_bank.formats.xml_in import Part, plain
from question_bank.gaps import MARK, Accepted, Gap
from question_bank.problems import N_

KINDS = {
    "multiple_choice_question": "choice",
    "multiple_answers_question": "choice",
    "true_false_question": "true_false",
    "short_answer_question": "text",
    "numerical_question": "number",
    "fill_in_multiple_blanks_question": "blanks",
    "matching_question": "match",
    "essay_question": "问答题",
    "file_upload_question": "操作题",
    "text_only_question": DESCRIPTION,
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
    "Fill in the Blank Plus": "blanks",
    "Opinion Scale": "投票题",
    "cc.multiple_choice.v0p1": "choice",
    "cc.multiple_response.v0p1": "choice",
    "cc.true_false.v0p1": "true_false",
    "cc.fib.v0p1": "text",
    "cc.pattern_match.v0p1": "text",
    "cc.essay.v0p1": ESSAY,
}
MOST_NAMED = 100  # gaps that are looked for in a stem
SHOWING = ("matimage", "mataudio", "matvideo")
GENERAL = ("general_fb", "solution")
WHEN = {"correct": "right", "correct_fb": "right", "incorrect": "wrong", "general_incorrect_fb": "wrong"}


def draft_of(item: Part, pictures: Pictures) -> Draft:
    """Return the draft of one item; `pictures` finds what its texts show."""
    draft = _Item(item.element, pictures).draft()
    stands_in = item.above[-1] if item.above else item.element
    draft.group = stands_in.get("ident", "") if stands_in.tag == "section" else ""
    pictures.finish(draft)
    return draft


class _Item:
    def __init__(self, item: Element, pictures: Pictures) -> None:
        self.item, self.pictures = item, pictures
        found = item.find("presentation")
        self.presentation = Element("presentation") if found is None else found
        fields = {
            plain(each.find("fieldlabel")).strip(): plain(each.find("fieldentry")).strip()
            for each in item.iter("qtimetadatafield")
        }
        self.type = (
            fields.get("question_type")
            or fields.get("cc_profile")
            or plain(item.find("itemmetadata/bbmd_questiontype")).strip()
        )
        self.conditions = marks.conditions_of(item)
        self.feedback = self._feedback()
        self.links: dict[str, set[str]] = {}  # option → feedback that a condition about it alone shows
        for each in self.conditions:
            if len(each.wanted) == 1:
                self.links.setdefault(each.wanted[0].value, set()).update(each.links)

    def draft(self) -> Draft:
        own = self.item.get("ident") or plain(self.item.find("itemmetadata/bbmd_asi_object_id")).strip()
        kind = KINDS.get(self.type) or self._guessed()
        draft = Draft(0, kind, self.stem(), external_id=own)
        draft.raw = draft.stem
        if take := TAKEN.get(kind):
            take(self, draft)
        self.tell(draft)
        return draft

    def tell(self, draft: Draft) -> None:
        """Give a draft what is said to everybody; note what is said on other occasions."""
        taken = {choice.feedback for choice in draft.choices}
        taken |= {each.feedback for gap in draft.gaps for each in gap.accepted}
        left = 0
        for name, said in self.feedback.items():
            if name in WHEN:
                draft.feedback[WHEN[name]] = said
            elif name in GENERAL:
                draft.explanation = "\n".join(filter(None, (draft.explanation, said)))
            elif said not in taken:
                left += 1
        if left and draft.kind in TAKEN_KINDS:
            draft.odd.append(("feedback", FEEDBACK_LEFT, {"count": left}))

    def _guessed(self) -> str:
        """Return the kind of an item that names none, by what it asks for."""
        asked = [each.tag for each in self.presentation.iter() if each.tag.startswith("response_")]
        asked = [tag for tag in asked if tag != "response_label"]
        if asked == ["response_lid"] and len(self.labels()) > 1:
            return "choice"
        if self.type or len(asked) > 1:
            return self.type or GROUP
        if asked in (["response_str"], ["response_num"]) and any(c.score > 0 for c in self.conditions):
            return "text" if any(c.wanted for c in self.conditions if c.score > 0) else "number"
        return ESSAY

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
            elif each.tag in SHOWING and (address := each.get("uri", "")):
                name = self.pictures.name_of(address)
                pieces.append(picture(each.get("label", ""), name) if name else "")
        return "\n".join(piece for piece in pieces if piece)

    def stem(self) -> str:
        """Return the material before and around the answers."""
        block = next((e for e in self.presentation.iter("flow") if e.get("class") == "QUESTION_BLOCK"), None)
        return self.text(_without_answers(self.presentation) if block is None else block)

    def labels(self) -> list[tuple[str, str]]:
        return [(e.get("ident", ""), self.text(e)) for e in self.presentation.iter("response_label")]

    def _feedback(self) -> dict[str, str]:
        said = {e.get("ident", ""): self.text(e) for e in self.item.iterfind("itemfeedback")}
        return {name: words for name, words in said.items() if words}

    def said_to(self, name: str) -> str:
        """Return the feedback for whoever chooses an option: named as it is, or shown by its condition."""
        own = next((self.feedback[each] for each in (f"{name}_fb", name) if each in self.feedback), "")
        if own:
            return own
        shown = sorted(self.links.get(name, set()) - {*WHEN, *GENERAL})
        return "\n".join(self.feedback[each] for each in shown if each in self.feedback)

    def choice(self, draft: Draft) -> None:
        lids = list(self.presentation.iter("response_lid"))
        several = bool(lids) and lids[0].get("rcardinality") == "Multiple"
        worth = marks.shares(self.conditions, several)
        draft.choices = [
            Choice(text, worth.get(name, NONE), self.said_to(name)) for name, text in self.labels()
        ]
        draft.kind = choice_kind(draft.choices) if several else "single"

    def true_false(self, draft: Draft) -> None:
        best = marks.best(self.conditions)
        right = {each.value for each in best.wanted} if best is not None else set()
        labels = {name: _truth(text, name) for name, text in self.labels()}
        said = {truth: self.said_to(name) for name, truth in labels.items()}
        is_true = any(labels.get(each, _truth(each, each)) for each in right)
        draft.kind = "true_false"
        draft.choices = [
            Choice(text, FULL if right and this == is_true else NONE, said.get(this, ""))
            for text, this in zip(TRUE_FALSE, (True, False), strict=True)
        ]

    def accepted(self, draft: Draft) -> None:
        """Take the texts that a gap accepts."""
        draft.kind = "fill"
        draft.gaps = [Gap(marks.texts(self.conditions))]
        self.note_patterns(draft)

    def note_patterns(self, draft: Draft) -> None:
        if marks.has_patterns(self.conditions):
            draft.odd.append(("pattern", PATTERN, {}))

    def blanks(self, draft: Draft) -> None:
        """Take several gaps, which stand in the stem as [their names]."""
        draft.kind = "fill"
        asked = [each for each in self.presentation.iter() if each.tag in ("response_lid", "response_str")]
        placed = []
        if len(asked) > MOST_NAMED:  # too many gaps, which is said of them
            draft.gaps = [Gap(()) for _ in asked]
            return
        for each in asked:
            ident = each.get("ident", "")
            name = self.text(each.find("material")) or ident.removeprefix("response_")
            labels = {e.get("ident", ""): self.text(e) for e in each.iter("response_label")}
            # Canvas accepts every label, and names but one of them in its conditions.
            texts = dict.fromkeys(label for label in labels.values() if label)
            gap = Gap(tuple(map(Accepted, texts)) or marks.texts(self.conditions, ident))
            placed.append((draft.stem.find(f"[{name}]"), f"[{name}]", gap))
        for _, name, gap in sorted(placed, key=lambda each: each[0]):
            draft.stem = draft.stem.replace(name, MARK, 1)
            draft.gaps.append(gap)
        self.note_patterns(draft)

    def numbers(self, draft: Draft) -> None:
        draft.kind = "fill"
        draft.gaps = [Gap(marks.numbers(self.conditions, self._said_to_numbers()))]

    def _said_to_numbers(self) -> dict[str, str]:
        return {name: said for name, said in self.feedback.items() if name not in (*WHEN, *GENERAL)}

    def match(self, draft: Draft) -> None:
        """Take pairs: Canvas has a response for each prompt, Blackboard a block with the right ones."""
        draft.kind = "match"
        rights = self._right_side()
        found: list[tuple[str, str]] = []
        for lid in self.presentation.iter("response_lid"):
            name = lid.get("ident", "")
            labels = [each.get("ident", "") for each in lid.iter("response_label")]
            values = [w.value for each in self.conditions for w in each.wanted if w.response == name]
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
        best = marks.best(self.conditions)
        right = [each.value for each in best.wanted] if best is not None else []
        draft.choices = [Choice(text) for _, text in labels]
        draft.arranged = [names.index(name) for name in right if name in names]


TAKEN: dict[str, Callable[[_Item, Draft], None]] = {
    "choice": _Item.choice,
    "true_false": _Item.true_false,
    "text": _Item.accepted,
    "blanks": _Item.blanks,
    "number": _Item.numbers,
    "match": _Item.match,
    "order": _Item.order,
}
TAKEN_KINDS = frozenset({"single", "multiple", "indefinite", "true_false", "fill", "match", "order"})


def _truth(text: str, name: str) -> bool:
    """Return whether an option is the true one, by its text or else by its name."""
    words = [each.strip().casefold().rpartition(".")[2] for each in (text, name)]
    said = [True if word == "agree" else is_true_or_false(word) for word in words]
    return next((each for each in said if each is not None), False)


def _without_answers(element: Element) -> Element:
    copy = Element(element.tag, dict(element.attrib))
    copy.text = element.text
    for child in element:
        if not child.tag.startswith("response_") and child.get("class") != "RIGHT_MATCH_BLOCK":
            copy.append(_without_answers(child))
    return copy


PATTERN = N_("有的答案在原系统中只比较一部分或按规律比较，这样的答案没有导入。请核对这一题的答案。")
FEEDBACK_LEFT = N_("有 %(count)s 条反馈没有导入：原系统只在特定情况下显示它。请核对这一题。")
