"""Questions of the bank that are too much alike, side by side at the desk, and what to do about them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from question_bank.differences import SEEN, Piece, differing, marked, own_options
from question_bank.duplicates import CONFLICT, EXACT, NEAR, SORTS
from quiz.errors import NotFound
from quiz.rules.permissions import Action
from quiz.services import duplicates, keeping_back, working, works
from quiz.services.duplicates import Side, Twins
from quiz.web.access import allows, platform
from quiz.web.bodies import id_of
from quiz.web.desk_words import difficulty_words, kind_words
from quiz.web.files import actor
from quiz.web.paging import Part, asked_page

duplicates_desk = Blueprint("duplicates", __name__, url_prefix="/desk/bank/duplicates")

PAIRS = 20  # on one page


class ShownSide(NamedTuple):
    """One question of a pair, with what the other does not have."""

    side: Side
    stem: list[Piece]
    own_options: frozenset[str]


class ShownPair(NamedTuple):
    """Two questions side by side."""

    pair: Twins
    differing: tuple[str, ...]
    sides: tuple[ShownSide, ShownSide]


@duplicates_desk.get("/")
@allows(Action.MANAGE_BANK)
def index() -> ResponseReturnValue:
    """List the pairs of the bank, conflicts first, and say whether all questions have been compared."""
    sort, page = _sort(request.args), asked_page()
    counted = duplicates.counted(platform())
    shown = [_shown(pair) for pair in duplicates.twins(platform(), sort, (page - 1) * PAIRS, PAIRS)]
    count = counted.by_sort.get(sort, 0) if sort else sum(counted.by_sort.values())
    return render_template(
        "bank/duplicates.html",
        counted=counted,
        work=works.going(platform(), duplicates.TWINS),
        pairs=shown,
        part=Part(page, PAIRS, count),
        sort=sort,
        SORTS=SORTS,
        sort_words=sort_words(),
        sort_advice=sort_advice(),
        differing_words=differing_words(),
        kind_words=kind_words(),
        difficulty_words=difficulty_words(),
    )


@duplicates_desk.post("/")
@allows(Action.MANAGE_BANK)
def compare() -> ResponseReturnValue:
    """Begin to compare the questions that have not been compared yet; the page shows that it goes on."""
    work = duplicates.begin(platform(), actor())
    if work is not None:
        working.do(platform(), work)
    return redirect(url_for("duplicates.index"), 303)


@duplicates_desk.post("/keep")
@allows(Action.MANAGE_BANK)
def keep() -> ResponseReturnValue:
    """Remember that two questions stay side by side."""
    one_id, other_id = id_of(request.form.get("one")), id_of(request.form.get("other"))
    if one_id is None or other_id is None:
        raise NotFound(_("没有这两道题。"))
    duplicates.keep_both(platform(), one_id, other_id, actor())
    flash(_("两题都保留，以后不再提示。"), "good")
    return redirect(url_for("duplicates.index", sort=_sort(request.form) or None), 303)


@duplicates_desk.post("/retire")
@allows(Action.MANAGE_BANK)
def retire() -> ResponseReturnValue:
    """Let nothing new draw one of two questions."""
    version_id = id_of(request.form.get("version"))
    if version_id is None or version_id not in duplicates.sides(platform(), [version_id]):
        raise NotFound(_("题库里没有这道题，可能它的导入已被撤销。"))
    keeping_back.retire(platform(), version_id, actor())
    flash(_("这道题已停用，新的比赛不会再抽到它；已经发布的比赛不变。"), "good")
    return redirect(url_for("duplicates.index", sort=_sort(request.form) or None), 303)


def sort_words() -> Mapping[str, str]:
    """Return what the sorts of pairs are called."""
    return {CONFLICT: _("答案矛盾"), EXACT: _("完全相同"), NEAR: _("相近")}


def sort_advice() -> Mapping[str, str]:
    """Return what a pair of each sort means, and what to do."""
    return {
        CONFLICT: _("题干相同，答案却不能都对。请核对后改正其中一题，或停用错的一题。"),
        EXACT: _("题干、选项和答案都相同。一般停用其中一题。"),
        NEAR: _("答案相同，题干相近。两题出现在同一场比赛里会互相提示。"),
    }


def differing_words() -> Mapping[str, str]:
    """Return what the parts are called in which two questions may differ."""
    return {
        "stem": _("题干"),
        "material": _("材料"),
        "options": _("选项"),
        "key": _("答案"),
        "pictures": _("图片和音频"),
        "kind": _("题型"),
        "difficulty": _("难度"),
        "tags": _("标签"),
        "explanation": _("解析"),
    }


def _shown(pair: Twins) -> ShownPair:
    one, other = pair.one.question, pair.other.question
    stems = marked(one.stem, other.stem, SEEN)
    sides = (
        ShownSide(pair.one, stems[0], own_options(one, other)),
        ShownSide(pair.other, stems[1], own_options(other, one)),
    )
    return ShownPair(pair, differing(one, other), sides)


def _sort(fields: Mapping[str, str]) -> str:
    asked = fields.get("sort", "")
    return asked if asked in SORTS else ""
