"""The `flask` commands: set up, invite, import, verify, rebuild, export. Wiring; the work is in services."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from alembic.util import CommandError
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext

from quiz import starter
from quiz.cli_bank import bank_group
from quiz.cli_bank_export import export_questions
from quiz.cli_contest import contest
from quiz.cli_papers import draw_again, try_papers
from quiz.cli_privacy import contact, retain
from quiz.cli_stats import lines
from quiz.config import serving
from quiz.errors import N_
from quiz.live import View
from quiz.models.upgrade import know_migrations, upgrade
from quiz.rules.rekeyed import EVERYBODY, NOBODY
from quiz.running import page_address, running
from quiz.services import accounts, boards, exports, ledger, previewing, quality, quality_reading, units
from quiz.services.case_export import export_case
from quiz.services.correcting import ALSO, KEY, Correction
from quiz.services.platform import Platform
from quiz.services.published import in_force
from quiz.services.results import BoardId, Wanted
from quiz.terminal import Refusal, refusing, say, the_actor, the_platform
from quiz.web.language import said

PEOPLE_TOLD = 1_000  # between two signs of life of a recount

organizer = AppGroup("organizer", help="Organizers.")
board = AppGroup("board", help="Boards: prove, rebuild, export.")


def register(app: Flask) -> None:
    """Add the commands to the application."""
    for group in (organizer, bank_group, board, contest, contact):
        app.cli.add_command(group)
    bank_group.add_command(export_questions)
    contest.add_command(try_papers)
    contest.add_command(draw_again)
    app.cli.add_command(prepare)
    app.cli.add_command(retain)
    know_migrations(app)


def _address() -> str:
    """Return where the pages are: as the running server says, else as the settings do."""
    server = running(the_platform().data)
    if server is not None:
        return server.address
    wanted = serving()
    return page_address(wanted.host, wanted.port)


@click.command("prepare")
@click.option("--address", help="where the pages will be, for the sign-in address")
@with_appcontext
@refusing
def prepare(address: str | None) -> None:
    """Create or migrate the database, load the starter content once, print the organizer's sign-in."""
    platform = the_platform()
    try:
        copied = upgrade(current_app, platform.store, platform.data)
    except CommandError as error:
        raise Refusal(said(N_("数据库由更新的版本建立，这个版本打不开；请使用更新的版本。"))) from error
    if copied is not None:
        say(N_("数据库已升级；升级前的备份：%(path)s"), path=copied)
    quality.give_up_unfinished(platform)
    starter.load(platform, the_actor())
    units.spell_all(platform)
    if not accounts.has_organizer(platform):
        _invite(
            N_("组织者一次性登录地址（两天内有效）：%(address)s"), said(N_("组织者")), address or _address()
        )


@organizer.command("invite")
@click.argument("name")
@click.option("--address", help="where the pages are; default: where the running server is")
@refusing
def invite(name: str, address: str | None) -> None:
    """Print a new one-time sign-in address for an organizer called NAME."""
    _invite("%(address)s", name, address or _address())


def _invite(sentence: str, name: str, address: str) -> None:
    code = accounts.invite_organizer(the_platform(), name, the_actor())
    click.echo(said(sentence) % {"address": f"{address.rstrip('/')}/desk/invitation/{code}"})


@bank_group.command("stats")
@click.argument("contest_id", type=int, required=False)
@click.option("--calibrate", "calibrates", is_flag=True, help="estimate the difficulties anew")
@refusing
def stats(contest_id: int | None, calibrates: bool) -> None:
    """Compute how questions proved themselves in all contests, or in CONTEST_ID, and print it.

    Difficulties that are estimated over all contests are those by which the next contest to be published
    draws balanced papers; what is published stays as it is.
    """
    platform = the_platform()
    quality.carry_out(platform, quality.begin(platform, contest_id, calibrates, the_actor()))
    for line in lines(quality_reading.one(platform, contest_id)):
        click.echo(line)


@board.command("verify")
@click.argument("contest_id", type=int, required=False)
@refusing
def verify(contest_id: int | None) -> None:
    """Prove that boards and lines equal the fold of the record; exit 1 with the differences otherwise."""
    differences = []
    for each in boards.chosen(the_platform(), contest_id):
        found = boards.verify(the_platform(), each)
        differences += [f"contest {each}: {line}" for line in found]
        click.echo(f"contest {each}: {'equal' if not found else f'{len(found)} differences'}")
    for line in differences:
        click.echo(line, err=True)
    sys.exit(1 if differences else 0)


@board.command("rebuild")
@click.argument("contest_id", type=int, required=False)
@click.option("--from-record", is_flag=True, help="fold the lines anew from attempts and ledger first")
@refusing
def rebuild(contest_id: int | None, from_record: bool) -> None:
    """Build the boards anew while the old ones are served."""
    platform = the_platform()
    if platform.live is None:
        raise Refusal(said(N_("没有正在运行的服务，也没有设置 REDIS_URL：没有榜单可以重建。")))
    for each in boards.chosen(platform, contest_id):
        if from_record:
            click.echo(f"contest {each}: {boards.refold_all(platform, each)} people folded")
        count = boards.rebuild(platform, platform.live, each, platform.clock.now_ms())
        click.echo(f"contest {each}: {count} lines")


@contest.command("remark")
@click.argument("contest_id", type=int)
@click.argument("question", type=int)
@click.argument("key")
@click.option("--also", is_flag=True, help="KEY is right beside what is right already")
@click.option("--because", required=True, help="the reason, told to everybody whose result changes")
@click.option("--dry-run", is_flag=True, help="only say who would move")
@refusing
def remark(contest_id: int, question: int, key: str, also: bool, because: str, dry_run: bool) -> None:
    """Correct the key of QUESTION (its number on the page of corrections) to KEY (such as B, AC) and recount.

    Of a question with places KEY is its answer as a workbook writes it: BCA, or 氢|H；氧 for two gaps.
    KEY may also be everybody (who had the question gets its points) or nobody (it is taken out).
    Answers are served meanwhile; a recount that is broken off goes on by itself in the serving process.
    """
    platform, actor = the_platform(), the_actor()
    counts = key if key in (EVERYBODY, NOBODY) else ALSO if also else KEY
    letters = () if counts == key else tuple(sorted(set(key.upper())))
    wanted = Correction("question", question, "remark", because, key=letters, counts=counts, answer=key)
    if dry_run:
        _tell_preview(previewing.preview(platform, contest_id, wanted, actor.now_ms, most_people=None))
        return
    ledger_id = ledger.book(platform, contest_id, wanted, actor)
    count = ledger.touched(platform, contest_id, question)
    say(N_("已记录更正 %(number)s，涉及 %(count)s 次答题，正在重新计分。"), number=ledger_id, count=count)
    _recount(platform, ledger_id)


@contest.command("export-case")
@click.argument("contest_id", type=int)
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--anonymous", is_flag=True, help="count people from 1, and leave out the reasons of corrections"
)
@refusing
def write_case(contest_id: int, folder: Path, anonymous: bool) -> None:
    """Write contest CONTEST_ID as a recorded case: flask contest replay FOLDER prints its boards.

    No names are written; people are the numbers of their accounts, or counted.
    """
    count = export_case(the_platform(), contest_id, folder, anonymous)
    say(N_("已写入 %(count)s 次答题。"), count=count)


@contest.command("recount")
@click.argument("ledger_id", type=int)
@refusing
def recount(ledger_id: int) -> None:
    """Go on with the recount of correction LEDGER_ID where it was broken off."""
    _recount(the_platform(), ledger_id)


def _recount(platform: Platform, ledger_id: int) -> None:
    folded = 0

    def tell(more: int) -> None:
        nonlocal folded
        if folded // PEOPLE_TOLD != (folded + more) // PEOPLE_TOLD:
            say(N_("已重新计分 %(count)s 人。"), count=folded + more)
        folded += more

    ledger.recount(platform, ledger_id, tell=tell)
    say(N_("重新计分完成，共 %(count)s 人。"), count=folded)


def _tell_preview(found: previewing.Preview) -> None:
    say(N_("涉及 %(people)s 人、%(count)s 次答题。"), people=found.people, count=found.attempts)
    for each in found.boards:
        name = f"{each.name} {each.period}".strip()
        say(N_("%(board)s：%(count)s 行变化。"), board=name, count=each.count)
        for change in each.changes:
            before, after = (f"{s.place or '-'} ({s.value})" for s in (change.before, change.after))
            click.echo(f"{change.id}\t{change.name}\t{before}\t{after}")
    for award in found.awards:
        name = f"{award.name} {award.period}".strip()
        values = {"award": name, "gain": "、".join(award.gain), "lose": "、".join(award.lose)}
        click.echo(said(N_("%(award)s：新获得 %(gain)s；不再获得 %(lose)s。"), values))
    for draw in found.draws:
        say(N_("%(draw)s：%(count)s 人的抽奖机会有变化。"), draw=draw.name, count=draw.count)


@board.command("export")
@click.argument("contest_id", type=int)
@click.argument("board_id")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--period", default="", help="a period of a board over periods")
@click.option("--public", "view", flag_value=View.PUBLIC, type=View, help="as published")
@click.option(
    "--full", "view", flag_value=View.FULL, type=View, default=View.FULL, help="as the desk sees it"
)
@refusing
def export(contest_id: int, board_id: str, file: Path, period: str, view: View) -> None:
    """Write board BOARD_ID (such as 0-0) of a contest to FILE: .xlsx, .csv, or .jsonl with the reasons."""
    platform = the_platform()
    wanted = Wanted(BoardId.parse(board_id), period=period, view=view)
    click.echo(f"{exports.write_board(platform, in_force(platform, contest_id), wanted, file)}")
