"""How QTI 1.2 marks answers: what its conditions want to be chosen or written, and what that is worth."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from xml.etree.ElementTree import Element

from question_bank.formats.drafts import FULL, NONE, number, numeric, rounded
from question_bank.formats.xml_in import plain
from question_bank.gaps import Accepted, short

MOST = Fraction(100)  # what "all points" are where a file gives no number
GROUPS = ("conditionvar", "and", "or", "not")
PATTERNS = ("varsubset", "varsubstring")
BELOW, ABOVE = ("vargte", "vargt"), ("varlte", "varlt")


@dataclass(frozen=True)
class Wanted:
    """What one condition wants a response to be."""

    response: str  # the ident of what answers
    value: str


@dataclass(frozen=True)
class Condition:
    """One condition with what it is worth."""

    element: Element
    wanted: tuple[Wanted, ...]
    score: Fraction
    links: frozenset[str]  # feedback that it shows
    adds: bool  # to what other conditions give
    part: str = ""  # the option that this is about, as Blackboard names it where credit is given in part

    @classmethod
    def of(cls, element: Element) -> Condition:
        """Return a condition of a file."""
        links = frozenset(each.get("linkrefid", "") for each in element.iterfind("displayfeedback"))
        setting = element.find("setvar")
        adds = setting is not None and setting.get("action", "").casefold() == "add"
        empty = [each.get("respident", "") for each in element.iter("varequal") if not plain(each).strip()]
        part = empty[0] if len(empty) == 1 else ""
        return cls(element, tuple(_wanted(element, False)), _score(element, links), links, adds, part)


def conditions_of(item: Element) -> list[Condition]:
    """Return the conditions of an item, in their order."""
    return [Condition.of(each) for each in item.iterfind("resprocessing/respcondition")]


def best(conditions: Sequence[Condition]) -> Condition | None:
    """Return the condition that gives the most, the first of several; None where none gives anything."""
    found = max((each for each in conditions if not each.part), key=lambda each: each.score, default=None)
    return found if found is not None and found.score > 0 else None


def shares(conditions: Sequence[Condition], several: bool) -> dict[str, Fraction]:
    """Return what each ident is worth of all points, where options are chosen.

    Either one condition wants all right options together, or each option has a condition of its own; then
    those of a question with several right options add up to all points.
    """
    together = best(conditions)
    if together is None:
        return {}
    if in_part := _in_part(conditions, {each.value for each in together.wanted}, several):
        return in_part
    if len(together.wanted) > 1:
        whole = Fraction(1, len({each.value for each in together.wanted})) if several else FULL
        return {each.value: whole for each in together.wanted}
    # A condition that only shows feedback gives nothing, and another may name the same option.
    alone = (each for each in reversed(conditions) if len(each.wanted) == 1 and each.score)
    worth = {each.wanted[0].value: each.score for each in alone}
    positive = [score for score in worth.values() if score > 0]
    if not positive:
        return {}
    adds = several and any(each.adds for each in conditions)
    most = sum(positive, NONE) if adds or (several and len(positive) > 1) else max(positive)
    return {name: rounded(max(score / most, -FULL)) for name, score in worth.items()}


def _in_part(conditions: Sequence[Condition], right: set[str], several: bool) -> dict[str, Fraction]:
    """Return what Blackboard says each option is worth, where it agrees with what is right."""
    found = {each.part: rounded(each.score / MOST) for each in conditions if each.part and each.score}
    positive = {name: share for name, share in found.items() if share > 0}
    is_whole = not several or abs(sum(positive.values()) - FULL) < Fraction(1, 100)
    return found if positive and right <= set(positive) and is_whole else {}


def texts(conditions: Sequence[Condition], response: str | None = None) -> tuple[Accepted, ...]:
    """Return the texts that are accepted, for one response or for the only one."""
    found: dict[str, Fraction] = {}
    for condition in conditions:
        for each in condition.wanted if condition.score > 0 else ():
            if response in (None, each.response):
                found.setdefault(each.value, condition.score)
    most = max(found.values(), default=FULL)
    return tuple(Accepted(text, None, rounded(score / most)) for text, score in found.items())


def numbers(conditions: Sequence[Condition], feedback: dict[str, str]) -> tuple[Accepted, ...]:
    """Return the numbers that are accepted, each with how far it may be off."""
    found: list[Accepted] = []
    most = max((each.score for each in conditions), default=FULL)
    for condition in conditions:
        span = _span(condition) if condition.score > 0 else None
        if span is not None:
            said = next((feedback[name] for name in sorted(condition.links) if name in feedback), "")
            found.append(Accepted(span[0], span[1], rounded(condition.score / most), said))
    return tuple(found)


def has_patterns(conditions: Sequence[Condition]) -> bool:
    """Return whether texts are compared in a way that we do not have: by a part or a pattern."""
    return any(each.element.find(f".//{tag}") is not None for each in conditions for tag in PATTERNS)


def _span(condition: Condition) -> tuple[str, Fraction] | None:
    low, high = _limit(condition.element, BELOW), _limit(condition.element, ABOVE)
    has_both = low is not None and high is not None
    exact = condition.wanted[0].value if condition.wanted else ""
    value = number(exact)
    if value is not None:
        off = max(abs(value - low), abs(high - value)) if low is not None and high is not None else NONE
        return exact, off
    if has_both and low is not None and high is not None:
        middle, off = numeric(low, high)
        return short(middle), off
    return None


def _limit(element: Element, names: Iterable[str]) -> Fraction | None:
    found = (each for name in names for each in element.iter(name))
    return next((number(plain(each)) for each in found), None)


def _score(element: Element, links: frozenset[str]) -> Fraction:
    text = plain(element.find("setvar")).strip()
    given = number(text)
    if given is not None:
        subtracts = (element.find("setvar") or Element("")).get("action", "").casefold() == "subtract"
        return -given if subtracts else given
    is_all = text == "SCORE.max" or element.get("title") == "correct" or (not text and "correct" in links)
    return MOST if is_all else NONE


def _wanted(element: Element, is_negated: bool) -> Iterator[Wanted]:
    for child in element:
        if child.tag == "varequal" and not is_negated:
            if text := plain(child).strip():
                yield Wanted(child.get("respident", ""), text)
        elif child.tag in GROUPS:
            yield from _wanted(child, is_negated or child.tag == "not")
