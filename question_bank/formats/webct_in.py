"""WebCT's text: blocks that begin with :TYPE:, as old Blackboard courses hold them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from html import unescape

from question_bank.formats.drafts import (
    NONE,
    Choice,
    Draft,
    accepted,
    choice_kind,
    reading,
    share_of,
    unpaired,
)
from question_bank.formats.kinds import ESSAY
from question_bank.formats.markup import text_of
from question_bank.formats.pictures import LEFT_OUT
from question_bank.formats.reading import Reading
from question_bank.formats.text import decoded

FIELD = re.compile(r"^:([A-Z]+)([0-9]{0,4})(?::(.*))?$")
NAMES = {"P": "问答题", "C": "计算题"}
Fields = dict[tuple[str, str], tuple[str, str]]  # name and number → what stands behind it, and below


def read(content: bytes, scale: Mapping[str, str] | None = None) -> Reading:
    """Return what such a file holds."""
    return reading(_drafts(decoded(content)), scale)


def _drafts(text: str) -> Iterator[Draft]:
    fields: Fields = {}
    last: tuple[str, str] | None = None
    begun = 0
    for row, line in enumerate([*text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), ":TYPE:"], 1):
        found = FIELD.match(line)
        if found and found[1] == "TYPE":
            if ("TYPE", "") in fields:
                yield _draft(begun, fields)
            fields, begun = {}, row
        if found:
            last = found[1], found[2]
            fields[last] = (found[3] or "").strip(), ""
        elif line.startswith("# "):
            last = None
        elif last is not None:
            behind, below = fields[last]
            fields[last] = behind, f"{below}\n{line}" if below else line


def _draft(row: int, fields: Fields) -> Draft:
    kind = fields["TYPE", ""][0].partition(":")[0]
    draft = Draft(row, NAMES.get(kind, kind or ESSAY), _below(fields, "QUESTION"))
    draft.raw = draft.stem
    category = fields.get(("CAT", ""), ("", ""))[0]
    draft.tags = [f"category:{category}"] if category else []
    draft.explanation = _below(fields, "FEEDBACK")
    if fields.get(("IMAGE", ""), ("", ""))[0]:
        draft.odd.append(("pictures", LEFT_OUT, {"count": 1}))
    if take := TAKEN.get(kind):
        take(draft, fields)
    return draft


def _below(fields: Fields, name: str, number: str = "") -> str:
    return text_of(fields.get((name, number), ("", ""))[1])


def _numbers(fields: Fields, name: str) -> list[str]:
    return sorted((number for each, number in fields if each == name and number), key=int)


def _choices(draft: Draft, fields: Fields) -> None:
    for number in _numbers(fields, "ANSWER"):
        share = share_of(fields["ANSWER", number][0].partition(":")[0]) or NONE
        draft.choices.append(
            Choice(_below(fields, "ANSWER", number), share, _below(fields, "REASON", number))
        )
    several = fields["TYPE", ""][0].split(":")[1:2] == ["N"]
    draft.kind = choice_kind(draft.choices) if several else "single"


def _match(draft: Draft, fields: Fields) -> None:
    pairs = [(_below(fields, "L", number), _below(fields, "R", number)) for number in _numbers(fields, "L")]
    draft.kind = "match"
    draft.choices, draft.prompts, draft.arranged = unpaired(pairs)


def _texts(draft: Draft, fields: Fields) -> None:
    draft.kind = "fill"
    found = []
    for number in _numbers(fields, "ANSWER"):
        text, *rest = fields["ANSWER", number][0].split(":")
        share = share_of(rest[0]) if rest else None
        found.append(Choice(unescape(text), share or NONE, _below(fields, "FEEDBACK", number)))
    draft.gaps = [accepted(found)]


TAKEN: dict[str, Callable[[Draft, Fields], None]] = {"MC": _choices, "M": _match, "S": _texts}
