"""The English catalogue has every sentence, finished, with the same named places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
TRANSLATIONS = ROOT / "quiz" / "translations"
PLACES = re.compile(r"%\((\w+)\)[a-z]|%%")
KEYWORDS = {**DEFAULT_KEYWORDS, "N_": None, "P_": (1, 1)}  # P_: one form for one, one for several


@pytest.fixture(scope="module")
def english() -> Catalog:
    with (TRANSLATIONS / "en" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale="en")


def sentences() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield (file, sentence, its forms) for everything that is marked in code and templates."""
    with (TRANSLATIONS / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    for folder in ("quiz", "question_bank", "templates"):
        for name, _line, message, *_ in extract_from_dir(
            ROOT / folder,
            [(p.split("/", 1)[1], m) for p, m in methods if p.startswith(folder)],
            options,
            KEYWORDS,
        ):
            forms = message if isinstance(message, tuple) else (message,)
            yield f"{folder}/{name}", forms[0], forms


def test_every_sentence_has_an_english_one(english: Catalog) -> None:
    missing = {
        f"{where}: {sentence}"
        for where, sentence, _ in sentences()
        if (found := english.get(sentence)) is None or not all(_strings(found.string)) or found.fuzzy
    }

    assert missing == set()


def test_the_english_catalogue_has_nothing_that_is_not_said_any_more(english: Catalog) -> None:
    said = {sentence for _, sentence, _ in sentences()}

    left = {m.id if isinstance(m.id, str) else m.id[0] for m in english if m.id} - said

    assert left == set()
    assert not english.obsolete


def test_translations_have_the_same_named_places(english: Catalog) -> None:
    other = {
        message.id
        for message in english
        for string in _strings(message.string)
        if message.id and string and _places(string) != _places(_strings(message.id)[0])
    }

    assert other == set()


def _strings(forms: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (forms,) if isinstance(forms, str) else tuple(forms)


def _places(sentence: str) -> set[str]:
    return set(PLACES.findall(sentence))
