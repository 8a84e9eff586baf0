"""What is different between two questions that are alike: their stems piece by piece, the rest by name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from rapidfuzz.distance import Indel

from question_bank.attached import SHOWN
from question_bank.formulas import FORMULA
from question_bank.question import Question
from question_bank.wording import Wording, plain

PIECE = re.compile(r"[A-Za-z]+|\d+(?:\.\d+)?|.", re.DOTALL)  # a word, a number, else one character


SEEN = re.compile(rf"{SHOWN.pattern}|{FORMULA.pattern}|{PIECE.pattern}", re.DOTALL)  # what is drawn is whole


class Piece(NamedTuple):
    """A part of a text."""

    text: str
    differs: bool  # the other text has nothing like it there


def marked(one: str, other: str, by: re.Pattern[str] = PIECE) -> tuple[list[Piece], list[Piece]]:
    """Return two texts in pieces that say where they differ; together the pieces are the texts.

    `by`: PIECE, or SEEN where the pieces are drawn.
    """
    ours, theirs = ([found[0] for found in by.finditer(text)] for text in (one, other))
    mine, yours = [True] * len(ours), [True] * len(theirs)
    for block in Indel.editops(ours, theirs).as_matching_blocks():
        mine[block.a : block.a + block.size] = [False] * block.size
        yours[block.b : block.b + block.size] = [False] * block.size
    return _joined(ours, mine), _joined(theirs, yours)


def own_options(one: Question, other: Question) -> frozenset[str]:
    """Return the ids of the options of a question that the other does not have."""
    there = {plain(option.text) for option in other.options}
    return frozenset(option.id for option in one.options if plain(option.text) not in there)


def differing(one: Question, other: Question) -> tuple[str, ...]:
    """Return the names of what differs, such as stem, options and key."""
    here, there = Wording.of(one), Wording.of(other)
    differ = {
        "stem": one.stem != other.stem,
        "material": here.material != there.material,
        "options": {*here.right, *here.wrong} != {*there.right, *there.wrong},
        "key": here.right != there.right,
        "pictures": here.pictures != there.pictures,
        "kind": one.kind != other.kind,
        "difficulty": one.difficulty != other.difficulty,
        "tags": one.tags != other.tags,
        "explanation": one.explanation != other.explanation,
    }
    return tuple(name for name, is_so in differ.items() if is_so)


def _joined(pieces: Sequence[str], differ: Sequence[bool]) -> list[Piece]:
    grouped = groupby(zip(pieces, differ, strict=True), key=lambda pair: pair[1])
    return [Piece("".join(text for text, _differs in group), differs) for differs, group in grouped]
