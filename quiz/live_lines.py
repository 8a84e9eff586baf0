"""A person's line as the live boards keep it: packed into bytes, and read back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import orjson

PERSON_BYTES = 5  # of a person's id in Redis: 10^12 people
SHAPES_KEPT = 1_000  # pairs of stat names and unit levels: one or two a stage
NO_UNIT = 0  # of a level on which somebody had a unit and has none any more

Parts = Mapping[str, Mapping[int, Mapping[str, int]]]  # "tree.level" → unit id → what is added to it


@dataclass(frozen=True)
class LiveLine:
    """A person's standing in a stage or one of its periods, as the live boards want it."""

    stage: int
    period: str  # "" for the whole stage
    person_id: int
    version: int
    order_key: str  # "" when the person is on no board
    stats: Mapping[str, int]  # what unit boards add up
    units: Mapping[str, int]  # "tree.level" → unit id; "group" → its number from 1
    parts: Parts = field(default_factory=dict)  # of the levels on which the person moved: instead of `units`


def packed(lines: Sequence[LiveLine]) -> Iterator[object]:
    """Yield lines as the script reads them, eight values each."""
    for line in lines:
        names, levels, shape = _shape(tuple(line.stats), (*line.units, *line.parts))
        yield line.stage
        yield line.period
        yield id_bytes(line.person_id)
        yield line.version
        yield bytes.fromhex(line.order_key)
        yield shape
        yield _numbers(line.stats, names, ",")
        if line.parts:
            yield ",".join([_units(line, level, names) for level in levels])
        else:
            yield _numbers(line.units, levels, ",")


@lru_cache(maxsize=SHAPES_KEPT)
def _shape(stats: tuple[str, ...], levels: tuple[str, ...]) -> tuple[list[str], list[str], bytes]:
    """Return the names of stats and levels in their order, and as the script knows both."""
    names, places = sorted(stats), sorted({*levels})
    return names, places, orjson.dumps([names, places])


def _units(line: LiveLine, level: str, names: Sequence[str]) -> str:
    """Return a person's unit on a level, 0 for none; after a move with what each unit gets: 7/5=1:3/7=1:2."""
    divided = sorted(line.parts.get(level, {}).items())
    parts = [f"{unit}={_numbers(stats, names, ':')}" for unit, stats in divided]
    return "/".join([str(line.units.get(level, NO_UNIT)), *parts])


def _numbers(stats: Mapping[str, int], names: Sequence[str], apart: str) -> str:
    return apart.join([str(stats.get(name, 0)) for name in names])


def id_bytes(person_id: int) -> bytes:
    """Return a person's id as Redis keeps it."""
    return person_id.to_bytes(PERSON_BYTES)


def unpacked(stage: int, period: str, person_id: int, kept: tuple[bytes, bytes]) -> LiveLine:
    """Return a person's record, kept with its shape, as the line it was made of."""
    record, shape = kept
    version, _shape, stats, units, order_key = record.split(b" ", 4)
    names, levels = orjson.loads(shape)
    at = dict(zip(levels, (text.split("/") for text in units.decode().split(",") if text), strict=True))
    return LiveLine(
        stage=stage,
        period=period,
        person_id=person_id,
        version=int(version),
        order_key=order_key.hex(),
        stats=dict(zip(names, _listed(stats), strict=True)),
        units={level: int(texts[0]) for level, texts in at.items() if int(texts[0]) != NO_UNIT},
        parts={level: dict(_part(t, names) for t in texts[1:]) for level, texts in at.items() if texts[1:]},
    )


def _part(text: str, names: Sequence[str]) -> tuple[int, dict[str, int]]:
    unit, _, values = text.partition("=")
    return int(unit), dict(zip(names, map(int, values.split(":")), strict=True))


def _listed(text: bytes) -> list[int]:
    return [int(part) for part in text.split(b",")] if text else []


def member_of(member: bytes) -> tuple[str, int]:
    """Return the order key and the person of a member of an order."""
    return member[:-PERSON_BYTES].hex(), int.from_bytes(member[-PERSON_BYTES:])
