"""Texts that stand before the questions about them: which questions those are, and how these carry them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, takewhile

from question_bank.attached import SHOWN, Material, Medium, shown
from question_bank.formats.drafts import Draft, worthwhile
from question_bank.formats.kinds import DESCRIPTION
from question_bank.question import Question

MOST_OF_ONE = 20  # questions about one text; where a heading names more, it speaks of a part of the paper
MARKED = re.compile(r"material:([1-9]\d{0,4})")  # a tag of a description: how many questions it is for
NUMERALS = {**dict(zip("二三四五六七八九", range(2, 10), strict=True)), "两": 2}
COUNTS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
WORDS = dict(zip(COUNTS, range(2, 11), strict=True))
FROM_TO = re.compile(
    r"(?<![\d.])(\d{1,4})\s{0,3}题?\s{0,3}(?:[-—–－~～]{1,2}|至|到|、)\s{0,3}第?\s{0,3}(\d{1,4})\s{0,3}(?:小题|两题|各题|题)"
    r"|\bquestions?\s{1,3}(?:no\.?\s{0,3})?(\d{1,4})\s{0,3}(?:[-—–~]|to|through|and|&)\s{0,3}(\d{1,4})\b",
    re.IGNORECASE,
)
COUNTED = re.compile(
    r"(?:回答|完成|解答)\s{0,3}(?:下列|下面|以下|后面|其后)?的?\s{0,3}([2-9二两三四五六七八九])\s{0,3}(?:个|道)?\s{0,3}(?:小题|问题|题)"
    r"|\b(?:next|following)\s{1,3}([2-9]|10|two|three|four|five|six|seven|eight|nine|ten)\s{1,3}(?:questions|items)\b",
    re.IGNORECASE,
)
ASKING = re.compile(
    r"阅读|材料|短文|资料|据此|根据|依据|结合|[读上下如]图|图[中为示]|[上下]表|实验|情境"
    r"|\b(?:read|passage|refer|text|table|graph|figure|diagram|based on|use the)\b",
    re.IGNORECASE,
)
UNASKING = re.compile(r"题意|题目要求|题干|每小?题\s{0,3}\d|pencil", re.IGNORECASE)


def told(text: str) -> tuple[int, int] | None:
    """Return the numbers of the questions that a text says it is for; (0, count) where it counts them."""
    if not ASKING.search(text) or UNASKING.search(text):
        return None
    if found := FROM_TO.search(text):
        first, last = (int(each) for each in found.groups() if each)
        return (first, last) if first < last < first + MOST_OF_ONE else None
    if found := COUNTED.search(text):
        word = (found[1] or found[2]).casefold()
        return 0, NUMERALS.get(word) or WORDS.get(word) or int(word)
    return None


def give(draft: Draft, material: Material, media: Sequence[Medium] = ()) -> None:
    """Give a question its material; media of it whose names the question has for others get free ones."""
    own = {medium.name: medium for medium in draft.media}
    names = {medium.name: _free(medium, own) for medium in media}
    text = SHOWN.sub(lambda found: f"![{found[1]}]({names.get(found[2], found[2])})", material.text)
    named = [Medium(names[m.name], m.type, m.content, m.kept, m.width, m.height) for m in media]
    draft.material = Material(text, material.id)
    draft.media = list(dict.fromkeys([*named, *draft.media]))


def _free(medium: Medium, own: dict[str, Medium]) -> str:
    if own.get(medium.name, medium) == medium:
        return medium.name
    stem, _, suffix = medium.name.rpartition(".")
    tries = (f"{stem}-{n}.{suffix}" for n in range(2, len(own) + 3))
    return next(name for name in tries if name not in own)


def with_materials(drafts: Iterable[Draft]) -> Iterator[Draft]:
    """Yield the drafts; a description becomes the material of the questions for which it certainly stands.

    It is where it says so — by their numbers, by their count, by the tag that our writers give it — or where
    it opens a group of a few questions, speaks of a text or a picture, and the file has other groups.
    What cannot be decided stays a description, which is reported.
    """
    taken = list(worthwhile(drafts))
    groups = [list(each) for _, each in groupby(taken, lambda draft: draft.group)]
    for group in groups:
        yield from _in_group(group, is_one_of_several=len(groups) > 1 and bool(group[0].group))


def _in_group(group: Sequence[Draft], is_one_of_several: bool) -> Iterator[Draft]:
    for n, draft in enumerate(group):
        if draft.kind != DESCRIPTION:
            yield draft
            continue
        following = list(takewhile(lambda each: each.kind != DESCRIPTION, group[n + 1 :]))
        is_whole = is_one_of_several and n == 0 and len(following) == len(group) - 1
        count = _count(draft, len(following) if is_whole else 0)
        if not 0 < count <= len(following):
            yield draft
            continue
        for each in following[:count]:
            give(each, Material(draft.stem, draft.external_id), draft.media)
            each.odd += draft.odd


def _count(draft: Draft, whole: int) -> int:
    """Return for how many of the questions that follow a description stands, 0 where nothing says so."""
    if marked := next(filter(None, map(MARKED.fullmatch, draft.tags)), None):
        return int(marked[1])
    if numbers := told(draft.stem):
        return numbers[1] - numbers[0] + (1 if numbers[0] else 0)
    opens = 1 < whole <= MOST_OF_ONE and ASKING.search(draft.stem) and not UNASKING.search(draft.stem)
    return whole if opens else 0


@dataclass(frozen=True)
class Run:
    """Questions that follow each other and have the same material, or none."""

    material: Material | None
    media: tuple[Medium, ...] = ()  # of the material
    questions: list[Question] = field(default_factory=list)


def runs(questions: Iterable[Question]) -> Iterator[Run]:
    """Yield questions in their order, those that follow each other with one material together.

    A material whose questions stand apart is written before each of its runs, so that their order is kept.
    """
    for (material, media), run in groupby(questions, lambda each: (each.material, media_of(each))):
        yield Run(material, media, list(run))


def media_of(question: Question) -> tuple[Medium, ...]:
    """Return the media that a question's material shows, in its order."""
    if question.material is None:
        return ()
    named = {medium.name: medium for medium in question.media}
    return tuple(dict.fromkeys(named[name] for name in shown(question.material.text) if name in named))
