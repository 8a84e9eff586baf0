"""Every sentence for people goes through the catalogue: no Chinese stands bare in a template or in code."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.i18n.bare import bare_in_code, bare_in_template

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
CODE = sorted([*(ROOT / "quiz").rglob("*.py"), *(ROOT / "question_bank").rglob("*.py")])
DATA = {  # module → names whose Chinese is data, "*" for the whole file; the reason stands above each
    # What people write in files of questions, and is recognised there.
    "question_bank/bounds.py": {"WRITTEN"},
    "question_bank/duplicates.py": {"POINTS_AT_OPTIONS"},
    "question_bank/suited.py": {"YOUNG"},
    "question_bank/wording.py": {"TRUE_WORDS", "FALSE_WORDS", "BEFORE"},
    "question_bank/formats/answers.py": {
        "TRUE_WORDS",
        "FALSE_WORDS",
        "SEPARATORS",
        "LEAD",
        "RANKS",
        "BESIDE",
    },
    "question_bank/formats/option_cells.py": {"BY_STEM"},
    "question_bank/formats/other_languages.py": {"*"},
    "question_bank/formats/headers.py": {"*"},
    "question_bank/formats/kinds.py": {"*"},
    "question_bank/formats/gap_cells.py": {"*"},
    "question_bank/formats/scale.py": {"*"},
    "question_bank/question.py": {"REFERS_TO_OTHERS"},
    "question_bank/gaps.py": {"*"},
    "question_bank/formats/exam_key.py": {"*"},
    "question_bank/formats/loose_rows.py": {"*"},
    "question_bank/formats/exam_text.py": {"*"},
    "question_bank/formats/exam_right.py": {"*"},
    "question_bank/formats/exam_materials.py": {"*"},
    "question_bank/formats/materials.py": {"*"},
    "question_bank/formats/recognised_text.py": {"EXAM", "TABLE"},
    "question_bank/formats/word_in.py": {"TITLES", "TABLE", "KEY_TABLE"},
    "question_bank/formats/word_numbers.py": {"CHINESE"},
    # Kinds that we do not have, under the names that kinds.py gives them.
    "question_bank/formats/examview_in.py": {"KINDS"},
    "question_bank/formats/qti_in.py": {"NAMES"},
    "question_bank/formats/qti12_in.py": {"KINDS"},
    "question_bank/formats/tab_text.py": {"NAMES"},
    "question_bank/formats/webct_in.py": {"NAMES"},
    # The two options of a true-or-false question as the bank holds them: content, the same in every language.
    "question_bank/formats/rows_in.py": {"TRUE_FALSE"},
    "question_bank/formats/drafts.py": {"TRUE_FALSE"},
    # A workbook of ours has Chinese headers, which are read back.
    "question_bank/formats/sheets_in.py": {"*"},
    "question_bank/formats/workbook_out.py": {"*"},
    "question_bank/formats/extra_cells.py": {"*"},
    "question_bank/formats/cell_pictures.py": {"*"},
    "question_bank/formats/one_row.py": {"*"},
    "question_bank/formats/mending.py": {"*"},  # titles of our own workbook
    "question_bank/formats/returned.py": {"*"},  # the same
    "quiz/web/bank_import.py": {"PASTED"},  # the name of a file
    # Last letters of the names of cards and stars, each with its measure word.
    "quiz/rules/called.py": {"MEASURED"},
    # Headers and words of lists of people and units, recognised there and written in our templates.
    "quiz/services/event_files.py": {"HEADERS", "CALLED"},
    "quiz/services/roster_headers.py": {"*"},
    # What people write into their cells, and what is recognised of a date and of extra time.
    "quiz/services/profiles.py": {"BORN_TEXT", "SEPARATORS"},
    "quiz/rules/extra_time.py": {"TIMES"},
    "quiz/rules/minors.py": {"CHILD_GRADES", "IN_A_PATH"},
}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_template_has_no_bare_chinese(path: Path) -> None:
    assert list(bare_in_template(path.read_text("utf-8"))) == []


@pytest.mark.parametrize("path", CODE, ids=lambda p: str(p.relative_to(ROOT)))
def test_code_has_no_bare_chinese(path: Path) -> None:
    exempt = frozenset(DATA.get(str(path.relative_to(ROOT)), ()))

    assert "*" in exempt or list(bare_in_code(path, exempt)) == []


def test_a_bare_text_in_a_template_is_found() -> None:
    text = '{% trans %}好{% endtrans %}<a title="坏">{{ _("好") }}</a>{{ f("坏二") }}{# 不显示 #}'

    assert [found for _, found in bare_in_template(text)] == ['<a title="坏">', '"坏二"']


def test_a_bare_text_in_code_is_found(tmp_path: Path) -> None:
    path = tmp_path / "some.py"
    path.write_text(
        '"""说明"""\nWORDS = {"题": 1}\na = _("好")\nb = f"坏{a}"\nc = N_("好") + "坏二"\n', "utf-8"
    )

    assert list(bare_in_code(path, frozenset({"WORDS"}))) == [(4, "坏"), (5, "坏二")]
