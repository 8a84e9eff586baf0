"""`flask contest papers` and `flask contest paper`: try a bank, draw a paper again; without any database."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import ParamSpec

import click

from question_bank.drawing import Candidate, Pool
from question_bank.formats import read
from quiz.errors import N_, InvalidDocument, QuizError
from quiz.rules.document import load
from quiz.rules.papers import Frozen, Turn, commitment
from quiz.rules.supplies import StageSupply, supplies

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
P = ParamSpec("P")
UNREADABLE = N_("%(path)s 里没有读出任何题目。")
NOT_UTF8 = N_("%(path)s 不是 UTF-8 编码的文本，请用 UTF-8 重新保存。")
OTHER_SEED = N_("文件里的种子不是校验值 %(hash)s 所指的那一个。")


def _says_why(command: Callable[P, None]) -> Callable[P, None]:
    """Let a command end with the sentences of what is wrong, and exit code 1."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except InvalidDocument as error:
            raise click.ClickException("\n".join(f"{f.at or '/'}  {f.text}" for f in error.faults)) from error
        except QuizError as error:
            raise click.ClickException(error.text) from error

    return run


@click.command("papers")
@click.argument("rules", type=FILE)
@click.argument("questions", type=FILE)
@click.option("--papers", "count", default=200, type=click.IntRange(2, 10_000), help="papers drawn for it")
@click.option("--seed", default="", help="another seed draws other papers; default: the document's hash")
@click.option("--table", is_flag=True, help="lines instead of JSON")
@_says_why
def try_papers(rules: Path, questions: Path, count: int, seed: str, table: bool) -> None:
    """Draw papers of the document RULES from the file QUESTIONS; exit 1 where none can be drawn.

    Tells which section cannot be filled or which value not covered, how far the expected score of one person
    differs between papers, how often a question is used, and how many papers one takes before a repeat.
    """
    text = _text(rules)
    found = supplies(load(text), _pool(questions), seed or commitment(text), count)
    if table:
        for each in found:
            click.echo("\n".join(_lines(each)))
    else:
        click.echo(json.dumps([each.as_dict() for each in found], ensure_ascii=False, indent=1))
    sys.exit(0 if all(each.supply is not None for each in found) else 1)


@click.command("paper")
@click.argument("file", type=FILE)
@click.option("--person", required=True, type=int, help="the person's number")
@click.option("--attempt", "number", default=1, help="which attempt of this person in the stage, from 1")
@click.option("--stage", default=0, help="the position of the stage, from 0")
@click.option("--day", default="", help="the day of the attempt (2026-03-02), for papers of the day")
@click.option("--seed-hash", default="", help="the hash noted before the opening: it must be the seed's")
@_says_why
def draw_again(file: Path, person: int, number: int, stage: int, day: str, seed_hash: str) -> None:
    """Draw the paper of an attempt again from FILE, as the contest published it after its close."""
    frozen = Frozen.parse(_text(file))
    if seed_hash and frozen.seed_sha256 != seed_hash.strip().lower():
        raise click.ClickException(OTHER_SEED % {"hash": seed_hash})
    turn = Turn(stage, person, number, day)
    wording = {each["id"]: each["wording_sha256"] for each in frozen.questions}
    drawn = [
        {
            "n": n,
            "question": each.candidate_id,
            "section": each.section_index + 1,
            "options": list(each.option_order),
            "wording_sha256": wording[each.candidate_id],
        }
        for n, each in enumerate(frozen.again(turn), 1)
    ]
    body = {"person": person, "attempt": number, "stage": stage, "seed_sha256": frozen.seed_sha256}
    click.echo(json.dumps({**body, "questions": drawn}, ensure_ascii=False, indent=1))


def _pool(path: Path) -> Pool:
    """Read questions from any file that can be imported, or from a contest's published file."""
    content = path.read_bytes()
    if content.lstrip().startswith(b"{") and b'"pool_sha256"' in content:
        return Frozen.parse(_text(path)).pool
    questions = [placed.question for placed in read(content, path.name).questions]
    if not questions:
        raise click.ClickException(UNREADABLE % {"path": path})
    return Pool(
        [
            Candidate(
                n,
                q.kind,
                q.tags,
                q.difficulty,
                len(q.options),
                q.keeps_order,
                q.calibrated,
                q.material_name,
                turn=n,
            )
            for n, q in enumerate(questions, 1)
        ]
    )


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise click.ClickException(NOT_UTF8 % {"path": path}) from None


def _lines(found: StageSupply) -> Sequence[str]:
    lines = [found.stage.name]
    lines += [f"section {s.section + 1}: {s.available} of {s.wanted} questions" for s in found.short]
    lines += [f"cannot be covered: {facet} {value}" for facet, value in found.uncovered]
    torn = [", ".join(str(candidate.id) for candidate in each) for each in found.torn]
    lines += [f"never drawn, as their material would be torn: {each}" for each in torn]
    if found.supply is not None:
        spread, exposure = found.supply.spread, found.supply.exposure
        lines += [
            f"questions by section\t{', '.join(str(n) for n in found.supply.available)}",
            f"expected score\t{spread.mean:.2f} ({spread.least:.2f} to {spread.most:.2f})",
            f"spread between papers (SD)\t{spread.deviation:.3f}; drawn blindly {spread.blind:.3f}",
            f"papers before a repeat\t{found.supply.papers}",
            f"share of papers that hold a question\t{exposure.mean:.3f}, at most {exposure.most:.3f}",
            f"questions never drawn\t{exposure.never}",
            f"questions without difficulty\t{found.supply.undeclared}",
        ]
    return lines
