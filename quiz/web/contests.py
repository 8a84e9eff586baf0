"""Contests at the desk: write the rules, check and publish them, watch the numbers, export the boards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from hashlib import sha256
from pathlib import Path

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from quiz.errors import ChangedMeanwhile, Fault, InvalidDocument, NotFound
from quiz.live import View
from quiz.rules.building import build
from quiz.rules.document import Document, unplayable
from quiz.rules.document import checked as source_of
from quiz.rules.permissions import Action
from quiz.services import awards, contests, exports, large_exports, presets, results
from quiz.services import desk as desk_service
from quiz.services.contests import Seen, draft_digest
from quiz.services.drawable import Wanting
from quiz.services.published import in_force
from quiz.services.results import BoardId, Wanted
from quiz.web.access import allows, now_ms, platform
from quiz.web.board_columns import board_columns
from quiz.web.desk_words import level_words, part_words, phase_words
from quiz.web.files import actor, kept, written
from quiz.web.forms import NewContestForm, RulesForm
from quiz.web.language import fault_words, said
from quiz.web.moments import at_minute
from quiz.web.paging import Part, asked_page, asked_part, asked_text
from quiz.web.paper_words import PaperReport, report
from quiz.web.publicity_words import seen_by_public
from quiz.web.words import rules_parts

contest_desk = Blueprint("contests", __name__, url_prefix="/desk/contests")

BOARD_ROWS = 100
CONTEXT_LINES = 2  # around a change in the list of changes


@dataclass(frozen=True)
class NamedFault:
    """A fault of a rules document in words, with the line it stands on."""

    line: int | None
    quoted: str  # the text of that line
    at: str
    words: str


@dataclass(frozen=True)
class Checked:
    """What is to be said about a draft before it is published."""

    document: Document | None
    faults: Sequence[NamedFault]
    missing: Sequence[Fault]

    @property
    def is_ready(self) -> bool:
        """Whether it may be published as it is."""
        return self.document is not None and not self.faults and not self.missing


@contest_desk.get("/")
@allows(Action.MANAGE_CONTESTS)
def index() -> ResponseReturnValue:
    """List all contests, published or not."""
    phases = {c.contest_id: c.phase for c in contests.listed(platform(), now_ms())}
    return render_template(
        "contests/index.html", drafts=contests.drafts(platform()), phases=phases, phase_words=phase_words()
    )


@contest_desk.route("/new", methods=["GET", "POST"])
@allows(Action.MANAGE_CONTESTS)
def new() -> ResponseReturnValue:
    """Begin a contest from a document of ours or from a copy of another contest."""
    form = NewContestForm()
    held = contests.drafts(platform())
    opens = {
        c.contest_id: at_minute(stage.calendar.opens_ms, c.published.document.timezone)
        for c in contests.listed(platform(), now_ms())
        for stage in c.published.document.stages[:1]
    }
    form.start.choices = [
        *((f"preset:{preset.name}", said(preset.words)) for preset in presets.PRESETS),
        *((f"copy:{d.contest_id}", _copy_words(d, opens.get(d.contest_id))) for d in held),
    ]
    if not form.validate_on_submit():
        return render_template("contests/new.html", form=form), 400 if form.is_submitted() else 200
    text, kind = _beginning(form.start.data)
    contest_id = contests.create(platform(), text, kind, actor())
    return redirect(url_for("contests.edit", contest_id=contest_id), 303)


@contest_desk.get("/<int:contest_id>")
@allows(Action.MANAGE_CONTESTS)
def edit(contest_id: int) -> ResponseReturnValue:
    """Show the rules document, what is wrong with it, and the rules page that comes of it."""
    draft = contests.draft(platform(), contest_id)
    form = RulesForm(formdata=None, text=draft.text, seen=draft_digest(draft.text))
    return _edit_page(draft, form)


@contest_desk.post("/<int:contest_id>")
@allows(Action.MANAGE_CONTESTS)
def save(contest_id: int) -> ResponseReturnValue:
    """Keep the document as it was typed, right or wrong; what is published stays as it is."""
    form = RulesForm()
    draft = contests.draft(platform(), contest_id)
    if not form.validate_on_submit():
        return _edit_page(draft, form), 400
    try:
        contests.save_draft(platform(), contest_id, _lines(form.text.data), actor(), form.seen.data)
    except ChangedMeanwhile as error:
        form.text.errors = [said(error.message)]
        return _edit_page(draft, form), 409
    flash(_("草稿已保存。"), "good")
    return redirect(url_for("contests.edit", contest_id=contest_id), 303)


@contest_desk.get("/<int:contest_id>/publish")
@allows(Action.MANAGE_CONTESTS)
def confirm(contest_id: int) -> ResponseReturnValue:
    """Show what publishing would do, and ask."""
    draft = contests.draft(platform(), contest_id)
    checked = _checked(draft, draft.text)
    if not checked.is_ready:
        return redirect(url_for("contests.edit", contest_id=contest_id))
    return render_template(
        "contests/publish.html",
        draft=draft,
        checked=checked,
        seen=Seen(draft_digest(draft.text), draft.published_version),
        changes=list(_changes(contest_id, draft)),
        papers=_papers_tried(checked.document, draft),
    )


@contest_desk.post("/<int:contest_id>/publish")
@allows(Action.MANAGE_CONTESTS)
def publish(contest_id: int) -> ResponseReturnValue:
    """Publish what was shown, once, however often the button is pressed."""
    version = request.form.get("version", type=int)
    seen = Seen(request.form.get("draft", ""), version or None)
    made = contests.publish(platform(), contest_id, actor(), seen)
    flash(_("已发布第 %(version)s 版。", version=made), "good")
    return redirect(url_for("contests.edit", contest_id=contest_id), 303)


@contest_desk.get("/<int:contest_id>/watch")
@allows(Action.MANAGE_CONTESTS)
def watch(contest_id: int) -> ResponseReturnValue:
    """Show how busy a contest is; with `part` only what moves, for a page that asks again by itself."""
    rules = in_force(platform(), contest_id)
    started, is_open, people = contests.counts(platform(), contest_id)
    minutes = desk_service.per_minute(platform(), contest_id, now_ms())
    by_server = desk_service.closed_by_server(platform(), contest_id)
    page = {
        "contest": contests.Listed(contest_id, rules, contests.phase(rules.document, now_ms())),
        "figures": [
            (_("已开始"), started, _("次")),
            (_("正在作答"), is_open, _("次")),
            (_("已交卷"), started - is_open, _("次")),
            (_("其中到时自动交卷"), by_server, _("次")),
            (_("参加"), people, _("人")),
            (_("上一分钟开始"), minutes[-2].started, _("次")),
            (_("上一分钟交卷"), minutes[-2].finished, _("次")),
        ],
        "minutes": minutes,
        "busiest": max(1, *(max(m.started, m.finished) for m in minutes)),
        "boards": desk_service.board_state(platform(), contest_id, now_ms()),
        "closed_to_all": awards.nobody_advanced_yet(platform(), rules, now_ms()),
        "now": now_ms(),
        "phase_words": phase_words(),
    }
    if "part" not in request.args:
        return render_template("contests/watch.html", **page)
    return _if_changed(render_template("contests/_numbers.html", **page))


@contest_desk.get("/<int:contest_id>/boards/")
@allows(Action.MANAGE_CONTESTS)
def boards(contest_id: int) -> ResponseReturnValue:
    """Lead to the first board of a contest."""
    found = results.boards_of(in_force(platform(), contest_id))
    if not found:
        raise NotFound()
    return redirect(url_for("contests.board", contest_id=contest_id, board_id=found[0][0]))


@contest_desk.get("/<int:contest_id>/boards/<board_id>")
@allows(Action.MANAGE_CONTESTS)
def board(contest_id: int, board_id: str) -> ResponseReturnValue:
    """Show a board as the desk sees it: everybody, real names, every figure it is ordered by."""
    rules = in_force(platform(), contest_id)
    page = asked_page()
    wanted = Wanted(
        BoardId.parse(board_id),
        period=asked_text("period"),
        part=asked_part(),
        first=(page - 1) * BOARD_ROWS,
        size=BOARD_ROWS,
        query=asked_text("q"),
        view=View.FULL,
        frozen="frozen" in request.args,
    )
    found = results.page(platform(), rules, wanted, now_ms())
    stage, shown = results.board_of(rules, wanted.board)
    return render_template(
        "contests/board.html",
        rules=rules,
        stage=stage,
        board=shown,
        board_id=wanted.board,
        boards=results.boards_of(rules),
        periods=results.shown_periods(platform(), rules, wanted, now_ms()) if shown.over == "period" else (),
        seen=seen_by_public(stage, shown, now_ms()),
        now=now_ms(),
        found=found,
        query=wanted.query,
        part=Part(page, BOARD_ROWS, found.count),
        columns=board_columns(stage, shown),
        level_words=level_words(),
        part_label=part_words(shown),
        stands_since_ms=found.stands_since_ms,
    )


@contest_desk.get("/<int:contest_id>/boards/<board_id>.<any(xlsx, csv, jsonl):ending>")
@allows(Action.MANAGE_CONTESTS)
def export(contest_id: int, board_id: str, ending: str) -> ResponseReturnValue:
    """Hand out a whole board, of one period where it is over periods; a large one is asked for first."""
    rules = in_force(platform(), contest_id)
    wanted = _whole(board_id)
    _stage, shown = results.board_of(rules, wanted.board)
    count = exports.count_rows(platform(), rules, wanted)
    if count > exports.MOST_AT_ONCE:
        return render_template(
            "contests/export.html", rules=rules, board=shown, count=count, address=request.full_path
        )

    def write(path: Path) -> None:
        rows = exports.write_board(platform(), rules, wanted, path)
        exports.note(platform(), rules, wanted, rows, actor())

    name = " ".join(part for part in (rules.document.title, shown.name, wanted.period) if part)
    return written(f"{name}.{ending}", write)


@contest_desk.post("/<int:contest_id>/boards/<board_id>.<any(xlsx, csv, jsonl):ending>")
@allows(Action.MANAGE_CONTESTS)
def export_apart(contest_id: int, board_id: str, ending: str) -> ResponseReturnValue:
    """Begin to write a large board beside the server, so that answers are not slowed."""
    rules = in_force(platform(), contest_id)
    token = large_exports.begin(platform(), rules, _whole(board_id), ending, actor())
    return redirect(url_for("contests.exported", token=token), 303)


@contest_desk.get("/exports/<token>")
@allows(Action.MANAGE_CONTESTS)
def exported(token: str) -> ResponseReturnValue:
    """Show how far a large export is; with `part` only what moves."""
    found = large_exports.export_of(platform(), token)
    if "part" not in request.args:
        return render_template("contests/exported.html", export=found, token=token)
    return _if_changed(render_template("contests/_export.html", export=found, token=token))


@contest_desk.get("/exports/<token>/file")
@allows(Action.MANAGE_CONTESTS)
def exported_file(token: str) -> ResponseReturnValue:
    """Hand out the file of a large export."""
    path = large_exports.file_of(platform(), token)
    return kept(path, large_exports.export_of(platform(), token).name)


def _whole(board_id: str) -> Wanted:
    """Return the whole of a board as the desk sees it, of the period that the address names."""
    period = asked_text("period")
    return Wanted(BoardId.parse(board_id), period=period, view=View.FULL, frozen="frozen" in request.args)


def _edit_page(draft: contests.Draft, form: RulesForm) -> str:
    text = _lines(form.text.data or "")
    checked = _checked(draft, text)
    return render_template(
        "contests/edit.html",
        draft=draft,
        form=form,
        checked=checked,
        rules_parts=rules_parts(checked.document) if checked.document else (),
        is_published=draft.published_version is not None,
        has_opened=draft.published_version is not None and _has_opened(draft.contest_id),
        has_changes=draft.published_version is not None and any(_changes(draft.contest_id, draft)),
        rows=min(48, max(16, text.count("\n") + 2)),
    )


def _checked(draft: contests.Draft, text: str) -> Checked:
    """Say what publishing would refuse: what is wrong, what cannot be done yet, what bank and units lack."""
    lines = text.splitlines()
    try:
        source = source_of(text)
    except InvalidDocument as error:
        return Checked(None, [_named(fault, lines) for fault in error.faults], ())
    document = build(source.raw)
    not_yet = [_named(fault, lines) for fault in unplayable(source, document)]
    return Checked(document, not_yet, contests.missing(platform(), _wanting(draft, document)))


def _papers_tried(document: Document | None, draft: contests.Draft) -> list[PaperReport]:
    if document is None:
        return []
    tried = contests.papers_tried(platform(), _wanting(draft, document), draft_digest(draft.text))
    return [report(found) for found in tried]


def _wanting(draft: contests.Draft, document: Document) -> Wanting:
    return Wanting(document, now_ms(), draft.contest_id, draft.kind)


def _has_opened(contest_id: int) -> bool:
    stages = in_force(platform(), contest_id).document.stages
    return min(stage.calendar.opens_ms for stage in stages) <= now_ms()


def _named(fault: Fault, lines: Sequence[str]) -> NamedFault:
    quoted = lines[fault.line - 1].strip() if fault.line and fault.line <= len(lines) else ""
    return NamedFault(fault.line, quoted, fault.at, fault_words(fault))


def _changes(contest_id: int, draft: contests.Draft) -> Iterator[str]:
    """Yield what publishing would change in the rules in force, as lines that begin with + or -."""
    if draft.published_version is None:
        return
    before = contests.text_in_force(platform(), contest_id)
    found = unified_diff(before.splitlines(), draft.text.splitlines(), lineterm="", n=CONTEXT_LINES)
    yield from list(found)[2:]


def _copy_words(draft: contests.Draft, opens: str | None) -> str:
    if opens is None:
        return _("复制草稿“%(title)s”", title=draft.title)
    return _("复制“%(title)s”，%(moment)s 开始的", title=draft.title, moment=opens)


def _beginning(start: str) -> tuple[str, str]:
    source, _colon, name = start.partition(":")
    if source == "preset":
        return presets.start_from(name, now_ms())
    copied = contests.draft(platform(), int(name))
    return copied.text, copied.kind


def _lines(text: str) -> str:
    """Return a text as it is kept: browsers send line ends as CR LF, and no database keeps NUL."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


def _if_changed(html: str) -> ResponseReturnValue:
    """Answer 304 to a page that shows the same already."""
    response = make_response(html)
    response.headers["Cache-Control"] = "private, no-cache"
    response.set_etag(sha256(html.encode()).hexdigest()[:20], weak=True)
    return response.make_conditional(request)
