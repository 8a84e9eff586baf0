"""One question as a row of our own workbook: to be edited in the notation that people know from there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from question_bank.formats.headers import heading
from question_bank.formats.rows_in import RowReader
from question_bank.formats.scale import Difficulties
from question_bank.formats.tables import Row, letter
from question_bank.formats.workbook_out import is_plain, row_cells, row_columns
from question_bank.gaps import Gap
from question_bank.problems import ERROR, Problem
from question_bank.question import WHEN, Question, digest

MORE = 2  # empty columns for further options and prompts
KIND = "题型"  # stays as it is: a question of another kind is another question
ID, MATERIAL_ID = "编号", "材料编号"
STEM, ANSWER, EXPLANATION, MATERIAL, DIFFERENCES = "题干", "答案", "解析", "材料", "填空要求"


def cells(question: Question) -> dict[str, str]:
    """Return column → text, the columns that its kind has, with room for more options and prompts."""
    has_options = question.kind != "fill" and not is_plain(question)
    columns = row_columns(
        question,
        options=len(question.options) + MORE if has_options else 0,
        prompts=len(question.prompts) + MORE if question.prompts else 0,
    )
    return dict(zip(columns, row_cells(question, columns), strict=True))


def edited(before: Question, written: Mapping[str, str]) -> tuple[Question | None, tuple[Problem, ...]]:
    """Return a question as its cells say now, None where an error keeps it out, and the problems.

    What a row does not hold stays: pictures and sounds, and weights and feedback of what is still there. The
    calibrated difficulty stays with the wording. A problem names its column by its title.
    """
    kept = {**cells(before), **written}
    titles = list(kept)
    difficulties, _said = Difficulties.of_file([kept["难度"]], None)
    reader = RowReader("", [heading(title) for title in titles], difficulties, {})
    found, problems = reader.read(Row(0, tuple(kept.values())))
    by_letter = {letter(position): title for position, title in enumerate(titles)}
    told = tuple(replace(p, column=by_letter.get(p.column, "")) for p in problems if p.severity == ERROR)
    return (with_the_rest(before, found) if found is not None else None), told


def with_the_rest(before: Question, found: Question) -> Question:
    """Return a question read from its row with what a row does not hold."""
    ids = {option.id for option in found.options}
    gaps = tuple(
        _with_feedback(gap, before.gaps[n]) if n < len(before.gaps) else gap
        for n, gap in enumerate(found.gaps)
    )
    return replace(
        found,
        gaps=gaps,
        media=before.media,
        weights={each: weight for each, weight in before.weights.items() if each in ids},
        feedback={each: words for each, words in before.feedback.items() if each in ids or each in WHEN},
        calibrated=before.calibrated if digest(before) == digest(found) else None,
    )


def _with_feedback(gap: Gap, before: Gap) -> Gap:
    said = {each.text: each.feedback for each in before.accepted}
    return replace(
        gap, accepted=tuple(replace(each, feedback=said.get(each.text, "")) for each in gap.accepted)
    )
