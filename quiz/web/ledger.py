"""Corrections at the desk: what was booked, what could be, who would move, and a person's file."""

from __future__ import annotations

import secrets
import shlex
from collections.abc import Sequence
from functools import partial

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from question_bank.formats.gap_cells import answer_cell
from quiz.errors import ChangedMeanwhile, InvalidInput, NotFound, QuizError
from quiz.reports import WRITERS
from quiz.rules.permissions import Action
from quiz.rules.rekeyed import Rekeyed
from quiz.rules.why_words import REFUSED
from quiz.services import dossier, flagged, previewing
from quiz.services import ledger as service
from quiz.services.correcting import ALSO, KEY, KINDS, Correction
from quiz.services.published import in_force
from quiz.web.access import allows, now_ms, platform
from quiz.web.bank_editing import answer_hint
from quiz.web.bodies import id_of, plain
from quiz.web.change_words import as_table, summary
from quiz.web.correction_words import counts_words, do_words, kind_words, marked_as, short_words
from quiz.web.files import actor, written
from quiz.web.language import refusal, said
from quiz.web.paging import Part, asked_page, asked_text
from quiz.web.wording import duration, number

ledger = Blueprint("ledger", __name__, url_prefix="/desk/contests/<int:contest_id>/ledger")

ROWS = 50
LONGEST_TYPED = 2_000
MOST_TICKED = 200
MOST_AT_ONCE = 500  # attempts counted again while the organizer waits; more are left to the sweep
KIND = "<any(attempt, person, unit, question):of>"


@ledger.get("/")
@allows(Action.CORRECT_RESULTS)
def index(contest_id: int) -> ResponseReturnValue:
    """List what was booked, the newest first."""
    rules, page = in_force(platform(), contest_id), asked_page()
    rows, count = service.entries(platform(), contest_id, (page - 1) * ROWS, ROWS)
    return render_template(
        "ledger/index.html",
        rules=rules,
        looks_for_quick=flagged.looks_for_quick(rules.document),
        rows=rows,
        part=Part(page, ROWS, count),
        kind_words=kind_words(),
        short_words=short_words(),
        marked_as=marked_as,
    )


@ledger.get("/new")
@allows(Action.CORRECT_RESULTS)
def new(contest_id: int) -> ResponseReturnValue:
    """Look for what is to be corrected: a person, an attempt, a unit, a question."""
    of, query = asked_text("of") or "person", asked_text("q")
    if of not in KINDS:
        raise NotFound()
    return render_template(
        "ledger/new.html",
        rules=in_force(platform(), contest_id),
        of=of,
        query=query,
        found=dossier.find(platform(), contest_id, of, query),
        kind_words=kind_words(),
    )


@ledger.get(f"/{KIND}/<int:target>")
@allows(Action.CORRECT_RESULTS)
def correct(contest_id: int, of: str, target: int) -> ResponseReturnValue:
    """Ask what is to be done, and why."""
    return _form(contest_id, of, target)


@ledger.post(f"/{KIND}/<int:target>")
@allows(Action.CORRECT_RESULTS)
def preview(contest_id: int, of: str, target: int) -> ResponseReturnValue:
    """Show who would move, before anything is booked; `again`: what was typed, to be changed."""
    if "again" in request.form:
        return _form(contest_id, of, target)
    wanted = _wanted(of, target)
    try:
        found = previewing.preview(platform(), contest_id, wanted, now_ms())
    except InvalidInput as error:
        return _form(contest_id, of, target, error), 400
    return render_template(
        "ledger/preview.html",
        rules=in_force(platform(), contest_id),
        wanted=wanted,
        target=dossier.named(platform(), contest_id, of, target),
        found=found,
        summary=summary(found),
        words=counts_words()[wanted.counts] if of == "question" else do_words(of)[wanted.do],
        becomes=found.becomes.text if found.becomes and (found.becomes.gaps or found.becomes.orders) else "",
        command_key=command_key(wanted, found.becomes),
        token=secrets.token_hex(16),
    )


@ledger.post(f"/{KIND}/<int:target>/changes.<any(xlsx, csv):ending>")
@allows(Action.CORRECT_RESULTS)
def changes(contest_id: int, of: str, target: int, ending: str) -> ResponseReturnValue:
    """Hand out everything that would change, as a file."""
    found = previewing.preview(platform(), contest_id, _wanted(of, target), now_ms(), most_shown=None)
    return written(f"changes-{contest_id}-{of}-{target}.{ending}", partial(WRITERS[ending], as_table(found)))


@ledger.post(f"/{KIND}/<int:target>/book")
@allows(Action.CORRECT_RESULTS)
def book(contest_id: int, of: str, target: int) -> ResponseReturnValue:
    """Book what was shown, once, however often the button is pressed."""
    token = plain(request.form.get("token", ""))
    try:
        ledger_id = service.book(platform(), contest_id, _wanted(of, target), actor(), token)
    except ChangedMeanwhile as error:
        flash(refusal(error), "warn")
        return preview(contest_id, of, target)
    words = _("更正已生效，相关的人可以看到理由。")
    if of == "question":
        count = service.touched(platform(), contest_id, target)
        if count <= MOST_AT_ONCE:
            service.recount(platform(), ledger_id)
        else:
            words = _("更正已记录，正在后台重新计分 %(count)s 次答题，榜单会逐步更新。", count=count)
    flash(words, "good")
    if request.form.getlist("accept"):
        return redirect(url_for("written.index", contest_id=contest_id, version_id=target), 303)
    return redirect(url_for("ledger.index", contest_id=contest_id), 303)


@ledger.get("/quick")
@allows(Action.CORRECT_RESULTS)
def quick(contest_id: int) -> ResponseReturnValue:
    """List the attempts that took less time than the rules find likely."""
    page = asked_page()
    rows, count = flagged.flagged(platform(), contest_id, (page - 1) * ROWS, ROWS)
    return render_template(
        "ledger/flagged.html",
        rules=in_force(platform(), contest_id),
        rows=rows,
        part=Part(page, ROWS, count),
        duration=duration,
    )


@ledger.get("/people/<int:person_id>")
@allows(Action.CORRECT_RESULTS)
def person(contest_id: int, person_id: int) -> ResponseReturnValue:
    """Show everything that is on record about a person in this contest."""
    rows, _count = service.entries(platform(), contest_id, size=ROWS, person_id=person_id)
    return render_template(
        "ledger/person.html",
        rules=in_force(platform(), contest_id),
        file=dossier.person_file(platform(), contest_id, person_id),
        rows=rows,
        duration=duration,
        number=number,
        kind_words=kind_words(),
        short_words=short_words(),
        marked_as=marked_as,
        refused_words={code: said(words) for code, words in REFUSED.items()},
    )


def _wanted(of: str, target: int) -> Correction:
    form = request.form
    return Correction(
        of=of,
        id=target,
        do=plain(form.get("do", "")) or ("remark" if of == "question" else ""),
        because=plain(form.get("because", "").replace("\r\n", " ").replace("\n", " "))[:LONGEST_TYPED],
        points=plain(form.get("points", "")) if form.get("do") in ("adjust", "remark") else "",
        key=tuple(sorted({plain(letter) for letter in form.getlist("key")})) if of == "question" else (),
        counts=plain(form.get("counts", KEY)),
        answer=_cell(form.get("answer", "")) if of == "question" else "",
        accepts=accepted(form.getlist("accept")) if of == "question" else (),
        seen=id_of(form.get("seen")),
    )


def command_key(wanted: Correction, becomes: Rekeyed | None) -> str:
    """Return what the command takes as the key of a correction."""
    if becomes is None or not becomes.has_key:
        return wanted.counts
    if becomes.gaps:
        return shlex.quote(answer_cell(becomes.gaps).replace("\n", "；"))
    return ("".join(wanted.key) or shlex.quote(wanted.answer)) + (" --also" if wanted.counts == ALSO else "")


def accepted(ticked: Sequence[str]) -> tuple[tuple[int, str], ...]:
    """Return gap and text of what was ticked: "1:氧气"."""
    found = [plain(each).partition(":") for each in ticked[:MOST_TICKED]]
    return tuple((id_of(n) or 0, text) for n, _colon, text in found)


def _cell(written: str) -> str:
    """Return what was written as a cell of several lines."""
    return "\n".join(plain(line) for line in written.splitlines())[:LONGEST_TYPED]


def _form(contest_id: int, of: str, target: int, error: QuizError | None = None) -> str:
    typed = request.form if request.method == "POST" else request.args  # a page may fill in what it knows
    question, now, key, answer = None, None, frozenset(typed.getlist("key")), _cell(typed.get("answer", ""))
    if of == "question":
        question, now = dossier.question_of(platform(), contest_id, target)
        key = key or (next(iter(now.keys)) if len(now.keys) == 1 else key)
        answer = answer or ("" if question.key else dossier.answer_of(question, now))
    named = dossier.named(platform(), contest_id, of, target)
    before: list[service.Entry] = []
    if named.person_id:
        before, _count = service.entries(platform(), contest_id, size=ROWS, person_id=named.person_id)
    return render_template(
        "ledger/correct.html",
        rules=in_force(platform(), contest_id),
        of=of,
        target=named,
        before=[row for row in before if (row.of, row.target_id) == (of, target)],
        short_words=short_words(),
        choices=do_words(of),
        question=question,
        now=marked_as(now.text) if now is not None else "",
        key=key,
        answer=answer,
        answer_hint=answer_hint(question.kind) if question is not None else "",
        counts=counts_words(),
        typed=typed,
        wrong=refusal(error) if error else "",
    )
