"""ExamView's XML: true or false, choice, numbers, completion and groups to match."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element

from question_bank.formats import effort
from question_bank.formats.answers import is_true_or_false
from question_bank.formats.drafts import (
    FULL,
    NONE,
    TRUE_FALSE,
    Choice,
    Draft,
    choice_kind,
    number,
    reading,
    worthwhile,
)
from question_bank.formats.kinds import DESCRIPTION
from question_bank.formats.markup import text_of
from question_bank.formats.materials import with_materials
from question_bank.formats.reading import Reading
from question_bank.formats.xml_in import html_inside, parts_of, plain
from question_bank.gaps import Accepted, Gap
from question_bank.problems import N_
from question_bank.question import LETTERS

KINDS = {"es": "问答题", "pr": "计算题", "ca": "材料题", "ot": "问答题"}
INFO = {"reference": "source", "learning-objective": "objective", "national-standard": "standard"}
TRUTHS = ("tf", "yn")


def read(content: bytes, scale: Mapping[str, str] | None = None) -> Reading:
    """Return what an ExamView file holds."""
    drafts = sorted(worthwhile(_drafts(content)), key=lambda draft: draft.row)
    return reading(with_materials(drafts), scale)


def _drafts(content: bytes) -> Iterator[Draft]:
    """Yield all drafts, those of groups to match last: what belongs to them may stand anywhere."""
    members: dict[str, list[Element]] = {}
    groups: list[tuple[int, Element]] = []
    row = 0
    for element, above in parts_of(content, "question", "matching-group", "narrative"):
        if len(above) != 1:
            continue
        if element.tag == "question" and element.get("type") == "ma":
            members.setdefault(element.get("group", ""), []).append(element)
            effort.begun()
            continue
        row += 1
        if element.tag == "matching-group":
            groups.append((row, element))
        elif element.tag == "question":
            yield _draft(row, element)
        else:
            text = _text(element)
            yield Draft(row, DESCRIPTION, text, raw=text)
    for place, group in groups:
        yield _matching(place, group, members.get(group.get("name", ""), []))
    for name in members.keys() - {group.get("name", "") for _, group in groups}:
        row += 1
        draft = Draft(row, "match", raw="\n".join(_text(each.find("text")) for each in members[name]))
        draft.faults.append(("broken-match", WITHOUT_GROUP, {"name": name}))
        yield draft


def _text(element: Element | None) -> str:
    return "" if element is None else text_of("".join(html_inside(element)))


def _draft(row: int, question: Element) -> Draft:
    kind = question.get("type", "")
    draft = Draft(row, KINDS.get(kind, kind), _text(question.find("text")))
    draft.raw = draft.stem
    draft.explanation = _text(question.find("rationale"))
    difficulty = _text(question.find("info/difficulty"))
    draft.tags = [f"difficulty:{difficulty}"] if difficulty else []
    draft.tags += filter(None, [_text(question.find("info/topic"))])
    keywords = re.split(r"[,;，；、]", _text(question.find("info/keywords")))
    draft.tags += filter(None, (word.strip() for word in keywords))
    for name, facet in INFO.items():
        draft.tags += [f"{facet}:{told}"] if (told := _text(question.find(f"info/{name}"))) else []
    answer = _text(question.find("answer"))
    if kind in TRUTHS:
        said = is_true_or_false(answer)
        draft.kind = "true_false"
        draft.choices = [
            Choice(text, FULL if said is this else NONE)
            for text, this in zip(TRUE_FALSE, (True, False), strict=True)
        ]
    elif kind in ("mc", "mr", "bi"):
        right = {letter for letter in answer.upper() if letter in LETTERS}
        texts = _choices(question)
        whole = FULL / (len(right) or 1) if kind == "mr" else FULL
        draft.choices = [Choice(text, whole if letter in right else NONE) for letter, text in texts.items()]
        draft.kind = choice_kind(draft.choices) if kind == "mr" else "single"
    elif kind == "nr":
        draft.kind = "fill"
        draft.gaps = [Gap((Accepted(answer, NONE),))] if number(answer) is not None else []
    elif kind in ("co", "sa"):
        draft.kind = "fill"
        draft.gaps = [Gap((Accepted(answer),))] if answer else []
    return draft


def _choices(element: Element) -> dict[str, str]:
    """Return the texts of choice-a, choice-b, … by letter."""
    found = element.find("choices")
    named = [] if found is None else [each for each in found if each.tag.startswith("choice-")]
    return {each.tag[-1].upper(): _text(each) for each in named}


def _matching(row: int, group: Element, questions: list[Element]) -> Draft:
    draft = Draft(row, "match", _text(group.find("text")))
    draft.raw = draft.stem
    texts = _choices(group)
    letters = list(texts)
    draft.choices = [Choice(text) for text in texts.values()]
    for question in questions:
        answer = plain(question.find("answer")).strip().upper()
        if answer in letters:
            draft.prompts.append(_text(question.find("text")))
            draft.arranged.append(letters.index(answer))
    return draft


WITHOUT_GROUP = N_("连线题“%(name)s”在文件里没有选项，没有导入。请从原系统重新导出。")
