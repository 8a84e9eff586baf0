"""Text, XML and JSON of ExamView, Blackboard, WebCT and Open Trivia DB read as their manifest says."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest

from question_bank.formats import read
from question_bank.gaps import Accepted
from question_bank.question import Question


def questions(shared: Path, name: str) -> tuple[list[Question], dict[str, int]]:
    found = read((shared / "fixtures" / name).read_bytes(), name)
    return [placed.question for placed in found.questions], dict(found.unsupported)


def pairs(question: Question) -> list[tuple[str, str]]:
    texts = {option.id: option.text for option in question.options}
    return [(p, texts[a]) for p, a in zip(question.prompts, question.arranged, strict=True)]


def test_an_examview_file_keeps_every_kind_that_is_ours(shared: Path) -> None:
    found, unsupported = questions(shared, "examview/questions.examview.xml")

    assert [q.kind for q in found] == ["true_false", "single", "fill", "match", "fill"]
    assert unsupported == {"问答题": 1}
    assert found[0].key == {"A"}
    assert found[0].explanation == "Examview allows for this “Rationale” field"
    assert [o.text for o in found[1].options][:2] == ["example", "the real thing"]
    assert found[2].gaps[0].accepted == (Accepted("24", Fraction(0)),)
    assert pairs(found[3]) == [(f"This is question {n}.", f"Question {n}") for n in (1, 2, 3)]
    assert len(found[3].options) == 4
    assert found[4].gaps[0].accepted == (Accepted("short"),)


@pytest.mark.parametrize(("name", "count"), [("mixednoord", 5), ("mixedtypes", 6)])
def test_a_text_for_blackboard_reads_line_by_line(name: str, count: int, shared: Path) -> None:
    found, unsupported = questions(shared, f"bbq_text/bbq-{name}-questions.txt")

    kinds = ["single", "multiple", "match", "fill", "fill", "order"]
    assert ([q.kind for q in found], unsupported) == (kinds[:count], {})
    assert [sorted(q.key) for q in found[:2]] == [["B"], ["A", "B"]]
    assert found[1].weights == {}
    assert pairs(found[2]) == [("cat", "mammal"), ("frog", "amphibian"), ("eagle", "bird")]
    assert found[3].gaps[0].accepted == (Accepted("24", Fraction(1, 2)),)
    assert [each.text for each in found[4].gaps[0].accepted] == ["H2O", "water"]
    if count == 6:
        assert [o.text for o in found[5].options] == ["Mercury", "Venus", "Earth", "Mars"]
        assert found[5].arranged == ("A", "B", "C", "D")


def test_a_webct_file_reads_as_its_manifest_says(shared: Path) -> None:
    found, unsupported = questions(shared, "webct/sample_webct.txt")

    assert [q.kind for q in found] == ["single", "single", "multiple", "match", "fill"]
    assert unsupported == {"问答题": 1}
    right = [" + ".join(o.text for o in q.options if o.id in q.key) for q in found[:3]]
    assert right == ["False", "yellow", "yellow + off-beige"]
    assert pairs(found[3]) == [("cat", "mammal"), ("frog", "amphibian"), ("newt", "amphibian")]
    assert found[4].gaps[0].accepted == (Accepted("frog", None, Fraction(1), "A frog is an amphibian"),)
    assert found[4].stem == "Name an amphibian: __________"


def test_a_reply_of_open_trivia_reads_as_its_manifest_says(shared: Path) -> None:
    files = json.loads((shared / "fixtures" / "manifest.json").read_text("utf-8"))["files"]
    wanted = next(f["expect"]["questions"] for f in files if f["format"] == "opentdb")

    found, _ = questions(shared, "opentdb/opentdb_response_a.json")

    truths = {"对": "True", "错": "False"}
    assert [q.stem for q in found] == [each["stem"] for each in wanted]
    for question, each in zip(found, wanted, strict=True):
        is_truth = question.kind == "true_false"
        texts = [truths[o.text] if is_truth else o.text for o in question.options]
        right = [text for text, o in zip(texts, question.options, strict=True) if o.id in question.key]
        assert sorted(texts) == sorted(text.strip() for text in each["options"])
        assert right == [each["correct"]]
        assert (question.difficulty, question.tags["topic"]) == (each["difficulty"], (each["category"],))
    assert len({min(q.key) for q in found if q.kind == "single"}) > 1
