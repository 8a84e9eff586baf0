"""`flask bank export`: questions as a file of any format, with what the format cannot hold."""

from __future__ import annotations

from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from question_bank.flags import FLAGS
from question_bank.formats import WRITTEN
from question_bank.question import DIFFICULTIES, KINDS
from quiz.errors import N_
from quiz.services import bank_exports, bank_search
from quiz.services.bank_search import ANY, STATES, UNDECLARED, Search
from quiz.services.platform import Actor, Platform
from quiz.web.language import said

SEALED = N_("其中 %(count)s 题留给一场比赛，文件里没有写这一点。请像试卷一样保管这个文件。")


@click.command("export")
@click.argument("format_name", metavar="FORMAT", type=click.Choice(WRITTEN))
@click.option("-o", "file", required=True, type=click.Path(dir_okay=False, path_type=Path), help="to here")
@click.option("--words", default="", help="words that all occur in a question")
@click.option("--kind", default="", type=click.Choice(["", *KINDS]))
@click.option("--difficulty", default="", type=click.Choice(["", *DIFFICULTIES, UNDECLARED]))
@click.option("--tag", "tags", multiple=True, help="facet:value; may be repeated, all must be there")
@click.option("--state", default="", type=click.Choice(["", *STATES, ANY]), help="default: all but retired")
@click.option("--flag", default="", type=click.Choice(["", *FLAGS]))
@click.option("--import", "import_id", type=int, help="number of an import")
@with_appcontext
def export_questions(
    format_name: str, file: Path, tags: tuple[str, ...], import_id: int | None, **asked: str
) -> None:
    """Write the questions that match to a file, oldest first, and say what FORMAT cannot hold."""
    platform: Platform = current_app.extensions["quiz"]
    pairs = tuple((facet, value) for facet, _colon, value in (tag.partition(":") for tag in tags))
    wanted = Search(tags=pairs, import_id=import_id, order="age", **asked)
    question_ids = bank_search.matching(platform, wanted)
    missing = bank_exports.write_questions(platform, question_ids, format_name, file)
    bank_exports.note(platform, format_name, len(question_ids), Actor(None, platform.clock.now_ms()))
    click.echo(said(N_("选中 %(count)s 题，已写入 %(file)s。"), {"count": len(question_ids), "file": file}))
    if sealed := bank_exports.sealed_among(platform, question_ids):
        click.echo(said(SEALED, {"count": sealed}), err=True)
    for kind, count in missing.items():
        told = {"kind": kind, "count": count}
        click.echo(said(N_("这种格式不能完整保存：%(kind)s %(count)s 题。"), told), err=True)
