"""The question bank at the desk: upload a file, see what it holds, take it, take it back, find questions."""

from __future__ import annotations

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from question_bank.flags import misleading
from question_bank.formats import template
from question_bank.question import DIFFICULTIES, Question
from quiz.rules.permissions import Action
from quiz.services import bank, bank_search, duplicates, quality_reading
from quiz.services.bank_search import Search
from quiz.web import quality_words
from quiz.web.access import allows, now_ms, platform
from quiz.web.bank_list import bank_desk
from quiz.web.desk_words import difficulty_words, facet_words, import_states, kind_words, meaning_words
from quiz.web.duplicates import sort_words
from quiz.web.files import actor, handed_out, uploaded
from quiz.web.forms import FileForm
from quiz.web.questions import place_labels, stem_html
from quiz.web.shown import as_html

__all__ = ["bank_desk"]
PROBLEM_ROWS = 200  # of a file on one page; the rest is in the workbook of faulty rows
SAMPLE_ROWS = 5  # of the questions that would be taken
SCALE = "scale:"  # before a file's own word for a difficulty, as the name of its field
MOST_WORDS = 40  # of a file's own scale


@bank_desk.get("/questions/<int:version_id>")
@allows(Action.MANAGE_BANK)
def question(version_id: int) -> ResponseReturnValue:
    """Show one question as the phone does, with what is right and why."""
    whole = bank_search.one(platform(), version_id)
    proved = quality_reading.of_questions(platform(), [version_id]).get(version_id)
    return render_template(
        "bank/question.html",
        whole=whole,
        asked=whole.found.question,
        proved=proved,
        alike=duplicates.of_question(platform(), version_id),
        sort_words=sort_words(),
        misleading=misleading(whole.found.question, proved.figures) if proved else (),
        words=quality_words,
        flag_words=quality_words.flag_words(),
        flag_advice=quality_words.flag_advice(),
        shown=_as_on_phone(whole.found.question),
        as_html=as_html,
        **_words(),
    )


@bank_desk.get("/import")
@allows(Action.MANAGE_BANK)
def upload() -> ResponseReturnValue:
    """Ask for a file and list the imports there were."""
    return _upload_page(FileForm())


@bank_desk.post("/import")
@allows(Action.MANAGE_BANK)
def receive() -> ResponseReturnValue:
    """Keep an uploaded file and show what it holds; nothing is imported yet."""
    form = FileForm()
    if not form.validate_on_submit():
        return _upload_page(form), 400
    content, filename = uploaded(form.file)
    token = bank.stage(platform(), content, filename, now_ms())
    return redirect(url_for("bank.preview", token=token), 303)


@bank_desk.get("/import/<token>")
@allows(Action.MANAGE_BANK)
def preview(token: str) -> ResponseReturnValue:
    """Show what taking a file would do, every problem with its place."""
    taken = bank.taken_before(platform(), token)
    if taken is not None:
        return redirect(url_for("bank.imported", import_id=taken.import_id))
    scale = _scale(request.args)
    found = bank.preview(platform(), token, scale)
    return render_template(
        "bank/preview.html",
        found=found,
        scale=scale,
        asked_words=sorted({*found.reading.difficulties, *scale}),
        shown=PROBLEM_ROWS,
        sample=found.good[:SAMPLE_ROWS],
        is_unreadable=any(p.row == 0 for p in found.problems) and not found.reading.raw,
        meanings=meaning_words(),
        SCALE=SCALE,
        **_words(),
    )


@bank_desk.post("/import/<token>")
@allows(Action.MANAGE_BANK)
def take(token: str) -> ResponseReturnValue:
    """Import what the preview showed, once, however often the button is pressed."""
    taken = bank.taken_before(platform(), token)
    if taken is None:
        found = bank.preview(platform(), token, _scale(request.form))
        taken = bank.take(platform(), found, actor(), good_rows_only=request.form.get("rows") == "good")
    flash(_("已导入 %(count)s 题。", count=taken.taken), "good")
    return redirect(url_for("bank.imported", import_id=taken.import_id), 303)


@bank_desk.get("/import/<token>/faulty.xlsx")
@allows(Action.MANAGE_BANK)
def faulty(token: str) -> ResponseReturnValue:
    """Hand back the rows with an error as a workbook that says what is wrong with each."""
    content, name = bank.faulty_rows(platform(), token, _scale(request.args))
    return handed_out(content, _("%(name)s（有错误的行）", name=name.rsplit(".", 1)[0]) + ".xlsx")


@bank_desk.post("/import/<token>/forget")
@allows(Action.MANAGE_BANK)
def forget(token: str) -> ResponseReturnValue:
    """Throw an uploaded file away."""
    bank.forget(platform(), token)
    flash(_("文件已删除，没有导入任何题目。"))
    return redirect(url_for("bank.upload"), 303)


@bank_desk.get("/imports/<int:import_id>")
@allows(Action.MANAGE_BANK)
def imported(import_id: int) -> ResponseReturnValue:
    """Show what came of an import, and offer to take it back."""
    found = bank_search.import_of(platform(), import_id)
    rows, count = bank_search.search(platform(), Search(import_id=import_id), 0, SAMPLE_ROWS)
    return render_template(
        "bank/imported.html",
        found=found,
        rows=rows,
        count=count,
        states=import_states(),
        used_by=bank_search.contests_using(platform(), import_id),
        token=bank.kept_token(platform(), import_id),
        **_words(),
    )


@bank_desk.post("/imports/<int:import_id>/undo")
@allows(Action.MANAGE_BANK)
def undo(import_id: int) -> ResponseReturnValue:
    """Take an import back; the second of two clicks changes nothing."""
    if bank_search.import_of(platform(), import_id).state != "undone":
        bank.undo(platform(), import_id, actor())
    flash(_("这次导入已撤销，题目不再出现在题库里。"), "good")
    return redirect(url_for("bank.imported", import_id=import_id), 303)


@bank_desk.get("/template.xlsx")
@allows(Action.MANAGE_BANK)
def workbook() -> ResponseReturnValue:
    """Hand out the workbook that questions can be filled into."""
    return handed_out(template(), _("题目模板") + ".xlsx")


def _upload_page(form: FileForm) -> str:
    return render_template(
        "bank/upload.html", form=form, imports=bank.imports(platform()), states=import_states()
    )


def _scale(fields: Mapping[str, str]) -> dict[str, str]:
    """Return the file's words for difficulty as the person has mapped them."""
    named = [(name.removeprefix(SCALE), value) for name, value in fields.items() if name.startswith(SCALE)]
    return {word: value for word, value in named[:MOST_WORDS] if value in (*DIFFICULTIES, "")}


def _as_on_phone(asked: Question) -> dict[str, object]:
    """Return a question as the phone's template wants it; the letters are the ids."""
    return {
        "n": 1,
        "kind": asked.kind,
        "stem_html": stem_html(asked, is_first=True),
        "options": [
            {"id": option.id, "html": as_html(option.text, asked.media, is_choice=True)}
            for option in asked.options
        ],
        "places": place_labels(asked),
    }


def _words() -> dict[str, Mapping[str, str]]:
    return {
        "kind_words": kind_words(),
        "difficulty_words": difficulty_words(),
        "facet_words": facet_words(),
    }
