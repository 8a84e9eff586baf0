"""What a rules page is made of: sentences of the catalogue with their values, numbers and times in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import Protocol

from quiz.errors import N_
from quiz.rules.numbers import readable
from quiz.rules.parts import Limit, Stage
from quiz.rules.timing import local_time


class Plural(str):
    """A sentence of the catalogue that many languages word differently for one and for several: `count`."""

    __slots__ = ()


def P_(text: str) -> Plural:  # noqa: N802  # like gettext's N_
    """Mark a sentence for the catalogue with a form for one `count` and a form for several."""
    return Plural(text)


@dataclass(frozen=True)
class Sentence:
    """A sentence of the catalogue with the values for its named places.

    A value is a number, text that is not translated, a `Word`, `Added`, or again a `Sentence` (or a tuple,
    listed).
    """

    text: str
    values: Mapping[str, object] = field(default_factory=dict)
    count: int | None = None  # what its form depends on, where it has forms


@dataclass(frozen=True)
class Word:
    """What the document itself calls something, by language."""

    by_language: Mapping[str, str]


@dataclass(frozen=True)
class Added:
    """Numbers in words that are added up: 3 分 + 4 分."""

    parts: tuple[object, ...]


@dataclass(frozen=True)
class Speech:
    """A language: its name, and where its sentences are found (`count`: for which number)."""

    language: str
    find: Callable[[str, int | None], str]


class Catalogue(Protocol):
    """The sentences of a language, as gettext has them."""

    def gettext(self, message: str, /) -> str: ...
    def ngettext(self, msgid1: str, msgid2: str, n: int, /) -> str: ...


def speech(language: str, catalogue: Catalogue) -> Speech:
    """Return a language with the sentences of a catalogue; `count` chooses between their forms."""
    return Speech(
        language,
        lambda text, count: (
            catalogue.gettext(text) if count is None else catalogue.ngettext(text, text, count)
        ),
    )


CHINESE = Speech("zh", lambda text, _count: text)


def say(text: str, **values: object) -> Sentence:
    """Return a sentence with those of the values that it has a place for; exact numbers become text."""
    count = None
    if isinstance(text, Plural):
        count = 1 if values["count"] in (1, "1") else 2
    return Sentence(text, {n: _printable(v) for n, v in values.items() if f"%({n})s" in text}, count)


def filled_in(value: object, speech: Speech = CHINESE) -> str:
    """Return a sentence in a language, its values filled in; several values are listed."""
    match value:
        case Sentence():
            text = speech.find(value.text, value.count)
            values = {name: filled_in(each, speech) for name, each in value.values.items()}
            return text % values if values else text
        case Word():
            return value.by_language.get(speech.language) or value.by_language["zh"]
        case Added():
            return " + ".join(filled_in(each, speech) for each in value.parts)
        case tuple():
            return speech.find(N_("、"), None).join(filled_in(each, speech) for each in value)
    return str(value)


def _printable(value: object) -> object:
    if isinstance(value, Fraction):
        return readable(value)
    return tuple(_printable(each) for each in value) if isinstance(value, (tuple, list)) else value


def joined(pair: str, parts: Sequence[Sentence]) -> Sentence:
    """Return sentences put together one by one with a sentence for `one` and `other`."""
    found = parts[0]
    for part in parts[1:]:
        found = say(pair, one=found, other=part)
    return found


OR = N_("%(one)s或%(other)s")
THEN = N_("%(one)s，%(other)s")
APART = N_("%(one)s；%(other)s")
QUOTED = N_("“%(name)s”")


def quoted(names: Iterable[str]) -> tuple[Sentence, ...]:
    """Return names of the document in quotation marks."""
    return tuple(say(QUOTED, name=name) for name in names)


def points(number: Fraction | int | str) -> Sentence:
    """Return so many points."""
    return say(P_("%(count)s 分"), count=number)


def questions(number: Fraction | int) -> Sentence:
    """Return so many questions."""
    return say(P_("%(count)s 题"), count=number)


def moment(zone: str, ms: int, is_end: bool = False) -> Sentence:
    """Return a moment as people write it; the end of something at midnight is 24:00 of the day before."""
    local = local_time(zone, ms)
    clock = f"{local.hour}:{local.minute:02d}" + (f":{local.second:02d}" if local.second else "")
    if is_end and clock == "0:00":
        local, clock = local - timedelta(days=1), "24:00"
    return say(N_("%(day)s%(clock)s"), day=day_of(local.date()), clock=clock)


def day_of(day: date) -> Sentence:
    """Return a day as people write it."""
    month = Sentence(MONTHS[day.month - 1])
    return say(N_("%(year)s年%(month)s%(day)s日"), year=day.year, month=month, day=day.day)


MONTHS = (
    *(N_("1月"), N_("2月"), N_("3月"), N_("4月"), N_("5月"), N_("6月")),
    *(N_("7月"), N_("8月"), N_("9月"), N_("10月"), N_("11月"), N_("12月")),
)


def clock_of(minutes: int) -> str:
    """Return a time of day: 90 → 1:30."""
    return f"{minutes // 60}:{minutes % 60:02d}"


def duration(ms: int) -> Sentence:
    """Return a length of time: in hours or minutes where it is whole ones, else with seconds."""
    if ms % 3_600_000 == 0:
        return say(P_("%(count)s 小时"), count=ms // 3_600_000)
    if ms % 60_000 == 0:
        return say(P_("%(count)s 分钟"), count=ms // 60_000)
    if ms > 60_000:
        minutes, rest = divmod(ms, 60_000)
        return say(N_("%(minutes)s 分 %(seconds)s 秒"), minutes=minutes, seconds=Fraction(rest, 1000))
    return say(P_("%(count)s 秒"), count=Fraction(ms, 1000))


def limits(stage: Stage, limit: Limit) -> tuple[Sentence, ...]:
    """Return the spans of a limit: 每天最多 3 次、总共最多 20 次."""
    total = limit.total
    spans = [("day", limit.per_day)]
    if stage.calendar.period != "none":
        spans.append((stage.calendar.period, limit.per_period))
    elif limit.per_period is not None:  # the whole stage is one period
        total = min(limit.per_period, limit.per_period if total is None else total)
    spans.append(("total", total))
    return tuple(say(TIMES[span], count=most) for span, most in spans if most is not None)


TIMES: Mapping[str, str] = {
    "day": P_("每天最多 %(count)s 次"),
    "week": P_("每周最多 %(count)s 次"),
    "month": P_("每月最多 %(count)s 次"),
    "scene": P_("每个场景最多 %(count)s 次"),
    "level": P_("每一关最多 %(count)s 次"),
    "total": P_("总共最多 %(count)s 次"),
}
