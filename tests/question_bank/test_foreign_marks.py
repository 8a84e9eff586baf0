"""What other systems say of marks, feedback and gaps is read exactly, or it is said what is not."""

from __future__ import annotations

import json
import zipfile
from base64 import b64decode, b64encode
from collections.abc import Callable
from fractions import Fraction
from io import BytesIO
from typing import Any

import pytest

from question_bank.formats import Reading, read, write
from question_bank.gaps import Accepted, Gap
from question_bank.question import Question, lettered

QTI12 = (
    '<questestinterop><assessment ident="a"><section ident="s"><item ident="i1">'
    "<itemmetadata>{meta}</itemmetadata>"
    "<presentation><material><mattext>{stem}</mattext></material>{asked}</presentation>"
    "<resprocessing>{marks}</resprocessing>{more}</item></section></assessment></questestinterop>"
)
TYPE = (
    "<qtimetadata><qtimetadatafield><fieldlabel>question_type</fieldlabel><fieldentry>{}</fieldentry>"
    "</qtimetadatafield></qtimetadata>"
)
PNG = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def labels(**texts: str) -> str:
    return "".join(
        f'<response_label ident="{name}"><material><mattext>{text}</mattext></material></response_label>'
        for name, text in texts.items()
    )


def lid(inside: str, several: bool = False, name: str = "r") -> str:
    number = "Multiple" if several else "Single"
    begin = f'<response_lid ident="{name}" rcardinality="{number}">'
    return f"{begin}<render_choice>{inside}</render_choice></response_lid>"


def condition(score: str, *equal: str, name: str = "r", action: str = "Set", links: str = "") -> str:
    wanted = "".join(f'<varequal respident="{name}">{each}</varequal>' for each in equal)
    return (
        f"<respcondition><conditionvar>{wanted}</conditionvar>"
        f'<setvar action="{action}">{score}</setvar>{links}</respcondition>'
    )


def item(asked: str, marks: str, kind: str = "", stem: str = "？", more: str = "", meta: str = "") -> Reading:
    meta = meta or (TYPE.format(kind) if kind else "")
    text = QTI12.format(meta=meta, stem=stem, asked=asked, marks=marks, more=more)
    return read(text.encode(), "x.xml")


def package(parts: dict[str, str | bytes]) -> Reading:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return read(buffer.getvalue(), "x.zip")


def test_options_with_conditions_of_their_own_add_up() -> None:
    marks = condition("50", "A", action="Add") + condition("50", "B", action="Add")
    marks += condition("-25", "C", action="Add")

    found = item(lid(labels(A="甲", B="乙", C="丙"), several=True), marks)

    (asked,) = (placed.question for placed in found.questions)
    assert (asked.kind, asked.key) == ("multiple", frozenset("AB"))
    assert asked.weights == {"A": Fraction(1, 2), "B": Fraction(1, 2), "C": Fraction(-1, 4)}


def test_a_second_best_option_keeps_its_share() -> None:
    shows_only = condition("", "A", links='<displayfeedback linkrefid="A_fb"/>')

    found = item(lid(labels(A="甲", B="乙")), shows_only + condition("1", "A") + condition("0.5", "B"))

    (asked,) = (placed.question for placed in found.questions)
    assert asked.key == {"A"}
    assert asked.weights == {"A": Fraction(1), "B": Fraction(1, 2)}


def test_what_blackboard_gives_in_part_is_kept() -> None:
    meta = "<bbmd_questiontype>Multiple Choice</bbmd_questiontype>"
    wanted = '<conditionvar><varequal respident="{}"/></conditionvar>'
    part = f"<respcondition>{wanted}<setvar>{{}}</setvar></respcondition>"
    marks = condition("SCORE.max", "a1") + part.format("a1", 100) + part.format("b1", 25)

    found = item(lid(labels(a1="甲", b1="乙")), marks, meta=meta)

    (asked,) = (placed.question for placed in found.questions)
    assert asked.key == {"A"}
    assert asked.weights == {"A": Fraction(1), "B": Fraction(1, 4)}


def test_several_blanks_of_canvas_are_gaps_with_all_their_answers() -> None:
    asked = "".join(
        f'<response_lid ident="response_{name}"><material><mattext>{name}</mattext></material><render_choice>'
        f"{labels(**texts)}</render_choice></response_lid>"
        for name, texts in {"c1": {"11": "red", "12": "crimson"}, "c2": {"21": "blue"}}.items()
    )
    marks = condition("50", "12", name="response_c1", action="Add")

    found = item(asked, marks, "fill_in_multiple_blanks_question", "Roses are [c1], violets [c2]")

    (question,) = (placed.question for placed in found.questions)
    assert question.stem == "Roses are ____, violets ____"
    assert question.gaps == (Gap((Accepted("red"), Accepted("crimson"))), Gap((Accepted("blue"),)))


def test_several_menus_of_canvas_are_reported_and_not_read_as_one_choice() -> None:
    asked = lid(labels(A="甲", B="乙"), name="r1") + lid(labels(C="丙", D="丁"), name="r2")

    found = item(asked, condition("50", "A", name="r1"), "multiple_dropdowns_question")

    assert found.questions == ()
    assert found.unsupported == {"multiple_dropdowns_question": 1}


def test_every_number_that_canvas_accepts_is_accepted() -> None:
    between = "<conditionvar><vargte>10</vargte><varlte>12</varlte></conditionvar><setvar>100</setvar>"
    marks = condition("100", "5.0") + f"<respcondition>{between}</respcondition>"

    found = item('<response_str ident="r"/>', marks, "numerical_question")

    assert found.questions[0].question.gaps == (
        Gap((Accepted("5.0", Fraction(0)), Accepted("11", Fraction(1)))),
    )


def test_true_or_false_of_canvas_keeps_what_is_said_to_an_answer() -> None:
    more = '<itemfeedback ident="1_fb"><material><mattext>不对</mattext></material></itemfeedback>'

    found = item(
        lid(labels(**{"1": "True", "2": "False"})), condition("100", "2"), "true_false_question", more=more
    )

    question = found.questions[0].question
    assert question.key == {"B"}
    assert question.feedback == {"A": "不对"}


def test_answers_that_are_compared_by_a_pattern_are_reported() -> None:
    wanted = "<conditionvar><varsubset>Par</varsubset></conditionvar>"
    pattern = f"<respcondition>{wanted}<setvar>100</setvar></respcondition>"

    found = item('<response_str ident="r"/>', condition("100", "Paris") + pattern, "short_answer_question")

    assert [p.code for p in found.problems] == ["pattern"]
    assert found.questions[0].question.gaps == (Gap((Accepted("Paris"),)),)


def test_a_course_of_canvas_is_read_once_and_its_banks_too() -> None:
    full = QTI12.format(
        meta=TYPE.format("multiple_choice_question"),
        stem="全？",
        asked=lid(labels(A="甲", B="乙")),
        marks=condition("100", "B"),
        more="",
    )
    bank = full.replace("全？", "库？").replace('ident="i1"', 'ident="i2"')
    manifest = (
        '<manifest><resources><resource type="imsqti_xmlv1p2/imscc_xmlv1p1/assessment" identifier="g">'
        '<file href="g/assessment_qti.xml"/></resource><resource identifier="d" href="g/assessment_meta.xml">'
        '<file href="g/assessment_meta.xml"/><file href="non_cc_assessments/g.xml.qti"/></resource>'
        '<resource identifier="b" href="non_cc_assessments/b.xml.qti"/></resources></manifest>'
    )

    found = package(
        {
            "imsmanifest.xml": manifest,
            "g/assessment_qti.xml": full,
            "g/assessment_meta.xml": "<quiz/>",
            "non_cc_assessments/g.xml.qti": full,
            "non_cc_assessments/b.xml.qti": bank,
        }
    )

    assert [placed.question.stem for placed in found.questions] == ["全？", "库？"]
    assert found.problems == ()


def test_a_file_of_questions_that_a_package_lacks_is_named() -> None:
    manifest = (
        '<manifest><resources><resource type="imsqti_item_xmlv2p1" href="a/q1.xml"/></resources></manifest>'
    )

    found = package({"imsmanifest.xml": manifest})

    assert [(p.code, p.values["part"]) for p in found.problems] == [("missing-part", "a/q1.xml")]


def test_a_picture_of_blackboard_is_found_by_its_number() -> None:
    html = '&lt;img src="@X@EmbeddedFile.requestUrlStub@X@bbcswebdav/xid-7_1"&gt; 图？'
    text = QTI12.format(
        meta="<bbmd_questiontype>Multiple Choice</bbmd_questiontype>",
        stem="",
        asked=f'<material><mat_formattedtext type="HTML">{html}</mat_formattedtext></material>'
        + lid(labels(A="甲", B="乙")),
        marks=condition("SCORE.max", "B"),
        more="",
    )
    manifest = (
        '<manifest xmlns:bb="b"><resources>'
        '<resource bb:file="res1.dat" type="assessment/x-bb-qti-pool"/></resources></manifest>'
    )

    found = package({"imsmanifest.xml": manifest, "res1.dat": text, "csfiles/home_dir/p__xid-7_1.png": PNG})

    assert [medium.content for medium in found.questions[0].question.media] == [PNG]
    assert found.problems == ()


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        (r'<img class="equation_image" src="/eq/1" data-equation-content="\frac{1}{2}">', r"$\frac{1}{2}$"),
        ("<math><mfrac><mn>1</mn><msqrt><mi>x</mi></msqrt></mfrac></math>", r"$\frac{1}{\sqrt{x}}$"),
        ("<math><msup><mi>x</mi><mn>2</mn></msup><mo>≤</mo><mn>4</mn></math>", r"$x^{2}\le 4$"),
        (r"\(a_1\) and \[b\]", "$a_1$ and $$b$$"),
        (r"\(a\)<math><mi>b</mi></math>", "$a$ $b$"),
        (r"\( is \) no \( formula", r"$is$ no \( formula"),
        ('<script type="math/tex">x^2</script>', "$x^2$"),
        ("<script>alert(1)</script>x", "x"),
    ],
)
def test_formulas_of_web_pages_are_tex(html: str, shown: str) -> None:
    text = (
        '<quiz><question type="truefalse"><questiontext format="html">'
        f"<text><![CDATA[{html}]]></text></questiontext>"
        '<answer fraction="100"><text>true</text></answer>'
        '<answer fraction="0"><text>false</text></answer></question></quiz>'
    )

    found = read(text.encode(), "x.xml")

    assert found.questions[0].question.stem == shown


def test_an_aiken_question_without_an_answer_does_not_swallow_the_next() -> None:
    found = read("甲？\nA) 1\nB) 2\n\n乙？\nA) 3\nB) 4\nANSWER: A\n".encode(), "x.aiken")

    assert [(p.row, p.code) for p in found.problems] == [(1, "no-answer")]
    assert [(placed.row, placed.question.stem) for placed in found.questions] == [(5, "乙？")]


def test_several_right_letters_of_aiken_are_no_weights() -> None:
    found = read("甲？\nA) 1\nB) 2\nC) 3\nANSWER: A,C\n".encode(), "x.aiken")

    question = found.questions[0].question
    assert question.key == {"A", "C"}
    assert question.weights == {}


def test_examview_tells_all_right_options_and_where_a_question_is_from() -> None:
    text = (
        "<examview><question type='mr'><text>？</text><choices><choice-a>1</choice-a><choice-b>2</choice-b>"
        "<choice-c>3</choice-c></choices><answer>A, C</answer><info><keywords>k1, k2</keywords>"
        "<reference>p. 4</reference></info></question><question type='ma' group='g'>"
        "<text>？？</text></question></examview>"
    )

    found = read(text.encode(), "x.xml")

    question = found.questions[0].question
    assert question.key == {"A", "C"}
    assert question.weights == {}
    assert question.tags == {"topic": ("k1", "k2"), "source": ("p. 4",)}
    assert [p.code for p in found.problems] == ["broken-match"]


def test_webct_keeps_general_feedback_and_tells_of_a_picture() -> None:
    text = (
        ":TYPE:MC:1\n:QUESTION:H\n？\n:IMAGE:a.gif\n:ANSWER1:100:H\n甲\n:ANSWER2:0:H\n乙\n:FEEDBACK:H\n因为\n"
    )

    found = read(f"first\n:TITLE:x\n{text}".encode(), "x_webct.txt")

    assert found.questions[0].question.explanation == "因为"
    assert [p.code for p in found.problems] == ["pictures"]


def test_a_blackboard_line_keeps_its_quotation_marks_and_its_gaps() -> None:
    text = '"MC"'.strip('"') + '\tHe said "hi"\ta\tcorrect\tb\tincorrect\n'
    text += "FIB_PLUS\tThe [a] is [b]\ta\tsky\theaven\t\tb\tblue\n"

    found = read(text.encode(), "x.txt")

    first, second = (placed.question for placed in found.questions)
    assert first.stem == 'He said "hi"'
    assert second.stem == "The ____ is ____"
    assert second.gaps == (Gap((Accepted("sky"), Accepted("heaven"))), Gap((Accepted("blue"),)))


@pytest.mark.parametrize("encoding", ["base64", "url", "list"])
def test_open_trivia_is_read_in_every_encoding_that_it_offers(encoding: str) -> None:
    asked = {"type": "multiple", "difficulty": "hard", "category": "Sci Fi", "question": "A & B?"}
    texts: dict[str, Any] = {**asked, "correct_answer": "x y", "incorrect_answers": ["1", "2"]}
    changes: dict[str, Callable[[str], str]] = {
        "base64": lambda text: b64encode(text.encode()).decode(),
        "url": lambda text: text.replace(" ", "%20").replace("&", "%26").replace("?", "%3F"),
        "list": lambda text: text,
    }
    changed = changes[encoding]
    one = {
        name: [changed(each) for each in said] if isinstance(said, list) else changed(said)
        for name, said in texts.items()
    }
    whole = [one] if encoding == "list" else {"response_code": 0, "results": [one]}

    found = read(json.dumps(whole).encode(), "x.json")

    (question,) = (placed.question for placed in found.questions)
    assert (question.stem, question.difficulty, question.tags) == ("A & B?", "hard", {"topic": ("Sci Fi",)})


QTI2 = (
    '<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="i"><responseDeclaration '
    'identifier="RESPONSE" cardinality="{number}" baseType="identifier">{declared}</responseDeclaration>'
    '<itemBody>{before}<choiceInteraction responseIdentifier="RESPONSE" maxChoices="0"><prompt>？</prompt>'
    "{choices}</choiceInteraction></itemBody>{after}</assessmentItem>"
)


def qti(number: str, declared: str = "", after: str = "", before: str = "", **texts: str) -> Reading:
    choices = "".join(f'<simpleChoice identifier="{k}">{v}</simpleChoice>' for k, v in texts.items())
    text = QTI2.format(number=number, declared=declared, before=before, after=after, choices=choices)
    return read(text.encode(), "x.xml")


def test_a_mapping_without_a_correct_response_says_what_is_right() -> None:
    entries = '<mapEntry mapKey="a" mappedValue="2"/><mapEntry mapKey="b" mappedValue="2"/>'

    found = qti("multiple", f'<mapping defaultValue="-1">{entries}</mapping>', a="甲", b="乙", c="丙")

    question = found.questions[0].question
    assert question.key == {"A", "B"}
    assert question.weights == {"A": Fraction(1, 2), "B": Fraction(1, 2), "C": Fraction(-1, 4)}


def test_conditions_that_give_points_and_feedback_are_read() -> None:
    def branch(name: str, answer: str, points: str, shown: str = "") -> str:
        said = f'<setOutcomeValue identifier="FEEDBACK"><baseValue>{shown}</baseValue></setOutcomeValue>'
        test = f'<match><variable identifier="RESPONSE"/><baseValue>{answer}</baseValue></match>'
        score = f'<setOutcomeValue identifier="SCORE"><baseValue>{points}</baseValue></setOutcomeValue>'
        return f"<{name}>{test}{score}{said if shown else ''}</{name}>"

    inside = branch("responseIf", "b", "2", "ok") + branch("responseElseIf", "a", "1")
    inside += (
        '<responseElse><setOutcomeValue identifier="FEEDBACK"><baseValue>no</baseValue></setOutcomeValue>'
        "</responseElse>"
    )
    after = f"<responseProcessing><responseCondition>{inside}</responseCondition></responseProcessing>"
    after += (
        '<modalFeedback identifier="ok">好</modalFeedback><modalFeedback identifier="no">不</modalFeedback>'
    )

    found = qti("single", after=after, a="甲", b="乙", c="丙")

    question = found.questions[0].question
    assert (question.key, question.weights) == (frozenset("B"), {"A": Fraction(1, 2), "B": Fraction(1)})
    assert question.feedback == {"B": "好", "wrong": "不"}


def test_what_only_markers_may_see_is_not_shown_in_the_stem() -> None:
    right = "<correctResponse><value>a</value></correctResponse>"
    before = '<rubricBlock view="scorer"><p>选甲</p></rubricBlock>'

    found = qti("single", right, before=before, a="甲", b="乙")

    question = found.questions[0].question
    assert (question.stem, question.explanation) == ("？", "选甲")


def test_false_before_true_is_true_or_false() -> None:
    found = qti("single", "<correctResponse><value>t</value></correctResponse>", f="False", t="True")

    question = found.questions[0].question
    assert (question.kind, [o.text for o in question.options]) == ("true_false", ["True", "False"])
    assert question.key == {"A"}


def test_a_picture_of_moodle_is_found_by_its_written_address() -> None:
    source = "@@PLUGINFILE@@/%E5%9B%BE%201.png?time=16"
    text = (
        '<quiz><question type="essay"/><question type="truefalse"><questiontext format="html">'
        f"<text><![CDATA[<img src='{source}'>？]]></text>"
        f'<file name="图 1.png" path="/" encoding="base64">{b64encode(PNG).decode()}</file></questiontext>'
        '<answer fraction="100"><text>true</text></answer><answer fraction="0"><text>false</text></answer>'
        "<hint><text>想</text></hint></question></quiz>"
    )

    found = read(text.encode(), "x.xml")

    assert [medium.content for medium in found.questions[0].question.media] == [PNG]
    assert [(p.row, p.code) for p in found.problems] == [(1, "unknown-type"), (2, "hints")]


def test_what_moodle_says_to_one_wrong_text_is_reported() -> None:
    text = (
        '<quiz><question type="shortanswer"><questiontext><text>？</text></questiontext>'
        '<answer fraction="100"><text>水</text></answer>'
        '<answer fraction="0"><text>冰</text><feedback><text>太冷</text></feedback></answer>'
        '<answer fraction="0"><text>*</text><feedback><text>再想</text></feedback></answer></question></quiz>'
    )

    found = read(text.encode(), "x.xml")

    assert found.questions[0].question.feedback == {"wrong": "再想"}
    assert [(p.code, p.values["count"]) for p in found.problems] == [("feedback", 1)]


def test_a_picture_that_gift_only_points_to_is_reported() -> None:
    found = read('[html]<img src\\="@@PLUGINFILE@@/a.png">？{T}'.encode(), "x.gift")

    assert [p.code for p in found.problems] == ["pictures"]


def test_tags_that_look_like_addresses_or_reserved_words_survive_every_list_of_words() -> None:
    tags = {"audience": ("//",), "kind": ("x",), "topic": ("a:b", "http://x.y")}
    asked = Question("single", "？", lettered(["甲", "乙"]), frozenset("A"), tags)

    found = read(write([asked], "gift"), "x.gift")

    assert found.questions[0].question == asked
