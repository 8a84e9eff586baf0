"""`flask contest`: try and explain a rules document; needs neither database nor Redis."""

from __future__ import annotations

import csv
import gc
import gettext
import io
import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from mmap import ACCESS_READ, mmap
from multiprocessing import get_context
from pathlib import Path
from typing import Any, ParamSpec

import click
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask.cli import AppGroup

from quiz.errors import N_, Fault, InvalidDocument, QuizError
from quiz.rules import case, lots, replay, statistics, words
from quiz.rules.building import build
from quiz.rules.document import checked, load, unplayable
from quiz.rules.record import Taken, Work, in_turn

contest = AppGroup("contest", help="Rules of a contest: check, explain, replay, try the unit formula.")

NO_FAULT = N_("规则文件没有错误。")
NOT_YET_PLAYABLE = N_("规则文件没有错误，但以上各项还不能用于正式比赛。")
NO_RULES = N_("%(folder)s 里没有 rules.yaml。")
NOT_UTF8 = N_("%(path)s 不是 UTF-8 编码的文本，请用 UTF-8 重新保存。")
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
        source = checked(_text(rules))
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
    click.echo(words.text(load(_text(rules)), _speech(lang)))


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
@as_table
@_says_why
def replay_case(folder: Path, table: bool) -> None:
    """Fold the recorded contest in FOLDER and print boards, refusals, draw entries and awards."""
    result = replayed(folder)
    if not table:
        _print(result)
        return
    for board, rows in result.get("boards", {}).items():
        _print_board(board, rows)
    _print({name: part for name, part in result.items() if name != "boards" and part})


def replayed(folder: Path) -> dict[str, Any]:  # Any: JSON
    """Fold the recorded contest in a folder; its attempts are read from their file as they are needed."""
    if not (folder / "rules.yaml").is_file():
        raise click.ClickException(NO_RULES % {"folder": folder})
    small = (name for name in case.FILES if name != case.FILE and (folder / name).is_file())
    files: dict[str, case.Text] = {name: _text(folder / name) for name in small}
    attempts = folder / case.FILE
    if not attempts.is_file() or not attempts.stat().st_size:
        return replay.result(case.parse(files))
    gc.disable()  # a fold makes no cycles, and looking for them among millions of rows costs a tenth
    try:
        with attempts.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as content:
            return replay.result(case.parse({**files, case.FILE: content}), _in_processes)
    finally:
        gc.enable()


WORTH_A_PROCESS = 5_000  # people; below, starting one takes longer than it saves
_work: list[Work] = []  # what the processes that are forked off do


def _in_processes(work: Work, people: Sequence[str]) -> Iterable[list[Taken]]:
    """Spread people over a process for each core, where there are many of them."""
    parts = min(os.cpu_count() or 1, len(people) // WORTH_A_PROCESS)
    if parts < 2:
        return in_turn(work, people)
    _work[:] = [work]
    with get_context("fork").Pool(parts) as pool:
        return pool.map(_one_part, [people[n::parts] for n in range(parts)])


def _one_part(people: Sequence[str]) -> list[Taken]:
    return _work[0](people)


@contest.command("units", with_appcontext=False)
@click.argument("rules", type=FILE)
@click.argument("stats", type=FILE)
@as_table
@_says_why
def try_units(rules: Path, stats: Path, table: bool) -> None:
    """Apply the unit formulas of the document RULES to the figures of STATS.csv."""
    rows = list(csv.DictReader(io.StringIO(_text(stats).replace("\0", ""))))
    boards = statistics.boards(load(_text(rules)), rows)
    if not table:
        _print({"boards": boards})
        return
    for board, found in boards.items():
        _print_board(board, found)


@contest.command("draw", with_appcontext=False)
@click.argument("rules", type=FILE)
@click.argument("entries", type=FILE)
@click.argument("seed")
@_says_why
def repeat_draw(rules: Path, entries: Path, seed: str) -> None:
    """Draw the published list ENTRIES.csv again, by the document RULES and the published SEED."""
    drawings = lots.read(_text(entries))
    _print({"drawings": lots.repeated(load(_text(rules)), drawings, seed.strip())})


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise click.ClickException(NOT_UTF8 % {"path": path}) from None


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
