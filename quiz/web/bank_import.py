"""The import wizard at the desk: a file, what is understood of it, rows mended, repetitions, the taking."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from question_bank.duplicates import CONFLICT, EXACT, NEAR, SORTS
from question_bank.formats.told import Told
from question_bank.question import Question
from quiz.rules.permissions import Action
from quiz.services import bank, duplicates, examining, kept_files, taking, working, works
from quiz.services.duplicates import Side
from quiz.services.examining import Preview, ToCompare, Twin
from quiz.services.kept_files import SKIP, TAKE, Place, Said
from quiz.services.works import Going
from quiz.web import bank_works, import_forms, import_remarks
from quiz.web.access import allows, now_ms, platform, signed_in
from quiz.web.bank import bank_desk
from quiz.web.bank_imports import faulty_name, listed, part_of
from quiz.web.desk_words import difficulty_words, facet_words, kind_words
from quiz.web.files import actor, handed_out, uploaded
from quiz.web.forms import QuestionsForm
from quiz.web.paging import asked_page

__all__ = ["bank_desk"]
SAMPLE_ROWS = 3  # of the questions that would be taken
RECENT = 5  # imports below the form
REVIEWS = ("review", "reviewed")  # what whoever imports says of the questions
MENDED, TWINS = 10, 20  # on one page
PASTED = "粘贴的题目.txt"  # what pasted text is called among files
LONGEST_TEXT = 200_000  # characters of a text that is changed on a page


class ShownTwins(NamedTuple):
    """A row that is too much like others."""

    place: Place
    question: Question
    twins: tuple[Twin, ...]
    decision: str


@bank_desk.get("/import")
@allows(Action.MANAGE_BANK)
def upload() -> ResponseReturnValue:
    """Ask for a file or a text, and list what is not finished and the last imports."""
    return _upload_page(QuestionsForm())


@bank_desk.post("/import")
@allows(Action.MANAGE_BANK)
def receive() -> ResponseReturnValue:
    """Keep an uploaded file and show what it holds; nothing is imported yet."""
    form = QuestionsForm()
    if not form.validate_on_submit():
        return _upload_page(form), 400
    if form.text.data and form.text.data.strip():
        content, filename = form.text.data.replace("\0", "").encode("utf-8", "replace"), PASTED
    else:
        content, filename = uploaded(form.file)
    token = bank.stage(platform(), content, filename, now_ms(), signed_in().person_id)
    return redirect(url_for("bank.preview", token=token), 303)


@bank_desk.get("/import/<token>")
@allows(Action.MANAGE_BANK)
def preview(token: str) -> ResponseReturnValue:
    """Show how a file is understood, to be changed where it is not right."""
    if (done := _done(token)) is not None:
        return done
    said = _said(token)
    found = bank.preview(platform(), token, compares=False)
    sample = [row.question for row in found.rows(found.chosen[:SAMPLE_ROWS])]
    return render_template(
        "bank/preview.html",
        **_step("preview", found),
        sheets=found.head.seen,
        told=said.told,
        asked_words=sorted({*found.head.difficulties, *said.told.scale})[: import_forms.MOST_WORDS],
        file_problems=found.head.problems,
        sample=sample,
        meanings=import_forms.meanings(found.head.seen),
        text=_text_of(token, said),
        LEFT_OUT=import_forms.LEFT_OUT,
        SCALE=import_forms.SCALE,
    )


@bank_desk.post("/import/<token>/columns")
@allows(Action.MANAGE_BANK)
def columns(token: str) -> ResponseReturnValue:
    """Keep what a person says of the sheets, their columns and the scale of difficulties."""
    _said(token)
    seen = bank.preview(platform(), token, compares=False).head.seen
    sheets = {
        each.name: told
        for n, each in enumerate(seen)
        if (told := import_forms.told_sheet(n, each, request.form))
    }
    scale = import_forms.scale(request.form)

    def change(said: Said) -> Said:
        told = Told({**said.told.scale, **scale}, {**said.told.sheets, **sheets})
        return replace(said, told=told)

    kept_files.say(platform(), token, actor(), change)
    flash(_("已按您的选择重新检查。"), "good")
    return redirect(url_for("bank.preview", token=token), 303)


@bank_desk.post("/import/<token>/text")
@allows(Action.MANAGE_BANK)
def text(token: str) -> ResponseReturnValue:
    """Read a text again as it was changed; what was said of its rows goes with the rows."""
    said = _said(token)
    changed = request.form.get("text", "").replace("\0", "")[:LONGEST_TEXT]
    fresh = bank.stage(platform(), changed.encode("utf-8", "replace"), said.filename, now_ms(), said.owner_id)
    if fresh != token:
        bank.forget(platform(), token)
    return redirect(url_for("bank.preview", token=fresh), 303)


@bank_desk.get("/import/<token>/rows")
@allows(Action.MANAGE_BANK)
def rows(token: str) -> ResponseReturnValue:
    """Show the rows with an error, to be corrected in place."""
    if (done := _done(token)) is not None:
        return done
    _said(token)
    found = bank.preview(platform(), token, compares=False)
    part = part_of(MENDED, len(found.to_mend))
    entries = found.to_mend[(part.page - 1) * MENDED :][:MENDED]
    shown = [import_forms.shown_row(found, n, entry) for n, entry in enumerate(entries)]
    return render_template("bank/mend.html", **_step("rows", found), rows=shown, part=part)


@bank_desk.post("/import/<token>/rows")
@allows(Action.MANAGE_BANK)
def mend(token: str) -> ResponseReturnValue:
    """Keep the corrections of a page and look at its rows again."""
    if (done := _done(token)) is not None:
        return done
    _said(token)
    found = bank.preview(platform(), token, compares=False)
    by_place = {(e.sheet, e.row): e for e in found.entries}
    written = {
        place: cells
        for n in range(MENDED)
        if (place := import_forms.place_of(request.form.get(f"place:{n}", ""))) in by_place
        and (cells := import_forms.written(found, n, by_place[place]))
    }
    kept_files.say(
        platform(),
        token,
        actor(),
        lambda said: replace(
            said,
            written={
                **said.written,
                **{place: {**said.written.get(place, {}), **cells} for place, cells in written.items()},
            },
        ),
    )
    after = bank.preview(platform(), token, compares=False)
    mended = len(found.to_mend) - len(after.to_mend)
    if mended > 0:
        flash(_("改好了 %(count)s 行。", count=mended), "good")
    if after.to_mend:
        flash(_("还有 %(count)s 行要改。", count=len(after.to_mend)), "warn")
        return redirect(url_for("bank.rows", token=token, page=asked_page()), 303)
    return redirect(url_for("bank.doubles", token=token), 303)


@bank_desk.get("/import/<token>/doubles")
@allows(Action.MANAGE_BANK)
def doubles(token: str) -> ResponseReturnValue:
    """Show the rows that are in the bank already, or in the file twice, side by side."""
    if (done := _done(token)) is not None:
        return done
    _said(token)
    found = _compared(token)
    by_place = _by_place(found)
    part = part_of(TWINS, len(by_place))
    places = list(by_place)[(part.page - 1) * TWINS :][:TWINS]
    entries = {(e.sheet, e.row): e for e in found.entries}
    here = {*places, *(t.other for place in places for t in by_place[place] if t.other is not None)}
    questions = {
        (row.raw.sheet, row.raw.row): row.question
        for row in found.rows(entries[place] for place in here)
        if row.question is not None
    }
    shown = [
        ShownTwins(place, questions[place], tuple(by_place[place]), found.decision(by_place[place][0]))
        for place in places
    ]
    return render_template(
        "bank/doubles.html",
        **_step("doubles", found),
        rows=shown,
        questions=questions,
        sides=_sides(shown),
        part=part,
        sorts=[(sort, _count(found, sort)) for sort in SORTS if _count(found, sort)],
        sort_words={CONFLICT: _("答案矛盾"), EXACT: _("完全相同"), NEAR: _("相近")},
        SKIP=SKIP,
        TAKE=TAKE,
    )


@bank_desk.post("/import/<token>/doubles")
@allows(Action.MANAGE_BANK)
def decide(token: str) -> ResponseReturnValue:
    """Keep what is decided of repeated rows: one by one, or of all of a sort."""
    if (done := _done(token)) is not None:
        return done
    _said(token)
    decided = {
        place: choice
        for n in range(TWINS)
        if (place := import_forms.place_of(request.form.get(f"place:{n}", ""))) is not None
        and (choice := request.form.get(f"decision:{n}", "")) in (TAKE, SKIP)
    }
    sort, _colon, choice = request.form.get("all", "").partition(":")
    if choice in (TAKE, SKIP):
        twins = _by_place(_compared(token))
        decided |= {place: choice for place, found in twins.items() if found[0].sort == sort}
    kept_files.say(
        platform(), token, actor(), lambda said: replace(said, decided={**said.decided, **decided})
    )
    if choice in (TAKE, SKIP) or request.form.get("stay"):
        flash(_("已记下。"), "good")
        return redirect(url_for("bank.doubles", token=token, page=asked_page()), 303)
    return redirect(url_for("bank.confirm", token=token), 303)


@bank_desk.get("/import/<token>/confirm")
@allows(Action.MANAGE_BANK)
def confirm(token: str) -> ResponseReturnValue:
    """Tell what would be imported, and ask for a name and for tags of all questions."""
    return _done(token) or _confirm_page(token)


def _confirm_page(token: str, wrong: str = "") -> str:
    said = _said(token)
    found = _compared(token)
    return render_template(
        "bank/confirm.html",
        wrong=wrong,
        **_step("confirm", found),
        said=said,
        topics="、".join(value for facet, value in said.tags if facet == "topic"),
        source="\n".join(value for facet, value in said.tags if facet == "source"),
        to_mend=len(found.to_mend),
        looked=import_remarks.look(found),
        repeated=len({t.place for t in found.twins if found.decision(t) == SKIP}),
    )


@bank_desk.post("/import/<token>")
@allows(Action.MANAGE_BANK)
def take(token: str) -> ResponseReturnValue:
    """Import what was shown, once, however often the button is pressed."""
    if (done := _done(token)) is None:
        _said(token)
        if "name" in request.form:
            name, tags = import_forms.one_line(request.form["name"]), import_forms.tags(request.form)
            kept_files.say(platform(), token, actor(), lambda said: replace(said, name=name, tags=tags))
        if request.form.get("review") not in REVIEWS:
            return _confirm_page(token, _("请选择这些题是送审，还是已由他人审过。")), 400
        found = _compared(token)
        is_partly = request.form.get("rows") == "good"
        work = taking.begin(platform(), found, actor(), is_partly, request.form["review"] == REVIEWS[0])
        if isinstance(work, Going):
            working.do(platform(), work)
        taken = taking.taken_before(platform(), token)
        if taken is not None and taken.is_written:
            flash(_("已导入 %(count)s 题。", count=taken.taken), "good")
        done = _done(token)
        assert done is not None  # it has begun
    return done


@bank_desk.get("/import/<token>/faulty.xlsx")
@allows(Action.MANAGE_BANK)
def faulty(token: str) -> ResponseReturnValue:
    """Hand back the rows with an error as a workbook that says what is wrong with each."""
    if (done := _done(token)) is not None:
        return done
    said = _said(token)
    found = _compared(token)
    return handed_out(examining.faulty_workbook(found), faulty_name(said.filename))


@bank_desk.post("/import/<token>/forget")
@allows(Action.MANAGE_BANK)
def forget(token: str) -> ResponseReturnValue:
    """Throw an uploaded file away; the second of two clicks finds nothing."""
    if taking.taken_before(platform(), token) is None and kept_files.exists(platform(), token):
        _said(token)
        bank.forget(platform(), token)
    flash(_("文件已删除，没有导入任何题目。"))
    return redirect(url_for("bank.upload"), 303)


@bank_desk.errorhandler(ToCompare)
def comparing(asked: ToCompare) -> ResponseReturnValue:
    """Show that a file is being compared with the bank, at the address that needs it; begin it once."""
    if request.method != "GET":
        return redirect(url_for("bank.confirm", token=asked.token), 303)
    work = examining.begin_comparing(platform(), asked, actor())
    if work is not None:
        working.do(platform(), work)
    now = works.going(platform(), asked.work_token)
    return render_template("bank/comparing.html", said=_said(asked.token), work=now, token=asked.token)


@bank_desk.post("/import/<token>/compare")
@allows(Action.MANAGE_BANK)
def compare(token: str) -> ResponseReturnValue:
    """Try again to compare a file with the bank, after that has failed."""
    _said(token)
    examining.try_again(platform(), token)
    return redirect(url_for("bank.doubles", token=token), 303)


def _upload_page(form: QuestionsForm) -> str:
    mine = list(kept_files.unfinished(platform(), signed_in().person_id))
    return render_template(
        "bank/upload.html",
        form=form,
        unfinished=mine,
        works=bank_works.listed(),
        **listed(bank.imports(platform(), 0, RECENT)),
    )


def _done(token: str) -> ResponseReturnValue | None:
    """Return the way to what comes of a file that somebody has begun to take."""
    taken = taking.taken_before(platform(), token)
    return redirect(url_for("bank.imported", import_id=taken.import_id), 303) if taken is not None else None


def _compared(token: str) -> Preview:
    """Return a file compared with the bank; raises ToCompare where that takes longer than a page can wait."""
    return bank.preview(platform(), token, waits=False)


def _said(token: str) -> Said:
    """Return what was said about a file of the person who asks; raises NotFound, NotAllowed."""
    return kept_files.said_of(platform(), token, actor())


def _step(step: str, found: Preview) -> dict[str, object]:
    """Return what every page of the wizard shows."""
    return {
        "step": step,
        "found": found,
        "steps": [
            ("preview", _("读懂了什么"), 0),
            ("rows", _("改正"), len(found.to_mend)),
            ("doubles", _("重复"), len({twin.place for twin in found.twins})),
            ("confirm", _("导入"), 0),
        ],
        **_words(),
    }


def _text_of(token: str, said: Said) -> str:
    """Return a text that can be changed as a whole on the page, "" for any other file."""
    if not said.filename.endswith(".txt"):
        return ""
    content = kept_files.content_of(platform(), token)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", "replace")
    return text if len(text) <= LONGEST_TEXT else ""


def _by_place(found: Preview) -> dict[Place, list[Twin]]:
    """Return the twins of each row, the gravest first, conflicts before the rest."""
    gravity = {CONFLICT: 0, EXACT: 1}
    by_place: dict[Place, list[Twin]] = {}
    for twin in sorted(found.twins, key=lambda t: (gravity.get(t.sort, 2), t.place)):
        by_place.setdefault(twin.place, []).append(twin)
    return by_place


def _count(found: Preview, sort: str) -> int:
    return sum(twins[0].sort == sort for twins in _by_place(found).values())


def _sides(shown: Iterable[ShownTwins]) -> dict[int, Side]:
    ids = {twin.version_id for each in shown for twin in each.twins if twin.version_id is not None}
    return duplicates.sides(platform(), sorted(ids))


def _words() -> dict[str, Mapping[str, str]]:
    return {
        "kind_words": kind_words(),
        "difficulty_words": difficulty_words(),
        "facet_words": facet_words(),
    }
