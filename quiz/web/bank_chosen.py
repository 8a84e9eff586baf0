"""What is done at the desk with questions chosen in the list: tags, retiring, files of every format."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from question_bank.catalogue import DIFFICULTY, KIND
from question_bank.formats import FORMATS, WRITTEN
from quiz.errors import InvalidInput
from quiz.rules.permissions import Action
from quiz.services import (
    bank_exports,
    bank_review,
    bank_search,
    bulk,
    chosen,
    large_exports,
    tagging,
    working,
    works,
)
from quiz.services.chosen import EXPORT, TAG, TO_DO, UNTAG, Chosen
from quiz.web import bank_asked
from quiz.web.access import allows, now_ms, platform
from quiz.web.bodies import id_of
from quiz.web.desk_words import facet_words, kind_words, to_do_words
from quiz.web.files import actor, kept
from quiz.web.language import said
from quiz.web.paging import cleaned

bank_chosen = Blueprint("bank_chosen", __name__, url_prefix="/desk/bank/chosen")

ALL, PAGE = "all", "page"  # what is chosen: all that match, or the page; otherwise what is ticked
SAMPLE_ROWS = 5
MOST_OFFERED = 200  # tags to choose one from that is taken away


@bank_chosen.post("/")
@allows(Action.MANAGE_BANK)
def choose() -> ResponseReturnValue:
    """Keep which questions were chosen, and ask what exactly to do with them; nothing is changed yet."""
    wanted, to_do = bank_asked.asked(request.form), request.form.get("do", "")
    scope = request.form.get("scope", "")
    if scope == ALL:
        ids = list(bank_search.matching(platform(), wanted))
    else:
        ticked = request.form.getlist("on_page" if scope == PAGE else "id")
        ids = [each for each in map(id_of, dict.fromkeys(ticked)) if each is not None]
    if not ids or to_do not in TO_DO:
        flash(_("还没有选题目：请在列表里勾选，或选择“本页”“全部”。"), "warn")
        return redirect(bank_asked.address(wanted), 303)
    token = chosen.keep(platform(), Chosen(tuple(ids), to_do), now_ms())
    return redirect(url_for("bank_chosen.show", token=token), 303)


@bank_chosen.get("/<token>")
@allows(Action.MANAGE_BANK)
def show(token: str) -> ResponseReturnValue:
    """Say what would be done with how many questions, or what was done."""
    return _page(token)


@bank_chosen.post("/<token>")
@allows(Action.MANAGE_BANK)
def carry_out(token: str) -> ResponseReturnValue:
    """Do it, once, however often the button is pressed."""
    held = chosen.chosen(platform(), token)
    if held.to_do == EXPORT:
        name = _("题库 %(count)s 题", count=len(held.question_ids))
        made = bank_exports.begin(platform(), token, request.form.get("format", ""), name, actor())
        return redirect(url_for("bank_chosen.exported", token=made), 303)
    facet, value = "", ""
    if held.to_do in (TAG, UNTAG):
        try:
            facet, value = tagging.checked(*_typed_tag())
        except InvalidInput as refused:
            return _page(token, said(refused.message, refused.details)), 400
    work = bulk.begin(platform(), token, (facet, value), actor())
    if work is not None:
        working.do(platform(), work)
    return redirect(url_for("bank_chosen.show", token=token), 303)


@bank_chosen.get("/exports/<token>")
@allows(Action.MANAGE_BANK)
def exported(token: str) -> ResponseReturnValue:
    """Show how far a file is, and before it is fetched what its format cannot hold; `part`: what moves."""
    found = large_exports.export_of(platform(), token)
    template = "bank/_export.html" if "part" in request.args else "bank/exported.html"
    return render_template(template, export=found, token=token, kind_words=kind_words())


@bank_chosen.get("/exports/<token>/file")
@allows(Action.MANAGE_BANK)
def file(token: str) -> ResponseReturnValue:
    """Hand out a file that has been written."""
    path = large_exports.file_of(platform(), token)
    return kept(path, large_exports.export_of(platform(), token).name)


def _typed_tag() -> tuple[str, str]:
    """Return the tag of the form: a facet by its name or by what people call it, and a value."""
    if "tag" in request.form:
        return bank_asked.tag_of(request.form["tag"])
    facet = cleaned(request.form.get("facet", ""))
    known = {words: name for name, words in facet_words().items()}
    return known.get(facet, facet), cleaned(request.form.get("value", ""))


def _page(token: str, wrong: str = "") -> str:
    held = chosen.chosen(platform(), token)
    found = bank_search.of_ids(platform(), held.question_ids, SAMPLE_ROWS)
    names, work = facet_words(), works.going(platform(), token)
    tags = [
        (
            bank_asked.tag_field(facet, value),
            _("%(facet)s：%(value)s", facet=names.get(facet, facet), value=value),
            count,
        )
        for facet, values in found.counts.items()
        if facet not in (KIND, DIFFICULTY)
        for value, count in values
    ]
    return render_template(
        "bank/chosen.html",
        held=held,
        found=found,
        work=work,
        waits=work is not None
        and work.wanted["facet"] in tagging.DECIDES
        and not bank_review.can_review_alone(platform(), actor()),
        token=token,
        wrong=wrong,
        tags=sorted(tags, key=lambda each: -each[2])[:MOST_OFFERED],
        facet_words=names,
        formats=[(name, FORMATS[name].label, FORMATS[name].suffix) for name in WRITTEN],
        titles=to_do_words(),
    )
