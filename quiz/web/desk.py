"""The organizer's desk: what runs now, signing in by invitation, people, units, and what was done here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from question_bank.problems import Problem
from quiz.errors import N_, InvalidInput, NotAllowed
from quiz.reports import WRITERS, Table, write_xlsx
from quiz.rules.permissions import Action, Role
from quiz.services import accounts, consents, contests, doubts, join_wishes, rosters
from quiz.services import desk as service
from quiz.web import moments
from quiz.web.access import allows, forget, now_ms, platform, remember, visitor
from quiz.web.bank_review import ending
from quiz.web.desk_words import (
    action_words,
    detail_values,
    detail_words,
    how_words,
    level_words,
    tree_words,
)
from quiz.web.files import actor, uploaded, written
from quiz.web.forms import EnrolmentForm, FileForm, UnitFileForm
from quiz.web.language import refusal
from quiz.web.paging import Part, asked_page, asked_text
from quiz.web.problem_words import told_once

desk = Blueprint("desk", __name__, url_prefix="/desk")

for shown in (moments.at_minute, moments.at_second, moments.at_clock):
    desk.app_template_filter()(shown)
desk.app_template_filter()(told_once)

AUDIT_ROWS = 50
PEOPLE_ROWS = 50
UNIT_ROWS = 100
UNIT_SEPARATOR = "; "
MOST_STEPS = 3  # drafts named as something to do
JUST_ENDED_MS = 14 * 86_400_000
ROSTER_ROWS = 20  # of a roster, in its preview


@dataclass(frozen=True)
class Step:
    """Something that waits for the organizer."""

    words: str
    link: str
    href: str


@dataclass(frozen=True)
class Running:
    """A published contest with its numbers, for the first page of the desk."""

    contest: contests.Listed
    started: int
    open: int
    people: int
    boards: service.BoardState


@desk.get("/")
@allows(Action.MANAGE_CONTESTS)
def home() -> ResponseReturnValue:
    """Show what runs now and what to do next."""
    now = now_ms()
    published = contests.listed(platform(), now)
    running = [_with_numbers(c) for c in published if c.phase.name in ("open", "paused")]
    coming = [c for c in published if c.phase.name == "coming"]
    over = [c for c in published if c.phase.name not in ("open", "paused", "coming")]
    drafts = [d for d in contests.drafts(platform()) if d.published_version is None]
    return render_template(
        "desk/home.html",
        steps=[*_preparing(), *_waiting(published, drafts, now)],
        running=running,
        coming=coming,
        over=over,
        drafts=drafts,
    )


@desk.get("/invitation/<code>")
@allows(Action.SIGN_IN)
def invitation(code: str) -> ResponseReturnValue:
    """Show whom an invitation is for; opening the address, as link previews do, does not use it up."""
    if _is_organizer():
        return redirect(url_for("desk.home"))
    name = accounts.open_invitation(platform(), code, now_ms())
    page = Response(render_template("desk/invitation.html", code=code, name=name))
    page.headers["Referrer-Policy"] = "no-referrer"  # the address is a key
    page.headers["Cache-Control"] = "no-store"
    return page


@desk.post("/invitation/<code>")
@allows(Action.SIGN_IN)
def accept(code: str) -> ResponseReturnValue:
    """Use an invitation: its bearer is an organizer and signed in."""
    try:
        entry = accounts.accept_invitation(platform(), code, now_ms())
    except NotAllowed:
        if _is_organizer():  # the second of two clicks
            return redirect(url_for("desk.home"), 303)
        raise
    remember(entry)
    flash(_("已登录。这个地址不能再次使用，本机在七天内保持登录。"), "good")
    return redirect(url_for("desk.home"), 303)


@desk.post("/leave")
@allows(Action.SIGN_IN)
def leave() -> ResponseReturnValue:
    """Sign the organizer out on this device."""
    forget()
    return redirect(url_for("play.home"), 303)


@desk.post("/invite")
@allows(Action.MANAGE_PEOPLE)
def invite() -> ResponseReturnValue:
    """Make a one-time address for another organizer and show it once."""
    try:
        code = accounts.invite_organizer(platform(), request.form.get("name", ""), actor())
    except InvalidInput as error:
        return _people_page(wrong_name=refusal(error)), 400
    address = url_for("desk.invitation", code=code, _external=True)
    return render_template("desk/invited.html", address=address, name=request.form["name"].strip())


@desk.get("/audit")
@allows(Action.READ_AUDIT)
def audit() -> ResponseReturnValue:
    """Show what was done at the desk, newest first."""
    action, page = asked_text("action"), asked_page()
    rows, count = service.audit_log(platform(), action, (page - 1) * AUDIT_ROWS, AUDIT_ROWS)
    return render_template(
        "desk/audit.html",
        rows=rows,
        part=Part(page, AUDIT_ROWS, count),
        action=action,
        actions=service.audited_actions(platform()),
        action_words=action_words(),
        detail_words=detail_words(),
        detail_values=detail_values(),
    )


@desk.get("/people")
@allows(Action.MANAGE_PEOPLE)
def people() -> ResponseReturnValue:
    """List the participants and offer to add a roster."""
    return _people_page()


@desk.post("/people")
@allows(Action.MANAGE_PEOPLE)
def read_roster() -> ResponseReturnValue:
    """Read an uploaded roster, and show what would be added."""
    form = FileForm()
    if not form.validate_on_submit():
        return _people_page(form=form), 400
    content, filename = uploaded(form.file)
    token = rosters.stage(platform(), content, filename, now_ms())
    return redirect(url_for("desk.roster", token=token), 303)


@desk.get("/people/roster/<token>")
@allows(Action.MANAGE_PEOPLE)
def roster(token: str) -> ResponseReturnValue:
    """Show what a roster holds before anybody is added, and offer its codes once they are."""
    found = rosters.preview(platform(), token)
    return render_template(
        "desk/roster.html",
        token=token,
        found=found,
        added=rosters.is_added(platform(), token),
        shown=ROSTER_ROWS,
        children=found.children(now_ms()),
        how_words=how_words(),
        today=moments.at_minute(now_ms())[:10],
    )


@desk.post("/people/roster/<token>")
@allows(Action.MANAGE_PEOPLE)
def add_roster(token: str) -> ResponseReturnValue:
    """Add the people of a roster once, however often the button is pressed."""
    found = rosters.preview(platform(), token)
    if rosters.is_added(platform(), token):
        return redirect(url_for("desk.roster", token=token), 303)
    if found.problems:
        raise InvalidInput(N_("名单里还有错误，没有添加任何人。请改正后重新上传。"))
    chosen, said = rosters.codes_of(platform(), token, len(found.people)), None
    if found.children(now_ms()):
        try:
            said = _consented(request.form)
        except InvalidInput as error:
            flash(refusal(error), "bad")
            return redirect(url_for("desk.roster", token=token), 303)
    try:
        accounts.add_people(platform(), found.consented(now_ms()), actor(), chosen, said)
    except IntegrityError:  # the first of two clicks has added them meanwhile
        if not rosters.is_added(platform(), token):
            raise
        return redirect(url_for("desk.roster", token=token), 303)
    if found.refused:
        consents.note_refused(platform(), found.filename, found.refused, actor())
    return redirect(url_for("desk.roster", token=token), 303)


@desk.post("/people/roster/<token>/codes.<any(xlsx, csv):ending>")
@allows(Action.MANAGE_PEOPLE)
def codes(token: str, ending: str) -> ResponseReturnValue:
    """Hand out the participant codes of a roster as a file."""
    found = rosters.preview(platform(), token)
    if not rosters.is_added(platform(), token):
        raise InvalidInput(N_("这份名单还没有添加，没有参赛码。"))
    rosters.note_download(platform(), found, actor())
    table = _code_table(found, rosters.codes_of(platform(), token, len(found.people)))
    return written(f"{table.name}.{ending}", lambda path: WRITERS[ending](table, path))


@desk.post("/people/roster/<token>/forget")
@allows(Action.MANAGE_PEOPLE)
def forget_roster(token: str) -> ResponseReturnValue:
    """Delete a roster from the server, and with it the way to its codes."""
    rosters.forget(platform(), token)
    flash(_("服务器上的名单已删除，参赛码不能再下载。"), "good")
    return redirect(url_for("desk.people"), 303)


def _roster_trees() -> list[str]:
    """Return the headers under which a roster says units, as our template writes them."""
    trees = [tree for tree, _count in service.trees(platform()) if tree != accounts.TEAM]
    return [rosters.TREE_CALLED.get(tree, tree) for tree in trees]


@desk.get("/people/template.xlsx")
@allows(Action.MANAGE_PEOPLE)
def roster_template() -> ResponseReturnValue:
    """Hand out an empty roster with the headers that this platform reads."""
    trees = _roster_trees()
    notes = (
        (_("姓名"), _("必填，只有组织者看得到。")),
        (_("昵称"), _("榜单上显示的名字；不填就显示姓氏和星号。")),
        (_("座号"), _("班里的座号，印在参赛卡上；不填就按名单的顺序编号。")),
        (_("组别"), _("规则里的组别；几个之间用逗号。年级、出生日期也按规则的需要填，可以空着。")),
        (
            _("监护人同意"),
            _("不满 14 周岁的学生报名前要有监护人同意。不同意的写“不同意”：这个人不参加，一行内容都不保存。"),
        ),
        (_("加时"), _("秒数（如 300）或倍数（如 1.25倍），每次答题的时限随之延长。")),
        (_("不参赛"), _("规则里排除的类别，例如 工作人员。")),
        (_("队伍"), _("临时组成的队伍的名称；没有的队伍会新建，属于单位体系 team。")),
        (_("单位"), _("街道社区、学校班级等各一列，写单位的代码、名称或完整路径；可以空着。")),
        (_("学校、班级"), _("也可以分成两列，例如“示范第一中学”和“初一年级1班”；街道、社区同样。")),
    )
    table = Table(_("名单"), (*rosters.ROSTER_HEADER, *trees, *rosters.ABOUT_HEADER), (), notes)
    return written(_("名单模板") + ".xlsx", lambda path: write_xlsx(table, path))


@desk.get("/units")
@allows(Action.MANAGE_PEOPLE)
def units() -> ResponseReturnValue:
    """List the units of one tree and offer to import more."""
    return _units_page(UnitFileForm(), EnrolmentForm())


@desk.post("/units")
@allows(Action.MANAGE_PEOPLE)
def import_units() -> ResponseReturnValue:
    """Add the units of a file to a tree: all of them, or none while a row is wrong."""
    form = UnitFileForm()
    if not form.validate_on_submit():
        return _units_page(form, EnrolmentForm()), 400
    content, filename = uploaded(form.file)
    tree = str(form.tree.data)
    read = rosters.read_units(platform(), tree, content, filename)
    if read.problems:
        return _units_page(form, EnrolmentForm(), read.problems), 400
    count = accounts.load_units(platform(), tree, read.rows, actor())
    flash(_("已导入 %(count)s 个单位。", count=count), "good")
    return redirect(url_for("desk.units", tree=tree), 303)


@desk.get("/units/template.xlsx")
@allows(Action.MANAGE_PEOPLE)
def unit_template() -> ResponseReturnValue:
    """Hand out an empty list of units with the headers that are read."""
    notes = (
        (_("代码"), _("在一个单位体系里不能重复；代码已有的单位会改名。")),
        (
            _("层级"),
            _("规则文件里的层级，如 street、community、school、grade、class，也可以写街道、社区、学校。"),
        ),
        (_("上级"), _("上级单位的代码；上级要写在下级前面，最高一级空着。")),
        (_("人数"), _("可以不填；填了就要写截止日期，如 2026-03-01。")),
    )
    table = Table(_("单位名单"), rosters.UNIT_HEADER, (), notes)
    return written(_("单位模板") + ".xlsx", lambda path: write_xlsx(table, path))


@desk.post("/units/<tree>/enrolment")
@allows(Action.MANAGE_PEOPLE)
def enrolment(tree: str) -> ResponseReturnValue:
    """State how many people one unit had on a day."""
    form = EnrolmentForm()
    if not form.validate_on_submit():
        return _units_page(UnitFileForm(), form), 400
    unit_id = service.unit_ids(platform(), tree).get(form.code.data.strip())
    if unit_id is None:
        form.code.errors = [_("这个单位体系里没有这个代码。")]
        return _units_page(UnitFileForm(), form), 400
    accounts.set_enrolment(platform(), unit_id, form.as_of.data, int(form.enrolled.data), actor())
    flash(_("人数已记录。"), "good")
    return redirect(url_for("desk.units", tree=tree), 303)


def _consented(form: Mapping[str, str]) -> consents.Said:
    """Return how and when the guardians of a roster's children consented; raises InvalidInput."""
    if form.get("consented") != "yes":
        raise InvalidInput(N_("请先确认每位不满 14 周岁学生的监护人都已同意。没有添加任何人。"))
    return consents.checked(consents.Said(True, form.get("how", ""), form.get("said_on", "")), now_ms())


def _is_organizer() -> bool:
    found = visitor()
    return found is not None and found.role == Role.ORGANIZER


def _preparing() -> Iterator[Step]:
    """Yield what is still missing before any contest can be run."""
    if not service.question_count(platform()):
        yield Step(_("题库还是空的。"), _("导入题目"), url_for("bank.upload"))
    if not service.trees(platform()):
        yield Step(_("还没有街道、学校等单位。"), _("导入单位"), url_for("desk.units"))


def _waiting(
    published: Sequence[contests.Listed], drafts: Sequence[contests.Draft], now: int
) -> Iterator[Step]:
    """Yield questions that end or are doubted, drafts to publish, contests that have just ended."""
    if ends := ending():
        words = _("有 %(count)s 道题快要过期或已经过期。", count=len(ends))
        yield Step(words, _("看看是哪些"), f"{url_for('review.queue')}#ending")
    if doubted := doubts.count_open(platform()):
        words = _("有 %(count)s 道题被答题的人报告有疑问。", count=doubted)
        yield Step(words, _("去看看"), url_for("doubts_desk.queue"))
    for draft in drafts[:MOST_STEPS]:
        words = _("“%(title)s”还是草稿。", title=draft.title)
        yield Step(words, _("检查并发布"), url_for("contests.edit", contest_id=draft.contest_id))
    for contest in published:
        document = contest.published.document
        ended = now - document.stages[-1].calendar.closes_ms
        if contest.phase.name == "over" and ended < JUST_ENDED_MS:
            words = _("“%(title)s”已经结束。", title=document.title)
            yield Step(words, _("导出榜单"), url_for("contests.boards", contest_id=contest.contest_id))
    if not drafts and all(contest.phase.name == "over" for contest in published):
        yield Step(_("没有正在进行或将要开始的比赛。"), _("新建比赛"), url_for("contests.new"))


def _with_numbers(contest: contests.Listed) -> Running:
    numbers = contests.counts(platform(), contest.contest_id)
    return Running(contest, *numbers, service.board_state(platform(), contest.contest_id, now_ms()))


def _people_page(form: FileForm | None = None, wrong_name: str = "") -> str:
    query, page = asked_text("q"), asked_page()
    rows, count = service.people(platform(), query, (page - 1) * PEOPLE_ROWS, PEOPLE_ROWS)
    return render_template(
        "desk/people.html",
        rows=rows,
        part=Part(page, PEOPLE_ROWS, count),
        query=query,
        unit_headers=_roster_trees(),
        form=form or FileForm(),
        wrong_name=wrong_name,
        wishes=join_wishes.count_waiting(platform()),
    )


def _units_page(form: UnitFileForm, sizes: EnrolmentForm, problems: Sequence[Problem] = ()) -> str:
    trees = service.trees(platform())
    tree = asked_text("tree") or (request.view_args or {}).get("tree") or (trees[0][0] if trees else "")
    query, page = asked_text("q"), asked_page()
    rows, count = service.units(platform(), tree, query, (page - 1) * UNIT_ROWS, UNIT_ROWS)
    return render_template(
        "desk/units.html",
        trees=trees,
        tree=tree,
        rows=rows,
        part=Part(page, UNIT_ROWS, count),
        query=query,
        form=form,
        sizes=sizes,
        problems=problems,
        level_words=level_words(),
        tree_words=tree_words(),
    )


def _code_table(roster: rosters.Roster, codes: Sequence[str]) -> Table:
    people = zip(codes, roster.people, roster.units, strict=True)
    return Table(
        name=_("参赛码"),
        columns=(_("参赛码"), _("姓名"), _("昵称"), _("所属单位")),
        rows=((code, p.name, p.nickname, UNIT_SEPARATOR.join(units)) for code, p, units in people),
        notes=(
            (_("名单"), roster.filename),
            (_("怎样使用"), _("打开竞答首页，点“登录”，输入参赛码。字母不分大小写，横线可以不输。")),
            (_("请妥善保管"), _("知道参赛码的人就能以本人身份答题。服务器不保存参赛码，请勿公开本文件。")),
        ),
    )
