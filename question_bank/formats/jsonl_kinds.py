"""The fields of our own JSON Lines that only some questions have: what is right, and what is attached."""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from question_bank.attached import Material, Medium
from question_bank.formats.place import Place
from question_bank.gaps import Gap
from question_bank.problems import N_

Line = Mapping[str, Any]  # Any: JSON data from outside, checked field by field
EXACT = re.compile(r"-?[0-9]{1,20}(?:\.[0-9]{1,20}|/[1-9][0-9]{0,19})?")
SHAPES = {
    "gaps": N_('gaps 应当是空的列表，例如 [{"accepted": ["水", "H2O"]}]。'),
    "prompts": N_('prompts 应当是左项的列表，例如 ["甲", "乙"]。'),
    "arranged": N_('arranged 应当是选项字母的列表，例如 ["B", "A"]。'),
    "weights": N_('weights 应当是选项字母和得分比例，例如 {"A": "1/2"}。'),
    "feedback": N_('feedback 应当是选项字母和说明，例如 {"A": "想一想沸点。"}。'),
    "material": N_('material 应当写成 {"text": "材料"}。'),
    "media": N_(
        'media 应当是图片或音频的列表，例如 [{"name": "a.png", "type": "image/png", "base64": "…"}]。'
    ),
}
EMPTY: Mapping[str, Any] = {  # Any: each field has a type of its own
    "gaps": (),
    "prompts": (),
    "arranged": (),
    "weights": {},
    "feedback": {},
    "material": None,
    "media": (),
}


def fields(place: Place, line: Line) -> dict[str, Any]:  # Any: as above
    """Return these fields of a line as a question has them; what has another shape is noted."""
    found = dict(EMPTY)
    for name, read in READ.items():
        if line.get(name) is None:
            continue
        try:
            found[name] = read(line[name])
        except (TypeError, ValueError, KeyError, AttributeError, binascii.Error):
            place.error(name, "wrong-shape", SHAPES[name])
    return found


def _gaps(written: Any) -> tuple[Gap, ...]:
    for gap in _list(written):
        _texts(gap.get("ignoring", []))
        for each in _list(gap["accepted"]):
            if not isinstance(each, str):
                _texts([each["text"], each.get("feedback", "")])
                _exact(each.get("tolerance", 0))
                _exact(each.get("weight", 1))
    return tuple(Gap.from_json(gap) for gap in written)


def _texts(written: Any) -> tuple[str, ...]:
    if not all(isinstance(each, str) for each in _list(written)):
        raise TypeError
    return tuple(written)


def _weights(written: Any) -> dict[str, Fraction]:
    return {letter: _exact(weight) for letter, weight in written.items()}


def _feedback(written: Any) -> dict[str, str]:
    return dict(zip(written, _texts(list(written.values())), strict=True))


def _material(written: Any) -> Material:
    _texts([written["text"], written.get("id", "")])
    return Material.from_json(written)


def _media(written: Any) -> tuple[Medium, ...]:
    for each in _list(written):
        _texts([each["name"], each["type"], each["base64"]])
    return tuple(Medium.from_json(each) for each in written)


def _list(written: Any) -> list[Any]:
    if not isinstance(written, list):
        raise TypeError
    return written


def _exact(written: Any) -> Fraction:
    """Return an exact number from text or a whole number; a float would not be what somebody typed."""
    if isinstance(written, bool) or not isinstance(written, (str, int)) or not EXACT.fullmatch(str(written)):
        raise ValueError
    return Fraction(written)


READ: Mapping[str, Callable[[Any], Any]] = {  # Any: as above
    "gaps": _gaps,
    "prompts": _texts,
    "arranged": _texts,
    "weights": _weights,
    "feedback": _feedback,
    "material": _material,
    "media": _media,
}
