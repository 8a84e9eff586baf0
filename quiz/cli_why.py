"""`flask contest replay DIR --why WHO`: why somebody stands where they stand, from nothing but the files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import click

from quiz.errors import N_
from quiz.recorded import NO_RULES, text_of
from quiz.rules import case
from quiz.rules.document import load
from quiz.rules.record import records
from quiz.rules.why import as_data
from quiz.rules.why_in_record import Found, everywhere
from quiz.rules.words import spoken

NOWHERE = N_("这场比赛的榜上没有 %(who)s。")


def explain(folder: Path, who: str, as_text: bool) -> None:
    """Print why a person or a unit stands where it stands, on every board: as JSON, or in sentences."""
    found = list(_found(folder, who))
    if not found:
        raise click.ClickException(NOWHERE % {"who": who})
    if not as_text:
        click.echo(json.dumps([_json(each) for each in found], ensure_ascii=False, indent=1))
        return
    for each in found:
        click.echo("\n" + " · ".join(part for part in (each.stage, each.board, each.period) if part))
        for heading, sentences in spoken(each.passages):
            click.echo(f"【{heading}】")
            for sentence in sentences:
                click.echo(f"· {sentence}")


def _found(folder: Path, who: str) -> Iterator[Found]:
    if not (folder / "rules.yaml").is_file():
        raise click.ClickException(NO_RULES % {"folder": folder})
    files = {name: text_of(folder / name) for name in case.FILES if (folder / name).is_file()}
    recorded = case.parse(files)
    document = load(recorded.rules)
    return everywhere(document, records(document, recorded), who)


def _json(each: Found) -> dict[str, object]:
    return {
        "stage": each.stage,
        "board": each.board,
        "period": each.period,
        "why": as_data(each.why),
        "said": [
            {"heading": heading, "sentences": sentences} for heading, sentences in spoken(each.passages)
        ],
    }
