"""`flask contest`: try and explain a rules document; needs neither database nor Redis."""

from __future__ import annotations

import csv
import gettext
import io
import json
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec

import click
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask.cli import AppGroup

from quiz import cli_why, recorded
from quiz.errors import N_, Fault, InvalidDocument, QuizError
from quiz.recorded import text_of
from quiz.rules import statistics, words
from quiz.rules.building import build
from quiz.rules.document import checked, load, unplayable
from quiz.rules.redraws import read as read_redraws
from quiz.rules.redraws import repeated

contest = AppGroup("contest", help="Rules of a contest: check, explain, replay, try the unit formula.")

NO_FAULT = N_("规则文件没有错误。")
NOT_YET_PLAYABLE = N_("规则文件没有错误，但以上各项还不能用于正式比赛。")
LINE = N_("第 %(line)s 行")
WHOLE_TEXT = N_("全文")
P = ParamSpec("P")
TRANSLATIONS = Path(__file__).with_name("translations")
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
as_table = click.option("--table", is_flag=True, help="a table instead of JSON")


def _says_why(command: Callable[P, None]) -> Callable[P, None]:
    """Let a command end with the sentences of what is wrong, and exit code 1."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except InvalidDocument as error:
            for fault in error.faults:
                click.echo(_said(fault), err=True)
            sys.exit(1)
        except QuizError as error:
            raise click.ClickException(error.text) from error

    return run


@contest.command("check", with_appcontext=False)
@click.argument("rules", type=FILE)
@click.option("--json", "as_json", is_flag=True, help="JSON instead of lines")
def check(rules: Path, as_json: bool) -> None:
    """Say what is wrong with the document RULES, where, and what to write instead."""
    try:
        source = checked(text_of(rules))
    except InvalidDocument as error:
        faults, later = error.faults, []
    except QuizError as error:
        raise click.ClickException(error.text) from error
    else:
        faults, later = (), unplayable(source, build(source.raw))
    if as_json:
        _print({"valid": not faults, "faults": _listed(faults), "not_yet": _listed(later)})
    else:
        for fault in (*faults, *later):
            click.echo(_said(fault))
        if not faults:
            click.echo(NO_FAULT if not later else NOT_YET_PLAYABLE)
    sys.exit(1 if faults else 0)


@contest.command("explain", with_appcontext=False)
@click.argument("rules", type=FILE)
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", help="zh (the source) or en")
@_says_why
def explain(rules: Path, lang: str) -> None:
    """Print the rules page of the document RULES."""
    click.echo(words.text(load(text_of(rules)), _speech(lang)))


def _speech(language: str) -> words.Speech:
    """Return a language to speak, with its catalogue as it is in the source; Chinese needs none."""
    if language == words.CHINESE.language:
        return words.CHINESE
    compiled = io.BytesIO()
    with (TRANSLATIONS / language / "LC_MESSAGES" / "messages.po").open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    return words.speech(language, gettext.GNUTranslations(compiled))


@contest.command("replay", with_appcontext=False)
@click.argument("folder", type=FOLDER)
@click.option("--why", "who", metavar="WHO", help="why this person or unit stands where it stands, alone")
@as_table
@_says_why
def replay_case(folder: Path, who: str | None, table: bool) -> None:
    """Fold the recorded contest in FOLDER and print boards, refusals, draw entries and awards."""
    if who is not None:
        cli_why.explain(folder, who, as_text=table)
        return
    with recorded.folded(folder) as text:
        if not table:
            for piece in text:
                click.echo(piece, nl=False)
            return
        result = json.loads(b"".join(text))
    for board, rows in result.pop("boards", {}).items():
        _print_board(board, rows)
    _print({name: part for name, part in result.items() if part})


@contest.command("units", with_appcontext=False)
@click.argument("rules", type=FILE)
@click.argument("stats", type=FILE)
@as_table
@_says_why
def try_units(rules: Path, stats: Path, table: bool) -> None:
    """Apply the unit formulas of the document RULES to the figures of STATS.csv."""
    rows = list(csv.DictReader(io.StringIO(text_of(stats).replace("\0", ""))))
    boards = statistics.boards(load(text_of(rules)), rows)
    if not table:
        _print({"boards": boards})
        return
    for board, found in boards.items():
        _print_board(board, found)


@contest.command("draw", with_appcontext=False)
@click.argument("rules", type=FILE)
@click.argument("entries", type=FILE)
@click.argument("seed")
@click.option("--redraws", type=FILE, help="the published list of prizes that passed on")
@_says_why
def repeat_draw(rules: Path, entries: Path, seed: str, redraws: Path | None) -> None:
    """Draw the published list ENTRIES.csv again, by the document RULES and the published SEED."""
    passed = read_redraws(text_of(redraws)) if redraws is not None else ()
    _print(repeated(load(text_of(rules)), text_of(entries), seed.strip(), passed))


def _said(fault: Fault) -> str:
    line = LINE % {"line": fault.line} if fault.line is not None else WHOLE_TEXT
    return f"{line}  {fault.at or '/'}  [{fault.code}]  {fault.text}"


def _listed(faults: Iterable[Fault]) -> list[dict[str, object]]:
    return [{"at": f.at, "line": f.line, "code": f.code, "message": f.text} for f in faults]


def _print(value: Any) -> None:  # Any: JSON
    click.echo(json.dumps(value, ensure_ascii=False, indent=1))


def _print_board(name: str, rows: Any) -> None:  # Any: rows, or rows by period or group
    if isinstance(rows, Mapping):
        for part, below in rows.items():
            _print_board(f"{name} · {part}", below)
        return
    click.echo(f"\n{name}")
    columns = list(dict.fromkeys(column for row in rows for column in row))
    click.echo("\t".join(columns))
    for row in rows:
        click.echo("\t".join(str(row.get(column, "")) for column in columns))
