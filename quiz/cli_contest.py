"""`flask contest`: try and explain a rules document; needs neither database nor Redis."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from flask.cli import AppGroup

from quiz.errors import InvalidDocument
from quiz.rules.document import load

contest = AppGroup("contest", help="Rules of a contest: check, explain, replay.")


@contest.command("check", with_appcontext=False)
@click.argument("rules", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def check(rules: Path) -> None:
    """Say what is wrong with the document RULES, where, and what to write instead."""
    try:
        load(rules.read_text("utf-8-sig"))
    except InvalidDocument as error:
        for fault in error.faults:
            click.echo(f"{rules}:{fault.line or 1}: {fault.at or '/'}: {fault.code}: {fault.text}")
        sys.exit(1)
    click.echo(f"{rules}: 没有发现错误。")
