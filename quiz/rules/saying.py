"""The words a rules page is made of: sentences of the catalogue, numbers, moments, the names of things."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from fractions import Fraction

from quiz.errors import N_
from quiz.rules.numbers import readable
from quiz.rules.timing import local_time


@dataclass(frozen=True)
class Sentence:
    """A sentence of the catalogue with the values for its named places.

    A value is a number, text that is not translated, or again a `Sentence` (or a tuple of them, joined).
    """

    text: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Passage:
    """One part of the rules page."""

    heading: str  # of the catalogue
    sentences: tuple[Sentence, ...]


def say(text: str, **values: object) -> Sentence:
    """Return a sentence; exact numbers among the values become text."""
    return Sentence(text, {name: _printable(value) for name, value in values.items()})


def filled_in(value: object) -> str:
    """Return a sentence in the source language."""
    match value:
        case Sentence():
            text = value.text
            return text % {k: filled_in(v) for k, v in value.values.items()} if value.values else text
        case tuple():
            return "、".join(filled_in(each) for each in value)
    return str(value)


def _printable(value: object) -> object:
    if isinstance(value, Fraction):
        return readable(value)
    return tuple(_printable(each) for each in value) if isinstance(value, (tuple, list)) else value


def named(words: Mapping[str, str], name: str) -> Sentence:
    """Return what something is called, or its own name where the catalogue has none."""
    return Sentence(words.get(name, name))


def all_named(words: Mapping[str, str], names: Iterable[str]) -> tuple[Sentence, ...]:
    """Return what several things are called."""
    return tuple(named(words, name) for name in names)


def joined(pair: str, parts: Sequence[Sentence]) -> Sentence:
    """Return sentences put together one by one with a sentence for `one` and `other`."""
    found = parts[0]
    for part in parts[1:]:
        found = say(pair, one=found, other=part)
    return found


def moment(zone: str, ms: int, is_end: bool = False) -> Sentence:
    """Return a moment as people write it; the end of something at midnight is 24:00 of the day before."""
    local = local_time(zone, ms)
    clock = f"{local.hour}:{local.minute:02d}" + (f":{local.second:02d}" if local.second else "")
    if is_end and clock == "0:00":
        local, clock = local - timedelta(days=1), "24:00"
    return say(
        N_("%(year)s年%(month)s月%(day)s日%(clock)s"),
        year=local.year,
        month=local.month,
        day=local.day,
        clock=clock,
    )


def clock_of(minutes: int) -> str:
    """Return a time of day: 90 → 1:30."""
    return f"{minutes // 60}:{minutes % 60:02d}"


def duration(ms: int) -> Sentence:
    """Return a length of time: minutes where it is whole minutes, else seconds."""
    if ms % 3_600_000 == 0:
        return say(N_("%(count)s 小时"), count=ms // 3_600_000)
    if ms % 60_000 == 0:
        return say(N_("%(count)s 分钟"), count=ms // 60_000)
    if ms > 60_000:
        minutes, rest = divmod(ms, 60_000)
        return say(N_("%(minutes)s 分 %(seconds)s 秒"), minutes=minutes, seconds=Fraction(rest, 1000))
    return say(N_("%(count)s 秒"), count=Fraction(ms, 1000))


LEVELS: Mapping[str, str] = {
    "province": N_("省（区、市）"),
    "city": N_("市"),
    "district": N_("区县"),
    "county": N_("县（市、区）"),
    "street": N_("街道"),
    "community": N_("社区"),
    "school": N_("学校"),
    "grade": N_("年级"),
    "class": N_("班级"),
    "org": N_("单位"),
    "department": N_("部门"),
    "industry": N_("行业"),
    "team": N_("队伍"),
}
KINDS: Mapping[str, str] = {
    "single": N_("单选题"),
    "multiple": N_("多选题"),
    "indefinite": N_("不定项选择题"),
    "true_false": N_("判断题"),
    "fill": N_("填空题"),
    "order": N_("排序题"),
    "match": N_("连线题"),
}
PERIODS: Mapping[str, str] = {
    "none": N_("整个比赛期间"),
    "day": N_("每天"),
    "week": N_("每周"),
    "month": N_("每月"),
    "scene": N_("每个场景"),
    "level": N_("每一关"),
}
ONE_PERIOD: Mapping[str, str] = {  # one of them, as in 最好的一天
    "none": N_("一次"),
    "day": N_("一天"),
    "week": N_("一周"),
    "month": N_("一个月"),
    "scene": N_("一个场景"),
    "level": N_("一关"),
}
FIRST_TWO: Mapping[str, tuple[str, str]] = {  # as in an example
    "day": (N_("第一天"), N_("第二天")),
    "week": (N_("第一周"), N_("第二周")),
    "month": (N_("第一个月"), N_("第二个月")),
    "scene": (N_("第一个场景"), N_("第二个场景")),
    "level": (N_("第一关"), N_("第二关")),
}
COUNTED_PERIODS: Mapping[str, str] = {  # so many of them
    "day": N_("%(count)s 天"),
    "week": N_("%(count)s 周"),
    "month": N_("%(count)s 个月"),
    "scene": N_("%(count)s 个场景"),
    "level": N_("%(count)s 关"),
}
FACETS: Mapping[str, str] = {
    "domain": N_("领域"),
    "criterion": N_("基准条目"),
    "topic": N_("主题"),
    "audience": N_("适合人群"),
    "source": N_("来源"),
}
WEEKDAYS = (N_("周一"), N_("周二"), N_("周三"), N_("周四"), N_("周五"), N_("周六"), N_("周日"))
ROUNDING: Mapping[str, str] = {
    "half_up": N_("四舍五入"),
    "half_even": N_("四舍六入、逢五取偶"),
    "down": N_("舍去尾数"),
}
EVENTS: Mapping[str, str] = {
    "sign_in": N_("签到"),
    "first_login": N_("首次登录"),
    "share": N_("分享"),
    "invite": N_("邀请好友"),
    "friend_joined": N_("好友加入"),
    "friend_answered": N_("好友完成答题"),
    "video": N_("看视频"),
}
