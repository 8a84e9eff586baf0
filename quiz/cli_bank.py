"""`flask bank import` and `flask bank check`: what pages of the import wizard do, at the terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click
from flask.cli import AppGroup

from question_bank.duplicates import CONFLICT, EXACT
from question_bank.formats.workbook_out import template
from question_bank.problems import ERROR, WARNING, Problem
from quiz.errors import N_, QuizError
from quiz.services import bank, checking, duplicates, kept_files, tagging
from quiz.services.examining import Preview, faulty_workbook
from quiz.services.platform import Platform
from quiz.terminal import Refusal, refusing, say, the_actor, the_platform
from quiz.web.language import said

bank_group = AppGroup("bank", help="The question bank.")
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
SCALE = click.option(
    "--scale", multiple=True, help="what a word for difficulty means, such as 5=hard; may be repeated"
)
AT_ONCE = 1_000  # pairs of the bank that are read at once


@dataclass(frozen=True)
class Told:
    """One line of a check: a problem with the file that it is in, or the number of a question of the bank."""

    file: str  # "" for the bank
    problem: Problem

    def line(self) -> str:
        """Return it as a line with tabs: severity, file, sheet, row, column, code, what to do."""
        p = self.problem
        told = said(p.message, p.values)
        return "\t".join((p.severity, self.file, p.sheet, str(p.row), p.column, p.code, told))

    def as_json(self) -> dict[str, object]:
        """Return it as JSON data."""
        p = self.problem
        place = {"question": p.row} if not self.file else {"file": self.file, "sheet": p.sheet, "row": p.row}
        told = said(p.message, p.values)
        return {"severity": p.severity, **place, "column": p.column, "code": p.code, "message": told}


@bank_group.command("import")
@click.argument("files", type=FILE, nargs=-1, required=True)
@click.option(
    "--good-rows", is_flag=True, help="take the rows without errors; else one error refuses the file"
)
@click.option("--tag", "tags", multiple=True, help="facet:value that every question gets; may be repeated")
@click.option("--name", default="", help="what the import is called in the list of imports")
@click.option(
    "--review/--reviewed",
    help="a second person reviews the questions before they are used; or others have reviewed them (usual)",
)
@click.option("--dry-run", is_flag=True, help="only say what would be done")
@SCALE
@click.option("--faulty", type=click.Path(dir_okay=False, path_type=Path), help="write rows with errors here")
@refusing
def import_bank(
    files: tuple[Path, ...],
    good_rows: bool,
    tags: tuple[str, ...],
    name: str,
    review: bool,
    dry_run: bool,
    scale: tuple[str, ...],
    faulty: Path | None,
) -> None:
    """Import questions from FILES: workbooks, CSV, Word, text, GIFT, Moodle XML, QTI, JSON Lines …

    Each file is an import of its own. One that is refused does not keep the others out; the exit code is 1
    then.
    """
    if faulty is not None and len(files) > 1:
        raise Refusal(said(N_("--faulty 一次只能用于一个文件。")))
    wanted = _tags(tags)
    refused = 0
    for file in files:
        try:
            _import(file, good_rows, wanted, name, review, dry_run, scale, faulty)
        except QuizError as refusal:
            refused += 1
            click.echo(f"{file.name}: {said(refusal.message, refusal.details)}", err=True)
    sys.exit(1 if refused else 0)


def _import(
    file: Path,
    good_rows: bool,
    tags: Sequence[tuple[str, str]],
    name: str,
    review: bool,
    dry_run: bool,
    scale: Sequence[str],
    faulty: Path | None,
) -> None:
    platform, actor = the_platform(), the_actor()
    token = bank.stage(platform, file.read_bytes(), file.name, actor.now_ms)
    try:
        kept_files.say(platform, token, actor, lambda said_: replace(said_, tags=tuple(tags), name=name))
        found = bank.preview(platform, token, _scale(scale))
        if faulty is not None and found.faulty:
            faulty.write_bytes(faulty_workbook(found))
        for each in _told(file, found):
            click.echo(each.line())
        if dry_run:
            say(
                N_("可以导入 %(good)s 题，有错误的行 %(faulty)s 行。"),
                good=len(found.chosen),
                faulty=len(found.faulty),
            )
            return
        taken = bank.take(platform, found, actor, good_rows, review)
    finally:
        bank.forget(platform, token)
    say(
        N_("已导入 %(taken)s 题，未导入 %(refused)s 行（导入编号 %(number)s）。"),
        taken=taken.taken,
        refused=taken.refused,
        number=taken.import_id,
    )


@bank_group.command("check")
@click.argument("files", type=FILE, nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="print JSON")
@SCALE
@refusing
def check(files: tuple[Path, ...], as_json: bool, scale: tuple[str, ...]) -> None:
    """Tell the problems, duplicates and conflicts of FILES, or without any of the whole bank; change nothing.

    Files are held against the bank too. A line: severity, file, sheet, row (of the bank: the question),
    column, code, what to do. The exit code is 1 where there is an error: a fault, a duplicate, a conflict.
    """
    platform, actor = the_platform(), the_actor()
    told: list[Told] = []
    count = 0
    for file in files:
        token = bank.stage(platform, file.read_bytes(), file.name, actor.now_ms)
        try:
            found = bank.preview(platform, token, _scale(scale))
            told += _told(file, found)
            count += len(found.chosen)
        finally:
            bank.forget(platform, token)
    if not files:
        count = bank.questions_count(platform)
        told += [Told("", problem) for problem in checking.problems_of_the_bank(platform)]
        told += _twins(platform)
    errors = sum(each.problem.severity == ERROR for each in told)
    if as_json:
        body = {"questions": count, "errors": errors, "problems": [each.as_json() for each in told]}
        click.echo(json.dumps(body, ensure_ascii=False, indent=1))
    else:
        for each in told:
            click.echo(each.line())
        values = {"count": count, "errors": errors, "warnings": len(told) - errors}
        click.echo(said(N_("%(count)s 题可用，%(errors)s 处错误，%(warnings)s 处提醒。"), values))
    sys.exit(1 if errors else 0)


@bank_group.command("template")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def write_template(file: Path) -> None:
    """Write the workbook that questions can be filled into to FILE."""
    file.write_bytes(template())


def _told(file: Path, found: Preview) -> list[Told]:
    return [Told(file.name, problem) for problem in found.problems]


def _twins(platform: Platform) -> Iterator[Told]:
    duplicates.compare_the_bank(platform)
    first = 0
    while pairs := duplicates.twins(platform, "", first, AT_ONCE):
        for pair in pairs:
            severity = ERROR if pair.sort in (EXACT, CONFLICT) else WARNING
            values: dict[str, object] = {"other": pair.other.question_id, "similarity": pair.similarity}
            yield Told(
                "", Problem("", pair.one.question_id, "", pair.sort, TWINS[pair.sort], severity, values)
            )
        first += AT_ONCE


def _scale(told: Sequence[str]) -> dict[str, str]:
    return dict(each.rpartition("=")[::2] for each in told)


def _tags(told: Sequence[str]) -> list[tuple[str, str]]:
    """Return tags as facet and value; one without a facet is a topic."""
    found = []
    for each in told:
        facet, colon, value = each.partition(":")
        found.append((facet.strip(), value.strip()) if colon else ("topic", each.strip()))
    if not all(facet and value for facet, value in found):
        raise Refusal(said(N_("--tag 请写成 facet:value，例如 topic:2026 区赛。")))
    return [tagging.checked(facet, value) for facet, value in found]


TWINS = {
    "exact": N_("与题目 %(other)s 完全相同。"),
    "conflict": N_("与题目 %(other)s 题干相同、答案矛盾，请核对哪个对。"),
    "near": N_("与题目 %(other)s 相近（题干相似 %(similarity)s%%），答案相同。"),
}
