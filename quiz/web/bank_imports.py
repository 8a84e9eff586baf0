"""The imports there were, at the desk: who, when, which file, what is used of it; taken back as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from quiz.models.bank import Import
from quiz.rules.permissions import Action
from quiz.services import bank, bank_search, working, works
from quiz.services.bank_search import Search
from quiz.web.access import allows, platform
from quiz.web.bank import bank_desk
from quiz.web.desk_words import difficulty_words, facet_words, import_states, kind_words
from quiz.web.files import actor, kept
from quiz.web.paging import Part, asked_page

IMPORTS = 50  # on one page
SAMPLE_ROWS = 5  # of the questions of one import


@bank_desk.get("/imports")
@allows(Action.MANAGE_BANK)
def imports() -> ResponseReturnValue:
    """List the imports there were: who, when, which file, how much of it is used."""
    part = part_of(IMPORTS, bank.imports_count(platform()))
    found = bank.imports(platform(), (part.page - 1) * IMPORTS, IMPORTS)
    return render_template("bank/imports.html", **listed(found), part=part)


@bank_desk.get("/imports/<int:import_id>")
@allows(Action.MANAGE_BANK)
def imported(import_id: int) -> ResponseReturnValue:
    """Show what came of an import, and offer to take it back."""
    found = bank_search.import_of(platform(), import_id)
    rows, count = bank_search.search(platform(), Search(import_id=import_id), 0, SAMPLE_ROWS)
    return render_template(
        "bank/imported.html",
        found=found,
        work=works.going(platform(), found.token) if found.token and found.state == "writing" else None,
        who=bank.importers(platform(), [found]).get(found.id, ""),
        rows=rows,
        count=count,
        states=import_states(),
        used_by=bank_search.contests_using(platform(), import_id),
        has_faulty=bank.faulty_rows(platform(), import_id) is not None,
        kind_words=kind_words(),
        difficulty_words=difficulty_words(),
        facet_words=facet_words(),
    )


@bank_desk.get("/imports/<int:import_id>/faulty.xlsx")
@allows(Action.MANAGE_BANK)
def left_out(import_id: int) -> ResponseReturnValue:
    """Hand back the rows that an import left out, as long as they are kept."""
    found = bank_search.import_of(platform(), import_id)
    path = bank.faulty_rows(platform(), import_id)
    if path is None:
        flash(_("没有导入的行只保留几天，现在已经不在服务器上了。"), "warn")
        return redirect(url_for("bank.imported", import_id=import_id))
    return kept(path, faulty_name(found.filename))


@bank_desk.post("/imports/<int:import_id>/undo")
@allows(Action.MANAGE_BANK)
def undo(import_id: int) -> ResponseReturnValue:
    """Take an import back; the second of two clicks changes nothing."""
    if bank_search.import_of(platform(), import_id).state != "undone":
        working.do(platform(), bank.undo(platform(), import_id, actor()))
    flash(_("这次导入已撤销，题目不再出现在题库里。"), "good")
    return redirect(url_for("bank.imported", import_id=import_id), 303)


def listed(found: Sequence[Import]) -> dict[str, object]:
    """Return imports with who made them and how many of their questions are used."""
    return {
        "imports": found,
        "who": bank.importers(platform(), found),
        "used": bank.used(platform(), [row.id for row in found]),
        "states": import_states(),
    }


def faulty_name(filename: str) -> str:
    """Return the name of the workbook of rows that were not taken."""
    return _("%(name)s（有错误的行）", name=filename.rsplit(".", 1)[0]) + ".xlsx"


def part_of(size: int, count: int) -> Part:
    """Return the part of a list that the address asks for, the last where there are not so many."""
    part = Part(asked_page(), size, count)
    return replace(part, page=min(part.page, part.pages))
