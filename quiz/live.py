"""The live boards: the one place that knows Redis. Everything in it can be rebuilt from the stored lines.

Every key of a contest begins with `quiz:{c<id>}:`, so that a cluster keeps them together:

    serving                        hash    epoch, generation, needs, checkpoint: the boards that are read
    building                       hash    epoch, generation, needs: boards being built beside them; expires
    generations                    set     the generations that have keys
    <g>:keys                       set     every other key of generation <g>
    <g>:shapes                     hash    JSON [stat names, unit levels] → number, and #number → the JSON
    <g>:people:<stage>:<period>    hash    person → "version shape stats units order-key"; a unit of who moved
                                           between units is divided: "7/5=1:3/7=1:2", unit=stats
    <g>:order:<view>:<stage>:<period>                   sorted set, all scores 0: order key, person
    <g>:groups:<view>:<stage>:<period>                  sorted set, all scores 0: the different order keys
    <g>:sums:<view>:<stage>:<level>:<period>            hash    unit|stat → sum over the unit's people
    <g>:ranked:<view>:<stage>:<level>:<unit>:<kept>:<period>   sorted set: person by a number, `kept`:
                                           total, group/3 (totals of group 3), reached, first_started, and
                                           total/0, group/3/0 … of those without points

and beside them `quiz:limit:<what>:<window>` counts how often something was tried.

Order keys are hexadecimal text, of one width on a board, whose byte order is the board's order; here they are
packed into bytes, as a person's id is. So the sorted set read by rank is the board, and a place is 1 + the
number of members below the order key: ZLEXCOUNT, O(log n) and exact because all scores are equal. `groups`
exists only where places are dense, `ranked` only where a unit board reads what cannot be added up. One record
of a person serves the public and the full board.

A divided board has an order, sums and ranked orders for each of its parts, too: their keys end with
`:<each>=<unit>`, after the period. The group of a person stands among their units as `group`. A stat whose
name begins with @ is a moment: it is ranked and never added. All boards of a contest that fold the same stage
and period share these keys, however many they are.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha1
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import orjson
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from quiz.live_lines import LiveLine as LiveLine
from quiz.live_lines import Parts as Parts
from quiz.live_lines import id_bytes, member_of, packed, unpacked

TIMEOUT_S = 0.3  # of one call: a live board that hangs must not hold up an answer
REST_S = 0.5  # after a call that failed nobody waits for Redis again for so long
LEASE_MS = 10_000  # a building that is not filled for so long is given up
CHUNK = 1_000  # rows of one call that walks a board
NEIGHBOURS = 2  # rows shown above and below one's own

log = logging.getLogger(__name__)


Pick = tuple[str, int]  # an order in which units keep people, how many from its top; negative: its bottom
Ranked = tuple[int, str, str, str]  # stage, level, by what the board is divided or "", what is ranked


class View(StrEnum):
    """Which projection of a board is read."""

    PUBLIC = "public"  # as published: stands still once the board is frozen
    FULL = "full"  # as the desk sees it


class LiveUnavailable(Exception):
    """Redis does not answer, or not in time."""


class BoardMissing(Exception):
    """Redis holds no boards of this contest, or those of another epoch."""


class BeingBuilt(Exception):
    """Somebody else builds the boards of this contest, or has taken the building over."""


@dataclass(frozen=True)
class BoardRef:
    """Names one live board and the epoch its contents must have."""

    contest_id: int
    epoch: str
    stage: int
    period: str = ""
    view: View = View.PUBLIC
    places: str = "standard"  # standard, dense, ordinal
    home: str = ""  # "each=unit": one part of a divided board


@dataclass(frozen=True)
class Needs:
    """What the boards of a contest keep besides the order of people."""

    dense: frozenset[int] = frozenset()  # stages whose places are dense
    ranked: frozenset[Ranked] = frozenset()
    orders: frozenset[tuple[int, str]] = frozenset()  # stage, by what its boards are divided
    sums: frozenset[tuple[int, str, str]] = frozenset()  # stage, level of a unit board, by what it is divided

    @property
    def text(self) -> bytes:
        """The needs as the script reads them."""
        ranked: dict[str, dict[str, list[str]]] = {}
        for stage, level, each, kind in sorted(self.ranked):
            ranked.setdefault(f"{stage}:{level}", {}).setdefault(each, []).append(kind)
        orders: dict[str, list[str]] = {}
        for stage, each in sorted(self.orders):
            orders.setdefault(str(stage), []).append(each)
        sums: dict[str, list[str]] = {}
        for stage, level, each in sorted(self.sums):
            sums.setdefault(f"{stage}:{level}", []).append(each)
        dense = {str(stage): 1 for stage in sorted(self.dense)}
        return orjson.dumps({"dense": dense, "ranked": ranked, "orders": orders, "sums": sums})


@dataclass(frozen=True)
class Placed:
    """One person on a board: the position from 0, the place, and the order key that decides both."""

    person_id: int
    index: int
    place: int
    order_key: str


@dataclass(frozen=True)
class Part:
    """A part of a people board, one person's own row and the rows around it."""

    rows: Sequence[Placed]
    count: int
    mine: Placed | None = None
    around: Sequence[Placed] = ()
    ahead: Placed | None = None  # the last row of the place before mine


@dataclass(frozen=True)
class UnitSums:
    """What a unit board is made of: by unit, the sums over its people, and what was picked from orders."""

    sums: Mapping[int, Mapping[str, int]]
    picked: Mapping[str, Mapping[int, Sequence[int]]]  # name of the order → unit → the numbers asked for
    mine: LiveLine | None = None  # of who asks, in step with the sums


@dataclass(frozen=True)
class Building:
    """Boards that are being built beside the served ones."""

    contest_id: int
    epoch: str
    generation: str


def connect(url: str) -> redis.Redis:
    """Return a client that never repeats a call by itself and gives up soon."""
    client: redis.Redis = redis.Redis.from_url(
        url,
        protocol=2,
        socket_timeout=TIMEOUT_S,
        socket_connect_timeout=TIMEOUT_S,
        retry=Retry(NoBackoff(), 0),
    )
    return client


class Script:
    """The Lua script beside this module, called by its digest and sent again to a server that lost it."""

    def __init__(self, client: redis.Redis, rest_s: float = REST_S) -> None:
        self.client, self.rest_s = client, rest_s
        self.text = Path(__file__).with_name("live.lua").read_text(encoding="utf-8")
        self.digest = sha1(self.text.encode(), usedforsecurity=False).hexdigest()
        self.rests_until_s = 0.0  # of the monotonic clock

    def run(self, key: str, *values: object) -> Any:  # Any: Redis' reply
        """Return the script's reply; raises LiveUnavailable, at once while Redis failed a moment ago."""
        if time.monotonic() < self.rests_until_s:
            raise LiveUnavailable
        try:
            return self._call(key, *values)
        except redis.RedisError as error:
            if isinstance(error, redis.exceptions.ResponseError):
                log.exception("Redis refused a call")
            self.rests_until_s = time.monotonic() + self.rest_s
            raise LiveUnavailable from error

    def _call(self, key: str, *values: Any) -> Any:  # Any: what redis-py encodes, what Redis replies
        try:
            return self.client.evalsha(self.digest, 1, key, *values)
        except redis.exceptions.NoScriptError:
            return self.client.eval(self.text, 1, key, *values)


class LiveBoards:
    """Moves people on the live boards and reads them. Every call but the walks is one round trip.

    Every call raises LiveUnavailable, and BoardMissing when the boards asked for are not there.
    """

    def __init__(self, client: redis.Redis, rest_s: float = REST_S) -> None:
        self.script = Script(client, rest_s)

    def announce(self, contest_id: int, epoch: str, lines: Sequence[LiveLine]) -> int:
        """Move people on all boards of a contest, also on those being built; returns how many lines were new.

        A version that is not above the one that is known changes nothing.
        """
        return int(self._ask("announce", contest_id, epoch, *packed(lines)))

    def begin(self, contest_id: int, epoch: str, needs: Needs) -> Building:
        """Begin new boards beside the served ones. Raises BeingBuilt while somebody else does so."""
        building = Building(contest_id, epoch, secrets.token_hex(4))
        if not self._ask("begin", contest_id, epoch, building.generation, LEASE_MS, needs.text):
            raise BeingBuilt
        return building

    def fill(self, building: Building, lines: Sequence[LiveLine]) -> None:
        """Put lines on the boards being built. Raises BeingBuilt when the building is not ours any more."""
        self._build("fill", building, LEASE_MS, *packed(lines))

    def finish(self, building: Building, checkpoint_ms: int) -> None:
        """Serve the boards that were built. Raises BeingBuilt when the building is not ours any more.

        `checkpoint_ms`: up to when they hold everything that was committed.
        """
        self._build("finish", building, checkpoint_ms)

    def checkpoint(self, contest_id: int, epoch: str, needs: Needs | None = None) -> int:
        """Return up to when the boards are known to hold everything that was committed.

        Boards that do not keep what is needed are missing, too.
        """
        return int(self._ask("checkpoint", contest_id, epoch, needs.text if needs else "", ""))

    def caught_up(self, contest_id: int, epoch: str, moment_ms: int) -> None:
        """Note that the boards hold everything that was committed up to a moment."""
        self._ask("checkpoint", contest_id, epoch, "", moment_ms)

    def boards(self, contest_id: int, epoch: str) -> set[tuple[int, str]]:
        """Return the stages and periods that have a record of somebody."""
        keys = self._keys(contest_id, epoch)
        return {(int(key[4]), unquote(key[5])) for key in keys if key[3] == "people"}

    def homes(self, board: BoardRef) -> set[str]:
        """Return the parts of a divided board in which somebody ever stood."""
        where = ["order", board.view.value, str(board.stage), board.period]
        keys = ([unquote(part) for part in key] for key in self._keys(board.contest_id, board.epoch))
        return {key[7] for key in keys if key[3:7] == where and len(key) > 7}

    def page(self, board: BoardRef, first: int, size: int, me: int | None = None) -> Part:
        """Return `size` rows from position `first` (from 0) on, and the row of `me` with its neighbours."""
        *near, count, rows = self._read("page", board, _asker(me), NEIGHBOURS, first, size)
        return _part(board, _slice(board, rows), count, near)

    def found(self, board: BoardRef, people: Sequence[int], count: int, me: int | None = None) -> Part:
        """Return the rows of these people, in their order, some of `count`, and the surroundings of `me`."""
        mine, around, ahead, *rows = self._read(
            "found", board, _asker(me), NEIGHBOURS, *map(id_bytes, people)
        )
        return _part(board, [_position(row) for row in rows if row], count, (mine, around, ahead))

    def places(self, board: BoardRef, people: Sequence[int]) -> dict[int, Placed]:
        """Return the rows of these people; who is not on the board is absent."""
        found = self._read("places", board, *map(id_bytes, people)) if people else []
        return {placed.person_id: placed for placed in (_position(each) for each in found if each)}

    def unit_sums(
        self, board: BoardRef, level: str, picks: Sequence[Pick] = (), me: int | None = None
    ) -> UnitSums:
        """Return the sums of a level's units and, where `Needs.ranked` keeps them, what is picked.

        `me`: whose line is wanted with them.
        """
        asked = (value for pick in picks for value in pick)
        stats, record, shape, *found = self._read("sums", board, level, _asker(me), *asked)
        sums: dict[int, dict[str, int]] = {}
        for name, value in zip(stats[::2], stats[1::2], strict=True):
            unit, _, stat = name.decode().partition("|")
            sums.setdefault(int(unit), {})[stat] = int(value)
        picked: dict[str, dict[int, list[int]]] = {}
        for (order, _count), values in zip(picks, found, strict=True):
            for unit, value in zip(values[::2], values[1::2], strict=True):
                picked.setdefault(order, {}).setdefault(int(unit), []).append(int(value))
        mine = unpacked(board.stage, board.period, me, (record, shape)) if me is not None and record else None
        return UnitSums(sums, picked, mine)

    def part_counts(self, board: BoardRef, homes: Sequence[str]) -> dict[str, int]:
        """Return how many people stand in parts of a divided board; where nobody does is absent."""
        counts = self._read("parts", board, *homes) if homes else []
        return {home: count for home, count in zip(homes, counts, strict=True) if count}

    def records(self, board: BoardRef, people: Sequence[int]) -> tuple[int, dict[int, LiveLine]]:
        """Return how many records the board's stage and period has, and those of these people."""
        count, *found = self._read("records", board, *map(id_bytes, people))
        pairs = zip(people, found[::2], found[1::2], strict=True)
        return count, {
            person: unpacked(board.stage, board.period, person, (record, shape))
            for person, record, shape in pairs
            if record
        }

    def members(self, board: BoardRef) -> Iterator[tuple[str, int]]:
        """Yield (order key, person) in the order of the sorted set, a chunk at a time."""
        last = b""
        while members := self._read("members", board, last, CHUNK):
            yield from (member_of(member) for member in members)
            last = members[-1]

    def _keys(self, contest_id: int, epoch: str) -> list[list[str]]:
        return [key.decode().split(":") for key in self._ask("keys", contest_id, epoch)]

    def _read(self, command: str, board: BoardRef, *values: object) -> Any:
        where = (board.stage, board.period, board.view.value, board.places, board.home)
        return self._ask(command, board.contest_id, board.epoch, *where, *values)

    def _ask(self, command: str, contest_id: int, epoch: str, *values: object) -> Any:
        prefix = f"quiz:{{c{contest_id}}}:"
        reply = self.script.run(f"{prefix}serving", command, prefix, epoch, *values)
        if reply is None:
            raise BoardMissing
        return reply

    def _build(self, command: str, building: Building, *values: object) -> None:
        try:
            self._ask(command, building.contest_id, building.epoch, building.generation, *values)
        except BoardMissing as error:
            raise BeingBuilt from error


class Limits:
    """Counts tries in windows of time: in Redis for all processes, in this process while Redis is away."""

    MOST_KEPT = 50_000  # counters in the process; beyond it those of windows that are over are forgotten

    def __init__(self, client: redis.Redis | None, rest_s: float = REST_S) -> None:
        self.script = Script(client, rest_s) if client is not None else None
        self.own: dict[str, tuple[int, int]] = {}  # counter → tries, when its window ends
        self.turn = threading.Lock()

    def allow(self, key: str, limit: int, window_s: int, now_ms: int) -> bool:
        """Count one more try of `key` and return whether it is within `limit` tries in this window."""
        window_ms = window_s * 1000
        counter = f"quiz:limit:{key}:{now_ms // window_ms}"
        with self.turn:  # both counts in one order: of two tries at once exactly one is the first
            tried = self._in_process(counter, now_ms, window_ms)
            if self.script is not None:
                with suppress(LiveUnavailable):  # then this process counts alone
                    tried = max(tried, int(self.script.run(counter, "allow", "", window_ms)))
        return tried <= limit

    def _in_process(self, counter: str, now_ms: int, window_ms: int) -> int:
        if len(self.own) >= self.MOST_KEPT:
            self.own = {name: kept for name, kept in self.own.items() if kept[1] > now_ms}
        tried, ends_ms = self.own.get(counter, (0, (now_ms // window_ms + 1) * window_ms))
        self.own[counter] = (tried + 1, ends_ms)
        return tried + 1


def _asker(me: int | None) -> bytes:
    return b"" if me is None else id_bytes(me)


def _part(board: BoardRef, rows: Sequence[Placed], count: int, near: Sequence[Any]) -> Part:
    """Return a part of a board; `near`: one's own position, the rows around it, who is ahead, as told."""
    mine, around, ahead = near
    return Part(
        rows=rows,
        count=count,
        mine=_position(mine) if mine else None,
        around=_slice(board, around) if around else (),
        ahead=_position(ahead) if ahead else None,
    )


def _position(found: Sequence[Any]) -> Placed:
    index, place, member = found
    order_key, person_id = member_of(member)
    return Placed(person_id, index, place, order_key)


def _slice(board: BoardRef, found: Sequence[Any]) -> list[Placed]:
    first, place, members = found
    return numbered(board.places, first, place, [member_of(member) for member in members])


def numbered(style: str, first: int, place: int, members: Sequence[tuple[str, int]]) -> list[Placed]:
    """Return rows that follow each other with their places; the first one's position and place are given."""
    rows: list[Placed] = []
    for index, (order_key, person_id) in enumerate(members, first):
        if rows and (style == "ordinal" or order_key != rows[-1].order_key):
            place = place + 1 if style == "dense" else index + 1
        rows.append(Placed(person_id, index, place, order_key))
    return rows
