"""How an item of QTI 2 and 3 marks: its declared answers, its mapping, and its conditions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from xml.etree.ElementTree import Element

from question_bank.formats.drafts import FULL, NONE, number, rounded
from question_bank.formats.xml_in import plain

BRANCHES = ("responseIf", "responseElseIf", "responseElse")
EQUALITIES = ("match", "equal", "stringMatch", "member")


@dataclass
class Declared:
    """What a response should be, and what each answer is worth of all points."""

    cardinality: str
    base: str
    correct: list[str]
    mapped: dict[str, Fraction] = field(default_factory=dict)  # answer → share
    otherwise: Fraction = NONE  # the share of an answer that the mapping does not name
    is_strict: bool = False  # letter case counts

    @property
    def right(self) -> list[str]:
        """The right answers: as declared, else those that are worth something, for one choice the best."""
        if self.correct:
            return self.correct
        most = max(self.mapped.values(), default=NONE)
        least = most if self.cardinality == "single" else Fraction(1, 10**9)
        return [name for name, share in self.mapped.items() if share > 0 and share >= least]

    @property
    def is_telling(self) -> bool:
        """Whether the mapping says more than which answers are right."""
        shares = {share for share in (*self.mapped.values(), self.otherwise) if share}
        return any(share < 0 for share in shares) or len(shares) > 1


def declared(item: Element) -> dict[str, Declared]:
    """Return what an item declares, by the name of the response."""
    found = {}
    for element in item.iterfind("responseDeclaration"):
        name = element.get("identifier", "")
        found[name] = _declared(element, _conditions(item, name))
    return found


def _declared(element: Element, conditions: dict[str, Fraction]) -> Declared:
    entries = list(element.iterfind("mapping/mapEntry"))
    values = {e.get("mapKey", ""): number(e.get("mappedValue", "")) or NONE for e in entries}
    correct = [plain(value).strip() for value in element.iterfind("correctResponse/value")]
    if not values and not correct:
        values = conditions
    cardinality = element.get("cardinality", "single")
    mapping = element.find("mapping")
    most = _most(values, cardinality, number("" if mapping is None else mapping.get("upperBound", "")))
    default = number("" if mapping is None else mapping.get("defaultValue", "")) or NONE
    return Declared(
        cardinality,
        element.get("baseType", "identifier"),
        correct,
        {name: rounded(max(value / most, -FULL)) for name, value in values.items()},
        rounded(max(default / most, -FULL)),
        any(e.get("caseSensitive") == "true" for e in entries),
    )


def _most(values: dict[str, Fraction], cardinality: str, bound: Fraction | None) -> Fraction:
    """Return the points that are all of them: where several are chosen, they add up to the bound."""
    positive = [value for value in values.values() if value > 0]
    whole = max(positive, default=FULL) if cardinality == "single" else sum(positive, NONE)
    if bound is not None and bound > 0:
        whole = min(whole, bound)
    return max(whole, max(positive, default=FULL)) if whole >= 1 else FULL


def _conditions(item: Element, response: str) -> dict[str, Fraction]:
    """Return the scores that conditions give to single answers of a response."""
    found: dict[str, Fraction] = {}
    for branch in _branches(item):
        for equality in branch:
            if equality.tag not in EQUALITIES or _variable(equality) != response:
                continue
            value, score = equality.find("baseValue"), _set(branch, "SCORE")
            if value is not None and (points := number(score)) is not None:
                found.setdefault(plain(value).strip(), points)
    return found


def feedback_of(item: Element) -> dict[str, str]:
    """Return for whom feedback is that conditions show, by its identifier: an answer, "right" or "wrong"."""
    found: dict[str, str] = {}
    for branch in _branches(item):
        shown = {plain(value).strip() for name, value in _outcomes(branch) if name.startswith("FEEDBACK")}
        equality = next((each for each in branch if each.tag in EQUALITIES), None)
        if branch.tag == "responseElse":
            who = "wrong"
        elif equality is None:
            continue
        else:
            value = equality.find("baseValue")
            is_whole = equality.find("correct") is not None
            who = "right" if is_whole else plain(value).strip()
        for name in shown:
            found.setdefault(name, who)
    return found


def _branches(item: Element) -> Iterator[Element]:
    for element in item.iterfind("responseProcessing//responseCondition"):
        yield from (branch for branch in element if branch.tag in BRANCHES)


def _outcomes(branch: Element) -> Iterator[tuple[str, Element]]:
    for outcome in branch.iterfind("setOutcomeValue"):
        if (value := outcome.find("baseValue")) is not None:
            yield outcome.get("identifier", ""), value


def _set(branch: Element, name: str) -> str:
    return next((plain(value).strip() for own, value in _outcomes(branch) if own == name), "")


def _variable(equality: Element) -> str:
    variable = equality.find("variable")
    return "" if variable is None else variable.get("identifier", "")
