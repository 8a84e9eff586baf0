"""Tables without a header: which column is the stem, an option, the answer, by what stands in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from question_bank.formats import answers
from question_bank.formats.headers import IGNORED, Heading
from question_bank.formats.kinds import kind_of, unsupported_name
from question_bank.formats.scale import KNOWN
from question_bank.formats.tables import Row
from question_bank.question import MOST_OPTIONS

LOOKED_AT = 50  # rows
LONGEST_ANSWER = 12  # characters of an answer by letters, or of a word for true or false
MOST_COLUMNS = 60
BEHIND: dict[str, Callable[[str], bool]] = {  # what may stand behind the answer
    "difficulty": lambda text: text in KNOWN,
    "explanation": lambda text: len(text) > LONGEST_ANSWER,
}
MOSTLY = 0.8  # of the rows agree


def guessed(rows: Sequence[Row]) -> tuple[Heading, ...] | None:
    """Return what the columns of a table without a header mean, None where it is no table of questions.

    A table of questions has, from left to right, perhaps a running number and a kind, a stem, perhaps
    options, and an answer by letters or by a word for true or false.
    """
    filled = [row for row in rows if not row.is_empty][:LOOKED_AT]
    width = max((len(row.cells) for row in filled), default=0)
    if not filled or not 2 <= width <= MOST_COLUMNS:
        return None
    columns = [[row.cells[n].strip() if n < len(row.cells) else "" for row in filled] for n in range(width)]
    kind = next((n for n, texts in enumerate(columns[:3]) if _mostly(texts, _is_kind)), None)
    answer = next((n for n in reversed(range(1, width)) if _mostly(columns[n], _is_answer)), None)
    if answer is None:
        return None
    between = [n for n in range(0 if kind is None else kind + 1, answer) if any(columns[n])]
    if len(between) > 1 and _mostly(columns[between[0]], str.isdigit):
        del between[0]  # a running number
    if not between or not _mostly(columns[between[0]], lambda text: len(text) > 1):
        return None
    stem, *options = between
    if len(options) > MOST_OPTIONS or (not options and not _mostly(columns[answer], _is_truth)):
        return None
    one_cell = len(options) == 1
    found = {n: Heading("options") if one_cell else Heading("option", p) for p, n in enumerate(options)}
    found |= {stem: Heading("stem"), answer: Heading("answer")}
    found |= {} if kind is None else {kind: Heading("kind")}
    for n in range(answer + 1, width):
        name = next((name for name, is_so in BEHIND.items() if _mostly(columns[n], is_so)), "")
        if name and name not in {each.meaning for each in found.values()}:
            found[n] = Heading(name)
    is_out = [n < stem or not any(texts) for n, texts in enumerate(columns)]
    return tuple(found.get(n, Heading(IGNORED if is_out[n] else "")) for n in range(width))


def _mostly(texts: Sequence[str], is_so: Callable[[str], bool]) -> bool:
    said = [is_so(text) for text in texts if text]
    return bool(said) and sum(said) >= MOSTLY * len(texts)


def _is_kind(text: str) -> bool:
    return bool(kind_of(text) or unsupported_name(text))


def _is_truth(text: str) -> bool:
    return answers.is_true_or_false(text) is not None


def _is_answer(text: str) -> bool:
    return len(text) <= LONGEST_ANSWER and (bool(answers.letters(text)) or _is_truth(text))
