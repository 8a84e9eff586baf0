"""What the address of the bank's list asks for, and the addresses that ask for more or for less."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from flask import url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from question_bank.catalogue import DIFFICULTY, KIND
from question_bank.flags import FLAGS
from question_bank.question import DIFFICULTIES, KINDS
from quiz.services import bank_search
from quiz.services.bank_search import DOWN, LIMITS, ORDERS, STATES, UNDECLARED, USUAL_ORDER, Listing, Search
from quiz.services.catalogued import FIGURES
from quiz.web import quality_words
from quiz.web.access import now_ms
from quiz.web.bodies import id_of
from quiz.web.desk_words import difficulty_words, facet_words, kind_words, limit_words, state_words
from quiz.web.moments import at_minute
from quiz.web.paging import cleaned

MOST_TAGS = 10  # asked for at once
MOST_VALUES = 40  # of a facet to choose from; the search finds the others by their words
ENDING_MS = 30 * 86_400_000  # how long before their last day questions are pointed out
MARK, MARKED = "~", "[~:]"  # before these signs in a facet
TAG_FIELD = re.compile(f"((?:[^~:]|{MARK}.)*):(.*)", re.DOTALL)
FIRST_VALUES = 8  # of them that are seen at once


class Choice(NamedTuple):
    """A value to choose, or to let go of."""

    words: str
    questions: int
    address: str
    is_on: bool


class Group(NamedTuple):
    """The values of one facet: those that are seen at once, those behind a click, how many beyond."""

    title: str
    seen: Sequence[Choice]
    behind: Sequence[Choice]
    beyond: int


class Chip(NamedTuple):
    """One thing that is asked for, and the address that asks for all the rest."""

    words: str
    address: str


class Column(NamedTuple):
    """A column of the list: the address that orders by it, and which way it does now ("", up, down)."""

    words: str
    address: str
    way: str
    is_figure: bool


def asked(fields: MultiDict[str, str]) -> Search:
    """Return the search that the fields of an address or a form ask for; what is unknown asks for nothing."""
    pairs = [tag_of(each) for each in fields.getlist("tag")[:MOST_TAGS]]
    return Search(
        words=cleaned(fields.get("q", "")),
        kind=_one_of(fields, "kind", KINDS),
        difficulty=_one_of(fields, "difficulty", (*DIFFICULTIES, UNDECLARED)),
        tags=tuple(dict.fromkeys((facet, value) for facet, value in pairs if facet and value)),
        state=_one_of(fields, "state", (*STATES, bank_search.ANY)),
        import_id=id_of(fields.get("import")),
        limit=_one_of(fields, "limit", LIMITS),
        last_day=ending_day(),
        flag=_one_of(fields, "flag", FLAGS),
        order=_one_of(fields, "order", [*ORDERS, *(f"{DOWN}{name}" for name in ORDERS)]) or USUAL_ORDER,
    )


def ending_day() -> str:
    """Return the day (ISO) up to which what ends is pointed out, in the time of the place."""
    day, _time = at_minute(now_ms() + ENDING_MS).split()
    return day


def tag_field(facet: str, value: str) -> str:
    """Return a tag as one field of a form or an address; a colon in the facet is marked."""
    return f"{re.sub(MARKED, lambda sign: f'{MARK}{sign[0]}', facet)}:{value}"


def tag_of(field: str) -> tuple[str, str]:
    """Return the facet and the value of such a field, both empty for any other."""
    found = TAG_FIELD.fullmatch(field)
    return (cleaned(re.sub(f"{MARK}(.)", r"\1", found[1])), cleaned(found[2])) if found else ("", "")


def query(wanted: Search) -> dict[str, Any]:  # Any: texts, numbers and lists, for url_for
    """Return the fields that ask for a search, as `url_for` wants them."""
    fields: dict[str, Any] = {
        "q": wanted.words,
        "kind": wanted.kind,
        "difficulty": wanted.difficulty,
        "tag": [tag_field(facet, value) for facet, value in wanted.tags],
        "state": wanted.state,
        "import": "" if wanted.import_id is None else wanted.import_id,
        "limit": wanted.limit,
        "flag": wanted.flag,
        "order": "" if wanted.order == USUAL_ORDER else wanted.order,
    }
    return {name: value for name, value in fields.items() if value not in ("", [])}


def address(wanted: Search) -> str:
    """Return where the list shows a search."""
    return url_for("bank.questions", **query(wanted))


def chips(wanted: Search) -> list[Chip]:
    """Return what is asked for, each with the address without it."""
    found = [Chip(f"“{wanted.words}”", address(replace(wanted, words="")))] if wanted.words else []
    named = {
        "kind": kind_words(),
        "difficulty": {**difficulty_words(), UNDECLARED: _("没有写难度")},
        "state": state_words(),
        "limit": limit_words(),
        "flag": quality_words.flag_words(),
    }
    for name, words in named.items():
        if value := getattr(wanted, name):
            found.append(Chip(words[value], address(_with(wanted, name, ""))))
    for tag in wanted.tags:
        words = _("%(facet)s：%(value)s", facet=facet_words().get(tag[0], tag[0]), value=tag[1])
        found.append(Chip(words, address(_without(wanted, tag))))
    if wanted.import_id is not None:
        words = _("导入 %(number)s", number=wanted.import_id)
        found.append(Chip(words, address(replace(wanted, import_id=None))))
    return found


def groups(wanted: Search, found: Listing) -> list[Group]:
    """Return the values to choose from beside the list, with how many of what is shown have each."""
    states = [(state, found.states.get(state, 0)) for state in STATES if found.states.get(state)]
    every = [*states, (bank_search.ANY, sum(found.states.values()))] if len(states) > 1 else states
    kinds, difficulties = dict(found.counts.get(KIND, ())), dict(found.counts.get(DIFFICULTY, ()))
    hardness = [(each, difficulties.get(each, 0)) for each in DIFFICULTIES]
    hardness.append((UNDECLARED, difficulties.get("", 0)))
    undeclared = {**difficulty_words(), UNDECLARED: _("没有写难度")}
    fixed = (
        ("state", _("状态"), state_words(), every),
        ("limit", _("使用范围"), limit_words(), [(limit, found.limits.get(limit, 0)) for limit in LIMITS]),
        ("kind", _("题型"), kind_words(), [(kind, kinds.get(kind, 0)) for kind in KINDS]),
        ("difficulty", _("难度"), undeclared, hardness),
    )
    shown = [
        _group(
            title,
            [
                Choice(words[value], count, address(_with(wanted, name, "" if is_on else value)), is_on)
                for value, count in values
                if (is_on := value == getattr(wanted, name)) or count
            ],
        )
        for name, title, words, values in fixed
    ]
    names = facet_words()
    facets = [facet for facet in found.counts if facet not in (KIND, DIFFICULTY)]
    usual = [facet for facet in names if facet in facets]
    for facet in [*usual, *sorted(set(facets) - set(usual))]:
        shown.append(
            _group(names.get(facet, facet), [_tag(wanted, facet, *each) for each in found.counts[facet]])
        )
    return [group for group in shown if group.seen]


def columns(wanted: Search) -> list[Column]:
    """Return the columns that the list can be ordered by; again by the same: the other way."""
    named = {
        "stem": _("题目"),
        "kind": _("题型"),
        "difficulty": _("难度"),
        "facility": _("答对率"),
        "discrimination": _("区分度"),
        "seen": _("出现次数"),
        "age": _("更新"),
    }
    current, is_down = wanted.order.removeprefix(DOWN), wanted.order.startswith(DOWN)
    found = []
    for name, words in named.items():
        way = ("down" if is_down else "up") if name == current else ""
        order = f"{DOWN}{name}" if way == "up" or (not way and name in ("seen", "age")) else name
        place = address(replace(wanted, order=order))
        found.append(Column(words, place, way, name in FIGURES))
    return found


def _one_of(fields: MultiDict[str, str], name: str, known: Collection[str]) -> str:
    value = fields.get(name, "")
    return value if value in known else ""


def _with(wanted: Search, name: str, value: Any) -> Search:  # Any: what that field holds
    return replace(wanted, **{name: value})


def _without(wanted: Search, tag: tuple[str, str]) -> Search:
    return replace(wanted, tags=tuple(each for each in wanted.tags if each != tag))


def _tag(wanted: Search, facet: str, value: str, count: int) -> Choice:
    tag = (facet, value)
    is_on = tag in wanted.tags
    other = _without(wanted, tag) if is_on else replace(wanted, tags=(*wanted.tags, tag))
    return Choice(value, count, address(other), is_on)


def _group(title: str, choices: Sequence[Choice]) -> Group:
    ordered = sorted(choices, key=lambda choice: not choice.is_on)  # what is chosen is seen first
    return Group(
        title,
        ordered[:FIRST_VALUES],
        ordered[FIRST_VALUES:MOST_VALUES],
        max(0, len(ordered) - MOST_VALUES),
    )
