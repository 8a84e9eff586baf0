"""Many people: the command spreads them over buckets and processes, and nothing changes by it."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bench.fold import write_case
from quiz import recorded
from quiz.cli_contest import contest
from quiz.errors import InvalidInput
from quiz.rules import case, replay
from tests.rules.documents import EXAMPLES, text
from tests.rules.random_contests import documents, files_of, records
from tests.rules.test_across import ATTEMPTS, BESIDE, two_stages
from tests.rules.test_replay import PEOPLE

FEW = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    phases=[Phase.generate],
)


@pytest.fixture(autouse=True)
def small_buckets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorded, "WORTH_SPREADING", 1)
    monkeypatch.setattr(recorded, "BUCKET", 400)


def replayed(folder: Path) -> Any:
    with recorded.folded(folder) as text:
        return json.loads(b"".join(text))


def put(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_text(content, "utf-8")
    return folder


def files_in(folder: Path) -> dict[str, str]:
    return {name: (folder / name).read_text("utf-8") for name in case.FILES if (folder / name).is_file()}


@pytest.mark.parametrize("stored", [False, True], ids=["answers", "results on record"])
def test_processes_side_by_side_come_to_the_same_as_one(tmp_path: Path, stored: bool) -> None:
    write_case(tmp_path, 600, stored)

    found = replayed(tmp_path)

    assert found == replay.result(case.parse(files_in(tmp_path)))
    assert len(found["boards"]["个人"]) == 60


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*/rules.yaml")), ids=lambda path: path.parent.name)
def test_every_example_comes_to_the_same(tmp_path: Path, path: Path) -> None:
    files = files_in(path.parent)

    assert replayed(put(tmp_path, files)) == replay.result(case.parse(files))


def test_what_stands_beside_the_stages_comes_to_the_same(tmp_path: Path) -> None:
    rows = "\n".join(json.dumps(each) for each in ATTEMPTS)
    files = {"rules.yaml": text(two_stages(**BESIDE)), "people.csv": PEOPLE, "attempts.jsonl": rows}

    found = replayed(put(tmp_path, files))

    assert found == replay.result(case.parse(files))
    assert found["awards"] == {"总冠军": ["B"]}


@given(data=st.data(), seed=st.integers(0, 1_000))
@FEW
def test_any_rules_and_any_order_of_lines_come_to_the_same(
    data: st.DataObject, seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    document = data.draw(documents())
    files = files_of(document, data.draw(records(document)))
    lines = [line for line in files["attempts.jsonl"].splitlines() if line]
    random.Random(seed).shuffle(lines)
    files["attempts.jsonl"] = "".join(f"{line}\n" for line in lines)
    try:
        expected = replay.result(case.parse(files))
    except InvalidInput:  # a correction of a person nobody has heard of
        expected = None
    folder = put(tmp_path_factory.mktemp("case"), files)

    if expected is None:
        with pytest.raises(InvalidInput, match="不在这次比赛的记录里"):
            replayed(folder)
    else:
        assert replayed(folder) == expected


def test_a_line_that_cannot_be_read_is_named_by_its_number_in_the_file(tmp_path: Path) -> None:
    write_case(tmp_path, 100, stored=True)
    path = tmp_path / "attempts.jsonl"
    lines = path.read_text("utf-8").splitlines()
    lines[70] = lines[70].replace('"score"', '"result"')
    path.write_text("\n\n".join(lines), "utf-8")  # every other line is empty

    outcome = CliRunner().invoke(contest, ["replay", str(tmp_path)])

    assert outcome.exit_code == 1
    assert "attempts.jsonl 第 141 行缺少 answers" in outcome.stderr
