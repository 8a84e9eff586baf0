"""What holds for the whole tree: floors, verdicts of routes, documented settings."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from quiz.config import SETTINGS
from tests.routes import LIST, UNDECLARED, bare_app, routes

ROOT = Path(__file__).resolve().parent.parent
SOURCE = sorted([*(ROOT / "quiz").rglob("*.py"), *(ROOT / "question_bank").rglob("*.py"), ROOT / "wsgi.py"])
LONGEST_FILE = 450  # lines: about one idea; beyond, it has two
READS_THE_CLOCK = re.compile(r"\btime\.(time|time_ns)\(|\bdatetime\.now\(|\bdate\.today\(")
MAY_READ_THE_CLOCK = {
    "quiz/services/platform.py": "the clock of the machine, which everybody else is given",
    "quiz/models/upgrade.py": "names the copy it makes",
}
READS_THE_ENVIRONMENT = re.compile(
    r"environment?\.get\(\s*\"([A-Z_]+)\"|os\.environ(?:\.get\(|\[)\"([A-Z_]+)\""
)


def test_imports_only_go_down_the_floors() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout


def test_every_route_declares_who_may_use_it(tmp_path: Path) -> None:
    undeclared = [line for line in routes(bare_app(tmp_path)) if line.endswith(UNDECLARED)]

    assert undeclared == []


def test_the_routes_are_those_on_the_list(tmp_path: Path) -> None:
    """A new route is a decision about access: look at it, then run `python -m tests.routes`."""
    assert routes(bare_app(tmp_path)) == LIST.read_text("utf-8").splitlines()


@pytest.mark.parametrize("name", SETTINGS)
def test_a_setting_is_in_the_readme(name: str) -> None:
    assert f"`{name}`" in (ROOT / "README.md").read_text("utf-8")


def test_no_setting_is_read_that_is_not_among_the_settings() -> None:
    internal = {"QUIZ_LIFELINE", "FLASK_RUN_FROM_CLI", "LANGUAGE", "PYTHONPATH"}
    read = {
        name
        for path in SOURCE
        for found in READS_THE_ENVIRONMENT.findall(path.read_text("utf-8"))
        for name in found
        if name
    }

    assert read - internal <= SETTINGS.keys()


@pytest.mark.parametrize("path", SOURCE, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_file_is_about_one_idea(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= LONGEST_FILE


@pytest.mark.parametrize("floor", ["question_bank", "quiz/rules", "quiz/models", "quiz/services"])
def test_below_the_web_floor_the_time_is_an_argument(floor: str) -> None:
    readers = {
        str(path.relative_to(ROOT))
        for path in (ROOT / floor).rglob("*.py")
        if READS_THE_CLOCK.search(path.read_text("utf-8"))
    }

    assert readers - MAY_READ_THE_CLOCK.keys() == set()
