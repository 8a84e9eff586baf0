"""What the guard says on the terminal: Chinese, unless LANGUAGE asks for a language of the catalogue."""

from __future__ import annotations

import contextlib
import gettext
import os
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "translations"


class CannotServe(Exception):
    """The server cannot start; `text` is the one sentence that says why and what to do."""

    def __init__(self, sentence: str, **values: object) -> None:
        self.text = told(sentence, **values)
        super().__init__(self.text)


def told(sentence: str, **values: object) -> str:
    """Return a marked sentence in the language of the terminal, its places filled in."""
    translation = gettext.translation("messages", FOLDER, _languages(), fallback=True)
    return translation.gettext(sentence) % values


def say(text: str, error: bool = False) -> None:
    """Write a line to the terminal, which may be gone already."""
    stream = sys.stderr if error else sys.stdout
    with contextlib.suppress(OSError, ValueError):
        stream.write(f"{text}\n")
        stream.flush()


def _languages() -> list[str] | None:
    return os.environ["LANGUAGE"].split(":") if os.environ.get("LANGUAGE") else ["zh"]
