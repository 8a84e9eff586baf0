"""Prizes at the desk: import events, hold draws, confirm awards, take the lists as files."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from quiz.errors import InvalidInput, NotNow
from quiz.reports import WRITERS, Table, write_xlsx
from quiz.rules.permissions import Action
from quiz.services import at_once_list, awards, draws, event_files, events, redrawing
from quiz.services.awards import AwardId
from quiz.services.published import Published, in_force
from quiz.services.redrawing import Unclaimed
from quiz.web.access import allows, now_ms, platform
from quiz.web.bodies import plain
from quiz.web.desk_words import level_words
from quiz.web.files import actor, uploaded, written
from quiz.web.forms import FileForm
from quiz.web.language import refusal
from quiz.web.moments import at_second
from quiz.web.paging import asked_text
from quiz.web.wording import number, period_words

prize_desk = Blueprint("prize_desk", __name__, url_prefix="/desk/contests/<int:contest_id>")

MOST_SHOWN = 200  # of a list on a page; the files hold all


@prize_desk.get("/prizes")
@allows(Action.MANAGE_CONTESTS)
def index(contest_id: int) -> ResponseReturnValue:
    """List the draws and awards of a contest, and what is to be done about each."""
    rules = in_force(platform(), contest_id)
    return render_template(
        "prizes/desk.html",
        rules=rules,
        draws=draws.shown(platform(), rules),
        awards=awards.given(platform(), rules) if _has_awards(rules) else [],
        kinds=events.kinds_of(rules.document),
        now=now_ms(),
    )


@prize_desk.get("/draws/<int:draw>")
@allows(Action.MANAGE_CONTESTS)
def draw(contest_id: int, draw: int) -> ResponseReturnValue:
    """Show what has been drawn of a draw, and who takes part in its next drawing."""
    rules = in_force(platform(), contest_id)
    return _draw_page(rules, draw)


@prize_desk.post("/draws/<int:draw>")
@allows(Action.MANAGE_CONTESTS)
def hold(contest_id: int, draw: int) -> ResponseReturnValue:
    """Hold the drawing that was shown; end a draw whose lots were drawn at once."""
    rules = in_force(platform(), contest_id)
    here = url_for("prize_desk.draw", contest_id=contest_id, draw=draw)
    called, stage, rule = draws.draw_of(rules, draw)
    try:
        if rule.drawn == "at_once":
            at_once_list.end(platform(), rules, called, stage, actor())
            flash(_("抽奖已经结束，种子已公布。"), "good")
            return redirect(here, 303)
        wins = draws.hold(platform(), rules, draw, request.form.get("seen", ""), actor())
    except NotNow as error:
        flash(refusal(error), "warn")
        return redirect(here, 303)
    flash(_("已开奖，%(count)s 人次中奖。", count=len(wins)), "good")
    return redirect(here, 303)


@prize_desk.post("/draws/<int:draw>/pass-on")
@allows(Action.MANAGE_CONTESTS)
def pass_on(contest_id: int, draw: int) -> ResponseReturnValue:
    """Pass a prize that was not claimed on to the next in line."""
    rules, form = in_force(platform(), contest_id), request.form
    unclaimed = Unclaimed(
        form.get("occasion", ""),
        form.get("code", ""),
        form.get("entry", 0, type=int),
        plain(form.get("because", "")),
    )
    here = url_for("prize_desk.draw", contest_id=contest_id, draw=draw)
    try:
        win = redrawing.pass_on(platform(), rules, draw, unclaimed, actor())
    except InvalidInput as error:
        flash(refusal(error), "warn")
        return redirect(
            url_for(
                "prize_desk.draw",
                contest_id=contest_id,
                draw=draw,
                occasion=unclaimed.occasion or None,
                code=unclaimed.code,
                entry=unclaimed.entry,
            ),
            303,
        )
    if win is None:
        flash(_("没有可以递补的人，奖品收回。"), "warn")
    else:
        flash(_("“%(prize)s”已递补给抽奖号 %(code)s。", prize=win.prize, code=win.code), "good")
    return redirect(here, 303)


@prize_desk.get("/draws/<int:draw>.<any(xlsx, csv):ending>")
@allows(Action.MANAGE_CONTESTS)
def winners(contest_id: int, draw: int, ending: str) -> ResponseReturnValue:
    """Hand out everybody who has won in a draw."""
    rules = in_force(platform(), contest_id)
    found = draws.shown_one(platform(), rules, draw)
    zone = rules.document.timezone
    drawn = [(done.occasion, w, at_second(done.drawn_ms, zone)) for done in found.done for w in done.winners]
    drawn += [("", w, "") for w in found.so_far]
    table = Table(
        found.called,
        (
            _("哪一期"),
            _("奖品"),
            _("抽奖号"),
            _("第几个机会"),
            _("姓名"),
            _("人员编号"),
            _("开奖时刻"),
            _("未领取，已递补"),
        ),
        (
            (occasion, w.prize, w.code, w.entry, w.real_name, w.person_id or "", at, w.because)
            for occasion, w, at in drawn
        ),
        ((_("比赛"), rules.document.title), (_("种子的 SHA-256"), found.commitment)),
    )
    return written(f"{found.called}.{ending}", lambda path: WRITERS[ending](table, path))


@prize_desk.get("/awards/<award_id>")
@allows(Action.MANAGE_CONTESTS)
def award(contest_id: int, award_id: str) -> ResponseReturnValue:
    """Show who gets an award on an occasion, and why."""
    rules = in_force(platform(), contest_id)
    found = awards.one(platform(), rules, AwardId.parse(award_id), asked_text("period"))
    return render_template(
        "prizes/award.html",
        rules=rules,
        found=found,
        most=MOST_SHOWN,
        columns=_columns(found),
        now=now_ms(),
        number=number,
        level_words=level_words(),
    )


@prize_desk.post("/awards/<award_id>")
@allows(Action.MANAGE_CONTESTS)
def confirm(contest_id: int, award_id: str) -> ResponseReturnValue:
    """Confirm the list that was shown: it is published, and advancement follows it."""
    rules = in_force(platform(), contest_id)
    which, period = AwardId.parse(award_id), request.form.get("period", "")
    here = url_for("prize_desk.award", contest_id=contest_id, award_id=award_id, period=period or None)
    try:
        awards.confirm(platform(), rules, which, period, request.form.get("seen", ""), actor())
    except NotNow as error:
        flash(refusal(error), "warn")
        return redirect(here, 303)
    flash(_("名单已确认并公布。"), "good")
    return redirect(here, 303)


@prize_desk.get("/awards/<award_id>.<any(xlsx, csv):ending>")
@allows(Action.MANAGE_CONTESTS)
def award_file(contest_id: int, award_id: str, ending: str) -> ResponseReturnValue:
    """Hand out who gets an award on an occasion."""
    rules = in_force(platform(), contest_id)
    found = awards.one(platform(), rules, AwardId.parse(award_id), asked_text("period"))
    columns = _columns(found)
    is_people = found.of == "people"
    table = Table(
        found.prize.name,
        (
            _("序号"),
            _("名次"),
            _("姓名") if is_people else _("单位"),
            _("编号"),
            *(header for _, header in columns),
        ),
        (
            (
                n,
                g.place if g.place is not None else "",
                g.real_name,
                g.who,
                *(_cell(g, key) for key, _ in columns),
            )
            for n, g in enumerate(found.getters, 1)
        ),
        (
            (_("比赛"), rules.document.title),
            (_("哪一期"), period_words(found.period, found.stage) or _("整个阶段")),
            (_("状态"), _("已确认") if found.confirmed and not found.has_changed else _("还没有确认")),
        ),
    )
    name = " ".join(part for part in (found.prize.name, found.period) if part)
    return written(f"{name}.{ending}", lambda path: WRITERS[ending](table, path))


@prize_desk.get("/events")
@allows(Action.MANAGE_CONTESTS)
def event_page(contest_id: int) -> ResponseReturnValue:
    """Show which events are on record, and offer to import more."""
    return _event_page(in_force(platform(), contest_id), FileForm())


@prize_desk.post("/events")
@allows(Action.MANAGE_CONTESTS)
def read_events(contest_id: int) -> ResponseReturnValue:
    """Keep a file of events and show what it says."""
    rules = in_force(platform(), contest_id)
    form = FileForm()
    if not form.validate_on_submit():
        return _event_page(rules, form), 400
    content, filename = uploaded(form.file)
    token = event_files.stage(platform(), content, filename, now_ms())
    return redirect(url_for("prize_desk.preview_events", contest_id=contest_id, token=token), 303)


@prize_desk.get("/events/<token>")
@allows(Action.MANAGE_CONTESTS)
def preview_events(contest_id: int, token: str) -> ResponseReturnValue:
    """Show what a file of events says, before anything is put on record."""
    rules = in_force(platform(), contest_id)
    found = event_files.preview(platform(), rules, token)
    return render_template("prizes/event_file.html", rules=rules, found=found, token=token)


@prize_desk.post("/events/<token>")
@allows(Action.MANAGE_CONTESTS)
def take_events(contest_id: int, token: str) -> ResponseReturnValue:
    """Put the events of a file on record; what is there already is left out."""
    rules = in_force(platform(), contest_id)
    count = event_files.take(platform(), rules, token, actor())
    flash(_("新记录了 %(count)s 条活动，榜单已更新。", count=count), "good")
    return redirect(url_for("prize_desk.event_page", contest_id=contest_id), 303)


@prize_desk.post("/events/<token>/forget")
@allows(Action.MANAGE_CONTESTS)
def forget_events(contest_id: int, token: str) -> ResponseReturnValue:
    """Delete a file of events that is not wanted."""
    event_files.forget(platform(), token)
    return redirect(url_for("prize_desk.event_page", contest_id=contest_id), 303)


@prize_desk.get("/events/template.xlsx")
@allows(Action.MANAGE_CONTESTS)
def event_template(contest_id: int) -> ResponseReturnValue:
    """Hand out an empty file of events with the headers that are read."""
    kinds = events.kinds_of(in_force(platform(), contest_id).document)
    notes = (
        (_("参赛码"), _("参赛者的参赛码，或后台名单里的人员编号。")),
        (_("时间"), _("例如 2026-03-01 09:00，按比赛所在时区。")),
        (_("活动"), _("规则里写的活动名称：%(kinds)s。", kinds="、".join(kinds))),
    )
    table = Table(_("活动"), tuple(event_files.CALLED.values()), (), notes)
    return written(_("活动模板") + ".xlsx", lambda path: write_xlsx(table, path))


def _draw_page(rules: Published, number_of: int) -> str:
    called, stage, rule = draws.draw_of(rules, number_of)
    is_at_once = rule.drawn == "at_once"
    shown = draws.shown_one(platform(), rules, number_of)
    return render_template(
        "prizes/draw.html",
        rules=rules,
        draw=shown,
        next=draws.next_of(platform(), rules, number_of),
        ending=at_once_list.ending(platform(), rules, called, stage) if is_at_once else None,
        unclaimed=_unclaimed(shown),
        most=MOST_SHOWN,
        now=now_ms(),
    )


def _unclaimed(shown: draws.Shown) -> tuple[str, draws.Winner] | None:
    """Return the win that the address names, which is to pass on, with its occasion."""
    wanted = (asked_text("occasion"), asked_text("code"), asked_text("entry"))
    return next(
        (
            (done.occasion, win)
            for done in shown.done
            for win in done.winners
            if (done.occasion, win.code, str(win.entry)) == wanted and not win.is_lost
        ),
        None,
    )


def _event_page(rules: Published, form: FileForm) -> str:
    return render_template(
        "prizes/events.html",
        rules=rules,
        form=form,
        kept=events.on_record(platform(), rules.contest_id),
        kinds=events.kinds_of(rules.document),
        most=event_files.MOST_EVENTS,
    )


def _has_awards(rules: Published) -> bool:
    return any(stage.awards for stage in awards.stages_of(rules.document))


def _columns(found: awards.Given) -> Sequence[tuple[str, str]]:
    """Return the figures that are told beside a name: key and header."""
    words = {"total": _("总分"), "value": _("数值"), "time_ms": _("用时（毫秒）"), "attempts": _("答题次数")}
    keys = {key for getter in found.getters for key in getter.figures}
    return [(key, header) for key, header in words.items() if key in keys]


def _cell(getter: awards.Getter, key: str) -> str | int:
    value = getter.figures.get(key, "")
    return value if isinstance(value, int) else str(value)
