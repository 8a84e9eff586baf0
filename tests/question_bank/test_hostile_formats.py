"""XML and packages that attack are refused at once, in the reading process, by name."""

from __future__ import annotations

import pytest

from question_bank.formats import read
from tests.question_bank.test_hostile import at_once, code
from tests.question_bank.test_packages import package

LAUGHS = b'<!DOCTYPE quiz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
MANIFEST = b'<manifest><resources><resource href="a.xml"/></resources></manifest>'
FILES = {
    "entities": (b"<?xml version='1.0'?>" + LAUGHS + b"<quiz><question>&b;</question></quiz>", "doctype"),
    "entities after a comment": (
        b"<!-- " + b"x" * 70_000 + b" -->" + LAUGHS + b"<quiz>&b;</quiz>",
        "not-a-table",
    ),
    "nesting without end": (b"<quiz>" + b"<a>" * 1_000_000, "too-deep"),
    "elements without end": (b"<quiz>" + b"<a/>" * 4_000_000 + b"</quiz>", "too-much-inside"),
    "broken xml": (b"<quiz><question", "broken-file"),
    "an encoding that is none": (b'<?xml version="1.0" encoding="x-none"?><quiz/>', "broken-file"),
}


@pytest.mark.parametrize("name", FILES)
def test_xml_that_attacks_is_refused_at_once(name: str) -> None:
    content, wanted = FILES[name]

    with at_once():
        found = read(content, "x.xml")

    assert code(found) == wanted


PACKAGES = {
    "a path that leads out": ({"imsmanifest.xml": MANIFEST, "../../etc/a.xml": b"<x/>"}, "outside-path"),
    "a bomb": ({"imsmanifest.xml": MANIFEST, "a.xml": b" " * (40 * 2**20)}, "too-much-inside"),
    "entities in an item": ({"imsmanifest.xml": MANIFEST, "a.xml": LAUGHS + b"<assessmentItem/>"}, "doctype"),
    "entities in the manifest": ({"imsmanifest.xml": LAUGHS + MANIFEST}, "doctype"),
    "many parts": (
        {f"{n}.xml": b"" for n in range(6_000)},
        "too-much-inside",
    ),
}


@pytest.mark.parametrize("name", PACKAGES)
def test_a_package_that_attacks_is_refused_at_once(name: str) -> None:
    parts, wanted = PACKAGES[name]
    content = package(parts)

    with at_once():
        found = read(content, "x.zip")

    assert code(found) == wanted


ENDLESS = (b"{", b"\\", b"{=~", b"::", b"//[tag:", b"{#=%")


@pytest.mark.parametrize("piece", ENDLESS)
def test_gift_without_end_is_read_at_once(piece: bytes) -> None:
    content = piece * (2_000_000 // len(piece))

    with at_once():
        assert read(content, "x.gift").questions == ()


def test_a_script_in_html_is_not_part_of_any_text() -> None:
    content = b"""<quiz><question type="truefalse"><questiontext format="html"><text>
      &lt;script&gt;alert(1)&lt;/script&gt;1 &lt; 2&lt;img src=x onerror=alert(1)&gt;</text></questiontext>
      <answer fraction="100"><text>true</text></answer></question></quiz>"""

    (placed,) = read(content, "x.xml").questions

    assert placed.question.stem == "1 < 2"


@pytest.mark.parametrize("inside", ["~a" * 3_000_000, "\\" * 6_000_000, "{" * 6_000_000])
def test_a_gift_question_of_endless_marks_is_refused_at_once(inside: str) -> None:
    with at_once():
        found = read(f"q{{{inside}}}".encode(), "x.gift")

    assert code(found) == "too-many-marks"


def test_a_line_of_endless_columns_is_refused_at_once() -> None:
    with at_once():
        found = read(b"a," * 3_000_000, "x.csv")

    assert code(found) == "too-wide"


def test_endless_names_of_gaps_are_refused_at_once() -> None:
    named = "".join(f"n{n}\tx\t\t" for n in range(20_000))

    with at_once():
        found = read(f"FIB_PLUS\t{'[a]' * 20_000}\t{named}".encode(), "x.txt")

    assert found.questions == ()


def test_endless_options_with_conditions_are_refused_at_once() -> None:
    labels = "".join(f'<response_label ident="{n}"/>' for n in range(20_000))
    condition = (
        '<respcondition><conditionvar><varequal respident="r">1</varequal></conditionvar></respcondition>'
    )
    text = f'<response_lid ident="r"><render_choice>{labels}</render_choice></response_lid>'
    item = (
        f"<item><presentation>{text}</presentation><resprocessing>{condition * 20_000}</resprocessing></item>"
    )

    with at_once():
        found = read(f"<questestinterop>{item}</questestinterop>".encode(), "x.xml")

    assert found.questions == ()
