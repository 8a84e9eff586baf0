"""The rules page: a document in words from which a person can compute every score and place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from quiz.errors import N_
from quiz.rules import (
    words_of_calendar,
    words_of_marking,
    words_of_order,
    words_of_paper,
    words_of_prizes,
    words_of_totals,
    words_of_units,
)
from quiz.rules.across import as_stage
from quiz.rules.parts import Document, Stage
from quiz.rules.saying import CHINESE, Sentence, Speech, filled_in, say, speech

__all__ = ["CHINESE", "Passage", "Sentence", "Speech", "passages", "read_aloud", "speech", "text"]

Says = Callable[[Document, Stage], Iterable[Sentence]]
Told = Mapping[str, list[Sentence]]  # heading → sentences


@dataclass(frozen=True)
class Passage:
    """One part of the rules page; without sentences it is the heading of what follows."""

    heading: Sentence
    sentences: tuple[Sentence, ...] = ()
    stages: tuple[str, ...] = ()  # of a heading: those alone of which it tells


WINDOW, WHO, ADMISSION = N_("比赛时间"), N_("谁可以参加"), N_("谁可以参加本阶段")
PAPER, CLOCK, COURSE = N_("题目"), N_("限时与用时"), N_("怎样进行")
MARKING, AWARD, TRIES, TOTAL = (
    N_("每题怎样得分"),
    N_("每次答题计多少分"),
    N_("可以答几次"),
    N_("个人总分怎样算"),
)
ORDER, UNITS, PRIZES = N_("个人怎样排名"), N_("单位怎样排名"), N_("抽奖与奖项")
SHOWN, AGREED = N_("什么时候能看到答案"), N_("其他约定")

PASSAGES: Mapping[str, Says] = {  # in the order in which a reader asks
    WINDOW: words_of_calendar.window,
    WHO: words_of_calendar.who,
    ADMISSION: words_of_calendar.admission,
    PAPER: words_of_paper.paper,
    CLOCK: words_of_paper.clock,
    COURSE: words_of_marking.course,
    MARKING: words_of_marking.marking,
    AWARD: words_of_marking.award,
    TRIES: words_of_totals.tries,
    TOTAL: words_of_totals.total,
    ORDER: words_of_order.order,
    UNITS: words_of_units.unit_boards,
    PRIZES: words_of_prizes.prizes,
    SHOWN: words_of_paper.shown,
    AGREED: words_of_prizes.agreed,
}
ALIKE = (PAPER, CLOCK, COURSE, MARKING, AWARD, TRIES, TOTAL)  # what makes stages of one kind
OVER_ALL = (ORDER, UNITS, PRIZES)  # of all stages together
IN_THE_END = (SHOWN, AGREED)


def passages(document: Document) -> list[Passage]:
    """Return the rules page: a passage a subject; what several stages share is told once."""
    told = [_told(document, stage) for stage in document.stages]
    beside = list(_beside_the_stages(document))
    if len(told) == 1:
        return [*_of(told[0], PASSAGES), *beside]
    return [*_of_stages(document.stages, told), *beside, *_in_the_end(told)]


def _told(document: Document, stage: Stage) -> Told:
    found = {heading: _once(says(document, stage)) for heading, says in PASSAGES.items()}
    return {heading: sentences for heading, sentences in found.items() if sentences}


def _once(sentences: Iterable[Sentence]) -> list[Sentence]:
    """Return sentences without those that were said before."""
    found: list[Sentence] = []
    for each in sentences:
        if each not in found:
            found.append(each)
    return found


def _of(told: Told, headings: Iterable[str]) -> Iterator[Passage]:
    for heading in headings:
        if heading in told:
            yield Passage(Sentence(heading), tuple(told[heading]))


def _of_stages(stages: Sequence[Stage], told: Sequence[Told]) -> Iterator[Passage]:
    """Tell what all stages share, then each stage (those of one kind together)."""
    shared = _shared(told)
    yield Passage(say(N_("每个阶段都一样")))
    yield from _of(shared, [heading for heading in PASSAGES if heading not in IN_THE_END])
    for members in _kinds(told):
        own = [_without(told[n], shared) for n in members]
        alike = _alike(own) if len(members) > 1 else {}
        if alike:
            names = tuple(stages[n].name for n in members)
            yield Passage(say(STAGES, stages=names), stages=names)
            yield from _of(alike, PASSAGES)
        for n, each in zip(members, own, strict=True):
            yield Passage(say(STAGE, stage=stages[n].name), stages=(stages[n].name,))
            yield from _of(_without(each, alike), PASSAGES)


def _in_the_end(told: Sequence[Told]) -> Iterator[Passage]:
    yield Passage(say(N_("每个阶段都适用")))
    yield from _of(_shared(told), IN_THE_END)


def _shared(told: Sequence[Told]) -> Told:
    """Return what all stages say: whole passages, and each sentence on what else was agreed."""
    whole = {h: each for h, each in told[0].items() if all(other.get(h) == each for other in told)}
    return {**whole, **_alike([{AGREED: each[AGREED]} for each in told])}


STAGE = N_("阶段：%(stage)s")
STAGES = N_("各阶段相同的规则：%(stages)s")


def _alike(told: Sequence[Told]) -> Told:
    """Return the sentences that stand in all of some stages."""
    found = {
        h: [s for s in each if all(s in other.get(h, ()) for other in told)] for h, each in told[0].items()
    }
    return {heading: sentences for heading, sentences in found.items() if sentences}


def _without(told: Told, said: Told) -> Told:
    found = {heading: [s for s in each if s not in said.get(heading, ())] for heading, each in told.items()}
    return {heading: sentences for heading, sentences in found.items() if sentences}


def _kinds(told: Sequence[Told]) -> list[list[int]]:
    """Return the stages that follow each other and are played and counted alike, together."""
    found: list[list[int]] = []
    for n, each in enumerate(told):
        before = told[found[-1][0]] if found else None
        if before is not None and all(before.get(heading) == each.get(heading) for heading in ALIKE):
            found[-1].append(n)
        else:
            found.append([n])
    return found


def _beside_the_stages(document: Document) -> Iterator[Passage]:
    if not (document.boards or document.draws or document.awards):
        return
    whole = as_stage(document)
    told = {heading: _once(PASSAGES[heading](document, whole)) for heading in OVER_ALL}
    sums = say(N_("把每人在各阶段的总分加起来，用时、次数也分别相加；没有参加的阶段不加。"))
    yield Passage(say(N_("各阶段合计")))
    yield Passage(Sentence(TOTAL), (sums,))
    yield from _of({heading: sentences for heading, sentences in told.items() if sentences}, OVER_ALL)


def read_aloud(document: Document, speaks: Speech = CHINESE) -> list[tuple[str, list[str]]]:
    """Return the rules page in a language: headings, each with its sentences."""
    return spoken(passages(document), speaks)


def spoken(told: Iterable[Passage], speaks: Speech = CHINESE) -> list[tuple[str, list[str]]]:
    """Return passages in a language: headings, each with its sentences."""
    return [
        (_begun(filled_in(p.heading, speaks)), [_begun(filled_in(each, speaks)) for each in p.sentences])
        for p in told
    ]


def _begun(sentence: str) -> str:
    """Return a sentence with a capital letter, where its first word had none."""
    return sentence[:1].upper() + sentence[1:]


HEADINGS = ("[{}]", "【{}】")  # the second in Chinese


def text(document: Document, speaks: Speech = CHINESE) -> str:
    """Return the rules page as text."""
    lines = [document.title]
    for heading, sentences in read_aloud(document, speaks):
        lines += [
            "",
            HEADINGS[speaks.language == "zh"].format(heading) if sentences else f"==== {heading} ====",
            *(f"· {each}" for each in sentences),
        ]
    return "\n".join(lines)
