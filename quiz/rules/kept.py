"""What a running contest keeps of a unit's people beside sums: what boards need that cannot be added up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from quiz.errors import N_, Fault
from quiz.rules.parts import Board, Document, Stage
from quiz.rules.reading import Source
from quiz.rules.standings import Line
from quiz.rules.units import NEED_PEOPLE, Facts, Sums, Together, contribution, terms_of

GROUP = "group"  # what boards are divided by beside levels of units; stands among a person's units
MOMENT = "@"  # begins the name of what is kept of a person and never added up
MOMENTS = {"reached": "@reached", "first_started": "@first_started"}  # metric → its name among the sums
WITHOUT_POINTS = "/0"  # ends the name of the order of those who have none

GROUPS_MISSING = N_('有的榜按组别计算，请在 people 里写出有哪些组别，如 groups: ["少年组", "成人组"]。')

Picked = Mapping[str, Sequence[int]]  # order → the numbers that were asked for
Pick = tuple[str, int]  # order, how many from its top; negative: from its bottom


def stored(stage: Stage, line: Line) -> dict[str, int]:
    """Return what one person's line adds to their units, with what the stage's boards need beside it."""
    found, asked = contribution(stage, line), metrics(stage.boards)
    if "time" in asked:
        found |= {"time_ms": line.time_ms, "zero_time_ms": 0 if line.total else line.time_ms}
    moments = {"reached": line.reached_ms, "first_started": line.first_started_ms}
    return found | {MOMENTS[metric]: ms for metric, ms in moments.items() if metric in asked}


def metrics(boards: Iterable[Board]) -> set[str]:
    """Return the metrics of all unit boards among these."""
    return {term.metric for board in boards if board.of != "people" for term in terms_of(board)}


def kinds(board: Board) -> set[str]:
    """Return what a unit board has kept in order: total, group (totals by group), reached, first_started."""
    asked = metrics([board])
    found = {metric for metric in MOMENTS if metric in asked}
    found |= {"total"} if asked & (NEED_PEOPLE - {"group_best_sum"}) else set()
    return found | ({GROUP} if "group_best_sum" in asked else set())


def picks(document: Document, board: Board) -> list[Pick]:
    """Return what a unit board reads of the orders that are kept."""
    found: list[Pick] = []
    asked, with_zero = kinds(board), board.zero_scorers == "in"
    if "total" in asked:
        best = _best(board)
        found += [("total", best), *([(f"total{WITHOUT_POINTS}", best)] if with_zero else [])]
    for n, _ in enumerate(document.people.groups if GROUP in asked else (), 1):
        found += [(f"{GROUP}/{n}", 1), *([(f"{GROUP}/{n}{WITHOUT_POINTS}", 1)] if with_zero else [])]
    if "reached" in asked:
        found += [("reached", 1), *([(f"reached{WITHOUT_POINTS}", -1)] if with_zero else [])]
    if "first_started" in asked:
        found += [("first_started", -1), *([(f"first_started{WITHOUT_POINTS}", -1)] if with_zero else [])]
    return found


def in_orders(asked: Iterable[str], stats: Sums, group: int | None) -> Iterator[Pick]:
    """Yield the orders in which a unit keeps somebody, each with their number in it."""
    apart = WITHOUT_POINTS if stats["zero_people"] else ""
    for kind in asked:
        if kind == "total":
            yield f"total{apart}", stats["total"]
        elif kind == GROUP:
            if group is not None:
                yield f"{GROUP}/{group}{apart}", stats["total"]
        else:
            yield f"{kind}{apart}", stats[MOMENTS[kind]]


def facts(board: Board, sums: Sums, picked: Picked) -> Facts:
    """Return what a unit board's formula needs beside the sums, from what was picked of the kept orders."""
    best_of: dict[str, int] = {}  # by group
    for order, bests in picked.items():
        if order.startswith(f"{GROUP}/") and bests:
            group = order.removesuffix(WITHOUT_POINTS)
            best_of[group] = max(*bests, best_of.get(group, bests[0]))
    return Facts(
        totals=[*picked.get("total", ()), *picked.get(f"total{WITHOUT_POINTS}", ())],
        group_bests=list(best_of.values()),
        together=_together(board, sums, picked),
    )


def _together(board: Board, sums: Sums, picked: Picked) -> Together | None:
    reached = picked.get("reached") or picked.get(f"reached{WITHOUT_POINTS}") or ()
    started = [*picked.get("first_started", ()), *picked.get(f"first_started{WITHOUT_POINTS}", ())]
    without = sums.get("zero_time_ms", 0) if board.zero_scorers == "out" else 0
    time_ms = sums.get("time_ms", 0) - without
    return Together(time_ms, reached[0] if reached else 0, min(started, default=0))


def _best(board: Board) -> int:
    """Return how many of a unit's best people a board's formula reads."""
    return max(
        (term.top or board.top or 1) if term.metric == "top_sum" else 1
        for term in terms_of(board)
        if term.metric in NEED_PEOPLE
    )


def all_boards(document: Document) -> list[Board]:
    """Return the boards of all stages and those beside them."""
    return [*(board for stage in document.stages for board in stage.boards), *document.boards]


def asks_for_groups(document: Document) -> bool:
    """Return whether some board needs to know in which group people are."""
    boards = all_boards(document)
    return any(board.each == GROUP for board in boards) or "group_best_sum" in metrics(boards)


def groups_missing(source: Source, document: Document) -> list[Fault]:
    """Return what keeps a document from being published that counts by groups and does not list them."""
    if not asks_for_groups(document) or document.people.groups:
        return []
    at = "/people" if "people" in source.raw else ""
    return [Fault(at, source.line(at), "groups_missing", GROUPS_MISSING)]


def is_by_people(document: Document, board: Board) -> bool:
    """Return whether a divided board is divided by where its people are, not by where its units lie."""
    return board.of == "people" or not _lies_above(document, board)


def _lies_above(document: Document, board: Board) -> bool:
    """Return whether a board of units is divided by their own level or one above it."""
    (tree, _, level), (of_tree, _, of_level) = (board.each or "").partition("."), board.of.partition(".")
    if tree != of_tree or board.each is None:
        return False
    levels = document.units[tree].levels
    return levels.index(level) <= levels.index(of_level)
