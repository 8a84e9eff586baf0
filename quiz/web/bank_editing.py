"""Editing a question of the bank in the notation of the workbook, kind by kind."""

from __future__ import annotations

from typing import NamedTuple

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from question_bank.bounds import REGION, VALID_UNTIL
from question_bank.formats.one_row import (
    ANSWER,
    DIFFERENCES,
    EXPLANATION,
    ID,
    KIND,
    MATERIAL,
    MATERIAL_ID,
    STEM,
    cells,
    edited,
)
from question_bank.formats.workbook_out import FACET_HEADERS
from question_bank.problems import Problem
from question_bank.question import Question
from quiz.errors import InvalidInput
from quiz.models.bank import DRAFT, IN_REVIEW, READY
from quiz.rules.permissions import Action
from quiz.services import bank_editing, bank_review, bank_search, duplicates
from quiz.web.access import allows, platform
from quiz.web.desk_words import column_words, kind_words
from quiz.web.duplicates import sort_words
from quiz.web.files import actor
from quiz.web.questions import shown_alone

bank_editor = Blueprint("bank_editing", __name__, url_prefix="/desk/bank/questions")
bank_editor.app_template_filter("as_column")(column_words)

LONG = {STEM: 4, MATERIAL: 4, EXPLANATION: 4, ANSWER: 2}  # rows of the cells that hold more than a line
SELDOM = (ID, MATERIAL_ID, MATERIAL)  # stand at the end while there is nothing in them
SAVED = (DRAFT, IN_REVIEW, READY)  # what a saved version may be
PREVIEW = "preview"  # the button that only shows
CELL = "cell:"  # before a column's title, as the name of its field
FOR_ALL = "for_all"  # the field that changes a material in all of its questions
LONGEST_CELL = 32_000


class Field(NamedTuple):
    """One cell of the row."""

    title: str
    text: str
    rows: int
    hint: str


@bank_editor.get("/<int:version_id>/edit")
@allows(Action.MANAGE_BANK)
def form(version_id: int) -> ResponseReturnValue:
    """Show a question as the cells of its row."""
    asked = bank_search.one(platform(), version_id).found.question
    return _page(version_id, cells(asked))


@bank_editor.post("/<int:version_id>/edit")
@allows(Action.MANAGE_BANK)
def save(version_id: int) -> ResponseReturnValue:
    """Store what was written as a new version, or show what is wrong with it; nothing typed is lost.

    What is only to be seen is shown as the phone would, and not stored.
    """
    before = bank_search.one(platform(), version_id).found.question
    written = {
        title: request.form[f"{CELL}{title}"].replace("\r\n", "\n").replace("\0", "")[:LONGEST_CELL]
        for title in cells(before)
        if title != KIND and f"{CELL}{title}" in request.form
    }
    question, problems = edited(before, written)
    typed = {**cells(before), **written}
    if question is None:
        return _page(version_id, typed, problems), 400
    if PREVIEW in request.form:
        return _page(version_id, typed, seen=question)
    try:
        becomes = request.form.get("becomes", IN_REVIEW)
        becomes = becomes if becomes in SAVED else IN_REVIEW
        is_other = question.material != before.material
        others = bank_editing.others_of_material(platform(), version_id) if is_other else 0
        for_all = FOR_ALL in request.form and others > 0
        stored = bank_editing.edit(platform(), version_id, question, actor(), becomes, is_for_all=for_all)
    except InvalidInput as error:
        changed = Problem("", 0, "", error.code, error.message, values=error.details)
        return _page(version_id, typed, (changed,)), 409
    if alike := duplicates.of_question(platform(), stored):
        flash(_("题库里有 %(count)s 题和它相似，请核对。", count=len(alike)), "warn")
    if for_all:
        flash(_("同一材料的另外 %(count)s 题也改了材料，各有新的一版。", count=others), "good")
    flash(_saved_words()[becomes] if stored != version_id else _("没有改动。"), "good")
    return redirect(url_for("review.history", version_id=stored), 303)


def _page(
    version_id: int, typed: dict[str, str], problems: tuple[Problem, ...] = (), seen: Question | None = None
) -> str:
    asked = bank_search.one(platform(), version_id).found.question
    return render_template(
        "bank/edit.html",
        version_id=version_id,
        kind=kind_words()[asked.kind],
        fields=[
            Field(title, text, LONG.get(title, 1), _hint(title, asked.kind))
            for title, text in sorted(typed.items(), key=_comes_late)
            if title != KIND
        ],
        problems=problems,
        others=bank_editing.others_of_material(platform(), version_id),
        is_for_all=FOR_ALL in request.form or request.method == "GET",
        FOR_ALL=FOR_ALL,
        is_alone=bank_review.can_review_alone(platform(), actor()),
        alike=duplicates.of_question(platform(), version_id),
        sort_words=sort_words(),
        seen=seen,
        shown=shown_alone(seen) if seen is not None else None,
        CELL=CELL,
        PREVIEW=PREVIEW,
    )


def _comes_late(cell: tuple[str, str]) -> bool:
    title, text = cell
    return title in SELDOM and not text


def _saved_words() -> dict[str, str]:
    return {
        DRAFT: _("已存为草稿，送审以后才有人来审。"),
        IN_REVIEW: _("已保存并送审。通过以前，仍用原来可用的一版。"),
        READY: _("已保存并启用。用过旧版的比赛不受影响。"),
    }


def _hint(title: str, kind: str) -> str:
    if title == DIFFERENCES:
        return _("可以写：区分大小写、区分全半角、区分空格、汉字数字通用。")
    if title == FACET_HEADERS[VALID_UNTIL]:
        return _("题目到哪一天为止还正确，例如 2026-12-31；过了这天不再抽它。不会过时就空着。")
    if title == FACET_HEADERS[REGION]:
        return _("只在某地适用时写地名；只有在组题条件里写了这个地区的比赛才会抽它。")
    return answer_hint(kind) if title == ANSWER else ""


def answer_hint(kind: str) -> str:
    """Return how the answer of a kind of question is written."""
    match kind:
        case "fill":
            return _("一行写一个空；同一个空的几种答案用 | 分开。数可以写误差，例如 3.14±0.01。")
        case "order":
            return _("按正确的次序写选项的字母，例如 BADC。")
        case "match":
            return _("按左项的次序写右项的字母，例如 BAC。")
    return _("写正确选项的字母；判断题写对或错。")
