"""What it costs to look into a large board: a street of it, a name, and how it stood when the day ended.

`python -m bench.looking [--people N]` prints processor time of this process, medians.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import click
from sqlalchemy import func, select, update

from bench.boards import fill
from bench.preparing import CONTEST, platform_on, streets_of
from quiz import starter
from quiz.models.play import DayEnd, Line
from quiz.rules.kept import GROUP
from quiz.services import boards, contests, days_end, results
from quiz.services.platform import Actor, Platform
from quiz.services.published import in_force
from quiz.services.results import BoardId, Wanted
from tests.support.servers import valkey

LOOKS = 11
PATIENCE_S = 10  # with Redis: processor time is measured here, on a machine that others may use
DAY_MS = 86_400_000
GROUPS = "people: {groups: [少年组, 成人组]}\n"
DIVIDED = "      - {name: 分组, of: people, each: group}\n"


def main() -> None:
    """Fill a board and look into it."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--people", type=int, default=100_000)
    people = options.parse_args().people
    with (
        tempfile.TemporaryDirectory() as folder,
        valkey() as address,
        platform_on(Path(folder) / "data", address) as platform,
    ):
        _look(platform, people)


def _look(platform: Platform, people: int) -> None:
    now_ms = platform.clock.now_ms()
    actor = Actor(None, now_ms)
    starter.load(platform, actor)
    contest_id = contests.create(platform, GROUPS + CONTEST.read_text("utf-8") + DIVIDED, "contest", actor)
    contests.publish(platform, contest_id, actor)
    rules = in_force(platform, contest_id)
    me = fill(platform, rules, people)
    with platform.store.writing() as session:  # every second person is in the second group
        session.execute(
            update(Line).values(units=func.json_set(Line.units, f"$.{GROUP}", 1 + Line.person_id % 2))
        )
    assert platform.live is not None
    platform.live.script.client.connection_pool.connection_kwargs["socket_timeout"] = PATIENCE_S
    boards.rebuild(platform, platform.live, contest_id, now_ms)
    street = streets_of(platform)[0]

    def page(**asked: object) -> Callable[[], object]:
        wanted = Wanted(BoardId.parse("0-0"), me=me, **asked)  # type: ignore[arg-type]  # its fields
        return lambda: results.page(platform, rules, wanted, now_ms)

    for words, look in (
        ("the whole board", page()),
        ("one street", page(within=street)),
        ("one street, the 100th row on", page(within=street, first=100)),
        ("one of two groups", page(group=1)),
        ("one street of a group", page(group=1, within=street)),
        ("a part of a nickname", page(query="99")),
        ("a part of a nickname in a street", page(query="99", within=street)),
    ):
        click.echo(f"{words}: {_ms(look):.1f} ms")
    begun = time.process_time()
    days_end.keep(platform, now_ms + DAY_MS)
    taken_s = time.process_time() - begun
    if platform.behind:
        click.echo("Redis did not answer in time: boards were read from the database")
    with platform.store.reading() as session:
        sizes = [len(row) for row in session.scalars(select(DayEnd.places))]
    click.echo(f"how {people} people stood when the day ended: {taken_s:.1f} s, {sum(sizes) / 1024:.0f} KB")


def _ms(look: Callable[[], object]) -> float:
    times = []
    for _ in range(LOOKS):
        begun = time.process_time()
        look()
        times.append((time.process_time() - begun) * 1000)
    return statistics.median(times)


if __name__ == "__main__":
    main()
