"""Boards, draws, awards and integrity that name what does not exist, or say one thing twice or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from quiz.errors import N_
from quiz.rules.building import number
from quiz.rules.found import Found, Json, repeated
from quiz.rules.units import NEED_TOP

MOST_DIGITS = 20  # after the point; real formulas have up to four
OF_UNITS_ONLY = ("order", "value", "least_people", "zero_scorers", "top", "pass_at")


def of_document(raw: Json) -> list[Found]:
    """Return what is wrong with boards, draws and awards, of the stages and beside them."""
    levels = {f"{tree}.{level}" for tree, each in raw.get("units", {}).items() for level in each["levels"]}
    found = [each for check in CHECKS for each in check(raw, levels)]
    found += list(_beside_the_stages(raw))
    for n, stage in enumerate(raw["stages"]):
        found += [each.inside(f"/stages/{n}") for check in CHECKS for each in check(stage, levels)]
        in_stage = (*_of_stage(raw, stage, levels), *_leads_on(stage))
        found += [each.inside(f"/stages/{n}") for each in in_stage]
    return found


def _names(holder: Json, _levels: set[str]) -> Iterator[Found]:
    for part, sentence in NAMES.items():
        yield from repeated(f"/{part}", [each["name"] for each in holder.get(part, ())], sentence, "/name")
    ids = [board.get("id") for board in holder.get("boards", ())]
    yield from repeated("/boards", ids, N_("榜的编号“%(name)s”重复，请改用另一个。"), "/id")


NAMES = {
    "boards": N_("榜“%(name)s”重名，请改名。"),
    "draws": N_("抽奖“%(name)s”重名，请改名。"),
    "awards": N_("奖项“%(name)s”重名，请改名。"),
}


def _boards(holder: Json, levels: set[str]) -> Iterator[Found]:
    for n, board in enumerate(holder.get("boards", ())):
        for each in (*_places_named(board, levels), *_formula(board), *_digits(board)):
            yield each.inside(f"/boards/{n}")


def _places_named(board: Json, levels: set[str]) -> Iterator[Found]:
    for key, plain in (("of", "people"), ("each", "group")):
        if key in board and board[key] != plain and board[key] not in levels:
            yield _no_level(f"/{key}", board[key], levels)


def _digits(board: Json) -> Iterator[Found]:
    value = board.get("value", {})
    for at, part in (
        ("/value", value),
        *((f"/value/terms/{n}", t) for n, t in enumerate(value.get("terms", ()))),
    ):
        if part.get("round", 0) > MOST_DIGITS:
            yield Found(f"{at}/round", "too_large", N_("这里的数不能大于 %(most)s。"), {"most": MOST_DIGITS})


def _formula(board: Json) -> Iterator[Found]:
    if board["of"] == "people":
        for key in OF_UNITS_ONLY:
            if key in board:
                yield Found(
                    f"/{key}",
                    "of_units_only",
                    N_("“%(key)s”只能写在单位的榜里，个人榜请删去。"),
                    {"key": key},
                )
        return
    if ("order" in board) == ("value" in board):
        yield Found(
            "", "order_or_value", N_("单位的榜要写 order（按指标排）或 value（按公式算），只写一种。")
        )
    yield from repeated("/order", board.get("order", ()), N_("指标“%(name)s”写了两次，请删去一个。"))
    terms = [(f"/order/{n}", {"metric": name}) for n, name in enumerate(board.get("order", ()))]
    terms += [(f"/value/terms/{n}", term) for n, term in enumerate(board.get("value", {}).get("terms", ()))]
    for at, term in terms:
        for each in (*_metric(board, term), *_unused(term, {term["metric"]})):
            yield each.inside(at)
    yield from _unused(board, {term["metric"] for _, term in terms})


def _unused(holder: Json, metrics: set[str]) -> Iterator[Found]:
    for key, needs in (("top", NEED_TOP), ("pass_at", {"pass_rate"})):
        if key in holder and not metrics & needs:
            yield Found(f"/{key}", "unused", N_("没有用到它的指标，请删去“%(key)s”。"), {"key": key})


def _metric(board: Json, term: Json) -> Iterator[Found]:
    if term["metric"] == "value":
        yield Found("", "value_of_itself", N_("value 不能再用作指标，请写出它由哪些指标算成。"))
    if term["metric"] in NEED_TOP and "top" not in term and "top" not in board:
        yield Found("", "top_missing", N_("top_sum 要写出取前几名，如 top: 10。"))
    if term["metric"] == "pass_rate" and "pass_at" not in term and "pass_at" not in board:
        yield Found("", "pass_at_missing", N_("及格率要写出多少分及格，如 pass_at: 60。"))


def _draws(holder: Json, _levels: set[str]) -> Iterator[Found]:
    boards = {board["name"] for board in holder.get("boards", ())}
    for n, draw in enumerate(holder.get("draws", ())):
        if "chance" in draw:
            yield from _chance(draw, f"/draws/{n}/chance")
        for m, entry in enumerate(draw["entries"]):
            at = f"/draws/{n}/entries/{m}"
            if any(number(each) <= 0 for each in entry.get("each", {}).values()):
                yield Found(f"{at}/each", "too_small", N_("每满多少得一次机会，要写大于 0 的数。"))
            if entry["for"] == "place" and entry["board"] not in boards:
                yield _no_board(f"{at}/board", entry["board"], boards)


def _chance(draw: Json, at: str) -> Iterator[Found]:
    if draw.get("drawn") != "at_once":
        sentence = N_("中奖的可能（chance）只用于当场抽奖（drawn: at_once），请删去。")
        yield Found(at, "unused_chance", sentence)
    if not 0 < number(draw["chance"]) <= 1:
        sentence = N_('中奖的可能（chance）要大于 0、不超过 1，如 "1/20"。')
        yield Found(at, "no_chance", sentence)


def _awards(holder: Json, levels: set[str]) -> Iterator[Found]:
    boards = {board["name"] for board in holder.get("boards", ())}
    for n, award in enumerate(holder.get("awards", ())):
        at = f"/awards/{n}"
        if "board" in award and award["board"] not in boards:
            yield _no_board(f"{at}/board", award["board"], boards)
        if ("board" in award) == ("at_least" in award) or ("board" in award) == (
            "top" not in award and "share" not in award
        ):
            sentence = N_(
                "奖项要写 board 和 top（前几名）或 share（前百分之几），或者只写 at_least（达到多少分）。"
            )
            yield Found(at, "who_gets_it", sentence)
        if "top" in award and "share" in award:
            yield Found(f"{at}/share", "top_and_share", N_("top 与 share 只能写一种。"))
        if "share" in award and not 0 < number(award["share"]) <= 1:
            sentence = N_('share 是前面几成，要写大于 0、不大于 1 的数，如 "0.05"（前百分之五）。')
            yield Found(f"{at}/share", "number", sentence)
        if "in_a_row" in award and "board" in award:
            yield from _in_a_row(holder, award, at)
        each = award.get("each", "group")
        if each != "group" and each not in levels:
            yield _no_level(f"{at}/each", each, levels)


def _in_a_row(holder: Json, award: Json, at: str) -> Iterator[Found]:
    over = {board["name"]: board.get("over", "stage") for board in holder.get("boards", ())}
    if over.get(award["board"]) == "stage":
        sentence = N_("连续几期上榜要用按期的榜，请写一个有 over: period 的榜。")
        yield Found(f"{at}/in_a_row", "no_periods", sentence)
    if "wild_cards" in award:
        sentence = N_("连续上榜的奖项没有外卡，请删去 wild_cards。")
        yield Found(f"{at}/wild_cards", "in_a_row_and_wild_cards", sentence)


CHECKS: Sequence[Callable[[Json, set[str]], Iterable[Found]]] = (_names, _boards, _draws, _awards)


def _beside_the_stages(raw: Json) -> Iterator[Found]:
    for n, board in enumerate(raw.get("boards", ())):
        if board.get("over") == "period":
            sentence = N_("跨阶段的榜把各阶段加在一起，不能按期列榜，请删去 over: period。")
            yield Found(f"/boards/{n}/over", "no_periods", sentence)


def _leads_on(stage: Json) -> Iterator[Found]:
    """An award that leads to its own stage lets nobody in: who has it has played there."""
    for n, award in enumerate(stage.get("awards", ())):
        if award.get("to") == stage["name"]:
            sentence = N_("“%(name)s”就是奖项所在的阶段，to 要写另一个阶段的名称。")
            yield Found(f"/awards/{n}/to", "own_stage", sentence, {"name": stage["name"]})


def _of_stage(raw: Json, stage: Json, levels: set[str]) -> Iterator[Found]:
    """What needs the stage around the boards: its periods, its smallest point, its integrity."""
    has_periods = stage["calendar"].get("period", "none") != "none"
    for n, board in enumerate(stage["boards"]):
        if board.get("over") == "period" and not has_periods:
            sentence = N_("没有分期，不能按期列榜；请在 calendar 里写 period，或删去 over: period。")
            yield Found(f"/boards/{n}/over", "no_periods", sentence)
        tree, _, level = board["of"].partition(".")
        terms = board.get("value", {}).get("terms", ())
        metrics = [(f"/order/{m}", name) for m, name in enumerate(board.get("order", ()))]
        metrics += [(f"/value/terms/{m}/metric", term["metric"]) for m, term in enumerate(terms)]
        is_lowest = board["of"] in levels and raw["units"][tree]["levels"][-1] == level
        for at, metric in metrics:
            if is_lowest and metric == "child_units_rate":
                sentence = N_("最下一级没有下级单位，不能用 child_units_rate。")
                yield Found(f"/boards/{n}{at}", "no_level_below", sentence)
    points = {
        str(p) for p in (stage.get("point"), *(b.get("point") for b in stage["boards"])) if p is not None
    }
    if len(points) > 1:
        yield Found("/boards", "points_differ", N_("同一阶段的最小计分单位（point）只能有一种。"))
    for n, tree in enumerate(stage.get("needs", ())):
        if tree not in raw.get("units", {}):
            sentence = N_("没有名为“%(name)s”的单位体系，请先在 units 里写出。")
            yield Found(f"/needs/{n}", "unknown_tree", sentence, {"name": tree})
    takes = stage.get("integrity", {}).get("person_out_takes")
    if takes is not None and takes not in levels:
        yield _no_level("/integrity/person_out_takes", takes, levels)


def _no_level(at: str, name: str, levels: set[str]) -> Found:
    known = "、".join(sorted(levels))
    if not known:
        sentence = N_("没有“%(name)s”这一级单位：请先在 units 里写出单位体系和层级。")
        return Found(at, "unknown_level", sentence, {"name": name})
    sentence = N_("没有“%(name)s”这一级单位，可以写的有：%(known)s。")
    return Found(at, "unknown_level", sentence, {"name": name, "known": known})


def _no_board(at: str, name: str, boards: set[str]) -> Found:
    sentence = N_("没有名为“%(name)s”的榜，可以写的有：%(known)s。")
    return Found(at, "unknown_board", sentence, {"name": name, "known": "、".join(sorted(boards))})
