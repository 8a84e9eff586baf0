"""A slow machine reads what a fast one reads: time that no file can help is not counted against it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOTES = """
import sys
from contextlib import contextmanager, suppress
from question_bank.formats import child, effort
from question_bank.formats.table import FORMATS
from question_bank.problems import Unreadable

def ours():
    return {name for name in sys.modules if name.startswith("question_bank.")}

@contextmanager
def noted():
    before = ours()
    try:
        yield
    finally:
        print(*(ours() - before))

effort.in_proportion = noted
with suppress(Unreadable):
    child.questions(FORMATS[sys.argv[1]], sys.argv[2].encode(), {})
"""


@pytest.mark.parametrize(("name", "content"), [("word", "no archive"), ("moodle_xml", "<quiz></quiz>")])
def test_the_modules_of_a_format_are_loaded_before_the_time_of_a_reading_is_counted(
    name: str, content: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", NOTES, name, content], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert done.stdout.split() == []
