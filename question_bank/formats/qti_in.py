"""QTI 2.1, 2.2 and 3.0 items: choice, true or false, text entry, order and match; the rest is reported.

The names of version 3 (qti-choice-interaction, response-identifier) are read as those of version 2.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from xml.etree.ElementTree import Element

from question_bank.attached import Material, Medium, picture
from question_bank.formats.answers import is_true_or_false
from question_bank.formats.drafts import FULL, NONE, Choice, Draft, choice_kind, number
from question_bank.formats.kinds import DESCRIPTION, ESSAY, GROUP
from question_bank.formats.markup import VERBATIM, text_of
from question_bank.formats.materials import give
from question_bank.formats.pictures import Pictures
from question_bank.formats.qti_marks import Declared, declared, feedback_of
from question_bank.formats.xml_in import html_inside
from question_bank.gaps import GAP, MARK, USUALLY_IGNORED, Accepted, Gap
from question_bank.problems import N_

SHARED = ("sharedstimulus", "stimulus", "passage")  # what a rubric is used for that is a material
HOLE = "\ufffc"  # stands for a text entry until it is known whether a gap is drawn there already
INTERACTION = re.compile(r"\w+Interaction")
WHEN = {"correct": "right", "right": "right", "partly": "partly", "incorrect": "wrong", "wrong": "wrong"}
NAMES = {
    "extendedTextInteraction": ESSAY,
    "uploadInteraction": "操作题",
    "drawingInteraction": "绘图题",
    "mediaInteraction": "操作题",
}


def in_version_2(item: Element) -> Element:
    """Return an item with the names of version 2."""
    for element in item.iter():
        if "-" in element.tag:
            element.tag = _camel(element.tag.removeprefix("qti-"))
            if element.tag not in ("div", "p"):
                for name in [name for name in element.attrib if "-" in name]:
                    element.set(_camel(name), element.attrib.pop(name))
    return item


def _camel(name: str) -> str:
    first, *rest = name.split("-")
    return first + "".join(part.capitalize() for part in rest)


def draft_of(item: Element, row: int, pictures: Pictures) -> Draft:
    """Return the draft of one item; `pictures` finds what its texts show."""
    reader = _Item(in_version_2(item), pictures)
    draft = reader.draft(row)
    pictures.finish(draft)
    return draft


def shared(block: Element, pictures: Pictures) -> tuple[str, tuple[Medium, ...]]:
    """Return the text of a stimulus or a rubric that several questions share, and what it shows."""
    text = _text(block, pictures)
    return text, tuple(pictures.taken.values())


class _Item:
    def __init__(self, item: Element, pictures: Pictures) -> None:
        self.item, self.pictures = item, pictures
        body = item.find("itemBody")
        self.body = Element("itemBody") if body is None else body
        self.by_name: dict[str, int] = {}  # identifiers of options
        self.declared = declared(item)
        blocks = list(self.body.iter("rubricBlock"))
        self.shared = [_copied_out(each) for each in blocks if each.get("use", "").casefold() in SHARED]
        self.rubrics = [_taken_out(self.body, each) for each in blocks]

    def draft(self, row: int) -> Draft:
        found = [each for each in self.body.iter() if INTERACTION.fullmatch(each.tag)]
        kinds = {each.tag for each in found}
        draft = Draft(row, DESCRIPTION, external_id=self.item.get("identifier", ""))
        if material := "\n".join(filter(None, map(self.text, self.shared))):
            give(draft, Material(material, self.shared[0].get("label", "")))
        if len(kinds) == 1 and (len(found) == 1 or kinds == {"textEntryInteraction"}):
            name = found[0].tag
            draft.kind = NAMES.get(name, name)
            draft.stem = self.stem()
            if take := TAKEN.get(name):
                take(self, draft, found)
        elif found:
            draft.kind = (
                "、".join(sorted(NAMES.get(each, each) for each in kinds)) if len(kinds) > 1 else GROUP
            )
            draft.stem = self.stem()
        else:
            draft.stem = self.stem()
        self.tell(draft)
        draft.stem = draft.stem.replace(HOLE, MARK)
        draft.raw = draft.stem
        return draft

    def text(self, element: Element | None) -> str:
        """Return what an element shows: as it stands where it says so, else HTML as its text."""
        return "" if element is None else _text(element, self.pictures)

    def stem(self) -> str:
        prompts = list(self.body.iter("prompt"))
        shown = self.text(_without(self.body))
        asked = "\n".join(filter(None, (self.text(prompt) for prompt in prompts)))
        return shown if not asked or asked == shown else "\n".join(filter(None, (shown, asked)))

    def answer_to(self, interaction: Element) -> Declared:
        return self.declared.get(interaction.get("responseIdentifier", ""), Declared("single", "", []))

    def choices(self, draft: Draft, found: list[Element]) -> None:
        answer = self.answer_to(found[0])
        named = [(each.get("identifier", ""), self.choice(each)) for each in found[0].iter("simpleChoice")]
        right = set(answer.right)
        whole = FULL if answer.cardinality == "single" else Fraction(1, len(right) or 1)
        shares = {name: whole if name in right else NONE for name, _ in named}
        if answer.is_telling:
            shares = {name: answer.mapped.get(name, answer.otherwise) for name, _ in named}
        draft.choices = [Choice(text, shares.get(name, NONE), said) for name, (text, said) in named]
        draft.kind = "single" if answer.cardinality == "single" else choice_kind(draft.choices)
        truths = [is_true_or_false(choice.text) for choice in draft.choices]
        if draft.kind == "single" and sorted(map(str, truths)) == ["False", "True"]:
            draft.kind = "true_false"
            if truths[1]:  # true stands before false
                draft.choices.reverse()
                named.reverse()
        self.by_name = {name: position for position, (name, _) in enumerate(named)}

    def choice(self, element: Element) -> tuple[str, str]:
        """Return the text of a choice, and the feedback that stands inside it."""
        said = "\n".join(self.text(each) for each in element.iter("feedbackInline"))
        return self.text(_without(element, ("feedbackInline",))), said

    def order(self, draft: Draft, found: list[Element]) -> None:
        draft.kind = "order"
        named = {each.get("identifier", ""): self.choice(each) for each in found[0].iter("simpleChoice")}
        draft.choices = [Choice(text, NONE, said) for text, said in named.values()]
        self.by_name = {name: position for position, name in enumerate(named)}
        correct = self.answer_to(found[0]).right
        draft.arranged = [self.by_name[name] for name in correct if name in self.by_name]

    def match(self, draft: Draft, found: list[Element]) -> None:
        draft.kind = "match"
        sets = [list(each.iter("simpleAssociableChoice")) for each in found[0].iter("simpleMatchSet")][:2]
        if len(sets) < 2:
            draft.faults.append(("broken-match", BROKEN_MATCH, {}))
            return
        texts = [{each.get("identifier", ""): self.text(each) for each in one} for one in sets]
        targets = list(texts[1])
        chosen: dict[str, list[str]] = {}
        answer = self.answer_to(found[0])
        if len({answer.mapped[pair] for pair in answer.right if pair in answer.mapped}) > 1:
            draft.odd.append(("pair-weights", PAIR_WEIGHTS, {}))
        for pair in answer.right:
            left, _, right = pair.partition(" ")
            chosen.setdefault(left, []).append(right.strip())
        if any(len(chosen.get(name, ())) != 1 or chosen[name][0] not in targets for name in texts[0]):
            draft.faults.append(("broken-match", BROKEN_MATCH, {}))
            return
        draft.prompts = list(texts[0].values())
        draft.choices = [Choice(text) for text in texts[1].values()]
        draft.arranged = [targets.index(chosen[name][0]) for name in texts[0]]

    def entries(self, draft: Draft, found: list[Element]) -> None:
        draft.kind = "fill"
        if len(GAP.findall(draft.stem.replace(HOLE, ""))) == len(found):
            draft.stem = draft.stem.replace(HOLE, "").strip()
        draft.gaps = [self.gap(draft, each) for each in found]

    def gap(self, draft: Draft, entry: Element) -> Gap:
        answer = self.answer_to(entry)
        if answer.base in ("float", "integer"):
            off = self.tolerance(entry.get("responseIdentifier", ""), answer.right)
            if any(number(text) is None for text in answer.right):
                draft.faults.append(("not-a-number", NOT_A_NUMBER, {}))
            return Gap(tuple(Accepted(text, off) for text in answer.right))
        texts = dict.fromkeys([*answer.right, *answer.mapped])
        shares = {text: answer.mapped.get(text, FULL) for text in texts}
        accepted = tuple(Accepted(text, None, share) for text, share in shares.items() if share > 0)
        return Gap(accepted, USUALLY_IGNORED - {"case"} if answer.is_strict else USUALLY_IGNORED)

    def tolerance(self, name: str, correct: list[str]) -> Fraction:
        """Return how far a number may be off, from the comparison that names its response."""
        for equal in self.item.iter("equal"):
            if all(each.get("identifier") != name for each in equal.iter("variable")):
                continue
            off = max(
                (abs(number(part) or NONE) for part in equal.get("tolerance", "").split()), default=NONE
            )
            if equal.get("toleranceMode") == "relative" and correct:
                return abs(number(correct[0]) or NONE) * off / 100
            return off if equal.get("toleranceMode") == "absolute" else NONE
        return NONE

    def tell(self, draft: Draft) -> None:
        """Give a draft its feedback: by option, for a whole answer, or for everybody."""
        general = [said for each in self.rubrics if (said := self.text(each))]
        shown_to = feedback_of(self.item)
        for element in self.item.iter("modalFeedback"):
            name, said = element.get("identifier", ""), self.text(element)
            if name not in self.by_name and name.casefold() not in WHEN:
                name = shown_to.get(name, name)
            if name in self.by_name and said:
                old = draft.choices[self.by_name[name]]
                draft.choices[self.by_name[name]] = Choice(old.text, old.share, said)
            elif name.casefold() in WHEN and said:
                draft.feedback[WHEN[name.casefold()]] = said
            elif said:
                general.append(said)
        draft.explanation = "\n".join(general)


TAKEN: dict[str, Callable[[_Item, Draft, list[Element]], None]] = {
    "choiceInteraction": _Item.choices,
    "orderInteraction": _Item.order,
    "matchInteraction": _Item.match,
    "textEntryInteraction": _Item.entries,
}


def _taken_out(body: Element, rubric: Element) -> Element:
    """Return what only those who mark may see, and take it out of what is shown; else an empty element."""
    if "candidate" in (rubric.get("view") or "candidate"):
        return Element("rubricBlock")
    return _copied_out(rubric)


def _copied_out(rubric: Element) -> Element:
    """Return what a rubric holds as an element of its own, and leave the rubric empty."""
    copy = Element("div", {name: value for name, value in rubric.attrib.items() if name == "label"})
    copy.text, copy[:] = rubric.text, list(rubric)
    rubric[:] = []
    rubric.text = ""
    return copy


def _without(element: Element, names: tuple[str, ...] = ()) -> Element:
    """Return a copy of an element without the interactions in it, a text entry leaving a hole."""
    copy = Element("div", {k: v for k, v in element.attrib.items() if k == "class"})
    copy.text = element.text
    for child in element:
        if child.tag == "textEntryInteraction":
            left: Element = Element("span")
            left.text = HOLE
            if width := child.get("expectedLength"):
                left.set("width", width)
        elif INTERACTION.fullmatch(child.tag) or child.tag in names:
            left = Element("br")
        else:
            left = _without(child, names)
            left.tag, left.attrib = child.tag, dict(child.attrib)
        left.tail = child.tail
        copy.append(left)
    return copy


def _text(element: Element, pictures: Pictures) -> str:
    exact = [each for each in element.iter() if each.get("class") == VERBATIM]
    if exact:
        return "\n".join(_verbatim(each, pictures) for each in exact)
    return text_of("".join(html_inside(element)), pictures.name_of)


def _verbatim(element: Element, pictures: Pictures) -> str:
    """Return the text of an element exactly, line ends and gaps included."""
    return "".join(_pieces(element, pictures))


def _pieces(element: Element, pictures: Pictures) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if child.tag == "br":
            yield "\n"
        elif child.tag == "img":
            name = pictures.name_of(child.get("src", ""))
            yield picture(child.get("alt", ""), name) if name else ""
        elif child.text == HOLE:
            width = child.get("width", "")
            yield "_" * int(width) if width.isdigit() and 2 <= int(width) <= 99 else MARK
        else:
            yield from _pieces(child, pictures)
        yield child.tail or ""


PAIR_WEIGHTS = N_("这一题的各个配对在原系统中分值不同，这里每一对分值相同。请核对。")
BROKEN_MATCH = N_("连线题的每一项应当恰好对应一个答案，这一题没有导入。")
NOT_A_NUMBER = N_("数字填空的答案不是数字，这一题没有导入。")
