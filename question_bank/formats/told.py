"""What a person says about a file before it is read: header rows, columns, words for difficulty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from question_bank.formats import extra_cells
from question_bank.formats.headers import IGNORED, MEANINGS, Heading
from question_bank.question import LETTERS

OPTION, PROMPT, FACET = "option:", "prompt:", "tags."
MOST_PROMPTS = 26


@dataclass(frozen=True)
class ToldSheet:
    """What is said about one sheet; what nobody says is guessed."""

    header: int | None = None  # the number of its header row; 0: it has none
    columns: Mapping[str, str] = field(default_factory=dict)  # letter → meaning as `named` writes it
    is_left_out: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON data."""
        return {"header": self.header, "columns": dict(self.columns), "is_left_out": self.is_left_out}


@dataclass(frozen=True)
class Told:
    """What is said about one file."""

    scale: Mapping[str, str] = field(default_factory=dict)  # word → easy, medium, hard, or "" for none
    sheets: Mapping[str, ToldSheet] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON data."""
        sheets = {name: sheet.as_json() for name, sheet in self.sheets.items()}
        return {"scale": dict(self.scale), "sheets": sheets}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Told:  # Any: what `as_json` wrote
        """Read back what `as_json` wrote."""
        return cls(data["scale"], {name: ToldSheet(**sheet) for name, sheet in data["sheets"].items()})


def named(heading: Heading) -> str:
    """Return a meaning as one word: "stem", "option:A", "prompt:1", "tags.topic", "" for none."""
    if heading.meaning == "option":
        # An option without a letter has no name; its rows are said to have too many.
        return f"{OPTION}{LETTERS[heading.option]}" if heading.option < len(LETTERS) else ""
    return f"{PROMPT}{heading.option + 1}" if heading.meaning == "prompt" else heading.meaning


def meant(name: str) -> Heading | None:
    """Return the meaning that `named` writes so, None for a word that is none."""
    if name in ("", IGNORED, *MEANINGS) or extra_cells.MEANING.fullmatch(name):
        return Heading(name)
    if name.startswith(OPTION) and name[len(OPTION) :] in LETTERS and len(name) == len(OPTION) + 1:
        return Heading("option", LETTERS.index(name[-1]))
    if name.startswith(PROMPT):
        number = name[len(PROMPT) :]
        is_one = number.isascii() and number.isdigit() and 1 <= int(number) <= MOST_PROMPTS
        return Heading("prompt", int(number) - 1) if is_one else None
    return Heading(name) if name.startswith(FACET) and name != FACET else None
