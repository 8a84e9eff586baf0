"""Aiken, the simplest text for questions with one right option."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from question_bank.formats.drafts import FULL, NONE, Choice, Draft, reading
from question_bank.formats.held import comes_back
from question_bank.formats.reading import Reading
from question_bank.formats.text import decoded
from question_bank.problems import N_
from question_bank.question import LETTERS, Question

OPTION = re.compile(r"\s*([A-Za-z])[).．、]\s?(.*)")
ANSWER = re.compile(r"\s*ANSWER\s*[:：]\s*([A-Za-z](?:\s*[,，、]?\s*[A-Za-z])*)\s*", re.IGNORECASE)
FIRST = re.compile(r"^\s*ANSWER\s*[:：]\s*[A-Za-z]\s*$", re.MULTILINE)  # by which such a file is known


def read(content: bytes, scale: Mapping[str, str] | None = None) -> Reading:
    """Return what an Aiken file holds."""
    return reading(_drafts(decoded(content)), scale)


def carries(question: Question) -> bool:
    """Return whether Aiken can hold a question without loss: single choice and nothing beside it."""
    bare = not (question.tags or question.difficulty or question.explanation or question.external_id)
    plain = not (question.weights or question.feedback or question.media or question.material)
    lines = all("\n" not in text for text in (question.stem, *(o.text for o in question.options)))
    is_bare = question.kind == "single" and bare and plain and lines and question.calibrated is None
    return is_bare and comes_back(question, _written, read)


def write(questions: Iterable[Question]) -> bytes:
    """Return questions as an Aiken file; what Aiken cannot hold is left out."""
    return _written(filter(carries, questions))


def _written(questions: Iterable[Question]) -> bytes:
    return "\n".join(map(_text, questions)).encode()


def _text(question: Question) -> str:
    options = "".join(f"{option.id}) {option.text}\n" for option in question.options)
    return f"{question.stem}\n{options}ANSWER: {min(question.key)}\n"


def _drafts(text: str) -> Iterator[Draft]:
    draft = Draft(0, "single")
    stem: list[str] = []
    after_blank = False
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for row, line in enumerate(lines, 1):
        if answer := ANSWER.fullmatch(line):
            yield _finished(draft, stem, [*answer[1].upper()])
            draft, stem = Draft(0, "single"), []
        elif not line.strip():
            after_blank = True
            continue
        else:
            if after_blank and draft.choices and not OPTION.fullmatch(line):  # the answer was forgotten
                yield _finished(draft, stem, [])
                draft, stem = Draft(0, "single"), []
            after_blank = False
            draft.row = draft.row or row
            draft.raw += f"{line}\n"
            option = OPTION.fullmatch(line)
            if option and option[1].upper() == LETTERS[len(draft.choices) % len(LETTERS)] and stem:
                draft.choices.append(Choice(option[2].strip()))
            elif draft.choices:
                last = draft.choices[-1]
                draft.choices[-1] = Choice(f"{last.text}\n{line.strip()}")
            else:
                stem.append(line.strip())
    if draft.row:
        yield _finished(draft, stem, [])


def _finished(draft: Draft, stem: list[str], letters: list[str]) -> Draft:
    """Return a question with what is right; a letter without an option leaves it without an answer."""
    right = {letter for letter in letters if letter in LETTERS}
    draft.stem = "\n".join(stem)
    draft.kind = "multiple" if len(right) > 1 else "single"
    named = set(LETTERS[: len(draft.choices)])
    if right - named:
        outside, last = "、".join(sorted(right - named)), LETTERS[max(0, len(draft.choices) - 1)]
        draft.faults.append(("answer-out-of-range", OUTSIDE, {"outside": outside, "last": last}))
    whole = FULL / (len(right) or 1)
    draft.choices = [
        Choice(each.text, whole if letter in right else NONE)
        for letter, each in zip(LETTERS, draft.choices, strict=False)
    ]
    return draft


OUTSIDE = N_("答案是 %(outside)s，但选项只到 %(last)s。请改正答案或补上选项。")
