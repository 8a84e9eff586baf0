"""What does not fit the schema, said in words: the place, what is wrong there, and what to write instead."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from quiz.errors import N_, Fault
from quiz.rules.draws import SOURCES
from quiz.rules.reading import LONGEST_SHOWN, NUMBER, Source, escaped

SCHEMA = Path(__file__).with_name("schema.json")
NOT_ONE_OF = N_("这里不能写“%(found)s”，请写以下之一：%(allowed)s。")
MOST_GUESSED = 50  # unknown keys of one place for which a likely one is looked up

# By the title that a part of the schema bears: what has to be written there.
WANTED: Mapping[str, str] = {
    "time": N_('这里要写时刻，加引号，如 "2024-05-30 08:00"；一天的末尾写 "2024-10-09 24:00"。'),
    "hour": N_('这里要写一天中的时刻，加引号，如 "08:00"；一天的末尾写 "24:00"。'),
    "date": N_('这里要写日期，加引号，如 "2024-02-01"。'),
    "number": NUMBER,
    "seconds": N_('这里要写大于 0、不超过一亿的秒数：整数，或加引号、最多三位的小数，如 60、"0.5"。'),
    "seconds_or_0": N_('这里要写秒数：0 或正整数，或加引号、最多三位的小数，如 15、"0.5"。'),
    "point": N_('最小计分单位请写 "1"、"0.1" 或 "0.01"。'),
    "id": N_("编号请只用小写字母、数字、短横线和下划线，最多 40 个字符。"),
    "not_share_like": N_(
        "分享、邀请一类的活动（share、invite、friend_joined、friend_answered）不能换取抽奖机会或答题次数，"
        "请改用其他活动，如 sign_in。"
    ),
    "tree_name": N_("单位体系的名称请只用小写字母和下划线，如 region、school。"),
    "level_name": N_("单位层级的名称请只用小写字母和下划线，如 street、class。"),
    "word": N_("这里请写对人说的叫法，如 town: 乡镇；需要英文的写 town: {zh: 乡镇, en: township}。"),
    "board_of": N_("这里请写 people，或“体系.层级”，如 region.street。"),
    "board_each": N_("这里请写 group，或“体系.层级”，如 region.street。"),
    "across_periods": N_("这里请写 best、latest、sum、mean 之一，或 {sum_of_best: 期数}。"),
    "at_least": N_("这里请写一个条件，如 {score: 60}、{correct: 5} 或 {total: 100}。"),
}
TYPES: Mapping[str, str] = {
    "object": N_("这里要写一组“名称: 值”。"),
    "array": N_("这里要写一个列表，如 [甲, 乙]。"),
    "string": N_('这里要写文字；数字作文字用时请加引号，如 "3"。'),
    "integer": N_("这里要写整数，不加引号。"),
    "boolean": N_("这里要写 true 或 false，不加引号。"),
}


def misfits(source: Source) -> list[Fault]:
    """Return every value that does not fit the schema, with what to write instead."""
    if not isinstance(source.raw, dict):
        return [
            Fault(
                "", source.line(""), "type", N_("规则文件应由“名称: 值”组成，第一行通常是 title: 比赛名称。")
            )
        ]
    faults: dict[tuple[str, str, str], Fault] = {}
    for error in _validator().iter_errors(source.raw):
        for fault in _faults(source, error):
            faults.setdefault((fault.at, fault.code, str(fault.values)), fault)
    return list(faults.values())


@lru_cache(maxsize=1)
def _validator() -> Draft202012Validator:
    return Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")))


def _faults(source: Source, error: ValidationError) -> Iterator[Fault]:
    at = "".join(f"/{escaped(str(part))}" for part in error.absolute_path)
    title = _of(error.schema).get("title", "")
    if error.validator == "not":
        yield _fault(source, at, "not_share_like", WANTED["not_share_like"], error)
    elif title == "entry" and isinstance(error.instance, dict) and _source(error) not in SOURCES:
        values = {"found": _source(error), "allowed": "、".join(SOURCES)}
        yield Fault(f"{at}/for", source.line(f"{at}/for"), "not_one_of", NOT_ONE_OF, values)
    elif title in WANTED and not isinstance(error.instance, dict):
        yield _fault(source, at, title, WANTED[title], error)
    elif error.validator in ("anyOf", "oneOf"):
        for inner in _nearest(error):
            yield from _faults(source, inner)
    else:
        say = KEYWORDS.get(str(error.validator), _unsuitable)
        yield from say(source, at, error)


def _nearest(error: ValidationError) -> list[ValidationError]:
    """Return what is wrong by the one alternative that was most probably meant."""
    branches: dict[Any, list[ValidationError]] = defaultdict(list)
    for inner in error.context or ():
        branches[inner.relative_schema_path[0]].append(inner)
    return min(branches.values(), key=_distance)


def _distance(errors: Iterable[ValidationError]) -> tuple[int, int]:
    """Other kind of value or another constant: not meant; otherwise the fewer faults the nearer."""
    found = list(errors)
    return sum(e.validator in ("const", "type") and len(e.relative_path) <= 1 for e in found), len(found)


def _fault(
    source: Source, at: str, code: str, sentence: str, error: ValidationError, **values: object
) -> Fault:
    return Fault(at, source.line(at), code, sentence, values or {"found": _shown(error.instance)})


def _unknown_key(source: Source, at: str, error: ValidationError) -> Iterator[Fault]:
    known = sorted(_of(error.schema).get("properties", {}))
    unknown = [key for key in _of(error.instance) if key not in known]
    for n, key in enumerate(unknown):
        near = get_close_matches(key, known, 1) if n < MOST_GUESSED else []
        sentence = (
            N_("这里没有“%(key)s”这一项，是否应为“%(near)s”？")
            if near
            else N_("这里没有“%(key)s”这一项，可以写的有：%(known)s。")
        )
        values = {"near": near[0]} if near else {"known": "、".join(known)}
        place = f"{at}/{escaped(key)}"
        yield Fault(place, source.line(place), "unknown_key", sentence, {"key": key, **values})


def _missing(source: Source, at: str, error: ValidationError) -> Iterator[Fault]:
    for key in _of(error.validator_value):
        if key not in _of(error.instance):
            yield Fault(at, source.line(at), "missing", N_("这里缺少“%(key)s”，请补上。"), {"key": key})


def _one_of(source: Source, at: str, error: ValidationError) -> Iterator[Fault]:
    allowed = _of(error.validator_value) if error.validator == "enum" else [error.validator_value]
    values = {"found": _shown(error.instance), "allowed": "、".join(str(each) for each in allowed)}
    yield Fault(at, source.line(at), "not_one_of", NOT_ONE_OF, values)


def _type(source: Source, at: str, error: ValidationError) -> Iterator[Fault]:
    yield _fault(source, at, "type", TYPES[str(error.validator_value)], error)


def _too_small(source: Source, at: str, error: ValidationError) -> Iterator[Fault]:
    least = error.validator_value
    yield _fault(source, at, "too_small", N_("这里的数不能小于 %(least)s。"), error, least=least)


def _too_large(source: Source, at: str, error: ValidationError) -> Iterator[Fault]:
    most = error.validator_value
    yield _fault(source, at, "too_large", N_("这里的数不能大于 %(most)s。"), error, most=most)


def _empty(source: Source, at: str, error: ValidationError) -> Iterator[Fault]:
    least = error.validator_value
    yield _fault(source, at, "too_few", N_("这里至少要写 %(least)s 项（个字）。"), error, least=least)


def _unsuitable(source: Source, at: str, error: ValidationError) -> Iterator[Fault]:
    yield _fault(source, at, "unsuitable", N_("这里的值“%(found)s”不合要求。"), error)


KEYWORDS: Mapping[str, Callable[[Source, str, ValidationError], Iterator[Fault]]] = {
    "additionalProperties": _unknown_key,
    "required": _missing,
    "enum": _one_of,
    "const": _one_of,
    "type": _type,
    "minimum": _too_small,
    "maximum": _too_large,
    "minLength": _empty,
    "minItems": _empty,
    "minProperties": _empty,
}


def _of(part: Any) -> Any:  # Any: the schema and what it met, as JSON
    """Return a part of an error as JSON; jsonschema types it as perhaps unset, which it never is here."""
    return part


def _source(error: ValidationError) -> str:
    return _shown(_of(error.instance).get("for"))


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "…"
